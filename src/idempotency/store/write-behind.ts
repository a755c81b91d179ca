import type { Clock, Timer } from '../../clock.js';
import type { Logger } from '../../log.js';
import type { CircuitBreaker } from './circuit-breaker.js';
import type { MemoryStore } from './memory-store.js';
import type { CompleteRequest, StoreResult } from './store.js';

const GIVE_UP_AFTER_MS = 60_000;
/** Writes at a time, so that a store that has just come back is not flooded. */
const BATCH = 50;

/** What came of an answer: the store has it, or another run's answer counts, or it was not reached in time. */
export type Written = 'stored' | 'lost' | 'given up';

interface Pending {
  readonly request: CompleteRequest;
  readonly until: number;
  readonly end: (how: Written) => void;
  /** The store has answered. */
  written: boolean;
}

/**
 * Answers that were sent but that the store did not accept. They are kept for duplicates that reach this process, and
 * written again for a minute, under the token of their run, so that nobody else's answer is overwritten.
 */
export class WriteBehind {
  readonly #breaker: CircuitBreaker;
  readonly #local: MemoryStore;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #taken: (request: CompleteRequest, result: StoreResult) => void;
  /** By key, in the order in which they are given up. */
  readonly #pending = new Map<string, Pending>();
  #giveUp: Timer;
  #writing = false;
  #stopped = false;
  #closed = false;

  /** @param taken - is told what the store said to each. */
  constructor(
    breaker: CircuitBreaker,
    local: MemoryStore,
    clock: Clock,
    log: Logger,
    taken: (request: CompleteRequest, result: StoreResult) => void,
  ) {
    this.#taken = taken;
    this.#breaker = breaker;
    this.#local = local;
    this.#clock = clock;
    this.#log = log;
  }

  add(request: CompleteRequest): Promise<Written> {
    this.#local.complete(request);
    return new Promise((end) => {
      if (this.#closed) return end('given up');
      this.#pending.set(request.key, {
        request,
        until: this.#clock.now() + GIVE_UP_AFTER_MS,
        end,
        written: false,
      });
      if (this.#stopped) return;
      if (this.#pending.size === 1) {
        this.#clock.clearTimeout(this.#giveUp);
        this.#watchOldest();
      }
      void this.#write();
    });
  }

  /** Tries to write the answer of this key now, if there is one. Takes at most the store's timeout. */
  async writeNow(key: string): Promise<void> {
    const pending = this.#pending.get(key);
    if (pending) await this.#one(pending);
  }

  /** Tries once more, at the end of the process, and gives up the rest. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#clock.clearTimeout(this.#giveUp);
    while (this.#pending.size > 0 && this.#breaker.state === 'ok') if (!(await this.#batch())) break;
    this.#closed = true;
    for (const { end } of this.#pending.values()) end('given up');
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
    const taken = await Promise.all(batch.map((each) => this.#one(each)));
    if (this.#pending.size === 0) this.#clock.clearTimeout(this.#giveUp);
    return !taken.includes(false);
  }

  async #one(pending: Pending): Promise<boolean> {
    const { request, end } = pending;
    const { key } = request;
    try {
      const result = await this.#breaker.call('complete', (store) => store.complete(request));
      // Two writes of it were under way at once.
      if (pending.written) return true;
      pending.written = true;
      // Nothing else was added under this key meanwhile: a later request of this process would have got this answer.
      this.#pending.delete(key);
      this.#local.forget(key);
      this.#taken(request, result);
      if (result.status === 'lost') {
        this.#log.warn(
          { key },
          'Another process answered the same callback while the store could not be reached',
        );
      }
      end(result.status);
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
      for (const [key, { until, end }] of this.#pending) {
        if (until > now) break;
        this.#pending.delete(key);
        end('given up');
        this.#log.warn(
          { key },
          'The store did not accept an answer within a minute: only this process knows it',
        );
      }
      this.#watchOldest();
    }, oldest.until - this.#clock.now());
  }
}
