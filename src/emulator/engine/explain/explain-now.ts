import type { Core } from '../core.js';
import { failedInARow } from '../matching/backoff.js';
import { findKnown } from '../matching/candidates.js';
import { isBackingOff, knownKeyOf, transferUnderWay } from '../matching/waiting.js';
import { isOpen, isPending } from '../reservation-status.js';
import type { TaskState } from '../state.js';
import { skipReasons } from '../workflow/skip-if.js';
import { iso, phrase } from './phrases.js';
import { questionOf, whoIsKnown } from './situation.js';

/** What a task waits for as things are, and until when. */
export function explainNow(core: Core, task: TaskState): string[] {
  return [...waits(core, task), ...transferring(task), ...changes(task)];
}

function waits(core: Core, task: TaskState): string[] {
  switch (task.assignmentStatus) {
    case 'pending':
      return pending(core, task);
    case 'reserved':
      return task.reservations.filter(isPending).map(({ worker, dueAt }) => {
        const until = Number.isFinite(dueAt) ? `until ${iso(dueAt)}` : 'while the phone rings';
        return `waits for ${worker.friendlyName} to accept it, ${until}`;
      });
    case 'assigned':
    case 'wrapping':
      return task.reservations
        .filter(isOpen)
        .map(({ worker, reservationStatus }) => `is ${reservationStatus} by ${worker.friendlyName}`);
    case 'completed':
    case 'canceled':
      return task.reason === null ? [] : [`ended because: ${task.reason}`];
  }
}

function pending(core: Core, task: TaskState): string[] {
  const { step } = task;
  const end = Math.min(task.stepDeadline, core.waitingEndsAt(task));
  const what = end === task.stepDeadline ? "the step's timeout" : "the task's own timeout";
  const lines = [`waits at ${step.label}, queue ${step.queue.friendlyName}, until ${iso(end)} (${what})`];
  if (isBackingOff(task)) {
    lines.push(`backs off until ${iso(task.retryAt)}: ${failedInARow(task.failedRounds)}`);
  }
  if (step.known) lines.push(`the step is for a known worker: ${knownWorker(core, task)}`);
  if (step.skipIf) lines.push(`skip_if does not hold: ${phrase(skipReasons(step))}`);
  return lines;
}

function knownWorker(core: Core, task: TaskState): string {
  const key = knownKeyOf(task) ?? '';
  const { ws } = task;
  const elsewhere =
    key.startsWith('sid:') &&
    !findKnown(ws, key) &&
    [...core.workspaces.values()].some((other) => findKnown(other, key));
  if (elsewhere) return `${key.slice(4)} is of another workspace (40155)`;
  const worker = findKnown(ws, key);
  const outside = worker && !task.step.queue.workers.has(worker);
  return `${whoIsKnown(questionOf(task))}${outside ? ", who is not in the step's queue (40152)" : ''}`;
}

/** A task that is being transferred is still with someone. */
function transferring(task: TaskState): string[] {
  const transfer = transferUnderWay(task);
  if (!transfer) return [];
  const { workers, taskQueues } = task.ws;
  const from = workers.get(transfer.initiatingWorkerSid)?.friendlyName ?? transfer.initiatingWorkerSid;
  const to = (workers.get(transfer.to) ?? taskQueues.get(transfer.to))?.friendlyName ?? transfer.to;
  const lines = [`is being transferred (${transfer.mode.toLowerCase()}) by ${from} to ${to}`];
  if (transfer.failedReason !== null) lines.push(transfer.failedReason);
  return lines;
}

/** A task keeps the configuration it was routed by until it is routed again. */
function changes({ plan, reroute, assignmentStatus, ws }: TaskState): string[] {
  const { workflow } = plan;
  const lines: string[] = [];
  if (!ws.workflows.has(workflow.sid)) lines.push('its workflow has been deleted');
  else if (workflow.plan !== plan) {
    lines.push(
      `its workflow was changed at ${iso(workflow.plan.since)}; it follows the configuration before that`,
    );
  }
  if (reroute !== null && assignmentStatus === 'reserved') {
    const what = reroute === 'attributes' ? 'its attributes' : 'the workflow';
    lines.push(`will be routed again if nobody accepts it, because ${what} changed`);
  }
  return lines;
}
