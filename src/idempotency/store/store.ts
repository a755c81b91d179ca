import type { MaybePromise } from '../../maybe-promise.js';

/**
 * Keeps the record of every callback: who runs it, and how it ended. A store performs each operation in ONE atomic step
 * and judges every lease by its own clock. Everything else (waiting, renewing, deadlines, what to do when the store
 * fails) is the engine's task.
 *
 * A record is `running` (under a lease), `deferred` (answered, and still under a lease: its run goes on, and its
 * journal lets another process take over), `finished` (with an answer) or `failed` (the run threw). Attempts are
 * numbered from 1, so that a request that waited on attempt 3 can tell "3 failed" from "an older one failed".
 *
 * An operation may answer directly instead of with a promise; the memory store does, which keeps the hot path free of
 * timers and ticks. The error of a failed operation may say that it certainly changed nothing: `notApplied: true`.
 */
export interface IdempotencyStore {
  /**
   * Starts a run, or says why not. Creates the record, or takes over a running one whose lease has passed. A deferred
   * record counts as `finished` with its answer, whether or not its lease has passed.
   */
  acquire(request: AcquireRequest): MaybePromise<AcquireResult>;
  /**
   * Extends the lease of `owner`. An absent record is created again, because the store may have lost its memory while the
   * owner is still running. Only a record of *another* owner, or one that has ended, is lost. For a deferred run an
   * absent record is `absent`: it held more than a renewal carries, so its owner defers again.
   */
  renew(request: RenewRequest): MaybePromise<RenewResult>;
  /**
   * Makes a running record deferred, in one step: it gets an answer and keeps its lease. Creates an absent record again;
   * refuses, and may be repeated, like {@link complete}. Repeated while the record is deferred, it replaces journal and
   * limit: a later claim gets those that were stored last.
   */
  defer(request: DeferRequest): MaybePromise<StoreResult>;
  /**
   * Ends the run of `owner` with its outcome. Creates an absent record again; refuses as {@link renew} does, and returns
   * the winner in the same step. Repeating what this owner has already stored is `stored`, because the first reply may
   * have been lost on the way. A deferred record ends only as `finished` with the answer it has; its journal is dropped.
   */
  complete(request: CompleteRequest): MaybePromise<StoreResult>;
  /**
   * Gives up the run of `owner` with nothing decided. Running: drops the record, so the next acquire runs. Deferred: ends
   * the lease, so the next claim takes over. Does nothing for any other owner.
   */
  release(request: ReleaseRequest): MaybePromise<void>;
  /**
   * Takes over deferred runs whose lease has passed, each in one atomic step: `owner` holds them from then on, and the
   * former owner has lost them. If two claim at once, exactly one gets a run. A run past its limit is claimed once more,
   * so that its end can be reported. If that claim's lease passes too, and it was not released, the run has ended, so
   * that a journal that crashes its reader does so only once. Absent: this store has no takeover.
   */
  claim?(request: ClaimRequest): MaybePromise<readonly ClaimedRun[]>;
  /** Resolves if the store accepts writes, rejects if it does not: a store that only reads cannot keep a record. */
  ping(): MaybePromise<void>;
  /**
   * Calls `listener` whenever the store has just come back, so that no call waits for the next ping. Returns a function
   * that ends this. Absent: the engine relies on pings.
   */
  onReady?(listener: () => void): () => void;
}

/** Which record, whose run, and how long lease and record last. */
export interface AcquireRequest {
  /** Names the callback: `assignment:<AccountSid>:<WorkspaceSid>:<ReservationSid>` or `event:<AccountSid>:<id>`. At most 200 characters. */
  readonly key: string;
  /** What must not differ between two requests under one key. Well-formed Unicode, as the answers are. */
  readonly fingerprint: string;
  /** A token that no other run has. The same token acquires again what it already holds, if the first reply was lost. */
  readonly owner: string;
  /** Lease length in milliseconds, by the store's clock. */
  readonly leaseMs: number;
  /** How long the record is kept, in milliseconds, from this operation on. */
  readonly ttlMs: number;
  /**
   * The attempt this request has been waiting for. If that attempt, or a later one, has failed, the result is `failed`
   * and no run starts. Absent: a failed record runs again.
   */
  readonly waitedFor?: number | undefined;
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
  /** The run is deferred: its callback is answered. */
  readonly deferred?: boolean;
}

/** The state of a record that its former owner has lost: another run has it, or it has an outcome already. */
export type Winner = Extract<AcquireResult, { status: 'running' | 'finished' | 'failed' }>;

export interface Lost {
  readonly status: 'lost';
  readonly winner: Winner;
}

export type RenewResult = { readonly status: 'held' } | { readonly status: 'absent' } | Lost;

export type StoreResult = { readonly status: 'stored' } | Lost;

export interface DeferRequest {
  readonly key: string;
  readonly fingerprint: string;
  readonly owner: string;
  readonly attempt: number;
  readonly leaseMs: number;
  readonly ttlMs: number;
  readonly answer: string;
  /** For the process that takes the run over. A store without `claim` need not keep it. */
  readonly journal: string;
  /** How long the deferred part may take, in milliseconds from this operation on. */
  readonly limitMs: number;
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

export interface ClaimRequest {
  /** A token no other run has. All runs of one claim are held under it. */
  readonly owner: string;
  readonly leaseMs: number;
  /** How many runs to claim at most. */
  readonly max: number;
}

/** A deferred run that has changed hands. */
export interface ClaimedRun {
  readonly key: string;
  readonly fingerprint: string;
  /** Whose run it was: the token it was held under. */
  readonly formerOwner: string;
  /** One more than its former owner had. */
  readonly attempt: number;
  readonly answer: string;
  readonly journal: string;
  /** Milliseconds to its limit; below 0: the limit has passed. */
  readonly limitLeftMs: number;
}

/** Whether a failed operation of a store certainly changed nothing. */
export function certainlyNotApplied(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'notApplied' in error && error.notApplied === true;
}

/** Whether the store can be asked. */
export type StoreState = 'ok' | 'degraded';

export type StoreOperation = 'acquire' | 'renew' | 'defer' | 'complete' | 'release' | 'claim' | 'ping';

export const HELD: RenewResult = { status: 'held' };
export const STORED: StoreResult = { status: 'stored' };
