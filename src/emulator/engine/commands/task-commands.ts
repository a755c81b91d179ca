import type { Commands } from '../command-types.js';
import type { Core } from '../core.js';
import { sayTask } from '../events/events.js';
import { channelOf, checkInteger, checkVersion, find, parseAttributes, workspaceOf } from '../lookup.js';
import { reorder, startWaiting, stopWaiting } from '../matching/waiting.js';
import { badRequest } from '../refusal.js';
import { isOpen } from '../reservation-status.js';
import type { QueueState, TaskState, WorkflowState, WorkspaceState } from '../state.js';
import { cancelTask, completeTask, deleteTask, wrapTask } from '../tasks.js';
import { Trace } from '../trace.js';
import type { AssignmentStatus } from '../types.js';
import { directStep } from '../workflow/plan.js';
import { attributesChanged, beginRouting, firstStep } from '../workflow/steps.js';

const year1900 = Date.UTC(1900, 0, 1);

export function createTask(core: Core, params: Commands['createTask']['params']): TaskState {
  const ws = workspaceOf(core, params.workspaceSid);
  const attributes = params.attributes ?? '{}';
  const parsedAttributes = parseAttributes(attributes);
  checkInteger(params.priority, 'Priority', 0, 2_147_483_647);
  checkInteger(params.timeout, 'Timeout', 1, 1_209_600);
  checkStartTime(core, params.virtualStartTime);
  const channel = channelOf(ws, params.taskChannel ?? 'default');
  if (!channel) throw badRequest('TaskChannel is not a TaskChannel of this Workspace');
  const workflow = workflowFor(ws, params);
  const { plan } = workflow;
  const queue = targetQueue(ws, workflow, params);
  const step = queue ? directStep(plan, queue) : firstStep(plan, parsedAttributes);
  if (!step) throw badRequest('The Task matches no filter of the Workflow, which has no default filter');
  const sid = core.sid('WT');
  const task: TaskState = {
    sid,
    workspaceSid: ws.workspace.sid,
    dateCreated: core.time,
    dateUpdated: core.time,
    attributes,
    assignmentStatus: 'pending',
    reason: null,
    priority: params.priority ?? 0,
    timeout: params.timeout ?? 86_400,
    taskChannelSid: channel.sid,
    workflowSid: workflow.sid,
    taskQueueSid: step.queue.sid,
    taskQueueEnteredDate: core.time,
    virtualStartTime: params.virtualStartTime ?? core.time,
    routingTarget: params.routingTarget ?? null,
    ignoreCapacity: params.routingTarget?.startsWith('WK') ? (params.ignoreCapacity ?? true) : false,
    assignmentCount: 0,
    version: 0,
    transfer: null,
    ws,
    order: core.nextOrder(),
    parsedAttributes,
    plan,
    step,
    filterEnteredAt: core.time,
    stepDeadline: Number.POSITIVE_INFINITY,
    firstFilter: step.filter,
    timedOut: false,
    reroute: null,
    roundFailed: false,
    failedRounds: 0,
    retryAt: Number.POSITIVE_INFINITY,
    group: undefined,
    groupSlot: -1,
    dueAt: Number.POSITIVE_INFINITY,
    timerSlot: -1,
    settledAt: core.time,
    reservations: [],
    trace: new Trace(),
  };
  plan.tasks += 1;
  ws.tasks.set(sid, task);
  beginRouting(core, task);
  return task;
}

function checkStartTime(core: Core, time: number | undefined): void {
  if (time === undefined || (time <= core.time && time >= year1900)) return;
  throw badRequest('VirtualStartTime is in the future, or before 1900');
}

/** `WorkflowSid` may be left out when there is only one: twilio.com/docs/taskrouter/api/task. */
function workflowFor(ws: WorkspaceState, params: Commands['createTask']['params']): WorkflowState {
  const target = params.routingTarget?.startsWith('WW') ? params.routingTarget : undefined;
  const sid = target ?? params.workflowSid;
  if (sid === undefined) {
    const [only, ...others] = ws.workflows.values();
    if (!only || others.length > 0) throw badRequest('WorkflowSid field is required');
    return only;
  }
  const workflow = ws.workflows.get(sid);
  if (!workflow)
    throw badRequest(`${target ? 'RoutingTarget' : 'WorkflowSid'} is not a Workflow of this Workspace`);
  return workflow;
}

/**
 * The queue of a task whose RoutingTarget is a queue or a worker; undefined: the workflow's filters decide. A worker's
 * task is in TaskQueueSid, else in the default filter's queue, else in the worker's first queue.
 */
