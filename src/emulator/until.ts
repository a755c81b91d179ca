import { ConfigurationError, TaskRouterKitError } from '../errors.js';
import { refuseUnknownKeys } from '../near-miss.js';
import type { AssignmentStatus, Reservation, Task, WorkspaceView } from './engine/types.js';
import { findNamed } from './named.js';
import { checkWithin, defaultWaitMs, type OnChange, waitFor } from './wait.js';
import type { World } from './world/world.js';

/** Waits for what becomes of one task. Each promise gives the task as it then is. */
export interface Until {
  /** Reserved for a worker; already assigned counts too. */
  isReserved(): Promise<Task>;
  /**
   * Reserved for this worker, by friendly name or SID; already accepted by them counts too. Rejects at once when
   * someone else accepted it.
   * @throws {ConfigurationError} at once for a worker that is not there, with the near miss.
   * @example await emulator.until(task).isReservedFor('Ann');
   */
  isReservedFor(worker: string): Promise<Task>;
  /** Accepted by a worker; already wrapping or completed counts too. */
  isAssigned(): Promise<Task>;
  /** Accepted by this worker, by friendly name or SID; already wrapping or completed by them counts too. */
  isAssignedTo(worker: string): Promise<Task>;
  /**
   * At a routing step of this queue, by friendly name or SID, whatever its status. Rejects at once when the task has
   * ended, or was accepted from another queue: it moves no more.
   * @example await emulator.until(task).isIn('Experts');
   */
  isIn(taskQueue: string): Promise<Task>;
  isWrapping(): Promise<Task>;
  isCompleted(): Promise<Task>;
  isCanceled(): Promise<Task>;
  /** Waiting for a worker, whatever it was before. */
  isPending(): Promise<Task>;
}

/** The task did not become what a test waited for. The message is what it is instead, and its explanation. */
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

const held = ['accepted', 'wrapping', 'completed'];

/**
 * The SID of a task that a test gave.
 * @param who - who takes it, as the user wrote it: `until`.
 * @throws {ConfigurationError} for what is no task, such as a promise of one: it would stand for any.
 */
export function sidOfTask(task: string | { readonly sid: string }, who: string): string {
  const given: unknown = task;
  const sid = typeof given === 'object' && given !== null ? (given as { readonly sid?: unknown }).sid : given;
  if (typeof sid === 'string') return sid;
  const hint = given instanceof Promise ? ' It is a promise: await it first.' : '';
  throw new ConfigurationError(
    'bad-task',
    `${who}: the task must be its SID, or an object with its sid, as createTask gives it.${hint}`,
  );
}

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
  transfer: task.transfer && { ...task.transfer },
});

export interface UntilParts {
  readonly world: Pick<World, 'workspaces'>;
  readonly onChange: OnChange;
  /** Why the task is where it is; '' when nothing is known. */
  readonly explain: (taskSid: string) => string;
  /** What a stopped clock would still bring, as lines for an error; '' where time passes by itself. */
  readonly clockHint: () => string;
}

/** What a wait is for. */
interface Goal {
  /** Ends `Task … is not`: `reserved for Ann`. */
  readonly what: string;
  isReached(task: Task, view: WorkspaceView): boolean;
  /** Why it can never be reached any more; undefined: it still can. */
  isLost(task: Task, view: WorkspaceView): string | undefined;
}

export function until(
  { world, onChange, explain, clockHint }: UntilParts,
  { workspaceSid, sid }: { readonly workspaceSid: string; readonly sid: string },
  options: UntilOptions,
): Until {
  refuseUnknownKeys(options, ['withinMs'], 'until');
  const { withinMs = defaultWaitMs } = options;
  checkWithin(withinMs);
  const present = () => world.workspaces.get(workspaceSid)?.tasks.get(sid);
  const failed = (what: string) =>
    new TaskWaitError(
      'task-wait',
      [`${what}.`, explain(sid), clockHint()].filter((s) => s !== '').join('\n'),
    );
  const wait = ({ what, isReached, isLost }: Goal) =>
    waitFor<Task>({
      onChange,
      withinMs,
      look() {
        const task = present();
        if (!task) throw failed(`Task ${sid} will not be ${what} any more: it is gone`);
        const view = world.workspaces.get(workspaceSid)!;
        if (isReached(task, view)) return plainTask(task);
        const lost = isLost(task, view);
        if (lost !== undefined) throw failed(`Task ${sid} will not be ${what} any more: it ${lost}`);
        return undefined;
      },
      tooLate: () =>
        failed(
          `Task ${sid} is ${present()?.assignmentStatus ?? 'gone'} and not ${what} after ${withinMs} ms`,
        ),
    });

  const status = (wanted: AssignmentStatus) =>
    wait({
      what: wanted,
      isReached: ({ assignmentStatus }) => reached[wanted].includes(assignmentStatus),
      isLost: ended,
    });
  const withWorker = async (name: string, what: string, statuses: readonly string[]) => {
    const { sid: workerSid, friendlyName } = findNamed(world, 'worker', name, { workspaceSid });
    return wait({
      what: `${what} ${friendlyName}`,
      isReached: (_task, view) =>
        view
          .reservationsOfTask(sid)
          .some((one) => one.workerSid === workerSid && statuses.includes(one.reservationStatus)),
      isLost: (task, view) => {
        const holder = holderOf(view, sid);
        return holder === undefined
          ? ended(task)
          : `went to ${view.workers.get(holder.workerSid)?.friendlyName ?? holder.workerSid} (${task.assignmentStatus})`;
      },
    });
  };
  return {
    isPending: () => status('pending'),
    isReserved: () => status('reserved'),
    isReservedFor: (name) => withWorker(name, 'reserved for', ['pending', ...held]),
    isAssigned: () => status('assigned'),
    isAssignedTo: (name) => withWorker(name, 'assigned to', held),
    async isIn(name) {
      const queue = findNamed(world, 'task queue', name, { workspaceSid });
      return wait({
        what: `in ${queue.friendlyName}`,
        isReached: (task) => task.taskQueueSid === queue.sid,
        isLost: (task, view) => {
          if (holderOf(view, sid) === undefined) return ended(task);
          return `was accepted from ${view.taskQueues.get(task.taskQueueSid)?.friendlyName ?? task.taskQueueSid}`;
        },
      });
    },
    isWrapping: () => status('wrapping'),
    isCompleted: () => status('completed'),
    isCanceled: () => status('canceled'),
  };
}

const ended = ({ assignmentStatus: now }: Task) =>
  now === 'canceled' || now === 'completed' ? `is ${now}` : undefined;

/** The reservation under which a worker has accepted the task. */
const holderOf = (view: WorkspaceView, taskSid: string): Reservation | undefined =>
  view.reservationsOfTask(taskSid).find(({ reservationStatus }) => held.includes(reservationStatus));
