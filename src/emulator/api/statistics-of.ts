import type { EngineEvent } from '../engine/events/outputs.js';
import { badRequest, EngineRefusal } from '../engine/refusal.js';
import type { TaskQueue, Worker, Workflow, WorkspaceView } from '../engine/types.js';
import { EVENTS_KEPT_MS } from '../world/event-log.js';
import type { World } from '../world/world.js';
import type { Params, Values } from './kinds.js';
import {
  activityCounts,
  activityDurations,
  cumulative,
  entered,
  enteredWorkflow,
  longestRelative,
  reservationCounts,
  taskCounts,
  tasksCreated,
  timedOut,
  type Window,
  waitInQueue,
} from './statistics.js';

/** The statistics of each kind of resource, put together from what can be counted. */

export const channel = { TaskChannel: 'text' } as const satisfies Params;
export const span = {
  EndDate: 'date',
  Minutes: 'integer',
  StartDate: 'date',
  ...channel,
} as const satisfies Params;
export const splitSpan = { ...span, SplitByWaitTime: 'seconds' } as const satisfies Params;

/** The events of the window that was asked for, and of the channel; `fields` narrows them to a queue or workflow. */
function windowOf(
  world: World,
  view: WorkspaceView,
  params: Values<typeof span>,
  fields: Readonly<Record<string, string>> = {},
): Window {
  const now = world.now();
  const { minutes = 15, endDate: end = now } = params;
  if (minutes < 1) throw badRequest('Minutes is not a positive whole number');
  const start = params.startDate ?? end - minutes * 60_000;
  if (start < now - EVENTS_KEPT_MS) throw new EngineRefusal(400, 14241, 'StartDate is more than 30 days ago');
  const channelSid = channelSidOf(view, params.taskChannel);
  const wanted = Object.entries(fields);
  const events = world.events
    .between(view.workspace.sid, start, end)
    .filter(
      ({ data }) =>
        (channelSid === undefined ||
          data.TaskChannelSid === undefined ||
          data.TaskChannelSid === channelSid) &&
        wanted.every(([name, value]) => data[name] === value),
    );
  return { start, end, events };
}

const channelSidOf = (view: WorkspaceView, asked: string | undefined) =>
  asked === undefined ? undefined : (view.taskChannel(asked)?.sid ?? '');

function tasksOf(view: WorkspaceView, asked: string | undefined) {
  const channelSid = channelSidOf(view, asked);
  return [...view.tasks.values()].filter(
    (task) => channelSid === undefined || task.taskChannelSid === channelSid,
  );
}

export const workspaceRealTime = (world: World, view: WorkspaceView, asked: string | undefined) => ({
  activity_statistics: activityCounts(view, [...view.workers.values()]),
  total_workers: view.workers.size,
  ...taskCounts(tasksOf(view, asked), world.now()),
});

export const workspaceCumulative = (world: World, view: WorkspaceView, params: Values<typeof splitSpan>) => {
  const window = windowOf(world, view, params);
  return { ...cumulative(window, params.splitByWaitTime), ...tasksCreated(window), ...timedOut(window) };
};

export function queueRealTime(
  world: World,
  view: WorkspaceView,
  queue: TaskQueue,
  asked: string | undefined,
) {
  const tasks = tasksOf(view, asked).filter(({ taskQueueSid }) => taskQueueSid === queue.sid);
  const workers = view.workersOfQueue(queue.sid);
  return {
    ...taskCounts(tasks, world.now()),
    ...longestRelative(tasks, world.now()),
    activity_statistics: activityCounts(view, workers),
    total_eligible_workers: workers.length,
    total_available_workers: workers.filter(({ activitySid }) => view.activities.get(activitySid)?.available)
      .length,
  };
}

export const queueCumulative = (
  world: World,
  view: WorkspaceView,
  queue: TaskQueue,
  params: Values<typeof splitSpan>,
) => {
  const window = windowOf(world, view, params, { TaskQueueSid: queue.sid });
  return { ...cumulative(window, params.splitByWaitTime), ...waitInQueue(window), ...entered(window) };
};

export const workflowRealTime = (
  world: World,
  view: WorkspaceView,
  { sid }: Workflow,
  asked: string | undefined,
) =>
  taskCounts(
    tasksOf(view, asked).filter(({ workflowSid }) => workflowSid === sid),
    world.now(),
  );

export const workflowCumulative = (
  world: World,
  view: WorkspaceView,
  { sid }: Workflow,
  params: Values<typeof splitSpan>,
) => {
  const window = windowOf(world, view, params, { WorkflowSid: sid });
  return { ...cumulative(window, params.splitByWaitTime), ...enteredWorkflow(window), ...timedOut(window) };
};

/** Of these workers alone. */
export function workersCumulative(
  world: World,
  view: WorkspaceView,
  workers: readonly Worker[],
  params: Values<typeof span>,
) {
  const window = windowOf(world, view, params);
  const sids = new Set(workers.map(({ sid }) => sid));
  const theirs = (events: readonly EngineEvent[]) =>
    events.filter(({ data }) => sids.has(data.WorkerSid ?? ''));
  // A stay that went on after the window is told by the event that ended it.
  const changes = theirs(world.events.between(view.workspace.sid, window.start, world.now()));
  return {
    ...reservationCounts({ ...window, events: theirs(window.events) }),
    activity_durations: activityDurations(view, workers, { ...window, events: changes }),
  };
}

/** A queue of another account, or none: zero values, as Twilio answers. */
export function bulkCounts(world: World, view: WorkspaceView, sid: string) {
  const queue = view.taskQueues.get(sid);
  if (queue) return queueRealTime(world, view, queue, undefined);
  return {
    ...taskCounts([], 0),
    ...longestRelative([], 0),
    activity_statistics: [],
    total_eligible_workers: 0,
    total_available_workers: 0,
  };
}

/** Workers by activity. */
export const workersRealTime = (view: WorkspaceView, workers: readonly Worker[]) => ({
  activity_statistics: activityCounts(view, workers),
  total_workers: workers.length,
});
