/** A little over a second, because requests do not travel at one speed. */
const WINDOW_MS = 1_050;

/**
 * Spaces out requests to an endpoint that Twilio caps, so that they wait here instead of coming back as 429.
 *
 * @example new Limiter(3).reserve(Date.now()) // 0: go at once
 */
export class Limiter {
  /** When the last requests were allowed to start, the oldest first; as many as a second takes. */
  readonly #starts: number[] = [];
  readonly #perSecond: number;

  constructor(perSecond: number) {
    this.#perSecond = perSecond;
  }

  /** Takes the next place, and tells how many milliseconds to wait for it. */
  reserve(now: number): number {
    const oldest = this.#starts.length < this.#perSecond ? undefined : this.#starts.shift();
    const start = oldest === undefined ? now : Math.max(now, oldest + WINDOW_MS);
    this.#starts.push(start);
    return start - now;
  }
}
