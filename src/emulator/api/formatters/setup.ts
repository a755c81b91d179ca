import type { Activity, TaskChannel, TaskQueue, Workflow, WorkspaceView } from '../../engine/types.js';
import { common, type Links, orNull } from './links.js';

/** Answers for what a workspace is set up with: the workspace, activities, channels, queues and workflows. */

export function formatWorkspace(links: Links, { workspace, activities }: WorkspaceView) {
  const at = `/Workspaces/${workspace.sid}`;
  return {
    sid: workspace.sid,
    ...common(links, workspace, at),
    friendly_name: workspace.friendlyName,
    default_activity_sid: orNull(workspace.defaultActivitySid),
    default_activity_name: activities.get(workspace.defaultActivitySid)?.friendlyName ?? null,
    timeout_activity_sid: orNull(workspace.timeoutActivitySid),
    timeout_activity_name: activities.get(workspace.timeoutActivitySid)?.friendlyName ?? null,
    event_callback_url: orNull(workspace.eventCallbackUrl),
    events_filter: orNull(workspace.eventsFilter),
    multi_task_enabled: workspace.multiTaskEnabled,
    prioritize_queue_order: workspace.prioritizeQueueOrder,
    links: {
      activities: links.url(`${at}/Activities`),
      statistics: links.url(`${at}/Statistics`),
      real_time_statistics: links.url(`${at}/RealTimeStatistics`),
      cumulative_statistics: links.url(`${at}/CumulativeStatistics`),
      task_queues: links.url(`${at}/TaskQueues`),
      tasks: links.url(`${at}/Tasks`),
      workers: links.url(`${at}/Workers`),
      workflows: links.url(`${at}/Workflows`),
      task_channels: links.url(`${at}/TaskChannels`),
      events: links.url(`${at}/Events`),
    },
  };
}

export function formatActivity(links: Links, activity: Activity) {
  const workspace = `/Workspaces/${activity.workspaceSid}`;
  return {
    sid: activity.sid,
    workspace_sid: activity.workspaceSid,
    ...common(links, activity, `${workspace}/Activities/${activity.sid}`),
    friendly_name: activity.friendlyName,
    available: activity.available,
    links: { workspace: links.url(workspace) },
  };
}

export function formatTaskChannel(links: Links, channel: TaskChannel) {
  const workspace = `/Workspaces/${channel.workspaceSid}`;
  return {
    sid: channel.sid,
    workspace_sid: channel.workspaceSid,
    ...common(links, channel, `${workspace}/TaskChannels/${channel.sid}`),
    friendly_name: channel.friendlyName,
    unique_name: channel.uniqueName,
    channel_optimized_routing: channel.channelOptimizedRouting,
    links: { workspace: links.url(workspace) },
  };
}

export function formatTaskQueue(links: Links, { activities }: WorkspaceView, queue: TaskQueue) {
  const workspace = `/Workspaces/${queue.workspaceSid}`;
  const at = `${workspace}/TaskQueues/${queue.sid}`;
  const { reservationActivitySid: reservation, assignmentActivitySid: assignment } = queue;
  const activity = (sid: string | null) =>
    sid === null ? null : links.url(`${workspace}/Activities/${sid}`);
  return {
    sid: queue.sid,
    workspace_sid: queue.workspaceSid,
    ...common(links, queue, at),
    friendly_name: queue.friendlyName,
    target_workers: queue.targetWorkers,
    max_reserved_workers: queue.maxReservedWorkers,
    task_order: queue.taskOrder,
    reservation_activity_sid: reservation,
    reservation_activity_name: activities.get(reservation ?? '')?.friendlyName ?? null,
    assignment_activity_sid: assignment,
    assignment_activity_name: activities.get(assignment ?? '')?.friendlyName ?? null,
    links: {
      assignment_activity: activity(assignment),
      reservation_activity: activity(reservation),
      workspace: links.url(workspace),
      statistics: links.url(`${at}/Statistics`),
      real_time_statistics: links.url(`${at}/RealTimeStatistics`),
      cumulative_statistics: links.url(`${at}/CumulativeStatistics`),
      list_statistics: links.url(`${workspace}/TaskQueues/Statistics`),
      bulk_real_time_statistics: links.url(`${workspace}/TaskQueues/RealTimeStatistics`),
    },
  };
}

export function formatWorkflow(links: Links, workflow: Workflow) {
  const at = `/Workspaces/${workflow.workspaceSid}/Workflows/${workflow.sid}`;
  return {
    sid: workflow.sid,
    workspace_sid: workflow.workspaceSid,
    ...common(links, workflow, at),
    friendly_name: workflow.friendlyName,
    configuration: workflow.configuration,
    document_content_type: 'application/json',
    assignment_callback_url: orNull(workflow.assignmentCallbackUrl),
    fallback_assignment_callback_url: orNull(workflow.fallbackAssignmentCallbackUrl),
    task_reservation_timeout: workflow.taskReservationTimeout,
    links: {
      statistics: links.url(`${at}/Statistics`),
      real_time_statistics: links.url(`${at}/RealTimeStatistics`),
      cumulative_statistics: links.url(`${at}/CumulativeStatistics`),
    },
  };
}
