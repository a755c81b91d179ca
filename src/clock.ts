/** A pending timer. Opaque: hand it back to {@link Clock.clearTimeout}. */
export type Timer = unknown;

/**
 * Time as the rest of the code sees it. Everything that waits or needs the date takes a clock, so that a test can run
 * hours in a millisecond and replay a whole system from a seed.
 */
export interface Clock {
  /**
   * The present in milliseconds, for deadlines, leases and durations: it never goes back and never jumps. It is close to
   * the date when a process starts, but it is not a date.
   */
  now(): number;
  /** The date, in milliseconds since 1970-01-01 UTC. It jumps when someone sets the clock. Default: `now()`. */
  date?(): number;
  /** Calls `run` once, `ms` milliseconds from now. The timer never keeps a process alive. */
  setTimeout(run: () => void, ms: number): Timer;
  /** Forgets a timer. A fired or unknown timer is ignored. */
  clearTimeout(timer: Timer): void;
  /**
   * Calls `run` once, after all input that has reached this process by now has been read. Timers do not promise this:
   * after the process stood still, two may fire with nothing read in between. Default: calls it at once.
   */
  afterInput?(run: () => void): void;
}

/** The machine's clock. Whole milliseconds, as stores take them. */
export const systemClock: Clock = {
  now: () => Math.floor(performance.timeOrigin + performance.now()),
  date: Date.now,
  setTimeout: (run, ms) => setTimeout(run, ms).unref(),
  clearTimeout: (timer) => clearTimeout(timer as NodeJS.Timeout),
  afterInput: (run) => void setImmediate(run),
};

/** The machine's clock for showing dates: its `now()` is the date and jumps with it. */
export const dateClock: Clock = { ...systemClock, now: Date.now };

/** The date on a clock, in milliseconds since 1970-01-01 UTC. */
export const dateOf = (clock: Clock): number => clock.date?.() ?? clock.now();

/** Resolves `ms` milliseconds from now on the given clock. */
export function sleep(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => {
    clock.setTimeout(resolve, ms);
  });
}
