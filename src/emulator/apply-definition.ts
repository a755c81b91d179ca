import {
  type CheckedDefinition,
  type DefinitionPath,
  formatPath,
  OWN_ACTIVITIES,
  OWN_CHANNELS,
  workflowConfiguration,
} from '../workspace/definition/index.js';
import type { Commands } from './engine/command-types.js';
import { type Engine, EngineRefusal } from './engine/index.js';
import type { WorkspaceView } from './engine/types.js';
import { placeInWorkflow } from './refused-path.js';

/** What a definition names, and the SID of each. */
export interface Sids {
  readonly activities: Map<string, string>;
  readonly taskChannels: Map<string, string>;
  readonly taskQueues: Map<string, string>;
  readonly workers: Map<string, string>;
  readonly workflows: Map<string, string>;
}

type Target = Pick<Engine, 'dispatch' | 'workspaces'>;

/**
 * Creates what the definition has and the workspace lacks, and changes what differs.
 * @throws {EngineRefusal} with the path of the part that was refused.
 */
export function fillWorkspace(world: Target, workspaceSid: string, definition: CheckedDefinition): Sids {
  const view = world.workspaces.get(workspaceSid)!;
  const sids = sidsOf(view);
  const activity = (name: string | undefined) =>
    name === undefined ? undefined : sids.activities.get(name)!;

  each(definition.activities, 'activities', (friendlyName, { available }) => {
    if (sids.activities.has(friendlyName)) return;
    const made = world.dispatch('createActivity', { workspaceSid, friendlyName, available });
    sids.activities.set(friendlyName, made.sid);
  });
  change(view.workspace, workspaceFields(definition, activity), (fields) => {
    at([], () => world.dispatch('updateWorkspace', { sid: workspaceSid, ...fields }));
  });
  each(definition.taskChannels, 'taskChannels', (uniqueName, channel) => {
    const fields = {
      friendlyName: channel.friendlyName ?? uniqueName,
      channelOptimizedRouting: channel.channelOptimizedRouting ?? false,
    };
    const existing = view.taskChannel(uniqueName);
    if (!existing) {
      const made = world.dispatch('createTaskChannel', { workspaceSid, uniqueName, ...fields });
      sids.taskChannels.set(uniqueName, made.sid);
      return;
    }
    change(existing, fields, (changed) => {
      world.dispatch('updateTaskChannel', { workspaceSid, sid: existing.sid, ...changed });
    });
  });
  each(
    definition.taskQueues,
    'taskQueues',
    (friendlyName, queue) => {
      const fields = {
        targetWorkers: queue.targetWorkers ?? '1==1',
        maxReservedWorkers: queue.maxReservedWorkers ?? 1,
        taskOrder: queue.taskOrder ?? 'FIFO',
        reservationActivitySid: activity(queue.reservationActivity),
        assignmentActivitySid: activity(queue.assignmentActivity),
      } as const;
      const existing = view.taskQueues.get(sids.taskQueues.get(friendlyName) ?? '');
      if (!existing) {
        const made = world.dispatch('createTaskQueue', { workspaceSid, friendlyName, ...fields });
        sids.taskQueues.set(friendlyName, made.sid);
        return;
      }
      change(existing, fields, (changed) => {
        world.dispatch('updateTaskQueue', { workspaceSid, sid: existing.sid, ...changed });
      });
    },
    (_queue, message) => (message.startsWith('TargetWorkers') ? ['targetWorkers'] : []),
  );
  each(definition.workers, 'workers', (friendlyName, worker) => {
    const attributes = JSON.stringify(worker.attributes ?? {});
    const existing = view.workers.get(sids.workers.get(friendlyName) ?? '');
    const workerSid =
      existing?.sid ??
      world.dispatch('createWorker', {
        workspaceSid,
        friendlyName,
        attributes,
        activitySid: activity(worker.activity),
      }).sid;
    sids.workers.set(friendlyName, workerSid);
    // The activity is where a worker begins, and theirs to change from then on.
    if (existing) {
      change(existing, { attributes }, (changed) => {
        world.dispatch('updateWorker', { workspaceSid, sid: workerSid, ...changed });
      });
    }
    for (const [channel, fields] of Object.entries(worker.channels ?? {})) {
      const taskChannelSid = sids.taskChannels.get(channel);
      const now = view.workerChannels(workerSid).find((one) => one.taskChannelSid === taskChannelSid);
      change({ capacity: now?.configuredCapacity, available: now?.available }, fields, (changed) => {
        at(['workers', friendlyName, 'channels', channel], () =>
          world.dispatch('updateWorkerChannel', { workspaceSid, workerSid, sid: channel, ...changed }),
        );
      });
    }
  });
  each(
    definition.workflows,
    'workflows',
    (friendlyName, workflow) => {
      const fields = {
        configuration: workflowConfiguration(workflow, (name) => sids.taskQueues.get(name)!),
        assignmentCallbackUrl: workflow.assignmentCallbackUrl ?? '',
        fallbackAssignmentCallbackUrl: workflow.fallbackAssignmentCallbackUrl ?? '',
        taskReservationTimeout: workflow.taskReservationTimeout ?? 120,
      };
      const existing = view.workflows.get(sids.workflows.get(friendlyName) ?? '');
      if (!existing) {
        const made = world.dispatch('createWorkflow', { workspaceSid, friendlyName, ...fields });
        sids.workflows.set(friendlyName, made.sid);
        return;
      }
      change(existing, fields, (changed) => {
        // Waiting tasks go by the new configuration: whoever changes it wants to see what it does.
        const reEvaluateTasks = 'configuration' in changed;
        world.dispatch('updateWorkflow', { workspaceSid, sid: existing.sid, ...changed, reEvaluateTasks });
      });
    },
    placeInWorkflow,
  );
  return sids;
}

