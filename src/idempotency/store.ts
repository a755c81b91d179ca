/**
 * Where the record of every callback lives: who runs it, and how it ended. A store makes each of its operations
 * in ONE atomic step and judges every lease by its own clock; everything else (waiting, renewing, deadlines,
 * what to do when it fails) is the engine's.
 *
 * A record is `running` (under a lease), `finished` (with an answer) or `failed` (the run threw). Attempts are
 * numbered from 1, so that a request that waited on attempt 3 can tell "3 failed" from "an older one failed".
 *
 * An operation may answer directly instead of with a promise; the memory store does, which keeps the hot path
 * free of timers and ticks.
 */
export interface IdempotencyStore {
  /** Starts a run, or tells why not. Creates the record; takes over one whose lease has passed. */
  acquire(request: AcquireRequest): MaybePromise<AcquireResult>;
  /**
   * Extends the lease of `owner`. An absent record is created again (a store may lose memory, the owner is still
   * running); only a record of *another* owner, or one that has ended, is lost.
   */
  renew(request: RenewRequest): MaybePromise<'held' | 'lost'>;
  /**
   * Ends the run of `owner` with its outcome. Creates an absent record again; refuses as {@link renew} does, except
   * that repeating what this owner has already stored is `stored`: the first answer may have got lost on the way.
   */
  complete(request: CompleteRequest): MaybePromise<'stored' | 'lost'>;
  /** Drops the record of a run with nothing decided: the next acquire runs. Does nothing for any other owner. */
  release(request: ReleaseRequest): MaybePromise<void>;
  /** Answers while the store can be reached, rejects when it cannot. */
  ping(): MaybePromise<void>;
}

export type MaybePromise<T> = T | Promise<T>;

/** Which record, whose run, and how long both last. */
export interface AcquireRequest {
  /** Names the callback: `assignment:<WorkspaceSid>:<ReservationSid>` or `event:<id>`. At most 200 characters. */
  readonly key: string;
  /** What must not differ between two requests under one key. */
  readonly fingerprint: string;
  /** A token no other run has. The same token acquires again what it already holds (a lost answer, repeated). */
  readonly owner: string;
  /** Lease length in milliseconds, by the store's clock. */
  readonly leaseMs: number;
  /** How long the record is kept, in milliseconds, from this operation on. */
  readonly ttlMs: number;
  /**
   * The attempt this request has been waiting on. If that attempt, or a later one, has failed, the answer is
   * `failed` and no run starts. Absent: a failed record runs again.
   */
  readonly waitedFor?: number;
}

export type AcquireResult =
  /** The caller runs attempt `attempt`. */
  | { readonly status: 'acquired'; readonly attempt: number }
  /** Another owner runs it; its lease passes in `leaseLeftMs` unless renewed. */
  | { readonly status: 'running'; readonly attempt: number; readonly leaseLeftMs: number }
  /** It has ended with this answer. */
  | { readonly status: 'finished'; readonly answer: string }
  /** The attempt waited for has failed. */
  | { readonly status: 'failed'; readonly attempt: number }
  /** The key is known under another fingerprint. */
  | { readonly status: 'mismatch' };

export interface RenewRequest {
  readonly key: string;
  readonly fingerprint: string;
  readonly owner: string;
  readonly attempt: number;
  readonly leaseMs: number;
  readonly ttlMs: number;
}

export interface CompleteRequest {
  readonly key: string;
  readonly fingerprint: string;
  readonly owner: string;
  readonly attempt: number;
  readonly ttlMs: number;
  readonly outcome: Outcome;
}

export type Outcome = { readonly state: 'finished'; readonly answer: string } | { readonly state: 'failed' };

export interface ReleaseRequest {
  readonly key: string;
  readonly owner: string;
}
