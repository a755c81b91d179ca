import type { Commands } from '../command-types.js';
import type { Core } from '../core.js';
import { sayWorker, sayWorkerChannel } from '../events/events.js';
import {
  activityOf,
  channelOf,
  checkInteger,
  checkName,
  checkVersion,
  find,
  parseAttributes,
  workspaceOf,
} from '../lookup.js';
import { changeWorker, leave, review, setActivity } from '../matching/membership.js';
import { withdraw } from '../matching/pools.js';
import { WorkerScope } from '../matching/worker-scope.js';
import { badRequest, notFound } from '../refusal.js';
import { isPending } from '../reservation-status.js';
import { endUnaccepted } from '../reservations.js';
import type { TaskChannelState, WorkerChannelState, WorkerState, WorkspaceState } from '../state.js';
import { returnToQueue } from '../workflow/steps.js';

/** twilio.com/docs/taskrouter/limits: the default, which Twilio raises on demand. */
const MOST_WORKERS = 15_000;

export function createWorker(core: Core, params: Commands['createWorker']['params']): WorkerState {
  const ws = workspaceOf(core, params.workspaceSid);
  checkWorkerName(ws, params.friendlyName, undefined);
  if (ws.workers.size >= MOST_WORKERS)
    throw badRequest(`A Workspace can have at most ${MOST_WORKERS} Workers`);
  const attributes = params.attributes ?? '{}';
  const parsedAttributes = parseAttributes(attributes);
  const activity = activityOf(ws, params.activitySid ?? ws.workspace.defaultActivitySid, 'ActivitySid');
  const scope = new WorkerScope();
  const worker: WorkerState = {
    sid: core.sid('WK'),
    workspaceSid: ws.workspace.sid,
    dateCreated: core.time,
    dateUpdated: core.time,
    friendlyName: params.friendlyName,
    attributes,
    activitySid: activity.sid,
    dateStatusChanged: core.time,
    version: 0,
    ws,
    parsedAttributes,
    scope,
    activity,
    channels: new Map(),
    queues: new Set(),
    pools: new Set(),
    reservations: new Set(),
    openReservations: 0,
    idleRank: core.nextOrder(),
    everReserved: false,
    movedBy: '',
  };
  scope.worker = worker;
  ws.workers.set(worker.sid, worker);
  ws.workersByName.set(worker.friendlyName.toLowerCase(), worker);
  for (const channel of ws.taskChannels.values()) addChannel(core, worker, channel);
  changeWorker(worker, () => reviewAll(worker));
  sayWorker(core, 'created', worker);
  return worker;
}

/** Every worker has a channel for every task channel: twilio.com/docs/taskrouter/api/worker-channel. */
export function addChannel(core: Core, worker: WorkerState, channel: TaskChannelState): void {
  worker.channels.set(channel.sid, {
    sid: core.sid('WC'),
    workspaceSid: worker.workspaceSid,
    workerSid: worker.sid,
    taskChannelSid: channel.sid,
    dateCreated: core.time,
    dateUpdated: core.time,
    available: true,
    configuredCapacity: 1,
    assignedTasks: 0,
    consumedCapacity: 0,
    channel,
    idleRank: worker.idleRank,
  });
}

function reviewAll(worker: WorkerState): void {
  for (const queue of worker.ws.taskQueues.values()) review(worker, queue);
}

function checkWorkerName(ws: WorkspaceState, name: string, self: WorkerState | undefined): void {
  checkName(name);
  const other = ws.workersByName.get(name.toLowerCase());
  if (other && other !== self) throw badRequest('Worker with the same friendly name already exists');
}

export function updateWorker(core: Core, params: Commands['updateWorker']['params']): WorkerState {
  const worker = find(core, 'workers', params);
  checkVersion(worker, params.ifMatch);
  const { ws } = worker;
  const { friendlyName, attributes, activitySid, rejectPendingReservations } = params;
  if (friendlyName !== undefined) checkWorkerName(ws, friendlyName, worker);
  const parsedAttributes = attributes === undefined ? undefined : parseAttributes(attributes);
  const activity = activitySid === undefined ? undefined : activityOf(ws, activitySid, 'ActivitySid');
  if (rejectPendingReservations && (activity?.available ?? true)) {
    throw badRequest('Unable to reject pending reservations when updating to an Available activity state.');
  }
  if (friendlyName !== undefined || attributes !== undefined) {
    changeWorker(worker, () => {
      if (friendlyName !== undefined) {
        ws.workersByName.delete(worker.friendlyName.toLowerCase());
        worker.friendlyName = friendlyName;
        ws.workersByName.set(friendlyName.toLowerCase(), worker);
      }
      if (attributes !== undefined && parsedAttributes) {
        worker.attributes = attributes;
        worker.parsedAttributes = parsedAttributes;
      }
      core.touch(worker);
      reviewAll(worker);
    });
    sayWorker(core, 'attributes.update', worker);
  }
  if (activity) setActivity(core, worker, activity, 'an update of the worker');
  if (rejectPendingReservations) {
    for (const reservation of [...worker.reservations].filter(isPending)) {
      endUnaccepted(core, reservation, 'rejected');
      returnToQueue(core, reservation.task);
    }
  }
  return worker;
}

/** Whether Twilio deletes a worker who holds work is not documented; refusing keeps every task's history whole. */
export function deleteWorker(core: Core, params: Commands['deleteWorker']['params']): void {
  const worker = find(core, 'workers', params);
  checkVersion(worker, params.ifMatch);
  if (worker.openReservations > 0) {
    throw badRequest(
      `Cannot delete worker ${worker.sid} because it has pending, accepted or wrapping reservations`,
    );
  }
  const { ws } = worker;
  withdraw(worker);
  for (const queue of worker.queues) leave(worker, queue);
  ws.workers.delete(worker.sid);
  ws.workersByName.delete(worker.friendlyName.toLowerCase());
  ws.dirtyWorkers.delete(worker);
  sayWorker(core, 'deleted', worker);
}

export function updateWorkerChannel(
  core: Core,
  params: Commands['updateWorkerChannel']['params'],
): WorkerChannelState {
  const worker = find(core, 'workers', { workspaceSid: params.workspaceSid, sid: params.workerSid });
  const state = workerChannelOf(worker, params.sid);
  checkInteger(params.capacity, 'Capacity', 0, 2_147_483_647);
  const before = { available: state.available, capacity: state.configuredCapacity };
  changeWorker(worker, () => {
    state.configuredCapacity = params.capacity ?? state.configuredCapacity;
    state.available = params.available ?? state.available;
    core.touch(state);
  });
  // What a worker can take is part of the worker, whose own date of change stays. The Worker SDK adds one for each event.
  if (state.configuredCapacity !== before.capacity) {
    worker.version += 1;
    sayWorkerChannel(core, 'capacity.update', worker, state, before.capacity);
  }
  if (state.available !== before.available) {
    worker.version += 1;
    sayWorkerChannel(core, 'channel.availability.update', worker, state, before.capacity);
  }
  return state;
}

function workerChannelOf(worker: WorkerState, sid: string): WorkerChannelState {
  for (const state of worker.channels.values()) if (state.sid === sid) return state;
  const channel = channelOf(worker.ws, sid);
  const state = channel && worker.channels.get(channel.sid);
  if (!state) throw notFound(`/Workspaces/${worker.workspaceSid}/Workers/${worker.sid}/Channels/${sid}`);
  return state;
}
