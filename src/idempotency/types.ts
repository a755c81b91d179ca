import type { Clock } from '../clock.js';
import { TaskRouterKitError } from '../errors.js';
import type { Logger } from '../log.js';
import type { MaybePromise } from '../maybe-promise.js';
import type { StoreObserver } from './store/circuit-breaker.js';
import type { IdempotencyStore, StoreState } from './store/store.js';

/**
 * Runs every callback effectively once, over all processes that share a store: whoever comes first runs it, the
 * others wait for that run's answer or get the stored one.
 */
export interface Idempotency {
  /**
   * Joins or starts the run of one callback. Never rejects, and ends by `deadline`; only when a result is
   * being stored at that moment does it wait for that one store call, which ends within `storeTimeoutMs`. Answers
   * directly where neither store nor work has to be waited for.
   */
  run(request: RunRequest): MaybePromise<RunResult>;
  /**
   * From now on, until {@link close}, looks about every 2 s for deferred runs whose process has died, takes each over
   * under a lease of its own, and calls `handler` with it. The run ends when `handler` does, however it does. Without
   * effect when the store has no `claim`. To be called once.
   *
   * @example
   * idempotency.takeOver(async (run) => {
   *   const { form, dueAt } = JSON.parse(run.journal);
   *   if (await stillPending(form)) await decide(form, dueAt, run);
   * });
   */
  takeOver(handler: (run: TakenRun) => Promise<void>): void;
  /** The keys that are running here or being waited for. */
  readonly active: Iterable<string>;
  /** `degraded` from the third store failure in a row until the store takes a ping again. */
  readonly storeState: StoreState;
  /** Asks the store whether it takes writes. Never rejects, and never degrades it; takes `storeTimeoutMs` at most. */
  probe(): Promise<StoreState>;
  /**
   * Takes no new keys, and waits up to `timeoutMs` for those in flight, deferred runs included. At the limit it aborts
   * their signals, ends their waiting requests as `closed`, gives their leases back, so that another process may run
   * them at once, and names their keys in `open`.
   */
  close(options: { timeoutMs: number }): Promise<{ open: string[] }>;
}

export interface IdempotencyOptions {
  readonly store: IdempotencyStore;
  readonly clock?: Clock;
  /** A number in [0, 1), for the jitter of polls. */
  readonly random?: () => number;
  /** A token that no other run, of any process, has. Default: a random UUID of the engine, and a number. */
  readonly newOwner?: () => string;
  readonly log?: Logger;
  /** How long a run is safe from being taken over after its owner's last sign of life. Default 1,500. */
  readonly leaseMs?: number;
  /** The same for a deferred run. Default 1,500. */
  readonly deferredLeaseMs?: number;
  /** How often the owner of a run renews its lease. Default: a third of the lease. */
  readonly renewMs?: number;
  /** The same two for a run that goes on after its callback was answered. Default: as before the answer. */
  readonly lateLeaseMs?: number;
  readonly lateRenewMs?: number;
  /** How long an answer is repeated to duplicates. Default 24 hours. */
  readonly ttlMs?: number;
  /** How long one store operation may take. Default 250. */
  readonly storeTimeoutMs?: number;
  /** How long an absence of the store is waited out. Default 1,000: a quarter of the usual deadline. */
  readonly hiccupMs?: number;
  /** How often a store that is away is asked whether it is back. Default 50. */
  readonly probeMs?: number;
  /** The least and the most time between two looks at a run in another process. Default [25, 100]. */
  readonly pollMs?: readonly [number, number];
  /** The store cannot be asked: run, with duplicates told by this process alone (default), or refuse. */
  readonly onStoreError?: 'continue' | 'fail';
  readonly observer?: IdempotencyObserver;
}

/** What a metrics collector is told. A method must not throw. */
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
   * What happens when the deadline passes while the callback still runs in this process. `fail`: this request
   * ends, the run goes on for later ones. A fixed answer: it becomes THE answer of the callback, stored for every
   * request, and what the run brings later is dropped; or, with `deferred`, the run goes on, as if it had called
   * {@link OwnedRun.defer}. A request that waits for a run in another process, or for the store, ends as
   * `deadline` in any case: only the owner of a run may answer for it.
   */
  readonly onDeadline: 'fail' | { readonly answer: string; readonly deferred?: Deferral | undefined };
  /**
   * Does the work and brings the answer: the exact text to repeat. Of all requests that wait for one run, only
   * one's `execute` is called. Throw, or reject, and the attempt has failed. Once the run is deferred, what it brings is
   * ignored, and an error is only logged.
   */
  execute(run: OwnedRun): MaybePromise<string>;
}

