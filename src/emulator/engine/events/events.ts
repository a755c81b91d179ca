import type { Core } from '../core.js';
import { knownKeyOf } from '../matching/waiting.js';
import { isOpen } from '../reservation-status.js';
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
} from '../state.js';
import type { EngineAlert, EventType, ResourceType } from './outputs.js';

/**
 * Saying events, with the field groups of twilio.com/docs/taskrouter/api/event/reference and the parameters that
 * recordings of real accounts have beyond them: the queue and the workflow by name with everything about a task, the
 * worker with `task.wrapup` and `task.completed`, the filter with `workflow.target-matched`. Most of the engine's time
 * goes into these fields, so they are put into one object, name by name, and only when someone listens.
 */
export type Fields = Record<string, string>;

export function say(
  core: Core,
  ws: WorkspaceState,
  type: EventType,
  resourceType: ResourceType,
  resourceSid: string,
  data: Fields,
): void {
  core.outputs.push({
    kind: 'event',
    sid: core.sid('EV'),
    type,
    at: core.time,
    workspaceSid: ws.workspace.sid,
    workspaceName: ws.workspace.friendlyName,
    resourceType,
    resourceSid,
    data,
  });
}

const seconds = (ms: number) => `${Math.floor(ms / 1_000)}`;

/** `queue`: the one the event is about. */
export function taskFields(core: Core, task: TaskState, queue = queueOf(task)): Fields {
  const fields: Fields = {
    TaskSid: task.sid,
    TaskAttributes: task.attributes,
    TaskAge: seconds(core.time - task.dateCreated),
    TaskPriority: `${task.priority}`,
    TaskAssignmentStatus: task.assignmentStatus,
    TaskDateCreated: seconds(task.dateCreated),
    TaskQueueEnteredDate: seconds(task.taskQueueEnteredDate),
    TaskVirtualStartTime: seconds(task.virtualStartTime),
    TaskVersion: `${task.version}`,
    TaskIgnoreCapacity: `${task.ignoreCapacity}`,
    TaskChannelSid: task.taskChannelSid,
    TaskChannelUniqueName: task.ws.taskChannels.get(task.taskChannelSid)?.uniqueName ?? '',
    WorkflowSid: task.workflowSid,
    WorkflowName: task.plan.workflow.friendlyName,
    TaskQueueSid: queue.sid,
    TaskQueueName: queue.friendlyName,
    TaskQueueTargetExpression: queue.targetWorkers,
  };
  if (task.reason !== null && task.assignmentStatus === 'canceled') fields.TaskCanceledReason = task.reason;
  if (task.reason !== null && task.assignmentStatus === 'completed') fields.TaskCompletedReason = task.reason;
  return fields;
}

/** Where the task is. While it moves that is still the queue it leaves. */
function queueOf({ step, taskQueueSid, ws }: TaskState): QueueState {
  return step.queue.sid === taskQueueSid ? step.queue : (ws.taskQueues.get(taskQueueSid) ?? step.queue);
}

function addWorker(fields: Fields, worker: WorkerState): Fields {
  fields.WorkerSid = worker.sid;
  fields.WorkerName = worker.friendlyName;
  fields.WorkerAttributes = worker.attributes;
  fields.WorkerActivitySid = worker.activitySid;
  fields.WorkerActivityName = worker.activity.friendlyName;
  fields.WorkerVersion = `${worker.version}`;
  return fields;
}

type Change = 'created' | 'updated' | 'deleted';

export function sayWorkspace(core: Core, ws: WorkspaceState, verb: Change): void {
  if (core.silent) return;
  say(core, ws, `workspace.${verb}`, 'workspace', ws.workspace.sid, {});
}

export function sayActivity(core: Core, ws: WorkspaceState, verb: Change, activity: ActivityState): void {
  if (core.silent) return;
  say(core, ws, `activity.${verb}`, 'activity', activity.sid, {
    ActivitySid: activity.sid,
    ActivityName: activity.friendlyName,
    ActivityAvailable: `${activity.available}`,
  });
}

export function sayTaskChannel(
  core: Core,
  ws: WorkspaceState,
  verb: Change,
  channel: TaskChannelState,
): void {
  if (core.silent) return;
  say(core, ws, `task-channel.${verb}`, 'taskchannel', channel.sid, {
    TaskChannelSid: channel.sid,
    TaskChannelName: channel.friendlyName,
    TaskChannelUniqueName: channel.uniqueName,
    TaskChannelOptimizedRouting: `${channel.channelOptimizedRouting}`,
  });
}

export function sayQueue(
  core: Core,
  verb: 'created' | 'deleted' | 'expression.updated',
  queue: QueueState,
): void {
  if (core.silent) return;
  say(core, queue.ws, `task-queue.${verb}`, 'taskqueue', queue.sid, {
    TaskQueueSid: queue.sid,
    TaskQueueName: queue.friendlyName,
    TaskQueueTargetExpression: queue.targetWorkers,
  });
}

