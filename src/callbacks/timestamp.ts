/**
 * Reads the `Timestamp` of a callback: epoch seconds or milliseconds, or a date in ISO 8601 or RFC 2822 form, in UTC
 * where it names no zone. Twilio does not document the form, so anything else is `undefined`, never an error.
 */
export function parseTimestamp(value: string): Date | undefined {
  if (/^\d{9,10}$/.test(value)) return new Date(Number(value) * 1_000);
  if (/^\d{12,13}$/.test(value)) return new Date(Number(value));
  if (!ISO_DATE.test(value) && !RFC_DATE.test(value)) return undefined;
  const time = Date.parse(ZONE.test(value) ? value : `${value}Z`);
  return Number.isNaN(time) ? undefined : new Date(time);
}

/** 2026-01-31T10:20:30.5Z, or with a space, or without a zone. */
const ISO_DATE = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)?$/;

/** Sat, 31 Jan 2026 10:20:30 +0000 */
const RFC_DATE = /^[A-Z][a-z]{2}, \d{1,2} [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d( (GMT|UTC|[+-]\d{4}))?$/;

const ZONE = /(Z|GMT|UTC|[+-]\d\d:?\d\d)$/;
