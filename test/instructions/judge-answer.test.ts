import { describe, expect, test } from 'vitest';
import {
  eventAnswerProblem,
  type JudgeOptions,
  judgeAssignmentAnswer,
} from '../../src/instructions/index.js';

const judged = (status: number, body: string, contentType = 'application/json', options: JudgeOptions = {}) =>
  judgeAssignmentAnswer({ status, contentType, body }, options);
const deferred = { verdict: 'taken', instruction: { instruction: 'defer' } };

describe('an answer to an assignment callback', () => {
  test.each([
    ['{}', judged(200, '{}')],
    ['{} with a charset', judged(200, '{}', 'Application/JSON ; charset=utf-8')],
    ['an empty body', judged(200, '')],
    ['a blank body of no type', judged(200, ' \n', '')],
  ])('%s leaves the reservation pending, without a warning', (_what, found) => {
    expect(found).toEqual(deferred);
  });

  test('204 does so too, with a warning that says what to answer', () => {
    expect(judged(204, '', '')).toEqual({
      ...deferred,
      warning: { code: 40000, message: expect.stringContaining('undocumented: answer 200 and {}') },
    });
    expect(judged(204, '', '', { noContent: 'fail' })).toMatchObject({ verdict: 'failed', code: 11217 });
  });

  test.each([100, 199, 201, 202, 203, 205, 206, 226, 301, 307, 400, 404, 429, 500, 503, 599])(
    'status %i fails, whatever the body',
    (status) => {
      const found = judged(status, '{"instruction":"accept"}');
      expect(found).toMatchObject({
        verdict: 'failed',
        code: 11217,
        message: `status ${status}; Twilio wants 200`,
      });
    },
  );

  test.each(['', 'text/html', 'application/hal+json', 'application/json-seq', 'text/plain;application/json'])(
    'the media type %j fails',
    (contentType) => {
      expect(judged(200, '{}', contentType)).toMatchObject({ verdict: 'failed', code: 40000 });
    },
  );

  test.each([
    ['accept', 40001],
    ['"{}"', 40001],
    ['[]', 40001],
    ['{"a":1}', 40005],
    ['{"instruction":"Accept"}', 55555],
    ['{"instruction":"reject"}', 40100],
  ])('%s cannot be read: %i, and the reservation stays pending', (body, code) => {
    expect(judged(200, body)).toMatchObject({ verdict: 'unreadable', code });
  });

  test('an instruction is taken', () => {
    expect(judged(200, '{"instruction":"accept"}')).toEqual({
      verdict: 'taken',
      instruction: { instruction: 'accept' },
    });
  });
});

test('an event is taken with any 2xx and no other status', () => {
  for (const status of [200, 201, 202, 204, 206, 299]) expect(eventAnswerProblem({ status })).toBeUndefined();
  for (const status of [101, 300, 304, 400, 500])
    expect(eventAnswerProblem({ status })).toMatchObject({ code: 11217 });
});
