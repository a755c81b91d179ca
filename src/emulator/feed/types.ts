import type { ExplainedDecision, Explanation, Reason } from '../engine/index.js';
import type { AssignmentStatus, ReservationStatus, Task } from '../engine/types.js';
import type { CallbackKind } from '../world/faults.js';

/**
 * The JSON of every answer and of every message of the stream under `/_emulator`; `openapi.ts` says the same for
 * programs of other languages, and a test holds both to the answers.
 *
 * - Times (`at`, `now`, `…At`, `deadline`) are milliseconds since 1970 of the emulator's clock, real or virtual.
 * - Lengths that end in `Ms` are milliseconds; those of HTTP are real time. `…S` are seconds.
 * - What is not there is `null`, never left out.
 * - `seq` is one count over everything the feed hears: what changed later has the greater one.
 * - Attributes are the text as it was given. Nothing is escaped for HTML: show every text as text.
 */

/** A name with its SID. */
export interface Named {
  readonly sid: string;
  readonly name: string;
}

// ── GET /_emulator/info ─────────────────────────────────────────────────────────────────────────────────────────────

export interface Info {
  /** A new one with each start of the process: what was kept under another one is gone. */
  readonly instance: string;
  /** The newest `seq`. */
  readonly seq: number;
  readonly startedAt: number;
  readonly accountSid: string;
  readonly clock: 'real' | 'virtual';
  readonly now: number;
  /** The faults that are on, and how often they still strike; true: without end. */
  readonly faults: Faults;
  readonly kept: Kept;
  readonly lost: Lost;
  readonly readers: number;
}

export type Faults = Readonly<Record<string, number | true>>;

/** What the feed holds now, and what it has let go because it keeps 10,000 of each and 64 MiB in all. */
export interface Kept {
  readonly deliveries: number;
  readonly droppedDeliveries: number;
  readonly tasks: number;
  readonly droppedTasks: number;
  readonly bytes: number;
  readonly mostBytes: number;
}

/** What a restart has cost. */
export interface Lost {
  /** The state was read from a data file: the emulator has run before. */
  readonly restarted: boolean;
  /** Deliveries, debugger entries and explanations of before then are gone; null: nothing is lost. */
  readonly before: number | null;
  /** For people: `Deliveries, … before 2026-11-25T16:00:00.000Z are lost: …`. Null: nothing is lost. */
  readonly text: string | null;
}

// ── GET /_emulator/workspaces, /_emulator/workspaces/{sid} ──────────────────────────────────────────────────────────

export interface Workspaces {
  readonly seq: number;
  readonly now: number;
  readonly workspaces: readonly WorkspaceState[];
}

/** One workspace as it stands. */
export interface WorkspaceState extends Named {
  readonly multiTaskEnabled: boolean;
  readonly eventCallbackUrl: string;
  readonly headline: Headline;
  readonly activities: readonly (Named & { readonly available: boolean })[];
  readonly taskChannels: readonly (Named & { readonly uniqueName: string })[];
  /** The one whose oldest task waits longest goes first. */
  readonly queues: readonly QueueState[];
  readonly workers: readonly WorkerState[];
  readonly workflows: readonly WorkflowState[];
}

/** One sentence on what waits: `3 waiting, longest in Experts: nobody is eligible …`. */
export interface Headline {
  readonly text: string;
  readonly waiting: number;
  /** The task that waits longest; null: none waits. */
  readonly longest: {
    readonly taskSid: string;
    readonly since: number;
    readonly queue: Named;
    readonly why: string;
  } | null;
}

export interface QueueState extends Named {
  readonly workspaceSid: string;
  readonly targetWorkers: string;
  readonly taskOrder: 'FIFO' | 'LIFO';
  readonly maxReservedWorkers: number;
  readonly counts: Counts;
  /** When the oldest task that waits here was created; null: none waits. */
  readonly longestSince: number | null;
  /** Workers its expression is true for, and how many of them are in an activity that takes tasks. */
  readonly workers: number;
  readonly available: number;
  readonly serviceLevel: ServiceLevel;
}

/** Tasks by status that still exist. `pending` are those that wait. */
export interface Counts {
  readonly pending: number;
  readonly reserved: number;
  readonly assigned: number;
  readonly wrapping: number;
}

/** How many of the newest accepted tasks (at most 500 a queue) were accepted within `withinS` of their creation. */
export interface ServiceLevel {
  readonly withinS: number;
  readonly accepted: number;
  readonly within: number;
  /** From creation to acceptance on average; null: none was accepted. */
  readonly averageMs: number | null;
}

