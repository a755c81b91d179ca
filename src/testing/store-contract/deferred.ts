import assert from 'node:assert/strict';
import { ANSWER, CLAIM_DELAY_MS, JOURNAL, type Rule, running } from './trial.js';

/** A rule about claims. It passes for a store without `claim`. */
const ofClaims =
  (check: Rule): Rule =>
  async (trial) => {
    if (trial.store.claim !== undefined) await check(trial);
  };

/** What holds for deferred runs, and for taking them over. */
export const deferredRules: Record<string, Rule> = {
  async 'a deferred record gives its answer to everybody, while its lease lasts and after'(t) {
    await t.acquire('a');
    assert.equal(await t.defer('a'), 'stored');
    const answered = { status: 'finished', answer: ANSWER };
    assert.deepEqual(await t.acquire('b'), answered);
    assert.deepEqual(await t.acquire('a'), answered);
    await t.passLease();
    assert.deepEqual(await t.acquire('b', { waitedFor: 1 }), answered);
    assert.deepEqual(await t.acquire('b', { fingerprint: 'else' }), { status: 'mismatch' });
  },

  async 'a deferred record is renewed by its owner alone, and ends as finished with the answer it has'(t) {
    await t.acquire('a');
    await t.defer('a');
    assert.equal(await t.renew('a', { deferred: true }), 'held');
    assert.equal(await t.renew('b', { deferred: true }), 'lost');
    assert.equal(await t.finish('b'), 'lost');
    assert.equal(await t.finish('a', 'another answer'), 'lost');
    assert.equal(await t.fail('a'), 'lost');
    assert.equal(await t.finish('a'), 'stored');
    assert.equal(await t.renew('a', { deferred: true }), 'lost');
    assert.equal(await t.finish('a'), 'stored');
    assert.deepEqual(await t.acquire('b'), { status: 'finished', answer: ANSWER });
  },

  async 'a deferral whose reply was lost may be repeated, even when the run has ended since'(t) {
    await t.acquire('a');
    assert.equal(await t.defer('a'), 'stored');
    assert.equal(await t.defer('a'), 'stored');
    assert.equal(await t.defer('a', { answer: 'another' }), 'lost');
    await t.finish('a');
    assert.equal(await t.defer('a'), 'stored');
    assert.equal(await t.renew('a', { deferred: true }), 'lost');
  },

  async 'nobody but its owner defers a run, and nobody once it has ended'(t) {
    await t.acquire('a');
    assert.equal(await t.defer('b'), 'lost');
    await running(t, 'c');
    await t.fail('a');
    assert.equal(await t.defer('a', { answer: '' }), 'lost');
    await t.acquire('a');
    await t.finish('a', 'first', { attempt: 2 });
    assert.equal(await t.defer('a'), 'lost');
    assert.deepEqual(await t.acquire('b'), { status: 'finished', answer: 'first' });
  },

  async 'an absent deferred record is absent to a renewal, and deferring creates it, fingerprint included'(
    t,
  ) {
    assert.equal(await t.renew('a', { deferred: true }), 'absent');
    assert.equal(await t.defer('a', { attempt: 2 }), 'stored');
    assert.deepEqual(await t.acquire('b', { fingerprint: 'else' }), { status: 'mismatch' });
    assert.deepEqual(await t.acquire('b'), { status: 'finished', answer: ANSWER });
    assert.equal(await t.renew('a', { deferred: true }), 'held');
  },

  async 'a deferred record lives from its deferral on, and once more from its end'(t) {
    const ttlMs = 2 * t.leaseMs;
    const most = 0.6 * ttlMs;
    await t.acquire('a', { ttlMs });
    await t.pass(most);
    await t.defer('a', { ttlMs });
    await t.pass(most);
    assert.equal(await t.renew('b', { deferred: true }), 'lost');
    assert.equal(await t.finish('a', ANSWER, { ttlMs }), 'stored');
    await t.pass(most);
    assert.deepEqual(await t.acquire('b'), { status: 'finished', answer: ANSWER });
    await t.pass(most);
    assert.deepEqual(await t.acquire('b'), { status: 'acquired', attempt: 1 });
  },

  async 'a deferred run that is released keeps its answer'(t) {
    await t.acquire('a');
    await t.defer('a');
    await t.release('a');
    assert.deepEqual(await t.acquire('b'), { status: 'finished', answer: ANSWER });
  },

  'a deferred run is claimed when its lease has passed, not before': ofClaims(async (t) => {
    await t.acquire('a', { leaseMs: 60_000 });
    await t.defer('a');
    assert.deepEqual(await t.claim('b'), []);
    await t.renew('a', { deferred: true, leaseMs: CLAIM_DELAY_MS + t.leaseMs });
    await t.pass(CLAIM_DELAY_MS);
    assert.deepEqual(await t.claim('b'), []);
    const [claimed, ...others] = await t.claimSoon('b');
    assert(claimed !== undefined && others.length === 0);
    const { limitLeftMs, ...rest } = claimed;
    const expected = {
      key: t.key,
      fingerprint: 'sids',
      formerOwner: 'a',
      attempt: 2,
      answer: ANSWER,
      journal: JOURNAL,
    };
    assert.deepEqual(rest, expected);
    assert(limitLeftMs > 40_000 && limitLeftMs < 60_000, 'limitLeftMs counts from the deferral');
  }),

  'the journal of a deferred run is the one its owner stored last': ofClaims(async (t) => {
    await t.acquire('a');
    await t.defer('a', { journal: 'first' });
    assert.equal(await t.defer('a', { journal: 'second', limitMs: 30_000 }), 'stored');
    assert.equal(await t.defer('b', { journal: 'third' }), 'lost');
    await t.passLease();
    const [claimed] = await t.claim('b');
    assert.equal(claimed?.journal, 'second');
    assert(claimed.limitLeftMs < 30_000, 'limitLeftMs counts from the last deferral');
  }),

  'of many that claim at once exactly one gets the run': ofClaims(async (t) => {
    await t.die('a');
    const claims = await Promise.all(Array.from({ length: 20 }, (_, i) => t.claim(`owner-${i}`)));
    assert.equal(claims.flat().length, 1);
  }),

  'a run that was claimed is lost to its former owner, and the new one ends it': ofClaims(async (t) => {
    await t.die('a');
    assert.equal((await t.claim('b')).length, 1);
    assert.equal(await t.renew('a', { deferred: true }), 'lost');
    assert.equal(await t.defer('a'), 'lost');
    assert.equal(await t.finish('a'), 'lost');
    await t.release('a');
    assert.equal(await t.renew('b', { deferred: true, attempt: 2 }), 'held');
    assert.equal(await t.finish('b', ANSWER, { attempt: 2 }), 'stored');
    assert.deepEqual(await t.acquire('c'), { status: 'finished', answer: ANSWER });
  }),

  'a run is claimed again when its second owner dies too': ofClaims(async (t) => {
    await t.die('a');
    await t.claim('b');
    await t.passLease();
    assert.deepEqual(
      (await t.claimSoon('c')).map(({ attempt, journal }) => [attempt, journal]),
      [[3, JOURNAL]],
    );
  }),

  'what has ended, or was never deferred, is not claimed': ofClaims(async (t) => {
    await t.acquire('a');
    await t.pass(t.leaseMs + CLAIM_DELAY_MS);
    assert.deepEqual(await t.claim('b'), []);
    await t.defer('a');
    await t.finish('a');
    await t.pass(t.leaseMs + CLAIM_DELAY_MS);
    assert.deepEqual(await t.claim('b'), []);
  }),

  'a deferred run that is released is claimed at once': ofClaims(async (t) => {
    await t.acquire('a', { leaseMs: 60_000 });
    await t.defer('a', { leaseMs: 60_000 });
    await t.release('b');
    assert.deepEqual(await t.claim('c'), []);
    await t.release('a');
    assert.equal((await t.claim('c')).length, 1);
  }),

  'a run past its limit is claimed once more, and again only if it is released': ofClaims(async (t) => {
    await t.die('a', { limitMs: 10 });
    const [claimed] = await t.claim('b');
    assert(claimed !== undefined && claimed.limitLeftMs < 0);
    await t.release('b');
    assert.equal((await t.claim('c')).length, 1);
    await t.pass(t.leaseMs + CLAIM_DELAY_MS);
    assert.deepEqual(await t.claim('d'), []);
    assert.equal(await t.renew('c', { deferred: true, attempt: 3 }), 'lost');
    assert.deepEqual(await t.acquire('e'), { status: 'finished', answer: ANSWER });
  }),

  'no more is claimed than was asked for': ofClaims(async (t) => {
    for (const n of [1, 2, 3]) await t.defer('a', { key: `${t.key}:${n}` });
    await t.passLease();
    const first = await t.claim('b', 2);
    assert.equal(first.length, 2);
    const claimed = [...first, ...(await t.claim('b', 2))];
    assert.deepEqual(
      claimed.map(({ key }) => key).sort(),
      [1, 2, 3].map((n) => `${t.key}:${n}`),
    );
    assert.deepEqual(await t.claim('b', 2), []);
  }),
};
