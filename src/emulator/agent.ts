import { TaskRouterKitError } from '../errors.js';
import { refuseUnknownKeys } from '../near-miss.js';
import { actOn } from './act.js';
import type { Explanation } from './engine/index.js';
import type { Reservation, ReservationStatus, Task, Worker, WorkspaceView } from './engine/types.js';
import { findNamed, type InWorkspace } from './named.js';
import type { Staffs } from './staff/staffs.js';
import { plainTask, sidOfTask } from './until.js';
import { RESERVATION_ACTIONS, type ReservationActionName } from './vocabulary.js';
import { checkWithin, defaultWaitMs, type OnChange, waitFor } from './wait.js';
import type { InstructionExecutor, World } from './world/world.js';

/** Which task an agent acts on, and how long it may take until it can. */
export interface AgentOptions {
  /** The task, or its SID. Default: the agent's oldest that the action is for. */
  readonly task?: string | { readonly sid: string } | undefined;
  /** How long to wait, in milliseconds of the real clock. Default: 5,000. */
  readonly withinMs?: number | undefined;
}

/**
 * A worker of a test: does what a person at the desk would do. Each action first waits until it can be done, and until
 * the callbacks in progress are answered; the virtual clock does not move in the meantime.
 *
 * Each action rejects with {@link AgentWaitError} when it cannot be done in time, or never can: the message says what the
 * task or the agent is waiting for instead.
 */
export interface Agent {
  readonly sid: string;
  readonly name: string;
  /** The friendly name of the present activity. @throws {AgentWaitError} once the worker is deleted. */
  readonly activity: string;
  /** Accepts the offer when it is there. @example await emulator.agent('Ann').accept(); */
  accept(options?: AgentOptions): Promise<Task>;
  /**
   * Rejects the offer when it is there.
   * @param options - `activity`: where the agent goes with it, by friendly name or SID. Default: stays where they are.
   */
  reject(options?: AgentOptions & { readonly activity?: string | undefined }): Promise<Task>;
  /** Ends the conversation: an accepted task is wrapping. */
  wrapUp(options?: AgentOptions): Promise<Task>;
  /** Completes an accepted or wrapping task. */
  complete(options?: AgentOptions): Promise<Task>;
  /**
   * Changes the activity, by friendly name or SID.
   * @param options - `rejectPendingReservations`: what is on offer is rejected; only for an activity that takes no tasks.
   * @throws {ConfigurationError} for an activity that is not there, with the near miss.
   * @example await emulator.agent('Ann').goTo('Break');
   */
  goTo(
    activity: string,
    options?: { readonly rejectPendingReservations?: boolean | undefined },
  ): Promise<Worker>;
  /**
   * Takes over this worker from the staff that plays them ({@link Emulator.staff}) and from their phone: neither acts by
   * itself any more. Accepting while the phone rings answers it, and the call then lasts until someone ends it.
   * @throws {AgentWaitError} once the worker is deleted.
   */
  takeOver(): void;
  /** Staff and phone continue from wherever the worker is. @throws {AgentWaitError} once the worker is deleted. */
  handBack(): void;
}

/** An agent could not do what a test asked of them. The message says what they wait for. */
export class AgentWaitError extends TaskRouterKitError {}

export interface AgentParts {
  readonly world: World;
  readonly executor: Pick<InstructionExecutor, 'answer'>;
  readonly staffs: Pick<Staffs, 'takeOver' | 'handBack'>;
  readonly onChange: OnChange;
  /** Resolves when no callback is in progress. */
  readonly quiet: () => Promise<void>;
  /** What a stopped clock would still bring; '' where time passes by itself. */
  readonly clockHint: () => string;
}

