import type { Core } from './core.js';
import { sayTask } from './events/events.js';
import { sayTransfer } from './events/transfer-events.js';
import { endRound } from './matching/backoff.js';
import { transferUnderWay, waitHere } from './matching/waiting.js';
import { isAccepted, isOpen } from './reservation-status.js';
import type { TaskState } from './state.js';
import { cancelTask, setTaskStatus } from './tasks.js';
import { endTransfer } from './transfer-end.js';

/**
 * A task on its way to someone else: what becomes of it when an attempt ends. What the Worker SDK's tests say of a worker
 * who rejects: the transfer has failed, and the task is assigned again; and of a queue: the attempt has failed, and the task
 * is pending. The rest is our choice.
 */

const ENDED: Readonly<Record<string, string>> = {
  rejected: 'was rejected',
  timeout: 'timed out',
  canceled: 'was canceled',
};

/**
 * All reservations made for a transfer have ended without being accepted.
 * @returns whether the task is being transferred at all.
 */
export function transferAttemptEnded(core: Core, task: TaskState): boolean {
  const transfer = transferUnderWay(task);
  if (!transfer) return false;
  const last = task.reservations.findLast(({ transferSid }) => transferSid === transfer.sid);
  const status = last?.reservationStatus ?? 'canceled';
  if (transfer.to.startsWith('WK')) {
    endTransfer(core, task, 'failed', `Transfer failed because the reservation ${ENDED[status] ?? 'ended'}`);
    assignAgain(core, task);
    return true;
  }
  const what = status === 'rejected' ? 'reject' : status === 'timeout' ? 'timeout' : 'cancel';
  transfer.failedReason = `Transfer attempt failed on reservation ${what} because there are no more pending reservations`;
  transfer.dateUpdated = core.time;
  sayTransfer(core, 'attempt-failed', task);
  endRound(core, task);
  task.reroute = null;
  setTaskStatus(core, task, 'pending');
  sayTask(core, 'updated', task);
  waitHere(task);
  return true;
}

/** The task stays with whoever has it. Someone who has hung up wraps up; if nobody is left, the task is canceled. */
export function assignAgain(core: Core, task: TaskState): void {
  const { settledAt } = task;
  task.reroute = null;
  task.roundFailed = false;
  task.failedRounds = 0;
  if (!task.reservations.some(isOpen)) {
    cancelTask(
      core,
      task,
      task.transfer?.failedReason ?? 'Transfer canceled after its initiator had completed',
    );
    return;
  }
  const assigned = task.reservations.some(isAccepted);
  setTaskStatus(core, task, assigned ? 'assigned' : 'wrapping');
  // The limit of assigned tasks counts from when it was accepted.
  task.settledAt = settledAt;
  core.schedule(task);
  if (!assigned) sayTask(core, 'wrapup', task);
  sayTask(core, 'updated', task);
}
