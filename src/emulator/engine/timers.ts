import type { Core } from './core.js';
import { setActivity } from './membership.js';
import { endUnaccepted } from './reservations.js';
import type { ReservationState, TaskState, Timed, WorkspaceState } from './state.js';
import { leaveStep, returnToQueue } from './steps.js';
import { cancelTask, deleteTask, forgetTask } from './tasks.js';

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
  setActivity(core, worker, activities.get(workspace.timeoutActivitySid)!);
  returnToQueue(core, task);
}

function fireTask(core: Core, task: TaskState): void {
  switch (task.assignmentStatus) {
    case 'pending':
    case 'reserved':
      if (core.time >= task.dateCreated + task.timeout * 1_000) cancelTask(core, task, 'Task TTL Exceeded');
      else leaveStep(core, task, 'timed-out');
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
