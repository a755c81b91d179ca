/**
 * The engine's words: what it holds, its commands, its outputs. Times are milliseconds since 1970 UTC, durations
 * in a resource are seconds, as in Twilio's own fields; JSON texts (`attributes`, `configuration`) are kept verbatim.
 */

export type SidPrefix = 'WS' | 'WA' | 'WK' | 'WC' | 'WQ' | 'WW' | 'WT' | 'WR' | 'TC' | 'EV' | 'TT';
export type QueueOrder = 'FIFO' | 'LIFO';
export type AssignmentStatus = 'pending' | 'reserved' | 'assigned' | 'wrapping' | 'completed' | 'canceled';
export type ReservationStatus =
  | 'pending'
  | 'accepted'
  | 'rejected'
  | 'timeout'
  | 'canceled'
  | 'rescinded'
  | 'wrapping'
  | 'completed';

export type TransferMode = 'WARM' | 'COLD';
export type TransferStatus = 'initiated' | 'complete' | 'failed' | 'canceled';

interface Resource {
  readonly sid: string;
  readonly workspaceSid: string;
  readonly dateCreated: number;
  readonly dateUpdated: number;
}

export interface Workspace {
  readonly sid: string;
  readonly dateCreated: number;
  readonly dateUpdated: number;
  readonly friendlyName: string;
  readonly eventCallbackUrl: string;
  readonly eventsFilter: string;
  readonly multiTaskEnabled: boolean;
  readonly prioritizeQueueOrder: QueueOrder;
  readonly defaultActivitySid: string;
  readonly timeoutActivitySid: string;
}

export interface Activity extends Resource {
  readonly friendlyName: string;
  readonly available: boolean;
}

export interface TaskChannel extends Resource {
  readonly friendlyName: string;
  readonly uniqueName: string;
  readonly channelOptimizedRouting: boolean;
}

export interface Worker extends Resource {
  readonly friendlyName: string;
  readonly attributes: string;
  readonly activitySid: string;
  readonly dateStatusChanged: number;
  /** The number in the `ETag`: 0 at creation, one more with every change of the worker or its channels, and with every new reservation. */
  readonly version: number;
}

export interface WorkerChannel extends Resource {
  readonly workerSid: string;
  readonly taskChannelSid: string;
  readonly available: boolean;
  readonly configuredCapacity: number;
  /** Accepted reservations: `assigned_tasks`. */
  readonly assignedTasks: number;
  /** Pending, accepted and wrapping reservations: what capacity is measured against. */
  readonly consumedCapacity: number;
}

export interface TaskQueue extends Resource {
  readonly friendlyName: string;
  readonly targetWorkers: string;
  readonly maxReservedWorkers: number;
  readonly taskOrder: QueueOrder;
  readonly reservationActivitySid: string | null;
  readonly assignmentActivitySid: string | null;
}

export interface Workflow extends Resource {
  readonly friendlyName: string;
  readonly configuration: string;
  readonly assignmentCallbackUrl: string;
  readonly fallbackAssignmentCallbackUrl: string;
  readonly taskReservationTimeout: number;
}

export interface Task extends Resource {
  readonly attributes: string;
  readonly assignmentStatus: AssignmentStatus;
  readonly reason: string | null;
  readonly priority: number;
  readonly timeout: number;
  readonly taskChannelSid: string;
  readonly workflowSid: string;
  /** The queue of the present routing step. */
  readonly taskQueueSid: string;
  readonly taskQueueEnteredDate: number;
  readonly virtualStartTime: number;
  readonly routingTarget: string | null;
  readonly ignoreCapacity: boolean;
  /** How often the task went from pending to reserved. */
  readonly assignmentCount: number;
  /** The number in the `ETag`: 0 at creation, one more with every change, the router's included. */
  readonly version: number;
  /** The newest transfer, whatever became of it; null: the task was never transferred. */
  readonly transfer: Transfer | null;
}

/** A task handed on by the worker who has it, to another worker or to a queue. */
export interface Transfer {
  /** `TT…` */
  readonly sid: string;
  readonly dateCreated: number;
  readonly dateUpdated: number;
  readonly initiatingReservationSid: string;
  readonly initiatingWorkerSid: string;
  readonly initiatingQueueSid: string;
  readonly initiatingWorkflowSid: string;
  readonly mode: TransferMode;
  /** The SID of a worker or a task queue. */
  readonly to: string;
  readonly status: TransferStatus;
  /** Of the last attempt; null: none has failed. */
  readonly failedReason: string | null;
}

