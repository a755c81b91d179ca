/** 95 %: how far from the mean of so many values the truth may be, in standard errors (Student's t, two-sided). */
export function quantile95(degrees: number): number {
  const exact = TABLE[degrees - 1];
  if (exact !== undefined) return exact;
  // Cornish and Fisher's expansion of t around the normal quantile: right to four digits from 10 on.
  const z = 1.959963985;
  const g1 = (z ** 3 + z) / 4;
  const g2 = (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96;
  const g3 = (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384;
  return z + g1 / degrees + g2 / degrees ** 2 + g3 / degrees ** 3;
}

const TABLE = [12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.306, 2.2622, 2.2281];

export type Interval = readonly [low: number, high: number];

/** A ratio of two totals over the days, such as waiting time and tasks. */
export interface Ratio {
  readonly value: number;
  /** How much each day adds to the error of the ratio: their mean is 0. */
  readonly residuals: readonly number[];
}

/**
 * The ratio of two means, with what each day contributes to its error (the linear part of the ratio, as usual for means of
 * unequal days). Undefined when there is nothing to divide by.
 */
export function ratioOf<D>(
  days: readonly D[],
  above: (day: D) => number,
  below: (day: D) => number,
): Ratio | undefined {
  let sumAbove = 0;
  let sumBelow = 0;
  for (const day of days) {
    sumAbove += above(day);
    sumBelow += below(day);
  }
  if (sumBelow === 0) return undefined;
  const value = sumAbove / sumBelow;
  const meanBelow = sumBelow / days.length;
  return { value, residuals: days.map((day) => (above(day) - value * below(day)) / meanBelow) };
}

/** The interval that holds the truth 95 times in 100; undefined for a single day. */
export function intervalOf({ value, residuals }: Ratio): Interval | undefined {
  const n = residuals.length;
  if (n < 2) return undefined;
  const mean = residuals.reduce((sum, one) => sum + one, 0) / n;
  const variance = residuals.reduce((sum, one) => sum + (one - mean) ** 2, 0) / (n - 1);
  const half = quantile95(n - 1) * Math.sqrt(variance / n);
  return [value - half, value + half];
}

/** Of two ratios over the same days: how much the second is above the first. Their errors cancel where they are alike. */
export const differenceOf = (base: Ratio, other: Ratio): Ratio => ({
  value: other.value - base.value,
  residuals: other.residuals.map((residual, day) => residual - base.residuals[day]!),
});
