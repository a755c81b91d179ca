import { ConfigurationError } from '../../errors.js';

/** A length of time: milliseconds, or a string such as `'90s'`, `'2m'`, `'1h30m'`, `'250ms'`, `'1d'`. */
export type Duration = number | string;

/** 366 days. More is a slip, and would keep a clock busy for as good as ever. */
const LONGEST_MS = 366 * 86_400_000;

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * A duration in milliseconds, at most 366 days.
 *
 * @throws {ConfigurationError} for anything that is not a length of time.
 * @example durationMs('1h30m') // 5400000
 */
export function durationMs(duration: Duration): number {
  if (typeof duration === 'number' && duration >= 0 && duration <= LONGEST_MS) return Math.round(duration);
  if (typeof duration === 'string' && /^(\d+(ms|[smhd]))+$/.test(duration)) {
    let total = 0;
    for (const [, count, unit] of duration.matchAll(/(\d+)(ms|[smhd])/g))
      total += Number(count) * unitMs[unit!]!;
    if (total <= LONGEST_MS) return total;
  }
  throw new ConfigurationError(
    'bad-duration',
    "A duration is a number of milliseconds, or a string such as '90s', '2m', '1h30m' or '1d', and at most 366 days.",
  );
}
