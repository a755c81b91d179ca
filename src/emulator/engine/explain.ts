import { judge, missingNames } from '../../expressions/index.js';
import type {
  Explanation,
  FilterExplanation,
  Reason,
  TargetExplanation,
  WorkerExplanation,
} from './explain-types.js';
import { hasCapacity } from './pools.js';
import {
  defaultFilter,
  directFilter,
  type Group,
  type PlanFilter,
  type Step,
  type TaskState,
  type WorkerState,
} from './state.js';
import type { Decision } from './trace.js';

/** Names are looked for in this many tasks: enough to tell a misspelt name from a rare one. */
const tasksSampled = 1_000;

/** Why a task is where it is: what was decided was noted; filters and workers are judged as they are now. */
export function explainTask(task: TaskState): Explanation {
  const { plan } = task;
  const decisions = sinceRouted(task.trace.decisions);
  const filters = plan.filters.map((filter, index) => explainFilter(task, filter, index, decisions));
  if (plan.defaultStep) filters.push(explainDefault(plan.defaultStep, filters, decisions, task));
  return {
    taskSid: task.sid,
    assignmentStatus: task.assignmentStatus,
    workflowName: plan.workflow.friendlyName,
    filters,
    workers: explainWorkers(task),
    decisions: task.trace.decisions.map((decision) => ({ at: decision.at, text: describe(task, decision) })),
    droppedDecisions: task.trace.dropped,
    unknownNames: unknownNames(task),
  };
}

function sinceRouted(decisions: readonly Decision[]): readonly Decision[] {
  const from = decisions.findLastIndex(({ kind }) => kind === 'routed');
  return from < 0 ? decisions : decisions.slice(from);
}

function explainFilter(
  task: TaskState,
  filter: PlanFilter,
  index: number,
  decisions: readonly Decision[],
): FilterExplanation {
  const { result, reasons } = judge(filter.expression, { task: task.facts });
  return {
    name: filter.name,
    expression: filter.expression.source,
    matches: result,
    reasons,
    targets: filter.steps.map((step) => explainTarget(task, step, index, decisions)),
  };
}

/** The default filter matches what no other does. */
function explainDefault(
  step: Step,
  filters: readonly FilterExplanation[],
  decisions: readonly Decision[],
  task: TaskState,
): FilterExplanation {
  return {
    name: 'default filter',
    expression: null,
    matches: filters.every(({ matches }) => !matches),
    reasons: [],
    targets: [explainTarget(task, step, defaultFilter, decisions)],
  };
}

function explainTarget(
  task: TaskState,
  step: Step,
  filter: number,
  decisions: readonly Decision[],
): TargetExplanation {
  const here = decisions.filter((decision) => decision.filter === filter && decision.target === step.target);
  const left = here.find(({ kind }) => kind === 'timed-out' || kind === 'skipped');
  const fate = left
    ? left.kind === 'skipped'
      ? 'skipped'
      : 'timed out'
    : task.step === step
      ? 'present'
      : here.some(({ kind }) => kind === 'target')
        ? 'left'
        : 'not reached';
  return { queueSid: step.queue.sid, queueName: step.queue.friendlyName, fate };
}

function explainWorkers(task: TaskState): WorkerExplanation[] {
  const explained = [...task.ws.workers.values()].map((worker) => {
    const why = obstacles(task, worker);
    const explanation: WorkerExplanation = {
      workerSid: worker.sid,
      workerName: worker.friendlyName,
      eligible: why.length === 0,
      why,
    };
    return { worker, explanation };
  });
  explained.sort(
    (a, b) =>
      Number(b.explanation.eligible) - Number(a.explanation.eligible) ||
      a.worker.idleRank - b.worker.idleRank,
  );
  return explained.map(({ explanation }) => explanation);
}

