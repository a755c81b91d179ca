import type { Core } from './core.js';
import { sayTransfer } from './events/transfer-events.js';
import type { TaskState } from './state.js';
import type { TransferStatus } from './types.js';

/** How a transfer that is under way ends. What becomes of its task is for transfers.ts and tasks.ts. */

/** Someone has accepted. */
export function completeTransfer(core: Core, task: TaskState): void {
  close(core, task, 'complete', null);
  sayTransfer(core, 'completed', task);
}

/** Nobody will accept any more. */
export function endTransfer(
  core: Core,
  task: TaskState,
  status: 'failed' | 'canceled',
  reason: string | null,
): void {
  close(core, task, status, reason);
  sayTransfer(core, status, task);
}

function close(core: Core, task: TaskState, status: TransferStatus, reason: string | null): void {
  const transfer = task.transfer!;
  transfer.status = status;
  transfer.dateUpdated = core.time;
  if (reason !== null) transfer.failedReason = reason;
  task.trace.note(core.time, 'ended', task.step, `transfer ${status}${reason === null ? '' : `: ${reason}`}`);
}
