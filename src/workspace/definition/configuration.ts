import type { CheckedWorkflow } from './schema.js';

/**
 * A workflow's configuration as TaskRouter takes it: a JSON text, with SIDs in place of names.
 *
 * @param queueSid - the SID of a queue, by its name.
 */
export function workflowConfiguration(
  { filters = [], defaultQueue, configuration }: CheckedWorkflow,
  queueSid: (name: string) => string,
): string {
  if (configuration !== undefined) return JSON.stringify(withSids(configuration, queueSid));
  return JSON.stringify({
    task_routing: {
      filters: filters.map(({ name, expression, targets }) => ({
        filter_friendly_name: name,
        expression,
        targets: targets.map(
          ({ queue, orderBy, skipIf, knownWorkerSid, knownWorkerFriendlyName, ...rest }) => ({
            ...(queue === undefined ? {} : { queue: queueSid(queue) }),
            ...rest,
            order_by: orderBy,
            skip_if: skipIf,
            known_worker_sid: knownWorkerSid,
            known_worker_friendly_name: knownWorkerFriendlyName,
          }),
        ),
      })),
      ...(defaultQueue === undefined ? {} : { default_filter: { queue: queueSid(defaultQueue) } }),
    },
  });
}

type Configuration = NonNullable<CheckedWorkflow['configuration']>;

function withSids({ task_routing: routing, ...rest }: Configuration, queueSid: (name: string) => string) {
  type Target = NonNullable<typeof routing.default_filter>;
  const target = (one: Target) => ({
    ...one,
    ...(one.queue ? { queue: queueSid(one.queue) } : {}),
    ...(one.task_queue_sid ? { task_queue_sid: queueSid(one.task_queue_sid) } : {}),
  });
  return {
    ...rest,
    task_routing: {
      ...routing,
      ...(routing.filters
        ? { filters: routing.filters.map((filter) => ({ ...filter, targets: filter.targets.map(target) })) }
        : {}),
      ...(routing.default_filter ? { default_filter: target(routing.default_filter) } : {}),
    },
  };
}
