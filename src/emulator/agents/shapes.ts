import { percentageFree } from '../engine/index.js';
import type {
  Activity,
  Reservation,
  Task,
  TaskQueue,
  Transfer,
  Worker,
  WorkerChannel,
  WorkspaceView,
} from '../engine/types.js';

/**
 * Resources as the Worker SDK takes them (twilio-taskrouter 2.1.1 and 3.x): dates in seconds since 1970, the version inside.
 * A property that is missing makes the SDK throw; null does not.
 */

/** What every shape needs beside the resource. */
export interface Shaping {
  readonly accountSid: string;
  readonly view: WorkspaceView;
  /** The emulator's time. */
  readonly now: number;
}

export const seconds = (ms: number): number => Math.floor(ms / 1_000);

function common({ accountSid }: Shaping, resource: Pick<Worker, 'sid' | 'workspaceSid'> & Dates) {
  return {
    account_sid: accountSid,
    workspace_sid: resource.workspaceSid,
    sid: resource.sid,
    date_created: seconds(resource.dateCreated),
    date_updated: seconds(resource.dateUpdated),
  };
}

interface Dates {
  readonly dateCreated: number;
  readonly dateUpdated: number;
}

export function shapeWorker(shaping: Shaping, worker: Worker) {
  const activity = shaping.view.activities.get(worker.activitySid);
  return {
    ...common(shaping, worker),
    friendly_name: worker.friendlyName,
    attributes: worker.attributes,
    activity_sid: worker.activitySid,
    activity_name: activity?.friendlyName ?? null,
    available: activity?.available ?? false,
    date_status_changed: seconds(worker.dateStatusChanged),
    version: worker.version,
  };
}

export function shapeActivity(shaping: Shaping, activity: Activity) {
  return {
    ...common(shaping, activity),
    friendly_name: activity.friendlyName,
    available: activity.available,
  };
}

/** `available` is 1 or 0 here, and `last_reserved_time` in milliseconds. */
export function shapeChannel(shaping: Shaping, channel: WorkerChannel) {
  const { view } = shaping;
  const reserved = view
    .reservationsOfWorker(channel.workerSid)
    .filter(({ taskChannelSid }) => taskChannelSid === channel.taskChannelSid);
  return {
    ...common(shaping, channel),
    worker_sid: channel.workerSid,
    task_channel_sid: channel.taskChannelSid,
    task_channel_unique_name: view.taskChannels.get(channel.taskChannelSid)?.uniqueName ?? null,
    available: Number(channel.available),
    assigned_tasks: channel.assignedTasks,
    configured_capacity: channel.configuredCapacity,
    available_capacity_percentage: percentageFree(channel),
    // The engine forgets a task some minutes after it ended.
    last_reserved_time: reserved.at(-1)?.dateCreated ?? channel.dateCreated,
  };
}

export function shapeTask(shaping: Shaping, task: Task) {
  const { view, now } = shaping;
  return {
    ...common(shaping, task),
    addons: '{}',
    age: Math.max(0, seconds(now - task.dateCreated)),
    assignment_status: task.assignmentStatus,
    attributes: task.attributes,
    priority: task.priority,
    queue_sid: task.taskQueueSid,
    queue_name: view.taskQueues.get(task.taskQueueSid)?.friendlyName ?? null,
    reason: task.reason,
    routing_target: task.routingTarget,
    task_channel_sid: task.taskChannelSid,
    task_channel_unique_name: view.taskChannels.get(task.taskChannelSid)?.uniqueName ?? null,
    timeout: task.timeout,
    workflow_sid: task.workflowSid,
    workflow_name: view.workflows.get(task.workflowSid)?.friendlyName ?? null,
    version: task.version,
    virtual_start_time: seconds(task.virtualStartTime),
  };
}

/** The answer to an update: with a transfer in it the SDK would throw. */
export function shapeUpdatedReservation(shaping: Shaping, reservation: Reservation) {
  const { view } = shaping;
  const task = view.tasks.get(reservation.taskSid);
  return {
    ...common(shaping, reservation),
    worker_sid: reservation.workerSid,
    worker_name: view.workers.get(reservation.workerSid)?.friendlyName ?? null,
    reservation_status: reservation.reservationStatus,
    reservation_timeout: view.workflows.get(reservation.workflowSid)?.taskReservationTimeout ?? null,
    version: reservation.version,
    task: task ? shapeTask(shaping, task) : null,
  };
}

/** A reservation with its transfers: the one it was made for, and the one its worker has begun. */
export function shapeReservation(shaping: Shaping, reservation: Reservation) {
  return {
    ...shapeUpdatedReservation(shaping, reservation),
    ...incomingTransfer(shaping.view, reservation),
    ...outgoingTransfer(shaping.view, reservation),
  };
}

export function shapeTransfer(task: Task, transfer: Transfer) {
  return {
    task_sid: task.sid,
    workspace_sid: task.workspaceSid,
    sid: transfer.sid,
    date_created: seconds(transfer.dateCreated),
    date_updated: seconds(transfer.dateUpdated),
    initiating_reservation_sid: transfer.initiatingReservationSid,
    initiating_worker_sid: transfer.initiatingWorkerSid,
    initiating_queue_sid: transfer.initiatingQueueSid,
    initiating_workflow_sid: transfer.initiatingWorkflowSid,
    transfer_mode: transfer.mode,
    transfer_to: transfer.to,
    transfer_type: transfer.to.startsWith('WK') ? 'WORKER' : 'QUEUE',
    transfer_status: transfer.status,
    ...(transfer.failedReason === null ? {} : { transfer_failed_reason: transfer.failedReason }),
  };
}

/** `task_transfer`, of the newest transfer alone; no property at all where there is none. */
export function incomingTransfer(
  view: WorkspaceView | undefined,
  reservation: Reservation | undefined,
): object {
  const task = reservation && view?.tasks.get(reservation.taskSid);
  const transfer = task?.transfer;
  if (!reservation || !transfer || transfer.sid !== reservation.transferSid) return {};
  return { task_transfer: shapeTransfer(task, transfer) };
}

function outgoingTransfer(view: WorkspaceView, reservation: Reservation): object {
  const task = view.tasks.get(reservation.taskSid);
  const transfer = task?.transfer;
  if (transfer?.status !== 'initiated' || transfer.initiatingReservationSid !== reservation.sid) return {};
  return { active_outgoing_task_transfer: shapeTransfer(task!, transfer) };
}

export function shapeTaskQueue(shaping: Shaping, queue: TaskQueue) {
  const nameOf = (sid: string | null) =>
    sid === null ? null : (shaping.view.activities.get(sid)?.friendlyName ?? null);
  return {
    ...common(shaping, queue),
    friendly_name: queue.friendlyName,
    target_workers: queue.targetWorkers,
    max_reserved_workers: queue.maxReservedWorkers,
    task_order: queue.taskOrder,
    lifo_queue: queue.taskOrder === 'LIFO',
    reservation_activity_sid: queue.reservationActivitySid,
    reservation_activity_name: nameOf(queue.reservationActivitySid),
    assignment_activity_sid: queue.assignmentActivitySid,
    assignment_activity_name: nameOf(queue.assignmentActivitySid),
  };
}
