import { FIELDS } from '../../../instructions/fields.js';
import { decodeCallback, type ReservationInstruction } from '../../../instructions/index.js';
import { checkVersion } from '../../engine/lookup.js';
import { badRequest } from '../../engine/refusal.js';
import type { Reservation, WorkspaceView } from '../../engine/types.js';
import { found, workspaceIn } from '../../world/find.js';
import { formatReservation } from '../formatters/work.js';
import type { Params } from '../kinds.js';
import { type Call, listing, ok, operation, page } from '../operation.js';

/** Reservations, under their task and under their worker: twilio.com/docs/taskrouter/api/reservations. */

const WORKSPACE = '/v1/Workspaces/{WorkspaceSid}';
const STATUSES = 'words pending|accepted|rejected|timeout|canceled|rescinded|wrapping|completed';
const METHOD = 'words GET|POST';

const update = {
  'If-Match': 'version',
  ReservationStatus: STATUSES,
  WorkerActivitySid: 'sid WA',
  Instruction: 'words accept|reject|dequeue|call|redirect|conference',
  DequeuePostWorkActivitySid: 'sid WA',
  DequeueFrom: 'text',
  DequeueRecord: 'text',
  DequeueTimeout: 'integer',
  DequeueTo: 'text',
  DequeueStatusCallbackUrl: 'url',
  CallFrom: 'text',
  CallRecord: 'text',
  CallTimeout: 'integer',
  CallTo: 'text',
  CallUrl: 'url',
  CallStatusCallbackUrl: 'url',
  CallAccept: 'boolean',
  RedirectCallSid: 'sid CA',
  RedirectAccept: 'boolean',
  RedirectUrl: 'url',
  To: 'text',
  From: 'text',
  StatusCallback: 'url',
  StatusCallbackMethod: METHOD,
  StatusCallbackEvent: 'texts',
  Timeout: 'integer',
  Record: 'boolean',
  Muted: 'boolean',
  Beep: 'text',
  StartConferenceOnEnter: 'boolean',
  EndConferenceOnExit: 'boolean',
  WaitUrl: 'url',
  WaitMethod: METHOD,
  EarlyMedia: 'boolean',
  MaxParticipants: 'integer',
  ConferenceStatusCallback: 'url',
  ConferenceStatusCallbackMethod: METHOD,
  ConferenceStatusCallbackEvent: 'texts',
  ConferenceRecord: 'text',
  ConferenceTrim: 'text',
  RecordingChannels: 'text',
  RecordingStatusCallback: 'url',
  RecordingStatusCallbackMethod: METHOD,
  ConferenceRecordingStatusCallback: 'url',
  ConferenceRecordingStatusCallbackMethod: METHOD,
  Region: 'text',
  SipAuthUsername: 'text',
  SipAuthPassword: 'text',
  DequeueStatusCallbackEvent: 'texts',
  PostWorkActivitySid: 'sid WA',
  EndConferenceOnCustomerExit: 'boolean',
  BeepOnCustomerEntrance: 'boolean',
  JitterBufferSize: 'text',
} as const satisfies Params;

/** Only under the task: twilio.com/docs/taskrouter/api/reservations. */
const supervision = {
  Instruction: 'words accept|reject|dequeue|call|redirect|conference|supervise',
  SupervisorMode: 'words monitor|whisper|barge',
  Supervisor: 'text',
} as const satisfies Params;

type Side = 'Tasks' | 'Workers';

/** The reservation of the path, which must be the task's or the worker's. @throws {EngineRefusal} 404 */
function reservationAt(view: WorkspaceView, side: Side, owner: string, sid: string): Reservation {
  const reservation = view.reservations.get(sid);
  const own = reservation && (side === 'Tasks' ? reservation.taskSid : reservation.workerSid) === owner;
  const at = `/Workspaces/${view.workspace.sid}/${side}/${owner}/Reservations/${sid}`;
  return found(own ? reservation : undefined, at);
}

function updateReservation(
  side: Side,
  owner: string,
  {
    world,
    executor,
    path,
    params,
    links,
  }: Call<`${typeof WORKSPACE}/{Sid}`, Omit<typeof update, 'Instruction'> & typeof supervision>,
) {
  const view = workspaceIn(world, path.WorkspaceSid);
  const reservation = reservationAt(view, side, owner, path.Sid);
  const named = { workspaceSid: path.WorkspaceSid, sid: path.Sid, ifMatch: params.ifMatch };
  const { reservationStatus, instruction, workerActivitySid } = params;
  if (reservationStatus !== undefined && instruction !== undefined) {
    throw badRequest('ReservationStatus and Instruction cannot be given together');
  }
  if (reservationStatus === 'accepted' || instruction === 'accept') {
    executor.accept(path.WorkspaceSid, path.Sid, params.ifMatch);
  } else if (instruction === 'reject') {
    world.dispatch('updateReservation', { ...named, reservationStatus: 'rejected', workerActivitySid });
  } else if (reservationStatus !== undefined) {
    world.dispatch('updateReservation', { ...named, reservationStatus, workerActivitySid });
  } else if (instruction !== undefined) {
    checkVersion(reservation, params.ifMatch);
    const problem = executor.execute(path.WorkspaceSid, path.Sid, instructionOf(instruction, params), 'rest');
    if (problem) throw badRequest(problem.message);
  } else {
    throw badRequest('ReservationStatus or Instruction is required');
  }
  return ok(formatReservation(links, view, reservation, side), reservation.version);
}

