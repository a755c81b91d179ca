import { valueAt } from '../../expressions/index.js';
import { findKnown } from './candidates.js';
import type { Core } from './core.js';
import { sayAlert, sayQueueStep, sayTask, sayWorkflowStep } from './events.js';
import { directStep } from './plan.js';
import { isPending } from './reservations.js';
import { defaultFilter, directFilter, type Plan, type Step, type TaskState } from './state.js';
import { adoptPlan, cancelTask, setTaskStatus } from './tasks.js';
import { startWaiting, stopWaiting } from './waiting.js';

/**
 * A task's way through its workflow: twilio.com/docs/taskrouter/workflow-configuration, and for `skip_if`
 * twilio.com/docs/taskrouter/worker-presence. Workers are found elsewhere (router.ts): entering a step only marks the
 * task for the router.
 */

/** The step a task with these attributes begins at; undefined: no filter matches and there is no default filter. */
export function firstStep(plan: Plan, facts: TaskState['facts']): Step | undefined {
  return stepFrom(plan, facts, 0) ?? plan.defaultStep;
}

function stepFrom(plan: Plan, facts: TaskState['facts'], from: number): Step | undefined {
  for (let index = from; index < plan.filters.length; index++) {
    const { expression, steps } = plan.filters[index]!;
    if (expression.test({ task: facts })) return steps[0];
  }
  return undefined;
}

/** Begins a new task at its step. */
export function beginRouting(core: Core, task: TaskState): void {
  task.trace.note(core.time, 'routed', task.step.filter, task.step.target);
  if (task.step.priority !== undefined) task.priority = task.step.priority;
  sayWorkflowStep(core, 'entered', task);
  sayQueueStep(core, 'entered', task);
  sayTask(core, 'created', task);
  arrive(core, task);
}

function enter(core: Core, task: TaskState, step: Step): void {
  const moved = task.step.queue !== step.queue;
  task.step = step;
  if (step.priority !== undefined) task.priority = step.priority;
  core.touch(task);
  if (moved) {
    sayQueueStep(core, 'moved', task);
    task.taskQueueSid = step.queue.sid;
    task.taskQueueEnteredDate = core.time;
    sayQueueStep(core, 'entered', task);
  }
  arrive(core, task);
}

/** The step's clock starts, and the router will look for workers. */
function arrive(core: Core, task: TaskState): void {
  const { step } = task;
  task.stepDeadline = core.time + step.timeoutMs;
  task.trace.note(core.time, 'target', step.filter, step.target, step.queue.sid);
  core.schedule(task);
  waitHere(task);
  sayWorkflowStep(core, 'target-matched', task);
  if (step.known) checkKnownWorker(core, task, step.known.path);
}

/** Makes the task wait at its present step, and the router look at it. */
function waitHere(task: TaskState): void {
  startWaiting(task);
  task.ws.dirtyTasks.add(task);
}

/** An explicit null is how a task says that no worker is known: no alert. twilio.com/docs/api/errors/40154 */
function checkKnownWorker(core: Core, task: TaskState, path: readonly (string | number)[]): void {
  const parent = valueAt(task.facts, path.slice(0, -1));
  const last = path.at(-1)!;
  if (parent !== null && typeof parent === 'object' && (parent as Record<string, unknown>)[last] === null)
    return;
  const key = task.group?.known ?? '';
  const worker = findKnown(task.ws, key);
  if (worker) {
    if (task.step.queue.workers.has(worker)) return;
    sayAlert(core, task, 40152, "The known worker of the routing step is not in the step's task queue.");
  } else if (key.startsWith('sid:') && [...core.workspaces.values()].some((ws) => findKnown(ws, key))) {
    sayAlert(core, task, 40155, 'The known worker of the routing step is in another workspace.');
  } else {
    sayAlert(
      core,
      task,
      40154,
      'The known worker of the routing step is missing, or there is no such worker.',
    );
  }
}

/** Leaves the present step: on to the next one, the next filter that matches, the default filter, or out. */
export function leaveStep(core: Core, task: TaskState, cause: 'timed-out' | 'skipped'): void {
  const { step } = task;
  stopWaiting(task);
  task.trace.note(core.time, cause, step.filter, step.target);
  if (cause === 'timed-out') sayQueueStep(core, 'timeout', task);
  const following = step.filter === defaultFilter ? undefined : nextStep(task, cause);
  if (following) {
    enter(core, task, following);
    return;
  }
  const timedOut = task.timedOut || cause === 'timed-out';
  sayWorkflowStep(core, timedOut ? 'timeout' : 'skipped', task);
  cancelTask(
    core,
    task,
    timedOut ? 'Task canceled on Workflow timeout' : 'Task canceled on Workflow skipped',
  );
}

/** A timeout after a filter's last target closes the default filter; a skip does not. */
function nextStep(task: TaskState, cause: 'timed-out' | 'skipped'): Step | undefined {
  const { plan, step } = task;
  const sibling = plan.filters[step.filter]?.steps[step.target + 1];
  if (sibling) return sibling;
  if (cause === 'timed-out') task.timedOut = true;
  const later = stepFrom(plan, task.facts, step.filter + 1);
  return later ?? (task.timedOut ? undefined : plan.defaultStep);
}

/** Sends a pending task through the present version of its workflow from the top. */
export function reroute(core: Core, task: TaskState): void {
  const { plan } = task.plan.workflow;
  stopWaiting(task);
  adoptPlan(task, plan);
  task.reroute = false;
  task.timedOut = false;
  const direct = task.step.filter === directFilter;
  const step = direct ? directStep(plan, task.step.queue) : firstStep(plan, task.facts);
  if (!step) {
    sayWorkflowStep(core, 'skipped', task);
    cancelTask(core, task, 'Task canceled because no filter of the Workflow matches');
    return;
  }
  task.firstFilter = step.filter;
  task.trace.note(core.time, 'routed', step.filter, step.target);
  enter(core, task, step);
}

/**
 * A waiting or reserved task's attributes changed. If another filter is now the first to match, the task is routed
 * from the top; otherwise it stays where it is, its clocks untouched, and workers are looked for again.
 */
export function attributesChanged(core: Core, task: TaskState, rerouteAllowed: boolean): void {
  const first = task.step.filter === directFilter ? task.step : firstStep(task.plan, task.facts);
  const changed = rerouteAllowed && first?.filter !== task.firstFilter;
  if (task.assignmentStatus === 'reserved') task.reroute ||= changed;
  else if (task.assignmentStatus === 'pending') {
    if (changed) {
      reroute(core, task);
      return;
    }
    stopWaiting(task);
    waitHere(task);
  }
}

/** A reservation ended without being accepted: once none is left the task waits again, or moves on. */
export function returnToQueue(core: Core, task: TaskState): void {
  if (task.assignmentStatus !== 'reserved' || task.reservations.some(isPending)) return;
  setTaskStatus(core, task, 'pending');
  if (task.reroute) reroute(core, task);
  else if (core.time >= task.stepDeadline) leaveStep(core, task, 'timed-out');
  else waitHere(task);
}