export function sayWorkflow(core: Core, verb: Change, workflow: WorkflowState): void {
  if (core.silent) return;
  say(core, workflow.ws, `workflow.${verb}`, 'workflow', workflow.sid, {
    WorkflowSid: workflow.sid,
    WorkflowName: workflow.friendlyName,
  });
}

export function sayWorker(
  core: Core,
  verb: 'created' | 'deleted' | 'attributes.update',
  worker: WorkerState,
): void {
  if (core.silent) return;
  say(core, worker.ws, `worker.${verb}`, 'worker', worker.sid, addWorker({}, worker));
}

export function sayActivityChange(
  core: Core,
  worker: WorkerState,
  previous: ActivityState,
  sinceMs: number,
): void {
  if (core.silent) return;
  const fields = addWorker({}, worker);
  fields.WorkerTimeInPreviousActivity = seconds(sinceMs);
  fields.WorkerTimeInPreviousActivityMs = `${sinceMs}`;
  fields.WorkerPreviousActivitySid = previous.sid;
  fields.WorkerPreviousActivityName = previous.friendlyName;
  say(core, worker.ws, 'worker.activity.update', 'worker', worker.sid, fields);
}

export function sayWorkerChannel(
  core: Core,
  verb: 'capacity.update' | 'channel.availability.update',
  worker: WorkerState,
  channel: WorkerChannelState,
  previousCapacity: number,
): void {
  if (core.silent) return;
  const fields = addWorker({}, worker);
  fields.WorkerChannelAvailable = `${channel.available}`;
  fields.WorkerChannelAvailableCapacity = `${Math.max(0, channel.configuredCapacity - channel.consumedCapacity)}`;
  fields.WorkerChannelPreviousCapacity = `${previousCapacity}`;
  fields.WorkerChannelTaskCount = `${channel.assignedTasks}`;
  fields.TaskChannelSid = channel.taskChannelSid;
  fields.TaskChannelUniqueName = channel.channel.uniqueName;
  say(core, worker.ws, `worker.${verb}`, 'worker', worker.sid, fields);
}

type TaskVerb = 'created' | 'updated' | 'canceled' | 'wrapup' | 'completed' | 'deleted' | 'system-deleted';

export function sayTask(core: Core, verb: TaskVerb, task: TaskState): void {
  if (core.observer?.ended) {
    if (verb === 'canceled' || verb === 'completed') core.observer.ended(task, verb);
    else if (verb === 'deleted' || verb === 'system-deleted') core.observer.ended(task, 'deleted');
  }
  if (core.silent) return;
  const fields = taskFields(core, task);
  if (verb === 'canceled' && task.reason !== null) fields.Reason = task.reason;
  if (verb === 'wrapup' || verb === 'completed') {
    const worker = task.reservations.find(isOpen)?.worker;
    if (worker) addWorker(fields, worker);
  }
  say(core, task.ws, `task.${verb}`, 'task', task.sid, fields);
}

export function sayQueueStep(core: Core, verb: 'entered' | 'timeout' | 'moved', task: TaskState): void {
  if (core.silent) return;
  say(core, task.ws, `task-queue.${verb}`, 'task', task.sid, taskFields(core, task));
}

type WorkflowVerb = 'target-matched' | 'entered' | 'timeout' | 'skipped';

export function sayWorkflowStep(core: Core, verb: WorkflowVerb, task: TaskState): void {
  if (core.silent) return;
  const fields = taskFields(core, task);
  if (verb === 'target-matched') {
    const known = knownKeyOf(task);
    if (known?.startsWith('sid:')) fields.KnownWorkerSid = known.slice(4);
    const filter = task.plan.filters[task.step.filter];
    if (filter) {
      fields.WorkflowFilterName = filter.name;
      fields.WorkflowFilterExpression = filter.expression.source;
    }
  }
  say(core, task.ws, `workflow.${verb}`, 'task', task.sid, fields);
}

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

/** `reservation.failed` alone carries no worker. */
export function sayReservation(core: Core, verb: ReservationVerb, reservation: ReservationState): void {
  if (verb !== 'failed') core.observer?.reservation?.(reservation);
  if (core.silent) return;
  const { task, worker, queue } = reservation;
  const fields = taskFields(core, task, queue);
  fields.ReservationSid = reservation.sid;
  fields.ReservationVersion = `${reservation.version}`;
  if (verb !== 'failed') addWorker(fields, worker);
  say(core, task.ws, `reservation.${verb}`, 'reservation', reservation.sid, fields);
}

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
      TaskPriority: `${task.priority}`,
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

/** An entry in what Twilio's debugger would show. */
export function sayAlert(core: Core, task: TaskState, code: EngineAlert['code'], message: string): void {
  if (core.silent) return;
  const { workspaceSid, sid: taskSid } = task;
  core.outputs.push({ kind: 'alert', at: core.time, workspaceSid, code, message, taskSid });
}
