import type { CheckedWorkflow, DefinitionPath } from '../workspace/definition/index.js';

/** The names of a definition for those of Twilio's configuration. */
const OURS: Readonly<Record<string, string>> = {
  filter_friendly_name: 'name',
  friendly_name: 'name',
  order_by: 'orderBy',
  skip_if: 'skipIf',
  known_worker_sid: 'knownWorkerSid',
  known_worker_friendly_name: 'knownWorkerFriendlyName',
};

/**
 * Where in a workflow's definition the cause of a refusal is: TaskRouter's message begins with the place in the
 * configuration that was made of it.
 *
 * @example placeInWorkflow({ filters: […] }, 'task_routing.filters[0].targets[1].order_by: …') // filters, 0, targets, 1, orderBy
 */
export function placeInWorkflow(workflow: CheckedWorkflow, message: string): DefinitionPath {
  const [place] = /^task_routing[\w.[\]]*/.exec(message) ?? [];
  if (place === undefined) return [];
  const path = place
    .split(/[.[\]]+/)
    .filter((key) => key !== '')
    .map((key) => (/^\d+$/.test(key) ? Number(key) : key));
  if (workflow.configuration !== undefined) return ['configuration', ...path];
  if (path[1] === 'default_filter') return ['defaultQueue'];
  return path.slice(1).map((key) => (typeof key === 'string' ? (OURS[key] ?? key) : key));
}
