import type { Commands } from '../command-types.js';
import type { Core } from '../core.js';
import { sayTransfer } from '../events/transfer-events.js';
import { checkInteger, find, parseAttributes } from '../lookup.js';
import { stopWaiting, transferUnderWay } from '../matching/waiting.js';
import { badRequest, EngineRefusal, notFound } from '../refusal.js';
import { isAccepted, isPending } from '../reservation-status.js';
import { endUnaccepted } from '../reservations.js';
import type { QueueState, ReservationState, TaskState } from '../state.js';
import { setTaskStatus, wrapAlone } from '../tasks.js';
import { endTransfer } from '../transfer-end.js';
import { assignAgain } from '../transfers.js';
import { directStep } from '../workflow/plan.js';
import { enterDirectly } from '../workflow/steps.js';

/** Transfers of tasks, as the Worker SDK asks for them: Twilio documents no REST resource of theirs. */

export function createTransfer(core: Core, params: Commands['createTransfer']['params']): TaskState {
  const { workspaceSid, taskSid, reservationSid, to, mode = 'WARM' } = params;
  const task = find(core, 'tasks', { workspaceSid, sid: taskSid });
  const reservation = find(core, 'reservations', { workspaceSid, sid: reservationSid });
  checkTransferable(task, reservation);
  const parsedAttributes = params.attributes === undefined ? undefined : parseAttributes(params.attributes);
  checkInteger(params.priority, 'Priority', 0, 2_147_483_647);
  const target = targetOf(task, to);

  const { worker, queue } = reservation;
  task.transfer = {
    sid: core.sid('TT'),
    dateCreated: core.time,
    dateUpdated: core.time,
    initiatingReservationSid: reservation.sid,
    initiatingWorkerSid: worker.sid,
    initiatingQueueSid: queue.sid,
    initiatingWorkflowSid: task.workflowSid,
    mode,
    to,
    status: 'initiated',
    failedReason: null,
  };
  if (params.attributes !== undefined && parsedAttributes) {
    task.attributes = params.attributes;
    task.parsedAttributes = parsedAttributes;
  }
  if (params.priority !== undefined) task.priority = params.priority;
  const text = `transferred (${mode.toLowerCase()}) by ${worker.friendlyName} to ${target.name}`;
  setTaskStatus(core, task, 'pending');
  task.trace.note(core.time, 'routed', task.step, text);
  // The customer is put on hold by the first, before the second leaves them alone.
  sayTransfer(core, 'initiated', task);
  if (mode === 'COLD') wrapAlone(core, reservation);
  enterDirectly(core, task, directStep(task.plan, target.queue));
  return task;
}

function checkTransferable(task: TaskState, reservation: ReservationState): void {
  const { sid, assignmentStatus } = task;
  if (reservation.task !== task)
    throw notFound(`/Workspaces/${task.workspaceSid}/Tasks/${sid}/Reservations/${reservation.sid}`);
  if (transferUnderWay(task))
    throw badRequest(`Task ${sid} is already being transferred. Cannot transfer it.`);
  if (assignmentStatus !== 'assigned' || !isAccepted(reservation)) {
    throw badRequest(
      `Cannot transfer task ${sid} because it is not currently assigned to the worker of reservation ${reservation.sid}.`,
    );
  }
}

/** The queue a transfer goes to; a worker's is the task's own, because the worker is asked past every queue. */
function targetOf(
  { ws, step }: TaskState,
  to: string,
): { readonly name: string; readonly queue: QueueState } {
  const worker = ws.workers.get(to);
  const queue = ws.taskQueues.get(to);
  if (queue) return { name: `queue ${queue.friendlyName}`, queue };
  if (!worker) throw badRequest('To is not a Worker or TaskQueue of this Workspace');
  // The Worker SDK's tests: 400 for a worker who is not available.
  if (!worker.activity.available)
    throw badRequest(`Cannot transfer to worker ${to} because it is not available.`);
  return { name: worker.friendlyName, queue: step.queue };
}

export function cancelTransfer(core: Core, params: Commands['cancelTransfer']['params']): TaskState {
  const { workspaceSid, taskSid, sid } = params;
  const task = find(core, 'tasks', { workspaceSid, sid: taskSid });
  const { transfer } = task;
  if (transfer?.sid !== sid) throw notFound(`/Workspaces/${workspaceSid}/Tasks/${taskSid}/Transfers/${sid}`);
  // Twilio's words, the blank before the full stop included: the Worker SDK's tests.
  if (transfer.status !== 'initiated')
    throw new EngineRefusal(
      400,
      20001,
      `Transfer ${sid} is already ${transfer.status} . Cannot cancel transfer.`,
    );
  stopWaiting(task);
  endTransfer(core, task, 'canceled', null);
  const pending = task.reservations.filter(isPending);
  assignAgain(core, task);
  for (const reservation of pending.filter(isPending))
    endUnaccepted(core, reservation, 'canceled', 'the transfer was canceled');
  return task;
}
