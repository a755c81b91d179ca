import { found, workspaceIn } from '../../world/find.js';
import { dispatched } from '../dispatched.js';
import { ordered, workerMatcher } from '../filters.js';
import { formatWorker, formatWorkerChannel } from '../formatters/work.js';
import { created, listing, ok, operation, page, removed } from '../operation.js';

/** Workers and their channels: twilio.com/docs/taskrouter/api/worker, /worker-channel. */

const WORKSPACE = '/v1/Workspaces/{WorkspaceSid}';

export const workers = [
  listing(
    'ListWorker',
    `GET ${WORKSPACE}/Workers`,
    {
      ActivityName: 'text',
      ActivitySid: 'sid WA',
      Available: 'boolean',
      FriendlyName: 'text',
      TargetWorkersExpression: 'text',
      TaskQueueName: 'text',
      TaskQueueSid: 'sid WQ',
      Ordering: 'text',
    },
    ({ world, path, params, links }) => {
      const view = workspaceIn(world, path.WorkspaceSid);
      const { activityName, activitySid, available, friendlyName, taskQueueName, taskQueueSid } = params;
      const matches =
        params.targetWorkersExpression === undefined
          ? undefined
          : workerMatcher(world, view, params.targetWorkersExpression);
      const queues = [...view.taskQueues.values()].filter(
        (queue) =>
          (taskQueueSid === undefined || queue.sid === taskQueueSid) &&
          (taskQueueName === undefined || queue.friendlyName === taskQueueName),
      );
      const inQueues =
        taskQueueSid === undefined && taskQueueName === undefined
          ? undefined
          : new Set(queues.flatMap((queue) => view.workersOfQueue(queue.sid)));
      const all = [...view.workers.values()].filter((worker) => {
        const activity = view.activities.get(worker.activitySid);
        return (
          (activityName === undefined || activity?.friendlyName === activityName) &&
          (activitySid === undefined || worker.activitySid === activitySid) &&
          (available === undefined || activity?.available === available) &&
          (friendlyName === undefined || worker.friendlyName === friendlyName) &&
          (inQueues?.has(worker) ?? true) &&
          (matches?.(worker) ?? true)
        );
      });
      const sorted = ordered(all, params.ordering, {
        DateStatusChanged: (worker) => worker.dateStatusChanged,
      });
      return page(
        'workers',
        sorted,
        (worker) => formatWorker(links, view, worker),
        params.ordering !== undefined,
      );
    },
  ),
  operation(
    'CreateWorker',
    `POST ${WORKSPACE}/Workers`,
    { FriendlyName: 'text!', ActivitySid: 'sid WA', Attributes: 'text' },
    ({ world, path, params, links }) => {
      const fields = { ...params, workspaceSid: path.WorkspaceSid };
      return dispatched(world, 'createWorker', fields, (worker) =>
        created(formatWorker(links, workspaceIn(world, path.WorkspaceSid), worker), worker.version),
      );
    },
  ),
  operation('FetchWorker', `GET ${WORKSPACE}/Workers/{Sid}`, {}, ({ world, path, links }) => {
    const view = workspaceIn(world, path.WorkspaceSid);
    const worker = found(view.workers.get(path.Sid), `/Workspaces/${path.WorkspaceSid}/Workers/${path.Sid}`);
    return ok(formatWorker(links, view, worker), worker.version);
  }),
  operation(
    'UpdateWorker',
    `POST ${WORKSPACE}/Workers/{Sid}`,
    {
      'If-Match': 'version',
      ActivitySid: 'sid WA',
      Attributes: 'text',
      FriendlyName: 'text',
      RejectPendingReservations: 'boolean',
    },
    ({ world, path, params, links }) => {
      const fields = { ...params, workspaceSid: path.WorkspaceSid, sid: path.Sid };
      return dispatched(world, 'updateWorker', fields, (worker) =>
        ok(formatWorker(links, workspaceIn(world, path.WorkspaceSid), worker), worker.version),
      );
    },
  ),
  operation(
    'DeleteWorker',
    `DELETE ${WORKSPACE}/Workers/{Sid}`,
    { 'If-Match': 'version' },
    ({ world, path, params }) =>
      removed(world.dispatch('deleteWorker', { ...params, workspaceSid: path.WorkspaceSid, sid: path.Sid })),
  ),
];

const CHANNELS = `${WORKSPACE}/Workers/{WorkerSid}/Channels` as const;

export const workerChannels = [
  listing('ListWorkerChannel', `GET ${CHANNELS}`, {}, ({ world, path, links }) => {
    const view = workspaceIn(world, path.WorkspaceSid);
    const worker = found(
      view.workers.get(path.WorkerSid),
      `/Workspaces/${path.WorkspaceSid}/Workers/${path.WorkerSid}`,
    );
    return page('channels', view.workerChannels(worker.sid), (channel) =>
      formatWorkerChannel(links, view, channel),
    );
  }),
  operation('FetchWorkerChannel', `GET ${CHANNELS}/{Sid}`, {}, ({ world, path, links }) => {
    const view = workspaceIn(world, path.WorkspaceSid);
    const taskChannelSid = view.taskChannel(path.Sid)?.sid;
    const channel = view
      .workerChannels(path.WorkerSid)
      .find((one) => one.sid === path.Sid || one.taskChannelSid === taskChannelSid);
    const at = `/Workspaces/${path.WorkspaceSid}/Workers/${path.WorkerSid}/Channels/${path.Sid}`;
    return ok(formatWorkerChannel(links, view, found(channel, at)));
  }),
  operation(
    'UpdateWorkerChannel',
    `POST ${CHANNELS}/{Sid}`,
    { Capacity: 'integer', Available: 'boolean' },
    ({ world, path, params, links }) => {
      const { WorkspaceSid: workspaceSid, WorkerSid: workerSid, Sid: sid } = path;
      const fields = { ...params, workspaceSid, workerSid, sid };
      return dispatched(world, 'updateWorkerChannel', fields, (channel) =>
        ok(formatWorkerChannel(links, workspaceIn(world, workspaceSid), channel)),
      );
    },
  ),
];
