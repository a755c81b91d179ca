import type { Task } from '../../engine/types.js';

// Actions
// POST /_emulator/tasks                 a NewTask as JSON, `anyChannel: true` to fall back to `default`; 201 and the task
// POST /_emulator/tasks/{sid}           TaskAction; the TaskDetail
// POST /_emulator/reservations/{sid}    ReservationAction; the ReservationState
// POST /_emulator/workers/{sid}         WorkerAction; the WorkerState
// POST /_emulator/tokens                AccessTokenRequest; 201 and AccessTokenAnswer
// POST /_emulator/clock                 { advance: '10s' }; ClockState
// GET, POST, DELETE /_emulator/faults   switches as docs/emulator.md lists them; DELETE clears all; Faults

export interface NewTaskRequest {
  /** Default: the only workspace there is. */
  readonly workspaceSid?: string;
  /** SID or friendly name. Default: the only workflow there is. */
  readonly workflow?: string;
  /** A kind of task, with the channel and the attributes that Twilio's own products give it. */
  readonly preset?: 'call' | 'outbound call' | 'chat' | 'sms';
  /** They go before those of the preset. */
  readonly attributes?: object;
  readonly priority?: number;
  /** In seconds. Default: 86,400. */
  readonly timeout?: number;
  /** SID or unique name. Default: `default`. */
  readonly taskChannel?: string;
  readonly virtualStartTime?: number;
  /** The SID of a worker, task queue or workflow. */
  readonly routingTarget?: string;
  readonly ignoreCapacity?: boolean;
  /** SID or friendly name: the queue of a task routed to a worker. */
  readonly taskQueue?: string;
  /** Take the channel `default` where the workspace lacks the one that is named. */
  readonly anyChannel?: boolean;
}

/** The task as it was made, with the names of its workflow and channel. */
export interface NewTaskAnswer extends Task {
  readonly workflow: string;
  readonly taskChannel: string;
}

export interface TaskAction {
  readonly attributes?: object;
  readonly priority?: number;
  readonly status?: 'canceled' | 'completed' | 'wrapping';
  readonly reason?: string;
}

/** What the worker of a reservation does. */
export interface ReservationAction {
  readonly action: 'accept' | 'reject' | 'wrap up' | 'complete';
  /** With `reject`: the activity the worker goes to, by SID or friendly name. */
  readonly activity?: string;
}

export interface WorkerAction {
  /** SID or friendly name. */
  readonly activity?: string;
  readonly attributes?: object;
  /** With `activity`: reject what is on offer. */
  readonly rejectPendingReservations?: boolean;
  /** By unique name of the channel. */
  readonly channels?: Readonly<Record<string, { readonly capacity?: number; readonly available?: boolean }>>;
}

export interface ClockState {
  readonly clock: 'real' | 'virtual';
  /** ISO 8601. */
  readonly now: string;
}

/** Every refusal: the status says the kind, `message` what to do. `code` is a word of ours or a number of Twilio's. */
export interface Refusal {
  readonly code: string | number;
  readonly message: string;
}

/** An access token for the Worker SDK. */
export interface AccessTokenRequest {
  /** SID or friendly name. Without it the token reads the workspace. */
  readonly worker?: string;
  /** Default: `worker`, or `admin` without a worker. */
  readonly role?: 'worker' | 'supervisor' | 'admin';
  /** In seconds of the machine's clock, 1 to 86,400. Default: 3,600. */
  readonly ttl?: number;
  /** Needed where there are several workspaces. */
  readonly workspaceSid?: string;
}

export interface AccessTokenAnswer {
  readonly token: string;
}
