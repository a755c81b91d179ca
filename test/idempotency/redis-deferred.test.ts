import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { afterAll, describe, expect, inject, type TestContext, test } from 'vitest';
import { createIdempotency } from '../../src/idempotency/engine.js';
import { type RedisClient, redisStore } from '../../src/idempotency/store/redis/redis-store.js';
import type { DeferRequest, IdempotencyStore } from '../../src/idempotency/store/store.js';
import type { OwnedRun, RunRequest } from '../../src/idempotency/types.js';

const redis = new Redis(inject('redisUrl'));
afterAll(() => redis.disconnect());

const unique = () => globalThis.crypto.randomUUID();

/** Records of one test, and looks at what is there without the store. */
function records() {
  const prefix = `${unique()}:`;
  return {
    prefix,
    indexed: () => redis.zrange(`${prefix}deferred`, '0', '-1'),
    fields: (key: string) => redis.hgetall(`${prefix}{${key}}`),
    /** Lets the time pass until the next look at every key. */
    async lookNow() {
      const index = `${prefix}deferred`;
      const scores = await redis.zrange(index, '0', '-1', 'WITHSCORES');
      for (let i = 0; i < scores.length; i += 2)
        await redis.zadd(index, 'XX', Number(scores[i + 1]) - 60_000, scores[i]!);
    },
  };
}

/** How long a deferred run is safe from being taken over: short, because the tests wait for it. */
const LEASE_MS = 600;

/** An engine with a connection of its own; `die` cuts it. */
async function process(prefix: string, { onTestFinished }: TestContext) {
  const own = new Redis(inject('redisUrl'), {
    enableOfflineQueue: false,
    lazyConnect: true,
    retryStrategy: () => null,
  });
  own.on('error', () => {});
  await own.connect();
  const engine = createIdempotency({
    store: redisStore(own, { prefix }),
    deferredLeaseMs: LEASE_MS,
    renewMs: LEASE_MS / 3,
  });
  const die = () => own.disconnect();
  onTestFinished(async () => {
    await engine.close({ timeoutMs: 0 });
    die();
  });
  return { engine, die };
}

const request = (key: string, execute: RunRequest['execute']): RunRequest => ({
  key,
  fingerprint: 'sids',
  path: 'primary',
  deadline: Date.now() + 4_000,
  onDeadline: 'fail',
  execute,
});

const JOURNAL = JSON.stringify({ form: 'x'.repeat(200_000) });

describe.concurrent('late runs on Redis', () => {
  test('the owner dies: one other takes over, inside 5 s of the end of the lease, and duplicates get the answer', async (test) => {
    const { prefix, indexed, fields } = records();
    const [first, ...others] = [
      await process(prefix, test),
      await process(prefix, test),
      await process(prefix, test),
    ];
    const taken: { at: number; journal: string }[] = [];
    for (const { engine } of others) {
      engine.takeOver(async ({ journal }) => {
        taken.push({ at: Date.now(), journal });
        await sleep(300);
      });
    }
    const execute = async (run: OwnedRun): Promise<string> => {
      await run.defer('{}', { journal: JOURNAL, limitMs: 8_000 });
      return new Promise(() => {});
    };
    expect(await first.engine.run(request('k', execute))).toEqual({
      status: 'answered',
      answer: '{}',
      verdict: 'ran',
    });
    await sleep(2 * LEASE_MS);
    expect(taken).toEqual([]);
    first.die();
    const died = Date.now();
    for (const { engine } of others) {
      expect(await engine.run(request('k', () => 'again'))).toEqual({
        status: 'answered',
        answer: '{}',
        verdict: 'replayed',
      });
    }
    await test.expect.poll(() => taken.length, { timeout: 6_500 }).toBe(1);
    expect(taken[0]?.journal).toBe(JOURNAL);
    expect((taken[0]?.at ?? 0) - died).toBeGreaterThan(LEASE_MS / 2);
    expect((taken[0]?.at ?? 0) - died).toBeLessThan(LEASE_MS + 5_000);
    await test.expect.poll(indexed, { timeout: 2_000 }).toEqual([]);
    expect(await fields('k')).toMatchObject({ s: 'finished', a: '{}', n: '2' });
    expect(await fields('k')).not.toHaveProperty('j');
    // The record has ended: from now on there is nothing to take.
    expect(taken).toHaveLength(1);
  });

  test('a run that ends leaves no journal and no entry, and was never taken over', async (test) => {
    const { prefix, indexed, fields } = records();
    const [first, second] = [await process(prefix, test), await process(prefix, test)];
    const taken: string[] = [];
    for (const { engine } of [first, second]) engine.takeOver(async ({ key }) => void taken.push(key));
    const execute = async (run: OwnedRun) => {
      await run.defer('{}', { journal: JOURNAL, limitMs: 8_000 });
      expect(await fields('k')).toMatchObject({ s: 'deferred', j: JOURNAL });
      expect(await indexed()).toEqual(['k']);
      // Longer than its lease, and than the time between two looks.
      await sleep(2_600);
      return 'ignored';
    };
    await first.engine.run(request('k', execute));
    await test.expect.poll(() => [...first.engine.active], { timeout: 6_000 }).toEqual([]);
    expect([taken, await indexed()]).toEqual([[], []]);
    expect(Object.keys(await fields('k')).sort()).toEqual(['a', 'f', 'l', 'n', 'o', 's']);
  });

  test('a hundred late runs of a dead process: three others take each exactly once', async (test) => {
    const { prefix, indexed } = records();
    const store = redisStore(redis, { prefix });
    const keys = Array.from({ length: 100 }, (_, i) => `k${i}`);
    for (const key of keys) await store.defer(early({ key, owner: key }));
    const taken: string[] = [];
    for (let i = 0; i < 3; i += 1) {
      const { engine } = await process(prefix, test);
      engine.takeOver(async ({ key }) => {
        taken.push(key);
        await sleep(50);
      });
    }
    await test.expect.poll(() => taken.length, { timeout: 10_000 }).toBe(100);
    await test.expect.poll(indexed, { timeout: 2_000 }).toEqual([]);
    expect(new Set(taken).size).toBe(100);
  });
});

