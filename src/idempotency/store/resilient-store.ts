import type { Clock } from '../../clock.js';
import type { Logger } from '../../log.js';
import { isPromise, type MaybePromise } from '../../maybe-promise.js';
import { CircuitBreaker, type StoreObserver } from './circuit-breaker.js';
import type { Acquired, Asking, EngineStore, Known, Stored } from './engine-store.js';
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
import { WriteBehind, type Written } from './write-behind.js';

/** How many answers a process remembers itself, for duplicates that come while the store is away: about 5 MB. */
const RECENT_ANSWERS = 10_000;

/** How often a call that waits for the store checks whether it is still wanted. */
const LOOK_MS = 50;

/** The least time between two log lines about callbacks that run without the store. */
const DEGRADED_LOG_MS = 10_000;

/** What names a record, and says how long it lasts. */
type Recorded = Pick<AcquireRequest, 'key' | 'fingerprint' | 'owner' | 'ttlMs'>;

export interface ResilientOptions {
  readonly store: IdempotencyStore;
  readonly clock: Clock;
  readonly log: Logger;
  readonly storeTimeoutMs: number;
  readonly probeMs: number;
  /** How long to wait out an absence of the store. Once it has been away for longer, no call waits. */
  readonly hiccupMs: number;
  readonly onStoreError: 'continue' | 'fail';
  readonly observer: StoreObserver | undefined;
}

/**
 * The store in front of the store. It handles every absence of the store, and its results say how far they can be trusted.
 *
 * A call that fails is tried again as long as it may be a hiccup. After that a run begins in this process alone (or not
 * at all, under `fail`), answers are kept and written behind, and duplicates get what this process remembers. All tries
 * of a run carry the same token, so a call that happened although its reply was lost does no harm.
 */
