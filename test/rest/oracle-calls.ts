import type { TaskRouterClient } from 'taskrouter-kit/rest';
import type twilio from 'twilio';
import {
  accept,
  call,
  conference,
  dequeue,
  redirect,
  reject,
  supervise,
} from '../../src/instructions/index.js';
import { sid, WORKSPACE } from './sids.js';

export type Official = ReturnType<typeof twilio>['taskrouter']['v1'];
type OfficialWorkspace = ReturnType<Official['workspaces']>;

/** The name of the operation (and of the case), our call, and the official one. */
type Call = readonly [
  name: string,
  byUs: (ours: TaskRouterClient) => Promise<unknown>,
  byThem: (workspace: OfficialWorkspace, v1: Official) => Promise<unknown>,
];

const ACTIVITY = sid('WA');
const QUEUE = sid('WQ');
const WORKFLOW = sid('WW');
const CHANNEL = sid('TC');
const WORKER = sid('WK');
const WORKER_CHANNEL = sid('WC');
const TASK = sid('WT');
const RESERVATION = sid('WR');
const EVENT = sid('EV');
const DATE = new Date('2026-01-02T03:04:05Z');
const URL_A = 'https://hooks.example.com/a?x=1&y=2';
const NAME = 'Ångström & co, "all"';
const PAGE = { pageSize: 20 };

const workspaceOptions = {
  friendlyName: NAME,
  eventCallbackUrl: URL_A,
  multiTaskEnabled: true,
  prioritizeQueueOrder: 'LIFO',
} as const;
const queueOptions = {
  friendlyName: NAME,
  targetWorkers: 'languages HAS "en"',
  maxReservedWorkers: 3,
  taskOrder: 'FIFO',
  reservationActivitySid: ACTIVITY,
  assignmentActivitySid: ACTIVITY,
} as const;
const workflowOptions = {
  friendlyName: NAME,
  assignmentCallbackUrl: URL_A,
  fallbackAssignmentCallbackUrl: URL_A,
  taskReservationTimeout: 30,
} as const;
const configuration = { task_routing: { default_filter: { queue: QUEUE } } };
const attributes = { from: '+15017122661', skills: ['a', 'b'], deep: { ü: null } };
const text = JSON.stringify(attributes);
const taskOptions = { priority: 5, taskChannel: 'voice', virtualStartTime: DATE } as const;
const windowed = { minutes: 60, startDate: DATE, endDate: DATE, taskChannel: 'voice' } as const;
const split = [5, 10] as const;

