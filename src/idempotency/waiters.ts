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
  // Mostly it is one: an array is then a good deal cheaper than a Set.
  #waiting: Waiter[] = [];
  readonly #clock: Clock;
  readonly #onDeadline: (waiter: Waiter) => void;
  readonly #onResult: (result: RunResult) => void;

  constructor(clock: Clock, onDeadline: (waiter: Waiter) => void, onResult: (result: RunResult) => void) {
    this.#clock = clock;
    this.#onDeadline = onDeadline;
    this.#onResult = onResult;
  }

  get size(): number {
    return this.#waiting.length;
  }

  get first(): Waiter | undefined {
    return this.#waiting[0];
  }

  /** The latest deadline of all, 0 when nobody waits. */
  get latestDeadline(): number {
    let latest = 0;
    for (const { request } of this.#waiting) latest = Math.max(latest, request.deadline);
    return latest;
  }

  /** Waits. `then` may settle the request at once: only if it does not is there a timer. */
  add(request: RunRequest, then?: () => void): Promise<RunResult> {
    return new Promise((resolve) => {
      const waiter: Waiter = { request, resolve, timer: undefined, overdue: false };
      this.#waiting.push(waiter);
      then?.();
      if (!this.has(waiter)) return;
      const left = request.deadline - this.#clock.now();
      waiter.timer = this.#clock.setTimeout(() => this.#onDeadline(waiter), left);
    });
  }

  has(waiter: Waiter | undefined): boolean {
    return waiter !== undefined && this.#waiting.includes(waiter);
  }

  /** Gives each request the result that `decide` has for it; with `undefined` it goes on waiting. */
  settle(decide: (waiter: Waiter) => RunResult | undefined): void {
    const before = this.#waiting;
    this.#waiting = [];
    for (const waiter of before) {
      const result = decide(waiter);
      if (result === undefined) {
        this.#waiting.push(waiter);
        continue;
      }
      if (waiter.timer !== undefined) this.#clock.clearTimeout(waiter.timer);
      waiter.resolve(result);
      this.#onResult(result);
    }
  }
}
