import type { Clock } from './clock.js';

/** A clock that stands still until it is told to advance. */
export interface VirtualClock extends Clock {
  /**
   * Lets `ms` milliseconds pass, timer by timer: before the first timer, and after each, `quiet` is awaited.
   * Calls made while one is running wait for it.
   */
  advance(ms: number, quiet: () => Promise<void>): Promise<void>;
  /** Sets the time, forward or back; no timer runs, and those that are set stay due at their times. */
  jumpTo(time: number): void;
  /** How many timers are pending. */
  readonly pending: number;
}

/**
 * A virtual clock.
 *
 * @param start - the first `now()`, in milliseconds since 1970.
 * @example
 * const clock = createVirtualClock(Date.now());
 * clock.setTimeout(() => console.log('later'), 60_000);
 * await clock.advance(60_000, async () => {});
 */
export function createVirtualClock(start: number): VirtualClock {
  let now = start;
  let made = 0;
  let running: Promise<void> = Promise.resolve();
  const timers = new Map<number, { readonly at: number; readonly run: () => void }>();

  /** The timer to fire next: of those due at one time, the one that was set first. */
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

  async function pass(ms: number, quiet: () => Promise<void>): Promise<void> {
    const until = now + ms;
    await quiet();
    for (let id = next(until); id !== undefined; id = next(until)) {
      const timer = timers.get(id)!;
      timers.delete(id);
      now = timer.at;
      timer.run();
      await quiet();
    }
    now = until;
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
    advance(ms, quiet) {
      const mine = running.then(() => pass(ms, quiet));
      running = mine.catch(() => {});
      return mine;
    },
    jumpTo(time) {
      now = time;
    },
    get pending() {
      return timers.size;
    },
  };
}