export interface Reservation extends Resource {
  readonly taskSid: string;
  readonly workerSid: string;
  readonly taskQueueSid: string;
  readonly workflowSid: string;
  readonly taskChannelSid: string;
  readonly reservationStatus: ReservationStatus;
  readonly version: number;
  /** The transfer it was made for; null: routing made it. */
  readonly transferSid: string | null;
}

/** One workspace as it stands. Live and read-only: every map follows the engine, in order of creation. */
export interface WorkspaceView {
  readonly workspace: Workspace;
  readonly activities: ReadonlyMap<string, Activity>;
  readonly taskChannels: ReadonlyMap<string, TaskChannel>;
  readonly workers: ReadonlyMap<string, Worker>;
  readonly taskQueues: ReadonlyMap<string, TaskQueue>;
  readonly workflows: ReadonlyMap<string, Workflow>;
  readonly tasks: ReadonlyMap<string, Task>;
  readonly reservations: ReadonlyMap<string, Reservation>;
  /** A task channel by SID or unique name, in any case of letters. */
  taskChannel(sidOrUniqueName: string): TaskChannel | undefined;
  /** A worker's channels, in the order of the workspace's task channels. */
  workerChannels(workerSid: string): readonly WorkerChannel[];
  /** Every reservation of a task that still exists, oldest first. */
  reservationsOfTask(taskSid: string): readonly Reservation[];
  /** The reservations of a worker whose tasks still exist, oldest first. */
  reservationsOfWorker(workerSid: string): readonly Reservation[];
  /** Workers the queue's `TargetWorkers` is true for, whatever their activity. */
  workersOfQueue(taskQueueSid: string): readonly Worker[];
  /** Queues whose `TargetWorkers` is true for the worker. */
  queuesOfWorker(workerSid: string): readonly TaskQueue[];
}

type Optional<T> = { readonly [K in keyof T]?: T[K] | undefined };
interface InWorkspace {
  readonly workspaceSid: string;
}
interface Named extends InWorkspace {
  readonly sid: string;
}
interface IfMatch {
  /** The version the caller read; another one in the engine refuses with 412. */
  readonly ifMatch?: number | undefined;
}
interface Ok<P, R> {
  readonly params: P;
  readonly result: R;
}

/** Every command: its parameters, and what `dispatch` returns. Names are those of Twilio's operations. */
export interface Commands {
  createWorkspace: Ok<
    { readonly friendlyName: string } & Optional<{
      template: 'NONE' | 'FIFO';
      multiTaskEnabled: boolean;
      prioritizeQueueOrder: QueueOrder;
      eventCallbackUrl: string;
      eventsFilter: string;
    }>,
    Workspace
  >;
  updateWorkspace: Ok<
    { readonly sid: string } & Optional<{
      friendlyName: string;
      defaultActivitySid: string;
      timeoutActivitySid: string;
      multiTaskEnabled: boolean;
      prioritizeQueueOrder: QueueOrder;
      eventCallbackUrl: string;
      eventsFilter: string;
    }>,
    Workspace
  >;
  deleteWorkspace: Ok<{ readonly sid: string }, void>;

  createActivity: Ok<
    InWorkspace & { readonly friendlyName: string } & Optional<{ available: boolean }>,
    Activity
  >;
  updateActivity: Ok<Named & Optional<{ friendlyName: string }>, Activity>;
  deleteActivity: Ok<Named, void>;

  createTaskChannel: Ok<
    InWorkspace & { readonly friendlyName: string; readonly uniqueName: string } & Optional<{
        channelOptimizedRouting: boolean;
      }>,
    TaskChannel
  >;
  /** `sid` is the SID or the unique name. */
  updateTaskChannel: Ok<
    Named & Optional<{ friendlyName: string; channelOptimizedRouting: boolean }>,
    TaskChannel
  >;
  deleteTaskChannel: Ok<Named, void>;

  createTaskQueue: Ok<InWorkspace & { readonly friendlyName: string } & Optional<TaskQueueFields>, TaskQueue>;
  updateTaskQueue: Ok<Named & Optional<TaskQueueFields & { friendlyName: string }>, TaskQueue>;
  deleteTaskQueue: Ok<Named, void>;

