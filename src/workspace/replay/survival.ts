import type { Random } from '../simulate/day/random.js';

/** A length of time, or how long it was at least. */
export interface Observation {
  readonly time: number;
  /** It ended there; otherwise nobody saw its end. */
  readonly ended: boolean;
}

/**
 * How long something lasts, learned from observations of which many were cut short (Kaplan and Meier, 1958): who was
 * answered after ten seconds would have waited for at least ten.
 */
export class Survival {
  /** The times at which something ended, and the share that lasts longer than each. */
  readonly #times: number[] = [];
  readonly #shares: number[] = [];

  constructor(observations: readonly Observation[]) {
    const sorted = observations.toSorted((a, b) => a.time - b.time);
    let share = 1;
    for (let index = 0; index < sorted.length; ) {
      const { time } = sorted[index]!;
      const atRisk = sorted.length - index;
      let ends = 0;
      for (; index < sorted.length && sorted[index]!.time === time; index += 1)
        if (sorted[index]!.ended) ends += 1;
      if (ends === 0) continue;
      share *= 1 - ends / atRisk;
      this.#times.push(time);
      this.#shares.push(share);
    }
  }

  /** Nothing was seen to end. */
  get isEmpty(): boolean {
    return this.#times.length === 0;
  }

  /** How long one lasts that has lasted for so long already; undefined: longer than was ever seen. Draws once. */
  draw(random: Random, beyond: number): number | undefined {
    const first = firstWhere(this.#times, (time) => time > beyond);
    const wanted = random() * (first > 0 ? this.#shares[first - 1]! : 1);
    const found = firstWhere(this.#shares, (share) => share <= wanted);
    return this.#times[Math.max(first, found)];
  }
}

/** The first of a sorted list that a condition holds for, as it holds for all after it; the length without any. */
function firstWhere(values: readonly number[], holds: (value: number) => boolean): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(values[middle]!)) high = middle;
    else low = middle + 1;
  }
  return low;
}
