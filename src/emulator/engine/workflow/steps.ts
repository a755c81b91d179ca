import { valueAt } from '../../../expressions/index.js';
import type { Core } from '../core.js';
import { cancelReasons } from '../events/cancel-reasons.js';
import { sayAlert, sayQueueStep, sayTask, sayWorkflowStep } from '../events/events.js';
import { phrase } from '../explain/phrases.js';
import { endRound, roundIsOver } from '../matching/backoff.js';
import { findKnown } from '../matching/candidates.js';
import { knownKeyOf, stopWaiting, transferUnderWay, waitHere } from '../matching/waiting.js';
import {
  DEFAULT_FILTER,
  DIRECT_FILTER,
  type Plan,
  type RerouteCause,
  type Step,
  type TaskState,
} from '../state.js';
import { adoptPlan, cancelTask, setTaskStatus } from '../tasks.js';
import { transferAttemptEnded } from '../transfers.js';
import { directStep } from './plan.js';
import { skipReasons } from './skip-if.js';

/**
 * A task's way through its workflow: twilio.com/docs/taskrouter/workflow-configuration, and for `skip_if`
 * twilio.com/docs/taskrouter/worker-presence. Workers are found elsewhere (router.ts): entering a step only marks the
 * task for the router.
 */

/** The step a task with these attributes begins at; undefined: no filter matches and there is no default filter. */
export function firstStep(plan: Plan, parsedAttributes: TaskState['parsedAttributes']): Step | undefined {
  return stepFrom(plan, parsedAttributes, 0) ?? plan.defaultStep;
}

function stepFrom(
  plan: Plan,
  parsedAttributes: TaskState['parsedAttributes'],
  from: number,
): Step | undefined {
  for (let index = from; index < plan.filters.length; index++) {
    const { expression, steps } = plan.filters[index]!;
    if (expression.test({ task: parsedAttributes })) return steps[0];
  }
  return undefined;
}

/** Begins a new task at its step. */
export function beginRouting(core: Core, task: TaskState): void {
  task.trace.note(core.time, 'routed', task.step, `routed by ${task.step.filterLabel}`);
  if (task.step.priority !== undefined) task.priority = task.step.priority;
  sayWorkflowStep(core, 'entered', task);
  sayQueueStep(core, 'entered', task);
  sayTask(core, 'created', task);
  arrive(core, task);
}

/** Enters a step; when its time is up already, it is left at once. */
function enter(core: Core, task: TaskState, step: Step): void {
  enterStep(core, task, step);
  if (task.stepDeadline <= core.time) leaveStep(core, task, 'timed-out');
}

