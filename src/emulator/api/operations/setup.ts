import type { TaskQueue } from '../../engine/types.js';
import { found, workspaceIn } from '../../world/find.js';
import type { World } from '../../world/world.js';
import { normalConfiguration } from '../configuration.js';
import { ordered, queueMatcher } from '../filters.js';
import {
  formatActivity,
  formatTaskChannel,
  formatTaskQueue,
  formatWorkflow,
  formatWorkspace,
} from '../formatters/setup.js';
import { created, listing, ok, operation, page, removed } from '../operation.js';

/** Workspaces, activities, task channels, task queues, workflows. Parameters: the pages under twilio.com/docs/taskrouter/api. */

const WORKSPACE = '/v1/Workspaces/{WorkspaceSid}';

export const workspaces = [
  listing('ListWorkspace', 'GET /v1/Workspaces', { FriendlyName: 'text' }, ({ world, params, links }) => {
    const views = [...world.workspaces.values()].filter(
      (view) => params.friendlyName === undefined || view.workspace.friendlyName === params.friendlyName,
    );
    return page(
      'workspaces',
      views.map((view) => view.workspace),
      ({ sid }) => formatWorkspace(links, workspaceIn(world, sid)),
    );
  }),
  operation(
    'CreateWorkspace',
    'POST /v1/Workspaces',
    {
      FriendlyName: 'text!',
      EventCallbackUrl: 'url',
      EventsFilter: 'text',
      MultiTaskEnabled: 'boolean',
      Template: 'words NONE|FIFO|EMPTY',
      PrioritizeQueueOrder: 'words FIFO|LIFO',
    },
    ({ world, params, links }) => {
      const empty = params.template === 'EMPTY';
      const { sid } = world.dispatch('createWorkspace', {
        ...params,
        template: params.template === 'EMPTY' ? 'NONE' : params.template,
      });
      if (empty) world.warn(sid, 'Template=EMPTY is not documented and is treated as NONE: write NONE');
      return created(formatWorkspace(links, workspaceIn(world, sid)));
    },
  ),
  operation('FetchWorkspace', 'GET /v1/Workspaces/{Sid}', {}, ({ world, path, links }) =>
    ok(formatWorkspace(links, workspaceIn(world, path.Sid))),
  ),
  operation(
    'UpdateWorkspace',
    'POST /v1/Workspaces/{Sid}',
    {
      DefaultActivitySid: 'sid WA',
      EventCallbackUrl: 'url',
      EventsFilter: 'text',
      FriendlyName: 'text',
      MultiTaskEnabled: 'boolean',
      TimeoutActivitySid: 'sid WA',
      PrioritizeQueueOrder: 'words FIFO|LIFO',
    },
    ({ world, path, params, links }) => {
      world.dispatch('updateWorkspace', { ...params, sid: path.Sid });
      return ok(formatWorkspace(links, workspaceIn(world, path.Sid)));
    },
  ),
  operation('DeleteWorkspace', 'DELETE /v1/Workspaces/{Sid}', {}, ({ world, path }) =>
    removed(world.dispatch('deleteWorkspace', { sid: path.Sid })),
  ),
];

export const activities = [
  listing(
    'ListActivity',
    `GET ${WORKSPACE}/Activities`,
    { FriendlyName: 'text', Available: 'boolean' },
    ({ world, path, params, links }) => {
      const all = [...workspaceIn(world, path.WorkspaceSid).activities.values()].filter(
        ({ friendlyName, available }) =>
          (params.friendlyName === undefined || friendlyName === params.friendlyName) &&
          (params.available === undefined || available === params.available),
      );
      return page('activities', all, (activity) => formatActivity(links, activity));
    },
  ),
  operation(
    'CreateActivity',
    `POST ${WORKSPACE}/Activities`,
    { FriendlyName: 'text!', Available: 'boolean' },
    ({ world, path, params, links }) =>
      created(
        formatActivity(
          links,
          world.dispatch('createActivity', { ...params, workspaceSid: path.WorkspaceSid }),
        ),
      ),
  ),
  operation('FetchActivity', `GET ${WORKSPACE}/Activities/{Sid}`, {}, ({ world, path, links }) => {
    const { activities } = workspaceIn(world, path.WorkspaceSid);
    const at = `/Workspaces/${path.WorkspaceSid}/Activities/${path.Sid}`;
    return ok(formatActivity(links, found(activities.get(path.Sid), at)));
  }),
  operation(
    'UpdateActivity',
    `POST ${WORKSPACE}/Activities/{Sid}`,
    { FriendlyName: 'text' },
    ({ world, path, params, links }) =>
      ok(
        formatActivity(
          links,
          world.dispatch('updateActivity', { ...params, workspaceSid: path.WorkspaceSid, sid: path.Sid }),
        ),
      ),
  ),
  operation('DeleteActivity', `DELETE ${WORKSPACE}/Activities/{Sid}`, {}, ({ world, path }) =>
    removed(world.dispatch('deleteActivity', { workspaceSid: path.WorkspaceSid, sid: path.Sid })),
  ),
];

