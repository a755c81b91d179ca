import { type Duration, durationMs } from '../world/duration.js';

/** Numbers from 0 to 1, one after the other. */
export type Draw = () => number;

/** A length of time around its mean: the sum of two exponential ones, so that short and very long ones are rare. */
export function drawn(mean: Duration, draw: Draw): number {
  const part = () => -Math.log(1 - draw());
  return Math.max(1, Math.round((durationMs(mean) / 2) * (part() + part())));
}

/** Numbers that repeat with the seed: mulberry32. */
export function random(seed: number): Draw {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
