import type { Explanation } from '../engine/index.js';
import type { Reservation, Task, TaskQueue, Worker, Workflow, WorkspaceView } from '../engine/types.js';
import { leniencies } from '../lenient.js';
import type { PlayedBy } from '../staff/staffs.js';
import { reservationDeadline } from './steps.js';
import type {
  Counts,
  Headline,
  Named,
  QueueState,
  ReservationState,
  ServiceLevel,
  WorkerRow,
  WorkerState,
  WorkflowState,
  WorkspaceHead,
  WorkspaceRows,
  WorkspaceState,
} from './types.js';

export interface FloorParts {
  explain(workspaceSid: string, taskSid: string): Explanation;
  playedBy(workerSid: string): PlayedBy;
  /** How long the tasks that were accepted from a queue had waited, in milliseconds, newest last. */
  waits(queueSid: string): readonly number[];
}

const serviceLevelS = 20;

/** A workspace as it stands. */
export function workspaceState(view: WorkspaceView, parts: FloorParts): WorkspaceState {
  const { queues, workers, workflows } = workspaceLists(view, parts);
  return {
    ...workspaceHead(view, parts),
    queues: [...queues].sort((a, b) => (a.longestSince ?? Infinity) - (b.longestSince ?? Infinity)),
    workers: workers.map((row) => withQueues(view, row)),
    workflows,
  };
}

/** A workspace without its queues, workers and workflows. */
export function workspaceHead(view: WorkspaceView, parts: FloorParts): WorkspaceHead {
  const { workspace } = view;
  return {
    ...named(workspace),
    multiTaskEnabled: workspace.multiTaskEnabled,
    eventCallbackUrl: withoutPassword(workspace.eventCallbackUrl),
    headline: headline(view, parts),
    activities: [...view.activities.values()].map((one) => ({ ...named(one), available: one.available })),
    taskChannels: [...view.taskChannels.values()].map((one) => ({
      ...named(one),
      uniqueName: one.uniqueName,
    })),
  };
}

/** The queues, workers and workflows of a workspace, in order of creation. */
export function workspaceLists(
  view: WorkspaceView,
  parts: FloorParts,
): Pick<WorkspaceRows, 'queues' | 'workers' | 'workflows'> {
  const tasks = tasksByQueue(view);
  return {
    queues: [...view.taskQueues.values()].map((queue) => queueState(view, queue, tasks, parts)),
    workers: [...view.workers.values()].map((worker) => workerRow(view, worker, parts.playedBy(worker.sid))),
    workflows: [...view.workflows.values()].map(workflowState),
  };
}

const named = (one: { readonly sid: string; readonly friendlyName: string }): Named => ({
  sid: one.sid,
  name: one.friendlyName,
});

interface QueueTasks {
  readonly counts: { -readonly [K in keyof Counts]: Counts[K] };
  longestSince: number | null;
}

function tasksByQueue(view: WorkspaceView): ReadonlyMap<string, QueueTasks> {
  const queues = new Map<string, QueueTasks>();
  for (const task of view.tasks.values()) {
    const status = task.assignmentStatus;
    if (status === 'completed' || status === 'canceled') continue;
    let queue = queues.get(task.taskQueueSid);
    if (!queue) {
      queue = { counts: { pending: 0, reserved: 0, assigned: 0, wrapping: 0 }, longestSince: null };
      queues.set(task.taskQueueSid, queue);
    }
    queue.counts[status] += 1;
    if (status === 'pending') {
      queue.longestSince = Math.min(queue.longestSince ?? Infinity, task.dateCreated);
    }
  }
  return queues;
}

function queueState(
  view: WorkspaceView,
  queue: TaskQueue,
  tasks: ReadonlyMap<string, QueueTasks>,
  { waits }: FloorParts,
): QueueState {
  const workers = view.workersOfQueue(queue.sid);
  const here = tasks.get(queue.sid);
  return {
    ...named(queue),
    workspaceSid: queue.workspaceSid,
    targetWorkers: queue.targetWorkers,
    taskOrder: queue.taskOrder,
    maxReservedWorkers: queue.maxReservedWorkers,
    counts: here?.counts ?? { pending: 0, reserved: 0, assigned: 0, wrapping: 0 },
    longestSince: here?.longestSince ?? null,
    workers: workers.length,
    available: workers.filter(({ activitySid }) => view.activities.get(activitySid)?.available).length,
    serviceLevel: serviceLevel(waits(queue.sid)),
  };
}

function serviceLevel(waits: readonly number[]): ServiceLevel {
  return {
    withinS: serviceLevelS,
    accepted: waits.length,
    within: waits.filter((ms) => ms <= serviceLevelS * 1_000).length,
    averageMs: waits.length === 0 ? null : Math.round(waits.reduce((sum, ms) => sum + ms, 0) / waits.length),
  };
}

/** A worker as it stands. */
export function workerState(view: WorkspaceView, worker: Worker, playedBy: PlayedBy): WorkerState {
  return withQueues(view, workerRow(view, worker, playedBy));
}