/** What another process needs to take the rest of a run over, should this one die. */
export interface Deferral {
  /**
   * Opaque text for {@link TakenRun}, in the store only while the run is deferred. No size is refused, for that would lose a
   * decision: a callback's journal is bounded by the 256 KiB its body may have, and holds its attributes twice.
   */
  readonly journal: string;
  /** How long the deferred part may take from now on, in milliseconds. */
  readonly limitMs: number;
}

/** What the work is told about its run. The fields are live: read them when needed. */
export interface Run {
  /** Aborts when no answer can be used any more. Made on first use. */
  readonly signal: AbortSignal;
  /** 1 for the first run of a callback, one more for each after a failure or a lost process. */
  readonly attempt: number;
  /** Milliseconds left to the latest request that waits for this run, 0 when none does. Deferred: to its limit. */
  remainingMs(): number;
}

/** The run in the hands of the `execute` that does it. */
export interface OwnedRun extends Run {
  /**
   * Whether the callback is answered already, or just being so, and this run goes on. The `signal` of a deferred run
   * aborts at its limit, in a shutdown at its limit, and when the run is lost.
   */
  readonly deferred: boolean;
  /**
   * Another process has this run, or may take it at any time: whatever is left to do is for that one. From then on
   * the signal is aborted.
   */
  readonly lost: boolean;
  /**
   * Answers every waiting and later request with `answer` now, and lets this run go on. Resolves once the store
   * holds answer and journal, or cannot be asked: then this process alone goes on, and no other takes over if it
   * dies. When the run is deferred already nothing changes, and the promise tells how that ended.
   *
   * @throws RunLostError when another process has the run, or it has ended before: do nothing more for it.
   * @example
   * await run.defer('{}', { journal: JSON.stringify({ form, dueAt }), limitMs: 8_000 });
   * const instruction = await decide(form, run.signal);
   * if (!run.lost) await applyByRest(instruction);
   */
  defer(answer: string, deferral: Deferral): Promise<void>;
  /**
   * Replaces the journal of this deferred run, before a step that must not be done twice: whoever takes over reads that
   * it was about to be done. Resolves once the store holds it, which is tried until the limit of the run; at once only
   * when the store certainly never held a journal, so that nobody can take over.
   *
   * @throws RunLostError when another process has the run: leave the step to it.
   * @throws NotRecordedError when the limit passes first: leave the step out.
   * @example
   * await run.rewriteJournal(JSON.stringify({ form, sending: 'conference' }));
   * await applyByRest(instruction);
   */
  rewriteJournal(journal: string): Promise<void>;
}

/** A deferred run that this process has taken over. `attempt` counts the processes it has been through. */
export interface TakenRun extends OwnedRun {
  readonly key: string;
  /** As it was given when it was deferred. */
  readonly journal: string;
}

/** A run that is no longer this process' own, or has ended: what is left to do for it is not for the caller to do. */
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
 * How a request ended. `ran`: its own `execute` was called. `joined`: it waited for another's. `replayed`: the
 * answer was there. `degraded`: the answer is not in the store (yet), so another process may not know it.
 */
export type RunResult =
  | {
      readonly status: 'answered';
      readonly answer: string;
      readonly verdict: 'ran' | 'joined' | 'replayed';
      readonly degraded?: true;
    }
  /** The run threw; `error` is what it threw, told only to the request that ran it. To HTTP: 500. */
  | { readonly status: 'failed'; readonly verdict: 'ran' | 'joined'; readonly error?: unknown }
  /** No answer in time. To HTTP: 504. */
  | { readonly status: 'deadline'; readonly verdict: 'ran' | 'joined' }
  /** The key is known under another fingerprint. To HTTP: 409. */
  | { readonly status: 'mismatch' }
  /** The store cannot be asked and `onStoreError` is `fail`. To HTTP: 503. */
  | { readonly status: 'unavailable' }
  /** Shutting down. To HTTP: 503. */
  | { readonly status: 'closed' };
