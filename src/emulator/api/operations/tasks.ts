import { found, workspaceIn } from '../../world/find.js';
import { dispatched } from '../dispatched.js';
import { ordered, taskMatcher } from '../filters.js';
import { formatTask } from '../formatters/work.js';
import { created, listing, ok, operation, page, removed } from '../operation.js';

/** Tasks: twilio.com/docs/taskrouter/api/task. */

const TASKS_OF = '/v1/Workspaces/{WorkspaceSid}/Tasks';

export const tasks = [
  listing(
    'ListTask',
    `GET ${TASKS_OF}`,
    {
      Priority: 'integer',
      AssignmentStatus: 'texts',
      WorkflowSid: 'sid WW',
      WorkflowName: 'text',
      TaskQueueSid: 'sid WQ',
      TaskQueueName: 'text',
      EvaluateTaskAttributes: 'text',
      RoutingTarget: 'sid WK|WQ|WW',
      Ordering: 'text',
      HasAddons: 'boolean',
    },
    ({ world, path, params, links }) => {
      const view = workspaceIn(world, path.WorkspaceSid);
      const { evaluateTaskAttributes, assignmentStatus } = params;
      const statuses = assignmentStatus && new Set(assignmentStatus.map((status) => status.toLowerCase()));
      const matches =
        evaluateTaskAttributes === undefined ? undefined : taskMatcher(world, view, evaluateTaskAttributes);
      const is = (wanted: unknown, value: unknown) => wanted === undefined || wanted === value;
      const all = [...view.tasks.values()].filter(
        (task) =>
          is(params.priority, task.priority) &&
          (statuses?.has(task.assignmentStatus) ?? true) &&
          is(params.workflowSid, task.workflowSid) &&
          is(params.workflowName, view.workflows.get(task.workflowSid)?.friendlyName) &&
          is(params.taskQueueSid, task.taskQueueSid) &&
          is(params.taskQueueName, view.taskQueues.get(task.taskQueueSid)?.friendlyName) &&
          is(params.routingTarget, task.routingTarget) &&
          is(params.hasAddons, false) &&
          (matches?.(task) ?? true),
      );
      const sorted = ordered(all, params.ordering, {
        DateCreated: (task) => task.dateCreated,
        Priority: (task) => task.priority,
        VirtualStartTime: (task) => task.virtualStartTime,
      });
      return page('tasks', sorted, (task) => formatTask(links, view, task), params.ordering !== undefined);
    },
  ),
  operation(
    'CreateTask',
    `POST ${TASKS_OF}`,
    {
      Timeout: 'integer',
      Priority: 'integer',
      TaskChannel: 'text',
      WorkflowSid: 'sid WW',
      Attributes: 'text',
      VirtualStartTime: 'date',
      RoutingTarget: 'sid WK|WQ|WW',
      IgnoreCapacity: 'boolean',
      TaskQueueSid: 'sid WQ',
    },
    ({ world, path, params, links }) => {
      const fields = { ...params, workspaceSid: path.WorkspaceSid };
      return dispatched(world, 'createTask', fields, (task) =>
        created(formatTask(links, workspaceIn(world, path.WorkspaceSid), task), task.version),
      );
    },
  ),
  operation('FetchTask', `GET ${TASKS_OF}/{Sid}`, {}, ({ world, path, links }) => {
    const view = workspaceIn(world, path.WorkspaceSid);
    const task = found(view.tasks.get(path.Sid), `/Workspaces/${path.WorkspaceSid}/Tasks/${path.Sid}`);
    return ok(formatTask(links, view, task), task.version);
  }),
  operation(
    'UpdateTask',
    `POST ${TASKS_OF}/{Sid}`,
    {
      'If-Match': 'version',
      Attributes: 'text',
      AssignmentStatus: 'words pending|reserved|assigned|canceled|completed|wrapping',
      Reason: 'text',
      Priority: 'integer',
      TaskChannel: 'text',
      VirtualStartTime: 'date',
    },
    ({ world, path, params, links }) => {
      const fields = { ...params, workspaceSid: path.WorkspaceSid, sid: path.Sid };
      return dispatched(world, 'updateTask', fields, (task) =>
        ok(formatTask(links, workspaceIn(world, path.WorkspaceSid), task), task.version),
      );
    },
  ),
  operation('DeleteTask', `DELETE ${TASKS_OF}/{Sid}`, { 'If-Match': 'version' }, ({ world, path, params }) =>
    removed(world.dispatch('deleteTask', { ...params, workspaceSid: path.WorkspaceSid, sid: path.Sid })),
  ),
];
