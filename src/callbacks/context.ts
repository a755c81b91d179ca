import type { Logger } from '../log.js';
import type { Attributes, SchemaIssue } from '../standard-schema.js';
import type { HandlerClient, HandlerReservation } from './client.js';

/** The task that is being assigned. */
export interface Task<A = Attributes> {
  /** `WT…` */
  readonly sid: string;
  readonly attributes: A;
  /** Seconds since the task was created. */
  readonly age: number | undefined;
  readonly priority: number | undefined;
}

/** The worker it is reserved for. */
export interface Worker<A = Attributes> {
  /** `WK…` */
  readonly sid: string;
  readonly attributes: A;
}

/** The reservation of both. With a client it has every REST operation on a reservation. */
export interface Reservation extends HandlerReservation {}

/** What every handler gets besides its subject. */
export interface CallbackContext {
  /** `WS…` */
  readonly workspaceSid: string | undefined;
  /** `AC…`; absent only if Twilio did not send it. */
  readonly accountSid: string | undefined;
  /** When Twilio made the callback; undefined if the Timestamp is missing or has an unknown form. */
  readonly timestamp: Date | undefined;
  /** Every parameter as it was received, unknown ones too. Made on first use. */
  readonly form: URLSearchParams;
  /** The REST client, in the callback's own workspace. @throws {ConfigurationError} when the router has none. */
  readonly client: HandlerClient;
  /** The router's logger; each line names this callback's SIDs. */
  readonly log: Logger;
  /** Aborts once an answer would be of no use any more: pass it to `fetch` and the like. */
  readonly signal: AbortSignal;
  /** Milliseconds left until the answer must be ready; 0 when nobody waits for it any more. */
  remainingMs(): number;
  /**
   * Runs work once the answer is decided, such as writing to a CRM. The work does not delay the answer. `close()` waits
   * for it, and its failure is logged.
   */
  after(task: () => unknown): void;
}

/** What an assignment handler gets: one object, to be destructured. */
export interface AssignmentContext<T = Attributes, W = Attributes> extends CallbackContext {
  readonly kind: 'assignment';
  readonly workspaceSid: string;
  readonly task: Task<T>;
  readonly worker: Worker<W>;
  readonly reservation: Reservation;
  /** `WW…` */
  readonly workflowSid: string | undefined;
  /** `WQ…`, the queue the task was in. */
  readonly taskQueueSid: string | undefined;
  /** Which of the workflow's two URLs Twilio called. */
  readonly via: 'primary' | 'fallback';
}

/** Why attributes could not be used, for `onBadAttributes`. */
export interface AttributesProblem {
  readonly of: 'task' | 'worker';
  /** The handler whose schema refused them; undefined when they are not a JSON object at all. */
  readonly handler: string | undefined;
  /** What that schema said; empty when they are not a JSON object. */
  readonly issues: readonly SchemaIssue[];
}

/** What `onBadAttributes` gets. Attributes that are not a JSON object are `{}` here; `form` has the text. */
export interface BadAttributesContext extends AssignmentContext {
  readonly problems: readonly AttributesProblem[];
}
