import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { afterEach, describe, expect, inject, test } from 'vitest';
import { createIdempotency } from '../../src/idempotency/engine.js';
import { DEFERRED_INDEX_SCRIPTS } from '../../src/idempotency/store/redis/deferred-index.js';
import { type RedisClient, redisStore } from '../../src/idempotency/store/redis/redis-store.js';
import {
  ACQUIRE,
  CLAIM,
  COMPLETE,
  DEFER,
  RELEASE,
  RENEW,
} from '../../src/idempotency/store/redis/scripts.js';
import type { Idempotency, RunRequest, RunResult } from '../../src/idempotency/types.js';
import { startRedis } from '../support/redis.js';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

function client(url = inject('redisUrl')): Redis {
  const redis = new Redis(url, {
    enableOfflineQueue: false,
    lazyConnect: true,
    retryStrategy: () => 100,
    socketTimeout: 2_000,
  });
  redis.on('error', () => {});
  ends.push(() => redis.disconnect());
  return redis;
}

/** With leases that are short, because the tests wait for them. */
const SHORT = { leaseMs: 600, renewMs: 200 };

async function process(url?: string): Promise<Idempotency> {
  const redis = client(url);
  await redis.connect();
  const engine = createIdempotency({ store: redisStore(redis), ...SHORT });
  ends.push(() => engine.close({ timeoutMs: 0 }));
  return engine;
}

const request = (
  key: string,
  execute: RunRequest['execute'],
  over: Partial<RunRequest> = {},
): RunRequest => ({
  key,
  fingerprint: 'sids',
  path: 'primary',
  deadline: Date.now() + 4_000,
  onDeadline: 'fail',
  execute,
  ...over,
});

const unique = () => `assignment:WS1:${globalThis.crypto.randomUUID()}`;

describe('two processes on one Redis', () => {
  test('fifty requests: one run, fifty identical answers', async () => {
    const engines = [await process(), await process()] as const;
    const key = unique();
    let runs = 0;
    const execute = async () => {
      runs += 1;
      await sleep(200);
      return `{"run":${runs},"note":"\u4f60\u597d"}`;
    };
    const results = await Promise.all(
      Array.from({ length: 50 }, (_, i) => (engines[i % 2] as Idempotency).run(request(key, execute))),
    );
    expect(runs).toBe(1);
    expect(new Set(results.map((r) => r.status === 'answered' && r.answer))).toEqual(
      new Set(['{"run":1,"note":"\u4f60\u597d"}']),
    );
  });

  test('a run longer than its lease stays with its owner', async () => {
    const [here, there] = [await process(), await process()];
    const key = unique();
    let runs = 0;
    const execute = async () => {
      runs += 1;
      await sleep(2 * SHORT.leaseMs);
      return 'a';
    };
    const results = await Promise.all([here.run(request(key, execute)), there.run(request(key, execute))]);
    expect(runs).toBe(1);
    expect(results).toMatchObject([{ answer: 'a' }, { answer: 'a' }]);
  });

  test('a callback costs two round trips', async () => {
    const redis = client();
    await redis.connect();
    let trips = 0;
    const counted: RedisClient = {
      evalsha: (...args) => {
        trips += 1;
        return redis.evalsha(...args);
      },
      eval: (...args) => redis.eval(...args),
    };
    const engine = createIdempotency({ store: redisStore(counted) });
    for (let i = 0; i < 10; i += 1) await engine.run(request(unique(), async () => 'a'));
    expect(trips).toBe(20);
  });
});

