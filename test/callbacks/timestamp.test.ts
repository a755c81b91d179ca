import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseTimestamp } from '../../src/callbacks/form.js';

const MOMENT = Date.UTC(2026, 0, 31, 10, 20, 30);

test.each([
  ['epoch seconds', String(MOMENT / 1_000)],
  ['epoch milliseconds', String(MOMENT)],
  ['ISO 8601', '2026-01-31T10:20:30Z'],
  ['ISO 8601 with milliseconds', '2026-01-31T10:20:30.000Z'],
  ['ISO 8601 in another zone', '2026-01-31T11:20:30+01:00'],
  ['ISO 8601 without zone, which is UTC', '2026-01-31T10:20:30'],
  ['a blank instead of T', '2026-01-31 10:20:30'],
  ['RFC 2822', 'Sat, 31 Jan 2026 10:20:30 +0000'],
  ['RFC 2822 in another zone', 'Sat, 31 Jan 2026 05:20:30 -0500'],
  ['RFC 2822 without zone, which is UTC', 'Sat, 31 Jan 2026 10:20:30'],
])('a timestamp may be %s', (_form, text) => {
  expect(parseTimestamp(text)?.getTime()).toBe(MOMENT);
});

test.each(['', '12', 'yesterday', '2026-13-45T99:99:99Z', '31.1.2026', '1e9', '99999999999999999999'])(
  'anything else is no timestamp, and no error: %j',
  (text) => {
    expect(parseTimestamp(text)).toBeUndefined();
  },
);

test('no text makes it throw, and every date it gives is valid', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[\d:TZ +-]*$/)), (text) => {
      const date = parseTimestamp(text);
      expect(date === undefined || !Number.isNaN(date.getTime())).toBe(true);
    }),
  );
});
