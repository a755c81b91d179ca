const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
/** 366 days. More is a slip. */
const LONGEST_MS = 366 * 86_400_000;
/** What {@link readMs} takes, in the words of an error. */
export const DURATION_WORDS = "a length of time up to 366d: seconds, or a text such as '90s' or '2m'";
const DURATION = /^(?:\d{1,9}(?:\.\d{1,9})?(?:ms|[smhd]))+$/;

/**
 * A length of time in whole milliseconds; undefined for anything that is none, and for more than 366 days. As in workspace
 * files, a bare number is a number of seconds.
 *
 * @example readMs('1m30s') // 90000
 * @example readMs(0.25) // 250
 */
export function readMs(value: unknown): number | undefined {
  let ms = Number.NaN;
  if (typeof value === 'number') ms = value * 1_000;
  else if (typeof value === 'string' && DURATION.test(value)) {
    ms = 0;
    for (const [, count, unit] of value.matchAll(/(\d+(?:\.\d+)?)(ms|[smhd])/g))
      ms += Number(count) * UNIT_MS[unit!]!;
  }
  return ms >= 0 && ms <= LONGEST_MS ? Math.round(ms) : undefined;
}

/**
 * A length of time as people write it, down to the millisecond.
 * @example formatMs(90_500) // '1m30.5s'
 */
export function formatMs(ms: number): string {
  const sign = ms < 0 ? '-' : '';
  const total = Math.round(Math.abs(ms));
  const hours = Math.floor(total / 3_600_000);
  const minutes = Math.floor((total % 3_600_000) / 60_000);
  const seconds = (total % 60_000) / 1_000;
  const parts = [
    hours > 0 ? `${hours}h` : '',
    minutes > 0 ? `${minutes}m` : '',
    seconds > 0 || total < 60_000 ? `${seconds}s` : '',
  ];
  return sign + parts.join('');
}