describe('a Redis in trouble, in the middle of the load', () => {
  /** Starts a callback every 10 ms for a while, and tells how each ended and how long it took. */
  async function load(engine: Idempotency, ms: number) {
    const ended: { result: RunResult; tookMs: number }[] = [];
    const all: Promise<void>[] = [];
    let runs = 0;
    for (const end = Date.now() + ms; Date.now() < end; await sleep(10)) {
      const begun = Date.now();
      const execute = async () => {
        runs += 1;
        await sleep(30);
        return `answer ${begun}`;
      };
      all.push(
        Promise.resolve(engine.run(request(unique(), execute))).then((result) => {
          ended.push({ result, tookMs: Date.now() - begun });
        }),
      );
    }
    await Promise.all(all);
    return { ended, runs, started: all.length };
  }

  test.each(['stop', 'freeze'] as const)(
    '%s: every callback is answered in time, and it recovers by itself',
    async (how) => {
      const redis = await startRedis();
      ends.push(() => redis.stop());
      const engine = await process(redis.url);
      const loaded = load(engine, 2_300);
      await sleep(200);
      await redis[how]();
      await expect.poll(() => engine.storeState, { timeout: 3_000 }).toBe('degraded');
      // Longer than a hiccup, which is waited out.
      await sleep(1_200);
      if (how === 'freeze') redis.thaw();
      else await redis.restart();
      const { ended, runs, started } = await loaded;
      expect([ended.length, runs]).toEqual([started, started]);
      expect(ended.every(({ result }) => result.status === 'answered')).toBe(true);
      expect(Math.max(...ended.map(({ tookMs }) => tookMs))).toBeLessThan(2_000);
      expect(ended.some(({ result }) => 'degraded' in result)).toBe(true);
      await expect.poll(() => engine.storeState, { timeout: 5_000 }).toBe('ok');
      expect(await engine.run(request(unique(), () => 'well'))).toEqual({
        status: 'answered',
        answer: 'well',
        verdict: 'ran',
      });
    },
  );

  test('slow: every callback is answered in time', async () => {
    const redis = client();
    await redis.connect();
    const slow: RedisClient = {
      evalsha: (...args) => sleep(180).then(() => redis.evalsha(...args)),
      eval: (...args) => sleep(180).then(() => redis.eval(...args)),
    };
    const { ended, runs, started } = await load(createIdempotency({ store: redisStore(slow) }), 800);
    expect([ended.length, runs]).toEqual([started, started]);
    expect(ended.every(({ result }) => result.status === 'answered')).toBe(true);
    expect(Math.max(...ended.map(({ tookMs }) => tookMs))).toBeLessThan(2_000);
  });

  test('the scripts survive SCRIPT FLUSH in the middle of a run', async () => {
    const redis = await startRedis();
    ends.push(() => redis.stop());
    const engine = await process(redis.url);
    const admin = client(redis.url);
    await admin.connect();
    const execute = async () => {
      await admin.script('FLUSH');
      await sleep(2 * SHORT.renewMs);
      await admin.script('FLUSH');
      return 'a';
    };
    const key = unique();
    expect(await engine.run(request(key, execute))).toEqual({
      status: 'answered',
      answer: 'a',
      verdict: 'ran',
    });
    expect(await (await process(redis.url)).run(request(key, () => 'b'))).toMatchObject({ answer: 'a' });
    expect(engine.storeState).toBe('ok');
  });

  test.each([
    ['out of memory', ['CONFIG', 'SET', 'maxmemory', '1'], ['CONFIG', 'SET', 'maxmemory', '256mb']],
    ['read-only', ['REPLICAOF', '127.0.0.1', '1'], ['REPLICAOF', 'NO', 'ONE']],
    ['paused', ['CLIENT', 'PAUSE', '10000', 'WRITE'], ['CLIENT', 'UNPAUSE']],
    ['without its connections', ['CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes'], ['PING']],
  ] as const)(
    '%s for a moment, as an answer is to be stored: waited out, stored, and the handler does not run again',
    async (_what, begin, end) => {
      const redis = await startRedis();
      ends.push(() => redis.stop());
      const [here, there] = [await process(redis.url), await process(redis.url)];
      const admin = client(redis.url);
      await admin.connect();
      const send = ([command, ...args]: readonly [string, ...string[]]) => admin.call(command, ...args);
      const key = unique();
      let runs = 0;
      let over: Promise<unknown> | undefined;
      const execute = async () => {
        runs += 1;
        await send(begin);
        over = sleep(200).then(() => send(end));
        return `run ${runs}`;
      };
      expect(await here.run(request(key, execute))).toEqual({
        status: 'answered',
        answer: 'run 1',
        verdict: 'ran',
      });
      expect(await there.run(request(key, execute))).toEqual({
        status: 'answered',
        answer: 'run 1',
        verdict: 'replayed',
      });
      expect(runs).toBe(1);
      await over;
    },
  );

  test('loading its data for a moment, as an answer is to be stored: waited out, stored, and nothing runs again', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'loading-'));
    ends.push(() => rmSync(folder, { recursive: true }));
    // 200 records at 2 ms each; it answers LOADING in between.
    const slowly = ['--key-load-delay', '2000', '--loading-process-events-interval-bytes', '1024'];
    const redis = await startRedis(['--enable-debug-command', 'yes', '--dir', folder, ...slowly]);
    ends.push(() => redis.stop());
    const [here, there] = [await process(redis.url), await process(redis.url)];
    const admin = client(redis.url);
    const other = client(redis.url);
    await Promise.all([admin.connect(), other.connect()]);
    for (let index = 0; index < 200; index++) await admin.set(`filler ${index}`, 'x'.repeat(100));
    const key = unique();
    let runs = 0;
    let loaded: Promise<unknown> | undefined;
    const execute = async () => {
      runs += 1;
      loaded = admin.call('DEBUG', 'RELOAD');
      await expect(untilRefused(other)).resolves.toContain('LOADING');
      return `run ${runs}`;
    };
    const answer = { status: 'answered', answer: 'run 1' };
    expect(await here.run(request(key, execute))).toEqual({ ...answer, verdict: 'ran' });
    await loaded;
    expect(await there.run(request(key, execute))).toEqual({ ...answer, verdict: 'replayed' });
  });

  /** Asks until it is refused, and says how. */
  async function untilRefused(redis: Redis): Promise<string> {
    for (;;) {
      try {
        await redis.get('filler 0');
      } catch (error) {
        return String(error);
      }
    }
  }

  test('a record deleted under its running owner is created again', async () => {
    const admin = client();
    await admin.connect();
    const key = unique();
    const execute = async () => {
      await admin.del(`taskrouter:{${key}}`);
      await expect.poll(() => admin.hget(`taskrouter:{${key}}`, 's'), { timeout: 3_000 }).toBe('running');
      await admin.del(`taskrouter:{${key}}`);
      return 'a';
    };
    expect(await (await process()).run(request(key, execute))).toMatchObject({ answer: 'a', verdict: 'ran' });
    expect(await (await process()).run(request(key, () => 'b'))).toMatchObject({
      answer: 'a',
      verdict: 'replayed',
    });
  });
});

