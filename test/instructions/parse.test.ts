import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { defer } from '../../src/instructions/build.js';
import { encodeCallback } from '../../src/instructions/encode.js';
import { type DecodedCallback, decodeCallback } from '../../src/instructions/parse.js';
import { instruction } from './arbitrary.js';
import { CA, WA } from './table.js';

const codeOf = (decoded: DecodedCallback) => (decoded.ok ? undefined : decoded.code);
const URL_ = 'https://x.example/';

test('what the encoder writes is read back as it was', () => {
  fc.assert(
    fc.property(instruction, (built) => {
      expect(decodeCallback(encodeCallback(built))).toStrictEqual({ ok: true, instruction: built });
    }),
    { numRuns: 500 },
  );
});

test('no answer makes it throw, and every refusal has a code and a sentence', () => {
  const hostile = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.json(),
    fc
      .tuple(
        fc.constantFrom(
          'accept',
          'reject',
          'dequeue',
          'call',
          'redirect',
          'conference',
          'toString',
          '__proto__',
        ),
        fc.dictionary(
          fc.constantFrom('to', 'from', 'url', 'timeout', 'accept', 'beep', 'status_callback_events'),
          fc.jsonValue(),
        ),
      )
      .map(([name, rest]) => JSON.stringify({ instruction: name, ...rest })),
  );
  fc.assert(
    fc.property(hostile, (json) => {
      const decoded = decodeCallback(json);
      if (!decoded.ok) {
        expect(decoded.code).toBeGreaterThan(14_000);
        expect(decoded.message).toContain(String(decoded.code));
      }
    }),
    { numRuns: 500 },
  );
});

test('{} leaves the decision open', () => {
  expect(decodeCallback('{}')).toStrictEqual({ ok: true, instruction: defer() });
  expect(decodeCallback(' { } ').ok).toBe(true);
});

describe('an answer gets the code Twilio reports for it', () => {
  test.each<[string, number]>([
    ['', 40001],
    ['accept', 40001],
    ['[]', 40001],
    ['null', 40001],
    ['7', 40001],
    [JSON.stringify('{"instruction":"accept"}'), 40001],
    ['{\\"instruction\\":\\"accept\\"}', 40001],
    ['{"result":"ok"}', 40005],
    ['{"instruction":null}', 40005],
    ['{"__proto__":{"instruction":"accept"}}', 40005],
    ['{"instruction":"Accept"}', 55555],
    ['{"instruction":"supervise"}', 55555],
    ['{"instruction":"constructor"}', 55555],
    ['{"instruction":7}', 55555],
    ['{"instruction":"reject"}', 40100],
    ['{"instruction":"reject","activity_sid":"Offline"}', 40100],
    ['{"instruction":"reject","activity_sid":null}', 40100],
    ['{"instruction":"dequeue","to":""}', 40131],
    ['{"instruction":"dequeue","from":7}', 40132],
    ['{"instruction":"dequeue","post_work_activity_sid":"Wrap-up"}', 40130],
    ['{"instruction":"dequeue","timeout":1000}', 14233],
    ['{"instruction":"dequeue","timeout":"soon"}', 14233],
    ['{"instruction":"dequeue","status_callback_url":""}', 40157],
    ['{"instruction":"dequeue","status_callback_url":null}', 40157],
    ['{"instruction":"dequeue","status_callback_events":["answered"]}', 40134],
    ['{"instruction":"dequeue","status_callback_events":"answered;completed"}', 40134],
    ['{"instruction":"dequeue","status_callback_events":""}', 40134],
    ['{"instruction":"dequeue","record":"yes"}', 40133],
    ['{"instruction":"call"}', 40111],
    [`{"instruction":"call","url":"${URL_}"}`, 40111],
    ['{"instruction":"call","from":"+1"}', 40112],
    [`{"instruction":"call","from":"+1","url":"${URL_}","accept":"maybe"}`, 40113],
    [`{"instruction":"call","from":"+1","url":"${URL_}","status_callback_url":""}`, 40158],
    [`{"instruction":"redirect","url":"${URL_}"}`, 40121],
    [`{"instruction":"redirect","call_sid":"${CA}"}`, 40120],
    ['{"instruction":"conference","to":""}', 40137],
    ['{"instruction":"conference","status_callback_url":""}', 40159],
    ['{"instruction":"conference","beep":"loud"}', 40145],
  ])('%s: %i', (json, code) => {
    expect(codeOf(decodeCallback(json))).toBe(code);
  });
});

test('strings that Twilio shows for numbers, booleans and lists are read as such', () => {
  const decoded = decodeCallback(
    `{"instruction":"call","from":"+1","url":"${URL_}","accept":"true","timeout":"20","record":"record-from-answer"}`,
  );
  expect(decoded).toMatchObject({ ok: true, instruction: { accept: true, timeout: 20 } });
  expect(
    decodeCallback('{"instruction":"dequeue","status_callback_events":"answered, completed"}'),
  ).toMatchObject({
    instruction: { statusCallbackEvents: ['answered', 'completed'] },
  });
});

test('silence about accept is false, as the tables of Twilio say', () => {
  const decoded = decodeCallback(`{"instruction":"redirect","call_sid":"${CA}","url":"${URL_}"}`);
  expect(decoded).toMatchObject({ ok: true, instruction: { accept: false } });
});

test('names that are not known go along, as far as an instruction can hold them', () => {
  const json = `{"instruction":"reject","activity_sid":"${WA}","reason":"busy","n":1,"Odd":1,"deep":{"a":1},"none":null}`;
  expect(decodeCallback(json)).toStrictEqual({
    ok: true,
    instruction: { instruction: 'reject', activity: WA, passthrough: { reason: 'busy', n: 1 } },
  });
});
