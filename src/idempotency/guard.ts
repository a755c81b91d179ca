import type { Clock, Timer } from '../clock.js';
import { TaskRouterKitError } from '../errors.js';
import type { Logger } from '../log.js';
import type { IdempotencyStore, MaybePromise } from './store.js';
import { storeError } from './store-error.js';
import type { IdempotencyObserver, StoreOperation, StoreState } from './types.js';

/** Failures in a row that open the circuit. */
const OPEN_AFTER = 3;
/**
 * How often an open circuit looks whether the store is back, and what failed is tried again. A connection that was cut
 * once is back in this time: after a second, leases had passed, and handlers ran twice.
 */
const AGAIN_MS = 50;
/** How long what waits for an open circuit waits at most, so that it can give up by itself. */
const WAIT_MS = 1_000;

/**
 * The end of each timeout, on a timer of its own, and sockets are read after either timer. When this process itself
 * stood still, its timers fire before the answers that lie in the socket are read, and a process that is busy may come
 * to the second timer without having read any: both cases looked like an outage of the store, in which handlers run
 * without it. Twice, because a script that Redis has forgotten takes two round trips.
 */
const GRACE_MS = 10;

export interface GuardOptions {
  readonly store: IdempotencyStore;
  readonly clock: Clock;
  readonly log: Logger;
  readonly storeTimeoutMs: number;
  readonly observer: IdempotencyObserver | undefined;
}

/**
 * Calls the store so that no call outlasts its timeout, and calls it no more once it has failed three times in a
 * row, until a ping gets through. The pings are the guard's own, every 50 ms and when the store says that it is back, so
 * that no callback has to wait out a timeout only to find the store still gone.
 */
export class StoreGuard {
  state: StoreState = 'ok';
  /** The store answers with promises: it is elsewhere, and may be away. */
  remote = false;
  readonly #options: GuardOptions;
  #failures = 0;
  #probe: Timer;
  #stopped = false;
  /** What waits for the store to be back. */
  readonly #waiting = new Set<() => void>();
  readonly #unsubscribe: (() => void) | undefined;

  constructor(options: GuardOptions) {
    this.#options = options;
    this.#unsubscribe = options.store.onReady?.(() => {
      if (this.state === 'degraded') void this.probe();
      else this.#runWaiting();
    });
  }

  /**
   * Calls `run` once, to try again what has failed: in 50 ms; while the store is left alone, in a second; in any case as
   * soon as it is back.
   *
   * @returns a function that calls it off.
   */
  readonly again = (run: () => void): (() => void) => {
    const { clock } = this.#options;
    const callOff = () => {
      clock.clearTimeout(timer);
      this.#waiting.delete(now);
    };
    const now = () => {
      callOff();
      run();
    };
    const timer = clock.setTimeout(now, this.state === 'degraded' ? WAIT_MS : AGAIN_MS);
    this.#waiting.add(now);
    return callOff;
  };

  #runWaiting(): void {
    for (const run of [...this.#waiting]) run();
  }

  /**
   * Calls exactly one of `done` and `failed`: directly when the store answers directly, so that a store in memory
   * costs no timer and no promise. `late` gets what arrives after the timeout.
   */
  call<T>(
    operation: StoreOperation,
    invoke: (store: IdempotencyStore) => MaybePromise<T>,
    done: (value: T) => void,
    failed: (error: unknown) => void,
    late?: (value: T) => void,
  ): void {
    if (this.state === 'degraded' && operation !== 'ping') {
      this.#options.observer?.storeError?.(operation);
      failed(
        new TaskRouterKitError('store-unavailable', 'The store is not asked while it does not answer pings.'),
      );
      return;
    }
    let value: MaybePromise<T>;
    try {
      value = invoke(this.#options.store);
    } catch (thrown) {
      const error = storeError(thrown);
      this.#failed(operation, error);
      failed(error);
      return;
    }
    if (!isPromise(value)) {
      this.#failures = 0;
      done(value);
      return;
    }
    this.remote = true;
    this.#await(operation, value, done, failed, late);
  }

  /** One ping. Never rejects. Who asks may be anybody: that it fails does not open the circuit. */
  probe(): Promise<StoreState> {
    return new Promise((resolve) => {
      this.call(
        'ping',
        (store) => store.ping(),
        () => {
          this.#close();
          resolve(this.state);
        },
        () => resolve('degraded'),
      );
    });
  }

  /** Ends the pings, for good. */
  stop(): void {
    this.#stopped = true;
    this.#unsubscribe?.();
    this.#options.clock.clearTimeout(this.#probe);
  }

  #await<T>(
    operation: StoreOperation,
    value: Promise<T>,
    done: (value: T) => void,
    failed: (error: unknown) => void,
    late: ((value: T) => void) | undefined,
  ): void {
    const { clock, storeTimeoutMs } = this.#options;
    let waiting = true;
    const timedOut = () => {
      waiting = false;
      const error = new TaskRouterKitError(
        'store-timeout',
        `The store did not answer in ${storeTimeoutMs} ms.`,
      );
      this.#failed(operation, error);
      failed(error);
    };
    let timer: Timer;
    const wait = (ms: number, then: () => void) => {
      const read = () => waiting && then();
      timer = clock.setTimeout(() => (clock.afterInput ? clock.afterInput(read) : read()), ms);
    };
    const graceMs = Math.min(GRACE_MS, storeTimeoutMs);
    wait(storeTimeoutMs - graceMs, () => wait(graceMs, timedOut));
    value.then(
      (result) => {
        if (!waiting) return late?.(result);
        waiting = false;
        clock.clearTimeout(timer);
        this.#failures = 0;
        done(result);
      },
      (thrown: unknown) => {
        if (!waiting) return;
        waiting = false;
        clock.clearTimeout(timer);
        const error = storeError(thrown);
        this.#failed(operation, error);
        failed(error);
      },
    );
  }

  #failed(operation: StoreOperation, error: unknown): void {
    this.#options.observer?.storeError?.(operation);
    if (operation === 'ping') return;
    this.#failures += 1;
    if (this.state === 'degraded' || this.#failures < OPEN_AFTER) return;
    this.#options.log.warn(
      { operation, err: error },
      'the store failed three times in a row and is left alone',
    );
    this.#switch('degraded');
    this.#schedule();
  }

  #schedule(): void {
    const { clock } = this.#options;
    const timer = clock.setTimeout(async () => {
      await this.probe();
      // Unless it was back meanwhile, and is away again: then there are later pings.
      if (this.#probe === timer && this.state === 'degraded' && !this.#stopped) this.#schedule();
    }, AGAIN_MS);
    this.#probe = timer;
  }

  #close(): void {
    this.#failures = 0;
    if (this.state === 'ok') return;
    this.#options.clock.clearTimeout(this.#probe);
    this.#options.log.info({}, 'the store is back');
    this.#switch('ok');
    this.#runWaiting();
  }

  #switch(state: StoreState): void {
    this.state = state;
    this.#options.observer?.storeState?.(state);
  }
}

function isPromise<T>(value: MaybePromise<T>): value is Promise<T> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
