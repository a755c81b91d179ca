import { ConfigurationError } from '../../errors.js';
import { ANY_SID, sidPattern } from '../../sids.js';
import { OWN_ACTIVITIES, OWN_CHANNELS, type WorkspaceDefinition } from '../definition/index.js';
import { type Routing, type RoutingTarget, readRouting } from '../live/routing.js';
import type { Parts, TaskQueuePart, WorkflowPart } from './parts.js';

/** A SID inside a string, of a kind that another account numbers otherwise. */
const ACCOUNT_BOUND_SID = new RegExp(`\\b${sidPattern('W[AKQSW]|TC')}\\b`);

export interface MadeDefinition {
  readonly definition: WorkspaceDefinition;
  /** What could not be taken over as it was, and what to do about it. */
  readonly warnings: readonly string[];
}

/** What Twilio gives a new worker. Channels that are like it are left out. */
const NEW_CHANNEL = { capacity: 1, available: true };

/**
 * A definition of a workspace that was read in pieces: with names in place of SIDs, and without what is the default.
 * @throws {ConfigurationError} `ambiguous-name` for two resources of a kind with one name.
 */
export function definitionOf(parts: Parts): MadeDefinition {
  const warnings: string[] = [];
  for (const [kind, all] of Object.entries({
    activities: parts.activities.map(({ friendlyName }) => friendlyName),
    'task queues': parts.taskQueues.map(({ friendlyName }) => friendlyName),
    workers: parts.workers.map(({ friendlyName }) => friendlyName),
    workflows: parts.workflows.map(({ friendlyName }) => friendlyName),
  })) {
    const twice = all.find((name, index) => all.indexOf(name) !== index);
    if (twice === undefined) continue;
    throw new ConfigurationError(
      'ambiguous-name',
      `Several ${kind} are named ${JSON.stringify(twice)}. A definition identifies them by name: rename all but one first.`,
    );
  }
  const names = namesOf(parts);
  const queues = new Map(parts.taskQueues.map((queue) => [queue.friendlyName, queue]));
  const known = new Set(queues.keys());
  const queueName = (sidOrName: string) => {
    const alias = parts.alias?.(sidOrName) ?? sidOrName;
    const name = names.get(alias) ?? alias;
    if (!known.has(name)) {
      known.add(name);
      warnings.push(
        `The task queue ${JSON.stringify(name)} is not in the input${ANY_SID.test(name) ? ', and its name is unknown: give it one with --map' : ''}. It is written without targetWorkers, which means every worker.`,
      );
    }
    return name;
  };
  const activityName = (sid: string | null | undefined, where: string) => {
    if (!sid) return undefined;
    const name = names.get(sid);
    if (name === undefined)
      warnings.push(`${where}: the activity ${sid} is not in the input, so it is left out.`);
    return name;
  };
  const { workspace } = parts;
  const workflows = byName(parts.workflows, (workflow) => workflowOf(workflow, queueName, warnings));
  const definition: WorkspaceDefinition = compact({
    friendlyName: workspace?.friendlyName,
    multiTaskEnabled: workspace?.multiTaskEnabled,
    prioritizeQueueOrder: orderOf(workspace?.prioritizeQueueOrder),
    eventCallbackUrl: workspace?.eventCallbackUrl || undefined,
    eventsFilter: workspace?.eventsFilter?.length ? workspace.eventsFilter : undefined,
    defaultActivity: activityName(workspace?.defaultActivity, 'defaultActivity'),
    timeoutActivity: activityName(workspace?.timeoutActivity, 'timeoutActivity'),
    activities: byName(
      parts.activities.filter(({ friendlyName }) => !OWN_ACTIVITIES.includes(friendlyName)),
      ({ available }) => ({ available: available ?? false }),
    ),
    taskChannels: Object.fromEntries(
      parts.taskChannels
        .filter(
          ({ uniqueName, channelOptimizedRouting }) =>
            !OWN_CHANNELS.includes(uniqueName) || channelOptimizedRouting,
        )
        .map(({ uniqueName, friendlyName, channelOptimizedRouting }) => [
          uniqueName,
          compact({ friendlyName, channelOptimizedRouting: channelOptimizedRouting || undefined }),
        ]),
    ),
    taskQueues: Object.fromEntries([
      ...[...queues].map(([name, queue]) => [name, queueOf(queue, activityName)] as const),
      ...[...known].filter((name) => !queues.has(name)).map((name) => [name, {}] as const),
    ]),
    workers: byName(parts.workers, ({ attributes, channels }) =>
      compact({ attributes, channels: channels && unusualChannels(channels) }),
    ),
    workflows,
  });
  for (const text of textsWith(definition, ACCOUNT_BOUND_SID)) {
    warnings.push(`An expression contains a SID, which another account does not have: ${text}`);
  }
  return { definition, warnings };
}

function namesOf({ activities, taskQueues }: Parts): ReadonlyMap<string, string> {
  return new Map(
    [...activities, ...taskQueues].flatMap(({ sid, friendlyName }) =>
      sid === undefined ? [] : [[sid, friendlyName] as const],
    ),
  );
}

