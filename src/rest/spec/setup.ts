import { DATED, type Operations, OWNED, PAGING, type Properties } from './kinds.js';

// What a workspace is made of: the workspace itself, activities, task channels, task queues, workflows.

const WORKSPACES = '/v1/Workspaces';
const INSIDE = `${WORKSPACES}/{WorkspaceSid}`;

const WORKSPACE = {
  sid: 'sid',
  accountSid: 'sid',
  friendlyName: 'text',
  defaultActivityName: 'text?',
  defaultActivitySid: 'sid?',
  eventCallbackUrl: 'url?',
  /** The types of events that are sent; empty: all. */
  eventsFilter: 'commas?',
  multiTaskEnabled: 'boolean',
  /** The activity of a worker who let a reservation time out. */
  timeoutActivityName: 'text?',
  timeoutActivitySid: 'sid?',
  prioritizeQueueOrder: 'FIFO|LIFO',
  ...DATED,
  url: 'url',
  links: 'links',
} as const satisfies Properties;

const WORKSPACE_OPTIONS = {
  /** Absolute URL that is told every event. */
  eventCallbackUrl: 'url',
  /** The types of events to send. Default: all. */
  eventsFilter: 'commas',
  /** Default true. A workspace cannot go back to false. */
  multiTaskEnabled: 'boolean',
  /** Which task goes first where several queues have one waiting. Default FIFO. */
  prioritizeQueueOrder: 'FIFO|LIFO',
} as const;

export const workspaces = {
  create: {
    http: `POST ${WORKSPACES}`,
    params: {
      /** At most 64 characters. */
      friendlyName: 'text!',
      ...WORKSPACE_OPTIONS,
      /** `NONE` (default): activities only. `FIFO`: a queue and a workflow as well. */
      template: 'NONE|FIFO',
    },
    returns: WORKSPACE,
  },
  fetch: { http: `GET ${WORKSPACES}/{Sid}`, returns: WORKSPACE },
  list: {
    http: `GET ${WORKSPACES}`,
    params: { friendlyName: 'text', ...PAGING },
    returns: WORKSPACE,
    list: 'workspaces',
  },
  update: {
    http: `POST ${WORKSPACES}/{Sid}`,
    params: {
      friendlyName: 'text',
      ...WORKSPACE_OPTIONS,
      defaultActivitySid: 'sid',
      /** The activity of a worker who lets a reservation time out. */
      timeoutActivitySid: 'sid',
    },
    returns: WORKSPACE,
  },
  delete: { http: `DELETE ${WORKSPACES}/{Sid}` },
} as const satisfies Operations;

const ACTIVITY = {
  sid: 'sid',
  friendlyName: 'text',
  /** Whether a worker in this activity gets tasks. */
  available: 'boolean',
  ...DATED,
  ...OWNED,
  links: 'links',
} as const satisfies Properties;

export const activities = {
  create: {
    http: `POST ${INSIDE}/Activities`,
    params: {
      /** At most 64 characters. */
      friendlyName: 'text!',
      /** Whether a worker in this activity gets tasks. Default false; it cannot be changed later. */
      available: 'boolean',
    },
    returns: ACTIVITY,
  },
  fetch: { http: `GET ${INSIDE}/Activities/{Sid}`, returns: ACTIVITY },
  list: {
    http: `GET ${INSIDE}/Activities`,
    params: { friendlyName: 'text', available: 'boolean', ...PAGING },
    returns: ACTIVITY,
    list: 'activities',
  },
  update: {
    http: `POST ${INSIDE}/Activities/{Sid}`,
    params: { friendlyName: 'text' },
    returns: ACTIVITY,
  },
  delete: { http: `DELETE ${INSIDE}/Activities/{Sid}` },
} as const satisfies Operations;

const TASK_CHANNEL = {
  sid: 'sid',
  friendlyName: 'text',
  uniqueName: 'text',
  channelOptimizedRouting: 'boolean',
  ...DATED,
  ...OWNED,
  links: 'links',
} as const satisfies Properties;

const OPTIMIZED = {
  /** Whether idle workers of this channel are preferred over those with other work. */
  channelOptimizedRouting: 'boolean',
} as const;

export const taskChannels = {
  create: {
    http: `POST ${INSIDE}/TaskChannels`,
    params: {
      /** At most 64 characters. */
      friendlyName: 'text!',
      /** Letters, digits, `_` and `$`, not a digit first. It cannot be changed later. */
      uniqueName: 'text!',
      ...OPTIMIZED,
    },
    returns: TASK_CHANNEL,
  },
  fetch: { http: `GET ${INSIDE}/TaskChannels/{Sid}`, returns: TASK_CHANNEL },
  list: { http: `GET ${INSIDE}/TaskChannels`, params: PAGING, returns: TASK_CHANNEL, list: 'channels' },
  update: {
    http: `POST ${INSIDE}/TaskChannels/{Sid}`,
    params: { friendlyName: 'text', ...OPTIMIZED },
    returns: TASK_CHANNEL,
  },
  delete: { http: `DELETE ${INSIDE}/TaskChannels/{Sid}` },
} as const satisfies Operations;

