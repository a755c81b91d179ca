import type { Core } from '../core.js';
import type { TaskState } from '../state.js';
import { say, taskFields } from './events.js';

/**
 * The events of transfers, with the fields of twilio.com/docs/taskrouter/api/event/reference for tasks, and the names that
 * Twilio's Event Streams schema and published code have for the transfer itself.
 */
export function sayTransfer(
  core: Core,
  verb: 'initiated' | 'completed' | 'failed' | 'attempt-failed' | 'canceled',
  task: TaskState,
): void {
  const { transfer } = task;
  if (core.silent || !transfer) return;
  const fields = taskFields(core, task);
  fields.TaskTransferSid = transfer.sid;
  fields.TransferMode = transfer.mode;
  fields.TransferTo = transfer.to;
  fields.TransferType = transfer.to.startsWith('WK') ? 'WORKER' : 'QUEUE';
  fields.TransferStatus = transfer.status;
  fields.TransferStarted = `${Math.floor(transfer.dateCreated / 1_000)}`;
  fields.TransferInitiatingReservationSid = transfer.initiatingReservationSid;
  fields.TransferInitiatingWorkerSid = transfer.initiatingWorkerSid;
  fields.TransferInitiatingQueueSid = transfer.initiatingQueueSid;
  fields.TransferInitiatingWorkflowSid = transfer.initiatingWorkflowSid;
  if (transfer.failedReason !== null) fields.TransferFailedReason = transfer.failedReason;
  say(core, task.ws, `task.transfer-${verb}`, 'transfer', transfer.sid, fields);
}
