import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { redisStore } from '../../src/idempotency/store/redis/redis-store.js';
import { planOf } from './plan.js';
import { type Executed, RedisModel } from './redis-model.js';
import { play } from './world.js';

let redis: Redis;
beforeAll(() => {
  redis = new Redis(inject('redisUrl'));
});
afterAll(() => redis.quit());

/** Runs the same scripts at the same times on a real Redis: every answer must be the same, and all that is stored. */
async function expectSame(executed: readonly Executed[], model?: RedisModel): Promise<void> {
  const prefix = `simulation:${randomUUID()}:`;
  const known = new Set<string>();
  const remove = async () => {
    if (known.size > 0) await redis.del(...known);
    known.clear();
  };
  try {
    for (const each of executed) {
      if (each === 'emptied') {
        await remove();
        continue;
      }
      const { lua, keys, args, at, reply } = each;
      // The model's time in place of Redis' own.
      const timed = lua.replaceAll("redis.call('TIME')", '{ARGV[#ARGV - 1], ARGV[#ARGV]}');
      const time = [String(Math.floor(at / 1_000)), String(Math.round((at % 1_000) * 1_000))];
      for (const key of keys) known.add(prefix + key);
      const real = await redis.call('EVAL', [
        timed,
        String(keys.length),
        ...keys.map((key) => prefix + key),
        ...args,
        ...time,
      ]);
      expect({ lua, args, reply: real }).toEqual({ lua, args, reply });
    }
    for (const [key, hash] of model?.hashes ?? []) {
      expect(await redis.hgetall(prefix + key)).toEqual(Object.fromEntries(hash));
    }
    for (const [key, set] of model?.sets ?? []) {
      const pairs = await redis.zrange(prefix + key, '0', '-1', 'WITHSCORES');
      const real = new Map(
        pairs.flatMap((member, i) => (i % 2 === 0 ? [[member, Number(pairs[i + 1])] as const] : [])),
      );
      expect(real).toEqual(set);
    }
  } finally {
    await remove();
  }
}

test('answers as a real Redis does in what whole worlds ask it', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(1_000_000), async (seed) => {
      const { executed } = await play(planOf(seed), { log: true });
      await expectSame(executed);
    }),
    { numRuns: 25 },
  );
});

const key = fc.constantFrom('k1', 'k2');
const owner = fc.constantFrom('A', 'B', 'C');
const fingerprint = fc.constantFrom('same', 'same', 'same', 'other');
const leaseMs = fc.constantFrom(0, 1, 1_500);
const ttlMs = fc.constant(86_400_000);
const attempt = fc.constantFrom(1, 2, 3);
const answer = fc.constantFrom('{}', '{"instruction":"accept"}', 'ä "quoted" \\ 日本');
const held = { key, fingerprint, owner, attempt, ttlMs };

const step = fc.oneof(
  fc.record({ passMs: fc.constantFrom(0, 0.25, 1, 999.5, 1_500, 4_000) }),
  fc.record({ acquire: fc.record({ ...held, leaseMs, waitedFor: fc.constantFrom(undefined, 1, 2) }) }),
  fc.record({ renew: fc.record({ ...held, leaseMs, deferred: fc.boolean() }) }),
  fc.record({
    defer: fc.record({
      ...held,
      leaseMs,
      answer,
      journal: answer,
      limitMs: fc.constantFrom(0, 1_000, 5_000),
    }),
  }),
  fc.record({
    complete: fc.record({
      ...held,
      outcome: fc.oneof(
        fc.constant({ state: 'failed' as const }),
        fc.record({ state: fc.constant('finished' as const), answer }),
      ),
    }),
  }),
  fc.record({ release: fc.record({ key, owner }) }),
  fc.record({ claim: fc.record({ owner, leaseMs, max: fc.constantFrom(1, 20) }) }),
);

test('answers as a real Redis does to any operations of the store, in any order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 60 }), async (steps) => {
      let now = Date.UTC(2026, 0, 1);
      const model = new RedisModel(() => now);
      model.log = [];
      const store = redisStore({
        evalsha: async () => {
          throw new Error('NOSCRIPT');
        },
        eval: async (lua, keys, ...rest) =>
          model.run(lua, rest.slice(0, keys).map(String), rest.slice(keys).map(String)),
      });
      for (const each of steps) {
        if ('passMs' in each) {
          now += each.passMs;
          continue;
        }
        const [name, request] = Object.entries(each)[0]!;
        await (store[name as 'acquire'] as (request: unknown) => unknown)(request);
      }
      await expectSame(model.log, model);
    }),
    { numRuns: 60 },
  );
});
