import type { Clock, Timer } from '../clock.js';
import { RunLostError } from './run-lost.js';
import type { OwnedRun } from './types.js';

/** One call of `execute` in this process, and the lease that goes with it. */
export class LocalRun implements OwnedRun {
  readonly attempt: number;
  /** The store could not be asked whether another process runs the same. */
  readonly degraded: boolean;
  /** `execute` has ended, one way or the other. */
  ended = false;
  late = false;
  lost = false;
  readonly #clock: Clock;
  readonly #latestDeadline: () => number;
  #timer: Timer;
  #controller: AbortController | undefined;
  #aborted = false;

  constructor(attempt: number, degraded: boolean, clock: Clock, latestDeadline: () => number) {
    this.attempt = attempt;
    this.degraded = degraded;
    this.#clock = clock;
    this.#latestDeadline = latestDeadline;
  }

  // Most handlers never look at it, and a controller costs more than the rest of a run.
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#aborted) this.#controller.abort();
    }
    return this.#controller.signal;
  }

  remainingMs(): number {
    return Math.max(0, this.#latestDeadline() - this.#clock.now());
  }

  async answerEarly(): Promise<void> {
    throw new RunLostError();
  }

  /** Tells `execute` to stop. What it left behind when it ended by itself is not disturbed. */
  abort(): void {
    if (this.ended) return;
    this.#aborted = true;
    this.#controller?.abort();
  }

  /** Calls `renew` every `everyMs` until told to stop. */
  keepLease(everyMs: number, renew: () => void): void {
    this.#timer = this.#clock.setTimeout(() => {
      this.keepLease(everyMs, renew);
      renew();
    }, everyMs);
  }

  dropLease(): void {
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
  }
}
