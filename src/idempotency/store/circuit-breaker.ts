import type { Clock, Timer } from '../../clock.js';
import { TaskRouterKitError } from '../../errors.js';
import type { Logger } from '../../log.js';
import { isPromise, type MaybePromise } from '../../maybe-promise.js';
import type { IdempotencyStore, StoreOperation, StoreState } from './store.js';
import { storeError } from './store-error.js';

/** Failures in a row that open the circuit. */
const OPEN_AFTER = 3;

/** How soon a call that failed may be tried again while the circuit is closed. */
const RETRY_MS = 50;

/**
 * The last part of each timeout has a separate timer, and sockets are read after each of the two. If this process itself
 * stood still, its timers fire before it reads the answers that lie in the socket, and a busy process may come to the
 * second timer without having read any. Both cases looked like an outage of the store, in which handlers run without
 * it. There are two timers because a script that Redis has forgotten takes two round trips.
 */
const GRACE_MS = 10;

/** What a metrics collector hears about the store. A method must not throw. */
export interface StoreObserver {
  /** Called for each failed store operation, and for each one that the open circuit breaker held back. */
  storeError?(operation: StoreOperation): void;
  storeState?(state: StoreState): void;
}

export interface BreakerOptions {
  readonly store: IdempotencyStore;
  readonly clock: Clock;
  readonly log: Logger;
  readonly storeTimeoutMs: number;
  /** How often an open circuit pings the store. */
  readonly probeMs: number;
  readonly observer: StoreObserver | undefined;
}

/**
 * Calls the store so that no call outlasts its timeout. After three failures in a row it stops calling the store until a
 * ping succeeds. The breaker sends the pings itself, so that no callback waits out a timeout only to find the store
 * still away.
 */
export class CircuitBreaker {
  state: StoreState = 'ok';
  /** The store answers with promises, so it is remote and may be away. */
  remote = false;
  readonly #options: BreakerOptions;
  readonly #recovered = new Set<(back: boolean) => void>();
  readonly #unsubscribe: (() => void) | undefined;
  /** The first and the last of the calls that failed in a row: when they were made, and when the last one failed. */
  #failing: { since: number; lastMade: number; lastSeen: number } | undefined;
  #failures = 0;
  #backSince = Number.NEGATIVE_INFINITY;
  #probe: Timer;
  #stopped = false;

  constructor(options: BreakerOptions) {
    this.#options = options;
    this.#unsubscribe = options.store.onReady?.(() => this.#ready());
  }

