import { ConfigurationError } from '../../errors.js';
import type { Engine, Explanation } from '../engine/index.js';
import { notFound } from '../engine/refusal.js';
import type { WorkspaceView } from '../engine/types.js';
import { findNamed } from '../named.js';
import { type Duration, durationMs } from '../world/duration.js';
import type { Feed } from './feed.js';
import type { Placed, WhatIf, WhatIfRequest } from './types.js';

const mostOthers = 100;

export interface WhatIfParts {
  readonly feed: Feed;
  readonly workspaces: Engine['workspaces'];
  readonly now: () => number;
  readonly fork: () => Engine;
}

/**
 * Where a task would go with other attributes, or with a worker's change: worked out on a fork, so that the running
 * emulator stays as it is. Workers change first, then the task, then time passes.
 *
 * @throws {EngineRefusal} what TaskRouter would refuse, ConfigurationError for a name that nothing has.
 */
export function whatIf(request: WhatIfRequest, { feed, workspaces, now, fork }: WhatIfParts): WhatIf {
  const { task: asked, workers = [], after = 0 } = request;
  if (!asked && workers.length === 0 && durationMs(after) === 0) {
    throw new ConfigurationError('nothing-asked', 'Say what would be different: task, workers or after.');
  }
  for (const [index, { worker, activity, attributes, capacity = {} }] of workers.entries()) {
    if (activity !== undefined || attributes !== undefined || Object.keys(capacity).length > 0) continue;
    throw new ConfigurationError(
      'nothing-asked',
      `workers.${index}: say what would be different for ${JSON.stringify(worker.slice(0, 100))}: activity, attributes or capacity.`,
    );
  }
  const other = fork();
  const viewOf = (sid: string | undefined): WorkspaceView => {
    const [only, ...others] = other.workspaces.values();
    const view = sid === undefined ? (others.length === 0 ? only : undefined) : other.workspaces.get(sid);
    if (view) return view;
    if (sid !== undefined) throw notFound(`/Workspaces/${sid}`);
    throw new ConfigurationError(
      'which-workspace',
      'There is not one workspace: say which with workspaceSid.',
    );
  };
  const kept = asked?.sid === undefined ? undefined : feed.journeys.get(asked.sid);
  if (asked?.sid !== undefined && !kept) throw notFound(`/Tasks/${asked.sid}`);
  const home = kept?.workspaceSid ?? asked?.workspaceSid;

  for (const { worker, activity, attributes, capacity } of workers) {
    const { sid, workspaceSid } = findNamed(other, 'worker', worker, { workspaceSid: home });
    if (activity !== undefined || attributes !== undefined) {
      other.dispatch('updateWorker', {
        workspaceSid,
        sid,
        activitySid:
          activity === undefined ? undefined : findNamed(other, 'activity', activity, { workspaceSid }).sid,
        attributes: attributes === undefined ? undefined : JSON.stringify(attributes),
      });
    }
    for (const [channel, most] of Object.entries(capacity ?? {})) {
      const channelSid = findNamed(other, 'task channel', channel, { workspaceSid }).sid;
      other.dispatch('updateWorkerChannel', {
        workspaceSid,
        workerSid: sid,
        sid: channelSid,
        capacity: most,
      });
    }
  }

  const placed = asked && change(other, viewOf(home), asked, feed);
  other.runTimersUntil(now() + durationMs(after as Duration));

  const before = kept ? placeOf(workspaces, kept.workspaceSid, kept.sid, feed) : null;
  const then = placed
    ? placeOf(other.workspaces, placed.workspaceSid, placed.sid, undefined, other.explain)
    : null;
  const ignored = new Set([kept?.sid, placed?.sid]);
  return {
    before,
    after: then,
    how: placed?.how ?? null,
    others: others(workspaces, other.workspaces, ignored),
    changes: before && then ? differences(before, then) : [],
  };
}

