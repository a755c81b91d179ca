import type { MaybePromise } from '../../maybe-promise.js';

/**
 * Where the record of every callback lives: who runs it, and how it ended. A store makes each of its operations
 * in ONE atomic step and judges every lease by its own clock; everything else (waiting, renewing, deadlines,
 * what to do when it fails) is the engine's.
 *
 * A record is `running` (under a lease), `deferred` (answered, and still under a lease: its run goes on, and its
 * journal lets another process take over), `finished` (with an answer) or `failed` (the run threw). Attempts are
 * numbered from 1, so that a request that waited on attempt 3 can tell "3 failed" from "an older one failed".
 *
 * An operation may answer directly instead of with a promise; the memory store does, which keeps the hot path
 * free of timers and ticks. One that fails may say in its error that it certainly changed nothing: `notApplied: true`.
 */
export interface IdempotencyStore {
  /**
   * Starts a run, or tells why not. Creates the record; takes over one that is running and whose lease has passed.
   * To everybody a deferred record is `finished` with its answer, whatever its lease.
   */
  acquire(request: AcquireRequest): MaybePromise<AcquireResult>;
  /**
   * Extends the lease of `owner`. An absent record is created again (a store may lose memory, the owner is still
   * running); only a record of *another* owner, or one that has ended, is lost. For a deferred run an absent record is
   * `absent`: what it held is more than a renewal carries, its owner defers again.
   */
  renew(request: RenewRequest): MaybePromise<RenewResult>;
  /**
   * Makes a running record deferred: from one step to the next it has an answer, and keeps its lease. Creates an absent
   * record again; refuses, and may be repeated, as {@link complete}. Repeated while the record is deferred, it replaces
   * journal and limit: whoever claims the run gets those that were stored last.
   */
  defer(request: DeferRequest): MaybePromise<StoreResult>;
  /**
   * Ends the run of `owner` with its outcome. Creates an absent record again; refuses as {@link renew} does, and tells
   * in the same step who has won, except that repeating what this owner has already stored is `stored`: the first
   * answer may have got lost on the way. A deferred record ends only as `finished` with the answer it has; its journal
   * is dropped.
   */
  complete(request: CompleteRequest): MaybePromise<StoreResult>;
  /**
   * Gives the run of `owner` up with nothing decided. Running: drops the record, the next acquire runs. Deferred: ends
   * the lease, the next claim takes over. Does nothing for any other owner.
   */
  release(request: ReleaseRequest): MaybePromise<void>;
  /**
   * Takes over deferred runs whose lease has passed, each in an atomic step: `owner` holds them from then on, the former
   * owner has lost them. Of two that claim at once exactly one gets a run. A run past its limit is claimed once
   * more, so that somebody can see to it; if that claim's lease passes too, and it was not released, the run has
   * ended, so that a journal that kills its reader does so once only. Absent: this store has no takeover.
   */
  claim?(request: ClaimRequest): MaybePromise<readonly ClaimedRun[]>;
  /** Answers while the store takes writes, rejects when it does not: one that only answers cannot keep a record. */
  ping(): MaybePromise<void>;
  /**
   * Calls `listener` whenever the store has just come back, so that nobody waits for the next ping; the function it
   * returns ends that. Absent: pings alone tell.
   */
  onReady?(listener: () => void): () => void;
}

/** Which record, whose run, and how long both last. */
export interface AcquireRequest {
  /** Names the callback: `assignment:<AccountSid>:<WorkspaceSid>:<ReservationSid>` or `event:<AccountSid>:<id>`. At most 200 characters. */
  readonly key: string;
  /** What must not differ between two requests under one key. Well-formed Unicode, as the answers are. */
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

/** Who has a record that its former owner has lost: another run, or an outcome that is there already. */
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
  /** For whoever takes the run over. A store without `claim` need not keep it. */
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
