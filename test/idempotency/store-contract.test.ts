import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { Redis as Redis5 } from 'ioredis5';
import { afterAll, describe, expect, inject, test } from 'vitest';
import { memoryStore } from '../../src/idempotency/store/memory-store.js';
import { redisStore } from '../../src/idempotency/store/redis/redis-store.js';
import { ResilientStore } from '../../src/idempotency/store/resilient-store.js';
import type { ClaimedRun, IdempotencyStore, RenewResult } from '../../src/idempotency/store/store.js';
import { silentLogger } from '../../src/log.js';
import { isPromise, type MaybePromise } from '../../src/maybe-promise.js';
import { createFakeClock } from '../../src/testing/fake-clock.js';
import { storeContract } from '../../src/testing/store-contract/index.js';
import { journalStore } from './journal-store.js';

const clients = [new Redis(inject('redisUrl')), new Redis5(inject('redisUrl'))] as const;
afterAll(() => clients.forEach((redis) => void redis.disconnect()));

const shared = () => {
  const clock = createFakeClock();
  return { store: journalStore({ clock }), advance: (ms: number) => clock.advance(ms) };
};

const memory = () => {
  const clock = createFakeClock();
  return { store: memoryStore({ clock }), advance: (ms: number) => clock.advance(ms) };
};

describe('the memory store', () => {
  for (const { name, run } of storeContract(memory)) test(name, run);
});

describe('the store that the tests of the engine use', () => {
  for (const { name, run } of storeContract(shared)) test(name, run);
});

describe.each([
  ['ioredis 6', clients[0]],
  ['ioredis 5', clients[1]],
])('the Redis store on %s', (_, redis) => {
  const fresh = () => {
    const prefix = `${randomUUID()}:`;
    const advance = (ms: number) => pass(redis as Redis, prefix, Math.ceil(ms));
    // Redis' own clock goes on, so a lease is long enough for a slow machine.
    return { store: redisStore(redis, { prefix }), leaseMs: 10_000, advance };
  };
  for (const { name, run } of storeContract(fresh)) test.concurrent(name, run);
});

/** Lets time pass for the records of one store: Redis' clock cannot be set, so all that is due comes nearer. */
async function pass(redis: Redis, prefix: string, ms: number): Promise<void> {
  for (const key of await redis.keys(`${prefix}*`)) {
    if (key === `${prefix}deferred`) {
      const scores = await redis.zrange(key, '0', '-1', 'WITHSCORES');
      for (let i = 0; i < scores.length; i += 2) await redis.zincrby(key, -ms, scores[i]!);
      continue;
    }
    for (const field of ['l', 'd']) {
      if (await redis.hexists(key, field)) await redis.hincrby(key, field, -ms);
    }
    await redis.pexpire(key, (await redis.pttl(key)) - ms);
  }
}

/** What the engine calls, as the store that it stands in front of. Its waits take no time. */
function resilient(store: IdempotencyStore): IdempotencyStore {
  const front = new ResilientStore({
    store,
    clock: {
      now: Date.now,
      setTimeout: (run) => setImmediate(run),
      clearTimeout: (timer) => clearImmediate(timer as NodeJS.Immediate),
    },
    log: silentLogger,
    storeTimeoutMs: 250,
    probeMs: 50,
    hiccupMs: 1_000,
    onStoreError: 'fail',
    observer: undefined,
  });
  const wanted = () => true;
  /** Held by the store, in the store's own words. */
  function held<T extends { readonly status: string; readonly known?: unknown }>(result: T) {
    expect([result.status === 'unavailable', result.known]).toEqual([false, undefined]);
    return result as Exclude<T, { status: 'unavailable' }>;
  }
  const told = <T extends { readonly status: string }>(result: MaybePromise<T>) =>
    isPromise(result) ? result.then(held) : held(result);
  return {
    acquire: (request) => told(front.acquire(request, { wanted })),
    renew: (request) => front.renew(request, wanted) as Promise<RenewResult>,
    defer: (request) => told(front.defer(request, { wanted })),
    complete: (request) => told(front.complete(request, { wanted })),
    release: (request) => front.release(request),
    ping: async () => expect(await front.probe()).toBe('ok'),
    async claim(request) {
      const claimed: ClaimedRun[] = [];
      await front.claim(request, (runs) => void claimed.push(...runs));
      return claimed;
    },
  };
}