export interface WorkerState extends Named {
  readonly workspaceSid: string;
  readonly attributes: string;
  readonly activity: Named & { readonly available: boolean };
  readonly activitySince: number;
  readonly channels: readonly ChannelLoad[];
  /** Open ones: pending, accepted, wrapping; oldest first. */
  readonly reservations: readonly ReservationState[];
  readonly queues: readonly Named[];
  readonly version: number;
}

export interface ChannelLoad {
  readonly taskChannelSid: string;
  readonly uniqueName: string;
  readonly available: boolean;
  readonly capacity: number;
  /** Pending, accepted and wrapping reservations. */
  readonly consumed: number;
}

export interface WorkflowState extends Named {
  readonly workspaceSid: string;
  readonly configuration: string;
  readonly assignmentCallbackUrl: string;
  readonly fallbackAssignmentCallbackUrl: string;
  readonly taskReservationTimeoutS: number;
  /** Expressions that were read in spite of what the documents say, each with its place. */
  readonly warnings: readonly { readonly place: string; readonly message: string }[];
}

export interface ReservationState {
  readonly sid: string;
  readonly status: ReservationStatus;
  readonly taskSid: string;
  readonly worker: Named;
  readonly createdAt: number;
  readonly updatedAt: number;
  /** When a pending one times out, as the workflow says; null: not pending. A ringing phone stops it. */
  readonly deadline: number | null;
}

// ── GET /_emulator/tasks, /_emulator/tasks/{sid} ────────────────────────────────────────────────────────────────────

/** Newest change first. */
export interface TaskPage {
  readonly seq: number;
  readonly now: number;
  readonly tasks: readonly TaskSummary[];
  /** Give it as `before` for the next page; null: this was the last. */
  readonly next: number | null;
}

/** A task in a list. Ended tasks stay, long after the engine has forgotten them. */
export interface TaskSummary {
  readonly sid: string;
  /** Its last change. */
  readonly seq: number;
  readonly workspaceSid: string;
  /** `gone`: deleted while it was open, or by its own time limit. */
  readonly status: AssignmentStatus | 'gone';
  readonly reason: string | null;
  readonly priority: number;
  readonly channel: string;
  readonly workflow: Named;
  readonly queue: Named;
  /** Whom it is reserved for or with. */
  readonly workers: readonly Named[];
  readonly createdAt: number;
  readonly updatedAt: number;
  /** When it was completed, canceled or deleted. */
  readonly endedAt: number | null;
  /** From creation to the first acceptance. */
  readonly waitedMs: number | null;
  readonly attributes: string;
  readonly deliveries: number;
  readonly lastStep: JourneyStep;
}

export interface TaskDetail extends TaskSummary {
  /** Does the engine still have it? After five minutes it forgets one that has ended. */
  readonly inEngine: boolean;
  /** In order. */
  readonly steps: readonly JourneyStep[];
  /** Steps no longer kept: the first 50 and the newest 150 are. */
  readonly droppedSteps: number;
  readonly reservations: readonly ReservationState[];
  /** Callbacks about it that are still kept, oldest first. */
  readonly callbacks: readonly DeliverySummary[];
  /** What Twilio's debugger would show of it. */
  readonly debugger: readonly DebuggerItem[];
}

export interface JourneyStep {
  readonly seq: number;
  readonly at: number;
  /** An event's type, such as `reservation.accepted`. */
  readonly type: string;
  /** For people: `reserved for Ada`, `entered Experts`. */
  readonly text: string;
  readonly queue: Named | null;
  readonly worker: Named | null;
  readonly reservationSid: string | null;
  /** When what begins here ends by itself: a reservation's timeout, a target's timeout. */
  readonly deadline: number | null;
  /** Is there an explanation of that moment? `GET /_emulator/tasks/{sid}/explain?at=` gives it. */
  readonly explained: boolean;
}

// ── GET /_emulator/tasks/{sid}/explain?at= ──────────────────────────────────────────────────────────────────────────

/**
 * Why the task is (was) where it is. Without `at`: now, or for a task that the engine has forgotten the last one kept.
 * With `at`: the one of the last step at or before that moment, its decisions cut there.
 */
export interface ExplainedAt extends Explanation {
  /** The moment it was made. */
  readonly at: number;
  /** `now`, or `kept` while the step was taken. */
  readonly source: 'now' | 'kept';
}
export type { ExplainedDecision, Explanation, Reason };

// ── GET /_emulator/deliveries, /_emulator/deliveries/{id}, POST …/replay ────────────────────────────────────────────

/** Without parameters: the newest 1,000 whole, oldest first. `/debugger` likewise. */
export interface WholeDeliveries {
  readonly deliveries: readonly object[];
}
export interface DebuggerEntries {
  readonly entries: readonly object[];
}

/** With a parameter (`limit`, `before`, `after`, `task`, `reservation`, `callback`, `outcome`): newest first. */
export interface DeliveryPage {
  readonly seq: number;
  readonly now: number;
  readonly deliveries: readonly DeliverySummary[];
  readonly next: number | null;
}

