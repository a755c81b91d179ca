import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { Redis } from 'ioredis';
import { describe, expect, inject, onTestFinished, test } from 'vitest';
import { bulk, startFakeRedis } from '../support/fake-redis.js';
import { findServer, freePort, type PrivateRedis, startRedis, untilReady } from '../support/redis.js';
import { callback, reservation, TOKEN, taskrouter, until } from './endpoint-process.js';
import { metric, startHere } from './in-process.js';

async function running(...flags: string[]): Promise<PrivateRedis> {
  const redis = await startRedis(flags);
  onTestFinished(() => redis.stop());
  return redis;
}

const start = (url: string) => startHere({ REDIS_URL: url });

describe('REDIS_URL leads to', () => {
  test.each(['', '/0', '/1'])(
    'a node of a cluster, with %j as database: refused with a sentence',
    async (db) => {
      const folder = mkdtempSync(join(tmpdir(), 'cluster-'));
      const redis = await running('--cluster-enabled', 'yes', '--dir', folder);
      await expect(start(redis.url + db)).rejects.toMatchObject({
        code: 'redis-cluster',
        message: expect.stringContaining('REDIS_URL leads to a node of a Redis Cluster'),
      });
    },
  );

  test('a server that is no cluster, named as one: refused with a sentence', async () => {
    const redis = await running();
    for (const url of [
      `redis://127.0.0.1:${redis.port},localhost:${redis.port}`,
      `redis+cluster://127.0.0.1:${redis.port}`,
    ]) {
      await expect(start(url)).rejects.toMatchObject({
        code: 'redis-no-cluster',
        message: expect.stringContaining('its servers are not a cluster'),
      });
    }
  });

  test('a server that is no Sentinel, named as one: refused with a sentence', async () => {
    const redis = await running();
    await expect(start(`redis+sentinel://127.0.0.1:${redis.port}/main`)).rejects.toMatchObject({
      code: 'redis-no-sentinel',
    });
  });

  test('Sentinels that watch another name: refused with a sentence', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'sentinel-')), 'sentinel.conf');
    writeFileSync(file, '');
    const { host } = new URL(await startSentinel(file));
    await expect(start(`redis+sentinel://${host}/mian`)).rejects.toMatchObject({
      code: 'redis-sentinel-name',
      message: expect.stringContaining('do not monitor a server of that name'),
    });
  });

  test.each(['redis+sentinel://127.0.0.1:1,127.0.0.1:2/main', 'redis://127.0.0.1:1,127.0.0.1:2'])(
    'nothing yet, %s: the endpoint starts, answers, and logs it',
    async (url) => {
      const endpoint = await start(url);
      expect(await callback(endpoint.url, reservation(0))).toMatchObject({ status: 200 });
      expect(endpoint.lines.map(({ message }) => message)).toContain('Redis cannot be reached; still trying');
    },
  );

  test('a Sentinel: refused with a sentence', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'sentinel-')), 'sentinel.conf');
    writeFileSync(file, '');
    await expect(start(await startSentinel(file))).rejects.toMatchObject({ code: 'redis-sentinel' });
  });

  test.each<[string, (command: string, args: readonly string[]) => string | undefined, string]>([
    ['MOVED for a part of the keys', cluster('-MOVED 12182 10.0.0.2:6379'), 'redis-cluster'],
    ['ASK for a part of the keys', cluster('-ASK 12182 10.0.0.2:6379'), 'redis-cluster'],
    ['CLUSTERDOWN', cluster('-CLUSTERDOWN Hash slot not served'), 'redis-cluster'],
    ['TRYAGAIN', cluster('-TRYAGAIN Multiple keys request during rehashing of slot'), 'redis-cluster'],
    [
      'its mode alone',
      (name) => (name === 'info' ? bulk('redis_mode:cluster\r\n') : undefined),
      'redis-cluster',
    ],
    [
      'cluster_enabled:1',
      (name) => (name === 'info' ? bulk('# Cluster\r\ncluster_enabled:1\r\n') : undefined),
      'redis-cluster',
    ],
    [
      'the role of a Sentinel',
      (name) =>
        name === 'role' ? `*2\r\n${bulk('sentinel')}\r\n*0` : name === 'info' ? bulk('a:b') : undefined,
      'redis-sentinel',
    ],
  ])('what answers %s: refused', async (_what, answer, code) => {
    const fake = await startFakeRedis(answer);
    onTestFinished(() => fake.close());
    await expect(start(fake.url)).rejects.toMatchObject({ code });
  });

  test('a good Redis: it starts, and says nothing of it', async () => {
    const { lines } = await start(inject('redisUrl'));
    expect(lines.filter(({ level }) => level === 'warn' || level === 'error')).toEqual([]);
  });

  test('a good Redis that tells nothing of itself and writes nowhere: it starts, and warns', async () => {
    const fake = await startFakeRedis((name) =>
      name === 'info'
        ? "-NOPERM no permissions to run the 'info' command"
        : name === 'set'
          ? '-OOM no memory'
          : undefined,
    );
    onTestFinished(() => fake.close());
    const { lines } = await start(fake.url);
    expect(lines.find(({ message }) => message.startsWith('Redis refuses writes'))).toMatchObject({
      level: 'warn',
      fields: { err: { code: 'OOM' } },
    });
  });

  test('a node of a cluster: the command ends with 2, and prints no password', async () => {
    const fake = await startFakeRedis(cluster('-MOVED 1 10.0.0.2:6379'));
    onTestFinished(() => fake.close());
    const child = taskrouter(['serve'], { TWILIO_AUTH_TOKEN: TOKEN, PORT: '0', REDIS_URL: fake.url });
    const [stderr, stdout, [code]] = await Promise.all([
      text(child.stderr!),
      text(child.stdout!),
      once(child, 'exit'),
    ]);
    expect(code).toBe(2);
    expect(stderr).toContain('node of a Redis Cluster');
    expect(stderr + stdout).not.toContain('hunter2');
  });
});

