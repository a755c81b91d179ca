import { ConfigurationError } from '../errors.js';
import type { Seeded, TargetDescription, WorkflowDescription, WorkspaceDescription } from './description.js';
import { workspaceIn } from './world/find.js';
import type { World } from './world/world.js';

/**
 * Makes a workspace from its description.
 * @throws {EngineRefusal} what TaskRouter would refuse; ConfigurationError a name that nothing has.
 */
export function seedWorkspace<const D extends WorkspaceDescription>(world: World, description: D): Seeded<D> {
  const given: WorkspaceDescription = description;
  const { sid: workspaceSid } = world.dispatch('createWorkspace', {
    friendlyName: given.friendlyName ?? 'Workspace',
    multiTaskEnabled: given.multiTaskEnabled,
    prioritizeQueueOrder: given.prioritizeQueueOrder,
    eventCallbackUrl: given.eventCallbackUrl,
    eventsFilter: given.eventsFilter?.join(','),
  });
  try {
    return fill(world, workspaceSid, given) as Seeded<D>;
  } catch (error) {
    // Half a workspace helps nobody.
    world.dispatch('deleteWorkspace', { sid: workspaceSid });
    throw error;
  }
}

function fill(world: World, workspaceSid: string, given: WorkspaceDescription): Seeded<WorkspaceDescription> {
  const view = workspaceIn(world, workspaceSid);
  const sids = {
    activities: new Map([...view.activities.values()].map(({ friendlyName, sid }) => [friendlyName, sid])),
    taskChannels: new Map([...view.taskChannels.values()].map(({ uniqueName, sid }) => [uniqueName, sid])),
    taskQueues: new Map<string, string>(),
    workers: new Map<string, string>(),
    workflows: new Map<string, string>(),
  };
  const activity = (name: string | undefined) =>
    name === undefined ? undefined : sidOf('activity', sids.activities, name);

  for (const [friendlyName, { available }] of Object.entries(given.activities ?? {})) {
    if (sids.activities.has(friendlyName)) continue;
    sids.activities.set(
      friendlyName,
      world.dispatch('createActivity', { workspaceSid, friendlyName, available }).sid,
    );
  }
  const defaultActivitySid = activity(given.defaultActivity);
  const timeoutActivitySid = activity(given.timeoutActivity);
  if (defaultActivitySid !== undefined || timeoutActivitySid !== undefined) {
    world.dispatch('updateWorkspace', { sid: workspaceSid, defaultActivitySid, timeoutActivitySid });
  }
  for (const [uniqueName, { friendlyName = uniqueName, channelOptimizedRouting }] of Object.entries(
    given.taskChannels ?? {},
  )) {
    const sid = sids.taskChannels.get(uniqueName);
    const fields = { workspaceSid, friendlyName, channelOptimizedRouting };
    const channel =
      sid === undefined
        ? world.dispatch('createTaskChannel', { ...fields, uniqueName })
        : world.dispatch('updateTaskChannel', { ...fields, sid });
    sids.taskChannels.set(uniqueName, channel.sid);
  }
  for (const [friendlyName, { reservationActivity, assignmentActivity, ...fields }] of Object.entries(
    given.taskQueues ?? {},
  )) {
    const queue = world.dispatch('createTaskQueue', {
      ...fields,
      workspaceSid,
      friendlyName,
      reservationActivitySid: activity(reservationActivity),
      assignmentActivitySid: activity(assignmentActivity),
    });
    sids.taskQueues.set(friendlyName, queue.sid);
  }
  for (const [friendlyName, worker] of Object.entries(given.workers ?? {})) {
    const { sid: workerSid } = world.dispatch('createWorker', {
      workspaceSid,
      friendlyName,
      attributes: JSON.stringify(worker.attributes ?? {}),
      activitySid: activity(worker.activity),
    });
    sids.workers.set(friendlyName, workerSid);
    for (const [sid, channel] of Object.entries(worker.channels ?? {})) {
      world.dispatch('updateWorkerChannel', { workspaceSid, workerSid, sid, ...channel });
    }
  }
  for (const [friendlyName, { filters, defaultQueue, ...fields }] of Object.entries(given.workflows ?? {})) {
    const configuration = configurationOf({ filters, defaultQueue }, (name) =>
      sidOf('task queue', sids.taskQueues, name),
    );
    const workflow = world.dispatch('createWorkflow', {
      ...fields,
      workspaceSid,
      friendlyName,
      configuration,
    });
    sids.workflows.set(friendlyName, workflow.sid);
  }
  const named = Object.entries(sids).map(([kind, map]) => [kind, Object.fromEntries(map)]);
  return { workspaceSid, ...Object.fromEntries(named) };
}

function sidOf(kind: string, sids: ReadonlyMap<string, string>, name: string): string {
  const sid = sids.get(name);
  if (sid !== undefined) return sid;
  throw new ConfigurationError(
    'unknown-name',
    `The description has no ${kind} named ${JSON.stringify(name)}; it has ${[...sids.keys()].join(', ') || 'none'}.`,
  );
}

function configurationOf(
  { filters = [], defaultQueue }: Pick<WorkflowDescription, 'filters' | 'defaultQueue'>,
  queueSid: (name: string) => string,
): string {
  const target = ({
    queue,
    orderBy,
    skipIf,
    knownWorkerSid,
    knownWorkerFriendlyName,
    ...rest
  }: TargetDescription) => ({
    ...(queue === undefined ? {} : { queue: queueSid(queue) }),
    ...rest,
    order_by: orderBy,
    skip_if: skipIf,
    known_worker_sid: knownWorkerSid,
    known_worker_friendly_name: knownWorkerFriendlyName,
  });
  return JSON.stringify({
    task_routing: {
      filters: filters.map(({ name, expression, targets }) => ({
        filter_friendly_name: name,
        expression,
        targets: targets.map(target),
      })),
      ...(defaultQueue === undefined ? {} : { default_filter: { queue: queueSid(defaultQueue) } }),
    },
  });
}
