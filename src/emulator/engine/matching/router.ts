import type { Core } from '../core.js';
import { cancelReasons } from '../events/cancel-reasons.js';
import { whyNobody } from '../explain/situation.js';
import { createReservation } from '../reservations.js';
import type { Group, QueueState, TaskState, WorkerState, WorkspaceState } from '../state.js';
import { cancelTask, setTaskStatus } from '../tasks.js';
import { shouldSkip } from '../workflow/skip-if.js';
import { leaveStep } from '../workflow/steps.js';
import { candidatesFor } from './candidates.js';
import { bestTaskFor, goesBefore, stopWaiting } from './waiting.js';

/**
 * Brings a workspace to rest after a command: nobody eligible is idle while a task waits for them.
 *
 * Workers first. Of the tasks that changed workers could take, the one that goes first takes the best workers it could
 * have: that way a task that just came back does not steal a worker from one with a higher priority, nor a worker that
 * just came back a task from one who was idle for longer. When no changed worker has anything left to take, tasks that
 * changed can only go to workers nobody else waits for.
 */
export function settle(core: Core, ws: WorkspaceState): void {
  for (;;) {
    serveWorkers(core, ws);
    if (ws.dirtyTasks.size > 0) offerTasks(core, ws);
    else if (ws.dirtyQueues.size > 0) reviewSkips(core, ws);
    else return;
  }
}

function serveWorkers(core: Core, ws: WorkspaceState): void {
  /** The best task of each worker who has one; it stays their best until it no longer waits or the worker changes. */
  const best = new Map<WorkerState, TaskState>();
  const look = (worker: WorkerState): TaskState | undefined => {
    const task = bestTaskFor(worker);
    if (task) best.set(worker, task);
    else best.delete(worker);
    return task;
  };
  for (;;) {
    for (const worker of ws.dirtyWorkers) look(worker);
    ws.dirtyWorkers.clear();
    let first: TaskState | undefined;
    for (const [worker, known] of best) {
      const task = known.group ? known : look(worker);
      if (task && (first === undefined || goesBefore(task, first))) first = task;
    }
    if (first === undefined) return;
    // Marks its workers as changed.
    assign(core, first, candidatesFor(first));
  }
}

function offerTasks(core: Core, ws: WorkspaceState): void {
  const tasks = [...ws.dirtyTasks];
  ws.dirtyTasks.clear();
  if (tasks.length > 1) tasks.sort((a, b) => (goesBefore(a, b) ? -1 : 1));
  for (const task of tasks) {
    if (!task.group) continue;
    const candidates = candidatesFor(task);
    if (candidates.length > 0) {
      assign(core, task, candidates);
      serveWorkers(core, ws);
      continue;
    }
    task.trace.note(core.time, 'nobody', task.step, whyNobody(task));
    if (shouldSkip(task.step)) leaveStep(core, task, 'skipped');
  }
}

/** The 1,000th move from pending to reserved cancels the task: twilio.com/docs/taskrouter/limits. */
function assign(core: Core, task: TaskState, workers: readonly WorkerState[]): void {
  if (task.assignmentCount + 1 >= core.options.maxAssignments) {
    cancelTask(core, task, cancelReasons.maxAssignments);
    return;
  }
  stopWaiting(task);
  task.assignmentCount += 1;
  task.roundFailed = false;
  setTaskStatus(core, task, 'reserved');
  for (const worker of workers) createReservation(core, task, worker);
}

/** Workers came, went or changed activity: `skip_if` of those who wait there may have become true. */
function reviewSkips(core: Core, ws: WorkspaceState): void {
  const queues = [...ws.dirtyQueues];
  ws.dirtyQueues.clear();
  for (const queue of queues) {
    for (const group of groupsOf(queue)) {
      if (!group.step.skipIf || !shouldSkip(group.step)) continue;
      for (const task of [...group.tasks.items()].sort((a, b) => (goesBefore(a, b) ? -1 : 1))) {
        leaveStep(core, task, 'skipped');
      }
    }
  }
}

function groupsOf(queue: QueueState): Group[] {
  return [...queue.pools.values()].flatMap(({ groups, known }) => [
    ...groups,
    ...[...known.values()].flatMap((set) => [...set]),
  ]);
}
