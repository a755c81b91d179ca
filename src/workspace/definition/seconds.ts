const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * A length of time in seconds, as TaskRouter counts it; undefined for anything that is none. A bare number is a number
 * of seconds already.
 *
 * @example readSeconds('1m30s') // 90
 */
export function readSeconds(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) && value >= 0 ? value : undefined;
  if (typeof value !== 'string' || !/^(\d{1,9}(ms|[smhd]))+$/.test(value)) return undefined;
  let ms = 0;
  for (const [, count, unit] of value.matchAll(/(\d+)(ms|[smhd])/g)) ms += Number(count) * UNIT_MS[unit!]!;
  return ms % 1_000 === 0 ? ms / 1_000 : undefined;
}
