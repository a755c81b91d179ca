import type { Core } from '../core.js';
import type { ReservationState, TaskState, WorkerState, WorkflowState, WorkspaceState } from '../state.js';
import {
  type EngineSnapshot,
  type PlanState,
  type ReservationData,
  SNAPSHOT_VERSION,
  type SnapshotData,
  type TaskData,
  type WorkerData,
  type WorkspaceData,
} from './snapshot-data.js';

/** Copies the whole state. What can be worked out again (pools, groups, compiled expressions) is left out. */
export function takeSnapshot(core: Core): EngineSnapshot {
  const data: SnapshotData = {
    version: SNAPSHOT_VERSION,
    time: core.time,
    lastOrder: core.lastOrder,
    workspaces: [...core.workspaces.values()].map(workspaceData),
  };
  return structuredClone(data);
}

/** What a task or a reservation still points to belongs to the snapshot even when it has been deleted. */
function workspaceData(ws: WorkspaceState): WorkspaceData {
  const tasks = [...ws.tasks.values()];
  const reservations = [...ws.reservations.values()];
  const workers = new Set([...ws.workers.values(), ...reservations.map(({ worker }) => worker)]);
  const workflows = new Set([...ws.workflows.values(), ...tasks.map(({ plan }) => plan.workflow)]);
  const queues = new Set(ws.taskQueues.values());
  for (const { step } of tasks) queues.add(step.queue);
  for (const { queue } of reservations) queues.add(queue);
  for (const { plans } of workflows) {
    for (const plan of plans.values()) {
      for (const step of [plan.defaultStep, ...plan.filters.flatMap(({ steps }) => steps)]) {
        if (step) queues.add(step.queue);
      }
    }
  }
  return {
    workspace: ws.workspace,
    activities: [...ws.activities.values()],
    taskChannels: [...ws.taskChannels.values()],
    workers: [...workers].map((worker) => workerData(worker, !ws.workers.has(worker.sid))),
    taskQueues: [...queues].map(
      ({
        ws: _ws,
        target: _target,
        workers: _workers,
        activityCounts: _counts,
        pools: _pools,
        ...queue
      }) => ({
        ...queue,
        gone: !ws.taskQueues.has(queue.sid),
      }),
    ),
    workflows: [...workflows].map(({ ws: _ws, plan, plans, ...workflow }) => ({
      ...workflow,
      gone: !ws.workflows.has(workflow.sid),
      present: plan.version,
      plans: plansOf(plans),
    })),
    tasks: tasks.map(taskData),
    reservations: reservations.map(reservationData),
  };
}

const plansOf = (plans: WorkflowState['plans']): PlanState[] =>
  [...plans.values()].map(({ version, configuration, since }) => ({ version, configuration, since }));

function workerData(worker: WorkerState, gone: boolean): WorkerData {
  const {
    ws,
    parsedAttributes: _parsedAttributes,
    scope: _scope,
    activity: _activity,
    channels,
    queues: _queues,
    ...rest
  } = worker;
  const { pools: _pools, reservations: _reservations, ...plain } = rest;
  // A deleted worker may have a channel of a task channel that was deleted after it.
  const kept = [...channels.values()].filter(({ channel }) => ws.taskChannels.has(channel.sid));
  return { ...plain, gone, channels: kept.map(({ channel: _channel, ...state }) => state) };
}

function taskData(task: TaskState): TaskData {
  const {
    ws: _ws,
    parsedAttributes: _parsedAttributes,
    plan,
    step,
    group: _group,
    groupSlot: _groupSlot,
    ...rest
  } = task;
  const {
    dueAt: _dueAt,
    timerSlot: _timerSlot,
    reservations: _reservations,
    stepDeadline,
    retryAt,
    trace,
    ...plain
  } = rest;
  return {
    ...plain,
    planVersion: plan.version,
    filter: step.filter,
    target: step.target,
    stepQueueSid: step.queue.sid,
    // JSON has no Infinity.
    stepDeadline: Number.isFinite(stepDeadline) ? stepDeadline : null,
    retryAt: Number.isFinite(retryAt) ? retryAt : null,
    decisions: [...trace.decisions()],
    droppedDecisions: trace.dropped,
  };
}

function reservationData(reservation: ReservationState): ReservationData {
  const { task: _task, worker: _worker, queue: _queue, timerSlot: _timerSlot, dueAt, ...plain } = reservation;
  return { ...plain, dueAt: Number.isFinite(dueAt) ? dueAt : null };
}
