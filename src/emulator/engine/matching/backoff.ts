import type { Core } from '../core.js';
import { isPending } from '../reservation-status.js';
import type { TaskState, WorkflowState } from '../state.js';
import { isBackingOff, waitHere } from './waiting.js';

/**
 * An endpoint that fails is not hammered. A round (all reservations made for a task together) has failed when it ended
 * with a failed assignment callback and no usable answer. Our choice: how Twilio spaces them is not documented.
 */
const ROUNDS_AT_ONCE = 3;
const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 10_000;

/** How long a task waits before its next round, after so many failed ones in a row. */
export function backoffMs(failedRounds: number): number {
  if (failedRounds <= ROUNDS_AT_ONCE) return 0;
  return Math.min(FIRST_WAIT_MS * 2 ** (failedRounds - ROUNDS_AT_ONCE - 1), LONGEST_WAIT_MS);
}

/** A round is over and nobody has taken the task: sets when the next one may begin. */
export function endRound(core: Core, task: TaskState): void {
  task.failedRounds = task.roundFailed ? task.failedRounds + 1 : 0;
  task.roundFailed = false;
  const wait = core.options.callbackBackoff ? backoffMs(task.failedRounds) : 0;
  if (wait === 0) return;
  task.retryAt = core.time + wait;
  const { failedRounds, step } = task;
  task.trace.note(core.time, 'backing-off', step, `backs off for ${wait} ms: ${failedInARow(failedRounds)}`);
}

/** In words. */
export const failedInARow = (rounds: number): string =>
  `the assignment callbacks of ${rounds} rounds in a row failed`;

/** The endpoint answers, or another one is asked: the count begins anew, and a task that backs off is offered at once. */
export function resetBackoff(core: Core, task: TaskState): void {
  task.roundFailed = false;
  task.failedRounds = 0;
  if (isBackingOff(task)) endBackoff(core, task);
}

/** The wait is over: the task waits for workers again. */
export function endBackoff(core: Core, task: TaskState): void {
  task.retryAt = Number.POSITIVE_INFINITY;
  core.schedule(task);
  if (task.assignmentStatus === 'pending') waitHere(task);
}

/** Another callback URL: what failed may work now. */
export function resetBackoffs(core: Core, workflow: WorkflowState): void {
  for (const task of workflow.ws.tasks.values()) {
    if (task.plan.workflow === workflow && task.failedRounds > 0) resetBackoff(core, task);
  }
}

/** Has the round of a reserved task ended without anybody taking it? */
export const roundIsOver = (task: TaskState): boolean =>
  task.assignmentStatus === 'reserved' && !task.reservations.some(isPending);
