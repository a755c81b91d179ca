import type { Worker } from '../../engine/types.js';
import { found } from '../../world/find.js';
import {
  shapeActivity,
  shapeChannel,
  shapeReservation,
  shapeTask,
  shapeTaskQueue,
  shapeUpdatedReservation,
  shapeWorker,
} from '../shapes.js';
import { PARTICIPANT_ROUTES } from './participants.js';
import { type AgentCall, list, rest, route } from './route.js';
import { TRANSFER_ROUTES } from './transfers.js';

/**
 * Every call the Worker SDK makes, as a table: what is asked, who may, and the answer. What a call does is what the operation
 * of the REST API does; the answer is the resource as the SDK takes it.
 */

const WORKER = 'Workers/{WorkerSid}';
const RESERVATIONS = `${WORKER}/Reservations`;

const workerOf = ({ view, path }: AgentCall) =>
  found(view.workers.get(path.WorkerSid!), `/Workspaces/${path.WorkspaceSid}/Workers/${path.WorkerSid}`);
const taskOf = ({ view, path }: AgentCall) =>
  found(view.tasks.get(path.TaskSid!), `/Workspaces/${path.WorkspaceSid}/Tasks/${path.TaskSid}`);

function reservationOf({ view, path }: AgentCall) {
  const reservation = view.reservations.get(path.ReservationSid!);
  const own = reservation?.workerSid === path.WorkerSid ? reservation : undefined;
  return found(
    own,
    `/Workspaces/${path.WorkspaceSid}/Workers/${path.WorkerSid}/Reservations/${path.ReservationSid}`,
  );
}

/** The SDK has names of its own for some parameters of REST. */
const TASK_NAMES = { TaskChannelUniqueName: 'TaskChannel', TaskChannelSid: 'TaskChannel' };
const RESERVATION_NAMES = { DequeueStatusCallbackEvents: 'DequeueStatusCallbackEvent' };

export const ROUTES = [
  route('GET', 'Activities', 'anyone', (call) => list(call, 'ListActivity', shapeActivity)),

  route('GET', WORKER, 'ownWorkerOrLead', (call) => shapeWorker(call, workerOf(call))),
  route('GET', 'Workers', 'lead', (call) => list(call, 'ListWorker', shapeWorker)),
  route('POST', WORKER, 'ownWorkerOrLead', async (call) => {
    workerOf(call);
    let answer: object | undefined;
    await rest(call, 'UpdateWorker', { Sid: call.path.WorkerSid! }, (worker) => {
      answer = shapeWorker(call, worker as Worker);
    });
    return answer ?? shapeWorker(call, workerOf(call));
  }),
  route('GET', `${WORKER}/WorkerChannels`, 'ownWorkerOrLead', (call) =>
    list(call, 'ListWorkerChannel', shapeChannel),
  ),

  route('GET', RESERVATIONS, 'ownWorker', (call) =>
    list(call, 'ListWorkerReservation', shapeReservation, ({ reservationStatus }) =>
      isTrue(call.params.Active) ? ['pending', 'accepted', 'wrapping'].includes(reservationStatus) : true,
    ),
  ),
  route('GET', `${RESERVATIONS}/{ReservationSid}`, 'ownWorker', (call) =>
    shapeReservation(call, reservationOf(call)),
  ),
  route('POST', `${RESERVATIONS}/{ReservationSid}`, 'ownWorker', async (call) => {
    const reservation = reservationOf(call);
    await rest(call, 'UpdateWorkerReservation', { Sid: reservation.sid }, undefined, RESERVATION_NAMES);
    return shapeUpdatedReservation(call, reservation);
  }),

  route('POST', 'Tasks', 'taskForSelfOrLead', async (call) => {
    let answer: object | undefined;
    await rest(
      call,
      'CreateTask',
      {},
      (task) => {
        answer = shapeTask(call, task as never);
      },
      TASK_NAMES,
    );
    return answer!;
  }),
  route('GET', 'Tasks/{TaskSid}', 'workerOfTaskOrLead', (call) => shapeTask(call, taskOf(call))),
  route('POST', 'Tasks/{TaskSid}', 'workerOfTaskOrLead', async (call) => {
    const { sid } = taskOf(call);
    let answer: object | undefined;
    await rest(call, 'UpdateTask', { Sid: sid }, (task) => {
      answer = shapeTask(call, task as never);
    });
    return answer!;
  }),
  route('POST', 'Tasks/{TaskSid}/Reservations/{ReservationSid}', 'supervisesAsSelf', async (call) => {
    const { ReservationSid: sid } = call.path;
    await rest(call, 'UpdateTaskReservation', { Sid: sid! });
    return shapeUpdatedReservation(call, call.view.reservations.get(sid!)!);
  }),

  ...TRANSFER_ROUTES,
  ...PARTICIPANT_ROUTES,

  route('GET', 'TaskQueues', 'lead', (call) => list(call, 'ListTaskQueue', shapeTaskQueue)),
  route('GET', 'TaskQueues/{TaskQueueSid}', 'lead', (call) => {
    const { TaskQueueSid: sid, WorkspaceSid } = call.path;
    return shapeTaskQueue(
      call,
      found(call.view.taskQueues.get(sid!), `/Workspaces/${WorkspaceSid}/TaskQueues/${sid}`),
    );
  }),
];

const isTrue = (value: unknown) => value === 'true';