/**
 * Changes a workspace to what its definition says: {@link fillWorkspace}, then deletes what the definition no longer has.
 * @param onKept - hears what could not be deleted.
 */
export function changeWorkspace(
  world: Target,
  workspaceSid: string,
  definition: CheckedDefinition,
  onKept: (message: string) => void,
): Sids {
  const sids = fillWorkspace(world, workspaceSid, definition);
  const prune = (
    kind: keyof Sids,
    own: readonly string[],
    remove: (fields: { readonly workspaceSid: string; readonly sid: string }) => void,
  ) => {
    const wanted = new Set([...own, ...Object.keys(definition[kind] ?? {})]);
    for (const [name, sid] of sids[kind]) {
      if (wanted.has(name)) continue;
      try {
        remove({ workspaceSid, sid });
        sids[kind].delete(name);
      } catch (error) {
        if (!(error instanceof EngineRefusal)) throw error;
        onKept(`${formatPath([kind, name])} is kept: ${error.message}`);
      }
    }
  };
  // What refers to something goes first.
  prune('workflows', [], (fields) => world.dispatch('deleteWorkflow', fields));
  prune('taskQueues', [], (fields) => world.dispatch('deleteTaskQueue', fields));
  prune('workers', [], (fields) => world.dispatch('deleteWorker', fields));
  prune('taskChannels', OWN_CHANNELS, (fields) => world.dispatch('deleteTaskChannel', fields));
  prune('activities', OWN_ACTIVITIES, (fields) => world.dispatch('deleteActivity', fields));
  return sids;
}

function sidsOf(view: WorkspaceView): Sids {
  const byName = (all: ReadonlyMap<string, { readonly sid: string; readonly friendlyName: string }>) =>
    new Map([...all.values()].map(({ friendlyName, sid }) => [friendlyName, sid]));
  return {
    activities: byName(view.activities),
    taskChannels: new Map([...view.taskChannels.values()].map(({ uniqueName, sid }) => [uniqueName, sid])),
    taskQueues: byName(view.taskQueues),
    workers: byName(view.workers),
    workflows: byName(view.workflows),
  };
}

function workspaceFields(
  definition: CheckedDefinition,
  activity: (name: string | undefined) => string | undefined,
): Omit<Commands['updateWorkspace']['params'], 'sid'> {
  return {
    friendlyName: definition.friendlyName ?? 'Workspace',
    multiTaskEnabled: definition.multiTaskEnabled,
    prioritizeQueueOrder: definition.prioritizeQueueOrder ?? 'FIFO',
    eventCallbackUrl: definition.eventCallbackUrl ?? '',
    eventsFilter: definition.eventsFilter?.join(',') ?? '',
    defaultActivitySid: activity(definition.defaultActivity ?? 'Offline'),
    timeoutActivitySid: activity(definition.timeoutActivity ?? 'Offline'),
  };
}

/** Goes through the parts of one kind; what TaskRouter refuses gets the part's path. */
function each<T>(
  parts: Readonly<Record<string, T>> | undefined,
  kind: keyof Sids,
  apply: (name: string, part: T) => void,
  within: (part: T, message: string) => DefinitionPath = () => [],
): void {
  for (const [name, part] of Object.entries(parts ?? {})) {
    at(
      [kind, name],
      () => apply(name, part),
      (message) => within(part, message),
    );
  }
}

/** Calls back with the fields that differ from how things stand, unless there are none. */
function change<T extends object>(
  now: { readonly [K in keyof T]?: unknown },
  wanted: T,
  apply: (changed: Partial<T>) => void,
): void {
  const changed = Object.entries(wanted).filter(
    ([name, value]) => value !== undefined && value !== (now as Record<string, unknown>)[name],
  );
  if (changed.length > 0) apply(Object.fromEntries(changed) as Partial<T>);
}

/** A refusal of TaskRouter, with the path of what was refused. */
export class SeedRefusal extends EngineRefusal {
  readonly path: DefinitionPath;

  /** What TaskRouter said, without the path. */
  readonly reason: string;

  constructor(path: DefinitionPath, { status, twilioCode, message }: EngineRefusal) {
    super(status, twilioCode, path.length === 0 ? message : `${formatPath(path)}: ${message}`);
    this.path = path;
    this.reason = message;
  }
}

function at<T>(
  path: DefinitionPath,
  run: () => T,
  within: (message: string) => DefinitionPath = () => [],
): T {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof EngineRefusal) || error instanceof SeedRefusal) throw error;
    throw new SeedRefusal([...path, ...within(error.message)], error);
  }
}
