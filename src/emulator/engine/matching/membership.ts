import type { Core } from '../core.js';
import { sayActivityChange } from '../events/events.js';
import type { ActivityState, QueueState, TaskChannelState, WorkerState } from '../state.js';
import { enroll, withdraw } from './pools.js';

/** Every change of a worker goes through here, so that pools, memberships and counts never lag behind. */

/**
 * Changes a worker. Pools are left before and joined again after, and the router is told.
 * Not for a worker that is already being changed.
 */
export function changeWorker(worker: WorkerState, change: () => void): void {
  withdraw(worker);
  change();
  for (const queue of worker.ws.loadQueues) review(worker, queue);
  enroll(worker);
  notice(worker);
}

/** Changes only what a worker has to do on one channel, not its place in the order of idleness. */
export function changeLoad(worker: WorkerState, channel: TaskChannelState, change: () => void): void {
  const { loadQueues, workspace } = worker.ws;
  // Elsewhere this channel's load matters only to queues that ask for it, and where one task is all a worker can have.
  if (loadQueues.size > 0 || !workspace.multiTaskEnabled) {
    changeWorker(worker, change);
    return;
  }
  withdraw(worker, channel);
  change();
  enroll(worker, channel);
  notice(worker);
}

function notice(worker: WorkerState): void {
  worker.ws.epoch += 1;
  worker.ws.dirtyWorkers.add(worker);
}

/** Moves a worker to another activity, and says so. The present one: nothing happens. `by`: what moved it, in words. */
export function setActivity(core: Core, worker: WorkerState, activity: ActivityState, by: string): void {
  const previous = worker.activity;
  if (previous === activity) return;
  const since = core.time - worker.dateStatusChanged;
  changeWorker(worker, () => {
    for (const queue of worker.queues) {
      count(queue, previous.sid, -1);
      count(queue, activity.sid, +1);
    }
    worker.activity = activity;
    worker.activitySid = activity.sid;
    worker.dateStatusChanged = core.time;
    worker.movedBy = by;
    core.touch(worker);
    // A worker who never had a task is idle since it could have had one.
    if (activity.available && !worker.everReserved) setIdleFrom(worker, core.nextOrder());
    for (const queue of worker.ws.activityQueues) review(worker, queue);
  });
  sayActivityChange(core, worker, previous, since);
}

/** Makes a worker the one who has been idle for the shortest time, on every channel. Only inside `changeWorker`. */
export function setIdleFrom(worker: WorkerState, rank: number): void {
  worker.idleRank = rank;
  for (const channel of worker.channels.values()) channel.idleRank = rank;
}

/** Decides again whether a worker belongs to a queue. Only while the worker is in no pool. */
export function review(worker: WorkerState, queue: QueueState): void {
  const belongs = queue.target?.test({ worker: worker.scope }) ?? false;
  if (belongs === queue.workers.has(worker)) return;
  if (belongs) join(worker, queue);
  else leave(worker, queue);
}

function join(worker: WorkerState, queue: QueueState): void {
  queue.workers.add(worker);
  worker.queues.add(queue);
  count(queue, worker.activitySid, +1);
}

/** Takes a worker out of a queue it is in. Only while the worker is in no pool. */
export function leave(worker: WorkerState, queue: QueueState): void {
  queue.workers.delete(worker);
  worker.queues.delete(queue);
  count(queue, worker.activitySid, -1);
}

function count(queue: QueueState, activitySid: string, by: number): void {
  const now = (queue.activityCounts.get(activitySid) ?? 0) + by;
  if (now === 0) queue.activityCounts.delete(activitySid);
  else queue.activityCounts.set(activitySid, now);
  queue.ws.dirtyQueues.add(queue);
}
