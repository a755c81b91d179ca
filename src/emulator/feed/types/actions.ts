import type { Task } from '../../engine/types.js';
import type { Named } from './info.js';

// Actions
// POST /_emulator/tasks                 a NewTask as JSON, `anyChannel: true` to fall back to `default`; 201 and the task
// POST /_emulator/tasks/{sid}           TaskAction; the TaskDetail
// POST /_emulator/reservations/{sid}    ReservationAction; the ReservationState
// POST /_emulator/workers/{sid}         WorkerAction; the WorkerState
// POST /_emulator/staff                 StaffRequest; lines of StaffBegins, StaffAct, StaffMissed until the connection ends
// POST /_emulator/tokens                AccessTokenRequest; 201 and AccessTokenAnswer
// POST /_emulator/clock                 { advance: '10s' }; ClockState
// GET, POST, DELETE /_emulator/faults   switches as docs/emulator.md lists them; DELETE clears all; Faults

export interface NewTaskRequest {
  /** Default: the only workspace. */
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
  /**
   * true: take the worker over from simulated agents and from the phone, which then do nothing by themselves. Whoever accepts
   * while the phone rings answers it. false: hand the worker back.
   */
  readonly takenOver?: boolean;
  /** By unique name of the channel. */
  readonly channels?: Readonly<Record<string, { readonly capacity?: number; readonly available?: boolean }>>;
}

/** How simulated agents are to play. Lengths of time are means, in milliseconds or as `30s`; shares are from 0 to 1. */
export interface StaffRequest {
  /** SIDs or friendly names. Default: every worker, and those that are made later. */
  readonly workers?: readonly string[];
  /** Default: 1. */
  readonly seed?: number;
  /** Until an offer or a ringing phone is answered. Default: 3 s. */
  readonly answers?: number | string;
  /** How long a conversation, or the work on a task, takes. Default: 1 minute. */
  readonly works?: number | string;
  /** Default: 10 s. */
  readonly wrapsUp?: number | string;
  /** How long a break takes. Default: 1 minute. */
  readonly rests?: number | string;
  /** The share of offers that are rejected, and of phones that are declined. Default: 0.05. */
  readonly rejects?: number;
  /** The share that is let go by. Default: 0. */
  readonly misses?: number;
  /** The share of completed tasks after which someone takes a break. Default: 0.1. */
  readonly breaks?: number;
}

/** The first line of the play: who plays. */
export interface StaffBegins {
  readonly workers: readonly string[];
}

/** What an agent of the play did. */
export interface StaffAct {
  readonly at: number;
  readonly worker: Named;
  /** `answer` and `decline` are of a ringing phone, `miss` of an offer or a phone; `go`: to another activity. */
  readonly does: 'accept' | 'reject' | 'wrap up' | 'complete' | 'answer' | 'decline' | 'miss' | 'go';
  /** null with `go`. */
  readonly taskSid: string | null;
  readonly reservationSid: string | null;
  /** With `go`: the name of the activity; else null. */
  readonly activity: string | null;
}

/** So many acts were not told, because the reader was slow. */
export interface StaffMissed {
  readonly missed: number;
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