/** Everything that keeps this worker from being given this task now. */
function obstacles(task: TaskState, worker: WorkerState): string[] {
  const { step, ws } = task;
  const why: string[] = [];
  const direct = step.filter === directFilter && task.routingTarget?.startsWith('WK') === true;
  if (direct) {
    if (worker.sid !== task.routingTarget) return ['the task is routed straight to another worker'];
    if (task.ignoreCapacity) return [];
  } else {
    if (!step.queue.workers.has(worker)) why.push(notInQueue(step, worker));
    if (step.known && !isKnown(task.group, worker)) why.push('is not the known worker of the step');
    if (step.expression) {
      const { result, reasons } = judge(step.expression, { task: task.facts, worker: worker.scope });
      if (!result) why.push(`the step's expression is false: ${phrase(reasons)}`);
    }
  }
  if (!worker.activity.available)
    why.push(`is in the activity ${worker.activity.friendlyName}, which takes no tasks`);
  const channel = worker.channels.get(task.taskChannelSid);
  if (channel && !hasCapacity(worker, channel)) {
    const { uniqueName } = channel.channel;
    if (!ws.workspace.multiTaskEnabled) why.push('has a task already (single-tasking workspace)');
    else if (!channel.available) why.push(`the channel ${uniqueName} is not available`);
    else
      why.push(
        `the channel ${uniqueName} is full: ${channel.consumedCapacity} of ${channel.configuredCapacity}`,
      );
  }
  return why;
}

function notInQueue({ queue }: Step, worker: WorkerState): string {
  if (!queue.target) return `the queue ${queue.friendlyName} has an empty expression, which nobody matches`;
  const { reasons } = judge(queue.target, { worker: worker.scope });
  return `is not in the queue ${queue.friendlyName}: ${phrase(reasons)}`;
}

const isKnown = (group: Group | undefined, worker: WorkerState) =>
  group?.known === `sid:${worker.sid}` || group?.known === `name:${worker.friendlyName.toLowerCase()}`;

/** Reasons in one line: what was false, and which of its names had no value. */
export function phrase(reasons: readonly Reason[]): string {
  return reasons
    .map(({ text, result, missing }) => {
      const absent = missing.length > 0 ? ` (${missing.join(', ')} has no value)` : '';
      return `${text} is ${result}${absent}`;
    })
    .join('; ');
}

function describe(task: TaskState, { kind, filter, target, subject }: Decision): string {
  const { plan, ws } = task;
  const filterName =
    filter === defaultFilter
      ? 'the default filter'
      : filter === directFilter
        ? 'its routing target'
        : `filter "${plan.filters[filter]?.name ?? filter + 1}"`;
  const place = filter < 0 ? filterName : `target ${target + 1} of ${filterName}`;
  switch (kind) {
    case 'routed':
      return `routed by ${filterName}`;
    case 'target':
      return `entered ${place}, queue ${ws.taskQueues.get(subject)?.friendlyName ?? subject}`;
    case 'nobody':
      return 'found nobody eligible';
    case 'timed-out':
      return `left ${place}: its timeout elapsed`;
    case 'skipped':
      return `left ${place}: skip_if was true`;
    case 'reserved':
      return `reserved for ${ws.workers.get(subject)?.friendlyName ?? subject}: ${whyChosen(task, filter, target)}`;
    case 'ended':
      return `reservation ${subject}`;
    case 'left':
      return `left the workflow: ${subject}`;
  }
}

function whyChosen({ plan, routingTarget }: TaskState, filter: number, target: number): string {
  if (filter === directFilter && routingTarget?.startsWith('WK')) return 'the routing target';
  const step = filter < 0 ? plan.defaultStep : plan.filters[filter]?.steps[target];
  if (step?.known) return 'the known worker of the step';
  return step?.orderBySource ? `first by ${step.orderBySource}` : 'idle for longest of those eligible';
}

function unknownNames(task: TaskState): Explanation['unknownNames'] {
  const { plan, step, ws } = task;
  const tasks: { task: TaskState['facts'] }[] = [{ task: task.facts }];
  for (const { facts } of ws.tasks.values()) if (tasks.push({ task: facts }) > tasksSampled) break;
  const found: { name: string; where: string }[] = [];
  const add = (names: readonly string[], where: string) => {
    for (const name of names) found.push({ name, where });
  };
  for (const { name, expression } of plan.filters) add(missingNames(expression, tasks), `filter "${name}"`);
  const workers = [...ws.workers.values()].map(({ scope }) => ({ task: task.facts, worker: scope }));
  if (step.expression) add(missingNames(step.expression, workers), 'the expression of the present step');
  if (step.queue.target) add(missingNames(step.queue.target, workers), `queue ${step.queue.friendlyName}`);
  return found;
}