  createWorkflow: Ok<
    InWorkspace & {
      readonly friendlyName: string;
      readonly configuration: string;
    } & Optional<WorkflowFields>,
    Workflow
  >;
  updateWorkflow: Ok<
    Named &
      Optional<WorkflowFields & { friendlyName: string; configuration: string; reEvaluateTasks: boolean }>,
    Workflow
  >;
  deleteWorkflow: Ok<Named, void>;

  createWorker: Ok<
    InWorkspace & { readonly friendlyName: string } & Optional<{ attributes: string; activitySid: string }>,
    Worker
  >;
  updateWorker: Ok<
    Named &
      IfMatch &
      Optional<{
        friendlyName: string;
        attributes: string;
        activitySid: string;
        rejectPendingReservations: boolean;
      }>,
    Worker
  >;
  deleteWorker: Ok<Named & IfMatch, void>;
  /** `sid` is the worker channel's SID, the task channel's SID or its unique name. */
  updateWorkerChannel: Ok<
    Named & { readonly workerSid: string } & Optional<{ capacity: number; available: boolean }>,
    WorkerChannel
  >;

  createTask: Ok<
    InWorkspace &
      Optional<{
        workflowSid: string;
        attributes: string;
        priority: number;
        timeout: number;
        /** SID or unique name. */
        taskChannel: string;
        virtualStartTime: number;
        routingTarget: string;
        ignoreCapacity: boolean;
        taskQueueSid: string;
      }>,
    Task
  >;
  updateTask: Ok<
    Named &
      IfMatch &
      Optional<{
        attributes: string;
        assignmentStatus: AssignmentStatus;
        reason: string;
        priority: number;
        taskChannel: string;
        virtualStartTime: number;
      }>,
    Task
  >;
  deleteTask: Ok<Named & IfMatch, void>;

  /** Hands a task on: by the reservation of the worker who has it, to a worker (`WK…`) or a queue (`WQ…`). */
  createTransfer: Ok<
    InWorkspace & {
      readonly taskSid: string;
      readonly reservationSid: string;
      readonly to: string;
    } & Optional<{ mode: TransferMode; attributes: string; priority: number }>,
    Task
  >;
  /** Takes a transfer back while nobody has accepted. `sid` is the transfer's. */
  cancelTransfer: Ok<Named & { readonly taskSid: string }, Task>;

  /** A status set by REST or by an `accept` or `reject` instruction. */
  updateReservation: Ok<
    Named &
      IfMatch & {
        readonly reservationStatus: ReservationStatus;
        readonly workerActivitySid?: string | undefined;
      },
    Reservation
  >;
  /** Neither assignment callback URL gave a usable answer: the reservation is canceled, the task routed on. */
  callbackFailed: Ok<Named, Reservation>;
  /** An assignment callback was answered in a way TaskRouter can use: its task backs off no more. */
  callbackAnswered: Ok<Named, void>;
  /**
   * The worker's phone was answered under a `dequeue`, `call` or `conference`: the reservation is accepted, and the
   * task's attributes gain what Twilio writes there (`worker_call_sid`, `conference`).
   */
  workerAnswered: Ok<
    Named & { readonly taskAttributes?: Readonly<Record<string, unknown>> | undefined },
    Reservation
  >;
  /**
   * An instruction that rings the worker has begun: the reservation timer stops until the command that ends the
   * ringing (`workerAnswered`, `workerDidNotAnswer`, or any other end of the reservation).
   */
  workerRinging: Ok<Named, Reservation>;
  /** The worker's leg could not be set up (no answer, busy, failed call): the reservation is canceled. */
  workerDidNotAnswer: Ok<Named, Reservation>;
  /** The call under an accepted reservation ended: wrapping (multitasking) or completed, then the activity after work. */
  callEnded: Ok<Named & { readonly postWorkActivitySid?: string | undefined }, Reservation>;
  /** An instruction could not be carried out: only the event `reservation.failed`; the reservation is left as it is. */
  instructionFailed: Ok<Named, Reservation>;
}

interface TaskQueueFields {
  targetWorkers: string;
  maxReservedWorkers: number;
  taskOrder: QueueOrder;
  reservationActivitySid: string;
  assignmentActivitySid: string;
}

interface WorkflowFields {
  assignmentCallbackUrl: string;
  fallbackAssignmentCallbackUrl: string;
  taskReservationTimeout: number;
}

export type CommandName = keyof Commands;
