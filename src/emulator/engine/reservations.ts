import type { Core } from './core.js';
import { askForInstruction, sayReservation } from './events/events.js';
import { changeLoad, changeWorker, setActivity } from './matching/membership.js';
import { isForOneWorker, transferUnderWay } from './matching/waiting.js';
import { consumes } from './reservation-status.js';
import type { ReservationState, TaskState, WorkerState } from './state.js';
import type { ReservationStatus } from './types.js';

/** One reservation's life, without what becomes of its task: that is for tasks.ts. */

/** Reserves a task for a worker, starts the timer, and says that an instruction is wanted. */
export function createReservation(core: Core, task: TaskState, worker: WorkerState): void {
  const { queue } = task.step;
  const reservation: ReservationState = {
    sid: core.sid('WR'),
    workspaceSid: task.workspaceSid,
    dateCreated: core.time,
    dateUpdated: core.time,
    taskSid: task.sid,
    workerSid: worker.sid,
    taskQueueSid: queue.sid,
    workflowSid: task.workflowSid,
    taskChannelSid: task.taskChannelSid,
    reservationStatus: 'pending',
    version: 0,
    transferSid: transferUnderWay(task)?.sid ?? null,
    order: core.nextOrder(),
    task,
    worker,
    queue,
    workerPreviousActivitySid: null,
    dueAt: Number.POSITIVE_INFINITY,
    timerSlot: -1,
  };
  task.reservations.push(reservation);
  task.ws.reservations.set(reservation.sid, reservation);
  const channel = worker.channels.get(task.taskChannelSid)!;
  changeWorker(worker, () => {
    worker.reservations.add(reservation);
    channel.consumedCapacity += 1;
    worker.openReservations += 1;
    worker.everReserved = true;
    worker.idleRank = reservation.order;
    channel.idleRank = reservation.order;
  });
  const before = worker.activitySid;
  moveSingleTasking(core, reservation, 'reservation');
  if (worker.activitySid !== before) reservation.workerPreviousActivitySid = before;
  core.scheduleReservation(reservation, core.time + task.plan.workflow.taskReservationTimeout * 1_000);
  task.trace.note(
    core.time,
    'reserved',
    task.step,
    `reserved for ${worker.friendlyName}: ${whyChosen(task)}`,
  );
  // Twilio's Worker SDK adds one when it hears of a new reservation, and none for what becomes of it: its test of versions.
  worker.version += 1;
  sayReservation(core, 'created', reservation);
  askForInstruction(core, reservation);
}

function whyChosen(task: TaskState): string {
  if (transferUnderWay(task) && isForOneWorker(task)) return 'the transfer';
  if (isForOneWorker(task)) return 'the routing target';
  const { known, orderBySource } = task.step;
  if (known) return 'the known worker of the step';
  return orderBySource ? `first by ${orderBySource}` : 'idle for longest of those eligible';
}

/** Gives a reservation another status, with what that does to its timer and to the worker's capacity. */
export function setReservationStatus(
  core: Core,
  reservation: ReservationState,
  status: ReservationStatus,
): void {
  const { worker, reservationStatus: before } = reservation;
  const channel = worker.channels.get(reservation.taskChannelSid)!;
  const consumed = consumes(status) - consumes(before);
  changeLoad(worker, channel.channel, () => {
    reservation.reservationStatus = status;
    channel.consumedCapacity += consumed;
    worker.openReservations += consumed;
    channel.assignedTasks += Number(status === 'accepted') - Number(before === 'accepted');
  });
  core.touch(reservation);
  core.scheduleReservation(reservation, Number.POSITIVE_INFINITY);
}

/** Ends a pending reservation without the task having been taken. `why`, in words, where the status does not say it. */
export function endUnaccepted(
  core: Core,
  reservation: ReservationState,
  status: 'rejected' | 'timeout' | 'canceled' | 'rescinded',
  why = '',
): void {
  setReservationStatus(core, reservation, status);
  noteEnd(core, reservation, status, why);
  sayReservation(core, status, reservation);
  if (status === 'canceled' || status === 'rescinded') moveBack(core, reservation);
}

/** Notes how a reservation ended, or that it was accepted. */
export function noteEnd(core: Core, { task, worker }: ReservationState, status: string, why = ''): void {
  const because = why === '' ? '' : `: ${why}`;
  task.trace.note(core.time, 'ended', task.step, `reservation ${status} (${worker.friendlyName})${because}`);
}

/**
 * Gives a worker whom an offer moved the activity from before it, unless someone has moved the worker since.
 * twilio.com/docs/taskrouter/api/reservations says so of a rejection.
 */
export function moveBack(core: Core, reservation: ReservationState): void {
  const { sid, worker, queue, workerPreviousActivitySid } = reservation;
  if (worker.activitySid !== queue.reservationActivitySid) return;
  const previous = worker.ws.activities.get(workerPreviousActivitySid ?? '');
  if (previous) setActivity(core, worker, previous, `the end of reservation ${sid}`);
}

/** Single-tasking workspaces move the worker with its work: twilio.com/docs/taskrouter/api/task-queue. */
export function moveSingleTasking(
  core: Core,
  { sid, worker, queue }: ReservationState,
  moment: 'reservation' | 'assignment',
): void {
  const activitySid = moment === 'reservation' ? queue.reservationActivitySid : queue.assignmentActivitySid;
  const { workspace, activities } = worker.ws;
  const activity =
    activitySid === null || workspace.multiTaskEnabled ? undefined : activities.get(activitySid);
  if (activity) setActivity(core, worker, activity, `the ${moment} of its queue (reservation ${sid})`);
}

/** Forgets a reservation whose task is going. */
export function forgetReservation(core: Core, reservation: ReservationState): void {
  core.scheduleReservation(reservation, Number.POSITIVE_INFINITY);
  reservation.worker.reservations.delete(reservation);
  reservation.worker.ws.reservations.delete(reservation.sid);
}