export const calls: readonly Call[] = [
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

  [
    'FetchTaskReservation',
    (c) => c.reservations.fetch(TASK, RESERVATION),
    (w) => w.tasks(TASK).reservations(RESERVATION).fetch(),
  ],
  [
    'ListTaskReservation',
    (c) => c.reservations.list(TASK, { reservationStatus: 'pending', workerSid: WORKER, ...PAGE }).all(),
    (w) => w.tasks(TASK).reservations.list({ reservationStatus: 'pending', workerSid: WORKER, ...PAGE }),
  ],
  [
    'UpdateTaskReservation',
    (c) =>
      c.reservations.update(TASK, RESERVATION, {
        reservationStatus: 'rejected',
        workerActivitySid: ACTIVITY,
        ifMatch: '1',
      }),
    (w) =>
      w.tasks(TASK).reservations(RESERVATION).update({
        reservationStatus: 'rejected',
        workerActivitySid: ACTIVITY,
        ifMatch: '1',
      }),
  ],
  [
    'UpdateTaskReservation (accept)',
    (c) => c.reservations.apply(TASK, RESERVATION, accept()),
    (w) => w.tasks(TASK).reservations(RESERVATION).update({ reservationStatus: 'accepted' }),
  ],
  [
    'UpdateTaskReservation (reject)',
    (c) => c.reservation(TASK, RESERVATION).reject({ activity: ACTIVITY }),
    (w) =>
      w
        .tasks(TASK)
        .reservations(RESERVATION)
        .update({ reservationStatus: 'rejected', workerActivitySid: ACTIVITY }),
  ],
  [
    'UpdateTaskReservation (dequeue)',
    (c) =>
      c.reservations.apply(
        TASK,
        RESERVATION,
        dequeue({
          to: '+15017122661',
          postWorkActivity: ACTIVITY,
          timeout: 20,
          statusCallbackEvents: ['answered', 'completed'],
        }),
      ),
    (w) =>
      w
        .tasks(TASK)
        .reservations(RESERVATION)
        .update({
          instruction: 'dequeue',
          dequeueTo: '+15017122661',
          dequeuePostWorkActivitySid: ACTIVITY,
          dequeueTimeout: 20,
          dequeueStatusCallbackEvent: ['answered', 'completed'],
        }),
  ],
  [
    'UpdateTaskReservation (call)',
    (c) =>
      c.reservations.call(TASK, RESERVATION, {
        from: '+15017122661',
        url: URL_A,
        record: 'record-from-answer',
      }),
    (w) =>
      w.tasks(TASK).reservations(RESERVATION).update({
        instruction: 'call',
        callFrom: '+15017122661',
        callUrl: URL_A,
        callAccept: false,
        callRecord: 'record-from-answer',
      }),
  ],
  [
    'UpdateTaskReservation (conference)',
    (c) =>
      c.reservations.conference(TASK, RESERVATION, {
        from: '+15017122661',
        record: true,
        beep: 'onEnter',
        waitUrl: '',
        endConferenceOnExit: true,
        conferenceStatusCallback: URL_A,
        conferenceStatusCallbackEvents: ['start', 'end'],
        conferenceRecord: 'record-from-start',
      }),
    (w) =>
      w
        .tasks(TASK)
        .reservations(RESERVATION)
        .update({
          instruction: 'conference',
          from: '+15017122661',
          record: true,
          beep: 'onEnter',
          waitUrl: '',
          endConferenceOnExit: true,
          conferenceStatusCallback: URL_A,
          conferenceStatusCallbackEvent: ['start', 'end'],
          conferenceRecord: 'record-from-start',
        }),
  ],
  [
    'UpdateTaskReservation (supervise)',
    (c) =>
      c.reservations.apply(TASK, RESERVATION, supervise({ supervisor: WORKER, supervisorMode: 'whisper' })),
    (w) =>
      w
        .tasks(TASK)
        .reservations(RESERVATION)
        .update({ instruction: 'supervise', supervisor: WORKER, supervisorMode: 'whisper' }),
  ],

  [
    'FetchWorkerReservation',
    (c) => c.workerReservations.fetch(WORKER, RESERVATION),
    (w) => w.workers(WORKER).reservations(RESERVATION).fetch(),
  ],
  [
    'ListWorkerReservation',
    (c) => c.workerReservations.list(WORKER, { reservationStatus: 'wrapping', ...PAGE }).all(),
    (w) => w.workers(WORKER).reservations.list({ reservationStatus: 'wrapping', ...PAGE }),
  ],
  [
    'UpdateWorkerReservation',
    (c) =>
      c.workerReservations.apply(
        WORKER,
        RESERVATION,
        redirect({ callSid: sid('CA'), url: URL_A, accept: false }),
      ),
    (w) =>
      w
        .workers(WORKER)
        .reservations(RESERVATION)
        .update({
          instruction: 'redirect',
          redirectCallSid: sid('CA'),
          redirectUrl: URL_A,
          redirectAccept: false,
        }),
  ],
  [
    'UpdateWorkerReservation (call)',
    (c) =>
      c.workerReservations.apply(
        WORKER,
        RESERVATION,
        call({ from: '+15017122661', url: URL_A, accept: true }),
      ),
    (w) =>
      w
        .workers(WORKER)
        .reservations(RESERVATION)
        .update({ instruction: 'call', callFrom: '+15017122661', callUrl: URL_A, callAccept: true }),
  ],
  [
    'UpdateWorkerReservation (conference)',
    (c) => c.workerReservations.apply(WORKER, RESERVATION, conference()),
    (w) => w.workers(WORKER).reservations(RESERVATION).update({ instruction: 'conference' }),
  ],
  [
    'UpdateWorkerReservation (reject)',
    (c) => c.workerReservations.apply(WORKER, RESERVATION, reject()),
    (w) => w.workers(WORKER).reservations(RESERVATION).update({ reservationStatus: 'rejected' }),
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
