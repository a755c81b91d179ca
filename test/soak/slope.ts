/** A straight line through measurements. */
export interface Slope {
  /** Per unit of `x`. */
  readonly perX: number;
  /** Half of its 95 % confidence interval. */
  readonly error: number;
}

/** The line with the least squares through points, of which there must be three. */
export function slopeOf(points: readonly (readonly [x: number, y: number])[]): Slope {
  const count = points.length;
  const meanX = points.reduce((sum, [x]) => sum + x, 0) / count;
  const meanY = points.reduce((sum, [, y]) => sum + y, 0) / count;
  let xx = 0;
  let xy = 0;
  for (const [x, y] of points) {
    xx += (x - meanX) ** 2;
    xy += (x - meanX) * (y - meanY);
  }
  const perX = xy / xx;
  const rest = points.reduce((sum, [x, y]) => sum + (y - meanY - perX * (x - meanX)) ** 2, 0);
  return { perX, error: 2 * Math.sqrt(rest / (count - 2) / xx) };
}

/** Whether it rises by more than `most` per unit, beyond doubt. */
export const rises = ({ perX, error }: Slope, most: number): boolean => perX - error > most;