function enterStep(core: Core, task: TaskState, step: Step): void {
  const moved = task.step.queue !== step.queue;
  task.step = step;
  if (step.target === 0) task.filterEnteredAt = core.time;
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

/** Enters a step past the filters. */
export function enterDirectly(core: Core, task: TaskState, step: Step): void {
  stopWaiting(task);
  task.reroute = null;
  enterStep(core, task, step);
}

/** The step's clock is set, and the router will look for workers, unless the time of the step is up already. */
function arrive(core: Core, task: TaskState): void {
  const { step } = task;
  task.stepDeadline = deadlineOf(core, task);
  task.trace.note(core.time, 'target', step, enteredText(step));
  core.schedule(task);
  core.observer?.arrived?.(task, step);
  sayWorkflowStep(core, 'target-matched', task);
  if (step.known) checkKnownWorker(core, task, step.known.path);
  if (task.stepDeadline > core.time) waitHere(task);
}

function enteredText(step: Step): string {
  const { friendlyName: queueName } = step.queue;
  if (step.entered?.queueName !== queueName) {
    step.entered = { queueName, text: `entered ${step.label}, queue ${queueName}` };
  }
  return step.entered.text;
}

/**
 * Timeouts add up (twilio.com/docs/taskrouter/task-evaluation): a step that is left early does not shorten the ones
 * after it, and an offer that ends late does not push them back.
 */
function deadlineOf(core: Core, task: TaskState): number {
  const { earlierTimeoutsMs, timeoutMs } = task.step;
  switch (core.options.stepTimeoutsFrom) {
    case 'filter-entered':
      return task.filterEnteredAt + earlierTimeoutsMs + timeoutMs;
    case 'task-created':
      return task.dateCreated + earlierTimeoutsMs + timeoutMs;
    case 'step-entered':
      return core.time + timeoutMs;
  }
}

/** An explicit null is how a task says that no worker is known: no alert. twilio.com/docs/api/errors/40154 */
function checkKnownWorker(core: Core, task: TaskState, path: readonly (string | number)[]): void {
  const parent = valueAt(task.parsedAttributes, path.slice(0, -1));
  const last = path.at(-1)!;
  if (parent !== null && typeof parent === 'object' && (parent as Record<string, unknown>)[last] === null)
    return;
  const key = knownKeyOf(task) ?? '';
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

/**
 * Leaves the present step: on to the next one, the next filter that matches, the default filter, or out. Steps whose
 * time is up when they are entered are left at once.
 */
export function leaveStep(core: Core, task: TaskState, why: 'timed-out' | 'skipped'): void {
  for (let cause = why; ; cause = 'timed-out') {
    const { step } = task;
    stopWaiting(task);
    core.observer?.leftStep?.(task, step, cause);
    task.trace.note(core.time, cause, step, `left ${step.label}: ${whyLeft(step, cause)}`);
    if (cause === 'timed-out') sayQueueStep(core, 'timeout', task);
    const following = step.filter === DEFAULT_FILTER ? undefined : nextStep(task, cause);
    if (!following) {
      leaveWorkflow(core, task, task.timedOut || cause === 'timed-out');
      return;
    }
    enterStep(core, task, following);
    if (task.stepDeadline > core.time) return;
  }
}

function whyLeft(step: Step, cause: 'timed-out' | 'skipped'): string {
  return cause === 'timed-out' ? 'its timeout elapsed' : `skip_if was true: ${phrase(skipReasons(step))}`;
}

function leaveWorkflow(core: Core, task: TaskState, timedOut: boolean): void {
  sayWorkflowStep(core, timedOut ? 'timeout' : 'skipped', task);
  cancelTask(core, task, timedOut ? cancelReasons.timedOut : cancelReasons.skipped);
}

/** A timeout after a filter's last target closes the default filter; a skip does not. */
function nextStep(task: TaskState, cause: 'timed-out' | 'skipped'): Step | undefined {
  const { plan, step } = task;
  const sibling = plan.filters[step.filter]?.steps[step.target + 1];
  if (sibling) return sibling;
  if (cause === 'timed-out') task.timedOut = true;
  const later = stepFrom(plan, task.parsedAttributes, step.filter + 1);
  return later ?? (task.timedOut ? undefined : plan.defaultStep);
}

/** Sends a pending task through the present version of its workflow from the top. */
export function reroute(core: Core, task: TaskState, cause: RerouteCause): void {
  const { plan } = task.plan.workflow;
  const why = whyRerouted(task.plan, plan, cause);
  stopWaiting(task);
  adoptPlan(task, plan);
  task.reroute = null;
  task.timedOut = false;
  const direct = task.step.filter === DIRECT_FILTER;
  const step = direct ? directStep(plan, task.step.queue) : firstStep(plan, task.parsedAttributes);
  if (!step) {
    sayWorkflowStep(core, 'skipped', task);
    cancelTask(core, task, cancelReasons.noMatch);
    return;
  }
  task.firstFilter = step.filter;
  task.trace.note(core.time, 'routed', step, `routed again by ${step.filterLabel}: ${why}`);
  enter(core, task, step);
}

function whyRerouted(from: Plan, to: Plan, cause: RerouteCause): string {
  if (cause === 'attributes')
    return `its attributes were changed${from === to ? '' : ', and the workflow has been changed since'}`;
  return from === to ? 'a re-evaluation of the workflow was asked for' : 'the workflow was changed';
}

/**
 * A waiting or reserved task's attributes changed. If another filter is now the first to match, the task is routed
 * from the top; otherwise it stays where it is, its clocks untouched, and workers are looked for again.
 */
export function attributesChanged(core: Core, task: TaskState, rerouteAllowed: boolean): void {
  const first = task.step.filter === DIRECT_FILTER ? task.step : firstStep(task.plan, task.parsedAttributes);
  const changed = rerouteAllowed && first?.filter !== task.firstFilter;
  const { assignmentStatus: status } = task;
  if (status === 'pending' || status === 'reserved')
    task.trace.note(core.time, 'changed', task.step, 'its attributes were changed');
  if (status === 'reserved') task.reroute ??= changed ? 'attributes' : null;
  else if (status === 'pending') {
    if (changed) {
      reroute(core, task, 'attributes');
      return;
    }
    stopWaiting(task);
    waitHere(task);
  }
}

/** A reservation ended without being accepted: once none is left the task waits again, or moves on. */
export function returnToQueue(core: Core, task: TaskState): void {
  if (!roundIsOver(task) || transferAttemptEnded(core, task)) return;
  endRound(core, task);
  setTaskStatus(core, task, 'pending');
  if (task.reroute) reroute(core, task, task.reroute);
  else if (core.time >= task.stepDeadline) leaveStep(core, task, 'timed-out');
  else waitHere(task);
}

/** A reservation timed out. With `afterReservationTimeout: 'next-step'` the task leaves its step, if another follows. */
export function afterTimeout(core: Core, task: TaskState): void {
  const { step, plan } = task;
  const following = plan.filters[step.filter]?.steps[step.target + 1];
  const leaves =
    following !== undefined &&
    core.options.afterReservationTimeout === 'next-step' &&
    core.time < task.stepDeadline &&
    roundIsOver(task) &&
    !transferUnderWay(task) &&
    !task.reroute;
  if (!leaves) {
    returnToQueue(core, task);
    return;
  }
  endRound(core, task);
  setTaskStatus(core, task, 'pending');
  enter(core, task, following);
}
