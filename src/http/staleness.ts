import { parseTimestamp } from '../callbacks/form.js';
import type { Clock } from '../clock.js';
import type { Logger } from '../log.js';
import { type CallbackAnswer, refused } from './answers.js';

/**
 * Refuses callbacks that are too old. A signature holds no time, so a captured request stays valid for ever; answers
 * are kept for a day, and what is older than that could only run again. A timestamp in a form we do not know is let
 * through: Twilio documents none.
 */
export function staleness(maxAgeMs: number | false, clock: Clock, log: Logger) {
  let told = false;
  return (timestamp: string | undefined): CallbackAnswer | undefined => {
    if (maxAgeMs === false || timestamp === undefined) return undefined;
    const sent = parseTimestamp(timestamp);
    if (sent === undefined) return undefined;
    const ageMs = clock.now() - sent.getTime();
    if (ageMs <= maxAgeMs) return undefined;
    if (!told) {
      told = true;
      log.warn({ ageMs, maxAgeMs }, "A callback's Timestamp is too old: is the clock of this machine right?");
    }
    return refused(403, 'stale-timestamp', 'The Timestamp is older than this endpoint accepts.');
  };
}
