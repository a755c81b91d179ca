import {
  type ExpressionChannel,
  type ExpressionWorker,
  judge,
  printValue,
  valueAt,
} from '../../../expressions/index.js';
import { findKnown } from '../matching/candidates.js';
import { hasCapacity } from '../matching/pools.js';
import { isForOneWorker, knownKeyOf } from '../matching/waiting.js';
import { percentageFree } from '../matching/worker-scope.js';
import { isOpen } from '../reservation-status.js';
import type { Step, TaskState, WorkerState } from '../state.js';
import { countWorkers, skipReasons } from '../workflow/skip-if.js';
import { iso, phrase } from './phrases.js';

/**
 * What the search for a task's workers saw at one moment, in values that never change: an explanation of the past must
 * not change with what is renamed, moved, updated or deleted later.
 */

/** Up to so many workers of a workspace are kept one by one; of more, only how many. */
const MOST_WORKERS = 8;

/** What the task asked for. */
interface Question {
  readonly taskAttributes: TaskState['parsedAttributes'];
  readonly step: Pick<Step, 'expression' | 'known'>;
  readonly queueName: string;
  readonly target: Step['queue']['target'];
  readonly routingTarget: string | undefined;
  readonly ignoreCapacity: boolean;
  /** The worker it may go to alone, as waiting.ts has it, and that worker's name. */
  readonly known: string | undefined;
  readonly knownName: string | undefined;
  readonly channelName: string;
  readonly multiTaskEnabled: boolean;
}

/** One worker at that moment. */
interface WorkerThen {
  readonly inExpressions: ExpressionWorker;
  readonly available: boolean;
  readonly inQueue: boolean;
  readonly hasCapacity: boolean;
  readonly channelAvailable: boolean;
  readonly consumed: number;
  readonly capacity: number;
  readonly activitySince: number;
  readonly movedBy: string;
  /** Its open reservation of this very task. */
  readonly holds: { readonly sid: string; readonly status: string } | undefined;
}

export function questionOf(task: TaskState): Question {
  const { step, ws } = task;
  const known = knownKeyOf(task);
  return {
    taskAttributes: task.parsedAttributes,
    step,
    queueName: step.queue.friendlyName,
    target: step.queue.target,
    routingTarget: isForOneWorker(task) ? (task.routingTarget ?? undefined) : undefined,
    ignoreCapacity: task.ignoreCapacity,
    known,
    knownName: known === undefined ? undefined : findKnown(ws, known)?.friendlyName,
    channelName: ws.taskChannels.get(task.taskChannelSid)?.uniqueName ?? '',
    multiTaskEnabled: ws.workspace.multiTaskEnabled,
  };
}

export function workerThen(task: TaskState, worker: WorkerState): WorkerThen {
  const { activity } = worker;
  const state = worker.channels.get(task.taskChannelSid);
  const reservation = task.reservations.find((one) => one.worker === worker && isOpen(one));
  return {
    inExpressions: expressionWorkerThen(worker),
    available: activity.available,
    inQueue: task.step.queue.workers.has(worker),
    hasCapacity: state === undefined || hasCapacity(worker, state),
    channelAvailable: state?.available ?? true,
    consumed: state?.consumedCapacity ?? 0,
    capacity: state?.configuredCapacity ?? 0,
    activitySince: worker.dateStatusChanged,
    movedBy: worker.movedBy,
    holds: reservation && { sid: reservation.sid, status: reservation.reservationStatus },
  };
}

/** A worker's attributes are replaced, never changed; the rest is copied. */
function expressionWorkerThen(worker: WorkerState): ExpressionWorker {
  const channels = new Map<string, ExpressionChannel>();
  for (const state of worker.channels.values()) {
    channels.set(state.channel.uniqueName, {
      configuredCapacity: state.configuredCapacity,
      assignedTasks: state.assignedTasks,
      availableCapacityPercentage: percentageFree(state),
    });
  }
  return {
    sid: worker.sid,
    friendlyName: worker.friendlyName,
    activitySid: worker.activitySid,
    activityName: worker.activity.friendlyName,
    attributes: worker.parsedAttributes,
    channel: (uniqueName) => channels.get(uniqueName),
  };
}

/** Everything that keeps this worker from being given this task. */
export function obstacles(question: Question, worker: WorkerThen): string[] {
  const { holds, inExpressions } = worker;
  if (holds) return [`has this task: reservation ${holds.sid} is ${holds.status}`];
  const why: string[] = [];
  if (question.routingTarget !== undefined) {
    if (inExpressions.sid !== question.routingTarget)
      return ['the task is routed straight to another worker'];
    if (question.ignoreCapacity) return [];
  } else {
    why.push(...stepObstacles(question, worker));
  }
  if (!worker.available) {
    const moved =
      worker.movedBy === '' ? '' : `, since ${iso(worker.activitySince)}: moved by ${worker.movedBy}`;
    why.push(`is in the activity ${inExpressions.activityName}, which takes no tasks${moved}`);
  }
  if (!worker.hasCapacity) why.push(noCapacity(question, worker));
  return why;
}