describe('the Redis store', () => {
  test('names one key a script, tagged so that a cluster keeps it in one place', async () => {
    const onRecords = [ACQUIRE, RENEW, DEFER, COMPLETE, RELEASE, CLAIM];
    for (const { lua } of [...onRecords, ...DEFERRED_INDEX_SCRIPTS]) {
      expect(lua).toContain('KEYS[1]');
      expect(lua).not.toMatch(/KEYS\[[^1]/);
    }
    const calls: unknown[][] = [];
    const redis: RedisClient = {
      evalsha: async (...args) => {
        calls.push(args);
        return ['acquired', 1];
      },
      eval: async () => undefined,
    };
    const { acquire } = redisStore(redis, { prefix: 'mine:' });
    await acquire({ key: 'k', fingerprint: 'f', owner: 'o', leaseMs: 1, ttlMs: 2 });
    expect(calls).toEqual([[ACQUIRE.sha, 1, 'mine:{k}', 'f', 'o', 1, 2, 0]]);
  });

  test('keeps a record for its time to live, not for its lease', async () => {
    const redis = client();
    await redis.connect();
    const key = unique();
    await redisStore(redis).acquire({ key, fingerprint: 'f', owner: 'o', leaseMs: 10, ttlMs: 86_400_000 });
    expect(await redis.pttl(`taskrouter:{${key}}`)).toBeGreaterThan(86_000_000);
  });

  test('does not queue commands while the client is away', async () => {
    let asked = 0;
    const count = async () => {
      asked += 1;
    };
    for (const status of ['reconnecting', 'close', 'end']) {
      const store = redisStore({ status, evalsha: count, eval: count });
      await expect(store.ping()).rejects.toMatchObject({ code: 'redis-away' });
      await expect(store.release({ key: 'k', owner: 'o' })).rejects.toMatchObject({ code: 'redis-away' });
    }
    expect(asked).toBe(0);
  });

  test('says so when the client changes the replies', async () => {
    const odd = async () => ({ status: 'acquired' });
    const store = redisStore({ evalsha: odd, eval: odd });
    const acquire = store.acquire({ key: 'k', fingerprint: 'f', owner: 'o', leaseMs: 1, ttlMs: 1 });
    await expect(acquire).rejects.toMatchObject({ code: 'redis-unexpected-reply' });
  });
});
