import { valueAt } from '../../../expressions/index.js';
import { Heap } from '../heap.js';
import {
  DIRECT_FILTER,
  type Group,
  type QueueState,
  type TaskState,
  type TransferState,
  type WorkerState,
} from '../state.js';
import { hasCapacity, poolOf } from './pools.js';

/**
 * Waiting tasks, in groups: tasks at the same step that agree on the attributes its expression asks for could go to
 * exactly the same workers, so one question about a worker answers for the whole group, and the group's first task is
 * the one to go.
 */

type Before = (a: TaskState, b: TaskState) => boolean;

/** Priority, then virtual start time. twilio.com/docs/taskrouter/api/task-queue */
const fifo: Before = (a, b) => {
  if (a.priority !== b.priority) return a.priority > b.priority;
  if (a.virtualStartTime !== b.virtualStartTime) return a.virtualStartTime < b.virtualStartTime;
  return a.order < b.order;
};

/** The newest first; priority counts for nothing. twilio.com/docs/taskrouter/queue-ordering-last-first-out-lifo */
const lifo: Before = (a, b) =>
  a.virtualStartTime !== b.virtualStartTime ? a.virtualStartTime > b.virtualStartTime : a.order > b.order;

const orderOf = (queue: QueueState): Before => (queue.taskOrder === 'LIFO' ? lifo : fifo);

/** Of two waiting tasks, perhaps of different queues: does `a` go first? */
export function goesBefore(a: TaskState, b: TaskState): boolean {
  const order = a.step.queue.taskOrder;
  if (order !== b.step.queue.taskOrder) return order === a.ws.workspace.prioritizeQueueOrder;
  return orderOf(a.step.queue)(a, b);
}

/** Makes a pending task wait at its present step. */
export function startWaiting(task: TaskState): void {
  const group = groupOf(task);
  task.group = group;
  group.tasks.put(task);
  if (group.tasks.size === 1) registryOf(group).add(group);
}

/** Does the task wait because its assignment callbacks failed? See backoff.ts. */
export const isBackingOff = ({ retryAt }: TaskState): boolean => retryAt !== Number.POSITIVE_INFINITY;

/** Makes a pending task wait at its present step, and the router look at it; not while it backs off. */
export function waitHere(task: TaskState): void {
  if (isBackingOff(task)) return;
  startWaiting(task);
  task.ws.dirtyTasks.add(task);
}

/** Takes a task out of the waiting ones; one that does not wait is ignored. */
export function stopWaiting(task: TaskState): void {
  const { group } = task;
  if (!group) return;
  task.group = undefined;
  group.tasks.remove(task);
  if (group.tasks.size > 0) return;
  group.step.groups.delete(group.key);
  if (group.pool === undefined) dropFrom(task.ws.direct, group.known!, group);
  else if (group.known !== undefined) dropFrom(group.pool.known, group.known, group);
  else group.pool.groups.delete(group);
}

/** Moves a waiting task to its place after its priority or time changed. */
export function reorder(task: TaskState): void {
  task.group?.tasks.put(task);
}

function groupOf(task: TaskState): Group {
  const { step } = task;
  const direct = isForOneWorker(task);
  const known = knownKeyOf(task);
  const values = step.taskPaths.map((path) => valueAt(task.parsedAttributes, path));
  // A transfer to a worker goes to them at once, as a RoutingTarget does by default.
  const ignoreCapacity = direct && (task.ignoreCapacity || transferUnderWay(task) !== undefined);
  const key = JSON.stringify([task.taskChannelSid, known, ignoreCapacity, values]);
  const found = step.groups.get(key);
  if (found) return found;
  const channel = task.ws.taskChannels.get(task.taskChannelSid)!;
  const group: Group = {
    key,
    step,
    channel,
    pool: direct ? undefined : poolOf(step.queue, channel),
    parsedAttributes: task.parsedAttributes,
    known,
    ignoreCapacity,
    tasks: new Heap('groupSlot', orderOf(step.queue)),
    noneAt: -1,
    nobody: undefined,
  };
  step.groups.set(key, group);
  return group;
}

/** The transfer that waits for someone to accept it. */
export const transferUnderWay = ({ transfer }: TaskState): TransferState | undefined =>
  transfer?.status === 'initiated' ? transfer : undefined;

/** Where a task goes past the filters: where it is being transferred to, else its RoutingTarget. */
const targetOf = (task: TaskState): string | null => transferUnderWay(task)?.to ?? task.routingTarget;

/** Is the task for one worker, by its RoutingTarget or a transfer? */
export const isForOneWorker = (task: TaskState): boolean =>
  task.step.filter === DIRECT_FILTER && targetOf(task)?.startsWith('WK') === true;

/** Which worker alone the task may go to. Null and absent in a known-worker step make a key that no worker has. */
export function knownKeyOf(task: TaskState): string | undefined {
  const { step, parsedAttributes } = task;
  if (isForOneWorker(task)) return `sid:${targetOf(task)}`;
  if (!step.known) return undefined;
  const value = valueAt(parsedAttributes, step.known.path);
  if (typeof value !== 'string') return '';
  return step.known.by === 'sid' ? `sid:${value}` : `name:${value.toLowerCase()}`;
}

/** Where workers find the group. */
function registryOf({ pool, known, step }: Group): Set<Group> {
  if (pool === undefined) return setIn(step.queue.ws.direct, known!);
  return known === undefined ? pool.groups : setIn(pool.known, known);
}

function setIn(map: Map<string, Set<Group>>, key: string): Set<Group> {
  const found = map.get(key);
  if (found) return found;
  const set = new Set<Group>();
  map.set(key, set);
  return set;
}

function dropFrom(map: Map<string, Set<Group>>, key: string, group: Group): void {
  const set = map.get(key);
  set?.delete(group);
  if (set?.size === 0) map.delete(key);
}

/** The best of the tasks that this worker could be given now. */
export function bestTaskFor(worker: WorkerState): TaskState | undefined {
  let best = bestOf(worker, worker.ws.direct.get(`sid:${worker.sid}`), undefined);
  for (const pool of worker.pools) {
    best = bestOf(worker, pool.groups, best);
    if (pool.known.size === 0) continue;
    best = bestOf(worker, pool.known.get(`sid:${worker.sid}`), best);
    best = bestOf(worker, pool.known.get(`name:${worker.friendlyName.toLowerCase()}`), best);
  }
  return best;
}

function bestOf(worker: WorkerState, groups: ReadonlySet<Group> | undefined, best: TaskState | undefined) {
  let found = best;
  if (groups) {
    for (const group of groups) {
      const head = group.tasks.peek()!;
      if ((found === undefined || goesBefore(head, found)) && fits(worker, group)) found = head;
    }
  }
  return found;
}

/** Does the worker satisfy everything of the group's step that its pool does not already say? */
export function fits(worker: WorkerState, group: Group): boolean {
  if (group.pool === undefined) return group.ignoreCapacity || isFree(worker, group);
  return group.step.expression?.test({ task: group.parsedAttributes, worker: worker.scope }) ?? true;
}

const isFree = (worker: WorkerState, group: Group) =>
  worker.activity.available && hasCapacity(worker, worker.channels.get(group.channel.sid)!);
