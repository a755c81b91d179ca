const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
  ['ms', 1],
] as const;

/** A length of time as `advance` takes it. @example formatDuration(90_000) // '1m30s' */
export function formatDuration(ms: number): string {
  let left = Math.max(0, Math.ceil(ms));
  const parts: string[] = [];
  for (const [unit, length] of units) {
    const count = Math.floor(left / length);
    if (count > 0) parts.push(`${count}${unit}`);
    left -= count * length;
  }
  return parts.join('') || '0s';
}

/**
 * What to do about a virtual clock that a test waits on, for an error.
 * @param nextAt - when the next timer is due; undefined: none is.
 */
export function clockHint(now: number, nextAt: number | undefined): string {
  if (nextAt === undefined) {
    return 'The virtual clock stands still, and no timer is set: advancing it changes nothing by itself.';
  }
  const duration = formatDuration(nextAt - now);
  return `The virtual clock stands still. The next timer is due in ${duration}: await emulator.advance('${duration}').`;
}