/** A node that keeps its mode to itself, and refuses half of the keys so. */
function cluster(refusal: string) {
  return (name: string, [key = '']: readonly string[]) => {
    if (name === 'info') return "-NOPERM this user has no permissions to run the 'info' command";
    return name === 'set' && /[02468]\}$/.test(key) ? refusal : undefined;
  };
}

async function startSentinel(file: string): Promise<string> {
  const port = await freePort();
  const child = spawn(findServer()!, [file, '--sentinel', '--port', String(port), '--bind', '127.0.0.1'], {
    stdio: 'ignore',
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  await untilReady(port);
  return `redis://127.0.0.1:${port}`;
}

describe.each([
  [
    'out of memory',
    async (admin: Redis): Promise<unknown> => admin.config('SET', 'maxmemory', '1'),
    async (admin: Redis): Promise<unknown> => admin.config('SET', 'maxmemory', '256mb'),
  ],
  [
    'a read-only replica',
    async (admin: Redis): Promise<unknown> => admin.replicaof('127.0.0.1', 1),
    async (admin: Redis): Promise<unknown> => admin.replicaof('NO', 'ONE'),
  ],
] as const)('a Redis that answers PING and is %s', (_what, trouble, cure) => {
  test('is told by /readyz and by the gauge, without a callback, and is used again afterwards', async () => {
    const redis = await running();
    const admin = new Redis(redis.url);
    onTestFinished(() => admin.disconnect());
    const endpoint = await startHere({ REDIS_URL: redis.url, ON_STORE_ERROR: 'fail' });
    expect((await fetch(`${endpoint.url}/readyz`)).status).toBe(200);
    await trouble(admin);
    await until(async () => (await fetch(`${endpoint.url}/readyz`)).status === 503);
    expect(await metric(endpoint, 'taskrouter_store_up')).toBe(0);
    expect(await callback(endpoint.url, reservation(0))).toMatchObject({ status: 503 });
    await cure(admin);
    await until(async () => (await fetch(`${endpoint.url}/readyz`)).status === 200);
    await until(async () => (await metric(endpoint, 'taskrouter_store_up')) === 1);
    await until(async () => (await callback(endpoint.url, reservation(0))).status === 200);
  });
});

test('a thousand requests for /readyz ask the store once a second', async () => {
  const redis = await running();
  const admin = new Redis(redis.url);
  onTestFinished(() => admin.disconnect());
  const endpoint = await startHere({ REDIS_URL: redis.url });
  const calls = async () =>
    Number(/cmdstat_evalsha:calls=(\d+)/.exec(await admin.info('commandstats'))?.[1] ?? 0);
  const before = await calls();
  for (let i = 0; i < 20; i += 1) {
    await Promise.all(Array.from({ length: 50 }, () => fetch(`${endpoint.url}/readyz`)));
  }
  expect((await calls()) - before).toBeLessThan(20);
});
