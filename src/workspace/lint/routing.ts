import { readExpression } from '../../expressions/index.js';
import {
  configuredDefault,
  type DefinedFilter,
  type DefinedTarget,
  filtersOf,
} from '../definition/expressions-in.js';
import type { DefinitionPath } from '../definition/index.js';
import { type Condition, conditionOf, implies } from './implies.js';
import type { LintContext } from './types.js';

/** TaskRouter's default for the time a task may wait. Source: twilio.com/docs/taskrouter/api/task. */
const TASK_TIMEOUT = 86_400;
/** TaskRouter's default. Source: twilio.com/docs/taskrouter/api/workflow. */
const RESERVATION_TIMEOUT = 120;

/** Filters and steps: what no task reaches, where tasks are lost, and times that do not fit together. */
export function checkRouting(context: LintContext): void {
  const { definition, options, report } = context;
  for (const [name, workflow] of Object.entries(definition.workflows ?? {})) {
    const at: DefinitionPath = ['workflows', name];
    const filters = filtersOf(workflow, at).map((filter) => ({ ...filter, condition: condition(filter) }));
    checkReach(context, filters);
    const last = configuredDefault(workflow, at);
    const hasDefault = workflow.defaultQueue !== undefined || last?.queue !== undefined;
    // A filter that everything fits does the same.
    if (!hasDefault && !filters.some((filter) => filter.condition?.kind === 'always')) {
      report(
        'missing-default-filter',
        at,
        'A task that matches no filter cannot be routed: TaskRouter refuses it, or cancels it. Add a defaultQueue.',
      );
    }
    checkQueueKeys(context, workflow.configuration, at);
    for (const filter of filters) checkTtl(context, filter);
    const reservation = workflow.taskReservationTimeout ?? RESERVATION_TIMEOUT;
    if (options.dialTimeout !== undefined && reservation < options.dialTimeout) {
      report(
        'reservation-timeout-below-dial',
        [...at, ...(workflow.taskReservationTimeout === undefined ? [] : ['taskReservationTimeout'])],
        `A reservation times out after ${reservation} s, while handlers let the phone ring for ${options.dialTimeout} s: the worker is moved to the timeout activity while their phone is still ringing. Make the reservation timeout longer than that.`,
      );
    }
  }
}

interface PreparedFilter extends DefinedFilter {
  readonly condition: Condition | undefined;
}

function condition({ expression }: DefinedFilter): Condition | undefined {
  try {
    return conditionOf(readExpression(expression, true).expression);
  } catch {
    return undefined;
  }
}

/** A task stays in a step that has neither a timeout nor a way to skip it. */
const keeps = ({ timeout, skipIf }: DefinedTarget) =>
  timeout === undefined && (skipIf === undefined || skipIf.trim() === '');

function checkReach({ report }: LintContext, filters: readonly PreparedFilter[]): void {
  const keeping: PreparedFilter[] = [];
  filters.forEach((filter, index) => {
    const { condition: own, path, targets } = filter;
    if (own) {
      const cover = own.kind === 'never' ? undefined : keeping.find((one) => implies(own, one.condition!));
      if (own.kind === 'never') {
        report(
          'unreachable-filter',
          [...path, 'expression'],
          'No task matches this filter, because its expression is never true. Remove it, or fix the expression.',
        );
      } else if (cover) {
        report(
          'unreachable-filter',
          path,
          `Whatever matches this filter matches ${title(cover, filters.indexOf(cover))} before it, and stays there. Put this one first, or narrow the other.`,
        );
      }
    }
    const stay = targets.findIndex(keeps);
    targets.forEach((target, step) => {
      if (stay < 0 || step <= stay) return;
      report(
        'unreachable-target',
        target.path,
        `No task reaches this step, because the one before it has no timeout and no skipIf. Give step ${stay} a timeout, or remove this one.`,
      );
    });
    if (own && stay >= 0) keeping.push(filter);
    const last = targets.at(-1);
    if (!last || stay >= 0 || last.timeout === undefined) return;
    // Tasks go on to a later filter that they fit: the idiom for steps of several filters.
    const later = own && filters.slice(index + 1).some((one) => one.condition && implies(own, one.condition));
    if (later) return;
    report(
      'last-target-timeout',
      [...last.path, last.key('timeout')],
      'After the last timeout, TaskRouter looks for a later filter, and cancels the task if there is none; the default queue is not used. Leave out this timeout, or add a step.',
    );
  });
}

const title = ({ name }: DefinedFilter, index: number) =>
  name === undefined ? `filter ${index}` : `the filter ${JSON.stringify(name)}`;

function checkTtl({ options, report }: LintContext, { path, targets }: DefinedFilter): void {
  const limit = options.taskTimeout ?? TASK_TIMEOUT;
  // The timeout of the last step ends the task anyway.
  const sum = targets.slice(0, -1).reduce((all, { timeout }) => all + Number(timeout ?? 0), 0);
  if (!(sum >= limit)) return;
  report(
    'ttl-below-timeouts',
    [...path, 'targets'],
    `The steps before the last take ${sum} s, and a task expires after ${limit} s: the last step is never reached. Shorten them, or create tasks with a longer Timeout.`,
  );
}

type Configuration = NonNullable<LintContext['definition']['workflows']>[string]['configuration'];

function checkQueueKeys({ report }: LintContext, configuration: Configuration, at: DefinitionPath): void {
  const routing = configuration?.task_routing;
  const root: DefinitionPath = [...at, 'configuration', 'task_routing'];
  const check = (target: object, path: DefinitionPath) => {
    if (!('task_queue_sid' in target)) return;
    const both = 'queue' in target;
    report(
      'task-queue-sid',
      [...path, 'task_queue_sid'],
      `TaskRouter expects queue; only old documentation says task_queue_sid. ${both ? 'Leave it out.' : 'Write queue.'}`,
      both ? {} : { fix: { kind: 'key', after: 'queue' } },
    );
  };
  (routing?.filters ?? []).forEach((filter, index) => {
    filter.targets.forEach((target, step) => {
      check(target, [...root, 'filters', index, 'targets', step]);
    });
  });
  if (routing?.default_filter) check(routing.default_filter, [...root, 'default_filter']);
}