/** The instruction that the parameters of a REST update say. @throws {EngineRefusal} 400 */
function instructionOf(
  name: 'dequeue' | 'call' | 'redirect' | 'conference' | 'supervise',
  params: Readonly<Record<string, unknown>>,
): ReservationInstruction {
  const given = FIELDS[name].map(({ key, rest, option, kind }) => {
    const value = params[rest.charAt(0).toLowerCase() + rest.slice(1)];
    return { key, option, value: kind === 'list' && Array.isArray(value) ? value.join(',') : value };
  });
  if (name === 'supervise') {
    // The one instruction that no callback can say, so nothing reads it but this.
    return {
      instruction: name,
      ...Object.fromEntries(
        given.flatMap(({ option, value }) => (value === undefined ? [] : [[option, value]])),
      ),
    } as ReservationInstruction;
  }
  const wire = Object.fromEntries(given.map(({ key, value }) => [key, value]));
  const decoded = decodeCallback(JSON.stringify({ instruction: name, ...wire }));
  if (!decoded.ok) throw badRequest(decoded.message);
  return decoded.instruction as ReservationInstruction;
}

const OF_TASK = `${WORKSPACE}/Tasks/{TaskSid}/Reservations` as const;
const OF_WORKER = `${WORKSPACE}/Workers/{WorkerSid}/Reservations` as const;

export const taskReservations = [
  listing(
    'ListTaskReservation',
    `GET ${OF_TASK}`,
    { ReservationStatus: STATUSES, WorkerSid: 'sid WK' },
    ({ world, path, params, links }) => {
      const view = workspaceIn(world, path.WorkspaceSid);
      found(view.tasks.get(path.TaskSid), `/Workspaces/${path.WorkspaceSid}/Tasks/${path.TaskSid}`);
      const all = view
        .reservationsOfTask(path.TaskSid)
        .filter(
          ({ reservationStatus, workerSid }) =>
            (params.reservationStatus === undefined || reservationStatus === params.reservationStatus) &&
            (params.workerSid === undefined || workerSid === params.workerSid),
        );
      return page('reservations', all, (reservation) => formatReservation(links, view, reservation, 'Tasks'));
    },
  ),
  operation('FetchTaskReservation', `GET ${OF_TASK}/{Sid}`, {}, ({ world, path, links }) => {
    const view = workspaceIn(world, path.WorkspaceSid);
    const reservation = reservationAt(view, 'Tasks', path.TaskSid, path.Sid);
    return ok(formatReservation(links, view, reservation, 'Tasks'), reservation.version);
  }),
  operation('UpdateTaskReservation', `POST ${OF_TASK}/{Sid}`, { ...update, ...supervision }, (call) =>
    updateReservation('Tasks', call.path.TaskSid, call),
  ),
];

export const workerReservations = [
  listing(
    'ListWorkerReservation',
    `GET ${OF_WORKER}`,
    { ReservationStatus: STATUSES },
    ({ world, path, params, links }) => {
      const view = workspaceIn(world, path.WorkspaceSid);
      found(view.workers.get(path.WorkerSid), `/Workspaces/${path.WorkspaceSid}/Workers/${path.WorkerSid}`);
      const all = view
        .reservationsOfWorker(path.WorkerSid)
        .filter(
          ({ reservationStatus }) =>
            params.reservationStatus === undefined || reservationStatus === params.reservationStatus,
        );
      return page('reservations', all, (reservation) =>
        formatReservation(links, view, reservation, 'Workers'),
      );
    },
  ),
  operation('FetchWorkerReservation', `GET ${OF_WORKER}/{Sid}`, {}, ({ world, path, links }) => {
    const view = workspaceIn(world, path.WorkspaceSid);
    const reservation = reservationAt(view, 'Workers', path.WorkerSid, path.Sid);
    return ok(formatReservation(links, view, reservation, 'Workers'), reservation.version);
  }),
  operation('UpdateWorkerReservation', `POST ${OF_WORKER}/{Sid}`, update, (call) =>
    updateReservation('Workers', call.path.WorkerSid, call),
  ),
];
