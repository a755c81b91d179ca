import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { Redis as Redis5 } from 'ioredis5';
import { afterAll, describe, expect, inject, it } from 'vitest';
import { memoryStore } from '../../src/idempotency/store/memory-store.js';
import { redisStore } from '../../src/idempotency/store/redis/redis-store.js';
import type { IdempotencyStore } from '../../src/idempotency/store/store.js';
import { createFakeClock } from '../../src/testing/fake-clock.js';
import { type StoreUnderTest, storeContract } from '../../src/testing/store-contract/index.js';
import { journalStore } from './journal-store.js';

const clients = [new Redis(inject('redisUrl')), new Redis5(inject('redisUrl'))] as const;
afterAll(() => clients.forEach((redis) => void redis.disconnect()));

const shared = (): StoreUnderTest => {
  const clock = createFakeClock();
  return { store: journalStore({ clock }), advance: (ms) => clock.advance(ms) };
};

const memory = (): StoreUnderTest => {
  const clock = createFakeClock();
  return { store: memoryStore({ clock }), advance: (ms) => clock.advance(ms) };
};

describe('the memory store', () => {
  for (const { name, run } of storeContract(memory)) it(name, run);
});

describe('the store that the tests of the engine use', () => {
  for (const { name, run } of storeContract(shared)) it(name, run);
});

describe.each([
  ['ioredis 6', clients[0]],
  ['ioredis 5', clients[1]],
])('the Redis store on %s', (_, redis) => {
  const fresh = () => ({ store: redisStore(redis, { prefix: `${randomUUID()}:` }) });
  for (const { name, run } of storeContract(fresh)) it.concurrent(name, run);
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

  it('forgets the fingerprint on completion', async () => {
    const names = await broken((store) => ({
      complete: (request) => store.complete({ ...request, fingerprint: '' }),
      acquire: (request) => store.acquire({ ...request, fingerprint: '' }),
    }));
    expect(names).toContain('the fingerprint is kept over completion');
  });

  it('takes a running record for an orphan', async () => {
    const names = await broken((store) => ({
      acquire: (request) => store.acquire({ ...request, leaseMs: 0 }),
    }));
    expect(names).toContain('a running record is no orphan while its lease lasts');
  });

  it('lets anybody complete', async () => {
    const names = await broken((store) => ({
      complete: (request) => store.complete({ ...request, owner: 'b' }),
      acquire: (request) => store.acquire({ ...request, owner: 'b' }),
    }));
    expect(names).toContain('an owner that was relieved can neither renew, complete, fail nor release');
  });

  it('ignores what was waited for', async () => {
    const names = await broken((store) => ({
      acquire: ({ waitedFor: _waitedFor, ...request }) => store.acquire(request),
    }));
    expect(names).toContain('who waited for a failed attempt is told, who comes later runs the next');
  });
});
