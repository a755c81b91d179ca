import {
  ACTIVITY,
  attributes,
  type Call,
  DATE,
  EVENT,
  NAME,
  PAGE,
  QUEUE,
  RESERVATION,
  TASK,
  taskOptions,
  text,
  WORKER,
  WORKER_CHANNEL,
  WORKFLOW,
} from './samples.js';

/** Workers, their channels, tasks, events. */
export const workCalls: readonly Call[] = [
  [
    'CreateWorker',
    (c) => c.workers.create({ friendlyName: NAME, activitySid: ACTIVITY, attributes }),
    (w) => w.workers.create({ friendlyName: NAME, activitySid: ACTIVITY, attributes: text }),
  ],
  ['FetchWorker', (c) => c.workers.fetch(WORKER), (w) => w.workers(WORKER).fetch()],
  [
    'ListWorker',
    (c) =>
      c.workers
        .list({
          activityName: NAME,
          activitySid: ACTIVITY,
          available: true,
          friendlyName: NAME,
          targetWorkersExpression: 'a == "b"',
          taskQueueName: NAME,
          taskQueueSid: QUEUE,
          ordering: 'DateStatusChanged:asc',
          ...PAGE,
        })
        .all(),
    (w) =>
      w.workers.list({
        activityName: NAME,
        activitySid: ACTIVITY,
        available: 'true',
        friendlyName: NAME,
        targetWorkersExpression: 'a == "b"',
        taskQueueName: NAME,
        taskQueueSid: QUEUE,
        ordering: 'DateStatusChanged:asc',
        ...PAGE,
      }),
  ],
  [
    'UpdateWorker',
    (c) =>
      c.workers.update(WORKER, {
        activitySid: ACTIVITY,
        attributes,
        friendlyName: NAME,
        rejectPendingReservations: true,
        ifMatch: '7',
      }),
    (w) =>
      w.workers(WORKER).update({
        activitySid: ACTIVITY,
        attributes: text,
        friendlyName: NAME,
        rejectPendingReservations: true,
        ifMatch: '7',
      }),
  ],
  [
    'DeleteWorker',
    (c) => c.workers.delete(WORKER, { ifMatch: '7' }),
    (w) => w.workers(WORKER).remove({ ifMatch: '7' }),
  ],

  [
    'FetchWorkerChannel',
    (c) => c.workerChannels.fetch(WORKER, WORKER_CHANNEL),
    (w) => w.workers(WORKER).workerChannels(WORKER_CHANNEL).fetch(),
  ],
  [
    'ListWorkerChannel',
    (c) => c.workerChannels.list(WORKER, { ...PAGE }).all(),
    (w) => w.workers(WORKER).workerChannels.list({ ...PAGE }),
  ],
  [
    'UpdateWorkerChannel',
    (c) => c.workerChannels.update(WORKER, WORKER_CHANNEL, { capacity: 0, available: false }),
    (w) => w.workers(WORKER).workerChannels(WORKER_CHANNEL).update({ capacity: 0, available: false }),
  ],

  [
    'CreateTask',
    (c) =>
      c.tasks.create({
        ...taskOptions,
        attributes,
        workflowSid: WORKFLOW,
        timeout: 60,
        routingTarget: WORKER,
        ignoreCapacity: true,
        taskQueueSid: QUEUE,
      }),
    (w) =>
      w.tasks.create({
        ...taskOptions,
        attributes: text,
        workflowSid: WORKFLOW,
        timeout: 60,
        routingTarget: WORKER,
        ignoreCapacity: 'true',
        taskQueueSid: QUEUE,
      }),
  ],
  ['FetchTask', (c) => c.tasks.fetch(TASK), (w) => w.tasks(TASK).fetch()],
  [
    'ListTask',
    (c) =>
      c.tasks
        .list({
          priority: 5,
          assignmentStatus: ['pending', 'reserved'],
          workflowSid: WORKFLOW,
          workflowName: NAME,
          taskQueueSid: QUEUE,
          taskQueueName: NAME,
          evaluateTaskAttributes: "type == 'call'",
          routingTarget: WORKER,
          ordering: 'Priority:desc,DateCreated:asc',
          hasAddons: false,
          ...PAGE,
        })
        .all(),
    (w) =>
      w.tasks.list({
        priority: 5,
        assignmentStatus: ['pending', 'reserved'],
        workflowSid: WORKFLOW,
        workflowName: NAME,
        taskQueueSid: QUEUE,
        taskQueueName: NAME,
        evaluateTaskAttributes: "type == 'call'",
        routingTarget: WORKER,
        ordering: 'Priority:desc,DateCreated:asc',
        hasAddons: false,
        ...PAGE,
      }),
  ],
  [
    'UpdateTask',
    (c) =>
      c.tasks.update(TASK, {
        ...taskOptions,
        attributes,
        assignmentStatus: 'canceled',
        reason: 'why',
        ifMatch: '3',
      }),
    (w) =>
      w.tasks(TASK).update({
        ...taskOptions,
        attributes: text,
        assignmentStatus: 'canceled',
        reason: 'why',
        ifMatch: '3',
      }),
  ],
  [
    'UpdateTask (complete)',
    (c) => c.tasks.complete(TASK, { reason: 'resolved' }),
    (w) => w.tasks(TASK).update({ assignmentStatus: 'completed', reason: 'resolved' }),
  ],
  [
    'UpdateTask (wrap up)',
    (c) => c.tasks.wrapUp(TASK, { reason: 'hung up' }),
    (w) => w.tasks(TASK).update({ assignmentStatus: 'wrapping', reason: 'hung up' }),
  ],
  [
    'DeleteTask',
    (c) => c.tasks.delete(TASK, { ifMatch: '3' }),
    (w) => w.tasks(TASK).remove({ ifMatch: '3' }),
  ],

  ['FetchEvent', (c) => c.events.fetch(EVENT), (w) => w.events(EVENT).fetch()],
  [
    'ListEvent',
    (c) =>
      c.events
        .list({
          minutes: 60,
          startDate: DATE,
          endDate: DATE,
          eventType: 'task.created',
          reservationSid: RESERVATION,
          taskQueueSid: QUEUE,
          taskSid: TASK,
          workerSid: WORKER,
          workflowSid: WORKFLOW,
          taskChannel: 'voice',
          sid: EVENT,
          ...PAGE,
        })
        .all(),
    (w) =>
      w.events.list({
        minutes: 60,
        startDate: DATE,
        endDate: DATE,
        eventType: 'task.created',
        reservationSid: RESERVATION,
        taskQueueSid: QUEUE,
        taskSid: TASK,
        workerSid: WORKER,
        workflowSid: WORKFLOW,
        taskChannel: 'voice',
        sid: EVENT,
        ...PAGE,
      }),
  ],
];
