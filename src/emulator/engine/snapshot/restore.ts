import * as v from 'valibot';
import { ConfigurationError } from '../../../errors.js';
import { compileTarget, setTarget } from '../commands/queue-commands.js';
import type { Core } from '../core.js';
import { parseAttributes } from '../lookup.js';
import { isBackingOff, startWaiting } from '../matching/waiting.js';
import { WorkerScope } from '../matching/worker-scope.js';
import {
  DEFAULT_FILTER,
  DIRECT_FILTER,
  type Plan,
  type QueueState,
  type ReservationState,
  type Step,
  type TaskState,
  type WorkerState,
  type WorkspaceState,
} from '../state.js';
import { Trace } from '../trace.js';
import { compilePlan, directStep } from '../workflow/plan.js';
import { newWorkspaceState } from '../workspace-state.js';
import type { EngineSnapshot } from './snapshot-data.js';
import {
  type ReservationData,
  SNAPSHOT_VERSION,
  snapshotData,
  type TaskData,
  type WorkerData,
  type WorkflowData,
  type WorkspaceData,
} from './snapshot-data.js';
import { checkLinks } from './snapshot-links.js';

/**
 * Fills an empty engine from a snapshot.
 * @throws {ConfigurationError} (`SNAPSHOT_INVALID`) when the snapshot is of another version or does not hang
 * together; nothing can be made of it then.
 */
export function restore(core: Core, snapshot: EngineSnapshot): void {
  if (snapshot.version !== SNAPSHOT_VERSION) {
    throw new ConfigurationError(
      'SNAPSHOT_INVALID',
      `The snapshot has version ${JSON.stringify(snapshot.version)}, but this release reads version ${SNAPSHOT_VERSION}: start without it.`,
    );
  }
  try {
    // Makes new objects on the way: the snapshot stays the caller's.
    const data = v.parse(snapshotData, snapshot);
    checkLinks(data);
    core.time = data.time;
    core.lastOrder = data.lastOrder;
    for (const workspace of data.workspaces) restoreWorkspace(core, workspace);
  } catch (cause) {
    const message = 'The snapshot is damaged: start without it, or restore an earlier copy.';
    throw new ConfigurationError('SNAPSHOT_INVALID', message, { cause });
  }
}

/** A link of the snapshot, followed. */
function need<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new RangeError(`the snapshot lacks a ${what} that it refers to`);
  return value;
}

function restoreWorkspace(core: Core, data: WorkspaceData): void {
  const ws = newWorkspaceState(data.workspace);
  core.workspaces.set(data.workspace.sid, ws);
  for (const activity of data.activities) ws.activities.set(activity.sid, activity);
  for (const channel of data.taskChannels) ws.taskChannels.set(channel.sid, channel);

  // What was deleted is there while the rest is linked to it, and goes at the end.
  const gone = new Set(
    [...data.workers, ...data.taskQueues, ...data.workflows].filter((r) => r.gone).map((r) => r.sid),
  );
  for (const worker of data.workers) restoreWorker(ws, worker);
  const deleted = [...ws.workers.values()].filter(({ sid }) => gone.has(sid));
  const deletedWorkers = new Map(deleted.map((worker) => [worker.sid, worker]));
  for (const { sid } of deleted) ws.workers.delete(sid);
  for (const { gone: isGone, ...queue } of data.taskQueues) {
    const state: QueueState = {
      ...queue,
      ws,
      target: undefined,
      workers: new Set(),
      activityCounts: new Map(),
      pools: new Map(),
    };
    ws.taskQueues.set(queue.sid, state);
    if (!isGone) setTarget(state, compileTarget(queue.targetWorkers, savedOptions(core)));
  }
  for (const workflow of data.workflows) restoreWorkflow(core, ws, workflow);
  for (const task of data.tasks) restoreTask(core, ws, task);
  for (const reservation of data.reservations) {
    const worker = ws.workers.get(reservation.workerSid) ?? deletedWorkers.get(reservation.workerSid);
    restoreReservation(core, ws, reservation, need(worker, 'worker'));
  }
  for (const sid of gone) {
    ws.taskQueues.delete(sid);
    ws.workflows.delete(sid);
  }
  ws.dirtyWorkers.clear();
  ws.dirtyQueues.clear();
}

