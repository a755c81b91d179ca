import { TASK_QUEUE_SID } from '../sids.js';
import { isJsonObject } from './error-answer.js';

/** A queue that a workflow's configuration calls by its friendly name, and where. */
export interface NamedQueue {
  readonly name: string;
  /** The way to it, as in `['task_routing', 'filters', '0', 'targets', '0', 'queue']`. */
  readonly path: readonly string[];
}

/** Where a target names its queue; the second is how older documents write it. */
const KEYS = ['queue', 'task_queue_sid'];

/**
 * The queues in a workflow's configuration that are no SIDs: those of the filters' targets and of the default filter.
 * What has another form is passed over, because judging it is Twilio's part.
 */
export function namedQueues(configuration: unknown): readonly NamedQueue[] {
  const routing = isJsonObject(configuration) ? configuration.task_routing : undefined;
  if (!isJsonObject(routing)) return [];
  const filters = Array.isArray(routing.filters) ? routing.filters : [];
  return [
    ...filters.flatMap((filter, index) => {
      const targets = isJsonObject(filter) && Array.isArray(filter.targets) ? filter.targets : [];
      return targets.flatMap((target, at) =>
        queuesOf(target, ['task_routing', 'filters', String(index), 'targets', String(at)]),
      );
    }),
    ...queuesOf(routing.default_filter, ['task_routing', 'default_filter']),
  ];
}

function queuesOf(target: unknown, at: readonly string[]): readonly NamedQueue[] {
  if (!isJsonObject(target)) return [];
  return KEYS.flatMap((key) => {
    const name = target[key];
    return typeof name === 'string' && name !== '' && !TASK_QUEUE_SID.test(name)
      ? [{ name, path: [...at, key] }]
      : [];
  });
}

/** The same value with another at the end of the path; the one that was given stays as it is. */
export function withValueAt(value: unknown, [key, ...rest]: readonly string[], leaf: unknown): unknown {
  if (key === undefined) return leaf;
  if (Array.isArray(value)) {
    return value.map((item, index) => (String(index) === key ? withValueAt(item, rest, leaf) : item));
  }
  const fields = value as Readonly<Record<string, unknown>>;
  return { ...fields, [key]: withValueAt(fields[key], rest, leaf) };
}
