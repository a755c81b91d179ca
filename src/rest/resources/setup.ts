import type { CallOptions, Calls } from '../calls.js';
import type { List } from '../list.js';
import { OPERATIONS } from '../spec/index.js';
import type {
  Activity,
  CreateActivity,
  CreateTaskChannel,
  CreateTaskQueue,
  CreateWorkflow,
  CreateWorkspace,
  ListActivities,
  ListTaskChannels,
  ListTaskQueues,
  ListWorkflows,
  ListWorkspaces,
  TaskChannel,
  TaskQueue,
  UpdateActivity,
  UpdateTaskChannel,
  UpdateTaskQueue,
  UpdateWorkflow,
  UpdateWorkspace,
  Workflow,
  Workspace,
} from '../types.js';

// Every `sid` of an activity, a task queue or a workflow may be its friendly name, and a task channel's its unique name.

/** The workspaces of the account. */
export function workspaces(calls: Calls) {
  const { create, fetch, list, update, delete: remove } = OPERATIONS.workspaces;
  return {
    /**
     * Creates a workspace, with the activities Offline, Available and Unavailable in it.
     *
     * @example await client.workspaces.create({ friendlyName: 'Customer Support', template: 'FIFO' });
     */
    create: (input: CreateWorkspace, options?: CallOptions): Promise<Workspace> =>
      calls.call(create, [], input, options),
    /** @example await client.workspaces.fetch('WS…'); */
    fetch: (sid: string, options?: CallOptions): Promise<Workspace> => calls.call(fetch, [sid], {}, options),
    /** @example for await (const workspace of client.workspaces.list()) console.log(workspace.friendlyName); */
    list: (input: ListWorkspaces = {}, options?: CallOptions): List<Workspace> =>
      calls.list(list, [], input, options),
    /** @example await client.workspaces.update('WS…', { eventCallbackUrl: 'https://hooks.example.com/events' }); */
    update: (sid: string, input: UpdateWorkspace, options?: CallOptions): Promise<Workspace> =>
      calls.call(update, [sid], input, options),
    /** Deletes a workspace and everything in it. */
    delete: (sid: string, options?: CallOptions): Promise<void> => calls.call(remove, [sid], {}, options),
  };
}

/** The activities of a workspace. */
export function activities(calls: Calls) {
  const { create, fetch, list, update, delete: remove } = OPERATIONS.activities;
  return {
    /**
     * Creates an activity. Whether it is `available` cannot be changed later.
     *
     * @example await client.activities.create({ friendlyName: 'Coffee Break', available: false });
     */
    create: (input: CreateActivity, options?: CallOptions): Promise<Activity> =>
      calls.call(create, [], input, options),
    /** @example await client.activities.fetch('Offline'); */
    fetch: (sid: string, options?: CallOptions): Promise<Activity> => calls.call(fetch, [sid], {}, options),
    /** @example await client.activities.list({ available: true }).all(); */
    list: (input: ListActivities = {}, options?: CallOptions): List<Activity> =>
      calls.list(list, [], input, options),
    /** Renames an activity. @example await client.activities.update('Break', { friendlyName: 'Coffee Break' }); */
    update: (sid: string, input: UpdateActivity, options?: CallOptions): Promise<Activity> =>
      calls.call(update, [sid], input, options),
    /** Deletes an activity. Twilio refuses it while it is in use. */
    delete: (sid: string, options?: CallOptions): Promise<void> => calls.call(remove, [sid], {}, options),
  };
}

/** The task channels of a workspace. */
export function taskChannels(calls: Calls) {
  const { create, fetch, list, update, delete: remove } = OPERATIONS.taskChannels;
  return {
    /** @example await client.taskChannels.create({ friendlyName: 'Letters', uniqueName: 'letters' }); */
    create: (input: CreateTaskChannel, options?: CallOptions): Promise<TaskChannel> =>
      calls.call(create, [], input, options),
    /** @example await client.taskChannels.fetch('voice'); */
    fetch: (sid: string, options?: CallOptions): Promise<TaskChannel> =>
      calls.call(fetch, [sid], {}, options),
    /** @example await client.taskChannels.list().all(); */
    list: (input: ListTaskChannels = {}, options?: CallOptions): List<TaskChannel> =>
      calls.list(list, [], input, options),
    /** @example await client.taskChannels.update('letters', { channelOptimizedRouting: true }); */
    update: (sid: string, input: UpdateTaskChannel, options?: CallOptions): Promise<TaskChannel> =>
      calls.call(update, [sid], input, options),
    /** Deletes a task channel. */
    delete: (sid: string, options?: CallOptions): Promise<void> => calls.call(remove, [sid], {}, options),
  };
}

/** The task queues of a workspace. */
export function taskQueues(calls: Calls) {
  const { create, fetch, list, update, delete: remove } = OPERATIONS.taskQueues;
  return {
    /** @example await client.taskQueues.create({ friendlyName: 'Sales', targetWorkers: 'languages HAS "en"' }); */
    create: (input: CreateTaskQueue, options?: CallOptions): Promise<TaskQueue> =>
      calls.call(create, [], input, options),
    /** @example await client.taskQueues.fetch('Support EN'); */
    fetch: (sid: string, options?: CallOptions): Promise<TaskQueue> => calls.call(fetch, [sid], {}, options),
    /** @example await client.taskQueues.list({ workerSid: 'WK…' }).all(); */
    list: (input: ListTaskQueues = {}, options?: CallOptions): List<TaskQueue> =>
      calls.list(list, [], input, options),
    /** @example await client.taskQueues.update('Sales', { maxReservedWorkers: 3 }); */
    update: (sid: string, input: UpdateTaskQueue, options?: CallOptions): Promise<TaskQueue> =>
      calls.call(update, [sid], input, options),
    /** Deletes a task queue. Twilio refuses it while tasks wait in it. */
    delete: (sid: string, options?: CallOptions): Promise<void> => calls.call(remove, [sid], {}, options),
  };
}

/** The workflows of a workspace. */
export function workflows(calls: Calls) {
  const { create, fetch, list, update, delete: remove } = OPERATIONS.workflows;
  return {
    /**
     * Creates a workflow.
     *
     * @example
     * await client.workflows.create({
     *   friendlyName: 'Incoming calls',
     *   configuration: { task_routing: { default_filter: { queue: sales.sid } } },
     *   assignmentCallbackUrl: 'https://hooks.example.com/taskrouter/assignment',
     * });
     */
    create: (input: CreateWorkflow, options?: CallOptions): Promise<Workflow> =>
      calls.call(create, [], input, options),
    /** @example (await client.workflows.fetch('Incoming calls')).configuration.task_routing.filters */
    fetch: (sid: string, options?: CallOptions): Promise<Workflow> => calls.call(fetch, [sid], {}, options),
    /** @example await client.workflows.list().all(); */
    list: (input: ListWorkflows = {}, options?: CallOptions): List<Workflow> =>
      calls.list(list, [], input, options),
    /** @example await client.workflows.update('Incoming calls', { taskReservationTimeout: 30 }); */
    update: (sid: string, input: UpdateWorkflow, options?: CallOptions): Promise<Workflow> =>
      calls.call(update, [sid], input, options),
    /** Deletes a workflow. Twilio refuses it while it has pending or reserved tasks. */
    delete: (sid: string, options?: CallOptions): Promise<void> => calls.call(remove, [sid], {}, options),
  };
}