/** One request to a callback URL. */
export interface DeliverySummary {
  /** Counts up from 1 with each start. */
  readonly id: number;
  readonly seq: number;
  readonly callback: CallbackKind;
  readonly via: 'primary' | 'fallback' | 'replay';
  readonly at: number;
  readonly ms: number;
  /** Twilio waits this long: 5,000 or 15,000. */
  readonly limitMs: number;
  readonly url: string;
  readonly workspaceSid: string;
  readonly eventType: string;
  readonly taskSid: string | null;
  readonly reservationSid: string | null;
  readonly outcome: 'answered' | 'timeout' | 'connection' | 'hung up' | 'dropped';
  readonly status: number | null;
  readonly instruction: string | null;
  /** What the endpoint says of itself outside production, in `Server-Timing`. */
  readonly handler: Told;
  /** `ran`, `joined`, `replayed`, `ignored`, `failed`, `deadline`, … */
  readonly verdict: Told;
  readonly signature: 'accepted' | 'refused' | 'unknown';
  /** The gravest entry of the debugger about it. */
  readonly warning: { readonly code: number; readonly level: 'error' | 'warning' } | null;
  readonly replayOf: number | null;
}

/** A value, or a null and why there is none: show a dash and the reason. */
export type Told =
  | { readonly value: string; readonly why: null }
  | { readonly value: null; readonly why: string };

export interface DeliveryDetail extends DeliverySummary {
  /** The form, in the order it was sent. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly requestHeaders: Readonly<Record<string, string>>;
  readonly taskAttributes: ParsedAttributes | null;
  readonly workerAttributes: ParsedAttributes | null;
  readonly signatureVerdict: SignatureVerdict;
  readonly timings: Timings;
  /** The body of the answer; cut at 2,000 characters. */
  readonly answer: string | null;
  readonly contentType: string | null;
  readonly serverTiming: string | null;
  readonly debugger: readonly DebuggerItem[];
  /** Replays of it that are still kept. */
  readonly replays: readonly number[];
  /** The same request for a terminal. Holds no token: the signature is valid for this very form. */
  readonly curl: string;
}

/** Attributes as JSON, or what is wrong with them. */
export type ParsedAttributes =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly text: string; readonly message: string };

export interface SignatureVerdict {
  readonly verdict: DeliverySummary['signature'];
  /** The URL that was signed: without user, password and fragment. */
  readonly signedUrl: string;
  /** What was signed besides: names of the form in the order of signing. */
  readonly signedNames: readonly string[];
  /** For people: why it was accepted or refused, and what to do. */
  readonly text: string;
}

export interface Timings {
  readonly sentAt: number;
  readonly ms: number;
  readonly limitMs: number;
  /** What is left of the limit, at least 0. */
  readonly leftMs: number;
  /** How long the endpoint says it took itself; null: it does not say. */
  readonly endpointMs: number | null;
}

export interface DebuggerItem {
  readonly seq: number;
  readonly at: number;
  readonly code: number;
  readonly level: 'error' | 'warning';
  readonly message: string;
  readonly workspaceSid: string;
  readonly taskSid: string | null;
  readonly reservationSid: string | null;
  /** The delivery it is about, as far as it is about one. */
  readonly deliveryId: number | null;
}

/**
 * POST /_emulator/deliveries/{id}/replay. Signed anew, with the present Timestamp; what it is answered is shown and not
 * carried out. The answer (201) is the new delivery, a {@link DeliveryDetail} with `replayOf`.
 */
export interface ReplayRequest {
  /** A fresh ReservationSid (of an event: Sid), so that the handler runs again. False: the stored answer comes. Default: true. */
  readonly newKey?: boolean;
}

// ── POST /_emulator/what-if ─────────────────────────────────────────────────────────────────────────────────────────

/** At least one of the three. Nothing of it touches the running emulator. */
export interface WhatIfRequest {
  /** A task there is or was, with changes; or with `workflow` in place of `sid` a new one. */
  readonly task?: {
    readonly sid?: string;
    readonly workspaceSid?: string;
    /** SID or friendly name. */
    readonly workflow?: string;
    readonly attributes?: object;
    readonly priority?: number;
    /** SID or unique name. */
    readonly taskChannel?: string;
  };
  readonly workers?: readonly {
    /** SID, or friendly name where there is one workspace. */
    readonly worker: string;
    /** SID or friendly name. */
    readonly activity?: string;
    readonly attributes?: object;
    /** Capacity by unique name of the channel. */
    readonly capacity?: Readonly<Record<string, number>>;
  }[];
  /** Let so much time pass in the fork: `2m`, or milliseconds. Callbacks are not sent, nobody accepts. Default: 0. */
  readonly after?: string | number;
}

