import type { Clock } from '../../clock.js';
import type { Logger } from '../../log.js';
import { isPromise, type MaybePromise } from '../../maybe-promise.js';
import { CircuitBreaker, type StoreObserver } from './circuit-breaker.js';
import { type MemoryStore, memoryStore } from './memory-store.js';
import {
  type AcquireRequest,
  type AcquireResult,
  type ClaimedRun,
  type ClaimRequest,
  type CompleteRequest,
  certainlyNotApplied,
  type DeferRequest,
  type IdempotencyStore,
  type ReleaseRequest,
  type RenewRequest,
  type RenewResult,
  type StoreResult,
  type StoreState,
} from './store.js';
import { WriteBehind } from './write-behind.js';

/** How many answers a process remembers itself, should the store be away when their duplicates come: about 5 MB. */
const RECENT_ANSWERS = 10_000;

/** How often a call that waits for the store looks whether it is still wanted. */
const LOOK_MS = 50;

/** The least time between two log lines about callbacks that run without the store. */
const DEGRADED_LOG_MS = 10_000;

/**
 * How far a result can be trusted. `held`: the store has it. `local`: the store could not be asked and certainly has
 * nothing of it; this process alone knows. `unknown`: the store was asked, and its answer did not come.
 */
export type Known = 'held' | 'local' | 'unknown';

/** A result, and how far it can be trusted. Left out by a store that answered: `held`. */
type Told<T> = T & { readonly known?: Known };

/** `unavailable`: the store cannot be asked, and `onStoreError` is `fail`. */
export type Acquired = Told<AcquireResult> | { readonly status: 'unavailable'; readonly known?: Known };
export type Stored = Told<StoreResult>;

export interface Asking {
  /** Whether the result is still wanted. While it is, a hiccup of the store is waited out. */
  wanted(): boolean;
  /** Acquire: the end of the last lease of another process that was seen; until then nothing runs without the store. */
  readonly leaseSeenUntil?: number;
  /** Defer: it has been tried before, and the log has counted it. */
  readonly repeated?: boolean;
}

export interface ResilientOptions {
  readonly store: IdempotencyStore;
  readonly clock: Clock;
  readonly log: Logger;
  readonly storeTimeoutMs: number;
  readonly probeMs: number;
  /** How long an absence of the store is waited out; once it has been away for longer, nobody waits. */
  readonly hiccupMs: number;
  readonly onStoreError: 'continue' | 'fail';
  readonly observer: StoreObserver | undefined;
}

/**
 * The store in front of the store: everything about its being away is here, and its results tell the truth about it.
 *
 * A call that fails is tried again as long as that may be a hiccup. After that a run begins in this process alone
 * (or not at all, under `fail`), answers are kept and written behind, and duplicates get what this process remembers.
 * All tries of a run bear its one token, so that a call which happened though its answer was lost does no harm.
 */
export class ResilientStore {
  readonly hasTakeover: boolean;
  readonly #options: ResilientOptions;
  readonly #breaker: CircuitBreaker;
  /** What this process alone knows: runs begun and answers given while the store could not be asked. */
  readonly #local: MemoryStore;
  /** The last answers of a store elsewhere that this process saw. */
  readonly #recent: MemoryStore;
  readonly #writeBehind: WriteBehind;
  #degradedRuns = 0;
  #degradedLogged = Number.NEGATIVE_INFINITY;

  constructor(options: ResilientOptions) {
    const { clock, log, store } = options;
    this.#options = options;
    this.hasTakeover = store.claim !== undefined;
    this.#breaker = new CircuitBreaker(options);
    this.#local = memoryStore({ clock });
    this.#recent = memoryStore({ clock, maxRecords: RECENT_ANSWERS });
    this.#writeBehind = new WriteBehind(this.#breaker, this.#local, clock, log);
  }

  get state(): StoreState {
    return this.#breaker.state;
  }