export const taskChannels = [
  listing('ListTaskChannel', `GET ${WORKSPACE}/TaskChannels`, {}, ({ world, path, links }) =>
    page('channels', workspaceIn(world, path.WorkspaceSid).taskChannels.values(), (channel) =>
      formatTaskChannel(links, channel),
    ),
  ),
  operation(
    'CreateTaskChannel',
    `POST ${WORKSPACE}/TaskChannels`,
    { FriendlyName: 'text!', UniqueName: 'text!', ChannelOptimizedRouting: 'boolean' },
    ({ world, path, params, links }) =>
      created(
        formatTaskChannel(
          links,
          world.dispatch('createTaskChannel', { ...params, workspaceSid: path.WorkspaceSid }),
        ),
      ),
  ),
  operation('FetchTaskChannel', `GET ${WORKSPACE}/TaskChannels/{Sid}`, {}, ({ world, path, links }) => {
    const channel = workspaceIn(world, path.WorkspaceSid).taskChannel(path.Sid);
    const at = `/Workspaces/${path.WorkspaceSid}/TaskChannels/${path.Sid}`;
    return ok(formatTaskChannel(links, found(channel, at)));
  }),
  operation(
    'UpdateTaskChannel',
    `POST ${WORKSPACE}/TaskChannels/{Sid}`,
    { FriendlyName: 'text', ChannelOptimizedRouting: 'boolean' },
    ({ world, path, params, links }) =>
      ok(
        formatTaskChannel(
          links,
          world.dispatch('updateTaskChannel', { ...params, workspaceSid: path.WorkspaceSid, sid: path.Sid }),
        ),
      ),
  ),
  operation('DeleteTaskChannel', `DELETE ${WORKSPACE}/TaskChannels/{Sid}`, {}, ({ world, path }) =>
    removed(world.dispatch('deleteTaskChannel', { workspaceSid: path.WorkspaceSid, sid: path.Sid })),
  ),
];

const queueFields = {
  TargetWorkers: 'text',
  MaxReservedWorkers: 'integer',
  TaskOrder: 'words FIFO|LIFO',
  ReservationActivitySid: 'sid WA',
  AssignmentActivitySid: 'sid WA',
} as const;