export interface WhatIf {
  /** The task as it is; null: there is none, or the question was not about one. */
  readonly before: Placed | null;
  readonly after: Placed | null;
  /**
   * `updated`: the task waited, and was changed where it is. `made again`: it was with a worker or had ended, so another
   * one like it took its place. `made`: a new one.
   */
  readonly how: 'updated' | 'made again' | 'made' | null;
  /** What becomes of other tasks, at most 100. */
  readonly others: readonly { readonly taskSid: string; readonly before: string; readonly after: string }[];
  /** How `after` differs, for people: `Experts -> Everyone`. Empty: it does not. */
  readonly changes: readonly string[];
}

export interface Placed {
  readonly status: AssignmentStatus | 'gone';
  /** The filter it goes by; null: none matched, or it is routed past the filters. */
  readonly filter: string | null;
  readonly queue: Named;
  readonly workers: readonly Named[];
  /** What it waits for. */
  readonly why: readonly string[];
  /** Null: the engine has forgotten it. */
  readonly explanation: Explanation | null;
}

// ── POST /_emulator/evaluate ────────────────────────────────────────────────────────────────────────────────────────

export interface EvaluateRequest {
  readonly expression: string;
  /** `queue`: TargetWorkers. `filter`: a workflow's filter. `target`: a target's expression. */
  readonly kind: 'queue' | 'filter' | 'target';
  /** A SID, or attributes. For `filter` and `target`. */
  readonly task?: string | object;
  /** A SID or friendly name, or attributes. For `queue` and `target`. */
  readonly worker?: string | object;
  /** Default: that of the task or worker, or the only one. */
  readonly workspaceSid?: string;
}

export interface Evaluated {
  readonly ok: boolean;
  /** Null: the expression cannot be read, see `error`. */
  readonly result: boolean | null;
  /** The comparisons that decided. */
  readonly reasons: readonly Reason[];
  /** Names that have no value here. */
  readonly missing: readonly string[];
  /** As the parser understood it. */
  readonly printed: string | null;
  readonly warnings: readonly ExpressionNote[];
  readonly error: ExpressionNote | null;
}

export interface ExpressionNote {
  readonly message: string;
  readonly line: number | null;
  readonly column: number | null;
}

// ── Actions ─────────────────────────────────────────────────────────────────────────────────────────────────────────
// POST /_emulator/tasks                 a NewTask as JSON, `anyChannel: true` to fall back to `default`; 201 and the task
// POST /_emulator/tasks/{sid}           TaskAction; the TaskDetail
// POST /_emulator/reservations/{sid}    ReservationAction; the ReservationState
// POST /_emulator/workers/{sid}         WorkerAction; the WorkerState
// POST /_emulator/clock                 { advance: '10s' }; ClockState
// GET, POST, DELETE /_emulator/faults   switches as docs/emulator.md lists them; DELETE clears all; Faults

export interface NewTaskRequest {
  /** Default: the only workspace there is. */
  readonly workspaceSid?: string;
  /** SID or friendly name. Default: the only workflow there is. */
  readonly workflow?: string;
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

// ── GET /_emulator/stream (server-sent events) ──────────────────────────────────────────────────────────────────────

/**
 * `event: hello`, once, first. `id:` of every message is `<instance>:<seq>`; a browser that reconnects sends it back as
 * `Last-Event-ID`, and the first batch then has everything that changed since.
 */
export interface Hello extends Info {
  /**
   * `new`: read the lists. `resumed`: nothing was missed, the next batch closes the gap. `restarted`: the process is
   * another one, see `lost`; read the lists anew. `behind`: more changed than a batch holds; read the lists anew.
   */
  readonly how: 'new' | 'resumed' | 'restarted' | 'behind';
}

/**
 * `event: batch`, at most 10 a second, only when something changed. States, not steps: what changed twice is told once,
 * as it is now. A reader that is slow gets fewer and no older ones.
 */
export interface Batch {
  /** Everything up to here is in this batch or an earlier one. */
  readonly seq: number;
  readonly now: number;
  /** The newest 500 of those that changed, oldest change first. */
  readonly tasks: readonly TaskSummary[];
  readonly deliveries: readonly DeliverySummary[];
  readonly debugger: readonly DebuggerItem[];
  /** Workspaces in which something changed, whole; with many workers, at most one a second. */
  readonly workspaces: readonly WorkspaceState[];
  /** Workspaces that were deleted. */
  readonly removed: readonly string[];
  /** Null: they are as before. */
  readonly faults: Faults | null;
  /** How many more changed than are told here: read the lists. */
  readonly more: { readonly tasks: number; readonly deliveries: number; readonly debugger: number };
}
