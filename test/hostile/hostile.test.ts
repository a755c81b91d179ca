import { describe, expect, test } from 'vitest';
import { answersIn, judge, judgeLine } from './answers.js';
import { attack } from './attack.js';
import { CANARY, FORGED } from './texts.js';
import { type Volley, volleyOf } from './volley.js';

/** `npm run hostile -- --requests 1000000` sends more, and `-- --half-open 10000` sends less and holds on. */
const REQUESTS = Number(process.env.HOSTILE_REQUESTS ?? 3_000);
/** Another one each time; a violation prints it. */
const SEED = Number(process.env.HOSTILE_SEED ?? Date.now() % 1_000_000);

test(`${REQUESTS} hostile requests, seed ${SEED}: no error of ours, no crash, nothing forged or left over`, async () => {
  const { violations, requests, answers } = await attack({ seed: SEED, requests: REQUESTS });
  expect({ seed: SEED, violations }).toEqual({ seed: SEED, violations: [] });
  expect(requests).toBeGreaterThanOrEqual(REQUESTS);
  // They came far: past the headers, past the body, past the signature, to the handlers.
  for (const met of [
    '415',
    '403 missing',
    '400 body',
    '413 body',
    '403 signature',
    '400 bad-fields',
    '403 amb',
    '200',
  ])
    expect(Object.keys(answers)).toContainEqual(expect.stringMatching(`^${met}`));
});

describe('the judge of answers', () => {
  const answer = (status: string, body: string, head = '') =>
    `HTTP/1.1 ${status}\r\ncontent-length: ${body.length}${head}\r\n\r\n${body}`;
  const unsigned: Volley = { kind: 'bytes', pieces: [], requests: 1, unsigned: true, reset: false };

  test.each([
    ['an error of ours', answer('500 Internal Server Error', '{}')],
    ['a decision without a signature', answer('200 OK', '{"instruction":"accept"}')],
    ['a decision without a signature', answer('400 Bad Request', '{}') + answer('204 No Content', '')],
    ['a forged header', answer('404 Not Found', '', `\r\nX-Forged: ${FORGED}`)],
    ['a secret in an answer', answer('400 Bad Request', CANARY)],
    ['a place in the code', answer('400 Bad Request', 'URIError at decode (/app/node_modules/x.js:1:2)')],
    ['not answers of HTTP', 'HTTP/1.1 200 OK\r\n'],
  ])('finds %s', (what, got) => {
    expect(judge(unsigned, got)).toEqual([expect.stringContaining(what)]);
  });

  test('misses no answer to genuine callbacks', () => {
    const { kind, ...rest } = unsigned;
    expect(judge({ kind, ...rest, unsigned: false, genuine: 2 }, answer('200 OK', '{}'))).toHaveLength(1);
  });

  test('reads the next answer after one in chunks and one without a body', () => {
    const chunked = 'HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n';
    const got = `HTTP/1.1 100 Continue\r\n\r\n${chunked}${answer('400 Bad Request', 'x')}`;
    expect(answersIn(got)?.map(({ status, body }) => [status, body])).toEqual([
      [100, ''],
      [404, '{}'],
      [400, 'x'],
    ]);
  });

  test('finds forged lines and secrets in a log', () => {
    expect(judgeLine(JSON.stringify({ msg: FORGED }))).toBeDefined();
    expect(judgeLine(JSON.stringify({ msg: 'refused', text: CANARY }))).toBeDefined();
    expect(judgeLine(JSON.stringify({ msg: 'refused' }))).toBeUndefined();
  });
});

test('the same seed and number give the same volley again, apart from the time', () => {
  const sent = () =>
    Array.from({ length: 60 }, (_, number) => volleyOf(7, number))
      .filter(({ kind }) => kind !== 'mutated' && kind !== 'cut')
      .map(({ pieces }) => Buffer.concat(pieces as Buffer[]).toString('latin1'))
      .join('\n')
      .replace(/X-Twilio-Signature: \S+|Timestamp\w*=\d+/gi, '');
  const [first, second] = [sent(), sent()];
  expect(first === second).toBe(true);
});
