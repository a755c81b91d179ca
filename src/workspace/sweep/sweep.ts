import { type Task, type TaskRouterClient, TaskRouterStateError } from '../../rest/index.js';
import { eachAtOnce } from '../live/read-live.js';

/** Tasks in these states are completed; pending and reserved ones are canceled. */
export const SWEPT_STATES = ['assigned', 'wrapping'] as const;
export type SweptState = (typeof SWEPT_STATES)[number] | 'pending' | 'reserved';

/** A task in which nothing has happened for long. */
export interface StuckTask {
  readonly sid: string;
  readonly state: SweptState;
  /** Seconds since anything about it changed. */
  readonly idleSeconds: number;
  readonly queue: string | null;
  readonly workflow: string | null;
}

export interface StuckOptions {
  /** In seconds. */
  readonly olderThan: number;
  /** Name or SID: only tasks that this worker holds. */
  readonly worker?: string | undefined;
  /** Default: assigned and wrapping. */
  readonly states?: readonly SweptState[] | undefined;
}

/**
 * Finds tasks that are stuck: nothing about them has changed for so long. They keep the capacity of their workers.
 *
 * @throws {UnknownNameError} for a worker that does not exist.
 * @example await findStuckTasks(client, 'WS…', { olderThan: 7_200 })
 */
export async function findStuckTasks(
  client: TaskRouterClient,
  workspaceSid: string,
  { olderThan, worker, states = SWEPT_STATES }: StuckOptions,
): Promise<readonly StuckTask[]> {
  const inside = client.workspace(workspaceSid);
  const all = await inside.tasks.list({ assignmentStatus: states }).all();
  const held = worker === undefined ? undefined : await heldBy(worker);
  return all.flatMap((task): StuckTask[] => {
    const idleSeconds = idleSecondsOf(task);
    const state = states.find((one) => one === task.assignmentStatus);
    if (state === undefined || idleSeconds < olderThan || held?.has(task.sid) === false) return [];
    const { sid, taskQueueFriendlyName: queue, workflowFriendlyName: workflow } = task;
    return [{ sid, state, idleSeconds, queue, workflow }];
  });

  async function heldBy(name: string): Promise<ReadonlySet<string>> {
    const sid = await client.names.resolve('worker', name, { workspaceSid });
    const reservations = await Promise.all(
      (['pending', 'accepted', 'wrapping'] as const).map((reservationStatus) =>
        inside.workerReservations.list(sid, { reservationStatus }).all(),
      ),
    );
    return new Set(reservations.flat().map(({ taskSid }) => taskSid));
  }
}

/** By Twilio's own clock, which the age is counted by, because this machine's may differ. */
function idleSecondsOf({ age, dateUpdated, dateCreated, virtualStartTime }: Task): number {
  const start = (virtualStartTime ?? dateCreated).getTime();
  return Math.max(0, Math.round(age - (dateUpdated.getTime() - start) / 1_000));
}

export type SweptResult = 'completed' | 'canceled' | 'moved on';

/**
 * Completes or cancels stuck tasks, each by the state it is in. One that has moved on meanwhile is left alone.
 *
 * @param onTask - told of each.
 */
export async function sweepTasks(
  client: TaskRouterClient,
  workspaceSid: string,
  tasks: readonly StuckTask[],
  onTask: (task: StuckTask, result: SweptResult) => void = () => {},
): Promise<void> {
  const { tasks: all } = client.workspace(workspaceSid);
  await eachAtOnce(tasks, async (task) => {
    const waits = task.state === 'pending' || task.state === 'reserved';
    const reason = 'swept: nothing had happened for long';
    try {
      await (waits ? all.cancel(task.sid, { reason }) : all.complete(task.sid, { reason }));
      onTask(task, waits ? 'canceled' : 'completed');
    } catch (error) {
      if (!(error instanceof TaskRouterStateError)) throw error;
      onTask(task, 'moved on');
    }
  });
}
