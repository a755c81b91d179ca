import type { Core } from './core.js';
import { sayReservation, sayTask } from './events/events.js';
import { stopWaiting, transferUnderWay } from './matching/waiting.js';
import { isAccepted, isOpen, isPending } from './reservation-status.js';
import {
  endUnaccepted,
  forgetReservation,
  moveSingleTasking,
  noteEnd,
  setReservationStatus,
} from './reservations.js';
import type { Plan, ReservationState, TaskState } from './state.js';
import { completeTransfer, endTransfer } from './transfer-end.js';
import type { AssignmentStatus } from './types.js';

/** What becomes of a task once it leaves the waiting ones: accepted, wrapping, completed, canceled, gone. */

/** Gives a task another status and the timer that goes with it. */
export function setTaskStatus(core: Core, task: TaskState, status: AssignmentStatus, reason?: string): void {
  task.assignmentStatus = status;
  if (reason !== undefined) task.reason = reason;
  if (status === 'assigned' || status === 'completed' || status === 'canceled') task.settledAt = core.time;
  core.touch(task);
  core.schedule(task);
}

/** The worker takes the task; other workers it was reserved for lose it. */
export function acceptReservation(core: Core, reservation: ReservationState): void {
  const { task } = reservation;
  setReservationStatus(core, reservation, 'accepted');
  task.failedRounds = 0;
  setTaskStatus(core, task, 'assigned');
  noteEnd(core, reservation, 'accepted');
  moveSingleTasking(core, reservation, 'assignment');
  sayReservation(core, 'accepted', reservation);
  if (reservation.transferSid === transferUnderWay(task)?.sid) completeTransfer(core, task);
  for (const other of task.reservations.filter(isPending))
    endUnaccepted(core, other, 'rescinded', 'another worker took the task');
}

/** assigned -> wrapping, with its reservations: after a warm transfer there may be several. */
export function wrapTask(core: Core, task: TaskState): void {
  setTaskStatus(core, task, 'wrapping');
  sayTask(core, 'wrapup', task);
  for (const reservation of task.reservations.filter(isAccepted)) wrapAlone(core, reservation);
}

/** A worker is done with the conversation. The task wraps up with its last one. */
export function wrapReservation(core: Core, reservation: ReservationState): void {
  const { task } = reservation;
  const goesOn = task.reservations.some((other) => other !== reservation && isAccepted(other));
  if (goesOn || transferUnderWay(task)) wrapAlone(core, reservation);
  else wrapTask(core, task);
}

/** accepted -> wrapping, without the task. */
export function wrapAlone(core: Core, reservation: ReservationState): void {
  setReservationStatus(core, reservation, 'wrapping');
  sayReservation(core, 'wrapup', reservation);
}

/** A worker is done with a task. The task is completed with the last of its reservations. */
export function completeReservation(core: Core, reservation: ReservationState): void {
  const { task } = reservation;
  const goesOn = task.reservations.some((other) => other !== reservation && isOpen(other));
  if (!goesOn && !transferUnderWay(task)) {
    completeTask(core, task, 'All reservations were completed');
    return;
  }
  completeAlone(core, reservation);
  // Whoever is left has hung up before: the conversation is over.
  if (task.assignmentStatus === 'assigned' && !task.reservations.some(isAccepted)) {
    setTaskStatus(core, task, 'wrapping');
    sayTask(core, 'wrapup', task);
  }
}

/** accepted or wrapping -> completed, without the task. */
function completeAlone(core: Core, reservation: ReservationState): void {
  setReservationStatus(core, reservation, 'completed');
  sayReservation(core, 'completed', reservation);
}

/** assigned or wrapping -> completed, with its reservation. The events come in the order seen on a real account. */
export function completeTask(core: Core, task: TaskState, reason: string | undefined): void {
  setTaskStatus(core, task, 'completed', reason);
  sayTask(core, 'completed', task);
  for (const reservation of task.reservations.filter(isOpen)) completeAlone(core, reservation);
  sayTask(core, 'updated', task);
}

/** pending or reserved -> canceled, with every pending reservation. Whoever was transferring it is done with it. */
export function cancelTask(core: Core, task: TaskState, reason: string | undefined): void {
  stopWaiting(task);
  if (transferUnderWay(task))
    endTransfer(core, task, 'failed', 'Transfer failed because the task was canceled');
  setTaskStatus(core, task, 'canceled', reason);
  task.trace.note(core.time, 'left', task.step, `left the workflow: ${reason ?? 'canceled'}`);
  sayTask(core, 'canceled', task);
  for (const reservation of task.reservations.filter(isPending))
    endUnaccepted(core, reservation, 'canceled', 'the task was canceled');
  for (const reservation of task.reservations.filter(isOpen)) completeAlone(core, reservation);
}

/** Deletes a task at any time; its worker's capacity is free again. */
export function deleteTask(core: Core, task: TaskState, verb: 'deleted' | 'system-deleted'): void {
  stopWaiting(task);
  if (transferUnderWay(task))
    endTransfer(core, task, 'failed', 'Transfer failed because the task was deleted');
  for (const reservation of task.reservations.filter(isOpen)) {
    if (isPending(reservation)) endUnaccepted(core, reservation, 'canceled');
    else completeAlone(core, reservation);
  }
  sayTask(core, verb, task);
  forgetTask(core, task);
}

/** Forgets a task that has ended, and everything that hangs on it. */
export function forgetTask(core: Core, task: TaskState): void {
  core.timers.remove(task);
  for (const reservation of task.reservations) forgetReservation(core, reservation);
  task.ws.tasks.delete(task.sid);
  task.ws.dirtyTasks.delete(task);
  releasePlan(task.plan);
}

/** Makes a task follow another version of its workflow. */
export function adoptPlan(task: TaskState, plan: Plan): void {
  plan.tasks += 1;
  releasePlan(task.plan);
  task.plan = plan;
}

function releasePlan(plan: Plan): void {
  plan.tasks -= 1;
  if (plan.tasks === 0 && plan.workflow.plan !== plan) plan.workflow.plans.delete(plan.version);
}