function targetQueue(
  ws: WorkspaceState,
  { plan }: WorkflowState,
  { routingTarget, taskQueueSid }: Commands['createTask']['params'],
): QueueState | undefined {
  if (routingTarget === undefined || routingTarget.startsWith('WW')) return undefined;
  if (routingTarget.startsWith('WQ')) return queueOf(ws, routingTarget, 'RoutingTarget');
  const worker = ws.workers.get(routingTarget);
  if (!worker) throw badRequest('RoutingTarget is not a Worker, TaskQueue or Workflow of this Workspace');
  if (taskQueueSid !== undefined) return queueOf(ws, taskQueueSid, 'TaskQueueSid');
  const queue = plan.defaultStep?.queue ?? [...worker.queues][0];
  if (!queue) throw badRequest('TaskQueueSid is missing: the Worker is in no TaskQueue');
  return queue;
}

function queueOf(ws: WorkspaceState, sid: string, parameter: string): QueueState {
  const queue = ws.taskQueues.get(sid);
  if (!queue) throw badRequest(`${parameter} is not a TaskQueue of this Workspace`);
  return queue;
}

export function updateTask(core: Core, params: Commands['updateTask']['params']): TaskState {
  const task = find(core, 'tasks', params);
  checkVersion(task, params.ifMatch);
  const { assignmentStatus: status, attributes, priority, virtualStartTime, taskChannel } = params;
  if (status !== undefined) checkStatus(task, status);
  const parsedAttributes = attributes === undefined ? undefined : parseAttributes(attributes);
  if (attributes !== undefined && (status === 'wrapping' || status === 'completed')) {
    throw badRequest(`AssignmentStatus ${status} and Attributes cannot be changed in one request: send two`);
  }
  checkInteger(priority, 'Priority', 0, 2_147_483_647);
  checkStartTime(core, virtualStartTime);
  const channel = taskChannel === undefined ? undefined : channelOf(task.ws, taskChannel);
  if (taskChannel !== undefined && !channel)
    throw badRequest('TaskChannel is not a TaskChannel of this Workspace');
  if (channel && task.reservations.some(isOpen))
    throw badRequest('TaskChannel cannot change while a Worker has the Task');

  const before = task.version;
  if (attributes !== undefined && parsedAttributes) {
    task.attributes = attributes;
    task.parsedAttributes = parsedAttributes;
    core.touch(task);
  }
  // A target with a priority rules over whatever a caller sets.
  if (priority !== undefined && task.step.priority === undefined) {
    task.priority = priority;
    core.touch(task);
  }
  if (virtualStartTime !== undefined) {
    task.virtualStartTime = virtualStartTime;
    core.touch(task);
  }
  reorder(task);
  if (channel && channel.sid !== task.taskChannelSid) changeChannel(core, task, channel.sid);
  if (task.version !== before) sayTask(core, 'updated', task);
  if (status === 'canceled') cancelTask(core, task, params.reason);
  else if (status === 'wrapping') wrapTask(core, task);
  else if (status === 'completed') completeTask(core, task, params.reason);
  else if (parsedAttributes) attributesChanged(core, task, core.options.rerouteOnAttributes);
  return task;
}

function changeChannel(core: Core, task: TaskState, channelSid: string): void {
  const waits = task.group !== undefined;
  stopWaiting(task);
  task.taskChannelSid = channelSid;
  core.touch(task);
  if (!waits) return;
  startWaiting(task);
  task.ws.dirtyTasks.add(task);
}

/** Which status a caller may set, and when: twilio.com/docs/taskrouter/lifecycle-task-state. */
function checkStatus(task: TaskState, status: AssignmentStatus): void {
  const { assignmentStatus: now } = task;
  const name = `task ${task.sid} in workspace ${task.workspaceSid}`;
  switch (status) {
    case 'canceled':
      if (now === 'pending' || now === 'reserved') return;
      throw badRequest(`Cannot cancel ${name} because it is not pending or reserved.`);
    case 'wrapping':
      if (now === 'assigned') return;
      throw badRequest(`Cannot wrap up a ${name} because it's not currently assigned`);
    case 'completed':
      if (now === 'assigned' || now === 'wrapping') return;
      throw badRequest(`Cannot complete ${name} because it is not currently assigned or wrapping`);
    default:
      throw badRequest(`AssignmentStatus ${status} cannot be set: only canceled, wrapping and completed can`);
  }
}

export function deleteTaskCommand(core: Core, params: Commands['deleteTask']['params']): void {
  const task = find(core, 'tasks', params);
  checkVersion(task, params.ifMatch);
  deleteTask(core, task, 'deleted');
}
