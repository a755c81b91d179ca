import { Redis } from 'ioredis';
import { Redis as Redis5 } from 'ioredis5';
import { redisStore } from 'taskrouter-kit/redis';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { type PrivateRedis, startRedis } from '../support/redis.js';

let server: PrivateRedis;
beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.stop());

const acquire = (key: string) => ({ key, fingerprint: 'f', owner: 'o', leaseMs: 1_000, ttlMs: 10_000 });

describe.each([
  ['ioredis 6', (url: string) => new Redis(url)],
  ['ioredis 5', (url: string) => new Redis5(url)],
])('%s', (name, create) => {
  async function storeOn() {
    const redis = create(server.url);
    onTestFinished(() => redis.disconnect());
    redis.on('error', () => {});
    const store = redisStore(redis, { prefix: `${name}:` });
    await store.ping();
    return { redis, store };
  }

  test('calls of one turn of the event loop share one write, and each gets its own reply', async () => {
    const { redis, store } = await storeOn();
    await store.acquire(acquire('seen'));
    const single = vi.spyOn(redis.stream, '_write');
    const several = vi.spyOn(redis.stream as Required<typeof redis.stream>, '_writev');
    const keys = Array.from({ length: 20 }, (_, index) => `RE${index}`);
    const other = store.acquire({ ...acquire('seen'), owner: 'other' });
    const replies = await Promise.all(keys.map((key) => store.acquire(acquire(key))));
    expect(replies).toEqual(keys.map(() => ({ status: 'acquired', attempt: 1 })));
    expect(await other).toMatchObject({ status: 'running' });
    expect([single.mock.calls.length, several.mock.calls.length]).toEqual([0, 1]);
  });

  test('a connection that is lost in the same turn fails the call, and the next one is used', async () => {
    const { redis, store } = await storeOn();
    const cut = store.acquire(acquire('cut'));
    redis.stream.destroy();
    const next = vi.waitFor(() => store.acquire(acquire('next')), 5_000);
    await expect(next).resolves.toMatchObject({ status: 'acquired' });
    // ioredis sends it again by itself, on the next connection.
    await expect(cut).resolves.toMatchObject({ status: 'acquired' });
  });
});
