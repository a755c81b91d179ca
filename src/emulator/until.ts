import { TaskRouterKitError } from '../errors.js';
import { refuseUnknownKeys } from '../near-miss.js';
import type { AssignmentStatus, Task } from './engine/types.js';
import type { World } from './world/world.js';

/** Waits for what becomes of one task. Each promise gives the task as it then is. */
export interface Until {
  /** Reserved for a worker; already assigned counts too. */
  isReserved(): Promise<Task>;
  /** Accepted by a worker; already wrapping or completed counts too. */
  isAssigned(): Promise<Task>;
  isWrapping(): Promise<Task>;
  isCompleted(): Promise<Task>;
  isCanceled(): Promise<Task>;
  /** Waiting for a worker, whatever it was before. */
  isPending(): Promise<Task>;
}

/** The task did not become what a test waited for. */
export class TaskWaitError extends TaskRouterKitError {}

export interface UntilOptions {
  /** How long to wait, in milliseconds of the real clock. Default: 5,000. */
  readonly withinMs?: number | undefined;
}

/** A status that was passed on the way to a later one counts as reached. */
const reached: Readonly<Record<AssignmentStatus, readonly AssignmentStatus[]>> = {
  pending: ['pending'],
  reserved: ['reserved', 'assigned', 'wrapping', 'completed'],
  assigned: ['assigned', 'wrapping', 'completed'],
  wrapping: ['wrapping', 'completed'],
  completed: ['completed'],
  canceled: ['canceled'],
};

/** A task as it is now, without the engine's own links. */
export const plainTask = (task: Task): Task => ({
  sid: task.sid,
  workspaceSid: task.workspaceSid,
  dateCreated: task.dateCreated,
  dateUpdated: task.dateUpdated,
  attributes: task.attributes,
  assignmentStatus: task.assignmentStatus,
  reason: task.reason,
  priority: task.priority,
  timeout: task.timeout,
  taskChannelSid: task.taskChannelSid,
  workflowSid: task.workflowSid,
  taskQueueSid: task.taskQueueSid,
  taskQueueEnteredDate: task.taskQueueEnteredDate,
  virtualStartTime: task.virtualStartTime,
  routingTarget: task.routingTarget,
  ignoreCapacity: task.ignoreCapacity,
  assignmentCount: task.assignmentCount,
  version: task.version,
});

/** Says that something happened; the function it returns ends that. */
export type OnChange = (listener: () => void) => () => void;

export function until(
  world: World,
  onChange: OnChange,
  explain: (taskSid: string) => string,
  { workspaceSid, sid }: { readonly workspaceSid: string; readonly sid: string },
  options: UntilOptions,
): Until {
  refuseUnknownKeys(options, ['withinMs'], 'until');
  const { withinMs = 5_000 } = options;
  const wait = (status: AssignmentStatus) =>
    new Promise<Task>((resolve, reject) => {
      const look = () => {
        const task = world.workspaces.get(workspaceSid)?.tasks.get(sid);
        const now = task?.assignmentStatus;
        if (task && now && reached[status].includes(now)) {
          end();
          resolve(plainTask(task));
        } else if (!task || now === 'canceled' || now === 'completed') {
          fail(`Task ${sid} will not be ${status} any more: it is ${now ?? 'gone'}`);
        }
      };
      const fail = (what: string) => {
        end();
        reject(new TaskWaitError('task-wait', `${what}.\n${explain(sid)}`));
      };
      const timer = setTimeout(() => {
        const now = world.workspaces.get(workspaceSid)?.tasks.get(sid)?.assignmentStatus;
        fail(`Task ${sid} is ${now ?? 'gone'} and not ${status} after ${withinMs} ms`);
      }, withinMs);
      const stop = onChange(look);
      const end = () => {
        clearTimeout(timer);
        stop();
      };
      look();
    });
  return {
    isPending: () => wait('pending'),
    isReserved: () => wait('reserved'),
    isAssigned: () => wait('assigned'),
    isWrapping: () => wait('wrapping'),
    isCompleted: () => wait('completed'),
    isCanceled: () => wait('canceled'),
  };
}
