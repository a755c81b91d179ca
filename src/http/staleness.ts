import { parseTimestamp } from '../callbacks/form.js';
import { type Clock, dateOf } from '../clock.js';
import type { Logger } from '../log.js';

/** `unknown`: there is no Timestamp, or none that we can read. */
export type Age = 'fresh' | 'stale' | 'unknown';

/**
 * Judges how old callbacks are. A signature covers no time, so a captured request stays valid forever. Answers are kept
 * for five minutes longer than `maxAgeMs`, and an older callback could only run again. A Timestamp of unknown form is let
 * through, because Twilio documents no form. So is a missing one, because genuine assignment callbacks have come without.
 */
export function judgeAge(maxAgeMs: number | false, clock: Clock, log: Logger) {
  let told = false;
  return (timestamp: string | undefined): Age => {
    const sent = timestamp === undefined ? undefined : parseTimestamp(timestamp);
    if (sent === undefined) return 'unknown';
    if (maxAgeMs === false) return 'fresh';
    const ageMs = dateOf(clock) - sent.getTime();
    if (ageMs <= maxAgeMs) return 'fresh';
    if (!told) {
      told = true;
      log.warn({ ageMs, maxAgeMs }, "A callback's Timestamp is too old: is the clock of this machine right?");
    }
    return 'stale';
  };
}
