import {
  type CompiledExpression,
  type CompileOptions,
  compileExpression,
  names,
} from '../../../expressions/index.js';
import type { Commands } from '../command-types.js';
import type { Core } from '../core.js';
import { sayQueue } from '../events/events.js';
import { activityOf, checkInteger, checkName, find, workspaceOf } from '../lookup.js';
import { changeWorker, leave, review } from '../matching/membership.js';
import { startWaiting, stopWaiting } from '../matching/waiting.js';
import { badRequest } from '../refusal.js';
import type { Plan, QueueState, TaskState, WorkspaceState } from '../state.js';
import type { QueueOrder } from '../types.js';
import { within } from '../workflow/plan-fields.js';

/** twilio.com/docs/taskrouter/limits */
const MOST_QUEUES = 5_000;

export function createTaskQueue(core: Core, params: Commands['createTaskQueue']['params']): QueueState {
  const ws = workspaceOf(core, params.workspaceSid);
  checkName(params.friendlyName);
  if (ws.taskQueues.size >= MOST_QUEUES)
    throw badRequest(`A Workspace can have at most ${MOST_QUEUES} TaskQueues`);
  checkFields(ws, params);
  const targetWorkers = params.targetWorkers ?? '1==1';
  const target = compileTarget(targetWorkers, core.compileOptions);
  const queue: QueueState = {
    sid: core.sid('WQ'),
    workspaceSid: ws.workspace.sid,
    dateCreated: core.time,
    dateUpdated: core.time,
    friendlyName: params.friendlyName,
    targetWorkers,
    maxReservedWorkers: params.maxReservedWorkers ?? 1,
    taskOrder: params.taskOrder ?? 'FIFO',
    reservationActivitySid: params.reservationActivitySid ?? null,
    assignmentActivitySid: params.assignmentActivitySid ?? null,
    ws,
    target: undefined,
    workers: new Set(),
    activityCounts: new Map(),
    pools: new Map(),
  };
  ws.taskQueues.set(queue.sid, queue);
  setTarget(queue, target);
  sayQueue(core, 'created', queue);
  return queue;
}

/** An empty expression matches nobody: twilio.com/docs/taskrouter/api/task-queue. */
export function compileTarget(
  source: string,
  options: CompileOptions,
): CompiledExpression<'queue'> | undefined {
  if (source.trim() === '') return undefined;
  return within('TargetWorkers', () => compileExpression(source, 'queue', options));
}

/** Gives a queue its expression and finds its workers anew. */
export function setTarget(queue: QueueState, target: CompiledExpression<'queue'> | undefined): void {
  const { ws } = queue;
  const asked = target ? names(target.ast) : [];
  mark(
    ws.activityQueues,
    queue,
    asked.some((name) => name === 'activity_sid' || name === 'activity_name'),
  );
  mark(
    ws.loadQueues,
    queue,
    asked.some((name) => name.startsWith('channel.')),
  );
  queue.target = target;
  for (const worker of ws.workers.values()) changeWorker(worker, () => review(worker, queue));
}

function mark<T>(set: Set<T>, item: T, belongs: boolean): void {
  if (belongs) set.add(item);
  else set.delete(item);
}

function checkFields(
  ws: WorkspaceState,
  params: Commands['updateTaskQueue']['params'] | Commands['createTaskQueue']['params'],
): void {
  checkInteger(params.maxReservedWorkers, 'MaxReservedWorkers', 1, 50);
  const { reservationActivitySid, assignmentActivitySid } = params;
  if (reservationActivitySid !== undefined) activityOf(ws, reservationActivitySid, 'ReservationActivitySid');
  if (assignmentActivitySid !== undefined) activityOf(ws, assignmentActivitySid, 'AssignmentActivitySid');
}

export function updateTaskQueue(core: Core, params: Commands['updateTaskQueue']['params']): QueueState {
  const queue = find(core, 'taskQueues', params);
  if (params.friendlyName !== undefined) checkName(params.friendlyName);
  checkFields(queue.ws, params);
  const { targetWorkers } = params;
  const changed = targetWorkers !== undefined && targetWorkers !== queue.targetWorkers;
  const target = changed ? compileTarget(targetWorkers, core.compileOptions) : undefined;
  queue.friendlyName = params.friendlyName ?? queue.friendlyName;
  queue.maxReservedWorkers = params.maxReservedWorkers ?? queue.maxReservedWorkers;
  queue.reservationActivitySid = params.reservationActivitySid ?? queue.reservationActivitySid;
  queue.assignmentActivitySid = params.assignmentActivitySid ?? queue.assignmentActivitySid;
  core.touch(queue);
  if (params.taskOrder !== undefined) setOrder(queue, params.taskOrder);
  if (changed) {
    queue.targetWorkers = targetWorkers;
    setTarget(queue, target);
    sayQueue(core, 'expression.updated', queue);
  }
  return queue;
}

function setOrder(queue: QueueState, order: QueueOrder): void {
  if (queue.taskOrder === order) return;
  const waiting: TaskState[] = [];
  for (const task of queue.ws.tasks.values()) {
    if (task.group && task.step.queue === queue) waiting.push(task);
  }
  for (const task of waiting) stopWaiting(task);
  queue.taskOrder = order;
  for (const task of waiting) startWaiting(task);
}

/**
 * Only pending tasks are documented as a reason to refuse; a workflow that names the queue is one as well here. So is
 * an older configuration, as long as a task may still come to the queue by it.
 */
export function deleteTaskQueue(core: Core, params: Commands['deleteTaskQueue']['params']): void {
  const queue = find(core, 'taskQueues', params);
  const { ws } = queue;
  const plans = new Set([...ws.workflows.values()].map(({ plan }) => plan));
  for (const { assignmentStatus, step, plan } of ws.tasks.values()) {
    if (assignmentStatus !== 'pending' && assignmentStatus !== 'reserved') continue;
    if (step.queue === queue) {
      throw badRequest(`Cannot delete task queue ${queue.sid} because it has pending or reserved tasks`);
    }
    plans.add(plan);
  }
  for (const plan of plans) {
    if (!routesTo(plan, queue)) continue;
    throw badRequest(
      `Cannot delete task queue ${queue.sid} because workflow ${plan.workflow.sid} routes to it`,
    );
  }
  // First of all: a queue that is still in one of these takes back every worker that leaves it.
  ws.activityQueues.delete(queue);
  ws.loadQueues.delete(queue);
  for (const worker of [...queue.workers]) changeWorker(worker, () => leave(worker, queue));
  ws.taskQueues.delete(queue.sid);
  ws.dirtyQueues.delete(queue);
  sayQueue(core, 'deleted', queue);
}

const routesTo = ({ filters, defaultStep }: Plan, queue: QueueState) =>
  defaultStep?.queue === queue || filters.some(({ steps }) => steps.some((step) => step.queue === queue));
