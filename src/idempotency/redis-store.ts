import { TaskRouterKitError } from '../errors.js';
import { ACQUIRE, COMPLETE, RELEASE, RENEW, type Script } from './redis-scripts.js';
import type { AcquireResult, IdempotencyStore } from './store.js';

/** What is used of a Redis client: a `Redis` or `Cluster` of ioredis 5 or 6 fits as it is. */
export interface RedisClient {
  readonly status?: string;
  evalsha(sha: string, keys: number, ...keysAndArguments: (string | number)[]): Promise<unknown>;
  eval(script: string, keys: number, ...keysAndArguments: (string | number)[]): Promise<unknown>;
  ping(): Promise<unknown>;
}

export interface RedisStoreOptions {
  /** What the names of all keys begin with. Default `taskrouter:`. */
  readonly prefix?: string;
}

/** ioredis would queue a command in these states, for as long as Redis is away. */
const AWAY = new Set(['reconnecting', 'close', 'disconnecting', 'end']);

/**
 * Keeps the records in Redis 5 or newer (or Valkey), for any number of processes: two round trips a callback, one
 * before the handler and one after it. Scripts are sent by their hash, and in full when Redis has forgotten them.
 *
 * The engine gives every call a timeout of its own, and a command that Redis runs only later does no harm, because
 * it bears the token of a run: at worst it holds a lease for 1.5 s that nobody uses. Still, create the client with
 * `enableOfflineQueue: false`, so that nothing is queued while Redis is away, and with a `socketTimeout`, so that a
 * connection cut without a word is noticed. Give Redis the `maxmemory-policy` `noeviction`: a record that was
 * evicted is a callback that may run again.
 *
 * @throws TaskRouterKitError `redis-away` from every operation while the client is not connected,
 *   `redis-unexpected-reply` when something answers that is not these scripts.
 * @example
 * import { Redis } from 'ioredis';
 * import { redisStore } from 'taskrouter-kit/redis';
 *
 * const redis = new Redis(process.env.REDIS_URL, { enableOfflineQueue: false, socketTimeout: 5_000 });
 * const store = redisStore(redis);
 */
export function redisStore(
  redis: RedisClient,
  { prefix = 'taskrouter:' }: RedisStoreOptions = {},
): IdempotencyStore {
  function connected(): RedisClient {
    if (redis.status !== undefined && AWAY.has(redis.status)) {
      throw new TaskRouterKitError(
        'redis-away',
        `Redis is not connected (${redis.status}): see that it runs.`,
      );
    }
    return redis;
  }

  async function run({ lua, sha }: Script, key: string, ...args: (string | number)[]): Promise<unknown> {
    // The braces make the key's own name decide where a cluster keeps it.
    const name = `${prefix}{${key}}`;
    try {
      return await connected().evalsha(sha, 1, name, ...args);
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
      return connected().eval(lua, 1, name, ...args);
    }
  }

  return {
    async acquire({ key, fingerprint, owner, leaseMs, ttlMs, waitedFor = 0 }) {
      return acquired(await run(ACQUIRE, key, fingerprint, owner, leaseMs, ttlMs, waitedFor));
    },

    async renew({ key, fingerprint, owner, attempt, leaseMs, ttlMs }) {
      return either('held', 'lost', await run(RENEW, key, fingerprint, owner, attempt, leaseMs, ttlMs));
    },

    async complete({ key, fingerprint, owner, attempt, ttlMs, outcome }) {
      const answer = outcome.state === 'finished' ? outcome.answer : '';
      const reply = await run(COMPLETE, key, fingerprint, owner, attempt, ttlMs, outcome.state, answer);
      return either('stored', 'lost', reply);
    },

    async release({ key, owner }) {
      await run(RELEASE, key, owner);
    },

    async ping() {
      await connected().ping();
    },
  };
}

function acquired(reply: unknown): AcquireResult {
  const [status, first, second] = Array.isArray(reply) ? (reply as unknown[]) : [];
  switch (status) {
    case 'acquired':
    case 'failed':
      return { status, attempt: Number(first) };
    case 'running':
      return { status, attempt: Number(first), leaseLeftMs: Number(second) };
    case 'finished':
      return { status, answer: String(first) };
    case 'mismatch':
      return { status };
    default:
      throw unexpected();
  }
}

function either<A extends string, B extends string>(a: A, b: B, reply: unknown): A | B {
  if (reply === a) return a;
  if (reply === b) return b;
  throw unexpected();
}

function unexpected(): TaskRouterKitError {
  return new TaskRouterKitError(
    'redis-unexpected-reply',
    'Redis did not answer as a script of this store does: check that the client changes no replies.',
  );
}
