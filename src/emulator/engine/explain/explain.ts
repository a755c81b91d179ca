import { judge, missingNames } from '../../../expressions/index.js';
import type { Core } from '../core.js';
import { DEFAULT_FILTER, type PlanFilter, type Step, type TaskState } from '../state.js';
import type { Decision } from '../trace.js';
import { explainNow } from './explain-now.js';
import type {
  Explanation,
  FilterExplanation,
  TargetExplanation,
  WorkerExplanation,
} from './explain-types.js';
import { obstacles, questionOf, workerThen } from './situation.js';

/** Names are looked for in this many tasks: enough to tell a misspelt name from a rare one. */
const TASKS_SAMPLED = 1_000;

/** Why a task is where it is: what was decided was noted; filters and workers are judged as they are now. */
export function explainTask(core: Core, task: TaskState): Explanation {
  const { plan } = task;
  const noted = task.trace.decisions();
  const decisions = sinceRouted(noted);
  const filters = plan.filters.map((filter, index) => explainFilter(task, filter, index, decisions));
  if (plan.defaultStep) filters.push(explainDefault(plan.defaultStep, filters, decisions, task));
  return {
    taskSid: task.sid,
    assignmentStatus: task.assignmentStatus,
    workflowName: plan.workflow.friendlyName,
    now: explainNow(core, task),
    filters,
    workers: explainWorkers(task),
    decisions: noted.map(({ at, text }) => ({ at, text })),
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
  const { result, reasons } = judge(filter.expression, { task: task.parsedAttributes }, true);
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
    targets: [explainTarget(task, step, DEFAULT_FILTER, decisions)],
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
  const question = questionOf(task);
  const explained = [...task.ws.workers.values()].map((worker) => {
    const why = obstacles(question, workerThen(task, worker));
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

function unknownNames(task: TaskState): Explanation['unknownNames'] {
  const { plan, step, ws } = task;
  const tasks: { task: TaskState['parsedAttributes'] }[] = [{ task: task.parsedAttributes }];
  for (const { parsedAttributes } of ws.tasks.values())
    if (tasks.push({ task: parsedAttributes }) > TASKS_SAMPLED) break;
  const found: { name: string; where: string }[] = [];
  const add = (names: readonly string[], where: string) => {
    for (const name of names) found.push({ name, where });
  };
  for (const { name, expression } of plan.filters) add(missingNames(expression, tasks), `filter "${name}"`);
  const workers = [...ws.workers.values()].map(({ scope }) => ({
    task: task.parsedAttributes,
    worker: scope,
  }));
  if (step.expression) add(missingNames(step.expression, workers), 'the expression of the present step');
  if (step.queue.target) add(missingNames(step.queue.target, workers), `queue ${step.queue.friendlyName}`);
  return found;
}
