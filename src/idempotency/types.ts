import type { Clock } from '../clock.js';
import { TaskRouterKitError } from '../errors.js';
import type { Logger } from '../log.js';
import type { MaybePromise } from '../maybe-promise.js';
import type { StoreObserver } from './store/circuit-breaker.js';
import type { IdempotencyStore, StoreState } from './store/store.js';

/**
 * Runs every callback effectively once, across all processes that share a store. The first request runs it; the others
 * wait for that run's answer or get the stored one.
 */
export interface Idempotency {
  /**
   * Joins or starts the run of one callback. Never rejects, and ends by `deadline`. If a result is being stored at that
   * moment, it waits for that one store call, which ends within `storeTimeoutMs`. Answers directly if neither the store
   * nor the work returns a promise.
   */
  run(request: RunRequest): MaybePromise<RunResult>;
  /**
   * Looks about every 2 s, until {@link close}, for deferred runs whose process has died. Takes each over under a new
   * lease and calls `handler` with it. The run ends when `handler` ends, even with an error. Has no effect if the store
   * has no `claim`. Call it once.
   *
   * @example
   * idempotency.takeOver(async (run) => {
   *   const { form, dueAt } = JSON.parse(run.journal);
   *   if (await stillPending(form)) await decide(form, dueAt, run);
   * });
   */
  takeOver(handler: (run: TakenRun) => Promise<void>): void;
  /** The keys that run here, or that requests here wait for. */
  readonly active: Iterable<string>;
  /** `degraded` from the third store failure in a row until the store takes a ping again. */
  readonly storeState: StoreState;
  /** Asks the store whether it takes writes. Never rejects, and never degrades it; takes `storeTimeoutMs` at most. */
  probe(): Promise<StoreState>;
  /**
   * Takes no new keys, and waits up to `timeoutMs` for those in flight, deferred runs included. At the limit it aborts
   * their signals, ends their waiting requests as `closed` and returns their keys in `open`. It also releases their
   * leases, so that another process may run them at once. If it is called again, the earliest limit counts, and all calls
   * resolve to the same keys.
   */
  close(options: { timeoutMs: number }): Promise<{ open: string[] }>;
}

export interface IdempotencyOptions {
  readonly store: IdempotencyStore;
  readonly clock?: Clock;
  /** A number in [0, 1), for the jitter of polls. */
  readonly random?: () => number;
  /** Makes a token that no other run of any process has. Default: a random UUID of the engine, and a number. */
  readonly newOwner?: () => string;
  readonly log?: Logger;
  /** How long no other process may take over a run after its owner's last sign of life. Default 1,500. */
  readonly leaseMs?: number;
  /** The same for a deferred run. Default 1,500. */
  readonly deferredLeaseMs?: number;
  /** How often the owner of a run renews its lease. Default: a third of the lease. */
  readonly renewMs?: number;
  /** How long an answer is repeated to duplicates. Default 24 hours. */
  readonly ttlMs?: number;
  /** How long one store operation may take. Default 250. */
  readonly storeTimeoutMs?: number;
  /** How long to wait out an absence of the store. Default 1,000: a quarter of the usual deadline. */
  readonly hiccupMs?: number;
  /** How often to ping a store that is away. Default 50. */
  readonly probeMs?: number;
  /** The least and the most time between two looks at a run in another process. Default [25, 100]. */
  readonly pollMs?: readonly [number, number];
  /** While the store cannot be reached: run, and detect only this process' own duplicates (default), or refuse. */
  readonly onStoreError?: 'continue' | 'fail';
  readonly observer?: IdempotencyObserver;
}

/** What a metrics collector hears. A method must not throw. */
export interface IdempotencyObserver extends StoreObserver {
  /** Once a request. */
  result?(result: RunResult): void;
}

/** One callback, as it came in. */
export interface RunRequest {
  /** `assignment:<AccountSid>:<WorkspaceSid>:<ReservationSid>` or `event:<AccountSid>:<id>`. */
  readonly key: string;
  /** What must not differ between two requests under one key. */
  readonly fingerprint: string;
  /** Which of its two URLs Twilio called. On the fallback path a failed run is tried again. */
  readonly path: 'primary' | 'fallback';
  /** When this request must be answered: milliseconds on the engine's clock. */
  readonly deadline: number;
  /**
   * What happens if the deadline passes while the callback still runs in this process. `fail`: this request ends, and
   * the run goes on for later ones. A fixed answer becomes THE answer of the callback, stored for every request, and the
   * run's later result is dropped. With `deferred` the run goes on, as if it had called {@link OwnedRun.defer}. A request
   * that waits for a run in another process, or for the store, always ends as `deadline`, because only the owner of a run
   * may answer for it.
   */
  readonly onDeadline: 'fail' | { readonly answer: string; readonly deferred?: Deferral | undefined };
  /**
   * Does the work and returns the answer: the exact text to repeat. Of all requests that wait for one run, only one's
   * `execute` is called. If it throws or rejects, the attempt has failed. Once the run is deferred, its result is ignored
   * and an error is only logged.
   */
  execute(run: OwnedRun): MaybePromise<string>;
}

