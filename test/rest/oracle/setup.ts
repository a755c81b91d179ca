import { WORKSPACE } from '../sids.js';
import {
  ACTIVITY,
  type Call,
  CHANNEL,
  configuration,
  NAME,
  PAGE,
  QUEUE,
  queueOptions,
  WORKER,
  WORKFLOW,
  workflowOptions,
  workspaceOptions,
} from './samples.js';

/** Workspaces, activities, task channels, task queues, workflows. */
export const setupCalls: readonly Call[] = [
  [
    'CreateWorkspace',
    (c) =>
      c.workspaces.create({
        ...workspaceOptions,
        eventsFilter: ['task.created', 'task.deleted'],
        template: 'FIFO',
      }),
    (_w, v1) =>
      v1.workspaces.create({
        ...workspaceOptions,
        eventsFilter: 'task.created,task.deleted',
        template: 'FIFO',
      }),
  ],
  ['FetchWorkspace', (c) => c.workspaces.fetch(WORKSPACE), (w) => w.fetch()],
  [
    'ListWorkspace',
    (c) => c.workspaces.list({ friendlyName: NAME, ...PAGE }).all(),
    (_w, v1) => v1.workspaces.list({ friendlyName: NAME, ...PAGE }),
  ],
  [
    'UpdateWorkspace',
    (c) =>
      c.workspaces.update(WORKSPACE, {
        ...workspaceOptions,
        defaultActivitySid: ACTIVITY,
        timeoutActivitySid: ACTIVITY,
      }),
    (w) => w.update({ ...workspaceOptions, defaultActivitySid: ACTIVITY, timeoutActivitySid: ACTIVITY }),
  ],
  ['DeleteWorkspace', (c) => c.workspaces.delete(WORKSPACE), (w) => w.remove()],

  [
    'CreateActivity',
    (c) => c.activities.create({ friendlyName: NAME, available: false }),
    (w) => w.activities.create({ friendlyName: NAME, available: false }),
  ],
  ['FetchActivity', (c) => c.activities.fetch(ACTIVITY), (w) => w.activities(ACTIVITY).fetch()],
  [
    'ListActivity',
    (c) => c.activities.list({ friendlyName: NAME, available: true, ...PAGE }).all(),
    (w) => w.activities.list({ friendlyName: NAME, available: 'true', ...PAGE }),
  ],
  [
    'UpdateActivity',
    (c) => c.activities.update(ACTIVITY, { friendlyName: NAME }),
    (w) => w.activities(ACTIVITY).update({ friendlyName: NAME }),
  ],
  ['DeleteActivity', (c) => c.activities.delete(ACTIVITY), (w) => w.activities(ACTIVITY).remove()],

  [
    'CreateTaskChannel',
    (c) =>
      c.taskChannels.create({ friendlyName: NAME, uniqueName: 'letters', channelOptimizedRouting: true }),
    (w) =>
      w.taskChannels.create({ friendlyName: NAME, uniqueName: 'letters', channelOptimizedRouting: true }),
  ],
  ['FetchTaskChannel', (c) => c.taskChannels.fetch(CHANNEL), (w) => w.taskChannels(CHANNEL).fetch()],
  [
    'FetchTaskChannel (unique name)',
    (c) => c.taskChannels.fetch('voice'),
    (w) => w.taskChannels('voice').fetch(),
  ],
  ['ListTaskChannel', (c) => c.taskChannels.list({ ...PAGE }).all(), (w) => w.taskChannels.list({ ...PAGE })],
  [
    'UpdateTaskChannel',
    (c) => c.taskChannels.update(CHANNEL, { friendlyName: NAME, channelOptimizedRouting: false }),
    (w) => w.taskChannels(CHANNEL).update({ friendlyName: NAME, channelOptimizedRouting: false }),
  ],
  ['DeleteTaskChannel', (c) => c.taskChannels.delete(CHANNEL), (w) => w.taskChannels(CHANNEL).remove()],

  ['CreateTaskQueue', (c) => c.taskQueues.create(queueOptions), (w) => w.taskQueues.create(queueOptions)],
  ['FetchTaskQueue', (c) => c.taskQueues.fetch(QUEUE), (w) => w.taskQueues(QUEUE).fetch()],
  [
    'ListTaskQueue',
    (c) =>
      c.taskQueues
        .list({
          friendlyName: NAME,
          evaluateWorkerAttributes: { tech: '6' },
          workerSid: WORKER,
          ordering: 'DateUpdated:asc',
          ...PAGE,
        })
        .all(),
    (w) =>
      w.taskQueues.list({
        friendlyName: NAME,
        evaluateWorkerAttributes: '{"tech":"6"}',
        workerSid: WORKER,
        ordering: 'DateUpdated:asc',
        ...PAGE,
      }),
  ],
  [
    'UpdateTaskQueue',
    (c) => c.taskQueues.update(QUEUE, queueOptions),
    (w) => w.taskQueues(QUEUE).update(queueOptions),
  ],
  ['DeleteTaskQueue', (c) => c.taskQueues.delete(QUEUE), (w) => w.taskQueues(QUEUE).remove()],

  [
    'CreateWorkflow',
    (c) => c.workflows.create({ ...workflowOptions, configuration }),
    (w) => w.workflows.create({ ...workflowOptions, configuration: JSON.stringify(configuration) }),
  ],
  ['FetchWorkflow', (c) => c.workflows.fetch(WORKFLOW), (w) => w.workflows(WORKFLOW).fetch()],
  [
    'ListWorkflow',
    (c) => c.workflows.list({ friendlyName: NAME, ...PAGE }).all(),
    (w) => w.workflows.list({ friendlyName: NAME, ...PAGE }),
  ],
  [
    'UpdateWorkflow',
    (c) => c.workflows.update(WORKFLOW, { ...workflowOptions, configuration, reEvaluateTasks: true }),
    (w) =>
      w.workflows(WORKFLOW).update({
        ...workflowOptions,
        configuration: JSON.stringify(configuration),
        reEvaluateTasks: 'true',
      }),
  ],
  ['DeleteWorkflow', (c) => c.workflows.delete(WORKFLOW), (w) => w.workflows(WORKFLOW).remove()],
];