/** Changes the task in the fork, or makes one like it where a change would route nothing. */
function change(
  other: Engine,
  view: WorkspaceView,
  asked: NonNullable<WhatIfRequest['task']>,
  feed: Feed,
): { readonly workspaceSid: string; readonly sid: string; readonly how: NonNullable<WhatIf['how']> } {
  const workspaceSid = view.workspace.sid;
  const attributes = asked.attributes === undefined ? undefined : JSON.stringify(asked.attributes);
  const { priority, taskChannel } = asked;
  if (asked.sid === undefined) {
    const workflowSid =
      asked.workflow === undefined
        ? undefined
        : findNamed(other, 'workflow', asked.workflow, { workspaceSid }).sid;
    const made = other.dispatch('createTask', {
      workspaceSid,
      workflowSid,
      attributes,
      priority,
      taskChannel,
    });
    return { workspaceSid, sid: made.sid, how: 'made' };
  }
  const task = view.tasks.get(asked.sid);
  if (task?.assignmentStatus === 'pending') {
    other.dispatch('updateTask', { workspaceSid, sid: asked.sid, attributes, priority, taskChannel });
    return { workspaceSid, sid: asked.sid, how: 'updated' };
  }
  const kept = feed.journeys.get(asked.sid)!;
  const again = other.dispatch('createTask', {
    workspaceSid,
    workflowSid:
      asked.workflow === undefined
        ? kept.workflow.sid
        : findNamed(other, 'workflow', asked.workflow, { workspaceSid }).sid,
    attributes: attributes ?? task?.attributes ?? feed.journeys.body(kept).attributes,
    priority: priority ?? task?.priority ?? kept.priority,
    taskChannel: taskChannel ?? task?.taskChannelSid ?? kept.channel,
    // It keeps its place in the row.
    virtualStartTime: task?.virtualStartTime ?? kept.createdAt,
  });
  // Only then is its worker free: the new one stands in the row already.
  if (task) other.dispatch('deleteTask', { workspaceSid, sid: asked.sid });
  return { workspaceSid, sid: again.sid, how: 'made again' };
}

function placeOf(
  workspaces: Engine['workspaces'],
  workspaceSid: string,
  sid: string,
  feed: Feed | undefined,
  explain?: Engine['explain'],
): Placed | null {
  const view = workspaces.get(workspaceSid);
  const task = view?.tasks.get(sid);
  const kept = feed?.journeys.get(sid);
  if (!view || !task) {
    if (!kept) return null;
    const last = feed?.explanations.find(sid, Number.POSITIVE_INFINITY)?.explanation ?? null;
    return {
      status: kept.status,
      filter: last && filterOf(last),
      queue: kept.queue,
      workers: kept.workers,
      why: last?.now ?? [],
      explanation: last,
    };
  }
  const explanation = (explain ?? feed!.explain)(workspaceSid, sid);
  const open = view
    .reservationsOfTask(sid)
    .filter(({ reservationStatus: status }) => ['pending', 'accepted', 'wrapping'].includes(status));
  return {
    status: task.assignmentStatus,
    filter: filterOf(explanation),
    queue: {
      sid: task.taskQueueSid,
      name: view.taskQueues.get(task.taskQueueSid)?.friendlyName ?? task.taskQueueSid,
    },
    workers: open.map(({ workerSid }) => ({
      sid: workerSid,
      name: view.workers.get(workerSid)?.friendlyName ?? workerSid,
    })),
    why: explanation.now,
    explanation,
  };
}

/** The filter whose target the task is at; else the first that matches. */
function filterOf({ filters }: Explanation): string | null {
  const present = filters.find(({ targets }) => targets.some(({ fate }) => fate === 'present'));
  return (present ?? filters.find(({ matches }) => matches))?.name ?? null;
}

function others(
  before: Engine['workspaces'],
  after: Engine['workspaces'],
  ignored: ReadonlySet<string | undefined>,
): WhatIf['others'] {
  const changed: { taskSid: string; before: string; after: string }[] = [];
  for (const [workspaceSid, view] of before) {
    for (const taskSid of view.tasks.keys()) {
      if (ignored.has(taskSid) || changed.length >= mostOthers) continue;
      const [was, is] = [words(view, taskSid), words(after.get(workspaceSid), taskSid)];
      if (was !== is) changed.push({ taskSid, before: was, after: is });
    }
  }
  return changed;
}

/** `reserved in Experts for Ada`. */
function words(view: WorkspaceView | undefined, taskSid: string): string {
  const task = view?.tasks.get(taskSid);
  if (!view || !task) return 'gone';
  const queue = view.taskQueues.get(task.taskQueueSid)?.friendlyName ?? task.taskQueueSid;
  const names = view
    .reservationsOfTask(taskSid)
    .filter(({ reservationStatus: status }) => ['pending', 'accepted', 'wrapping'].includes(status))
    .map(({ workerSid }) => view.workers.get(workerSid)?.friendlyName ?? workerSid);
  return `${task.assignmentStatus} in ${queue}${names.length === 0 ? '' : ` for ${names.join(', ')}`}`;
}

function differences(before: Placed, after: Placed): readonly string[] {
  const names = ({ workers }: Placed) => workers.map(({ name }) => name).join(', ') || 'nobody';
  const pairs: readonly (readonly [string, string, string])[] = [
    ['filter', before.filter ?? 'none', after.filter ?? 'none'],
    ['queue', before.queue.name, after.queue.name],
    ['worker', names(before), names(after)],
    ['status', before.status, after.status],
  ];
  return pairs.filter(([, was, is]) => was !== is).map(([what, was, is]) => `${what}: ${was} -> ${is}`);
}