export const taskQueues = [
  listing(
    'ListTaskQueue',
    `GET ${WORKSPACE}/TaskQueues`,
    { FriendlyName: 'text', EvaluateWorkerAttributes: 'json', WorkerSid: 'sid WK', Ordering: 'text' },
    ({ world, path, params, links }) => {
      const view = workspaceIn(world, path.WorkspaceSid);
      const { friendlyName, workerSid, evaluateWorkerAttributes: attributes } = params;
      const ofWorker = workerSid === undefined ? undefined : new Set(view.queuesOfWorker(workerSid));
      const wanted = attributes === undefined ? undefined : queueMatcher(attributes);
      const queues = [...view.taskQueues.values()].filter(
        (queue) =>
          (friendlyName === undefined || queue.friendlyName === friendlyName) &&
          (ofWorker?.has(queue) ?? true) &&
          (wanted?.(queue) ?? true),
      );
      const sorted = ordered<TaskQueue>(queues, params.ordering, {
        DateUpdated: (queue) => queue.dateUpdated,
      });
      return page(
        'task_queues',
        sorted,
        (queue) => formatTaskQueue(links, view, queue),
        params.ordering !== undefined,
      );
    },
  ),
  operation(
    'CreateTaskQueue',
    `POST ${WORKSPACE}/TaskQueues`,
    { FriendlyName: 'text!', ...queueFields },
    ({ world, path, params, links }) => {
      const queue = world.dispatch('createTaskQueue', { ...params, workspaceSid: path.WorkspaceSid });
      return created(formatTaskQueue(links, workspaceIn(world, path.WorkspaceSid), queue));
    },
  ),
  operation('FetchTaskQueue', `GET ${WORKSPACE}/TaskQueues/{Sid}`, {}, ({ world, path, links }) => {
    const view = workspaceIn(world, path.WorkspaceSid);
    const at = `/Workspaces/${path.WorkspaceSid}/TaskQueues/${path.Sid}`;
    return ok(formatTaskQueue(links, view, found(view.taskQueues.get(path.Sid), at)));
  }),
  operation(
    'UpdateTaskQueue',
    `POST ${WORKSPACE}/TaskQueues/{Sid}`,
    { FriendlyName: 'text', ...queueFields },
    ({ world, path, params, links }) => {
      const queue = world.dispatch('updateTaskQueue', {
        ...params,
        workspaceSid: path.WorkspaceSid,
        sid: path.Sid,
      });
      return ok(formatTaskQueue(links, workspaceIn(world, path.WorkspaceSid), queue));
    },
  ),
  operation('DeleteTaskQueue', `DELETE ${WORKSPACE}/TaskQueues/{Sid}`, {}, ({ world, path }) =>
    removed(world.dispatch('deleteTaskQueue', { workspaceSid: path.WorkspaceSid, sid: path.Sid })),
  ),
];

/** A configuration as it is kept; whoever still writes older names is told. */
function keptConfiguration({ log }: World, configuration: string): string {
  const kept = normalConfiguration(configuration);
  if (kept !== configuration) {
    log.warn(
      {},
      'A workflow configuration names queues task_queue_sid, as older documents do: kept with queue, and ' +
        "filter_friendly_name for a filter's friendly_name. Write these.",
    );
  }
  return kept;
}

const workflowFields = {
  AssignmentCallbackUrl: 'url',
  FallbackAssignmentCallbackUrl: 'url',
  TaskReservationTimeout: 'integer',
} as const;

export const workflows = [
  listing(
    'ListWorkflow',
    `GET ${WORKSPACE}/Workflows`,
    { FriendlyName: 'text' },
    ({ world, path, params, links }) => {
      const all = [...workspaceIn(world, path.WorkspaceSid).workflows.values()].filter(
        ({ friendlyName }) => params.friendlyName === undefined || friendlyName === params.friendlyName,
      );
      return page('workflows', all, (workflow) => formatWorkflow(links, workflow));
    },
  ),
  operation(
    'CreateWorkflow',
    `POST ${WORKSPACE}/Workflows`,
    { FriendlyName: 'text!', Configuration: 'text!', ...workflowFields },
    ({ world, path, params, links }) => {
      const configuration = keptConfiguration(world, params.configuration);
      const fields = { ...params, configuration, workspaceSid: path.WorkspaceSid };
      return created(formatWorkflow(links, world.dispatch('createWorkflow', fields)));
    },
  ),
  operation('FetchWorkflow', `GET ${WORKSPACE}/Workflows/{Sid}`, {}, ({ world, path, links }) => {
    const { workflows } = workspaceIn(world, path.WorkspaceSid);
    const at = `/Workspaces/${path.WorkspaceSid}/Workflows/${path.Sid}`;
    return ok(formatWorkflow(links, found(workflows.get(path.Sid), at)));
  }),
  operation(
    'UpdateWorkflow',
    `POST ${WORKSPACE}/Workflows/{Sid}`,
    { FriendlyName: 'text', Configuration: 'text', ...workflowFields, ReEvaluateTasks: 'boolean' },
    ({ world, path, params, links }) => {
      const { configuration } = params;
      const fields = {
        ...params,
        configuration: configuration === undefined ? undefined : keptConfiguration(world, configuration),
        workspaceSid: path.WorkspaceSid,
        sid: path.Sid,
      };
      return ok(formatWorkflow(links, world.dispatch('updateWorkflow', fields)));
    },
  ),
  operation('DeleteWorkflow', `DELETE ${WORKSPACE}/Workflows/{Sid}`, {}, ({ world, path }) =>
    removed(world.dispatch('deleteWorkflow', { workspaceSid: path.WorkspaceSid, sid: path.Sid })),
  ),
];
