import { badRequest } from '../../engine/refusal.js';
import type { WorkspaceView } from '../../engine/types.js';
import { found, workspaceIn } from '../../world/find.js';
import type { Links } from '../formatters/links.js';
import { listing, ok, operation, page } from '../operation.js';
import {
  bulkCounts,
  channel,
  queueCumulative,
  queueRealTime,
  span,
  splitSpan,
  workersCumulative,
  workersRealTime,
  workflowCumulative,
  workflowRealTime,
  workspaceCumulative,
  workspaceRealTime,
} from '../statistics-of.js';

/** Statistics of workspaces, queues, workflows and workers: the pages under twilio.com/docs/taskrouter/api. */

const WORKSPACE = '/v1/Workspaces/{WorkspaceSid}';

/** What every answer of statistics begins with. */
const head = (links: Links, view: WorkspaceView, path: string) => ({
  account_sid: links.accountSid,
  workspace_sid: view.workspace.sid,
  url: links.url(`/Workspaces/${view.workspace.sid}${path}`),
});

const queueIn = (view: WorkspaceView, sid: string) =>
  found(view.taskQueues.get(sid), `/Workspaces/${view.workspace.sid}/TaskQueues/${sid}`);
const workflowIn = (view: WorkspaceView, sid: string) =>
  found(view.workflows.get(sid), `/Workspaces/${view.workspace.sid}/Workflows/${sid}`);

export const workspaceStatistics = [
  operation(
    'FetchWorkspaceStatistics',
    `GET ${WORKSPACE}/Statistics`,
    splitSpan,
    ({ world, path, params, links }) => {
      const view = workspaceIn(world, path.WorkspaceSid);
      return ok({
        ...head(links, view, '/Statistics'),
        realtime: workspaceRealTime(world, view, params.taskChannel),
        cumulative: workspaceCumulative(world, view, params),
      });
    },
  ),
  operation(
    'FetchWorkspaceRealTimeStatistics',
    `GET ${WORKSPACE}/RealTimeStatistics`,
    channel,
    ({ world, path, params, links }) => {
      const view = workspaceIn(world, path.WorkspaceSid);
      const counts = workspaceRealTime(world, view, params.taskChannel);
      return ok({ ...head(links, view, '/RealTimeStatistics'), ...counts });
    },
  ),
  operation(
    'FetchWorkspaceCumulativeStatistics',
    `GET ${WORKSPACE}/CumulativeStatistics`,
    splitSpan,
    ({ world, path, params, links }) => {
      const view = workspaceIn(world, path.WorkspaceSid);
      return ok({
        ...head(links, view, '/CumulativeStatistics'),
        ...workspaceCumulative(world, view, params),
      });
    },
  ),
];

const OF_QUEUE = `${WORKSPACE}/TaskQueues/{TaskQueueSid}` as const;
const BULK_URL = '/TaskQueues/RealTimeStatistics';

export const queueStatistics = [
  listing(
    'ListTaskQueuesStatistics',
    `GET ${WORKSPACE}/TaskQueues/Statistics`,
    { FriendlyName: 'text', ...splitSpan },
    ({ world, path, params, links }) => {
      const view = workspaceIn(world, path.WorkspaceSid);
      const queues = [...view.taskQueues.values()].filter(
        ({ friendlyName }) => params.friendlyName === undefined || friendlyName === params.friendlyName,
      );
      return page('task_queues_statistics', queues, (queue) => ({
        account_sid: links.accountSid,
        workspace_sid: view.workspace.sid,
        task_queue_sid: queue.sid,
        realtime: queueRealTime(world, view, queue, params.taskChannel),
        cumulative: queueCumulative(world, view, queue, params),
      }));
    },
  ),
  // The one body that is JSON. Twilio's page writes the name in both ways.
  operation(
    'CreateTaskQueueBulkRealTimeStatistics',
    `POST ${WORKSPACE}${BULK_URL}`,
    { queueSids: 'queues', QueueSids: 'queues' },
    ({ world, path, params, links }) => {
      const view = workspaceIn(world, path.WorkspaceSid);
      const { queueSids } = params;
      if (!queueSids) throw badRequest('Missing required parameter queueSids in the post body');
      const data = queueSids.map((sid) => ({ task_queue_sid: sid, ...bulkCounts(world, view, sid) }));
      return ok({
        ...head(links, view, BULK_URL),
        task_queue_data: data,
        task_queue_response_count: data.length,
      });
    },
  ),
  operation(
    'FetchTaskQueueStatistics',
    `GET ${OF_QUEUE}/Statistics`,
    splitSpan,
    ({ world, path, params, links }) => {
      const view = workspaceIn(world, path.WorkspaceSid);
      const queue = queueIn(view, path.TaskQueueSid);
      return ok({
        ...head(links, view, `/TaskQueues/${queue.sid}/Statistics`),
        task_queue_sid: queue.sid,
        realtime: queueRealTime(world, view, queue, params.taskChannel),
        cumulative: queueCumulative(world, view, queue, params),
      });
    },
  ),
  operation(
    'FetchTaskQueueRealTimeStatistics',
    `GET ${OF_QUEUE}/RealTimeStatistics`,
    channel,
    ({ world, path, params, links }) => {
      const view = workspaceIn(world, path.WorkspaceSid);
      const queue = queueIn(view, path.TaskQueueSid);
      const url = head(links, view, `/TaskQueues/${queue.sid}/RealTimeStatistics`);
      return ok({
        ...url,
        task_queue_sid: queue.sid,
        ...queueRealTime(world, view, queue, params.taskChannel),
      });
    },
  ),
  operation(
    'FetchTaskQueueCumulativeStatistics',
    `GET ${OF_QUEUE}/CumulativeStatistics`,
    splitSpan,
    ({ world, path, params, links }) => {
      const view = workspaceIn(world, path.WorkspaceSid);
      const queue = queueIn(view, path.TaskQueueSid);
      const url = head(links, view, `/TaskQueues/${queue.sid}/CumulativeStatistics`);
      return ok({ ...url, task_queue_sid: queue.sid, ...queueCumulative(world, view, queue, params) });
    },
  ),
];