function stepObstacles(question: Question, { inQueue, inExpressions }: WorkerThen): string[] {
  const { step } = question;
  const why: string[] = [];
  const isKnown =
    question.known === `sid:${inExpressions.sid}` ||
    question.known === `name:${inExpressions.friendlyName.toLowerCase()}`;
  if (!inQueue) why.push(`${notInQueue(question, inExpressions)}${isKnown ? ' (40152)' : ''}`);
  if (step.known && !isKnown) why.push(`is not the known worker of the step: ${whoIsKnown(question)}`);
  if (step.expression) {
    const { result, reasons } = judge(
      step.expression,
      { task: question.taskAttributes, worker: inExpressions },
      true,
    );
    if (!result) why.push(`the step's expression is false: ${phrase(reasons)}`);
  }
  return why;
}

function notInQueue({ target, queueName }: Question, worker: ExpressionWorker): string {
  if (!target) return `the queue ${queueName} has an empty expression, which nobody matches`;
  return `is not in the queue ${queueName}: ${phrase(judge(target, { worker }, true).reasons)}`;
}

function noCapacity({ multiTaskEnabled, channelName }: Question, worker: WorkerThen): string {
  if (!multiTaskEnabled) return 'already has a task (single-tasking workspace)';
  if (!worker.channelAvailable) return `the channel ${channelName} is not available`;
  return `the channel ${channelName} is full: ${worker.consumed} of ${worker.capacity}`;
}

/** Whom a known-worker step names, with the code of Twilio's debugger when that is nobody. */
export function whoIsKnown({
  step,
  taskAttributes,
  knownName,
}: Pick<Question, 'step' | 'taskAttributes' | 'knownName'>): string {
  if (!step.known) return '';
  const { path, by } = step.known;
  const name = `task.${path.join('.')}`;
  const value = valueAt(taskAttributes, path);
  if (value === null) return `${name} has no value (40154)`;
  if (typeof value !== 'string') return `${name} is ${printValue(value)}, which is not a string (40154)`;
  if (knownName !== undefined) return `${name} names ${knownName}`;
  return `${name} is ${printValue(value)}, but no worker here has that ${by === 'sid' ? 'SID' : 'name'} (40154)`;
}

/**
 * Why nobody was found: to be put into words later, and the same whenever that is. Tasks of one group share it until a
 * worker changes.
 */
export function whyNobody(task: TaskState): () => string {
  const { ws, group, step } = task;
  const { friendlyName } = step.queue;
  const found = group?.nobody;
  if (found?.epoch === ws.epoch && found.queueName === friendlyName) return found.why;
  const why = whyNobodyNow(task);
  if (group) group.nobody = { epoch: ws.epoch, queueName: friendlyName, why };
  return why;
}

function whyNobodyNow(task: TaskState): () => string {
  const { ws, step } = task;
  const skip = step.skipIf ? `; skip_if: ${phrase(skipReasons(step))}` : '';
  if (ws.workers.size > MOST_WORKERS) return whyNobodyOfMany(task, skip);
  const question = questionOf(task);
  const workers = [...ws.workers.values()].map((worker) => workerThen(task, worker));
  return () => {
    const each = workers.map(
      (worker) => `${worker.inExpressions.friendlyName}: ${because(question, worker)}`,
    );
    return `found nobody eligible: ${each.length === 0 ? 'there is no worker' : each.join(' | ')}${skip}`;
  };
}

const because = (question: Question, worker: WorkerThen) =>
  obstacles(question, worker).join('; ') || 'other tasks go first';

/** Numbers that are at hand: looking at each worker would cost a busy engine more than routing does. */
function whyNobodyOfMany(task: TaskState, skip: string): () => string {
  const { queue } = task.step;
  const { friendlyName } = queue;
  const all = task.ws.workers.size;
  const members = queue.workers.size;
  const available = countWorkers(queue, 'available');
  const pool = task.group?.pool;
  const free = pool?.workers.length ?? 0;
  const question = task.step.known ? questionOf(task) : undefined;
  return () => {
    const known = question ? `; the known worker: ${whoIsKnown(question)}` : '';
    const channel = pool ? `, ${free} of these free on the channel ${pool.channel.uniqueName}` : '';
    return (
      `found nobody eligible: of ${all} workers ${members} are in the queue ${friendlyName}, ${available} of these in ` +
      `an activity that takes tasks${channel}${known}${skip}`
    );
  };
}