function queueOf(
  queue: TaskQueuePart,
  activityName: (sid: string | null | undefined, where: string) => string | undefined,
) {
  const where = `taskQueues ${JSON.stringify(queue.friendlyName)}`;
  const { targetWorkers, maxReservedWorkers } = queue;
  return compact({
    targetWorkers: (targetWorkers ?? '1==1').replaceAll(/\s/g, '') === '1==1' ? undefined : targetWorkers!,
    maxReservedWorkers: maxReservedWorkers === 1 ? undefined : (maxReservedWorkers ?? undefined),
    taskOrder: queue.taskOrder === 'LIFO' ? ('LIFO' as const) : undefined,
    reservationActivity: activityName(queue.reservationActivity, where),
    assignmentActivity: activityName(queue.assignmentActivity, where),
  });
}

function unusualChannels(channels: NonNullable<Parts['workers'][number]['channels']>) {
  const unusual = Object.entries(channels).filter(
    ([, { capacity, available }]) => capacity !== NEW_CHANNEL.capacity || available !== NEW_CHANNEL.available,
  );
  return unusual.length === 0 ? undefined : Object.fromEntries(unusual);
}

function workflowOf(workflow: WorkflowPart, queueName: (sid: string) => string, warnings: string[]) {
  const { friendlyName, assignmentCallbackUrl, fallbackAssignmentCallbackUrl } = workflow;
  const timeout = workflow.taskReservationTimeout;
  const routing = readRouting(workflow.configuration, queueName);
  if (!routing) {
    warnings.push(
      `The workflow ${JSON.stringify(friendlyName)} has a configuration that cannot be parsed: it is left empty.`,
    );
  }
  return compact({
    assignmentCallbackUrl: assignmentCallbackUrl || undefined,
    fallbackAssignmentCallbackUrl: fallbackAssignmentCallbackUrl || undefined,
    taskReservationTimeout: timeout === 120 ? undefined : (timeout ?? undefined),
    ...(routing === undefined ? { filters: [] } : routingOf(routing)),
  });
}

/** Routing in the words of a definition, or in Twilio's own where these do not hold all of it. */
function routingOf(routing: Routing) {
  const { filters, defaultFilter, others } = routing;
  const plain =
    Object.keys(others).length === 0 &&
    filters.every(
      (one) =>
        Object.keys(one.others).length === 0 &&
        typeof one.expression === 'string' &&
        isPlainRoute(one.targets),
    ) &&
    (defaultFilter === undefined ||
      (Object.keys(defaultFilter).length === 1 && typeof defaultFilter.queue === 'string'));
  if (!plain) return { configuration: twilioForm(routing) };
  const written = filters.map(({ name, expression, targets }) =>
    compact({ name, expression: expression as string, targets }),
  );
  return compact({
    filters: written.length === 0 && defaultFilter !== undefined ? undefined : written,
    defaultQueue: defaultFilter?.queue as string | undefined,
  });
}

const TEXTS = ['queue', 'expression', 'orderBy', 'skipIf', 'knownWorkerSid', 'knownWorkerFriendlyName'];

const isPlainRoute = (targets: readonly RoutingTarget[]) =>
  targets.length > 0 &&
  targets[0]!.queue !== undefined &&
  targets.every((target) => Object.entries(target).every(isPlainField));

const isPlainField = ([key, value]: readonly [string, unknown]) =>
  TEXTS.includes(key)
    ? typeof value === 'string'
    : (key === 'priority' || key === 'timeout') &&
      Number.isInteger(value) &&
      Number(value) >= (key === 'timeout' ? 1 : 0);

const TWILIO_KEYS: Readonly<Record<string, string>> = {
  orderBy: 'order_by',
  skipIf: 'skip_if',
  knownWorkerSid: 'known_worker_sid',
  knownWorkerFriendlyName: 'known_worker_friendly_name',
};

function twilioForm({ filters, defaultFilter, others }: Routing) {
  const target = (one: RoutingTarget) =>
    Object.fromEntries(Object.entries(one).map(([key, value]) => [TWILIO_KEYS[key] ?? key, value]));
  return {
    task_routing: {
      ...others,
      filters: filters.map(({ name, expression, targets, others: more }) => ({
        ...(name === undefined ? {} : { filter_friendly_name: name }),
        expression: expression as string,
        targets: targets.map(target),
        ...more,
      })),
      ...(defaultFilter === undefined ? {} : { default_filter: target(defaultFilter) }),
    },
  };
}

const orderOf = (order: string | null | undefined) =>
  order === 'FIFO' || order === 'LIFO' ? (order as 'FIFO' | 'LIFO') : undefined;

function byName<P extends { readonly friendlyName: string }, T>(
  parts: readonly P[],
  read: (part: P) => T,
): Readonly<Record<string, T>> {
  return Object.fromEntries(parts.map((part) => [part.friendlyName, read(part)]));
}

/** Without what is undefined. */
function compact<T extends object>(fields: T): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;
}

function textsWith(value: unknown, pattern: RegExp): readonly string[] {
  if (typeof value === 'string') return pattern.test(value) ? [value] : [];
  return typeof value === 'object' && value !== null
    ? Object.values(value).flatMap((one) => textsWith(one, pattern))
    : [];
}
