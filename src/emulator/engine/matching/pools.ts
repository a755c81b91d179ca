import type { Pool, QueueState, TaskChannelState, WorkerChannelState, WorkerState } from '../state.js';

/**
 * Pools keep, for each queue and channel, the workers who could take a task this instant in order of idleness. They
 * are kept up to date where a worker changes, so that routing never looks at the others.
 */

/** Could the worker take one more task of this channel, as far as capacity goes? */
export function hasCapacity(worker: WorkerState, channel: WorkerChannelState): boolean {
  return worker.ws.workspace.multiTaskEnabled
    ? channel.available && channel.consumedCapacity < channel.configuredCapacity
    : worker.openReservations === 0;
}

/** The pool of a queue and channel, made when first asked for. */
export function poolOf(queue: QueueState, channel: TaskChannelState): Pool {
  const found = queue.pools.get(channel.sid);
  if (found) return found;
  const pool: Pool = { queue, channel, workers: [], groups: new Set(), known: new Map() };
  queue.pools.set(channel.sid, pool);
  for (const worker of queue.workers) enrollIn(worker, pool);
  return pool;
}

/** Takes a worker out of its pools (of one channel only, if given). To be called before what they depend on changes. */
export function withdraw(worker: WorkerState, only?: TaskChannelState): void {
  for (const pool of worker.pools) {
    if (only !== undefined && pool.channel !== only) continue;
    pool.workers.splice(placeIn(pool, rankIn(pool, worker)), 1);
    worker.pools.delete(pool);
  }
}

/** Puts a worker into the pools it belongs to as it is now (of one channel only, if given). */
export function enroll(worker: WorkerState, only?: TaskChannelState): void {
  if (!worker.activity.available) return;
  for (const queue of worker.queues) {
    if (only === undefined) for (const pool of queue.pools.values()) enrollIn(worker, pool);
    else {
      const pool = queue.pools.get(only.sid);
      if (pool) enrollIn(worker, pool);
    }
  }
}

function enrollIn(worker: WorkerState, pool: Pool): void {
  const channel = worker.channels.get(pool.channel.sid);
  if (!worker.activity.available || !channel || !hasCapacity(worker, channel)) return;
  worker.pools.add(pool);
  const rank = rankIn(pool, worker);
  const last = pool.workers.at(-1);
  // Whoever was reserved last goes to the end: the usual case needs no search.
  if (last === undefined || rankIn(pool, last) < rank) pool.workers.push(worker);
  else pool.workers.splice(placeIn(pool, rank), 0, worker);
}

/** ChannelOptimizedRouting asks who was idle longest on this channel, otherwise on all of them. */
function rankIn(pool: Pool, worker: WorkerState): number {
  return pool.channel.channelOptimizedRouting
    ? (worker.channels.get(pool.channel.sid)?.idleRank ?? worker.idleRank)
    : worker.idleRank;
}

/** Where a rank is, or would be. */
function placeIn(pool: Pool, rank: number): number {
  let low = 0;
  let high = pool.workers.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rankIn(pool, pool.workers[middle]!) < rank) low = middle + 1;
    else high = middle;
  }
  return low;
}
