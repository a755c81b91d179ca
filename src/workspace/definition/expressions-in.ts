import type { ExpressionContext } from '../../expressions/index.js';
import type { DefinitionPath } from './error.js';
import type { CheckedDefinition } from './schema.js';

/** An expression of a definition, and where it stands. */
export interface DefinedExpression {
  readonly path: DefinitionPath;
  readonly text: string;
  readonly context: ExpressionContext | 'order_by';
}

/** A routing step in the words of a definition, whichever way the workflow is written. */
export interface DefinedTarget {
  readonly path: DefinitionPath;
  /** The key of a field in the file. */
  readonly key: (name: keyof typeof TWILIO_KEYS) => string;
  readonly queue: string | undefined;
  readonly priority: number | string | undefined;
  readonly timeout: number | string | undefined;
  readonly expression: string | undefined;
  readonly orderBy: string | undefined;
  readonly skipIf: string | undefined;
  readonly known: boolean;
}

export interface DefinedFilter {
  readonly path: DefinitionPath;
  readonly name: string | undefined;
  readonly expression: string;
  readonly targets: readonly DefinedTarget[];
}

const TWILIO_KEYS = {
  queue: 'queue',
  expression: 'expression',
  orderBy: 'order_by',
  skipIf: 'skip_if',
  timeout: 'timeout',
  priority: 'priority',
} as const;

type Workflow = NonNullable<CheckedDefinition['workflows']>[string];
type Configured = NonNullable<NonNullable<Workflow['configuration']>['task_routing']['default_filter']>;

const twilioKey = (name: keyof typeof TWILIO_KEYS) => TWILIO_KEYS[name];
const ownKey = (name: keyof typeof TWILIO_KEYS) => name;

function configured(target: Configured, path: DefinitionPath): DefinedTarget {
  return {
    path,
    key: twilioKey,
    queue: target.queue ?? target.task_queue_sid ?? undefined,
    priority: target.priority ?? undefined,
    timeout: target.timeout ?? undefined,
    expression: target.expression ?? undefined,
    orderBy: target.order_by ?? undefined,
    skipIf: target.skip_if ?? undefined,
    known: Boolean(target.known_worker_sid ?? target.known_worker_friendly_name),
  };
}

/** The filters of a workflow. */
export function filtersOf(workflow: Workflow, at: DefinitionPath): readonly DefinedFilter[] {
  if (workflow.configuration === undefined) {
    return (workflow.filters ?? []).map(({ name, expression, targets }, index) => {
      const path = [...at, 'filters', index];
      return {
        path,
        name,
        expression,
        targets: targets.map((target, step) => ({
          path: [...path, 'targets', step],
          key: ownKey,
          queue: target.queue,
          priority: target.priority,
          timeout: target.timeout,
          expression: target.expression,
          orderBy: target.orderBy,
          skipIf: target.skipIf,
          known: (target.knownWorkerSid ?? target.knownWorkerFriendlyName) !== undefined,
        })),
      };
    });
  }
  const root = [...at, 'configuration', 'task_routing', 'filters'];
  return (workflow.configuration.task_routing.filters ?? []).map((filter, index) => ({
    path: [...root, index],
    name: filter.filter_friendly_name ?? filter.friendly_name ?? undefined,
    expression: filter.expression,
    targets: filter.targets.map((target, step) => configured(target, [...root, index, 'targets', step])),
  }));
}

/** The default filter of a workflow that is written in Twilio's own form. */
export function configuredDefault(workflow: Workflow, at: DefinitionPath): DefinedTarget | undefined {
  const target = workflow.configuration?.task_routing.default_filter;
  return target ? configured(target, [...at, 'configuration', 'task_routing', 'default_filter']) : undefined;
}

/** Every expression of a definition. */
export function expressionsIn(definition: CheckedDefinition): readonly DefinedExpression[] {
  const all: DefinedExpression[] = [];
  const add = (path: DefinitionPath, text: string | undefined, context: DefinedExpression['context']) => {
    if (text !== undefined) all.push({ path, text, context });
  };
  const step = ({ path, key, expression, orderBy, skipIf }: DefinedTarget) => {
    add([...path, 'expression'], given(expression), 'target');
    add([...path, key('orderBy')], given(orderBy), 'order_by');
    add([...path, key('skipIf')], given(skipIf), 'skip_if');
  };
  for (const [name, { targetWorkers }] of Object.entries(definition.taskQueues ?? {})) {
    add(['taskQueues', name, 'targetWorkers'], targetWorkers, 'queue');
  }
  for (const [name, workflow] of Object.entries(definition.workflows ?? {})) {
    const at = ['workflows', name];
    for (const filter of filtersOf(workflow, at)) {
      add([...filter.path, 'expression'], filter.expression, 'filter');
      filter.targets.forEach(step);
    }
    const last = configuredDefault(workflow, at);
    if (last) step(last);
  }
  return all;
}

/** An empty text counts as absent in a step. */
const given = (text: string | undefined) => (text === undefined || text.trim() === '' ? undefined : text);
