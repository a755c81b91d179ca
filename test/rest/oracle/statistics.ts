import { type Call, NAME, PAGE, QUEUE, split, WORKER, WORKFLOW, windowed } from './samples.js';

/** Statistics. */
export const statisticsCalls: readonly Call[] = [
  [
    'FetchWorkspaceStatistics',
    (c) => c.statistics.workspace.fetch({ ...windowed, splitByWaitTime: split }),
    (w) => w.statistics().fetch({ ...windowed, splitByWaitTime: '5,10' }),
  ],
  [
    'FetchWorkspaceCumulativeStatistics',
    (c) => c.statistics.workspace.cumulative({ ...windowed, splitByWaitTime: split }),
    (w) => w.cumulativeStatistics().fetch({ ...windowed, splitByWaitTime: '5,10' }),
  ],
  [
    'FetchWorkspaceRealTimeStatistics',
    (c) => c.statistics.workspace.realTime({ taskChannel: 'voice' }),
    (w) => w.realTimeStatistics().fetch({ taskChannel: 'voice' }),
  ],
  [
    'FetchWorkerStatistics',
    (c) =>
      c.statistics.workers.fetch({
        ...windowed,
        taskQueueSid: QUEUE,
        taskQueueName: NAME,
        friendlyName: NAME,
      }),
    (w) =>
      w.workers
        .statistics()
        .fetch({ ...windowed, taskQueueSid: QUEUE, taskQueueName: NAME, friendlyName: NAME }),
  ],
  [
    'FetchWorkersCumulativeStatistics',
    (c) => c.statistics.workers.cumulative(windowed),
    (w) => w.workers.cumulativeStatistics().fetch(windowed),
  ],
  [
    'FetchWorkersRealTimeStatistics',
    (c) => c.statistics.workers.realTime(),
    (w) => w.workers.realTimeStatistics().fetch(),
  ],
  [
    'FetchWorkerInstanceStatistics',
    (c) => c.statistics.workers.ofWorker(WORKER, windowed),
    (w) => w.workers(WORKER).statistics().fetch(windowed),
  ],
  [
    'ListTaskQueuesStatistics',
    (c) =>
      c.statistics.taskQueues
        .list({ ...windowed, friendlyName: NAME, splitByWaitTime: split, ...PAGE })
        .all(),
    (w) =>
      w.taskQueues.statistics.list({ ...windowed, friendlyName: NAME, splitByWaitTime: '5,10', ...PAGE }),
  ],
  [
    'CreateTaskQueueBulkRealTimeStatistics',
    (c) => c.statistics.taskQueues.bulkRealTime([QUEUE]),
    (w) => w.taskQueues.bulkRealTimeStatistics.create({ queueSids: [QUEUE] }),
  ],
  [
    'FetchTaskQueueStatistics',
    (c) => c.statistics.taskQueues.fetch(QUEUE, { ...windowed, splitByWaitTime: split }),
    (w) =>
      w
        .taskQueues(QUEUE)
        .statistics()
        .fetch({ ...windowed, splitByWaitTime: '5,10' }),
  ],
  [
    'FetchTaskQueueCumulativeStatistics',
    (c) => c.statistics.taskQueues.cumulative(QUEUE, windowed),
    (w) => w.taskQueues(QUEUE).cumulativeStatistics().fetch(windowed),
  ],
  [
    'FetchTaskQueueRealTimeStatistics',
    (c) => c.statistics.taskQueues.realTime(QUEUE, { taskChannel: 'voice' }),
    (w) => w.taskQueues(QUEUE).realTimeStatistics().fetch({ taskChannel: 'voice' }),
  ],
  [
    'FetchWorkflowStatistics',
    (c) => c.statistics.workflows.fetch(WORKFLOW, windowed),
    (w) => w.workflows(WORKFLOW).statistics().fetch(windowed),
  ],
  [
    'FetchWorkflowCumulativeStatistics',
    (c) => c.statistics.workflows.cumulative(WORKFLOW, { ...windowed, splitByWaitTime: split }),
    (w) =>
      w
        .workflows(WORKFLOW)
        .cumulativeStatistics()
        .fetch({ ...windowed, splitByWaitTime: '5,10' }),
  ],
  [
    'FetchWorkflowRealTimeStatistics',
    (c) => c.statistics.workflows.realTime(WORKFLOW),
    (w) => w.workflows(WORKFLOW).realTimeStatistics().fetch(),
  ],
];