/** The activity of a deleted worker may have been deleted after it. */
function restoreWorker(ws: WorkspaceState, { gone, channels, ...data }: WorkerData): void {
  const scope = new WorkerScope();
  const [firstActivity] = ws.activities.values();
  const worker: WorkerState = {
    ...data,
    ws,
    parsedAttributes: parseAttributes(data.attributes),
    scope,
    activity: need(ws.activities.get(data.activitySid) ?? (gone ? firstActivity : undefined), 'activity'),
    channels: new Map(),
    queues: new Set(),
    pools: new Set(),
    reservations: new Set(),
  };
  scope.worker = worker;
  for (const state of channels) {
    const channel = need(ws.taskChannels.get(state.taskChannelSid), 'task channel');
    worker.channels.set(channel.sid, { ...state, channel });
  }
  ws.workers.set(worker.sid, worker);
  // A living worker may have the name of a deleted one.
  if (!gone) ws.workersByName.set(worker.friendlyName.toLowerCase(), worker);
}

/** What was accepted when it was saved is no damage, whatever the switch says now. */
const savedOptions = (core: Core) => ({ ...core.compileOptions, lenient: true });

function restoreWorkflow(
  core: Core,
  ws: WorkspaceState,
  { gone: _gone, present, plans, ...data }: WorkflowData,
): void {
  const workflow = { ...data, ws, plans: new Map<number, Plan>(), plan: undefined as unknown as Plan };
  for (const { version, configuration, since } of plans) {
    const plan = compilePlan(workflow, version, configuration, savedOptions(core));
    plan.since = since;
    workflow.plans.set(version, plan);
  }
  workflow.plan = need(workflow.plans.get(present), 'workflow configuration');
  ws.workflows.set(workflow.sid, workflow);
}

function restoreTask(core: Core, ws: WorkspaceState, data: TaskData): void {
  const { planVersion, filter, target, stepQueueSid, stepDeadline, retryAt, ...rest } = data;
  const { decisions, droppedDecisions, ...plain } = rest;
  const workflow = need(ws.workflows.get(plain.workflowSid), 'workflow');
  const plan = need(workflow.plans.get(planVersion), 'workflow configuration');
  const queue = need(ws.taskQueues.get(stepQueueSid), 'task queue');
  const found = stepAt(plan, filter, target, queue);
  const step = need(found?.queue === queue ? found : undefined, 'routing step');
  if ((stepDeadline === null) === Number.isFinite(step.timeoutMs))
    throw new RangeError('the snapshot has a routing step with a deadline that is not its own');
  const task: TaskState = {
    ...plain,
    ws,
    // Without the check of length: a call may have added to them.
    parsedAttributes: JSON.parse(plain.attributes),
    plan,
    step,
    stepDeadline: stepDeadline ?? Number.POSITIVE_INFINITY,
    retryAt: retryAt ?? Number.POSITIVE_INFINITY,
    group: undefined,
    groupSlot: -1,
    dueAt: Number.POSITIVE_INFINITY,
    timerSlot: -1,
    reservations: [],
    trace: new Trace(decisions, droppedDecisions),
  };
  plan.tasks += 1;
  ws.tasks.set(task.sid, task);
  core.schedule(task);
  if (task.assignmentStatus === 'pending' && !isBackingOff(task)) startWaiting(task);
}

function stepAt(plan: Plan, filter: number, target: number, queue: QueueState): Step | undefined {
  if (filter === DIRECT_FILTER) return directStep(plan, queue);
  return filter === DEFAULT_FILTER ? plan.defaultStep : plan.filters[filter]?.steps[target];
}

function restoreReservation(
  core: Core,
  ws: WorkspaceState,
  data: ReservationData,
  worker: WorkerState,
): void {
  const task = need(ws.tasks.get(data.taskSid), 'task');
  const reservation: ReservationState = {
    ...data,
    task,
    worker,
    queue: need(ws.taskQueues.get(data.taskQueueSid), 'task queue'),
    dueAt: Number.POSITIVE_INFINITY,
    timerSlot: -1,
  };
  core.scheduleReservation(reservation, data.dueAt ?? Number.POSITIVE_INFINITY);
  task.reservations.push(reservation);
  worker.reservations.add(reservation);
  ws.reservations.set(reservation.sid, reservation);
}