/** What another process needs to take over the rest of a run if this one dies. */
export interface Deferral {
  /**
   * Opaque text for {@link TakenRun}, in the store only while the run is deferred. No size is refused, because that would
   * lose a decision. A callback's journal is bounded by the 256 KiB its body may have, and holds its attributes twice.
   */
  readonly journal: string;
  /** How long the deferred part may take from now on, in milliseconds. */
  readonly limitMs: number;
}

/** What the work knows about its run. The fields are live: read them when needed. */
export interface Run {
  /** Aborts once an answer would be of no use any more. Created on first use. */
  readonly signal: AbortSignal;
  /** 1 for the first run of a callback, one more for each after a failure or a lost process. */
  readonly attempt: number;
  /** Milliseconds left to the latest request that waits for this run, 0 when none does. Deferred: to its limit. */
  remainingMs(): number;
}

/** The run as its `execute` gets it. */
export interface OwnedRun extends Run {
  /**
   * Whether the callback has been answered, or is just being answered, and this run goes on. The `signal` of a deferred
   * run aborts at its limit, at the limit of a shutdown, and when the run is lost.
   */
  readonly deferred: boolean;
  /**
   * Another process has this run, or may take it at any time: leave the rest to that process. From then on the signal
   * is aborted.
   */
  readonly lost: boolean;
  /**
   * Answers every waiting and later request with `answer` now, and lets this run go on. Resolves once the store holds
   * answer and journal, or cannot be reached. In the latter case no other process takes over if this one dies, until a
   * later write of the journal succeeds. If the run is deferred already, nothing changes, and the promise settles as
   * that deferral did.
   *
   * @throws {RunLostError} if another process has the run, or if it has ended before: do nothing more for it.
   * @example
   * await run.defer('{}', { journal: JSON.stringify({ form, dueAt }), limitMs: 8_000 });
   * const instruction = await decide(form, run.signal);
   * if (!run.lost) await applyByRest(instruction);
   */
  defer(answer: string, deferral: Deferral): Promise<void>;
  /**
   * Replaces the journal of this deferred run, before a step that must not be done twice. A process that takes over
   * reads in it that the step was about to be done. Tries until the limit of the run, and resolves once the store holds
   * the journal. It resolves at once only if the store certainly never held a journal, so that nobody can take over, and
   * the lease still lasts.
   *
   * @throws {RunLostError} if another process has the run: leave the step to it.
   * @throws {NotRecordedError} if the limit passes first: leave out the step.
   * @example
   * await run.rewriteJournal(JSON.stringify({ form, sending: 'conference' }));
   * await applyByRest(instruction);
   */
  rewriteJournal(journal: string): Promise<void>;
  /**
   * Ends this deferred run: nothing is left to be done for it. Resolves once the store has that on record, so that no other
   * process takes the run over: report how it ended only then. While the store is away this waits, for a minute at most.
   * A run that `execute` leaves without calling this ends in the same way.
   *
   * @throws {RunLostError} if another process has the run: it reports how it ended.
   * @example
   * await applyByRest(instruction);
   * await run.finish();
   * tell('applied');
   */
  finish(): Promise<void>;
}

/** A deferred run that this process has taken over. `attempt` counts the processes it has been through. */
export interface TakenRun extends OwnedRun {
  readonly key: string;
  /** As it was given when it was deferred. */
  readonly journal: string;
}

/** The run has ended, or another process has it: the caller must do nothing more for it. */
export class RunLostError extends TaskRouterKitError {
  constructor() {
    super(
      'run-lost',
      'This run has ended, or another process has taken it over: do nothing more for its callback.',
    );
  }
}

/** The store did not take the journal of a deferred run before its limit. */
export class NotRecordedError extends TaskRouterKitError {
  constructor() {
    super(
      'not-recorded',
      'The store did not confirm in time that an instruction was about to be sent. It is not sent, because it could be sent twice.',
    );
  }
}

/**
 * How a request ended. `ran`: its own `execute` was called. `joined`: it waited for another request's run. `replayed`:
 * the answer was already there. `degraded`: the answer is not in the store (yet), so another process may not know it.
 */
export type RunResult =
  | {
      readonly status: 'answered';
      readonly answer: string;
      readonly verdict: 'ran' | 'joined' | 'replayed';
      readonly degraded?: true;
    }
  /** The run threw; only the request that ran it gets the `error`. In HTTP: 500. */
  | { readonly status: 'failed'; readonly verdict: 'ran' | 'joined'; readonly error?: unknown }
  /** No answer in time. In HTTP: 504. */
  | { readonly status: 'deadline'; readonly verdict: 'ran' | 'joined' }
  /** The key is known under another fingerprint. In HTTP: 409. */
  | { readonly status: 'mismatch' }
  /** The store cannot be asked and `onStoreError` is `fail`. In HTTP: 503. */
  | { readonly status: 'unavailable' }
  /** Shutting down. In HTTP: 503. */
  | { readonly status: 'closed' };