const withQueues = (view: WorkspaceView, row: WorkerRow): WorkerState => ({
  ...row,
  queues: view.queuesOfWorker(row.sid).map(named),
});

function workerRow(view: WorkspaceView, worker: Worker, playedBy: PlayedBy): WorkerRow {
  const activity = view.activities.get(worker.activitySid);
  return {
    ...named(worker),
    workspaceSid: worker.workspaceSid,
    attributes: worker.attributes,
    activity: {
      sid: worker.activitySid,
      name: activity?.friendlyName ?? '',
      available: activity?.available ?? false,
    },
    activitySince: worker.dateStatusChanged,
    playedBy,
    channels: view.workerChannels(worker.sid).map((channel) => ({
      taskChannelSid: channel.taskChannelSid,
      uniqueName: view.taskChannels.get(channel.taskChannelSid)?.uniqueName ?? '',
      available: channel.available,
      capacity: channel.configuredCapacity,
      consumed: channel.consumedCapacity,
    })),
    reservations: view
      .reservationsOfWorker(worker.sid)
      .filter(({ reservationStatus: status }) => ['pending', 'accepted', 'wrapping'].includes(status))
      .map((reservation) => reservationState(view, reservation)),
    version: worker.version,
  };
}

/** A reservation as it stands. */
export function reservationState(view: WorkspaceView, reservation: Reservation): ReservationState {
  const { workerSid } = reservation;
  return {
    sid: reservation.sid,
    status: reservation.reservationStatus,
    taskSid: reservation.taskSid,
    worker: { sid: workerSid, name: view.workers.get(workerSid)?.friendlyName ?? workerSid },
    createdAt: reservation.dateCreated,
    updatedAt: reservation.dateUpdated,
    deadline: reservationDeadline(reservation),
  };
}

function workflowState(workflow: Workflow): WorkflowState {
  const { configuration } = workflow;
  return {
    ...named(workflow),
    workspaceSid: workflow.workspaceSid,
    configuration,
    assignmentCallbackUrl: withoutPassword(workflow.assignmentCallbackUrl),
    fallbackAssignmentCallbackUrl: withoutPassword(workflow.fallbackAssignmentCallbackUrl),
    taskReservationTimeoutS: workflow.taskReservationTimeout,
    warnings: leniencies('updateWorkflow', { configuration }).map((warning) => {
      const at = warning.indexOf(': ');
      return { place: warning.slice(0, at), message: warning.slice(at + 2) };
    }),
  };
}

/** A callback URL may hold a password, which is for the endpoint alone. */
export function withoutPassword(url: string): string {
  if (!url.includes('@') || !URL.canParse(url)) return url;
  const parsed = new URL(url);
  if (parsed.password === '') return url;
  parsed.password = '***';
  return parsed.href;
}

function headline(view: WorkspaceView, { explain }: FloorParts): Headline {
  let waiting = 0;
  let oldest: Task | undefined;
  for (const task of view.tasks.values()) {
    if (task.assignmentStatus !== 'pending') continue;
    waiting += 1;
    if (!oldest || task.dateCreated < oldest.dateCreated) oldest = task;
  }
  if (!oldest) return { text: 'Nothing is waiting', waiting, longest: null };
  const queue = view.taskQueues.get(oldest.taskQueueSid);
  const name = queue?.friendlyName ?? oldest.taskQueueSid;
  const why = whyWaiting(explain(view.workspace.sid, oldest.sid), name);
  return {
    text: `${waiting} waiting, longest in ${name}: ${why}`,
    waiting,
    longest: {
      taskSid: oldest.sid,
      since: oldest.dateCreated,
      queue: { sid: oldest.taskQueueSid, name },
      why,
    },
  };
}

/** Why nobody takes a task, in one clause: the reason that holds back most workers, or the last one in the way. */
export function whyWaiting({ workers, now }: Explanation, queueName: string): string {
  const backoff = now.find((line) => line.startsWith('backs off'));
  if (backoff) return backoff;
  if (workers.length === 0) return 'there is no worker';
  if (workers.some(({ eligible }) => eligible)) return 'other tasks go first';
  const inQueue = workers.filter(({ why }) => !why.some((one) => one.startsWith('is not in the queue')));
  if (inQueue.length === 0) {
    const [reason = ''] = workers.flatMap(({ why }) =>
      why.filter((one) => one.startsWith('is not in the queue')),
    );
    const wants = reason.slice(`is not in the queue ${queueName}: `.length);
    return `no worker is in the queue${wants === '' ? '' : `: ${wants}`}`;
  }
  // Those who lack one thing alone are nearest to it.
  const least = Math.min(...inQueue.map(({ why }) => why.length));
  const nearest = inQueue.filter(({ why }) => why.length === least);
  const [first] = nearest;
  const others = nearest.length - 1;
  const more = others > 0 ? `, and ${others} more are held back` : '';
  // `Ada is in the activity Offline …`, but `Ada: the channel voice is full …`.
  const why = first!.why.join('; ');
  return `${first!.workerName}${/^(is|has|already) /.test(why) ? '' : ':'} ${why}${more}`;
}
