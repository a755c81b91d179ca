import { type Operations, OWNED, PAGING, type Parameters, type Properties } from './kinds.js';

// Statistics, of a workspace, its workers, task queues and workflows: cumulative over a time, real-time, or both.

const INSIDE = '/v1/Workspaces/{WorkspaceSid}';
const QUEUE = `${INSIDE}/TaskQueues/{TaskQueueSid}`;
const WORKFLOW = `${INSIDE}/Workflows/{WorkflowSid}`;

const NOW = {
  /** Only tasks of this channel, by SID or unique name. */
  taskChannel: 'text',
} as const satisfies Parameters;

const WINDOW = {
  /** How far back to count, in minutes. Default 15. */
  minutes: 'integer',
  /** At most 30 days ago (twilio.com/docs/api/errors/14241). */
  startDate: 'date',
  endDate: 'date',
  ...NOW,
} as const satisfies Parameters;

const SPLIT_WINDOW = {
  ...WINDOW,
  /** Waits, in seconds, to split the counts of canceled and accepted at. */
  splitByWaitTime: 'commas',
} as const satisfies Parameters;

const RESERVATIONS = {
  startTime: 'date',
  endTime: 'date',
  reservationsCreated: 'integer',
  reservationsAccepted: 'integer',
  reservationsRejected: 'integer',
  reservationsTimedOut: 'integer',
  reservationsCanceled: 'integer',
  reservationsRescinded: 'integer',
} as const satisfies Properties;

const TASKS = {
  /** In seconds. */
  avgTaskAcceptanceTime: 'integer',
  ...RESERVATIONS,
  tasksCanceled: 'integer',
  tasksCompleted: 'integer',
  tasksDeleted: 'integer',
  tasksMoved: 'integer',
  /** By the seconds of `splitByWaitTime`: what lies above and below. */
  splitByWaitTime: 'object?',
  waitDurationUntilAccepted: 'durations?',
  waitDurationUntilCanceled: 'durations?',
} as const satisfies Properties;

const WAITING = {
  /** In seconds. */
  longestTaskWaitingAge: 'integer',
  longestTaskWaitingSid: 'sid?',
  tasksByPriority: 'counts',
  tasksByStatus: 'counts',
  totalTasks: 'integer',
} as const satisfies Properties;

const BOTH = { cumulative: 'object', realtime: 'object' } as const satisfies Properties;

export const workspaceStatistics = {
  fetch: { http: `GET ${INSIDE}/Statistics`, params: SPLIT_WINDOW, returns: { ...BOTH, ...OWNED } },
  cumulative: {
    http: `GET ${INSIDE}/CumulativeStatistics`,
    params: SPLIT_WINDOW,
    returns: { ...TASKS, tasksCreated: 'integer', tasksTimedOutInWorkflow: 'integer', ...OWNED },
  },
  realTime: {
    http: `GET ${INSIDE}/RealTimeStatistics`,
    params: NOW,
    returns: { ...WAITING, activityStatistics: 'activityCounts', totalWorkers: 'integer', ...OWNED },
  },
} as const satisfies Operations;

export const workerStatistics = {
  fetch: {
    http: `GET ${INSIDE}/Workers/Statistics`,
    params: { ...WINDOW, taskQueueSid: 'taskQueue', taskQueueName: 'text', friendlyName: 'text' },
    returns: { ...BOTH, ...OWNED },
  },
  cumulative: {
    http: `GET ${INSIDE}/Workers/CumulativeStatistics`,
    params: WINDOW,
    returns: { ...RESERVATIONS, activityDurations: 'activityDurations', ...OWNED },
  },
  realTime: {
    http: `GET ${INSIDE}/Workers/RealTimeStatistics`,
    params: NOW,
    returns: { activityStatistics: 'activityCounts', totalWorkers: 'integer', ...OWNED },
  },
  ofWorker: {
    http: `GET ${INSIDE}/Workers/{WorkerSid}/Statistics`,
    params: WINDOW,
    returns: { workerSid: 'sid', cumulative: 'object', ...OWNED },
  },
} as const satisfies Operations;

export const taskQueueStatistics = {
  list: {
    http: `GET ${INSIDE}/TaskQueues/Statistics`,
    params: { ...SPLIT_WINDOW, friendlyName: 'text', ...PAGING },
    returns: { taskQueueSid: 'sid', ...BOTH, accountSid: 'sid', workspaceSid: 'sid' },
    list: 'task_queues_statistics',
  },
  bulkRealTime: {
    http: `POST ${INSIDE}/TaskQueues/RealTimeStatistics`,
    params: { queueSids: 'repeated!' },
    returns: { taskQueueData: 'objects', taskQueueResponseCount: 'integer', ...OWNED },
    body: 'json',
    reads: true,
    limit: { when: 'queueSids', perSecond: 5 },
  },
  fetch: {
    http: `GET ${QUEUE}/Statistics`,
    params: SPLIT_WINDOW,
    returns: { taskQueueSid: 'sid', ...BOTH, ...OWNED },
  },
  cumulative: {
    http: `GET ${QUEUE}/CumulativeStatistics`,
    params: SPLIT_WINDOW,
    returns: {
      taskQueueSid: 'sid',
      ...TASKS,
      tasksEntered: 'integer',
      waitDurationInQueueUntilAccepted: 'durations?',
      ...OWNED,
    },
  },
  realTime: {
    http: `GET ${QUEUE}/RealTimeStatistics`,
    params: NOW,
    returns: {
      taskQueueSid: 'sid',
      ...WAITING,
      activityStatistics: 'activityCounts',
      /** In seconds. */
      longestRelativeTaskAgeInQueue: 'integer',
      longestRelativeTaskSidInQueue: 'sid?',
      /** Workers in the queue whose activity is available. */
      totalAvailableWorkers: 'integer',
      /** Workers in the queue, whatever their activity. */
      totalEligibleWorkers: 'integer',
      ...OWNED,
    },
  },
} as const satisfies Operations;

export const workflowStatistics = {
  fetch: {
    http: `GET ${WORKFLOW}/Statistics`,
    params: SPLIT_WINDOW,
    returns: { workflowSid: 'sid', ...BOTH, ...OWNED },
  },
  cumulative: {
    http: `GET ${WORKFLOW}/CumulativeStatistics`,
    params: SPLIT_WINDOW,
    returns: {
      workflowSid: 'sid',
      ...TASKS,
      tasksEntered: 'integer',
      tasksTimedOutInWorkflow: 'integer',
      ...OWNED,
    },
  },
  realTime: {
    http: `GET ${WORKFLOW}/RealTimeStatistics`,
    params: NOW,
    returns: { workflowSid: 'sid', ...WAITING, ...OWNED },
  },
} as const satisfies Operations;
