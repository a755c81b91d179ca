import {
  accept,
  call,
  conference,
  dequeue,
  redirect,
  reject,
  supervise,
} from '../../../src/instructions/index.js';
import { sid } from '../sids.js';
import { ACTIVITY, type Call, PAGE, RESERVATION, TASK, URL_A, WORKER } from './samples.js';

/** Reservations, on both paths, and every instruction. */
export const reservationCalls: readonly Call[] = [
  [
    'FetchTaskReservation',
    (c) => c.reservations.fetch(TASK, RESERVATION),
    (w) => w.tasks(TASK).reservations(RESERVATION).fetch(),
  ],
  [
    'ListTaskReservation',
    (c) => c.reservations.list(TASK, { reservationStatus: 'pending', workerSid: WORKER, ...PAGE }).all(),
    (w) => w.tasks(TASK).reservations.list({ reservationStatus: 'pending', workerSid: WORKER, ...PAGE }),
  ],
  [
    'UpdateTaskReservation',
    (c) =>
      c.reservations.update(TASK, RESERVATION, {
        reservationStatus: 'rejected',
        workerActivitySid: ACTIVITY,
        ifMatch: '1',
      }),
    (w) =>
      w.tasks(TASK).reservations(RESERVATION).update({
        reservationStatus: 'rejected',
        workerActivitySid: ACTIVITY,
        ifMatch: '1',
      }),
  ],
  [
    'UpdateTaskReservation (accept)',
    (c) => c.reservations.apply(TASK, RESERVATION, accept()),
    (w) => w.tasks(TASK).reservations(RESERVATION).update({ reservationStatus: 'accepted' }),
  ],
  [
    'UpdateTaskReservation (reject)',
    (c) => c.reservation(TASK, RESERVATION).reject({ activity: ACTIVITY }),
    (w) =>
      w
        .tasks(TASK)
        .reservations(RESERVATION)
        .update({ reservationStatus: 'rejected', workerActivitySid: ACTIVITY }),
  ],
  [
    'UpdateTaskReservation (dequeue)',
    (c) =>
      c.reservations.apply(
        TASK,
        RESERVATION,
        dequeue({
          to: '+15017122661',
          postWorkActivity: ACTIVITY,
          timeout: 20,
          statusCallbackEvents: ['answered', 'completed'],
        }),
      ),
    (w) =>
      w
        .tasks(TASK)
        .reservations(RESERVATION)
        .update({
          instruction: 'dequeue',
          dequeueTo: '+15017122661',
          dequeuePostWorkActivitySid: ACTIVITY,
          dequeueTimeout: 20,
          dequeueStatusCallbackEvent: ['answered', 'completed'],
        }),
  ],
  [
    'UpdateTaskReservation (call)',
    (c) =>
      c.reservations.call(TASK, RESERVATION, {
        from: '+15017122661',
        url: URL_A,
        record: 'record-from-answer',
      }),
    (w) =>
      w.tasks(TASK).reservations(RESERVATION).update({
        instruction: 'call',
        callFrom: '+15017122661',
        callUrl: URL_A,
        callAccept: false,
        callRecord: 'record-from-answer',
      }),
  ],
  [
    'UpdateTaskReservation (conference)',
    (c) =>
      c.reservations.conference(TASK, RESERVATION, {
        from: '+15017122661',
        record: true,
        beep: 'onEnter',
        waitUrl: '',
        endConferenceOnExit: true,
        conferenceStatusCallback: URL_A,
        conferenceStatusCallbackEvents: ['start', 'end'],
        conferenceRecord: 'record-from-start',
      }),
    (w) =>
      w
        .tasks(TASK)
        .reservations(RESERVATION)
        .update({
          instruction: 'conference',
          from: '+15017122661',
          record: true,
          beep: 'onEnter',
          waitUrl: '',
          endConferenceOnExit: true,
          conferenceStatusCallback: URL_A,
          conferenceStatusCallbackEvent: ['start', 'end'],
          conferenceRecord: 'record-from-start',
        }),
  ],
  [
    'UpdateTaskReservation (supervise)',
    (c) =>
      c.reservations.apply(TASK, RESERVATION, supervise({ supervisor: WORKER, supervisorMode: 'whisper' })),
    (w) =>
      w
        .tasks(TASK)
        .reservations(RESERVATION)
        .update({ instruction: 'supervise', supervisor: WORKER, supervisorMode: 'whisper' }),
  ],

  [
    'FetchWorkerReservation',
    (c) => c.workerReservations.fetch(WORKER, RESERVATION),
    (w) => w.workers(WORKER).reservations(RESERVATION).fetch(),
  ],
  [
    'ListWorkerReservation',
    (c) => c.workerReservations.list(WORKER, { reservationStatus: 'wrapping', ...PAGE }).all(),
    (w) => w.workers(WORKER).reservations.list({ reservationStatus: 'wrapping', ...PAGE }),
  ],
  [
    'UpdateWorkerReservation',
    (c) =>
      c.workerReservations.apply(
        WORKER,
        RESERVATION,
        redirect({ callSid: sid('CA'), url: URL_A, accept: false }),
      ),
    (w) =>
      w
        .workers(WORKER)
        .reservations(RESERVATION)
        .update({
          instruction: 'redirect',
          redirectCallSid: sid('CA'),
          redirectUrl: URL_A,
          redirectAccept: false,
        }),
  ],
  [
    'UpdateWorkerReservation (call)',
    (c) =>
      c.workerReservations.apply(
        WORKER,
        RESERVATION,
        call({ from: '+15017122661', url: URL_A, accept: true }),
      ),
    (w) =>
      w
        .workers(WORKER)
        .reservations(RESERVATION)
        .update({ instruction: 'call', callFrom: '+15017122661', callUrl: URL_A, callAccept: true }),
  ],
  [
    'UpdateWorkerReservation (conference)',
    (c) => c.workerReservations.apply(WORKER, RESERVATION, conference()),
    (w) => w.workers(WORKER).reservations(RESERVATION).update({ instruction: 'conference' }),
  ],
  [
    'UpdateWorkerReservation (reject)',
    (c) => c.workerReservations.apply(WORKER, RESERVATION, reject()),
    (w) => w.workers(WORKER).reservations(RESERVATION).update({ reservationStatus: 'rejected' }),
  ],
];
