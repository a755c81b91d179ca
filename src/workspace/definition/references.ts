import { nearMiss } from '../../near-miss.js';
import { ANY_SID } from '../../sids.js';
import type { DefinitionPath, DefinitionProblem } from './error.js';
import type { CheckedDefinition, CheckedWorkflow } from './schema.js';

/** What every workspace has. */
export const OWN_ACTIVITIES: readonly string[] = ['Offline', 'Available', 'Unavailable'];
export const OWN_CHANNELS: readonly string[] = ['default', 'voice', 'sms', 'chat', 'video'];

/** Every name in a definition that refers to nothing, and every workflow that says twice or not at all how to route. */
export function brokenReferences(definition: CheckedDefinition): readonly DefinitionProblem[] {
  const problems: DefinitionProblem[] = [];
  const known = {
    activity: [...OWN_ACTIVITIES, ...Object.keys(definition.activities ?? {})],
    'task channel': [...OWN_CHANNELS, ...Object.keys(definition.taskChannels ?? {})],
    'task queue': Object.keys(definition.taskQueues ?? {}),
  };
  const refer = (kind: keyof typeof known, name: string | null | undefined, ...path: DefinitionPath) => {
    if (name === undefined || name === null || known[kind].includes(name)) return;
    problems.push({ path, message: unknownName(kind, name, [...new Set(known[kind])]), kind });
  };

  for (const [name, { available }] of Object.entries(definition.activities ?? {})) {
    if (!OWN_ACTIVITIES.includes(name) || available === undefined || available === (name === 'Available'))
      continue;
    const is = name === 'Available' ? 'true' : 'false';
    problems.push({
      path: ['activities', name, 'available'],
      message: `must be ${is}: every workspace has ${name}, and TaskRouter never changes whether an activity is available.`,
    });
  }
  refer('activity', definition.defaultActivity, 'defaultActivity');
  refer('activity', definition.timeoutActivity, 'timeoutActivity');
  for (const [name, queue] of Object.entries(definition.taskQueues ?? {})) {
    refer('activity', queue.reservationActivity, 'taskQueues', name, 'reservationActivity');
    refer('activity', queue.assignmentActivity, 'taskQueues', name, 'assignmentActivity');
  }
  for (const [name, worker] of Object.entries(definition.workers ?? {})) {
    refer('activity', worker.activity, 'workers', name, 'activity');
    for (const channel of Object.keys(worker.channels ?? {})) {
      refer('task channel', channel, 'workers', name, 'channels', channel);
    }
  }
  for (const [name, workflow] of Object.entries(definition.workflows ?? {})) {
    problems.push(...routingProblems(workflow, ['workflows', name]));
    const at = (...path: DefinitionPath): DefinitionPath => ['workflows', name, ...path];
    refer('task queue', workflow.defaultQueue, ...at('defaultQueue'));
    workflow.filters?.forEach(({ targets }, filter) => {
      targets.forEach(({ queue }, index) => {
        refer('task queue', queue, ...at('filters', filter, 'targets', index, 'queue'));
      });
    });
    const routing = workflow.configuration?.task_routing;
    const inRouting = (target: { queue?: unknown; task_queue_sid?: unknown }, ...path: DefinitionPath) => {
      for (const key of ['queue', 'task_queue_sid'] as const) {
        const queue = target[key];
        if (typeof queue === 'string' && queue !== '')
          refer('task queue', queue, ...at('configuration', 'task_routing', ...path, key));
      }
    };
    routing?.filters?.forEach(({ targets }, filter) => {
      targets.forEach((target, index) => {
        inRouting(target, 'filters', filter, 'targets', index);
      });
    });
    if (routing?.default_filter) inRouting(routing.default_filter, 'default_filter');
  }
  return problems;
}

function unknownName(kind: string, name: string, known: readonly string[]): string {
  const meant = nearMiss(name, known);
  const isSid = ANY_SID.test(name);
  const hint = isSid
    ? '. A definition has names in place of SIDs'
    : meant === undefined
      ? `; it has ${known.join(', ') || 'none'}`
      : `. Did you mean ${JSON.stringify(meant)}?`;
  return `the definition has no ${kind} named ${JSON.stringify(name)}${hint}${hint.endsWith('?') ? '' : '.'}`;
}

function routingProblems(workflow: CheckedWorkflow, path: DefinitionPath): readonly DefinitionProblem[] {
  const { filters, defaultQueue, configuration } = workflow;
  const ours = filters !== undefined || defaultQueue !== undefined;
  if (ours && configuration !== undefined) {
    return [
      {
        path: [...path, 'configuration'],
        message: 'there are also filters or a defaultQueue: write one or the other.',
      },
    ];
  }
  if (!ours && configuration === undefined) {
    return [
      { path, message: 'says nothing about routing: write filters, a defaultQueue, or a configuration.' },
    ];
  }
  return (filters ?? []).flatMap(({ targets }, filter): DefinitionProblem[] => {
    const at = [...path, 'filters', filter, 'targets'];
    if (targets.length === 0)
      return [{ path: at, message: 'has no target: write at least one, with its queue.' }];
    if (targets[0]?.queue !== undefined) return [];
    return [
      { path: [...at, 0, 'queue'], message: 'is missing: the first target of a filter names its queue.' },
    ];
  });
}