const early = (over: Partial<DeferRequest> = {}): DeferRequest => ({
  key: 'k',
  fingerprint: 'sids',
  owner: 'dead',
  attempt: 1,
  leaseMs: 5,
  ttlMs: 60_000,
  answer: '{}',
  journal: 'j',
  limitMs: 60_000,
  ...over,
});

/** A client whose process dies before, or just after, it has sent command number `at`, counted from 0. */
function dying(at: number, how: 'before' | 'after'): RedisClient & { dead: boolean } {
  let sent = 0;
  const client = {
    dead: false,
    // Scripts are always sent in full, so that one step is one command.
    evalsha: () => Promise.reject(new Error('NOSCRIPT')),
    async eval(...args: Parameters<RedisClient['eval']>) {
      const last = sent === at;
      sent += 1;
      if (last && how === 'after') await redis.eval(...args);
      client.dead ||= last;
      if (client.dead) throw new Error('died');
      return redis.eval(...args);
    },
    ping: () => redis.ping(),
  };
  return client;
}

/** What can be claimed within more looks than forget a key. */
async function claimAll(store: Store, lookNow: () => Promise<void>): Promise<string[]> {
  await sleep(2 * early().leaseMs);
  const claimed: string[] = [];
  for (let looks = 0; looks < 12; looks += 1) {
    await lookNow();
    // A lease that outlasts the looks: who is claimed once is not claimed again.
    const runs = await store.claim({ owner: unique(), leaseMs: 60_000, max: 10 });
    claimed.push(...runs.map(({ key }) => key));
  }
  return claimed;
}

const finished = { ...early(), outcome: { state: 'finished', answer: '{}' } } as const;

type Store = Required<IdempotencyStore>;
const on = (client: RedisClient, prefix: string) => redisStore(client, { prefix }) as Store;

async function claim(store: Store): Promise<void> {
  await sleep(2 * early().leaseMs);
  await store.claim({ owner: 'second', leaseMs: 5, max: 1 });
}

interface Operation {
  before(store: Store, prefix: string): unknown;
  act(store: Store): unknown;
  /** How many there are to die at. */
  readonly commands: number;
}

const operations: Record<string, Operation> = {
  'answering early': {
    before: (store) => store.acquire(early()),
    act: (store) => store.defer(early()),
    commands: 2,
  },
  'answering early, of a record that was lost': {
    before: () => {},
    act: (store) => store.defer(early()),
    commands: 5,
  },
  renewing: {
    before: (store) => store.defer(early()),
    act: (store) => store.renew({ ...early(), deferred: true }),
    commands: 2,
  },
  settling: {
    before: (store) => store.defer(early()),
    act: (store) => store.complete(finished),
    commands: 2,
  },
  releasing: {
    before: (store) => store.defer(early()),
    act: (store) => store.release(early()),
    commands: 2,
  },
  'a claim': { before: (store) => store.defer(early()), act: claim, commands: 2 },
  'a claim that finds nothing late': {
    before: async (store, prefix) => {
      await store.defer(early());
      await expect(on(dying(1, 'before'), prefix).complete(finished)).rejects.toThrow('died');
    },
    act: claim,
    commands: 3,
  },
};

