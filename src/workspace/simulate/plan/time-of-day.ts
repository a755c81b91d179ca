const TIME = /^(\d{1,3}):([0-5]\d)(?::([0-5]\d))?$/;
const DAY_MS = 86_400_000;

/**
 * A time of day in milliseconds since midnight; undefined for anything that is none. Hours may go on past 24, into the
 * next days: `26:00` is two in the morning.
 *
 * @example readTimeOfDay('08:30') // 30600000
 */
export function readTimeOfDay(value: unknown): number | undefined {
  const match = typeof value === 'string' ? TIME.exec(value) : null;
  if (!match) return undefined;
  const [, hours, minutes, seconds = '0'] = match;
  return (Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds)) * 1_000;
}

/** @example formatTimeOfDay(30_600_000) // '08:30' */
export function formatTimeOfDay(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
}

/** When a simulated day begins and ends, in milliseconds since midnight of its first day. */
export interface Period {
  readonly from: number;
  readonly to: number;
}

/** A period whose end is not after its beginning ends on the next day. */
export const periodOf = (from: number, to: number): Period => ({ from, to: to > from ? to : to + DAY_MS });

/**
 * When a time of day comes in a period that may pass midnight: on its first day, or on the next day where it would
 * otherwise be before the beginning and the next day is still within.
 */
export const timeWithin = ({ from, to }: Period, time: number): number =>
  time < from && time + DAY_MS < to ? time + DAY_MS : time;