describe('the resilient store', () => {
  for (const { name, run } of storeContract(() => {
    const { store, advance } = memory();
    const { claim: _claim, ...front } = resilient(store);
    const direct = <T>(result: MaybePromise<T>): T => {
      expect(isPromise(result)).toBe(false);
      return result as T;
    };
    return {
      advance,
      store: {
        ...front,
        acquire: (request) => direct(front.acquire(request)),
        defer: (request) => direct(front.defer(request)),
        complete: (request) => direct(front.complete(request)),
      },
    };
  })) {
    test(`answers directly, over the memory store: ${name}`, run);
  }

  for (const { name, run } of storeContract(() => {
    const { store, advance } = shared();
    return { advance, store: resilient(store) };
  })) {
    test(`over a store with takeover: ${name}`, run);
  }

  test.each(['before', 'after'])(
    'over a store that fails every second time, %s it has done it',
    async (when) => {
      let calls = 0;
      const flaky = async <T>(call: () => MaybePromise<T>): Promise<T> => {
        calls += 1;
        const fails = calls % 2 === 0;
        if (fails && when === 'before') throw new Error('connection refused');
        const result = call();
        if (fails) throw new Error('connection lost');
        return result;
      };
      for (const { name, run } of storeContract(() => {
        const { store, advance } = memory();
        const over: IdempotencyStore = {
          ...store,
          acquire: (request) => flaky(() => store.acquire(request)),
          renew: (request) => flaky(() => store.renew(request)),
          defer: (request) => flaky(() => store.defer(request)),
          complete: (request) => flaky(() => store.complete(request)),
        };
        const { claim: _claim, ...front } = resilient(over);
        return { advance, store: front };
      })) {
        await run().catch((error: Error) => expect.fail(`${name}: ${error.message}`));
      }
      expect(calls).toBeGreaterThan(200);
    },
  );
});

describe('the contract catches a store that', () => {
  /** Names of the rules that a broken store breaks. */
  async function broken(breakIt: (store: IdempotencyStore) => Partial<IdempotencyStore>): Promise<string[]> {
    const names: string[] = [];
    for (const { name, run } of storeContract(() => {
      const made = memory();
      return { ...made, store: { ...made.store, ...breakIt(made.store) } };
    })) {
      await run().catch(() => names.push(name));
    }
    return names;
  }

  test('forgets the fingerprint on completion', async () => {
    const names = await broken((store) => ({
      complete: (request) => store.complete({ ...request, fingerprint: '' }),
      acquire: (request) => store.acquire({ ...request, fingerprint: '' }),
    }));
    expect(names).toContain('the fingerprint is kept over completion');
  });

  test('takes a running record for an orphan', async () => {
    const names = await broken((store) => ({
      acquire: (request) => store.acquire({ ...request, leaseMs: 0 }),
    }));
    expect(names).toContain('a running record is no orphan while its lease lasts');
  });

  test('lets anybody complete', async () => {
    const names = await broken((store) => ({
      complete: (request) => store.complete({ ...request, owner: 'b' }),
      acquire: (request) => store.acquire({ ...request, owner: 'b' }),
    }));
    expect(names).toContain('an owner that was relieved can neither renew, complete, fail nor release');
  });

  test('ignores what was waited for', async () => {
    const names = await broken((store) => ({
      acquire: ({ waitedFor: _waitedFor, ...request }) => store.acquire(request),
    }));
    expect(names).toContain('who waited for a failed attempt is told, who comes later runs the next');
  });
});