  /** No call has failed since the last one that was answered. */
  get answers(): boolean {
    return this.#breaker.answers;
  }

  probe(): Promise<StoreState> {
    return this.#breaker.probe();
  }

  /** Waits until the store may be asked again. */
  recovery(maxMs: number): Promise<void> {
    return this.#breaker.recovery(maxMs);
  }

  /** Starts a run, or tells why not. Never fails. */
  acquire(request: AcquireRequest, asking: Asking): MaybePromise<Acquired> {
    // What only this process knows goes before what the store knows.
    if (this.#local.size > 0 && this.#local.has(request.key)) {
      return { ...this.#local.acquire(request), known: 'local' };
    }
    const ask = () =>
      this.#breaker.call(
        'acquire',
        (store) => store.acquire(request),
        (late) => {
          // It happened after all. A run that goes on holds this token; afterwards nobody does.
          if (late.status === 'acquired' && !asking.wanted()) void this.release(request);
        },
      );
    return this.#insist<AcquireResult, Acquired>(
      ask,
      asking,
      (result) => this.#remember(request, result),
      (known) => this.#acquireAlone(request, asking, known),
    );
  }

  /** Extends the lease; tries until the store answers, or nobody wants to know. Undefined: nobody did. */
  async renew(request: RenewRequest, wanted: () => boolean): Promise<RenewResult | undefined> {
    while (wanted()) {
      try {
        const result = await this.#breaker.call('renew', (store) => store.renew(request));
        // The store has it now, or another run there counts.
        if (result.status !== 'absent') this.#local.release(request);
        return result;
      } catch {
        await this.#breaker.recovery(Number.POSITIVE_INFINITY);
      }
    }
    return undefined;
  }

  /** Makes a run deferred. Its journal is stored before the answer goes out, unless the store cannot be asked. */
  defer(request: DeferRequest, asking: Asking): MaybePromise<Stored> {
    return this.#insist<StoreResult, Stored>(
      () => this.#breaker.call('defer', (store) => store.defer(request)),
      asking,
      (result) => {
        if (this.#local.size > 0) this.#local.release(request);
        return result;
      },
      (known) => {
        // Begun without the store, it has been told of already.
        if (!asking.repeated && !this.#local.has(request.key)) this.#logDegraded(request.key);
        return { status: 'stored', known };
      },
    );
  }

  /** Ends a run. What the store did not take is kept, and written behind if it is an answer. */
  complete(request: CompleteRequest, asking: Asking): MaybePromise<Stored> {
    return this.#insist<StoreResult, Stored>(
      () => this.#breaker.call('complete', (store) => store.complete(request)),
      asking,
      (result) => {
        if (this.#local.size > 0) this.#local.release(request);
        if (this.#breaker.remote && result.status === 'stored' && request.outcome.state === 'finished') {
          this.#recent.complete(request);
        }
        return result;
      },
      (known) => {
        this.keep(request);
        return { status: 'stored', known };
      },
    );
  }

  /** Keeps an outcome in this process, and writes it to the store when that can be asked. */
  keep(request: CompleteRequest): void {
    if (request.outcome.state === 'finished') this.#writeBehind.add(request);
    else this.#local.release(request);
  }

  /** Gives a lease back. Never rejects; takes the store's timeout at most. */
  async release(request: ReleaseRequest): Promise<void> {
    this.#local.release(request);
    try {
      await this.#breaker.call('release', (store) => store.release(request));
    } catch {
      // The lease passes by itself.
    }
  }

  /** Forgets what only this process knows of a run. */
  forget(request: ReleaseRequest): void {
    this.#local.release(request);
  }

  /** Claims deferred runs. `take` gets them, also those that come after the store's timeout; resolves to their number. */
  async claim(request: ClaimRequest, take: (claimed: readonly ClaimedRun[]) => void): Promise<number> {
    try {
      const claimed = await this.#breaker.call('claim', (store) => store.claim?.(request) ?? [], take);
      take(claimed);
      return claimed.length;
    } catch {
      return 0;
    }
  }

  /** Writes what is left, and ends every timer. */
  async close(): Promise<void> {
    await this.#writeBehind.stop();
    this.#breaker.stop();
  }

  /** Tries, and again while it may be a hiccup; `alone` makes the result when the store cannot be asked. */
  #insist<T, R>(
    ask: () => MaybePromise<T>,
    asking: Asking,
    done: (result: T) => R,
    alone: (known: Known) => R,
  ): MaybePromise<R> {
    const { clock } = this.#options;
    // A store that answers directly does not fail: it is spared the look at the clock.
    const begun = this.#breaker.remote ? clock.now() : undefined;
    let result: MaybePromise<T>;
    try {
      result = ask();
    } catch (error) {
      return this.#again(ask, asking, done, alone, error, begun);
    }
    if (!isPromise(result)) return done(result);
    return result.then(done, (error: unknown) => this.#again(ask, asking, done, alone, error, begun));
  }

  async #again<T, R>(
    ask: () => MaybePromise<T>,
    asking: Asking,
    done: (result: T) => R,
    alone: (known: Known) => R,
    firstError: unknown,
    begun = this.#options.clock.now(),
  ): Promise<R> {
    const { clock, hiccupMs, storeTimeoutMs } = this.#options;
    // Time is counted by the waits themselves: what passes while this process stands still is not waited.
    let waitedMs = Math.min(clock.now() - begun, storeTimeoutMs);
    let known: Known = certainlyNotApplied(firstError) ? 'local' : 'unknown';
    for (;;) {
      const leftMs = hiccupMs - waitedMs;
      if (leftMs <= 0 || this.#breaker.awayMs >= hiccupMs || !asking.wanted()) return alone(known);
      // Not longer at once: whoever waits may have to give up before the hiccup ends.
      const looked = clock.now();
      await this.#breaker.recovery(Math.min(leftMs, LOOK_MS));
      waitedMs += Math.min(clock.now() - looked, LOOK_MS);
      if (this.state === 'degraded' || !asking.wanted()) continue;
      const asked = clock.now();
      try {
        return done(await ask());
      } catch (error) {
        if (!certainlyNotApplied(error)) known = 'unknown';
        waitedMs += Math.min(clock.now() - asked, storeTimeoutMs);
      }
    }
  }

  #remember(request: AcquireRequest, result: AcquireResult): AcquireResult {
    if (result.status === 'finished' && this.#breaker.remote) {
      const { key, fingerprint, owner, ttlMs } = request;
      const outcome = { state: 'finished', answer: result.answer } as const;
      this.#recent.complete({ key, fingerprint, owner, attempt: 1, ttlMs, outcome });
    }
    return result;
  }

  #acquireAlone(request: AcquireRequest, asking: Asking, known: Known): Acquired {
    const { clock, onStoreError } = this.#options;
    if (!asking.wanted()) return { status: 'unavailable', known };
    const alone = { ...request, waitedFor: undefined };
    if (this.#recent.has(request.key)) return { ...this.#recent.acquire(alone), known: 'local' };
    const leaseLeftMs = (asking.leaseSeenUntil ?? 0) - clock.now();
    if (leaseLeftMs > 0) return { status: 'running', attempt: request.waitedFor ?? 1, leaseLeftMs, known };
    if (onStoreError === 'fail') return { status: 'unavailable', known };
    this.#logDegraded(request.key);
    return { ...this.#local.acquire(alone), known };
  }

  #logDegraded(key: string): void {
    const { clock, log } = this.#options;
    this.#degradedRuns += 1;
    const now = clock.now();
    if (now - this.#degradedLogged < DEGRADED_LOG_MS) return;
    log.warn(
      { key, runs: this.#degradedRuns },
      'The store cannot be reached: this process detects only its own duplicates',
    );
    this.#degradedLogged = now;
    this.#degradedRuns = 0;
  }
}
