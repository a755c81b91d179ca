import type {
  Activity,
  AssignmentStatus,
  QueueOrder,
  Reservation,
  ReservationStatus,
  Task,
  TaskChannel,
  TaskQueue,
  TransferMode,
  Worker,
  WorkerChannel,
  Workflow,
  Workspace,
} from './types.js';

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

/**
 * Every command: its parameters, with units and texts as in `types.ts`, and what `dispatch` returns. Names are those of
 * Twilio's operations.
 */
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
