import { type OrderClause, orderKey } from '../../../expressions/index.js';
import type { Group, TaskState, WorkerState } from '../state.js';
import { fits } from './waiting.js';

/**
 * The workers a waiting task would be reserved for now, best first, at most `MaxReservedWorkers` of them.
 *
 * Longest idle first (twilio.com/docs/taskrouter/lifecycle-task-workflows-and-assignment), or as `order_by` says
 * (twilio.com/docs/taskrouter/order-workers).
 */
export function candidatesFor(task: TaskState): readonly WorkerState[] {
  const { group, ws, step } = task;
  if (!group || group.noneAt === ws.epoch) return [];
  const limit = step.queue.maxReservedWorkers;
  const found = group.known === undefined ? fromPool(group, limit) : knownWorker(task, group);
  if (found.length === 0) group.noneAt = ws.epoch;
  return found;
}

function fromPool(group: Group, limit: number): readonly WorkerState[] {
  const { orderBy } = group.step;
  const found: WorkerState[] = [];
  for (const worker of group.pool!.workers) {
    if (!fits(worker, group)) continue;
    found.push(worker);
    if (found.length === limit && !orderBy) return found;
  }
  return orderBy ? ordered(found, orderBy).slice(0, limit) : found;
}

/** A clause that meets something other than an integer makes the whole `order_by` count for nothing. */
function ordered(workers: WorkerState[], clauses: readonly OrderClause[]): readonly WorkerState[] {
  const keyed: { worker: WorkerState; key: number[] }[] = [];
  for (const worker of workers) {
    const key = orderKey(clauses, worker.parsedAttributes);
    if (!key) return workers;
    keyed.push({ worker, key });
  }
  // The sort is stable: ties keep the order of idleness.
  keyed.sort((a, b) => {
    const at = a.key.findIndex((value, index) => value !== b.key[index]);
    return at < 0 ? 0 : a.key[at]! < b.key[at]! ? -1 : 1;
  });
  return keyed.map(({ worker }) => worker);
}

function knownWorker({ ws }: TaskState, group: Group): readonly WorkerState[] {
  const worker = findKnown(ws, group.known!);
  if (!worker || !fits(worker, group)) return [];
  return group.pool === undefined || worker.pools.has(group.pool) ? [worker] : [];
}

/** The worker a key of a group names. */
export function findKnown(ws: TaskState['ws'], key: string): WorkerState | undefined {
  return key.startsWith('sid:') ? ws.workers.get(key.slice(4)) : ws.workersByName.get(key.slice(5));
}