describe.concurrent('a process dies before or after any command of', () => {
  for (const [name, { before, act, commands }] of Object.entries(operations)) {
    test(`${name}: what is late is claimed once, what is not is forgotten`, async () => {
      const deaths = (['before', 'after'] as const).flatMap((how) =>
        Array.from({ length: commands }, (_, at) => ({ how, at })),
      );
      const ended = deaths.map(async ({ how, at }) => {
        const { prefix, indexed, fields, lookNow } = records();
        const store = on(redis, prefix);
        const client = dying(at, how);
        await before(store, prefix);
        await Promise.resolve(act(on(client, prefix))).catch(() => {});
        expect(client.dead).toBe(true);
        const late = (await fields('k')).s === 'deferred' ? ['k'] : [];
        expect({ how, at, claimed: await claimAll(store, lookNow) }).toEqual({ how, at, claimed: late });
        expect({ how, at, indexed: await indexed() }).toEqual({ how, at, indexed: late });
      });
      await Promise.all(ended);
    });
  }
});

describe.concurrent('the index of late runs', () => {
  /** A client that lets something happen before its command number `at`, counted from 0. */
  const interrupted = (at: number, happen: () => Promise<unknown>) => {
    let commands = 0;
    return {
      ...dying(Number.POSITIVE_INFINITY, 'before'),
      async eval(...args: Parameters<RedisClient['eval']>) {
        if (commands === at) await happen();
        commands += 1;
        return redis.eval(...args);
      },
    } satisfies RedisClient;
  };

  test.each([
    ['running', 1],
    ['absent', 4],
  ] as const)('looks just before the record goes late, %s so far, do not lose it', async (was, at) => {
    const { prefix, indexed, lookNow } = records();
    const store = on(redis, prefix);
    if (was === 'running') await store.acquire({ ...early(), leaseMs: 1 });
    const owner = interrupted(at, async () => {
      for (let looks = 0; looks < 9; looks += 1) {
        await lookNow();
        expect(await store.claim({ owner: 'x', leaseMs: 200, max: 1 })).toEqual([]);
      }
    });
    await on(owner, prefix).defer(early());
    expect(await indexed()).toEqual(['k']);
    expect(await claimAll(store, lookNow)).toEqual(['k']);
  });

  test('an entry made during the last look is kept', async () => {
    const { prefix, indexed, lookNow } = records();
    const store = on(redis, prefix);
    await store.acquire(early());
    const died = on(dying(1, 'before'), prefix).defer(early());
    await expect(died).rejects.toThrow('died');
    for (let looks = 0; looks < 9; looks += 1) {
      await lookNow();
      expect(await store.claim({ owner: 'x', leaseMs: 200, max: 1 })).toEqual([]);
    }
    await lookNow();
    // Look, read the record, doubt: before the last one the run goes late after all.
    const looking = on(
      interrupted(2, async () => store.defer(early())),
      prefix,
    );
    expect(await looking.claim({ owner: 'x', leaseMs: 200, max: 1 })).toEqual([]);
    expect(await indexed()).toEqual(['k']);
    expect(await claimAll(store, lookNow)).toEqual(['k']);
  });

  test('Redis is emptied after the entry, before the record goes late: both are there afterwards', async () => {
    const { prefix, indexed, fields } = records();
    await on(redis, prefix).acquire(early());
    const owner = interrupted(1, () => redis.del(`${prefix}{k}`, `${prefix}deferred`));
    expect(await on(owner, prefix).defer(early())).toEqual({ status: 'stored' });
    expect(await indexed()).toEqual(['k']);
    expect(await fields('k')).toMatchObject({ s: 'deferred', j: 'j' });
  });

  test('Redis is emptied after the entry, and another takes the callback: the first learns it', async () => {
    const { prefix } = records();
    const store = on(redis, prefix);
    await store.acquire(early());
    const owner = interrupted(1, async () => {
      await redis.del(`${prefix}{k}`, `${prefix}deferred`);
      await store.acquire(early({ owner: 'other' }));
    });
    expect(await on(owner, prefix).defer(early())).toMatchObject({
      status: 'lost',
      winner: { status: 'running' },
    });
  });

  test('a renewal enters a key that the index has lost', async () => {
    const { prefix, indexed } = records();
    const store = on(redis, prefix);
    await store.defer(early());
    await redis.del(`${prefix}deferred`);
    expect(await store.renew({ ...early(), deferred: true })).toEqual({ status: 'held' });
    expect(await indexed()).toEqual(['k']);
  });

  test('many runs whose owners live do not keep a look from one whose owner has died', async () => {
    const { prefix, lookNow } = records();
    const store = on(redis, prefix);
    const living = Array.from({ length: 50 }, (_, i) => `living${i}`);
    for (const key of ['dead', ...living]) await store.defer(early({ key, owner: key }));
    await lookNow();
    for (const key of living)
      await store.renew({ ...early({ key, owner: key, leaseMs: 60_000 }), deferred: true });
    const claimed = await store.claim({ owner: 'x', leaseMs: 60_000, max: 1 });
    expect(claimed.map(({ key }) => key)).toEqual(['dead']);
  });
});