const TASK_QUEUE = {
  sid: 'sid',
  friendlyName: 'text',
  /** An expression over worker attributes. */
  targetWorkers: 'text',
  maxReservedWorkers: 'integer',
  taskOrder: 'FIFO|LIFO',
  reservationActivitySid: 'sid?',
  reservationActivityName: 'text?',
  assignmentActivitySid: 'sid?',
  assignmentActivityName: 'text?',
  ...DATED,
  ...OWNED,
  links: 'links',
} as const satisfies Properties;

const QUEUE_OPTIONS = {
  /** An expression over worker attributes. Default `1==1`: everyone. */
  targetWorkers: 'text',
  /** How many workers are offered a task at once: 1 to 50. Default 1. */
  maxReservedWorkers: 'integer',
  /** Default FIFO. */
  taskOrder: 'FIFO|LIFO',
  /** The activity, by SID or name, of a worker with a reservation. Single-tasking workspaces only. */
  reservationActivitySid: 'activity',
  /** The activity, by SID or name, of a worker with a task. Single-tasking workspaces only. */
  assignmentActivitySid: 'activity',
} as const;

export const taskQueues = {
  create: {
    http: `POST ${INSIDE}/TaskQueues`,
    params: { friendlyName: 'text!', ...QUEUE_OPTIONS },
    returns: TASK_QUEUE,
  },
  fetch: { http: `GET ${INSIDE}/TaskQueues/{Sid}`, returns: TASK_QUEUE },
  list: {
    http: `GET ${INSIDE}/TaskQueues`,
    params: {
      friendlyName: 'text',
      /** The queues a worker with these attributes would be in. At most 3 requests a second. */
      evaluateWorkerAttributes: 'json',
      workerSid: 'sid',
      /** `DateUpdated:asc` or `DateUpdated:desc`. */
      ordering: 'text',
      ...PAGING,
    },
    returns: TASK_QUEUE,
    list: 'task_queues',
    limit: { when: 'evaluateWorkerAttributes', perSecond: 3 },
  },
  update: {
    http: `POST ${INSIDE}/TaskQueues/{Sid}`,
    params: { friendlyName: 'text', ...QUEUE_OPTIONS },
    returns: TASK_QUEUE,
  },
  delete: { http: `DELETE ${INSIDE}/TaskQueues/{Sid}` },
} as const satisfies Operations;

const WORKFLOW = {
  sid: 'sid',
  friendlyName: 'text',
  configuration: 'configuration',
  documentContentType: 'text?',
  assignmentCallbackUrl: 'url?',
  fallbackAssignmentCallbackUrl: 'url?',
  /** In seconds. */
  taskReservationTimeout: 'integer',
  ...DATED,
  ...OWNED,
  links: 'links',
} as const satisfies Properties;

const WORKFLOW_OPTIONS = {
  /** Absolute URL of your assignment callback. */
  assignmentCallbackUrl: 'url',
  /** Absolute URL that is asked when the first one fails. */
  fallbackAssignmentCallbackUrl: 'url',
  /** How long a worker has to answer, in seconds, at most 86,400. Default 120. */
  taskReservationTimeout: 'integer',
} as const;

export const workflows = {
  create: {
    http: `POST ${INSIDE}/Workflows`,
    params: { friendlyName: 'text!', configuration: 'configuration!', ...WORKFLOW_OPTIONS },
    returns: WORKFLOW,
  },
  fetch: { http: `GET ${INSIDE}/Workflows/{Sid}`, returns: WORKFLOW },
  list: {
    http: `GET ${INSIDE}/Workflows`,
    params: { friendlyName: 'text', ...PAGING },
    returns: WORKFLOW,
    list: 'workflows',
  },
  update: {
    http: `POST ${INSIDE}/Workflows/{Sid}`,
    params: {
      friendlyName: 'text',
      configuration: 'configuration',
      ...WORKFLOW_OPTIONS,
      /** Whether the waiting tasks go through the new configuration. Default false. */
      reEvaluateTasks: 'boolean',
    },
    returns: WORKFLOW,
  },
  delete: { http: `DELETE ${INSIDE}/Workflows/{Sid}` },
} as const satisfies Operations;