const OF_WORKFLOW = `${WORKSPACE}/Workflows/{WorkflowSid}` as const;

export const workflowStatistics = [
  operation(
    'FetchWorkflowStatistics',
    `GET ${OF_WORKFLOW}/Statistics`,
    splitSpan,
    ({ world, path, params, links }) => {
      const view = workspaceIn(world, path.WorkspaceSid);
      const workflow = workflowIn(view, path.WorkflowSid);
      return ok({
        ...head(links, view, `/Workflows/${workflow.sid}/Statistics`),
        workflow_sid: workflow.sid,
        realtime: workflowRealTime(world, view, workflow, params.taskChannel),
        cumulative: workflowCumulative(world, view, workflow, params),
      });
    },
  ),
  operation(
    'FetchWorkflowRealTimeStatistics',
    `GET ${OF_WORKFLOW}/RealTimeStatistics`,
    channel,
    ({ world, path, params, links }) => {
      const view = workspaceIn(world, path.WorkspaceSid);
      const workflow = workflowIn(view, path.WorkflowSid);
      const url = head(links, view, `/Workflows/${workflow.sid}/RealTimeStatistics`);
      return ok({
        ...url,
        workflow_sid: workflow.sid,
        ...workflowRealTime(world, view, workflow, params.taskChannel),
      });
    },
  ),
  operation(
    'FetchWorkflowCumulativeStatistics',
    `GET ${OF_WORKFLOW}/CumulativeStatistics`,
    splitSpan,
    ({ world, path, params, links }) => {
      const view = workspaceIn(world, path.WorkspaceSid);
      const workflow = workflowIn(view, path.WorkflowSid);
      const url = head(links, view, `/Workflows/${workflow.sid}/CumulativeStatistics`);
      return ok({ ...url, workflow_sid: workflow.sid, ...workflowCumulative(world, view, workflow, params) });
    },
  ),
];

const workersOf = (view: WorkspaceView) => [...view.workers.values()];
export const workerStatistics = [
  operation(
    'FetchWorkerStatistics',
    `GET ${WORKSPACE}/Workers/Statistics`,
    { ...span, TaskQueueSid: 'sid WQ', TaskQueueName: 'text', FriendlyName: 'text' },
    ({ world, path, params, links }) => {
      const view = workspaceIn(world, path.WorkspaceSid);
      const { taskQueueSid, taskQueueName, friendlyName } = params;
      const workers = workersOf(view).filter(
        (worker) =>
          (friendlyName === undefined || worker.friendlyName === friendlyName) &&
          ((taskQueueSid === undefined && taskQueueName === undefined) ||
            view
              .queuesOfWorker(worker.sid)
              .some(
                ({ sid, friendlyName: name }) =>
                  (taskQueueSid === undefined || sid === taskQueueSid) &&
                  (taskQueueName === undefined || name === taskQueueName),
              )),
      );
      return ok({
        ...head(links, view, '/Workers/Statistics'),
        realtime: workersRealTime(view, workers),
        cumulative: workersCumulative(world, view, workers, params),
      });
    },
  ),
  operation(
    'FetchWorkersRealTimeStatistics',
    `GET ${WORKSPACE}/Workers/RealTimeStatistics`,
    channel,
    ({ world, path, links }) => {
      const view = workspaceIn(world, path.WorkspaceSid);
      return ok({
        ...head(links, view, '/Workers/RealTimeStatistics'),
        ...workersRealTime(view, workersOf(view)),
      });
    },
  ),
  operation(
    'FetchWorkersCumulativeStatistics',
    `GET ${WORKSPACE}/Workers/CumulativeStatistics`,
    span,
    ({ world, path, params, links }) => {
      const view = workspaceIn(world, path.WorkspaceSid);
      const counts = workersCumulative(world, view, workersOf(view), params);
      return ok({ ...head(links, view, '/Workers/CumulativeStatistics'), ...counts });
    },
  ),
  operation(
    'FetchWorkerInstanceStatistics',
    `GET ${WORKSPACE}/Workers/{WorkerSid}/Statistics`,
    span,
    ({ world, path, params, links }) => {
      const view = workspaceIn(world, path.WorkspaceSid);
      const at = `/Workers/${path.WorkerSid}`;
      const worker = found(view.workers.get(path.WorkerSid), `/Workspaces/${path.WorkspaceSid}${at}`);
      return ok({
        ...head(links, view, `${at}/Statistics`),
        worker_sid: worker.sid,
        cumulative: workersCumulative(world, view, [worker], params),
      });
    },
  ),
];
