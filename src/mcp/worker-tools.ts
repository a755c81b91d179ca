import { z } from 'zod';
import { RESERVATION_ACTION_NAMES, RESERVATION_ACTIONS } from '../emulator/vocabulary.js';
import { RESERVATION_SID } from '../sids.js';
import { allWorkers, findReservation, findWorker } from './find.js';
import { reservation, taskSid, worker } from './shapes.js';
import { type Tool, tool } from './tool.js';

const list = tool({
  name: 'list_workers',
  title: 'List workers',
  description:
    'The workers of the local TaskRouter: activity, capacity and load of each channel, queues, and open reservations with their SIDs.',
  readOnly: true,
  input: { workspaceSid: z.string().optional() },
  output: { workers: z.array(worker) },
  next: 'Leave out workspaceSid for the workers of all workspaces.',
  run: async (ask, { workspaceSid }) => ({ structured: { workers: await allWorkers(ask, workspaceSid) } }),
});

const setActivity = tool({
  name: 'set_activity',
  title: "Set a worker's activity",
  description: 'Moves a worker to another activity, such as Available, Offline or Break.',
  input: {
    worker: z.string().describe('Friendly name or SID.'),
    activity: z.string().describe('Friendly name or SID.'),
    rejectPendingReservations: z
      .boolean()
      .optional()
      .describe('Reject what is on offer; only for an activity that takes no tasks.'),
    workspaceSid: z.string().optional(),
  },
  output: worker.shape,
  next: 'list_workers shows the workers; every workspace has the activities Offline, Available and Unavailable.',
  async run(ask, { worker: name, workspaceSid, ...body }) {
    const { sid } = await findWorker(ask, name, workspaceSid);
    return { structured: await ask({ method: 'POST', path: `/workers/${sid}`, body }) };
  },
});

const act = tool({
  name: 'act_on_reservation',
  title: 'Act on a reservation',
  description:
    'Does what the worker of a reservation would do: accept, reject, wrap up or complete. Choose it by its SID, or by its worker, its task, or both.',
  input: {
    action: z.enum(RESERVATION_ACTION_NAMES),
    reservation: z
      .string()
      .regex(
        RESERVATION_SID,
        'A reservation has a SID of WR and 32 hexadecimal digits: list_workers gives it.',
      )
      .optional(),
    worker: z.string().optional().describe('Friendly name or SID.'),
    task: taskSid.optional(),
    activity: z.string().optional().describe('With reject: where the worker goes. Friendly name or SID.'),
  },
  output: reservation.shape,
  next: 'list_workers shows the open reservations and their status.',
  async run(ask, { action, activity, ...which }) {
    const sid = await findReservation(ask, which, RESERVATION_ACTIONS[action].from);
    return {
      structured: await ask({ method: 'POST', path: `/reservations/${sid}`, body: { action, activity } }),
    };
  },
});

export const workerTools: readonly Tool[] = [list, setActivity, act];
