import type { Commands } from '../command-types.js';
import type { Core } from '../core.js';
import { sayActivity, sayTaskChannel, sayWorkspace } from '../events/events.js';
import { activityOf, channelOf, checkName, find, workspaceOf } from '../lookup.js';
import { changeWorker, review } from '../matching/membership.js';
import { enroll, withdraw } from '../matching/pools.js';
import { badRequest, notFound } from '../refusal.js';
import type { ActivityState, TaskChannelState } from '../state.js';
import type { Workspace } from '../types.js';
import { newWorkspaceState } from '../workspace-state.js';
import { createTaskQueue } from './queue-commands.js';
import { addChannel } from './worker-commands.js';
import { createWorkflow } from './workflow-commands.js';

/** Every workspace starts with these: twilio.com/docs/taskrouter/api/activity, /multitasking. */
const firstActivities = [
  { friendlyName: 'Offline', available: false },
  { friendlyName: 'Available', available: true },
  { friendlyName: 'Unavailable', available: false },
];
const builtInChannels = ['default', 'voice', 'sms', 'chat', 'video'];

export function createWorkspace(core: Core, params: Commands['createWorkspace']['params']): Workspace {
  checkName(params.friendlyName);
  const sid = core.sid('WS');
  const ws = newWorkspaceState({
    sid,
    dateCreated: core.time,
    dateUpdated: core.time,
    friendlyName: params.friendlyName,
    eventCallbackUrl: params.eventCallbackUrl ?? '',
    eventsFilter: params.eventsFilter ?? '',
    multiTaskEnabled: params.multiTaskEnabled ?? true,
    prioritizeQueueOrder: params.prioritizeQueueOrder ?? 'FIFO',
    defaultActivitySid: '',
    timeoutActivitySid: '',
  });
  core.workspaces.set(sid, ws);
  sayWorkspace(core, ws, 'created');
  for (const activity of firstActivities) createActivity(core, { workspaceSid: sid, ...activity });
  const [offline] = ws.activities.keys();
  ws.workspace.defaultActivitySid = offline!;
  ws.workspace.timeoutActivitySid = offline!;
  for (const uniqueName of builtInChannels) {
    const friendlyName = uniqueName.charAt(0).toUpperCase() + uniqueName.slice(1);
    createTaskChannel(core, { workspaceSid: sid, friendlyName, uniqueName });
  }
  if (params.template === 'FIFO') {
    const queue = createTaskQueue(core, { workspaceSid: sid, friendlyName: 'Sample Queue' });
    createWorkflow(core, {
      workspaceSid: sid,
      friendlyName: 'Default Fifo Workflow',
      configuration: JSON.stringify({ task_routing: { default_filter: { queue: queue.sid } } }),
    });
  }
  return ws.workspace;
}

export function updateWorkspace(core: Core, params: Commands['updateWorkspace']['params']): Workspace {
  const ws = workspaceOf(core, params.sid);
  const { workspace } = ws;
  if (params.friendlyName !== undefined) checkName(params.friendlyName);
  if (params.defaultActivitySid !== undefined)
    activityOf(ws, params.defaultActivitySid, 'DefaultActivitySid');
  if (params.timeoutActivitySid !== undefined)
    activityOf(ws, params.timeoutActivitySid, 'TimeoutActivitySid');
  if (params.multiTaskEnabled === false && workspace.multiTaskEnabled) {
    throw badRequest('MultiTaskEnabled cannot be turned off once it is on');
  }
  workspace.friendlyName = params.friendlyName ?? workspace.friendlyName;
  workspace.defaultActivitySid = params.defaultActivitySid ?? workspace.defaultActivitySid;
  workspace.timeoutActivitySid = params.timeoutActivitySid ?? workspace.timeoutActivitySid;
  workspace.prioritizeQueueOrder = params.prioritizeQueueOrder ?? workspace.prioritizeQueueOrder;
  workspace.eventCallbackUrl = params.eventCallbackUrl ?? workspace.eventCallbackUrl;
  workspace.eventsFilter = params.eventsFilter ?? workspace.eventsFilter;
  if (params.multiTaskEnabled && !workspace.multiTaskEnabled) {
    workspace.multiTaskEnabled = true;
    for (const worker of ws.workers.values()) changeWorker(worker, () => {});
  }
  core.touch(workspace);
  sayWorkspace(core, ws, 'updated');
  return workspace;
}

export function deleteWorkspace(core: Core, params: Commands['deleteWorkspace']['params']): void {
  const ws = workspaceOf(core, params.sid);
  for (const task of ws.tasks.values()) core.timers.remove(task);
  for (const reservation of ws.reservations.values()) core.timers.remove(reservation);
  core.workspaces.delete(params.sid);
  sayWorkspace(core, ws, 'deleted');
}

