import type { Core } from './core.js';
import { cancelReasons } from './events/cancel-reasons.js';
import { endBackoff } from './matching/backoff.js';
import { setActivity } from './matching/membership.js';
import { transferUnderWay } from './matching/waiting.js';
import { endUnaccepted } from './reservations.js';
import type { ReservationState, TaskState, Timed, WorkspaceState } from './state.js';
import { cancelTask, deleteTask, forgetTask } from './tasks.js';
import { afterTimeout, leaveStep } from './workflow/steps.js';

/** Does what is due for a task or reservation whose timer ran out. Returns the workspace to settle. */
export function fire(core: Core, item: Timed): WorkspaceState {
  if ('task' in item) {
    timeOut(core, item);
    return item.task.ws;
  }
  fireTask(core, item);
  return item.ws;
}

/** The worker goes to the timeout activity and stays there: twilio.com/docs/taskrouter/api/workspace. */
function timeOut(core: Core, reservation: ReservationState): void {
  const { worker, task } = reservation;
  endUnaccepted(core, reservation, 'timeout');
  const { workspace, activities } = worker.ws;
  const timeoutActivity = activities.get(workspace.timeoutActivitySid)!;
  setActivity(core, worker, timeoutActivity, `the timeout of reservation ${reservation.sid}`);
  afterTimeout(core, task);
}

function fireTask(core: Core, task: TaskState): void {
  switch (task.assignmentStatus) {
    case 'pending':
    case 'reserved':
      if (core.time >= core.waitingEndsAt(task)) {
        if (transferUnderWay(task)) deleteTask(core, task, 'system-deleted');
        else cancelTask(core, task, cancelReasons.timeToLive);
      } else if (core.time >= task.stepDeadline) leaveStep(core, task, 'timed-out');
      else endBackoff(core, task);
      return;
    case 'assigned':
    case 'wrapping':
      deleteTask(core, task, 'system-deleted');
      return;
    case 'completed':
    case 'canceled':
      forgetTask(core, task);
      return;
  }
}
