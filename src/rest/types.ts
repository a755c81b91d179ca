import type { OPERATIONS } from './spec/index.js';
import type { InputOf, JsonObject, ResultOf } from './spec/kinds.js';

// The names that the resources and inputs of the table go by in an editor.

type Table = typeof OPERATIONS;
type Row<G extends keyof Table, O extends keyof Table[G]> = Table[G][O];

/** What resources with a version have. */
export interface Versioned {
  /** The version, for `ifMatch`. Only on what was read or written by itself: a list has one version for all. */
  readonly etag?: string;
}

/** A container for everything else. Source: twilio.com/docs/taskrouter/api/workspace. */
export interface Workspace extends ResultOf<Row<'workspaces', 'fetch'>> {}
export interface CreateWorkspace extends InputOf<Row<'workspaces', 'create'>> {}
export interface UpdateWorkspace extends InputOf<Row<'workspaces', 'update'>> {}
export interface ListWorkspaces extends InputOf<Row<'workspaces', 'list'>> {}

/** What a worker is doing. Source: twilio.com/docs/taskrouter/api/activity. */
export interface Activity extends ResultOf<Row<'activities', 'fetch'>> {}
export interface CreateActivity extends InputOf<Row<'activities', 'create'>> {}
export interface UpdateActivity extends InputOf<Row<'activities', 'update'>> {}
export interface ListActivities extends InputOf<Row<'activities', 'list'>> {}

/** A kind of work: voice, chat, … Source: twilio.com/docs/taskrouter/api/task-channel. */
export interface TaskChannel extends ResultOf<Row<'taskChannels', 'fetch'>> {}
export interface CreateTaskChannel extends InputOf<Row<'taskChannels', 'create'>> {}
export interface UpdateTaskChannel extends InputOf<Row<'taskChannels', 'update'>> {}
export interface ListTaskChannels extends InputOf<Row<'taskChannels', 'list'>> {}

/** Who may take a task. Source: twilio.com/docs/taskrouter/api/task-queue. */
export interface TaskQueue extends ResultOf<Row<'taskQueues', 'fetch'>> {}
export interface CreateTaskQueue extends InputOf<Row<'taskQueues', 'create'>> {}
export interface UpdateTaskQueue extends InputOf<Row<'taskQueues', 'update'>> {}
export interface ListTaskQueues extends InputOf<Row<'taskQueues', 'list'>> {}

/** Which tasks go to which queues. Source: twilio.com/docs/taskrouter/api/workflow. */
export interface Workflow extends ResultOf<Row<'workflows', 'fetch'>> {}
export interface CreateWorkflow extends InputOf<Row<'workflows', 'create'>> {}
export interface UpdateWorkflow extends InputOf<Row<'workflows', 'update'>> {}
export interface ListWorkflows extends InputOf<Row<'workflows', 'list'>> {}

interface WorkerFacts extends Omit<ResultOf<Row<'workers', 'fetch'>>, 'attributes'>, Versioned {}
/** Someone who takes tasks. Source: twilio.com/docs/taskrouter/api/worker. */
export interface Worker<Attributes = JsonObject> extends WorkerFacts {
  readonly attributes: Attributes;
}
export interface CreateWorker extends InputOf<Row<'workers', 'create'>> {}
export interface UpdateWorker extends InputOf<Row<'workers', 'update'>> {}
export interface ListWorkers extends InputOf<Row<'workers', 'list'>> {}

/** One channel of one worker, and its capacity. Source: twilio.com/docs/taskrouter/api/worker-channel. */
export interface WorkerChannel extends ResultOf<Row<'workerChannels', 'fetch'>> {}
export interface UpdateWorkerChannel extends InputOf<Row<'workerChannels', 'update'>> {}
export interface ListWorkerChannels extends InputOf<Row<'workerChannels', 'list'>> {}

interface TaskFacts extends Omit<ResultOf<Row<'tasks', 'fetch'>>, 'attributes'>, Versioned {}
/** A piece of work. Source: twilio.com/docs/taskrouter/api/task. */
export interface Task<Attributes = JsonObject> extends TaskFacts {
  readonly attributes: Attributes;
}
export interface CreateTask extends InputOf<Row<'tasks', 'create'>> {}
export interface UpdateTask extends InputOf<Row<'tasks', 'update'>> {}
export interface ListTasks extends InputOf<Row<'tasks', 'list'>> {}

/** A task offered to a worker. Source: twilio.com/docs/taskrouter/api/reservations. */
export interface Reservation extends ResultOf<Row<'reservations', 'fetch'>>, Versioned {}
export interface UpdateReservation extends InputOf<Row<'reservations', 'update'>> {}
export interface ListTaskReservations extends InputOf<Row<'reservations', 'list'>> {}
export interface ListWorkerReservations extends InputOf<Row<'workerReservations', 'list'>> {}

/** Something that has happened. Source: twilio.com/docs/taskrouter/api/event. */
export interface TaskRouterEvent extends ResultOf<Row<'events', 'fetch'>> {}
export interface ListEvents extends InputOf<Row<'events', 'list'>> {}

/** The version a deletion is meant for. */
export interface DeleteVersion extends InputOf<Row<'tasks', 'delete'>> {}

/** Statistics of this moment. */
export interface RealTimeWindow extends InputOf<Row<'workspaceStatistics', 'realTime'>> {}
/** Statistics over a time, in minutes up to now or between two dates. */
export interface StatisticsWindow extends InputOf<Row<'workerStatistics', 'cumulative'>> {}
export interface SplitStatisticsWindow extends InputOf<Row<'workspaceStatistics', 'cumulative'>> {}
export interface WorkersStatisticsWindow extends InputOf<Row<'workerStatistics', 'fetch'>> {}
export interface ListTaskQueueStatistics extends InputOf<Row<'taskQueueStatistics', 'list'>> {}

export interface WorkspaceStatistics extends ResultOf<Row<'workspaceStatistics', 'fetch'>> {}
export interface WorkspaceCumulativeStatistics extends ResultOf<Row<'workspaceStatistics', 'cumulative'>> {}
export interface WorkspaceRealTimeStatistics extends ResultOf<Row<'workspaceStatistics', 'realTime'>> {}
export interface WorkersStatistics extends ResultOf<Row<'workerStatistics', 'fetch'>> {}
export interface WorkersCumulativeStatistics extends ResultOf<Row<'workerStatistics', 'cumulative'>> {}
export interface WorkersRealTimeStatistics extends ResultOf<Row<'workerStatistics', 'realTime'>> {}
export interface WorkerStatistics extends ResultOf<Row<'workerStatistics', 'ofWorker'>> {}
export interface TaskQueueStatistics extends ResultOf<Row<'taskQueueStatistics', 'fetch'>> {}
export interface ListedTaskQueueStatistics extends ResultOf<Row<'taskQueueStatistics', 'list'>> {}
export interface TaskQueueCumulativeStatistics extends ResultOf<Row<'taskQueueStatistics', 'cumulative'>> {}
export interface TaskQueueRealTimeStatistics extends ResultOf<Row<'taskQueueStatistics', 'realTime'>> {}
export interface TaskQueuesRealTimeStatistics extends ResultOf<Row<'taskQueueStatistics', 'bulkRealTime'>> {}
export interface WorkflowStatistics extends ResultOf<Row<'workflowStatistics', 'fetch'>> {}
export interface WorkflowCumulativeStatistics extends ResultOf<Row<'workflowStatistics', 'cumulative'>> {}
export interface WorkflowRealTimeStatistics extends ResultOf<Row<'workflowStatistics', 'realTime'>> {}
