import { parameterReader } from '../../api/parameters.js';
import { badRequest, EngineRefusal } from '../../engine/refusal.js';
import { found } from '../../world/find.js';
import { shapeTask } from '../shapes.js';
import { type AgentCall, type Participants, route } from './route.js';

/** What the Worker SDK does with who is in a conference. The calls are simulated. */

const HOLD = { TaskSid: 'sid WT!', Hold: 'boolean', HoldUrl: 'url', HoldMethod: 'words GET|POST' } as const;
const customer = parameterReader(HOLD);
const worker = parameterReader({ ...HOLD, TargetWorkerSid: 'sid WK!' });
const self = parameterReader({
  ReservationSid: 'sid WR!',
  EndConferenceOnExit: 'boolean',
  Mute: 'boolean',
  BeepOnExit: 'boolean',
});

type Change = Parameters<Participants['updateParticipant']>[2];

/** The task, which must be one that the worker has or had. */
function taskOf({ view, path }: AgentCall, sid: string) {
  const has = view.reservationsOfTask(sid).some(({ workerSid }) => workerSid === path.WorkerSid);
  return found(has ? view.tasks.get(sid) : undefined, `/Workspaces/${path.WorkspaceSid}/Tasks/${sid}`);
}

/** The SDK's tests: 400 for someone who is in no conference of the task. */
function inConference(act: () => unknown): void {
  try {
    act();
  } catch (error) {
    if (error instanceof EngineRefusal && error.status === 404)
      throw badRequest('There is no conference of the Task with this participant');
    throw error;
  }
}

function update(call: AgentCall, taskSid: string, who: Parameters<Participants['kick']>[1], change: Change) {
  inConference(() => call.participants.updateParticipant(taskSid, who, change));
}

export const PARTICIPANT_ROUTES = [
  route('POST', 'Workers/{WorkerSid}/CustomerParticipant', 'ownWorker', async (call) => {
    const { taskSid, hold } = await customer(call.params);
    const task = taskOf(call, taskSid);
    update(call, taskSid, 'customer', { hold });
    return shapeTask(call, task);
  }),
  route('POST', 'Workers/{WorkerSid}/HoldWorkerParticipant', 'ownWorker', async (call) => {
    const { taskSid, targetWorkerSid: workerSid, hold } = await worker(call.params);
    const task = taskOf(call, taskSid);
    update(call, taskSid, { workerSid }, { hold });
    return shapeTask(call, task);
  }),
  route('POST', 'Workers/{WorkerSid}/KickWorkerParticipant', 'ownWorker', async (call) => {
    const { taskSid, targetWorkerSid: workerSid } = await worker(call.params);
    const task = taskOf(call, taskSid);
    inConference(() => call.participants.kick(taskSid, { workerSid }));
    return shapeTask(call, task);
  }),
  route('POST', 'Workers/{WorkerSid}/WorkerParticipant', 'ownWorker', async (call) => {
    const { reservationSid, endConferenceOnExit, mute: muted } = await self(call.params);
    const { WorkerSid: workerSid = '', WorkspaceSid } = call.path;
    const reservation = call.view.reservations.get(reservationSid);
    const own = reservation?.workerSid === workerSid ? reservation : undefined;
    const at = `/Workspaces/${WorkspaceSid}/Workers/${workerSid}/Reservations/${reservationSid}`;
    update(call, found(own, at).taskSid, { workerSid }, { endConferenceOnExit, muted });
    return { sid: reservationSid };
  }),
];