  /**
   * Calls the store. If the store answers directly, so does this: a store in memory costs no timer and no promise.
   *
   * @param late - gets a result that arrives after the timeout.
   * @throws (or rejects with) the store's error, or an error with `notApplied: true` while the circuit is open.
   */
  call<T>(
    operation: StoreOperation,
    invoke: (store: IdempotencyStore) => MaybePromise<T>,
    late?: (value: T) => void,
  ): MaybePromise<T> {
    if (this.state === 'degraded' && operation !== 'ping') {
      this.#options.observer?.storeError?.(operation);
      throw new CircuitOpenError();
    }
    let value: MaybePromise<T>;
    try {
      value = invoke(this.#options.store);
    } catch (thrown) {
      const error = storeError(thrown);
      this.#failed(operation, error, this.#options.clock.now());
      throw error;
    }
    if (!isPromise(value)) {
      this.#succeeded();
      return value;
    }
    this.remote = true;
    return this.#timed(operation, value, late);
  }

  /**
   * How long the store is known to have been away: from the first to the last of the calls that failed in a row, pings
   * included. A process that has just stood still does not know.
   */
  get awayMs(): number {
    if (this.#failing === undefined) return 0;
    const { since, lastMade, lastSeen } = this.#failing;
    return this.#isOld(lastSeen, this.#options.clock.now()) ? 0 : lastMade - since;
  }

  /** The circuit is open, but this process has not asked for longer than it ever waits: it stood still. */
  get isOutOfDate(): boolean {
    if (this.state === 'ok' || this.#failing === undefined) return false;
    return this.#isOld(this.#failing.lastSeen, this.#options.clock.now());
  }

  /** No call has failed since the last one that was answered. */
  get answers(): boolean {
    return this.#failing === undefined;
  }

  /** How long the circuit has been closed; 0 while it is open. */
  get backMs(): number {
    return this.state === 'ok' ? this.#options.clock.now() - this.#backSince : 0;
  }

  /** Whether this is longer ago than the last ping can be, so that nothing was known of the store in between. */
  #isOld(seen: number, now: number): boolean {
    const { probeMs, storeTimeoutMs } = this.#options;
    return now - seen > probeMs + 2 * storeTimeoutMs;
  }

  /**
   * Waits until a call is worth another try, at most `maxMs`. While the circuit is open, it waits until the store is back;
   * otherwise for a moment. It ends early if the store says that it is ready.
   */
  recovery(maxMs: number): Promise<boolean> {
    const { clock } = this.#options;
    const ms = this.state === 'degraded' ? maxMs : Math.min(maxMs, RETRY_MS);
    return new Promise((resolve) => {
      let timer: Timer;
      const done = (back: boolean) => {
        this.#recovered.delete(done);
        clock.clearTimeout(timer);
        resolve(back);
      };
      this.#recovered.add(done);
      if (ms !== Number.POSITIVE_INFINITY) timer = clock.setTimeout(() => done(false), Math.max(0, ms));
    });
  }

  /** Sends one ping. Never rejects. Anybody may ask for it, so a failure does not open the circuit. */
  async probe(): Promise<StoreState> {
    try {
      await this.call('ping', (store) => store.ping());
    } catch {
      return 'degraded';
    }
    this.#close();
    return this.state;
  }

  /** Ends the pings and every wait for a recovery, for good. */
  stop(): void {
    this.#stopped = true;
    this.#unsubscribe?.();
    this.#options.clock.clearTimeout(this.#probe);
    this.#wake();
  }

  #timed<T>(
    operation: StoreOperation,
    value: Promise<T>,
    late: ((value: T) => void) | undefined,
  ): Promise<T> {
    const { clock, storeTimeoutMs } = this.#options;
    const graceMs = Math.min(GRACE_MS, storeTimeoutMs);
    const begun = clock.now();
    return new Promise((resolve, reject) => {
      let waiting = true;
      let timer: Timer;
      const settled = () => {
        waiting = false;
        clock.clearTimeout(timer);
      };
      const failed = (error: unknown) => {
        this.#failed(operation, error, begun);
        reject(error);
      };
      const wait = (ms: number, then: () => void) => {
        const read = () => waiting && then();
        timer = clock.setTimeout(() => (clock.afterInput ? clock.afterInput(read) : read()), ms);
      };
      wait(storeTimeoutMs - graceMs, () =>
        wait(graceMs, () => {
          waiting = false;
          failed(new StoreTimeoutError(storeTimeoutMs));
        }),
      );
      value.then(
        (result) => {
          if (!waiting) return late?.(result);
          settled();
          this.#succeeded();
          resolve(result);
        },
        (error: unknown) => {
          if (!waiting) return;
          settled();
          failed(storeError(error));
        },
      );
    });
  }

  #succeeded(): void {
    if (this.#failing === undefined) return;
    this.#failures = 0;
    this.#failing = undefined;
  }

  #failed(operation: StoreOperation, error: unknown, begun: number): void {
    const { clock, log, observer, storeTimeoutMs } = this.#options;
    observer?.storeError?.(operation);
    const now = clock.now();
    // A call that took longer than any may shows that this process stood still, and says nothing about the store.
    const made = now - begun > 2 * storeTimeoutMs ? now : begun;
    const before = made === begun ? this.#failing : undefined;
    const since = before && !this.#isOld(before.lastSeen, made) ? before.since : made;
    this.#failing = { since, lastMade: made, lastSeen: now };
    if (operation === 'ping') return;
    this.#failures += 1;
    if (this.state === 'degraded' || this.#failures < OPEN_AFTER) return;
    log.warn(
      { operation, err: error },
      'The store failed three times in a row; it is not called again until it answers a ping',
    );
    this.#switch('degraded');
    this.#schedule();
  }

  #schedule(): void {
    if (this.#stopped) return;
    const { clock, probeMs } = this.#options;
    const timer = clock.setTimeout(async () => {
      await this.probe();
      // If the store was back meanwhile and is away again, later pings are already scheduled.
      if (this.#probe === timer && this.state === 'degraded') this.#schedule();
    }, probeMs);
    this.#probe = timer;
  }

  #ready(): void {
    if (this.state === 'degraded') void this.probe();
    else this.#wake();
  }

  #close(): void {
    this.#succeeded();
    if (this.state === 'ok') return;
    this.#options.clock.clearTimeout(this.#probe);
    this.#options.log.info({}, 'The store is back');
    this.#backSince = this.#options.clock.now();
    this.#switch('ok');
    this.#wake();
  }

  #wake(): void {
    for (const done of [...this.#recovered]) done(true);
  }

  #switch(state: StoreState): void {
    this.state = state;
    this.#options.observer?.storeState?.(state);
  }
}

class CircuitOpenError extends TaskRouterKitError {
  readonly notApplied = true;
  constructor() {
    super('store-unavailable', 'The store is not called until it answers a ping.');
  }
}

class StoreTimeoutError extends TaskRouterKitError {
  constructor(ms: number) {
    super('store-timeout', `The store did not answer in ${ms} ms.`);
  }
}
