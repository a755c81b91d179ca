import { parseOrderBy, printPath } from '../../expressions/index.js';
import { canonical } from '../definition/index.js';

/** How a workflow routes, in the words of a definition and in one spelling: equal models route equally. */
export interface Routing {
  readonly filters: readonly RoutingFilter[];
  /** Undefined: there is no default filter. */
  readonly defaultFilter: RoutingTarget | undefined;
  /** What else the configuration holds. */
  readonly others: Fields;
}

export interface RoutingFilter {
  readonly name: string | undefined;
  readonly expression: unknown;
  readonly targets: readonly RoutingTarget[];
  readonly others: Fields;
}

/** `queue`, `priority`, `timeout`, `expression`, `orderBy`, `skipIf`, the known worker, and whatever else is there. */
export type RoutingTarget = Readonly<Record<string, unknown>>;
type Fields = Readonly<Record<string, unknown>>;

/** Twilio's keys and ours. */
export const TARGET_KEYS: Readonly<Record<string, string>> = {
  queue: 'queue',
  task_queue_sid: 'queue',
  priority: 'priority',
  timeout: 'timeout',
  expression: 'expression',
  order_by: 'orderBy',
  skip_if: 'skipIf',
  known_worker_sid: 'knownWorkerSid',
  known_worker_friendly_name: 'knownWorkerFriendlyName',
};

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Reads a workflow's configuration, however odd: what is not of Twilio's form is kept as it is.
 *
 * @param queueName - the name of a queue by its SID; a name comes back as it is.
 * @returns undefined for what is no configuration at all.
 */
export function readRouting(
  configuration: unknown,
  queueName: (sidOrName: string) => string = (name) => name,
): Routing | undefined {
  if (!isFields(configuration) || !isFields(configuration.task_routing)) return undefined;
  const { task_routing: routing, ...around } = configuration;
  const { filters, default_filter: defaultFilter, ...within } = routing as Fields;
  const readable =
    filters === undefined || filters === null || (Array.isArray(filters) && filters.every(isFields));
  return {
    filters: readable ? ((filters ?? []) as Fields[]).map((filter) => readFilter(filter, queueName)) : [],
    defaultFilter: isFields(defaultFilter) ? readTarget(defaultFilter, queueName) : undefined,
    others: present({ ...around, ...within, ...(readable ? {} : { filters }) }),
  };
}

function readFilter(filter: Fields, queueName: (name: string) => string): RoutingFilter {
  const { filter_friendly_name: label, friendly_name: older, expression, targets, ...others } = filter;
  const name = label ?? older;
  const readable = Array.isArray(targets) && targets.every(isFields);
  let queue: unknown;
  return {
    name: typeof name === 'string' && name !== '' ? name : undefined,
    expression: spelt(expression),
    targets: (readable ? (targets as Fields[]) : []).map((one) => {
      const target = readTarget(one, queueName);
      // A target without a queue stays in the queue of the one before.
      queue = target.queue ?? queue;
      return queue === undefined ? target : { ...target, queue };
    }),
    others: present({ ...others, ...(readable ? {} : { targets }) }),
  };
}

function readTarget(target: Fields, queueName: (name: string) => string): RoutingTarget {
  const read: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(target)) {
    const name = Object.hasOwn(TARGET_KEYS, key) ? TARGET_KEYS[key]! : key;
    if (value === null || value === undefined || value === '') continue;
    if (name === 'queue') read.queue = typeof value === 'string' ? queueName(value) : value;
    else if (name === 'priority' || name === 'timeout') read[name] = numeric(value);
    else if (name === 'orderBy') read[name] = orderSpelt(value);
    else if (name === 'expression' || name === 'skipIf') read[name] = spelt(value);
    else read[name] = value;
  }
  return read;
}

const numeric = (value: unknown) =>
  typeof value === 'string' && /^\s*\d+\s*$/.test(value) ? Number(value) : value;

/** An expression in the canonical spelling; what is none stays as it is. */
export function spelt(text: unknown): unknown {
  if (typeof text !== 'string') return text ?? undefined;
  try {
    return canonical(text);
  } catch {
    return text.trim();
  }
}

function orderSpelt(text: unknown): unknown {
  if (typeof text !== 'string') return text;
  try {
    return parseOrderBy(text)
      .map(
        ({ segments, descending }) => `${printPath(['worker', ...segments])} ${descending ? 'DESC' : 'ASC'}`,
      )
      .join(', ');
  } catch {
    return text.trim();
  }
}

const present = (fields: Fields): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== null));
