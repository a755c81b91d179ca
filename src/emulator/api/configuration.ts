type Fields = Readonly<Record<string, unknown>>;

/**
 * A workflow's configuration as it is kept: verbatim, save for the older form of Twilio's own helper libraries, which
 * names queues `task_queue_sid` and filters `friendly_name`. That is turned into the present form.
 *
 * What is no workflow at all is left for the engine to refuse.
 */
export function normalConfiguration(configuration: string): string {
  if (!configuration.includes('"task_queue_sid"')) return configuration;
  let document: unknown;
  try {
    document = JSON.parse(configuration);
  } catch {
    return configuration;
  }
  if (!isFields(document) || !isFields(document.task_routing)) return configuration;
  const { filters, default_filter } = document.task_routing;
  const routing = {
    ...document.task_routing,
    ...(Array.isArray(filters) ? { filters: filters.map(normalFilter) } : {}),
    ...(default_filter === undefined ? {} : { default_filter: normalTarget(default_filter) }),
  };
  return JSON.stringify({ ...document, task_routing: routing });
}

function normalFilter(filter: unknown): unknown {
  if (!isFields(filter)) return filter;
  const renamed = rename(filter, 'friendly_name', 'filter_friendly_name');
  return Array.isArray(renamed.targets)
    ? { ...renamed, targets: renamed.targets.map(normalTarget) }
    : renamed;
}

const normalTarget = (target: unknown) =>
  isFields(target) ? rename(target, 'task_queue_sid', 'queue') : target;

/** The new name wins where both are given. */
function rename(fields: Fields, from: string, to: string): Fields {
  if (!(from in fields)) return fields;
  const { [from]: value, ...others } = fields;
  return { [to]: value, ...others };
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
