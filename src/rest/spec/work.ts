import { DATED, type Operations, OWNED, PAGING, type Properties } from './kinds.js';

// What happens in a workspace: workers and their channels, tasks, reservations, events.

const INSIDE = '/v1/Workspaces/{WorkspaceSid}';

const VERSION = {
  /** The resource's `etag` as you read it: if it has changed since, nothing happens and the call fails with 412. */
  ifMatch: 'version',
} as const;

const WORKER = {
  sid: 'sid',
  friendlyName: 'text',
  attributes: 'attributes',
  activitySid: 'sid',
  activityName: 'text',
  /** Whether the worker's activity gets tasks. */
  available: 'boolean',
  /** When the activity last changed. */
  dateStatusChanged: 'date?',
  ...DATED,
  ...OWNED,
  links: 'links',
} as const satisfies Properties;

export const workers = {
  create: {
    http: `POST ${INSIDE}/Workers`,
    params: {
      /** At most 64 characters; unique in the workspace, whatever the case. */
      friendlyName: 'text!',
      /** The first activity, by SID or name. Default: the workspace's default activity. */
      activitySid: 'activity',
      /** What expressions know of the worker: at most 4,096 characters as JSON. */
      attributes: 'attributes',
    },
    returns: WORKER,
  },
  fetch: { http: `GET ${INSIDE}/Workers/{Sid}`, returns: WORKER },
  list: {
    http: `GET ${INSIDE}/Workers`,
    params: {
      activityName: 'text',
      activitySid: 'activity',
      available: 'boolean',
      friendlyName: 'text',
      /** An expression over worker attributes. At most 3 requests a second. */
      targetWorkersExpression: 'text',
      taskQueueName: 'text',
      taskQueueSid: 'taskQueue',
      /** `DateStatusChanged:asc` or `DateStatusChanged:desc`. */
      ordering: 'text',
      ...PAGING,
    },
    returns: WORKER,
    list: 'workers',
    limit: { when: 'targetWorkersExpression', perSecond: 3 },
  },
  update: {
    http: `POST ${INSIDE}/Workers/{Sid}`,
    params: {
      /** By SID or name. */
      activitySid: 'activity',
      /** Replaces all attributes; `workers.patchAttributes` merges. */
      attributes: 'attributes',
      friendlyName: 'text',
      /** Gives pending reservations back. Only with an activity that is not available. */
      rejectPendingReservations: 'boolean',
      ...VERSION,
    },
    returns: WORKER,
  },
  delete: { http: `DELETE ${INSIDE}/Workers/{Sid}`, params: VERSION },
} as const satisfies Operations;

const WORKER_CHANNEL = {
  sid: 'sid',
  workerSid: 'sid',
  taskChannelSid: 'sid',
  taskChannelUniqueName: 'text',
  /** Reservations in status accepted. */
  assignedTasks: 'integer',
  available: 'boolean',
  availableCapacityPercentage: 'integer',
  configuredCapacity: 'integer',
  ...DATED,
  ...OWNED,
} as const satisfies Properties;

export const workerChannels = {
  fetch: { http: `GET ${INSIDE}/Workers/{WorkerSid}/Channels/{Sid}`, returns: WORKER_CHANNEL },
  list: {
    http: `GET ${INSIDE}/Workers/{WorkerSid}/Channels`,
    params: PAGING,
    returns: WORKER_CHANNEL,
    list: 'channels',
  },
  update: {
    http: `POST ${INSIDE}/Workers/{WorkerSid}/Channels/{Sid}`,
    params: {
      /** How many tasks at once; 0: no new ones. */
      capacity: 'integer',
      /** `false` pauses the channel and keeps its capacity. */
      available: 'boolean',
    },
    returns: WORKER_CHANNEL,
  },
} as const satisfies Operations;

const TASK = {
  sid: 'sid',
  attributes: 'attributes',
  assignmentStatus: 'pending|reserved|assigned|canceled|completed|wrapping',
  priority: 'integer',
  /** In seconds. */
  age: 'integer',
  /** Why it was canceled or completed. */
  reason: 'text?',
  /** In seconds. */
  timeout: 'integer',
  taskQueueSid: 'sid?',
  taskQueueFriendlyName: 'text?',
  taskQueueEnteredDate: 'date?',
  taskChannelSid: 'sid',
  taskChannelUniqueName: 'text',
  workflowSid: 'sid?',
  workflowFriendlyName: 'text?',
  virtualStartTime: 'date?',
  ignoreCapacity: 'boolean?',
  routingTarget: 'sid?',
  addons: 'json',
  ...DATED,
  ...OWNED,
  links: 'links',
} as const satisfies Properties;

const TASK_OPTIONS = {
  /** What expressions and handlers know of the task: at most 4,096 characters as JSON. */
  attributes: 'attributes',
  /** 0 (default) to 2,147,483,647; the greatest goes first. */
  priority: 'integer',
  /** The task channel's SID or unique name. Default `default`. */
  taskChannel: 'text',
  /** The time the task's age counts from: not in the future. Default: its creation. */
  virtualStartTime: 'date',
} as const;

