import { ConfigurationError, TaskRouterKitError } from '../errors.js';
import { refuseUnknownKeys } from '../near-miss.js';
import { lateIndex } from './redis-late-index.js';
import { ACQUIRE, ANSWER_EARLY, CLAIM, COMPLETE, RELEASE, RENEW, type Script } from './redis-scripts.js';
import type { AcquireResult, ClaimedRun, IdempotencyStore, RenewResult } from './store.js';

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
 * @throws ConfigurationError for an unknown option, or a first argument that is no client of ioredis.
 * @throws TaskRouterKitError `redis-away` from every operation while the client is not connected,
 *   `redis-unexpected-reply` when something answers that is not these scripts.
 * @example
 * import { Redis } from 'ioredis';
 * import { redisStore } from 'taskrouter-kit/redis';
 *
 * const redis = new Redis(process.env.REDIS_URL, { enableOfflineQueue: false, socketTimeout: 5_000 });
 * const store = redisStore(redis);
 */
export function redisStore(redis: RedisClient, options: RedisStoreOptions = {}): IdempotencyStore {
  refuseUnknownKeys(options, ['prefix'], 'redisStore');
  const { prefix = 'taskrouter:' } = options;
  if (typeof redis?.evalsha !== 'function') {
    throw new ConfigurationError(
      'bad-option',
      'redisStore: the first argument must be a client of ioredis, such as new Redis(process.env.REDIS_URL).',
    );
  }
  function connected(): RedisClient {
    if (redis.status !== undefined && AWAY.has(redis.status)) {
      throw new TaskRouterKitError(
        'redis-away',
        `Redis is not connected (${redis.status}): see that it runs.`,
      );
    }
    return redis;
  }

  async function runOn(name: string, { lua, sha }: Script, ...args: (string | number)[]): Promise<unknown> {
    try {
      return await connected().evalsha(sha, 1, name, ...args);
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
      return connected().eval(lua, 1, name, ...args);
    }
  }

  // The braces make the key's own name decide where a cluster keeps it.
  const run = (script: Script, key: string, ...args: (string | number)[]) =>
    runOn(`${prefix}{${key}}`, script, ...args);

  const index = lateIndex((script, ...args) => runOn(`${prefix}late`, script, ...args));

  return {
    async acquire({ key, fingerprint, owner, leaseMs, ttlMs, waitedFor = 0 }) {
      return acquired(await run(ACQUIRE, key, fingerprint, owner, leaseMs, ttlMs, waitedFor));
    },

    async renew({ key, fingerprint, owner, attempt, leaseMs, ttlMs, late }) {
      const reply = await run(RENEW, key, fingerprint, owner, attempt, leaseMs, ttlMs, late ? 1 : 0);
      return oneOf<RenewResult>(['held', 'lost', 'absent'], reply);
    },

    async answerEarly({ key, fingerprint, owner, attempt, ttlMs, leaseMs, answer, journal, limitMs }) {
      await index.enter(key, leaseMs);
      const args = [fingerprint, owner, attempt, ttlMs, leaseMs, answer, journal, limitMs];
      return oneOf(['stored', 'lost'], await run(ANSWER_EARLY, key, ...args));
    },

    async complete({ key, fingerprint, owner, attempt, ttlMs, outcome }) {
      const answer = outcome.state === 'finished' ? outcome.answer : '';
      const reply = await run(COMPLETE, key, fingerprint, owner, attempt, ttlMs, outcome.state, answer);
      const result = oneOf(['stored', 'settled', 'lost'], reply);
      if (result !== 'settled') return result;
      await index.leave(key);
      return 'stored';
    },

    async release({ key, owner }) {
      // The lease has ended, but the next look may be as far off as it was long.
      if ((await run(RELEASE, key, owner)) === 'late') await index.enter(key, 0);
    },

    async claim({ owner, leaseMs, max }) {
      const claims = await Promise.allSettled(
        (await index.take(max)).map(async ({ key, doubt }) => {
          const reply = await run(CLAIM, key, owner, leaseMs);
          const [status, ...claimed] = Array.isArray(reply) ? (reply as unknown[]) : [];
          if (oneOf(['claimed', 'held', 'none'], status) === 'none') await doubt();
          return status === 'claimed' ? claimedRun(key, claimed) : undefined;
        }),
      );
      // One that failed is looked at again in a second, or when the lease it may have got has passed.
      return claims.flatMap((claim) => (claim.status === 'fulfilled' && claim.value) || []);
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

function claimedRun(
  key: string,
  [fingerprint, attempt, answer, journal, limitLeftMs]: unknown[],
): ClaimedRun {
  return {
    key,
    fingerprint: String(fingerprint),
    attempt: Number(attempt),
    answer: String(answer),
    journal: String(journal),
    limitLeftMs: Number(limitLeftMs),
  };
}

function oneOf<const T extends string>(expected: readonly T[], reply: unknown): T {
  const found = expected.find((each) => each === reply);
  if (found === undefined) throw unexpected();
  return found;
}

function unexpected(): TaskRouterKitError {
  return new TaskRouterKitError(
    'redis-unexpected-reply',
    'Redis did not answer as a script of this store does: check that the client changes no replies.',
  );
}
