import type { Commands } from '../command-types.js';
import type { Core } from '../core.js';
import { sayReservation, sayTask } from '../events/events.js';
import { activityOf, checkVersion, find } from '../lookup.js';
import { resetBackoff } from '../matching/backoff.js';
import { setActivity } from '../matching/membership.js';
import { badRequest, EngineRefusal } from '../refusal.js';
import { isAccepted, isOpen, isPending } from '../reservation-status.js';
import { endUnaccepted, moveBack } from '../reservations.js';
import type { ReservationState } from '../state.js';
import { acceptReservation, completeReservation, wrapReservation } from '../tasks.js';
import type { ReservationStatus } from '../types.js';
import { returnToQueue } from '../workflow/steps.js';

/** Commands on reservations: what REST, an instruction or a simulated phone does to one. */

export function updateReservation(
  core: Core,
  params: Commands['updateReservation']['params'],
): ReservationState {
  const reservation = find(core, 'reservations', params);
  checkVersion(reservation, params.ifMatch);
  const { reservationStatus: status, workerActivitySid } = params;
  checkTransition(reservation, status);
  const { task, worker } = reservation;
  const activity =
    workerActivitySid === undefined
      ? undefined
      : activityOf(worker.ws, workerActivitySid, 'WorkerActivitySid');
  if (activity && status !== 'rejected')
    throw badRequest('WorkerActivitySid is for ReservationStatus rejected only');
  if (status === 'accepted') acceptReservation(core, reservation);
  else if (status === 'wrapping') wrapReservation(core, reservation);
  else if (status === 'completed') completeReservation(core, reservation);
  else {
    endUnaccepted(core, reservation, 'rejected');
    if (activity) setActivity(core, worker, activity, `the rejection of reservation ${reservation.sid}`);
    else moveBack(core, reservation);
    returnToQueue(core, task);
  }
  return reservation;
}

const allowed: Partial<Record<ReservationStatus, readonly ReservationStatus[]>> = {
  accepted: ['pending'],
  rejected: ['pending'],
  wrapping: ['accepted'],
  completed: ['accepted', 'wrapping'],
};

/** twilio.com/docs/taskrouter/api/reservations; 410: twilio.com/docs/taskrouter/api/task-queue. */
function checkTransition({ sid, reservationStatus: now }: ReservationState, status: ReservationStatus): void {
  const from = allowed[status];
  if (!from) throw badRequest(`ReservationStatus ${status} cannot be set`);
  if (from.includes(now)) return;
  const message = `Reservation ${sid} is already in state [${now}] and cannot be updated to [${status}]`;
  throw now === 'rescinded' && status === 'accepted'
    ? new EngineRefusal(410, 20410, message)
    : badRequest(message);
}

export function callbackFailed(core: Core, params: Commands['callbackFailed']['params']): ReservationState {
  const reservation = pendingOf(core, params);
  reservation.task.roundFailed = true;
  return cancelPending(core, reservation, 'no callback URL gave a usable answer');
}

export function callbackAnswered(core: Core, params: Commands['callbackAnswered']['params']): void {
  const reservation = core.workspaces.get(params.workspaceSid)?.reservations.get(params.sid);
  if (reservation) resetBackoff(core, reservation.task);
}

export function workerDidNotAnswer(
  core: Core,
  params: Commands['workerDidNotAnswer']['params'],
): ReservationState {
  return cancelPending(core, pendingOf(core, params), 'its phone was not answered');
}

function cancelPending(core: Core, reservation: ReservationState, why: string): ReservationState {
  endUnaccepted(core, reservation, 'canceled', why);
  returnToQueue(core, reservation.task);
  return reservation;
}

export function workerRinging(core: Core, params: Commands['workerRinging']['params']): ReservationState {
  const reservation = pendingOf(core, params);
  core.scheduleReservation(reservation, Number.POSITIVE_INFINITY);
  return reservation;
}

export function workerAnswered(core: Core, params: Commands['workerAnswered']['params']): ReservationState {
  const reservation = pendingOf(core, params);
  const { task } = reservation;
  if (params.taskAttributes) {
    const attributes = JSON.stringify({ ...task.parsedAttributes, ...params.taskAttributes });
    task.attributes = attributes;
    task.parsedAttributes = JSON.parse(attributes);
    core.touch(task);
    sayTask(core, 'updated', task);
  }
  acceptReservation(core, reservation);
  return reservation;
}

/**
 * A multitasking workspace leaves the task wrapping, for the agent or a program to complete:
 * twilio.com/docs/taskrouter/lifecycle-task-state.
 */
export function callEnded(core: Core, params: Commands['callEnded']['params']): ReservationState {
  const reservation = find(core, 'reservations', params);
  const { worker } = reservation;
  if (!isOpen(reservation) || isPending(reservation)) throw notNow(reservation, 'accepted');
  const { postWorkActivitySid } = params;
  const activity =
    postWorkActivitySid === undefined
      ? undefined
      : activityOf(worker.ws, postWorkActivitySid, 'PostWorkActivitySid');
  if (!worker.ws.workspace.multiTaskEnabled) completeReservation(core, reservation);
  else if (isAccepted(reservation)) wrapReservation(core, reservation);
  if (activity) setActivity(core, worker, activity, `the end of its call (reservation ${reservation.sid})`);
  return reservation;
}

export function instructionFailed(
  core: Core,
  params: Commands['instructionFailed']['params'],
): ReservationState {
  const reservation = find(core, 'reservations', params);
  sayReservation(core, 'failed', reservation);
  return reservation;
}

function pendingOf(core: Core, params: { workspaceSid: string; sid: string }): ReservationState {
  const reservation = find(core, 'reservations', params);
  if (!isPending(reservation)) throw notNow(reservation, 'pending');
  return reservation;
}

const notNow = ({ sid }: ReservationState, state: string) =>
  badRequest(`Reservation ${sid} is not currently in a ${state} state.`);
