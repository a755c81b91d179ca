import type { EngineEvent } from '../../engine/index.js';
import type { WorkspaceView } from '../../engine/types.js';
import { incomingTransfer, type Shaping, seconds, shapeChannel } from '../shapes.js';

/**
 * What a socket hears with an event: the resource as it was at that moment. It is put together from what the event says,
 * because by the time it is told a later change may have come, whose version the client would then count twice. What an event
 * does not say does not change, and comes from the engine.
 */
export function payloadOf(event: EngineEvent, view: WorkspaceView | undefined, accountSid: string): object {
  const about: About = { event, view, accountSid };
  const [resource, ...verb] = event.type.split('.');
  if (resource === 'reservation') return reservation(about, verb.join('.'));
  if (resource === 'task') return event.data.TaskTransferSid === undefined ? task(about) : transfer(about);
  return event.data.TaskChannelSid === undefined ? worker(about) : channel(about);
}

interface About {
  readonly event: EngineEvent;
  /** Absent: the workspace was deleted meanwhile. */
  readonly view: WorkspaceView | undefined;
  readonly accountSid: string;
}

const common = ({ event, accountSid }: About, sid: string | undefined, createdMs: number | undefined) => ({
  account_sid: accountSid,
  workspace_sid: event.workspaceSid,
  sid: sid ?? null,
  date_created: seconds(createdMs ?? event.at),
  date_updated: seconds(event.at),
});

function worker(about: About) {
  const { event, view } = about;
  const { data } = event;
  const live = view?.workers.get(data.WorkerSid ?? '');
  const moved = event.type === 'worker.activity.update';
  return {
    ...common(about, data.WorkerSid, live?.dateCreated),
    friendly_name: data.WorkerName,
    attributes: data.WorkerAttributes,
    activity_sid: data.WorkerActivitySid,
    activity_name: data.WorkerActivityName,
    available: view?.activities.get(data.WorkerActivitySid ?? '')?.available ?? false,
    date_status_changed: seconds(moved ? event.at : (live?.dateStatusChanged ?? event.at)),
    version: Number(data.WorkerVersion),
  };
}

/** The client counts the worker's version up by itself. */
function channel(about: About) {
  const { event, view, accountSid } = about;
  const { WorkerSid: workerSid = '', TaskChannelSid: taskChannelSid } = event.data;
  const live = view?.workerChannels(workerSid).find((one) => one.taskChannelSid === taskChannelSid);
  if (!live || !view) return common(about, undefined, undefined);
  const shaping: Shaping = { accountSid, view, now: event.at };
  return { ...shapeChannel(shaping, live), date_updated: seconds(event.at) };
}

function task(about: About) {
  const { event, view } = about;
  const { data } = event;
  const live = view?.tasks.get(data.TaskSid ?? '');
  return {
    ...common(about, data.TaskSid, Number(data.TaskDateCreated) * 1_000),
    addons: '{}',
    age: Number(data.TaskAge),
    assignment_status: data.TaskAssignmentStatus,
    attributes: data.TaskAttributes,
    priority: Number(data.TaskPriority),
    queue_sid: data.TaskQueueSid,
    queue_name: data.TaskQueueName,
    reason: data.Reason ?? data.TaskCanceledReason ?? data.TaskCompletedReason ?? null,
    routing_target: live?.routingTarget ?? null,
    task_channel_sid: data.TaskChannelSid,
    task_channel_unique_name: data.TaskChannelUniqueName,
    timeout: live?.timeout ?? null,
    workflow_sid: data.WorkflowSid,
    workflow_name: data.WorkflowName,
    version: Number(data.TaskVersion),
    virtual_start_time: Number(data.TaskVirtualStartTime),
  };
}

/** The status that each event leaves a reservation in; `reservation.failed` leaves it as it is. */
const STATUS: Readonly<Record<string, string>> = {
  created: 'pending',
  accepted: 'accepted',
  rejected: 'rejected',
  timeout: 'timeout',
  canceled: 'canceled',
  rescinded: 'rescinded',
  wrapup: 'wrapping',
  completed: 'completed',
};

function reservation(about: About, verb: string) {
  // The SDK hands this one on as it comes, and its own tests show a task in it.
  if (verb === 'failed') return { ...task(about), reservation_sid: about.event.resourceSid };
  const { event, view } = about;
  const { data } = event;
  const live = view?.reservations.get(event.resourceSid);
  return {
    ...common(about, event.resourceSid, live?.dateCreated),
    worker_sid: data.WorkerSid,
    worker_name: data.WorkerName,
    reservation_status: STATUS[verb],
    reservation_timeout: view?.workflows.get(data.WorkflowSid ?? '')?.taskReservationTimeout ?? null,
    version: Number(data.ReservationVersion),
    task: task(about),
    ...incomingTransfer(view, live),
  };
}

/** As it was with the event. */
function transfer({ event, accountSid }: About) {
  const { data } = event;
  return {
    account_sid: accountSid,
    workspace_sid: event.workspaceSid,
    task_sid: data.TaskSid,
    sid: data.TaskTransferSid,
    date_created: Number(data.TransferStarted),
    date_updated: seconds(event.at),
    initiating_reservation_sid: data.TransferInitiatingReservationSid,
    initiating_worker_sid: data.TransferInitiatingWorkerSid,
    initiating_queue_sid: data.TransferInitiatingQueueSid,
    initiating_workflow_sid: data.TransferInitiatingWorkflowSid,
    transfer_mode: data.TransferMode,
    transfer_to: data.TransferTo,
    transfer_type: data.TransferType,
    transfer_status: data.TransferStatus,
    ...(data.TransferFailedReason === undefined ? {} : { transfer_failed_reason: data.TransferFailedReason }),
  };
}
