import type { Clock, Timer } from '../../clock.js';
import type { Logger } from '../../log.js';
import type { CircuitBreaker } from './circuit-breaker.js';
import type { MemoryStore } from './memory-store.js';
import type { CompleteRequest } from './store.js';

const GIVE_UP_AFTER_MS = 60_000;
/** Writes at a time, so that a store that has just come back is not flooded. */
const BATCH = 50;

/**
 * Answers that were sent but that the store did not accept. They are kept for duplicates that reach this process, and
 * written again for a minute, under the token of their run, so that nobody else's answer is overwritten.
 */
export class WriteBehind {
  readonly #breaker: CircuitBreaker;
  readonly #local: MemoryStore;
  readonly #clock: Clock;
  readonly #log: Logger;
  /** By key, in the order in which they are given up. */
  readonly #pending = new Map<string, { request: CompleteRequest; until: number }>();
  #giveUp: Timer;
  #writing = false;
  #stopped = false;

  constructor(breaker: CircuitBreaker, local: MemoryStore, clock: Clock, log: Logger) {
    this.#breaker = breaker;
    this.#local = local;
    this.#clock = clock;
    this.#log = log;
  }

  add(request: CompleteRequest): void {
    this.#local.complete(request);
    this.#pending.set(request.key, { request, until: this.#clock.now() + GIVE_UP_AFTER_MS });
    if (this.#stopped) return;
    if (this.#pending.size === 1) {
      this.#clock.clearTimeout(this.#giveUp);
      this.#watchOldest();
    }
    void this.#write();
  }

  /** Tries once more, at the end of the process, and gives up the rest. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#clock.clearTimeout(this.#giveUp);
    while (this.#pending.size > 0 && this.#breaker.state === 'ok') if (!(await this.#batch())) break;
    this.#pending.clear();
  }

  /** Writes pending answers whenever the store can be reached, until none is left. */
  async #write(): Promise<void> {
    if (this.#writing) return;
    this.#writing = true;
    while (this.#pending.size > 0 && !this.#stopped) {
      await this.#breaker.recovery(Number.POSITIVE_INFINITY);
      while (this.#pending.size > 0 && !this.#stopped && this.#breaker.state === 'ok') {
        if (!(await this.#batch())) break;
      }
    }
    this.#writing = false;
  }

  /** Resolves to whether the store accepted all of them. */
  async #batch(): Promise<boolean> {
    const batch = [...this.#pending.values()].slice(0, BATCH);
    const taken = await Promise.all(batch.map(({ request }) => this.#one(request)));
    if (this.#pending.size === 0) this.#clock.clearTimeout(this.#giveUp);
    return !taken.includes(false);
  }

  async #one(request: CompleteRequest): Promise<boolean> {
    const { key } = request;
    try {
      const result = await this.#breaker.call('complete', (store) => store.complete(request));
      // Nothing else was added under this key meanwhile: a later request of this process would have got this answer.
      this.#pending.delete(key);
      this.#local.forget(key);
      if (result.status === 'lost') {
        this.#log.warn(
          { key },
          'Another process answered the same callback while the store could not be reached',
        );
      }
      return true;
    } catch {
      return false;
    }
  }

  #watchOldest(): void {
    const [oldest] = this.#pending.values();
    if (oldest === undefined) return;
    this.#giveUp = this.#clock.setTimeout(() => {
      const now = this.#clock.now();
      for (const [key, { until }] of this.#pending) {
        if (until > now) break;
        this.#pending.delete(key);
        this.#log.warn(
          { key },
          'The store did not accept an answer within a minute: only this process knows it',
        );
      }
      this.#watchOldest();
    }, oldest.until - this.#clock.now());
  }
}