export function createActivity(core: Core, params: Commands['createActivity']['params']): ActivityState {
  const ws = workspaceOf(core, params.workspaceSid);
  checkName(params.friendlyName);
  if (ws.activities.size >= 100) throw badRequest('A Workspace can have at most 100 Activities');
  const activity: ActivityState = {
    sid: core.sid('WA'),
    workspaceSid: params.workspaceSid,
    dateCreated: core.time,
    dateUpdated: core.time,
    friendlyName: params.friendlyName,
    available: params.available ?? false,
  };
  ws.activities.set(activity.sid, activity);
  sayActivity(core, ws, 'created', activity);
  return activity;
}

export function updateActivity(core: Core, params: Commands['updateActivity']['params']): ActivityState {
  const activity = find(core, 'activities', params);
  const ws = workspaceOf(core, params.workspaceSid);
  if (params.friendlyName !== undefined) checkName(params.friendlyName);
  activity.friendlyName = params.friendlyName ?? activity.friendlyName;
  core.touch(activity);
  // Expressions may ask for the name.
  for (const worker of ws.workers.values()) {
    if (worker.activity !== activity) continue;
    changeWorker(worker, () => {
      for (const queue of ws.activityQueues) review(worker, queue);
    });
  }
  sayActivity(core, ws, 'updated', activity);
  return activity;
}

export function deleteActivity(core: Core, params: Commands['deleteActivity']['params']): void {
  const { sid } = find(core, 'activities', params);
  const ws = workspaceOf(core, params.workspaceSid);
  const { defaultActivitySid, timeoutActivitySid } = ws.workspace;
  const used =
    sid === defaultActivitySid ||
    sid === timeoutActivitySid ||
    [...ws.workers.values()].some((worker) => worker.activitySid === sid) ||
    [...ws.taskQueues.values()].some(
      (queue) => queue.reservationActivitySid === sid || queue.assignmentActivitySid === sid,
    );
  if (used)
    throw badRequest(`Cannot delete activity ${sid} because the workspace, a worker or a task queue uses it`);
  const activity = ws.activities.get(sid)!;
  ws.activities.delete(sid);
  sayActivity(core, ws, 'deleted', activity);
}

export function createTaskChannel(
  core: Core,
  params: Commands['createTaskChannel']['params'],
): TaskChannelState {
  const ws = workspaceOf(core, params.workspaceSid);
  checkName(params.friendlyName);
  if (!/^[A-Za-z_$][A-Za-z0-9_$]*$/.test(params.uniqueName)) {
    throw badRequest('UniqueName has only letters, digits, _ and $, and does not begin with a digit');
  }
  if (channelOf(ws, params.uniqueName))
    throw badRequest('TaskChannel with the same unique name already exists');
  const channel: TaskChannelState = {
    sid: core.sid('TC'),
    workspaceSid: params.workspaceSid,
    dateCreated: core.time,
    dateUpdated: core.time,
    friendlyName: params.friendlyName,
    uniqueName: params.uniqueName,
    channelOptimizedRouting: params.channelOptimizedRouting ?? false,
  };
  ws.taskChannels.set(channel.sid, channel);
  for (const worker of ws.workers.values()) addChannel(core, worker, channel);
  sayTaskChannel(core, ws, 'created', channel);
  return channel;
}

export function updateTaskChannel(
  core: Core,
  params: Commands['updateTaskChannel']['params'],
): TaskChannelState {
  const { ws, channel } = findChannel(core, params);
  if (params.friendlyName !== undefined) checkName(params.friendlyName);
  const { channelOptimizedRouting } = params;
  channel.friendlyName = params.friendlyName ?? channel.friendlyName;
  core.touch(channel);
  if (channelOptimizedRouting !== undefined && channelOptimizedRouting !== channel.channelOptimizedRouting) {
    // Pools are ordered by it: everyone leaves before it changes.
    for (const worker of ws.workers.values()) withdraw(worker);
    channel.channelOptimizedRouting = channelOptimizedRouting;
    for (const worker of ws.workers.values()) enroll(worker);
  }
  sayTaskChannel(core, ws, 'updated', channel);
  return channel;
}

export function deleteTaskChannel(core: Core, params: Commands['deleteTaskChannel']['params']): void {
  const { ws, channel } = findChannel(core, params);
  if (builtInChannels.includes(channel.uniqueName)) {
    throw badRequest(`Cannot delete task channel ${channel.sid} because every workspace has it`);
  }
  for (const task of ws.tasks.values()) {
    if (task.taskChannelSid === channel.sid)
      throw badRequest(`Cannot delete task channel ${channel.sid} because it has tasks`);
  }
  for (const worker of ws.workers.values()) {
    changeWorker(worker, () => worker.channels.delete(channel.sid));
  }
  for (const queue of ws.taskQueues.values()) queue.pools.delete(channel.sid);
  ws.taskChannels.delete(channel.sid);
  sayTaskChannel(core, ws, 'deleted', channel);
}

function findChannel(core: Core, params: { workspaceSid: string; sid: string }) {
  const ws = workspaceOf(core, params.workspaceSid);
  const channel = channelOf(ws, params.sid);
  if (!channel) throw notFound(`/Workspaces/${params.workspaceSid}/TaskChannels/${params.sid}`);
  return { ws, channel };
}
