import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { Redis } from 'ioredis';
import { Redis as Redis5 } from 'ioredis5';
import { accept, createTaskRouter } from 'taskrouter-kit';
import { redisStore } from 'taskrouter-kit/redis';
import { assignmentRequest } from 'taskrouter-kit/testing';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { IdempotencyStore } from '../../src/idempotency/store/store.js';
import { bulk, startFakeRedis } from '../support/fake-redis.js';
import { type PrivateRedis, startRedis } from '../support/redis.js';

const SECRETS = /hunter2|Ada Lovelace|DE8937/;
const JOURNAL = JSON.stringify({ name: 'Ada Lovelace', iban: 'DE8937' });

let server: PrivateRedis;
let admin: Redis;
beforeAll(async () => {
  server = await startRedis();
  admin = new Redis(server.url);
});
afterAll(async () => {
  admin.disconnect();
  await server.stop();
});

const operations: ReadonlyArray<readonly [string, (store: IdempotencyStore) => unknown]> = (() => {
  const held = { key: 'k', fingerprint: JOURNAL, owner: 'o', attempt: 1, leaseMs: 500, ttlMs: 1_000 };
  return [
    ['acquire', (store) => store.acquire(held)],
    ['renew', (store) => store.renew(held)],
    ['defer', (store) => store.defer({ ...held, answer: '{}', journal: JOURNAL, limitMs: 1 })],
    ['complete', (store) => store.complete({ ...held, outcome: { state: 'finished', answer: JOURNAL } })],
    ['ping', (store) => store.ping()],
  ];
})();

/** What each operation fails with. */
async function failures(store: IdempotencyStore): Promise<Array<Error & { code?: string }>> {
  const errors: Error[] = [];
  for (const [name, operate] of operations) {
    try {
      await operate(store);
      throw new Error(`${name} succeeded`);
    } catch (error) {
      errors.push(error as Error);
    }
  }
  return errors;
}

const shown = (value: unknown) => inspect(value, { depth: 12, showHidden: true }) + JSON.stringify(value);

describe.each([
  ['ioredis 6', (url: string) => new Redis(url, { enableOfflineQueue: false, lazyConnect: true })],
  ['ioredis 5', (url: string) => new Redis5(url, { enableOfflineQueue: false, lazyConnect: true })],
])('%s', (_name, create) => {
  async function connected(url: string) {
    const redis = create(url);
    redis.on('error', () => {});
    onTestFinished(() => redis.disconnect());
    await redis.connect().catch(() => {});
    return redisStore(redis);
  }

  test('out of memory: every operation, the probe too, fails with OOM and shows no argument', async () => {
    const store = await connected(server.url);
    await admin.config('SET', 'maxmemory', '1');
    try {
      const errors = await failures(store);
      expect(new Set(errors.map(({ code }) => code))).toEqual(new Set(['OOM']));
      expect(shown(errors)).not.toMatch(SECRETS);
    } finally {
      await admin.config('SET', 'maxmemory', '256mb');
    }
  });

  test('a read-only replica: the probe says so', async () => {
    const replica = await startRedis();
    onTestFinished(() => replica.stop());
    const control = new Redis(replica.url);
    onTestFinished(() => control.disconnect());
    await control.replicaof('127.0.0.1', server.port);
    const errors = await failures(await connected(replica.url));
    expect(errors.at(-1)?.message).toContain('READONLY');
    expect(shown(errors)).not.toMatch(SECRETS);
  });

  test('snapshots that fail (MISCONF): the probe says so', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gone-'));
    const broken = await startRedis(['--dir', folder, '--save', '1 1']);
    onTestFinished(() => broken.stop());
    const control = new Redis(broken.url);
    onTestFinished(() => control.disconnect());
    rmSync(folder, { recursive: true });
    await control.bgsave();
    await vi.waitFor(async () => {
      expect(await control.info('persistence')).toContain('rdb_last_bgsave_status:err');
    });
    const errors = await failures(await connected(broken.url));
    expect(errors.at(-1)?.message).toContain('MISCONF');
    expect(shown(errors)).not.toMatch(SECRETS);
  });

  test.each([
    ['NOAUTH', '-NOAUTH Authentication required.'],
    ['LOADING', '-LOADING Redis is loading the dataset in memory'],
    ['MASTERDOWN', '-MASTERDOWN Link with MASTER is down'],
    ['NOREPLICAS', '-NOREPLICAS Not enough good replicas to write.'],
    ['CLUSTERDOWN', '-CLUSTERDOWN Hash slot not served'],
    ['MOVED', '-MOVED 1234 10.0.0.1:6379'],
    ['NOPERM', "-NOPERM User user has no permissions to run the 'evalsha' command"],
    ['ERR', "-ERR unknown command 'evalsha', with args beginning with: 'Ada Lovelace' 'hunter2'"],
    ['PROXY', '-PROXY cannot reach upstream as user:hunter2'],
  ])('an answer %s', async (code, answer) => {
    const fake = await startFakeRedis((command) => {
      if (command === 'info') return bulk('redis_version:7.0.0');
      return command.startsWith('eval') ? answer : undefined;
    });
    onTestFinished(() => fake.close());
    const errors = await failures(await connected(fake.url));
    for (const error of errors) expect(error).toMatchObject({ code, name: 'ReplyError' });
    expect(shown(errors)).not.toMatch(SECRETS);
  });

  test('a refused user and password, on a connection that is not there', async () => {
    const url = server.url.replace('redis://', 'redis://user:hunter2@');
    const errors = await failures(await connected(url));
    expect(shown(errors)).not.toMatch(SECRETS);
  });

  test("the library's own log on the console shows no argument and no password", async () => {
    const fake = await startFakeRedis((command) => {
      if (command === 'info') return bulk('redis_version:7.0.0');
      return command.startsWith('eval') ? '-OOM no memory for hunter2' : undefined;
    });
    onTestFinished(() => fake.close());
    const written: unknown[] = [];
    for (const name of ['warn', 'error'] as const) {
      const spy = vi.spyOn(console, name).mockImplementation((...all) => void written.push(...all));
      onTestFinished(() => spy.mockRestore());
    }
    const store = await connected(fake.url);
    const router = createTaskRouter({ authToken: 'token', publicUrl: 'https://hooks.example.com', store });
    router.otherwise(accept());
    const handle = router.fetch();
    for (let i = 0; i < 4; i += 1) {
      const { url, headers, body } = assignmentRequest({
        url: 'https://hooks.example.com/taskrouter/assignment',
        authToken: 'token',
        task: { name: 'Ada Lovelace', iban: 'DE8937' },
      });
      await handle(new Request(url, { method: 'POST', headers, body }));
    }
    await router.close({ timeoutMs: 0 });
    expect(shown(written)).toContain('OOM');
    expect(shown(written)).not.toMatch(SECRETS);
  });
});
