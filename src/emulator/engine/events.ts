import type { Core } from './core.js';
import type { EngineAlert, EventType, ResourceType } from './outputs.js';
import type {
  ActivityState,
  QueueState,
  ReservationState,
  TaskChannelState,
  TaskState,
  WorkerChannelState,
  WorkerState,
  WorkflowState,
  WorkspaceState,
} from './state.js';

/** The field groups of twilio.com/docs/taskrouter/api/event/reference, and the functions that say an event. */
type Fields = Record<string, string>;

const seconds = (ms: number) => String(Math.floor(ms / 1_000));

function say(
  core: Core,
  ws: WorkspaceState,
  type: EventType,
  resourceType: ResourceType,
  resource: { readonly sid: string },
  data: () => Fields,
): void {
  if (core.silent) return;
  core.outputs.push({
    kind: 'event',
    sid: core.sid('EV'),
    type,
    at: core.time,
    workspaceSid: ws.workspace.sid,
    workspaceName: ws.workspace.friendlyName,
    resourceType,
    resourceSid: resource.sid,
    description: describe(type),
    data: data(),
  });
}

/** `task-queue.expression.updated` as `Task queue expression updated`. */
function describe(type: EventType): string {
  const text = type.replaceAll(/[.-]/g, ' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export function taskFields(core: Core, task: TaskState): Fields {
  const fields: Fields = {
    TaskSid: task.sid,
    TaskAttributes: task.attributes,
    TaskAge: seconds(core.time - task.dateCreated),
    TaskPriority: String(task.priority),
    TaskAssignmentStatus: task.assignmentStatus,
    TaskDateCreated: seconds(task.dateCreated),
    TaskQueueEnteredDate: seconds(task.taskQueueEnteredDate),
    TaskVirtualStartTime: seconds(task.virtualStartTime),
    TaskVersion: String(task.version),
    TaskIgnoreCapacity: String(task.ignoreCapacity),
    TaskChannelSid: task.taskChannelSid,
    TaskChannelUniqueName: task.ws.taskChannels.get(task.taskChannelSid)?.uniqueName ?? '',
  };
  if (task.reason !== null && task.assignmentStatus === 'canceled') fields.TaskCanceledReason = task.reason;
  if (task.reason !== null && task.assignmentStatus === 'completed') fields.TaskCompletedReason = task.reason;
  return fields;
}

export function workerFields(worker: WorkerState): Fields {
  return {
    WorkerSid: worker.sid,
    WorkerName: worker.friendlyName,
    WorkerAttributes: worker.attributes,
    WorkerActivitySid: worker.activitySid,
    WorkerActivityName: worker.activity.friendlyName,
    WorkerVersion: String(worker.version),
  };
}

export const sayWorkspace = (core: Core, ws: WorkspaceState, verb: 'created' | 'updated' | 'deleted') =>
  say(core, ws, `workspace.${verb}`, 'workspace', ws.workspace, () => ({}));

export const sayActivity = (
  core: Core,
  ws: WorkspaceState,
  verb: 'created' | 'updated' | 'deleted',
  activity: ActivityState,
) =>
  say(core, ws, `activity.${verb}`, 'activity', activity, () => ({
    ActivitySid: activity.sid,
    ActivityName: activity.friendlyName,
    ActivityAvailable: String(activity.available),
  }));

export const sayTaskChannel = (
  core: Core,
  ws: WorkspaceState,
  verb: 'created' | 'updated' | 'deleted',
  channel: TaskChannelState,
) =>
  say(core, ws, `task-channel.${verb}`, 'task-channel', channel, () => ({
    TaskChannelSid: channel.sid,
    TaskChannelName: channel.friendlyName,
    TaskChannelUniqueName: channel.uniqueName,
    TaskChannelOptimizedRouting: String(channel.channelOptimizedRouting),
  }));

export const sayQueue = (core: Core, verb: 'created' | 'deleted' | 'expression.updated', queue: QueueState) =>
  say(core, queue.ws, `task-queue.${verb}`, 'task-queue', queue, () => ({
    TaskQueueSid: queue.sid,
    TaskQueueName: queue.friendlyName,
    TaskQueueTargetExpression: queue.targetWorkers,
  }));

export const sayWorkflow = (core: Core, verb: 'created' | 'updated' | 'deleted', workflow: WorkflowState) =>
  say(core, workflow.ws, `workflow.${verb}`, 'workflow', workflow, () => ({
    WorkflowSid: workflow.sid,
    WorkflowName: workflow.friendlyName,
  }));

export const sayWorker = (
  core: Core,
  verb: 'created' | 'deleted' | 'attributes.update',
  worker: WorkerState,
) => say(core, worker.ws, `worker.${verb}`, 'worker', worker, () => workerFields(worker));

export const sayActivityChange = (
  core: Core,
  worker: WorkerState,
  previous: ActivityState,
  sinceMs: number,
) =>
  say(core, worker.ws, 'worker.activity.update', 'worker', worker, () => ({
    ...workerFields(worker),
    WorkerTimeInPreviousActivity: seconds(sinceMs),
    WorkerTimeInPreviousActivityMs: String(sinceMs),
    WorkerPreviousActivitySid: previous.sid,
    WorkerPreviousActivityName: previous.friendlyName,
  }));

export const sayWorkerChannel = (
  core: Core,
  verb: 'capacity.update' | 'channel.availability.update',
  worker: WorkerState,
  channel: WorkerChannelState,
  previousCapacity: number,
) =>
  say(core, worker.ws, `worker.${verb}`, 'worker', worker, () => ({
    ...workerFields(worker),
    WorkerChannelAvailable: String(channel.available),
    WorkerChannelAvailableCapacity: String(
      Math.max(0, channel.configuredCapacity - channel.consumedCapacity),
    ),
    WorkerChannelPreviousCapacity: String(previousCapacity),
    WorkerChannelTaskCount: String(channel.assignedTasks),
    TaskChannelSid: channel.taskChannelSid,
    TaskChannelUniqueName: channel.channel.uniqueName,
  }));

type TaskVerb = 'created' | 'updated' | 'canceled' | 'wrapup' | 'completed' | 'deleted' | 'system-deleted';

/** `task.created` is said before the task is in a queue for its readers, so it carries no queue. */
export const sayTask = (core: Core, verb: TaskVerb, task: TaskState) =>
  say(core, task.ws, `task.${verb}`, 'task', task, () => ({
    ...taskFields(core, task),
    ...(verb === 'created' ? {} : queueField(task)),
    WorkflowSid: task.workflowSid,
  }));

export const sayQueueStep = (core: Core, verb: 'entered' | 'timeout' | 'moved', task: TaskState) =>
  say(core, task.ws, `task-queue.${verb}`, 'task', task, () => ({
    ...taskFields(core, task),
    ...queueField(task),
    WorkflowSid: task.workflowSid,
  }));

export const sayWorkflowStep = (
  core: Core,
  verb: 'target-matched' | 'entered' | 'timeout' | 'skipped',
  task: TaskState,
) =>
  say(core, task.ws, `workflow.${verb}`, 'task', task, () => ({
    ...taskFields(core, task),
    WorkflowSid: task.workflowSid,
    ...(verb === 'target-matched' ? knownWorkerField(task) : {}),
  }));

type ReservationVerb =
  | 'created'
  | 'accepted'
  | 'rejected'
  | 'timeout'
  | 'canceled'
  | 'rescinded'
  | 'wrapup'
  | 'completed'
  | 'failed';

export const sayReservation = (core: Core, verb: ReservationVerb, reservation: ReservationState) =>
  say(core, reservation.worker.ws, `reservation.${verb}`, 'reservation', reservation, () => ({
    ReservationSid: reservation.sid,
    ReservationVersion: String(reservation.version),
    TaskQueueSid: reservation.taskQueueSid,
    TaskQueueName: reservation.queue.friendlyName,
    TaskQueueTargetExpression: reservation.queue.targetWorkers,
    WorkflowSid: reservation.workflowSid,
    WorkflowName: reservation.task.plan.workflow.friendlyName,
    ...taskFields(core, reservation.task),
    ...(verb === 'failed' ? {} : workerFields(reservation.worker)),
  }));

/** A reservation was made: the assignment callback is due, if the workflow has a URL for it. */
export function askForInstruction(core: Core, reservation: ReservationState): void {
  const { task, worker, queue } = reservation;
  const { workflow } = task.plan;
  if (core.silent || workflow.assignmentCallbackUrl === '') return;
  core.outputs.push({
    kind: 'assignment',
    at: core.time,
    workspaceSid: task.workspaceSid,
    workflowSid: workflow.sid,
    taskSid: task.sid,
    workerSid: worker.sid,
    reservationSid: reservation.sid,
    url: workflow.assignmentCallbackUrl,
    fallbackUrl: workflow.fallbackAssignmentCallbackUrl,
    parameters: {
      Timestamp: seconds(core.time),
      WorkspaceSid: task.workspaceSid,
      WorkflowSid: workflow.sid,
      TaskQueueSid: queue.sid,
      WorkerSid: worker.sid,
      WorkerAttributes: worker.attributes,
      TaskSid: task.sid,
      TaskAttributes: task.attributes,
      TaskAge: seconds(core.time - task.dateCreated),
      TaskPriority: String(task.priority),
      ReservationSid: reservation.sid,
    },
    undocumented: {
      WorkspaceName: task.ws.workspace.friendlyName,
      WorkflowName: workflow.friendlyName,
      TaskQueueName: queue.friendlyName,
      WorkerName: worker.friendlyName,
      TaskChannelSid: task.taskChannelSid,
      TaskChannelUniqueName: task.ws.taskChannels.get(task.taskChannelSid)?.uniqueName ?? '',
    },
  });
}

const queueField = (task: TaskState): Fields => ({ TaskQueueSid: task.taskQueueSid });

function knownWorkerField(task: TaskState): Fields {
  const key = task.group?.known;
  return key?.startsWith('sid:') ? { KnownWorkerSid: key.slice(4) } : {};
}

/** An entry in what Twilio's debugger would show. */
export function sayAlert(core: Core, task: TaskState, code: EngineAlert['code'], message: string): void {
  if (core.silent) return;
  const { workspaceSid, sid: taskSid } = task;
  core.outputs.push({ kind: 'alert', at: core.time, workspaceSid, code, message, taskSid });
}
