import { ConfigurationError } from '../errors.js';
import { nearMiss } from '../near-miss.js';
import type {
  Activity,
  Task,
  TaskChannel,
  TaskQueue,
  Worker,
  Workflow,
  WorkspaceView,
} from './engine/types.js';
import type { World } from './world/world.js';

/** What can be looked up by name, in the words of an error, and the workspace's map of it. */
const kinds = {
  worker: 'workers',
  'task queue': 'taskQueues',
  workflow: 'workflows',
  activity: 'activities',
  'task channel': 'taskChannels',
} as const;

export interface NamedKinds {
  worker: Worker;
  'task queue': TaskQueue;
  workflow: Workflow;
  activity: Activity;
  'task channel': TaskChannel;
}
export type NamedKind = keyof NamedKinds;

/** Where to look. */
export interface InWorkspace {
  /** Default: every workspace there is. */
  readonly workspaceSid?: string | undefined;
}

const nameOf = (one: { readonly friendlyName: string; readonly uniqueName?: string }) =>
  one.uniqueName ?? one.friendlyName;

/**
 * A resource by its friendly name (a task channel by its unique name) or its SID.
 *
 * @throws {ConfigurationError} `unknown-name` with the near miss, where nothing has the name; `which-workspace` where
 * several workspaces have it; `unknown-workspace`.
 * @example findNamed(world, 'worker', 'Ann').activitySid
 */
export function findNamed<K extends NamedKind>(
  world: Pick<World, 'workspaces'>,
  kind: K,
  name: string,
  { workspaceSid }: InWorkspace = {},
): NamedKinds[K] {
  const views = workspaceSid === undefined ? [...world.workspaces.values()] : [viewOf(world, workspaceSid)];
  const all = views.flatMap((view) => [...mapOf(view, kind).values()]);
  const bySid = all.find(({ sid }) => sid === name);
  if (bySid) return bySid;
  const [found, another] = all.filter((one) => nameOf(one) === name);
  if (another) {
    throw new ConfigurationError(
      'which-workspace',
      `${views.length} workspaces have a ${kind} named ${quoted(name)}: say which with { workspaceSid }, as seed() gave it.`,
    );
  }
  if (found) return found;
  throw new ConfigurationError(
    'unknown-name',
    `There is no ${kind} named ${quoted(name)}. ${hint(name, all, kind)}`,
  );
}

function mapOf<K extends NamedKind>(view: WorkspaceView, kind: K): ReadonlyMap<string, NamedKinds[K]> {
  return view[kinds[kind]] as unknown as ReadonlyMap<string, NamedKinds[K]>;
}

function viewOf(world: Pick<World, 'workspaces'>, workspaceSid: string): WorkspaceView {
  const view = world.workspaces.get(workspaceSid);
  if (view) return view;
  throw new ConfigurationError('unknown-workspace', `There is no workspace ${quoted(workspaceSid)}.`);
}

const quoted = (name: string) => JSON.stringify(String(name).slice(0, 100));
const mostListed = 10;

function hint(name: string, all: readonly { readonly friendlyName: string }[], kind: NamedKind): string {
  const names = [...new Set(all.map(nameOf))];
  const meant = nearMiss(String(name), names);
  if (meant !== undefined) return `Did you mean ${quoted(meant)}?`;
  if (names.length === 0) return `There is no ${kind} at all: seed the workspace first.`;
  const more = names.length > mostListed ? ` and ${names.length - mostListed} more` : '';
  return `There is ${names.slice(0, mostListed).map(quoted).join(', ')}${more}.`;
}

/** A task, with names in place of the SIDs a test does not care about. */
export interface TaskInNames extends Task {
  /** The queue of the present routing step. */
  readonly taskQueue: string;
  readonly workflow: string;
  /** Unique name. */
  readonly taskChannel: string;
  /** Who has it, on offer or accepted, in the order of the reservations. Empty: nobody. */
  readonly workers: readonly string[];
}

/** @param task - as the engine holds it, without its links. */
export function inNames(view: WorkspaceView, task: Task): TaskInNames {
  const open = view
    .reservationsOfTask(task.sid)
    .filter(({ reservationStatus }) => ['pending', 'accepted', 'wrapping'].includes(reservationStatus));
  return {
    ...task,
    taskQueue: view.taskQueues.get(task.taskQueueSid)?.friendlyName ?? task.taskQueueSid,
    workflow: view.workflows.get(task.workflowSid)?.friendlyName ?? task.workflowSid,
    taskChannel: view.taskChannels.get(task.taskChannelSid)?.uniqueName ?? task.taskChannelSid,
    workers: open.map(({ workerSid }) => view.workers.get(workerSid)?.friendlyName ?? workerSid),
  };
}
