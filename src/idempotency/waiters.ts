import type { Clock, Timer } from '../clock.js';
import type { RunRequest, RunResult } from './types.js';

/** One request that waits. */
export interface Waiter {
  readonly request: RunRequest;
  readonly resolve: (result: RunResult) => void;
  timer: Timer;
  /** The deadline passed while a result was being stored. */
  overdue: boolean;
}

/** The requests that wait for one flight, in the order they came, each with the timer of its deadline. */
export class Waiters {
  readonly #waiting = new Set<Waiter>();
  readonly #clock: Clock;
  readonly #onDeadline: (waiter: Waiter) => void;
  readonly #onResult: (result: RunResult) => void;

  constructor(clock: Clock, onDeadline: (waiter: Waiter) => void, onResult: (result: RunResult) => void) {
    this.#clock = clock;
    this.#onDeadline = onDeadline;
    this.#onResult = onResult;
  }

  get size(): number {
    return this.#waiting.size;
  }

  get first(): Waiter | undefined {
    return this.#waiting.values().next().value;
  }

  /** The latest deadline of all, 0 when nobody waits. */
  get latestDeadline(): number {
    let latest = 0;
    for (const { request } of this.#waiting) latest = Math.max(latest, request.deadline);
    return latest;
  }

  [Symbol.iterator](): Iterator<Waiter> {
    return this.#waiting.values();
  }

  /** Waits. `then` may settle the request at once: only if it does not is there a timer. */
  add(request: RunRequest, then?: () => void): Promise<RunResult> {
    return new Promise((resolve) => {
      const waiter: Waiter = { request, resolve, timer: undefined, overdue: false };
      this.#waiting.add(waiter);
      then?.();
      if (!this.#waiting.has(waiter)) return;
      waiter.timer = this.#clock.setTimeout(
        () => this.#onDeadline(waiter),
        request.deadline - this.#clock.now(),
      );
    });
  }

  has(waiter: Waiter | undefined): boolean {
    return waiter !== undefined && this.#waiting.has(waiter);
  }

  settle(waiter: Waiter, result: RunResult): void {
    if (waiter.timer !== undefined) this.#clock.clearTimeout(waiter.timer);
    this.#waiting.delete(waiter);
    waiter.resolve(result);
    this.#onResult(result);
  }

  settleAll(result: RunResult): void {
    for (const waiter of this.#waiting) this.settle(waiter, result);
  }
}