/** Takes the worker by name or SID. @throws {ConfigurationError} for one that is not there, with the near miss. */
export function agentOf(parts: AgentParts, name: string, where?: InWorkspace): Agent {
  refuseUnknownKeys(where, ['workspaceSid'], 'agent');
  const { world, executor } = parts;
  const { sid, workspaceSid, friendlyName } = findNamed(world, 'worker', name, where);
  const view = () => world.workspaces.get(workspaceSid)!;

  const act = async (
    action: ReservationActionName,
    options: AgentOptions | undefined,
    activity?: string,
  ): Promise<Task> => {
    const to = activity === undefined ? undefined : activitySid(activity);
    const wanted = wantedTask(options);
    const waiting = { parts, workspaceSid, workerSid: sid, name: friendlyName, action, wanted };
    const reservation = await reservationFor(waiting, checkWithin(options?.withinMs ?? defaultWaitMs));
    actOn(world, executor, workspaceSid, reservation.sid, action, to);
    return plainTask(view().tasks.get(reservation.taskSid)!);
  };
  const present = (): Worker => {
    const worker = world.workspaces.get(workspaceSid)?.workers.get(sid);
    if (!worker) throw goneAgent(friendlyName);
    return worker;
  };
  const activitySid = (activity: string) => findNamed(world, 'activity', activity, { workspaceSid }).sid;

  return {
    sid,
    name: friendlyName,
    get activity() {
      const { activitySid: now } = present();
      return view().activities.get(now)?.friendlyName ?? '';
    },
    async accept(options) {
      refuseUnknownKeys(options, ['task', 'withinMs'], 'accept');
      return act('accept', options);
    },
    async reject(options) {
      refuseUnknownKeys(options, ['task', 'withinMs', 'activity'], 'reject');
      return act('reject', options, options?.activity);
    },
    async wrapUp(options) {
      refuseUnknownKeys(options, ['task', 'withinMs'], 'wrapUp');
      return act('wrap up', options);
    },
    async complete(options) {
      refuseUnknownKeys(options, ['task', 'withinMs'], 'complete');
      return act('complete', options);
    },
    async goTo(activity, options) {
      refuseUnknownKeys(options, ['rejectPendingReservations'], 'goTo');
      await parts.quiet();
      present();
      const changed = world.dispatch('updateWorker', {
        workspaceSid,
        sid,
        activitySid: activitySid(activity),
        rejectPendingReservations: options?.rejectPendingReservations,
      });
      return plainWorker(changed);
    },
    takeOver: () => parts.staffs.takeOver(present()),
    handBack: () => parts.staffs.handBack(present()),
  };
}

const goneAgent = (name: string) =>
  new AgentWaitError('agent-gone', `${name} is no longer a worker: it was deleted.`);

/** What an agent lacks who cannot do it. */
const NONE: Readonly<Record<ReservationActionName, string>> = {
  accept: 'has no offer to accept',
  reject: 'has no offer to reject',
  'wrap up': 'has no accepted task to wrap up',
  complete: 'has no task to complete',
};

interface AgentWait {
  readonly parts: AgentParts;
  readonly workspaceSid: string;
  readonly workerSid: string;
  readonly name: string;
  readonly action: ReservationActionName;
  /** The task's SID. */
  readonly wanted: string | undefined;
}

const wantedTask = (options: AgentOptions | undefined) =>
  options?.task === undefined ? undefined : sidOfTask(options.task, 'agent');

/** The reservation to act on, once no callback can change it any more. */
async function reservationFor(wait: AgentWait, withinMs: number): Promise<Reservation> {
  const { parts } = wait;
  const until = performance.now() + withinMs;
  for (;;) {
    const leftMs = Math.max(0, until - performance.now());
    const found = await waitFor<Reservation>({
      onChange: parts.onChange,
      withinMs: leftMs,
      look: () => look(wait),
      tooLate: () => failed(wait, `in ${withinMs} ms`),
    });
    // A handler that is still at work may take, or reject, the same offer.
    const isQuiet = await within(parts.quiet(), Math.max(0, until - performance.now()));
    const still = look(wait);
    if (still?.sid === found.sid) {
      if (isQuiet) return still;
      throw failed(wait, `that no callback is deciding about: one is still in progress after ${withinMs} ms`);
    }
  }
}

