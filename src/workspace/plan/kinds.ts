import type { TaskQueue, Worker, WorkerChannel, Workflow } from '../../rest/index.js';
import type { CheckedDefinition, CheckedWorkflow } from '../definition/index.js';
import { OWN_ACTIVITIES, OWN_CHANNELS, workflowConfiguration } from '../definition/index.js';
import { type Routing, readRouting, spelt } from '../live/routing.js';
import type { KindKey } from './kind-names.js';

/** A resource, as both sides are compared: with names in place of SIDs, and each value in one spelling. */
export type Comparable = Readonly<Record<string, unknown>>;

type Wanted<K extends keyof CheckedDefinition> = NonNullable<CheckedDefinition[K]>[string &
  keyof NonNullable<CheckedDefinition[K]>];

/** The name of a resource by its SID; a SID that nothing has comes back as it is. */
export type NameOf = (sid: string) => string;

// Of what is wanted, undefined means: leave it as it is.

export function wantedWorkspace(definition: CheckedDefinition): Comparable {
  const { multiTaskEnabled, prioritizeQueueOrder, eventCallbackUrl, eventsFilter } = definition;
  const { defaultActivity, timeoutActivity } = definition;
  return {
    multiTaskEnabled,
    prioritizeQueueOrder,
    eventCallbackUrl,
    eventsFilter: eventsFilter && [...new Set(eventsFilter)].sort(),
    defaultActivity,
    timeoutActivity,
  };
}

export function wantedActivity(name: string, { available }: Wanted<'activities'>): Comparable {
  return { available: OWN_ACTIVITIES.includes(name) ? undefined : (available ?? false) };
}

export function wantedTaskChannel(name: string, channel: Wanted<'taskChannels'>): Comparable {
  const own = OWN_CHANNELS.includes(name);
  return {
    friendlyName: channel.friendlyName ?? (own ? undefined : name),
    channelOptimizedRouting: channel.channelOptimizedRouting ?? (own ? undefined : false),
  };
}

export function wantedTaskQueue(queue: Wanted<'taskQueues'>): Comparable {
  return {
    targetWorkers: spelt(queue.targetWorkers ?? '1==1'),
    maxReservedWorkers: queue.maxReservedWorkers ?? 1,
    taskOrder: queue.taskOrder ?? 'FIFO',
    // TaskRouter has no way to take an activity away again.
    reservationActivity: queue.reservationActivity,
    assignmentActivity: queue.assignmentActivity,
  };
}

export function liveTaskQueue(queue: TaskQueue, activityName: NameOf): Comparable {
  const { reservationActivitySid, assignmentActivitySid } = queue;
  return {
    targetWorkers: spelt(queue.targetWorkers ?? ''),
    maxReservedWorkers: queue.maxReservedWorkers,
    taskOrder: queue.taskOrder,
    reservationActivity: reservationActivitySid === null ? null : activityName(reservationActivitySid),
    assignmentActivity: assignmentActivitySid === null ? null : activityName(assignmentActivitySid),
  };
}

/** Attributes and channels that the definition does not name are the business of whoever else sets them. */
export function wantedWorker({ attributes, channels }: Wanted<'workers'>): Comparable {
  const fields: Record<string, unknown> = {
    // As JSON makes them: without undefined.
    attributes: attributes === undefined ? undefined : JSON.parse(JSON.stringify(attributes)),
  };
  for (const [channel, { capacity, available }] of Object.entries(channels ?? {})) {
    fields[`channels.${channel}.capacity`] = capacity;
    fields[`channels.${channel}.available`] = available;
  }
  return fields;
}

export function liveWorker(worker: Worker, channels: readonly WorkerChannel[]): Comparable {
  const fields: Record<string, unknown> = { attributes: worker.attributes };
  for (const { taskChannelUniqueName: channel, configuredCapacity, available } of channels) {
    fields[`channels.${channel}.capacity`] = configuredCapacity;
    fields[`channels.${channel}.available`] = available;
  }
  return fields;
}

export function wantedWorkflow(workflow: CheckedWorkflow): Comparable & { readonly routing: Routing } {
  return {
    assignmentCallbackUrl: workflow.assignmentCallbackUrl ?? '',
    fallbackAssignmentCallbackUrl: workflow.fallbackAssignmentCallbackUrl ?? '',
    taskReservationTimeout: workflow.taskReservationTimeout ?? 120,
    routing: readRouting(JSON.parse(workflowConfiguration(workflow, (name) => name)))!,
  };
}

export function liveWorkflow(workflow: Workflow, queueName: NameOf): Comparable {
  return {
    assignmentCallbackUrl: workflow.assignmentCallbackUrl ?? '',
    fallbackAssignmentCallbackUrl: workflow.fallbackAssignmentCallbackUrl ?? '',
    taskReservationTimeout: workflow.taskReservationTimeout,
    // Undefined: it is no configuration, and any is a change.
    routing: readRouting(workflow.configuration, queueName),
  };
}

/** What a definition wants, by kind and name. */
export function wantedOf(definition: CheckedDefinition): Record<KindKey, ReadonlyMap<string, Comparable>> {
  const each = <T>(
    all: Readonly<Record<string, T>> | undefined,
    read: (name: string, one: T) => Comparable,
  ) => new Map(Object.entries(all ?? {}).map(([name, one]) => [name, read(name, one)]));
  return {
    activities: each(definition.activities, wantedActivity),
    taskChannels: each(definition.taskChannels, wantedTaskChannel),
    taskQueues: each(definition.taskQueues, (_name, queue) => wantedTaskQueue(queue)),
    workers: each(definition.workers, (_name, worker) => wantedWorker(worker)),
    workflows: each(definition.workflows, (_name, workflow) => wantedWorkflow(workflow)),
  };
}
