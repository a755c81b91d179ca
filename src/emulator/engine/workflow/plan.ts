import {
  type CompileOptions,
  compileExpression,
  names,
  parseOrderBy,
  pathsOf,
} from '../../../expressions/index.js';
import { badRequest } from '../refusal.js';
import {
  DEFAULT_FILTER,
  DIRECT_FILTER,
  type Plan,
  type PlanFilter,
  type QueueState,
  type Step,
  type WorkflowState,
} from '../state.js';
import { fieldOf, integer, isRecord, listOf, optionalText, within } from './plan-fields.js';

/** Workflow configuration: twilio.com/docs/taskrouter/workflow-configuration. */

type Fields = Readonly<Record<string, unknown>>;

/**
 * Compiles a workflow's configuration.
 * @throws {EngineRefusal} (400) that names the place in the document, e.g. `task_routing.filters[0].targets[1].queue`.
 */
export function compilePlan(
  workflow: WorkflowState,
  version: number,
  configuration: string,
  options: CompileOptions,
): Plan {
  const filters: PlanFilter[] = [];
  const plan: Plan & { defaultStep: Step | undefined } = {
    workflow,
    version,
    configuration,
    filters,
    defaultStep: undefined,
    direct: new Map(),
    tasks: 0,
    since: 0,
  };
  const compile = { plan, options };
  const routing = fieldOf(parse(configuration), 'task_routing', 'configuration');
  listOf(routing, 'filters', 'task_routing').forEach((filter, index) => {
    filters.push(compileFilter(compile, filter, index));
  });
  if (routing.default_filter !== undefined && routing.default_filter !== null) {
    const at = 'task_routing.default_filter';
    plan.defaultStep = compileStep(
      compile,
      fieldOf(routing, 'default_filter', 'task_routing'),
      at,
      DEFAULT_FILTER,
      0,
      undefined,
    );
  }
  if (filters.length === 0 && !plan.defaultStep) {
    throw badRequest('task_routing has neither filters nor a default_filter');
  }
  return plan;
}

/** The step of tasks that go straight to a queue, past the filters. */
export function directStep(plan: Plan, queue: QueueState): Step {
  const found = plan.direct.get(queue.sid);
  if (found) return found;
  const label = 'its routing target';
  const step: Step = { ...bareStep(plan, queue), filter: DIRECT_FILTER, filterLabel: label, label };
  plan.direct.set(queue.sid, step);
  return step;
}

const bareStep = (plan: Plan, queue: QueueState): Step => ({
  plan,
  filter: DEFAULT_FILTER,
  target: 0,
  filterLabel: 'the default filter',
  label: 'the default filter',
  entered: undefined,
  queue,
  priority: undefined,
  timeoutMs: Number.POSITIVE_INFINITY,
  earlierTimeoutsMs: 0,
  expression: undefined,
  orderBy: undefined,
  orderBySource: undefined,
  skipIf: undefined,
  known: undefined,
  taskPaths: [],
  groups: new Map(),
});

const finite = (ms: number) => (Number.isFinite(ms) ? ms : 0);

interface Compile {
  readonly plan: Plan;
  readonly options: CompileOptions;
}

function compileFilter(compile: Compile, filter: Fields, index: number): PlanFilter {
  const at = `task_routing.filters[${index}]`;
  // Twilio's own builder reads both names; its documentation writes the first.
  const name = optionalText(filter, 'filter_friendly_name', at) ?? optionalText(filter, 'friendly_name', at);
  const source = optionalText(filter, 'expression', at);
  if (source === undefined) throw badRequest(`${at}.expression is missing`);
  const expression = within(`${at}.expression`, () => compileExpression(source, 'filter', compile.options));
  const label = name ?? `filter ${index + 1}`;
  const filterLabel = `filter "${label}"`;
  const steps: Step[] = [];
  listOf(filter, 'targets', at).forEach((target, position) => {
    const step = compileStep(compile, target, `${at}.targets[${position}]`, index, position, steps.at(-1));
    steps.push({ ...step, filterLabel, label: `target ${position + 1} of ${filterLabel}` });
  });
  if (steps.length === 0) throw badRequest(`${at}.targets has no target`);
  return { name: label, expression, steps };
}

function compileStep(
  { plan, options }: Compile,
  target: Fields,
  at: string,
  filter: number,
  position: number,
  before: Step | undefined,
): Step {
  const expressionSource = optionalText(target, 'expression', at);
  const orderBySource = optionalText(target, 'order_by', at);
  const skipIfSource = optionalText(target, 'skip_if', at);
  const expression =
    expressionSource === undefined
      ? undefined
      : within(`${at}.expression`, () => compileExpression(expressionSource, 'target', options));
  const taskPaths = expression
    ? pathsOf(expression.ast).filter(({ segments }) => segments[0] === 'task')
    : [];
  const timeout = integer(target, 'timeout', at, 1);
  return {
    ...bareStep(plan, queueOf(plan, target, at, before?.queue)),
    filter,
    target: position,
    priority: integer(target, 'priority', at, 0),
    timeoutMs: timeout === undefined ? Number.POSITIVE_INFINITY : timeout * 1_000,
    earlierTimeoutsMs: before ? before.earlierTimeoutsMs + finite(before.timeoutMs) : 0,
    expression,
    orderBySource,
    orderBy:
      orderBySource === undefined ? undefined : within(`${at}.order_by`, () => parseOrderBy(orderBySource)),
    skipIf:
      skipIfSource === undefined
        ? undefined
        : within(`${at}.skip_if`, () => compileExpression(skipIfSource, 'skip_if', options)),
    known: knownOf(target, at),
    taskPaths: taskPaths.map(({ segments }) => segments.slice(1)),
  };
}

/** `task_queue_sid` is how workflows were written before `queue`: read too. */
function queueOf(plan: Plan, target: Fields, at: string, inherited: QueueState | undefined): QueueState {
  const sid = optionalText(target, 'queue', at) ?? optionalText(target, 'task_queue_sid', at);
  if (sid === undefined) {
    if (inherited) return inherited;
    throw badRequest(`${at}.queue is missing: the first target of a filter names its TaskQueue`);
  }
  const queue = plan.workflow.ws.taskQueues.get(sid);
  if (!queue) throw badRequest(`${at}.queue is not a TaskQueue of this Workspace`);
  return queue;
}

function knownOf(target: Fields, at: string): Step['known'] {
  const sid = optionalText(target, 'known_worker_sid', at);
  const name = optionalText(target, 'known_worker_friendly_name', at);
  if (sid !== undefined && name !== undefined) {
    throw badRequest(`${at} has both known_worker_sid and known_worker_friendly_name: only one can be given`);
  }
  const source = sid ?? name;
  if (source === undefined) return undefined;
  const key = sid === undefined ? 'known_worker_friendly_name' : 'known_worker_sid';
  // Borrowed from the expression language: a path of the task and nothing else.
  const { ast } = within(`${at}.${key}`, () => compileExpression(`${source} != null`, 'target'));
  const [path] = pathsOf(ast);
  if (path?.segments[0] !== 'task' || names(ast)[0] !== source.trim()) {
    throw badRequest(`${at}.${key} must be a path in the task, such as task.agent_sid`);
  }
  return { by: sid === undefined ? 'name' : 'sid', path: path.segments.slice(1) };
}

function parse(configuration: string): Fields {
  let parsed: unknown;
  try {
    parsed = JSON.parse(configuration);
  } catch {
    throw badRequest('Configuration is not JSON');
  }
  if (!isRecord(parsed)) throw badRequest('Configuration is not a JSON object');
  return parsed;
}
