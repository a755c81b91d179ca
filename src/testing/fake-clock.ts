import type { Clock } from '../clock.js';

export interface FakeClock extends Clock {
  /**
   * Lets `ms` milliseconds pass: fires what comes due, in order, and after each timer lets everything that waits
   * on settled promises go on before the next one fires.
   */
  advance(ms: number): Promise<void>;
  /** How many timers are pending. */
  readonly pending: number;
}

/**
 * A clock that stands still until told to advance.
 *
 * @param start - the first `now()`, in milliseconds since 1970.
 * @example
 * const clock = createFakeClock();
 * clock.setTimeout(() => console.log('later'), 1_000);
 * await clock.advance(1_000);
 */
export function createFakeClock(start = Date.UTC(2026, 0, 1)): FakeClock {
  let now = start;
  let made = 0;
  const timers = new Map<number, { at: number; run: () => void }>();

  /** The timer to fire next: of those due at one time, the one set first. */
  function next(until: number): number | undefined {
    let first: number | undefined;
    let earliest = until;
    for (const [id, { at }] of timers) {
      if (at < earliest || (at === earliest && first === undefined)) {
        first = id;
        earliest = at;
      }
    }
    return first;
  }

  return {
    now: () => now,
    setTimeout(run, ms) {
      made += 1;
      timers.set(made, { at: now + Math.max(0, ms), run });
      return made;
    },
    clearTimeout(timer) {
      timers.delete(timer as number);
    },
    async advance(ms) {
      const until = now + ms;
      await settle();
      for (let id = next(until); id !== undefined; id = next(until)) {
        const timer = timers.get(id) as { at: number; run: () => void };
        timers.delete(id);
        now = timer.at;
        timer.run();
        await settle();
      }
      now = until;
    },
    get pending() {
      return timers.size;
    },
  };
}

/** A turn of the event loop: by its end every chain of settled promises has run out. */
function settle(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
