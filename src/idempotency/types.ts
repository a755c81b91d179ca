import type { Clock } from '../clock.js';
import type { Logger } from '../log.js';
import type { IdempotencyStore, MaybePromise } from './store.js';

/**
 * Runs every callback effectively once, over all processes that share a store: whoever comes first runs it, the
 * others wait for that run's answer or get the stored one.
 */
export interface Idempotency {
  /**
   * Joins or starts the run of one callback. Never rejects, and resolves by `deadline`; only when a result is
   * being stored at that moment does it wait for that one store call, which ends within `storeTimeoutMs`.
   */
  run(request: RunRequest): Promise<RunResult>;
  /**
   * From now on, until {@link close}, looks about every 2 s for late runs whose process has died, takes each over
   * under a lease of its own, and calls `handler` with it. The run ends when `handler` does, however it does. Without
   * effect when the store has no `claim`. To be called once.
   *
   * @example
   * idempotency.takeOver(async (run) => {
   *   const { form, dueAt } = JSON.parse(run.journal);
   *   if (await stillPending(form)) await decideLate(form, dueAt, run);
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
   * Takes no new keys, and waits up to `timeoutMs` for those in flight, late runs included. At the limit it aborts
   * their signals, ends their waiting requests as `closed`, gives their leases back, so that another process may run
   * them at once, and names their keys in `open`.
   */
  close(options: { timeoutMs: number }): Promise<{ open: string[] }>;
}

export type StoreState = 'ok' | 'degraded';

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
  /** How often the owner of a run renews its lease. Default 500. */
  readonly renewMs?: number;
  /** The same two for a run that goes on after its callback was answered. Default: as before the answer. */
  readonly lateLeaseMs?: number;
  readonly lateRenewMs?: number;
  /** How long an answer is repeated to duplicates. Default 24 hours. */
  readonly ttlMs?: number;
  /** How long one store operation may take. Default 250. */
  readonly storeTimeoutMs?: number;
  /** The least and the most time between two looks at a run in another process. Default [25, 100]. */
  readonly pollMs?: readonly [number, number];
  /** The store cannot be asked: run, with duplicates told by this process alone (default), or refuse. */
  readonly onStoreError?: 'continue' | 'fail';
  readonly observer?: IdempotencyObserver;
}

/** What a metrics collector is told. A method must not throw. */
export interface IdempotencyObserver {
  /** Once a request. */
  result?(result: RunResult): void;
  /** Once a failed store operation; one that the open circuit breaker kept back counts as well. */
  storeError?(operation: StoreOperation): void;
  storeState?(state: StoreState): void;
}

export type StoreOperation = 'acquire' | 'renew' | 'answerEarly' | 'complete' | 'release' | 'claim' | 'ping';

/** One callback, as it came in. */
export interface RunRequest {
  /** `assignment:<WorkspaceSid>:<ReservationSid>` or `event:<id>`. */
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
   * request, and what the run brings later is dropped; or, with `goOn`, the run goes on late, as if it had called
   * {@link OwnedRun.answerEarly}. A request that waits for a run in another process, or for the store, ends as
   * `deadline` in any case: only the owner of a run may answer for it.
   */
  readonly onDeadline: 'fail' | { readonly answer: string; readonly goOn?: LateRequest | undefined };
  /**
   * Does the work and brings the answer: the exact text to repeat. Of all requests that wait for one run, only
   * one's `execute` is called. Throw, or reject, and the attempt has failed. Once the run is late, what it brings is
   * ignored, and an error is only logged.
   */
  execute(run: OwnedRun): MaybePromise<string>;
}

/** What another process needs to take the rest of a run over, should this one die. */
export interface LateRequest {
  /**
   * Opaque text for {@link TakenRun}, in the store only while the run is late. No size is refused, for that would lose a
   * decision: a callback's journal is bounded by the 256 KiB its body may have, and holds its attributes twice.
   */
  readonly journal: string;
  /** How long the late part may take from now on, in milliseconds. */
  readonly limitMs: number;
}

/** What the work is told about its run. The fields are live: read them when needed. */
export interface Run {
  /** Aborts when no answer can be used any more. Made on first use. */
  readonly signal: AbortSignal;
  /** 1 for the first run of a callback, one more for each after a failure or a lost process. */
  readonly attempt: number;
  /** Milliseconds left to the latest request that waits for this run, 0 when none does. Late: to the late limit. */
  remainingMs(): number;
}

/** The run in the hands of the `execute` that does it. */
export interface OwnedRun extends Run {
  /**
   * Whether the callback is answered already, or just being so, and this run goes on late. The `signal` of a late run
   * aborts at its late limit, in a shutdown at its limit, and when the run is lost.
   */
  readonly late: boolean;
  /**
   * Another process has this run, or may take it at any time: whatever is left to do is for that one. From then on
   * the signal is aborted.
   */
  readonly lost: boolean;
  /**
   * Answers every waiting and later request with `answer` now, and lets this run go on late. Resolves once the store
   * holds answer and journal, or cannot be asked: then this process alone goes on, and no other takes over if it
   * dies. When the run is late already nothing changes, and the promise tells how going late ended.
   *
   * @throws RunLostError when another process has the run, or it has ended before: do nothing more for it.
   * @example
   * await run.answerEarly('{}', { journal: JSON.stringify({ form, dueAt }), limitMs: 8_000 });
   * const instruction = await decide(form, run.signal);
   * if (!run.lost) await applyByRest(instruction);
   */
  answerEarly(answer: string, late: LateRequest): Promise<void>;
  /**
   * Replaces the journal of this late run, before a step that must not be done twice: whoever takes over reads that it
   * was about to be done. Resolves once the store holds it, or cannot be asked: then it is written with the next
   * renewal that gets through.
   *
   * @throws RunLostError when another process has the run: leave the step to it.
   * @example
   * await run.rewriteJournal(JSON.stringify({ form, sending: 'conference' }));
   * await applyByRest(instruction);
   */
  rewriteJournal(journal: string): Promise<void>;
}

/** A late run that this process has taken over. `attempt` counts the processes it has been through. */
export interface TakenRun extends OwnedRun {
  readonly key: string;
  /** As it was given with the early answer. */
  readonly journal: string;
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