async function within(work: Promise<void>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(resolve, ms, false);
  });
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** The oldest reservation the action is for. @throws {AgentWaitError} when there can be none any more. */
function look(wait: AgentWait): Reservation | undefined {
  const { parts, workspaceSid, workerSid, name, action, wanted } = wait;
  const view = parts.world.workspaces.get(workspaceSid);
  if (!view?.workers.has(workerSid)) {
    throw goneAgent(name);
  }
  const statuses: readonly ReservationStatus[] = RESERVATION_ACTIONS[action].from;
  const mine = view
    .reservationsOfWorker(workerSid)
    .filter(({ taskSid }) => wanted === undefined || taskSid === wanted);
  const found = mine.find(({ reservationStatus }) => statuses.includes(reservationStatus));
  if (found || wanted === undefined) return found;
  const task = view.tasks.get(wanted);
  if (!task) throw failed(wait, `of task ${wanted}: there is no such task (any more)`);
  if (task.assignmentStatus === 'canceled' || task.assignmentStatus === 'completed') {
    throw failed(wait, `of task ${wanted}: it is ${task.assignmentStatus}`);
  }
  const holder = view
    .reservationsOfTask(wanted)
    .find(({ reservationStatus }) => ['accepted', 'wrapping'].includes(reservationStatus));
  if (holder) {
    const who = holder.workerSid === workerSid ? name : view.workers.get(holder.workerSid)?.friendlyName;
    throw failed(wait, `of task ${wanted}: ${who} has already accepted it (it is ${task.assignmentStatus})`);
  }
  return undefined;
}

const mostExplained = 3;

function failed(wait: AgentWait, why: string): AgentWaitError {
  const { parts, workspaceSid, workerSid, name, action, wanted } = wait;
  const view = parts.world.workspaces.get(workspaceSid);
  const worker = view?.workers.get(workerSid);
  const lines = [`${name} ${NONE[action]} ${why}.`];
  if (view && worker) {
    lines.push(...situation(view, worker));
    const tasks =
      wanted === undefined ? waitingTasks(view) : [...view.tasks.values()].filter((t) => t.sid === wanted);
    for (const { sid } of tasks.slice(0, mostExplained)) {
      lines.push(...taskLines(parts.world.explain(workspaceSid, sid), workerSid));
    }
    if (tasks.length > mostExplained) lines.push(`${tasks.length - mostExplained} more tasks are waiting.`);
    if (tasks.length === 0 && wanted === undefined) lines.push('No task is waiting.');
  }
  const hint = parts.clockHint();
  if (hint !== '') lines.push(hint);
  return new AgentWaitError('agent-wait', lines.join('\n'));
}

const waitingTasks = (view: WorkspaceView) =>
  [...view.tasks.values()].filter(({ assignmentStatus }) =>
    ['pending', 'reserved'].includes(assignmentStatus),
  );

function situation(view: WorkspaceView, worker: Worker): string[] {
  const activity = view.activities.get(worker.activitySid);
  const takes = activity?.available ? '' : ', where no tasks come: goTo an activity that takes them';
  return [
    `${worker.friendlyName} is in ${activity?.friendlyName}${takes}.`,
    ...view
      .reservationsOfWorker(worker.sid)
      .slice(-mostExplained)
      .map(
        ({ sid, taskSid, reservationStatus }) =>
          `Reservation ${sid} of task ${taskSid} is ${reservationStatus}.`,
      ),
  ];
}

function taskLines({ taskSid, assignmentStatus, now, workers }: Explanation, workerSid: string): string[] {
  const judged = workers.find((one) => one.workerSid === workerSid);
  return [
    `Task ${taskSid} is ${assignmentStatus}: ${now.join('; ')}`,
    ...(judged && judged.why.length > 0 ? [`  ${judged.workerName}: ${judged.why.join('; ')}`] : []),
  ];
}

/** A worker as it is now, without the engine's own links. */
export const plainWorker = (worker: Worker): Worker => ({
  sid: worker.sid,
  workspaceSid: worker.workspaceSid,
  dateCreated: worker.dateCreated,
  dateUpdated: worker.dateUpdated,
  friendlyName: worker.friendlyName,
  attributes: worker.attributes,
  activitySid: worker.activitySid,
  dateStatusChanged: worker.dateStatusChanged,
  version: worker.version,
});