export class ResilientStore implements EngineStore {
  readonly hasTakeover: boolean;
  readonly #options: ResilientOptions;
  readonly #breaker: CircuitBreaker;
  /** What only this process knows: runs begun and answers given while the store could not be reached. */
  readonly #local: MemoryStore;
  /** The last answers that this process saw in a remote store. */
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
    this.#writeBehind = new WriteBehind(this.#breaker, this.#local, clock, log, (request, result) =>
      this.#rememberStored(request, result),
    );
  }

  get state(): StoreState {
    return this.#breaker.state;
  }

  get answers(): boolean {
    return this.#breaker.answers;
  }

  get backMs(): number {
    return this.#breaker.backMs;
  }

  probe(): Promise<StoreState> {
    return this.#breaker.probe();
  }

  recovery(maxMs: number): Promise<boolean> {
    return this.#breaker.recovery(maxMs);
  }

  acquire(request: AcquireRequest, asking: Asking): MaybePromise<Acquired> {
    if (this.#local.size > 0 && this.#local.has(request.key)) return this.#acquireKept(request, asking);
    return this.#acquireRemote(request, asking);
  }

  /**
   * What only this process knows comes before what the store knows. If it is an answer and the store is back, another may count
   * by now: the store is told of it first, and then asked, if there is time for it.
   */
  #acquireKept(request: AcquireRequest, asking: Asking): MaybePromise<Acquired> {
    const kept = { ...this.#local.acquire(request), known: 'local' as const };
    const { clock, storeTimeoutMs } = this.#options;
    const leftMs = (asking.latestDeadline ?? Number.POSITIVE_INFINITY) - clock.now();
    if (kept.status !== 'finished' || this.state !== 'ok' || leftMs <= storeTimeoutMs) return kept;
    return this.#writeBehind
      .writeNow(request.key)
      .then(() => (this.#local.has(request.key) ? kept : this.#acquireRemote(request, asking)));
  }

  #acquireRemote(request: AcquireRequest, asking: Asking): MaybePromise<Acquired> {
    const ask = () =>
      this.#breaker.call(
        'acquire',
        (store) => store.acquire(request),
        (late) => {
          // It happened after all. A run that goes on uses this token; if none does, release it.
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

  async renew(request: RenewRequest, wanted: () => boolean): Promise<RenewResult | undefined> {
    while (wanted()) {
      try {
        const result = await this.#breaker.call('renew', (store) => store.renew(request));
        // The store has it now, or another run there counts.
        if (result.status !== 'absent') this.#local.release(request);
        if (result.status === 'lost') this.#remember(request, result.winner);
        return result;
      } catch {
        await this.#breaker.recovery(Number.POSITIVE_INFINITY);
      }
    }
    return undefined;
  }

  defer(request: DeferRequest, asking: Asking): MaybePromise<Stored> {
    return this.#insist<StoreResult, Stored>(
      () => this.#breaker.call('defer', (store) => store.defer(request)),
      asking,
      (result) => {
        if (this.#local.size > 0) this.#local.release(request);
        if (result.status === 'lost') this.#remember(request, result.winner);
        return result;
      },
      (known) => {
        // A run that began without the store has been logged already.
        if (!asking.repeated && !this.#local.has(request.key)) this.#logDegraded(request.key);
        return { status: 'stored', known };
      },
    );
  }

  complete(request: CompleteRequest, asking: Asking): MaybePromise<Stored> {
    return this.#insist<StoreResult, Stored>(
      () => this.#breaker.call('complete', (store) => store.complete(request)),
      asking,
      (result) => {
        if (this.#local.size > 0) this.#local.release(request);
        this.#rememberStored(request, result);
        return result;
      },
      (known) => {
        return { status: 'stored', known, written: this.keep(request) };
      },
    );
  }

  keep(request: CompleteRequest): Promise<Written> | undefined {
    if (request.outcome.state === 'finished') return this.#writeBehind.add(request);
    this.#local.release(request);
    return undefined;
  }

  async release(request: ReleaseRequest): Promise<void> {
    this.#local.release(request);
    try {
      await this.#breaker.call('release', (store) => store.release(request));
    } catch {
      // The lease passes by itself.
    }
  }

  forget(request: ReleaseRequest): void {
    this.#local.release(request);
  }

  async claim(request: ClaimRequest, take: (claimed: readonly ClaimedRun[]) => void): Promise<number> {
    try {
      const claimed = await this.#breaker.call('claim', (store) => store.claim?.(request) ?? [], take);
      take(claimed);
      return claimed.length;
    } catch {
      return 0;
    }
  }

  async close(): Promise<void> {
    await this.#writeBehind.stop();
    this.#breaker.stop();
  }

  /** Tries, again while it may be a hiccup. `alone` makes the result if the store cannot be reached. */
  #insist<T, R>(
    ask: () => MaybePromise<T>,
    asking: Asking,
    done: (result: T) => R,
    alone: (known: Known) => R,
  ): MaybePromise<R> {
    const { clock } = this.#options;
    // A store that answers directly does not fail, so its calls need no look at the clock.
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
    // The waits themselves count the time, because time in which this process stood still was not spent waiting.
    const waited = (sinceMs: number, mostMs: number) => {
      asking.waitedMs = (asking.waitedMs ?? 0) + Math.min(clock.now() - sinceMs, mostMs);
    };
    // A call that took longer than any may failed because this process stood still: the store is asked again, at once.
    const stoodStill = (sinceMs: number) => clock.now() - sinceMs > 2 * storeTimeoutMs;
    waited(begun, storeTimeoutMs);
    let atOnce = stoodStill(begun);
    let known: Known = certainlyNotApplied(firstError) ? 'local' : 'unknown';
    for (;;) {
      const leftMs = hiccupMs - (asking.waitedMs ?? 0);
      if (!atOnce) {
        const over = leftMs <= 0 || this.#breaker.awayMs >= hiccupMs;
        // While this process stood still the store may have come back: the next ping says so.
        if ((over && !this.#breaker.isOutOfDate) || !asking.wanted()) return alone(known);
        // In short steps, because those who wait may have to give up before the hiccup ends.
        const looked = clock.now();
        const back = await this.#breaker.recovery(over ? storeTimeoutMs : Math.min(leftMs, LOOK_MS));
        waited(looked, LOOK_MS);
        // Back just now, it is asked once more even if nobody can wait any longer: what counts is there.
        if (this.state === 'degraded' || !(back || asking.wanted())) continue;
      }
      const asked = clock.now();
      try {
        return done(await ask());
      } catch (error) {
        if (!certainlyNotApplied(error)) known = 'unknown';
        waited(asked, storeTimeoutMs);
        atOnce = stoodStill(asked);
      }
    }
  }

  #remember(request: Recorded, result: AcquireResult): AcquireResult {
    if (result.status === 'finished' && this.#breaker.remote) {
      const outcome = { state: 'finished', answer: result.answer } as const;
      this.#recent.complete({ ...request, attempt: 1, outcome });
    }
    return result;
  }

  /** Remembers the answer that the store has by now, this one or another's. */
  #rememberStored(request: CompleteRequest, result: StoreResult): void {
    if (!this.#breaker.remote) return;
    if (result.status === 'lost') this.#remember(request, result.winner);
    else if (request.outcome.state === 'finished') this.#recent.complete(request);
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
