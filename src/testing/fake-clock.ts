import type { Clock } from '../clock.js';
import { createVirtualClock } from '../virtual-clock.js';

export interface FakeClock extends Clock {
  /**
   * Lets `ms` milliseconds pass. Fires the timers that come due, in order; after each one, everything that waits on settled
   * promises runs before the next fires. A call made while another is running waits for it.
   */
  advance(ms: number): Promise<void>;
  /** How many timers are pending. */
  readonly pending: number;
}

/**
 * A clock that stands still until `advance` is called.
 *
 * @param start - the first `now()`, in milliseconds since 1970.
 * @example
 * const clock = createFakeClock();
 * clock.setTimeout(() => console.log('later'), 1_000);
 * await clock.advance(1_000);
 */
export function createFakeClock(start = Date.UTC(2026, 0, 1)): FakeClock {
  const clock = createVirtualClock(start);
  return {
    now: clock.now,
    setTimeout: clock.setTimeout,
    clearTimeout: clock.clearTimeout,
    advance: (ms) => clock.advance(ms, settle),
    get pending() {
      return clock.pending;
    },
  };
}

/** One turn of the event loop: by its end every chain of settled promises has run. */
function settle(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
