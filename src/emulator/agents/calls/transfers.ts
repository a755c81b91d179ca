import { parameterReader } from '../../api/parameters.js';
import { badRequest } from '../../engine/refusal.js';
import { found } from '../../world/find.js';
import { shapeTransfer } from '../shapes.js';
import { route } from './route.js';

/** `task.transfer()` and `transfer.cancel()` of the Worker SDK. */

const create = parameterReader({
  ReservationSid: 'sid WR!',
  TaskSid: 'sid WT!',
  To: 'sid WK|WQ!',
  Mode: 'words WARM|COLD',
  Attributes: 'text',
  Priority: 'integer',
});
const update = parameterReader({ TaskSid: 'sid WT!', TransferStatus: 'words canceled!' });

export const TRANSFER_ROUTES = [
  route(
    'POST',
    'Workers/{WorkerSid}/Transfers',
    'ownWorker',
    async ({ world, view, path, params, accountSid }) => {
      const { reservationSid, ...fields } = await create(params);
      const reservation = view.reservations.get(reservationSid);
      const own = reservation?.workerSid === path.WorkerSid ? reservation : undefined;
      const at = `/Workspaces/${path.WorkspaceSid}/Workers/${path.WorkerSid}/Reservations/${reservationSid}`;
      found(own, at);
      let answer: object | undefined;
      world.dispatch(
        'createTransfer',
        { ...fields, reservationSid, workspaceSid: path.WorkspaceSid! },
        (task) => {
          answer = { account_sid: accountSid, ...shapeTransfer(task, task.transfer!) };
        },
      );
      return answer!;
    },
  ),
  route(
    'POST',
    'Workers/{WorkerSid}/Transfers/{TransferSid}',
    'ownWorker',
    async ({ world, view, path, params, accountSid }) => {
      const { taskSid } = await update(params);
      const { WorkspaceSid: workspaceSid = '', WorkerSid: workerSid, TransferSid: sid = '' } = path;
      const transfer = view.tasks.get(taskSid)?.transfer;
      found(
        transfer?.sid === sid ? transfer : undefined,
        `/Workspaces/${workspaceSid}/Workers/${workerSid}/Transfers/${sid}`,
      );
      if (transfer!.initiatingWorkerSid !== workerSid)
        throw badRequest(`Transfer ${sid} was initiated by another Worker`);
      let answer: object | undefined;
      world.dispatch('cancelTransfer', { workspaceSid, taskSid, sid }, (task) => {
        answer = { account_sid: accountSid, ...shapeTransfer(task, task.transfer!) };
      });
      return answer!;
    },
  ),
];
