import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  backoff,
  type Decision,
  decide,
  type Effect,
  type Failure,
  type Situation,
} from '../../src/rest/retry-policy.js';

// The table of docs/rest.md, row by row.

const EFFECTS: readonly Effect[] = [
  ...(['read', 'delete', 'guarded-update', 'update'] as const),
  ...(['transition', 'keyed-create', 'create', 'instruction'] as const),
];
const status = (code: number, retryAfterMs?: number): Failure => ({
  kind: 'status',
  status: code,
  retryAfterMs,
});
const AMBIGUOUS: readonly Failure[] = [
  ...[status(500), status(502), status(503), status(504), status(408)],
  ...([{ kind: 'lost' }, { kind: 'timeout' }, { kind: 'unreadable' }] as const),
];
const FINAL = [301, 400, 401, 403, 404, 405, 409, 410, 412, 415, 422];

const situation = (effect: Effect, failure: Failure, more: Partial<Situation> = {}): Situation => ({
  effect,
  failure,
  uncertain: false,
  retriesLeft: 3,
  leftMs: 10_000,
  backoffMs: 150,
  ...more,
});
const repeat: Decision = { action: 'repeat', delayMs: 150 };
const look: Decision = { action: 'look', delayMs: 150 };
const fail = (because: (Decision & { action: 'fail' })['because']): Decision => ({ action: 'fail', because });

describe.each(EFFECTS)('%s', (effect) => {
  test('1: an aborted signal ends it', () => {
    expect(decide(situation(effect, { kind: 'aborted' }))).toEqual(fail('aborted'));
  });

  test('2: 429 is always repeated, after what Retry-After asks for', () => {
    expect(decide(situation(effect, status(429)))).toEqual(repeat);
    expect(decide(situation(effect, status(429, 3_000)))).toEqual({ action: 'repeat', delayMs: 3_000 });
  });

  test('2: a Retry-After that the budget does not hold fails at once', () => {
    expect(decide(situation(effect, status(429, 10_000)))).toEqual(fail('no-time-left'));
  });

  test('3: what was not sent is always repeated', () => {
    expect(decide(situation(effect, { kind: 'unsent' }))).toEqual(repeat);
  });

  test('7: any other answer below 500 is final', () => {
    for (const code of FINAL) expect(decide(situation(effect, status(code)))).toEqual(fail('refused'));
  });

  test('bounds: no retries left, no time left', () => {
    expect(decide(situation(effect, status(429), { retriesLeft: 0 }))).toEqual(fail('no-retries-left'));
    expect(decide(situation(effect, { kind: 'unsent' }, { leftMs: 150 }))).toEqual(fail('no-time-left'));
  });
});

describe('8-10: what may have been carried out', () => {
  const table: readonly (readonly [Effect, Decision])[] = [
    ['read', repeat],
    ['delete', repeat],
    ['guarded-update', repeat],
    ['transition', look],
    ['keyed-create', look],
    ['update', fail('ambiguous')],
    ['create', fail('ambiguous')],
    ['instruction', fail('ambiguous')],
  ];

  test.each(table)('%s', (effect, expected) => {
    for (const failure of AMBIGUOUS) expect(decide(situation(effect, failure))).toEqual(expected);
  });

  test('503 with Retry-After waits as long as that', () => {
    expect(decide(situation('read', status(503, 2_000)))).toEqual({ action: 'repeat', delayMs: 2_000 });
  });
});

describe('after an attempt that may have been carried out', () => {
  const uncertain = { uncertain: true };

  test('4: a deletion that finds nothing has been done', () => {
    expect(decide(situation('delete', status(404), uncertain))).toEqual({ action: 'done' });
    expect(decide(situation('delete', status(404)))).toEqual(fail('refused'));
  });

  test('5: 412 for an update under If-Match is compared with what was written', () => {
    expect(decide(situation('guarded-update', status(412), uncertain))).toEqual({ action: 'confirm' });
  });

  test('6: a refused move is compared with the state', () => {
    for (const code of [400, 404, 409, 410]) {
      expect(decide(situation('transition', status(code), uncertain))).toEqual({ action: 'confirm' });
    }
    expect(decide(situation('transition', status(401), uncertain))).toEqual(fail('refused'));
  });

  test('no other effect changes its mind', () => {
    for (const effect of ['read', 'update', 'create', 'keyed-create', 'instruction'] as const) {
      for (const code of FINAL)
        expect(decide(situation(effect, status(code), uncertain))).toEqual(fail('refused'));
    }
  });
});

const anyFailure: fc.Arbitrary<Failure> = fc.oneof(
  fc.record({
    kind: fc.constant('status' as const),
    status: fc.integer({ min: 300, max: 599 }),
    retryAfterMs: fc.option(fc.integer({ min: 0, max: 60_000 }), { nil: undefined }),
  }),
  fc.constantFrom<Failure>(
    ...([{ kind: 'unsent' }, { kind: 'lost' }, { kind: 'timeout' }] as const),
    ...([{ kind: 'unreadable' }, { kind: 'aborted' }] as const),
  ),
);
const anySituation: fc.Arbitrary<Situation> = fc.record({
  effect: fc.constantFrom(...EFFECTS),
  failure: anyFailure,
  uncertain: fc.boolean(),
  retriesLeft: fc.integer({ min: 0, max: 5 }),
  leftMs: fc.integer({ min: 0, max: 60_000 }),
  backoffMs: fc.integer({ min: 0, max: 5_000 }),
});

test('a creation or an instruction is sent again only when the last one was certainly not carried out', () => {
  fc.assert(
    fc.property(anySituation, (one) => {
      const { action } = decide(one);
      if (!['create', 'instruction', 'update'].includes(one.effect) || action === 'fail') return;
      expect(action).toBe('repeat');
      const { failure } = one;
      expect(failure.kind === 'unsent' || (failure.kind === 'status' && failure.status === 429)).toBe(true);
    }),
  );
});

test('no wait is longer than what is left, and none follows the last retry', () => {
  fc.assert(
    fc.property(anySituation, (one) => {
      const decision = decide(one);
      if (!('delayMs' in decision)) return;
      expect(decision.delayMs).toBeLessThan(one.leftMs);
      expect(one.retriesLeft).toBeGreaterThan(0);
    }),
  );
});

test('the backoff has full jitter below a limit that doubles', () => {
  const limits = { minDelayMs: 100, maxDelayMs: 1_000 };
  expect([1, 2, 3, 4, 5, 50].map((retry) => backoff(retry, limits, 0.999_99))).toEqual([
    99, 199, 399, 799, 999, 999,
  ]);
  expect(backoff(5, limits, 0)).toBe(0);
});