export const tasks = {
  create: {
    http: `POST ${INSIDE}/Tasks`,
    params: {
      ...TASK_OPTIONS,
      /** By SID or name. May be left out where the workspace has exactly one workflow. */
      workflowSid: 'workflow',
      /** How long the task may wait, in seconds, at most 1,209,600. Default 86,400. */
      timeout: 'integer',
      /** A worker, task queue or workflow (SID) the task goes to directly. */
      routingTarget: 'sid',
      /** With a worker as `routingTarget`: whether capacity is ignored. */
      ignoreCapacity: 'boolean',
      /** By SID or name. */
      taskQueueSid: 'taskQueue',
    },
    returns: TASK,
  },
  fetch: { http: `GET ${INSIDE}/Tasks/{Sid}`, returns: TASK },
  list: {
    http: `GET ${INSIDE}/Tasks`,
    params: {
      priority: 'integer',
      assignmentStatus: 'repeated',
      workflowSid: 'workflow',
      workflowName: 'text',
      taskQueueSid: 'taskQueue',
      taskQueueName: 'text',
      /** An expression over task attributes. At most 3 requests a second. */
      evaluateTaskAttributes: 'text',
      routingTarget: 'sid',
      /** `DateCreated`, `Priority` or `VirtualStartTime`, with `:asc` or `:desc`. */
      ordering: 'text',
      hasAddons: 'boolean',
      ...PAGING,
    },
    returns: TASK,
    list: 'tasks',
    limit: { when: 'evaluateTaskAttributes', perSecond: 3 },
  },
  update: {
    http: `POST ${INSIDE}/Tasks/{Sid}`,
    params: {
      ...TASK_OPTIONS,
      /** Not together with `attributes`, except for `canceled`. `tasks.complete` and its kind know the states. */
      assignmentStatus: 'pending|reserved|assigned|canceled|completed|wrapping',
      /** Required with `canceled` and `completed`. */
      reason: 'text',
      ...VERSION,
    },
    returns: TASK,
  },
  delete: { http: `DELETE ${INSIDE}/Tasks/{Sid}`, params: VERSION },
} as const satisfies Operations;

const RESERVATION_STATUS = 'pending|accepted|rejected|timeout|canceled|rescinded|wrapping|completed';

const RESERVATION = {
  sid: 'sid',
  reservationStatus: RESERVATION_STATUS,
  taskSid: 'sid',
  workerSid: 'sid',
  workerName: 'text',
  ...DATED,
  ...OWNED,
  links: 'links',
} as const satisfies Properties;

/** The parameters of instructions are the business of the instructions' own encoder. */
const RESERVATION_UPDATE = {
  reservationStatus: RESERVATION_STATUS,
  /** With `rejected`: the worker's next activity, by SID or name. Default: the one they were in. */
  workerActivitySid: 'activity',
  ...VERSION,
} as const;

export const taskReservations = {
  fetch: { http: `GET ${INSIDE}/Tasks/{TaskSid}/Reservations/{Sid}`, returns: RESERVATION },
  list: {
    http: `GET ${INSIDE}/Tasks/{TaskSid}/Reservations`,
    params: { reservationStatus: RESERVATION_STATUS, workerSid: 'sid', ...PAGING },
    returns: RESERVATION,
    list: 'reservations',
  },
  update: {
    http: `POST ${INSIDE}/Tasks/{TaskSid}/Reservations/{Sid}`,
    params: RESERVATION_UPDATE,
    returns: RESERVATION,
  },
} as const satisfies Operations;

export const workerReservations = {
  fetch: { http: `GET ${INSIDE}/Workers/{WorkerSid}/Reservations/{Sid}`, returns: RESERVATION },
  list: {
    http: `GET ${INSIDE}/Workers/{WorkerSid}/Reservations`,
    params: { reservationStatus: RESERVATION_STATUS, ...PAGING },
    returns: RESERVATION,
    list: 'reservations',
  },
  update: {
    http: `POST ${INSIDE}/Workers/{WorkerSid}/Reservations/{Sid}`,
    params: RESERVATION_UPDATE,
    returns: RESERVATION,
  },
} as const satisfies Operations;

const EVENT = {
  sid: 'sid',
  eventType: 'text',
  description: 'text?',
  eventDate: 'date',
  eventDateMs: 'integer',
  /** The facts of the event; the values are texts. */
  eventData: 'object',
  actorType: 'text?',
  actorSid: 'sid?',
  actorUrl: 'url?',
  resourceType: 'text',
  resourceSid: 'sid',
  resourceUrl: 'url?',
  source: 'text?',
  sourceIpAddress: 'text?',
  ...OWNED,
} as const satisfies Properties;

export const events = {
  fetch: { http: `GET ${INSIDE}/Events/{Sid}`, returns: EVENT },
  list: {
    http: `GET ${INSIDE}/Events`,
    params: {
      /** How far back to look, in minutes. Default 15. Events are kept for 30 days. */
      minutes: 'integer',
      startDate: 'date',
      endDate: 'date',
      /** As in `task.created`. */
      eventType: 'text',
      reservationSid: 'sid',
      taskQueueSid: 'taskQueue',
      taskSid: 'sid',
      workerSid: 'sid',
      workflowSid: 'workflow',
      /** A task channel's SID or unique name. */
      taskChannel: 'text',
      sid: 'sid',
      ...PAGING,
    },
    returns: EVENT,
    list: 'events',
  },
} as const satisfies Operations;
