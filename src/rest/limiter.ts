/** A little over a second, because requests do not travel at one speed. */
const WINDOW_MS = 1_050;

/**
 * Spaces out requests to an endpoint that Twilio caps, so that they wait here instead of coming back as 429.
 *
 * @example new Limiter(3).reserve(Date.now(), 30_000) // 0: go at once
 */
export class Limiter {
  /** When the last requests were allowed to start, the oldest first; as many as a second takes. */
  readonly #starts: number[] = [];
  readonly #perSecond: number;

  constructor(perSecond: number) {
    this.#perSecond = perSecond;
  }

  /**
   * Takes the next place, and tells how many milliseconds to wait for it; undefined if that is not within `leftMs`. Then
   * the place stays free: else calls that have failed would keep later ones waiting.
   */
  reserve(now: number, leftMs: number): number | undefined {
    const isFree = this.#starts.length < this.#perSecond;
    const start = isFree ? now : Math.max(now, (this.#starts[0] as number) + WINDOW_MS);
    if (start - now >= leftMs) return undefined;
    if (!isFree) this.#starts.shift();
    this.#starts.push(start);
    return start - now;
  }
}
