import assert from 'node:assert/strict';
import { ANSWER, type Rule, running, TTL_MS } from './trial.js';

/** What holds for every run, and for one that has ended. */
export const runRules: Record<string, Rule> = {
  async 'the first acquire runs attempt 1, everybody else sees it running'(t) {
    assert.deepEqual(await t.acquire('a'), { status: 'acquired', attempt: 1 });
    const seen = await t.acquire('b');
    assert.equal(seen.status, 'running');
    assert(seen.status === 'running' && seen.attempt === 1);
    assert(seen.leaseLeftMs > 0 && seen.leaseLeftMs <= t.leaseMs, 'leaseLeftMs is what is left of the lease');
  },

  async 'of many that acquire at once exactly one runs'(t) {
    const results = await Promise.all(Array.from({ length: 50 }, (_, i) => t.acquire(`owner-${i}`)));
    assert.equal(results.filter(({ status }) => status === 'acquired').length, 1);
    assert.equal(results.filter(({ status }) => status === 'running').length, 49);
  },

  async 'a finished record gives its answer back, every character of it'(t) {
    await t.acquire('a');
    assert.equal(await t.finish('a'), 'stored');
    assert.deepEqual(await t.acquire('b'), { status: 'finished', answer: ANSWER });
    assert.deepEqual(await t.acquire('b', { waitedFor: 1 }), { status: 'finished', answer: ANSWER });
  },

  async 'an empty answer is an answer'(t) {
    await t.acquire('a');
    await t.finish('a', '');
    assert.deepEqual(await t.acquire('b'), { status: 'finished', answer: '' });
  },

  async 'another fingerprint is a mismatch while it runs'(t) {
    await t.acquire('a');
    assert.deepEqual(await t.acquire('b', { fingerprint: 'else' }), { status: 'mismatch' });
  },

  async 'the fingerprint is kept over completion'(t) {
    await t.acquire('a');
    await t.finish('a');
    assert.deepEqual(await t.acquire('b', { fingerprint: 'else' }), { status: 'mismatch' });
  },

  async 'the fingerprint is kept over a failure and over a passed lease'(t) {
    await t.acquire('a');
    await t.passLease();
    assert.deepEqual(await t.acquire('b', { fingerprint: 'else' }), { status: 'mismatch' });
    await t.acquire('b');
    await t.fail('b', 2);
    assert.deepEqual(await t.acquire('c', { fingerprint: 'else' }), { status: 'mismatch' });
  },

  async 'a running record is no orphan while its lease lasts'(t) {
    await t.acquire('a', { leaseMs: 60_000 });
    await t.passLease();
    await running(t, 'b');
  },

  async 'a run whose lease has passed is taken over as the next attempt'(t) {
    await t.acquire('a');
    await t.passLease();
    assert.deepEqual(await t.acquire('b', { waitedFor: 1 }), { status: 'acquired', attempt: 2 });
    await running(t, 'c', 2);
  },

  async 'renewing extends the lease'(t) {
    await t.acquire('a');
    await t.pass(t.leaseMs / 3);
    assert.equal(await t.renew('a', { leaseMs: 60_000 }), 'held');
    await t.passLease();
    await running(t, 'b');
  },

  async 'an owner whose lease has passed, but whom nobody has relieved, may renew and complete'(t) {
    await t.acquire('a');
    await t.passLease();
    assert.equal(await t.renew('a'), 'held');
    await running(t, 'b');
    await t.passLease();
    assert.equal(await t.finish('a'), 'stored');
  },

  async 'an owner that was relieved can neither renew, complete, fail nor release'(t) {
    await t.acquire('a');
    await t.passLease();
    await t.acquire('b', { leaseMs: 60_000 });
    assert.equal(await t.renew('a'), 'lost');
    assert.equal(await t.finish('a', 'late'), 'lost');
    assert.equal(await t.fail('a'), 'lost');
    await t.release('a');
    await running(t, 'c', 2);
    assert.equal(await t.finish('b', 'right', { attempt: 2 }), 'stored');
    assert.equal(await t.finish('a', 'late'), 'lost');
    assert.deepEqual(await t.acquire('c'), { status: 'finished', answer: 'right' });
  },

  async 'an owner that was relieved is told by whom, in the same step'(t) {
    await t.acquire('a');
    await t.passLease();
    await t.acquire('b', { leaseMs: 60_000 });
    const seen = await t.complete('a');
    assert(seen.status === 'lost' && seen.winner.status === 'running' && seen.winner.attempt === 2);
    assert(seen.winner.leaseLeftMs > 0 && seen.winner.leaseLeftMs <= 60_000);
    await t.finish('b', 'right', { attempt: 2 });
    const winner = { status: 'finished', answer: 'right' };
    assert.deepEqual(await t.complete('a'), { status: 'lost', winner });
    const request = { key: t.key, fingerprint: 'sids', owner: 'a', attempt: 1, leaseMs: 1, ttlMs: TTL_MS };
    assert.deepEqual(await t.store.renew(request), { status: 'lost', winner });
  },

  async 'an owner that was relieved by a run that failed is told so'(t) {
    await t.acquire('a');
    await t.passLease();
    await t.acquire('b');
    await t.fail('b', 2);
    assert.deepEqual(await t.complete('a'), { status: 'lost', winner: { status: 'failed', attempt: 2 } });
  },

  async 'what has ended cannot be renewed, and ends only once'(t) {
    await t.acquire('a');
    await t.finish('a', 'first');
    assert.equal(await t.renew('a'), 'lost');
    assert.equal(await t.finish('a', 'second'), 'lost');
    assert.equal(await t.fail('a'), 'lost');
    await t.release('a');
    assert.deepEqual(await t.acquire('b'), { status: 'finished', answer: 'first' });
  },

  async 'a completion whose reply was lost may be repeated'(t) {
    await t.acquire('a');
    assert.equal(await t.finish('a'), 'stored');
    assert.equal(await t.finish('a'), 'stored');
    assert.deepEqual(await t.acquire('b'), { status: 'finished', answer: ANSWER });
  },

  async 'an acquire whose reply was lost may be repeated: the same token holds the same attempt'(t) {
    await t.acquire('a');
    await t.pass(t.leaseMs / 3);
    assert.deepEqual(await t.acquire('a', { leaseMs: 60_000 }), { status: 'acquired', attempt: 1 });
    await t.passLease();
    await running(t, 'b');
  },

  async 'renewing an absent record creates it, fingerprint and attempt included'(t) {
    assert.equal(await t.renew('a', { attempt: 3 }), 'held');
    await running(t, 'b', 3);
    assert.deepEqual(await t.acquire('b', { fingerprint: 'else' }), { status: 'mismatch' });
    assert.equal(await t.finish('a', 'mine', { attempt: 3 }), 'stored');
  },

  async 'completing an absent record creates it, fingerprint included'(t) {
    assert.equal(await t.finish('a'), 'stored');
    assert.deepEqual(await t.acquire('b', { fingerprint: 'else' }), { status: 'mismatch' });
    assert.deepEqual(await t.acquire('b'), { status: 'finished', answer: ANSWER });
  },

  async 'failing an absent record creates it, attempt included'(t) {
    assert.equal(await t.fail('a', 4), 'stored');
    assert.deepEqual(await t.acquire('b', { waitedFor: 4 }), { status: 'failed', attempt: 4 });
    assert.deepEqual(await t.acquire('b'), { status: 'acquired', attempt: 5 });
  },

  async 'who waited for a failed attempt is told, who comes later runs the next'(t) {
    await t.acquire('a');
    assert.equal(await t.fail('a'), 'stored');
    assert.deepEqual(await t.acquire('b', { waitedFor: 1 }), { status: 'failed', attempt: 1 });
    assert.deepEqual(await t.acquire('b'), { status: 'acquired', attempt: 2 });
    await running(t, 'c', 2);
    assert.equal(await t.fail('b', 2), 'stored');
    assert.deepEqual(await t.acquire('c', { waitedFor: 1 }), { status: 'failed', attempt: 2 });
  },

  async 'who waited for a later attempt than the one that failed runs'(t) {
    await t.acquire('a');
    await t.fail('a');
    assert.deepEqual(await t.acquire('b', { waitedFor: 2 }), { status: 'acquired', attempt: 2 });
  },

  async 'a released run is forgotten: the next acquire runs'(t) {
    await t.acquire('a');
    await t.release('b');
    await running(t, 'b');
    await t.release('a');
    assert.deepEqual(await t.acquire('b', { waitedFor: 1 }), { status: 'acquired', attempt: 1 });
  },

  async 'a record expires after its time to live, counted from its completion'(t) {
    const ttlMs = 2 * t.leaseMs;
    const most = 0.6 * ttlMs;
    await t.acquire('a', { ttlMs });
    await t.pass(most);
    await t.finish('a', 'kept', { ttlMs });
    await t.pass(most);
    assert.deepEqual(await t.acquire('b', { ttlMs }), { status: 'finished', answer: 'kept' });
    await t.pass(most);
    assert.deepEqual(await t.acquire('b'), { status: 'acquired', attempt: 1 });
  },

  async 'a record that expires between a refusal and the next look is simply run'(t) {
    const ttlMs = 2 * t.leaseMs;
    await t.acquire('a', { ttlMs });
    await running(t, 'b');
    await t.pass(ttlMs + 50);
    const result = await t.acquire('b', { waitedFor: 1 });
    assert.equal(result.status, 'acquired');
  },

  async 'two keys do not know each other'(t) {
    await t.acquire('a');
    const other = await t.store.acquire({
      key: `${t.key}:2`,
      fingerprint: 'else',
      owner: 'a',
      leaseMs: t.leaseMs,
      ttlMs: TTL_MS,
    });
    assert.deepEqual(other, { status: 'acquired', attempt: 1 });
  },

  async 'answers a ping'(t) {
    await t.store.ping();
  },
};
