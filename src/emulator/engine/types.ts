/**
 * What the engine holds; its commands are in `command-types.ts`. Times are milliseconds since 1970 UTC, durations in a
 * resource are seconds, as in Twilio's own fields; JSON texts (`attributes`, `configuration`) are kept verbatim.
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
