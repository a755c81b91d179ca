import { percentageFree } from '../../engine/index.js';
import type { Reservation, Task, Worker, WorkerChannel, WorkspaceView } from '../../engine/types.js';
import { common, iso, type Links } from './links.js';

/** Answers for what happens in a workspace: workers, their channels, tasks and reservations. */

export function formatWorker(links: Links, { activities }: WorkspaceView, worker: Worker) {
  const workspace = `/Workspaces/${worker.workspaceSid}`;
  const at = `${workspace}/Workers/${worker.sid}`;
  const activity = activities.get(worker.activitySid);
  return {
    sid: worker.sid,
    workspace_sid: worker.workspaceSid,
    ...common(links, worker, at),
    friendly_name: worker.friendlyName,
    attributes: worker.attributes,
    activity_sid: worker.activitySid,
    activity_name: activity?.friendlyName ?? null,
    available: activity?.available ?? false,
    date_status_changed: iso(worker.dateStatusChanged),
    links: {
      channels: links.url(`${at}/Channels`),
      worker_channels: links.url(`${at}/Channels`),
      activity: links.url(`${workspace}/Activities/${worker.activitySid}`),
      workspace: links.url(workspace),
      statistics: links.url(`${workspace}/Workers/Statistics`),
      real_time_statistics: links.url(`${workspace}/Workers/RealTimeStatistics`),
      cumulative_statistics: links.url(`${workspace}/Workers/CumulativeStatistics`),
      worker_statistics: links.url(`${at}/Statistics`),
      reservations: links.url(`${at}/Reservations`),
    },
  };
}

export function formatWorkerChannel(links: Links, { taskChannels }: WorkspaceView, channel: WorkerChannel) {
  const at = `/Workspaces/${channel.workspaceSid}/Workers/${channel.workerSid}/Channels/${channel.sid}`;
  return {
    sid: channel.sid,
    workspace_sid: channel.workspaceSid,
    worker_sid: channel.workerSid,
    ...common(links, channel, at),
    task_channel_sid: channel.taskChannelSid,
    task_channel_unique_name: taskChannels.get(channel.taskChannelSid)?.uniqueName ?? null,
    available: channel.available,
    assigned_tasks: channel.assignedTasks,
    configured_capacity: channel.configuredCapacity,
    available_capacity_percentage: percentageFree(channel),
  };
}

export function formatTask(links: Links, view: WorkspaceView, task: Task) {
  const workspace = `/Workspaces/${task.workspaceSid}`;
  const at = `${workspace}/Tasks/${task.sid}`;
  return {
    sid: task.sid,
    workspace_sid: task.workspaceSid,
    ...common(links, task, at),
    age: Math.max(0, Math.floor((links.now - task.dateCreated) / 1_000)),
    assignment_status: task.assignmentStatus,
    attributes: task.attributes,
    addons: '{}',
    task_queue_entered_date: iso(task.taskQueueEnteredDate),
    priority: task.priority,
    reason: task.reason,
    task_queue_sid: task.taskQueueSid,
    task_queue_friendly_name: view.taskQueues.get(task.taskQueueSid)?.friendlyName ?? null,
    task_channel_sid: task.taskChannelSid,
    task_channel_unique_name: view.taskChannels.get(task.taskChannelSid)?.uniqueName ?? null,
    timeout: task.timeout,
    workflow_sid: task.workflowSid,
    workflow_friendly_name: view.workflows.get(task.workflowSid)?.friendlyName ?? null,
    virtual_start_time: iso(task.virtualStartTime),
    ignore_capacity: task.ignoreCapacity,
    routing_target: task.routingTarget,
    links: {
      task_queue: links.url(`${workspace}/TaskQueues/${task.taskQueueSid}`),
      workflow: links.url(`${workspace}/Workflows/${task.workflowSid}`),
      workspace: links.url(workspace),
      reservations: links.url(`${at}/Reservations`),
    },
  };
}

/** A reservation as it is seen under its task, or under its worker. */
export function formatReservation(
  links: Links,
  { workers }: WorkspaceView,
  reservation: Reservation,
  under: 'Tasks' | 'Workers',
) {
  const workspace = `/Workspaces/${reservation.workspaceSid}`;
  const task = `${workspace}/Tasks/${reservation.taskSid}`;
  const worker = `${workspace}/Workers/${reservation.workerSid}`;
  return {
    sid: reservation.sid,
    workspace_sid: reservation.workspaceSid,
    task_sid: reservation.taskSid,
    worker_sid: reservation.workerSid,
    worker_name: workers.get(reservation.workerSid)?.friendlyName ?? null,
    reservation_status: reservation.reservationStatus,
    ...common(links, reservation, `${under === 'Tasks' ? task : worker}/Reservations/${reservation.sid}`),
    links: { task: links.url(task), worker: links.url(worker), workspace: links.url(workspace) },
  };
}
