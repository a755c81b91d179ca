import type { Clock } from '../clock.js';
import type { Logger } from '../log.js';
import type { StoreGuard } from './guard.js';
import type { MemoryStore } from './memory-store.js';
import type { CompleteRequest } from './store.js';

const GIVE_UP_AFTER_MS = 60_000;
/** Writes at a time, so that a store that has just come back is not flooded. */
const BATCH = 50;

/**
 * Answers that were sent but that the store did not take. They are kept for the duplicates that reach this
 * process, and written again every 50 ms for a minute, under the token their run had, so that nobody else's answer is overwritten.
 */
export class LateWrites {
  readonly #guard: StoreGuard;
  readonly #kept: MemoryStore;
  readonly #clock: Clock;
  readonly #log: Logger;
  /** By key; the first to be given up comes first. */
  readonly #pending = new Map<string, { request: CompleteRequest; until: number }>();
  #callOff: (() => void) | undefined;
  #flushing: Promise<void> | undefined;

  constructor(guard: StoreGuard, kept: MemoryStore, clock: Clock, log: Logger) {
    this.#guard = guard;
    this.#kept = kept;
    this.#clock = clock;
    this.#log = log;
  }

  add(request: CompleteRequest): void {
    this.#kept.complete(request);
    this.#pending.set(request.key, { request, until: this.#clock.now() + GIVE_UP_AFTER_MS });
    if (this.#pending.size === 1) this.#schedule();
  }

  /** Writes what is pending, until the store fails again. */
  flush(): Promise<void> {
    this.#callOff?.();
    this.#flushing ??= this.#flush().finally(() => {
      this.#flushing = undefined;
      if (this.#pending.size > 0) this.#schedule();
    });
    return this.#flushing;
  }

  async #flush(): Promise<void> {
    this.#giveUp();
    let going = this.#guard.state === 'ok';
    while (going && this.#pending.size > 0) {
      const batch = [...this.#pending.values()].slice(0, BATCH);
      going = !(await Promise.all(batch.map(({ request }) => this.#write(request)))).includes(false);
    }
  }

  /** Ends the repetitions. */
  stop(): void {
    this.#callOff?.();
    this.#pending.clear();
  }

  #schedule(): void {
    this.#callOff?.();
    this.#callOff = this.#guard.again(() => void this.flush());
  }

  #giveUp(): void {
    const now = this.#clock.now();
    for (const [key, { until }] of this.#pending) {
      if (until > now) return;
      this.#pending.delete(key);
      this.#log.warn({ key }, 'the store did not take an answer within a minute: only this process knows it');
    }
  }

  #write(request: CompleteRequest): Promise<boolean> {
    const { key } = request;
    return new Promise((resolve) => {
      this.#guard.call(
        'complete',
        (store) => store.complete(request),
        (result) => {
          this.#pending.delete(key);
          this.#kept.forget(key);
          if (result === 'lost') {
            this.#log.warn(
              { key },
              'another process answered the same callback while the store could not be reached',
            );
          }
          resolve(true);
        },
        () => resolve(false),
      );
    });
  }
}
