import { ConfigurationError, TaskRouterKitError } from '../../../errors.js';
import { refuseUnknownKeys } from '../../../near-miss.js';
import {
  type AcquireResult,
  type ClaimedRun,
  HELD,
  type IdempotencyStore,
  type Lost,
  type RenewRequest,
  type RenewResult,
  STORED,
} from '../store.js';
import { StoreError, storeError } from '../store-error.js';
import { handleAskingFailures } from './cluster-nodes.js';
import { deferredIndex } from './deferred-index.js';
import { ACQUIRE, CLAIM, COMPLETE, DEFER, PROBE, RELEASE, RENEW, type Script } from './scripts.js';
import { shareWrite } from './shared-writes.js';

/** The part of a Redis client that is used: a `Redis` or `Cluster` of ioredis 5 or 6 fits as it is. */
export interface RedisClient {
  readonly status?: string;
  evalsha(sha: string, keys: number, ...keysAndArguments: (string | number)[]): Promise<unknown>;
  eval(script: string, keys: number, ...keysAndArguments: (string | number)[]): Promise<unknown>;
  /** If the client reports that it is connected again, callbacks do not wait for the next ping. */
  on?(event: 'ready', listener: () => void): unknown;
  off?(event: 'ready', listener: () => void): unknown;
}

export interface RedisStoreOptions {
  /** What the names of all keys begin with. Default `taskrouter:`. */
  readonly prefix?: string;
}

/** Errors that mean that nothing was written: Redis refused the script before its first write, or nothing was sent. */
const NEVER_RAN = new Set([
  'redis-away',
  'READONLY',
  'OOM',
  'MISCONF',
  'NOAUTH',
  'NOPERM',
  'LOADING',
  'BUSY',
  'CLUSTERDOWN',
  'MASTERDOWN',
  'NOREPLICAS',
]);

/** How ioredis says that it has not sent a command: to a server, to a cluster. */
const NOT_SENT = /^(?:Stream isn't writeable|Cluster isn't ready)/;

/** How long the record of a probe lives, in milliseconds. */
const PROBE_MS = 10_000;

/** ioredis would queue a command in these states, for as long as Redis is away. */
const AWAY = new Set(['reconnecting', 'close', 'disconnecting', 'end']);

/**
 * Keeps the records in Redis 5 or newer (or Valkey), for any number of processes: two round trips a callback, one
 * before the handler and one after it. Scripts are sent by their hash, and in full when Redis has forgotten them.
 *
 * The engine times every call. A command that Redis runs only later does no harm, because it carries the token of a run:
 * at worst it holds an unused lease for 1.5 s. Still, create the client with `enableOfflineQueue: false`, so that
 * nothing is queued while Redis is away, and with a `socketTimeout`, so that a silently cut connection is noticed. Set
 * Redis' `maxmemory-policy` to `noeviction`: a callback whose record was evicted may run again.
 *
 * @throws {StoreError} from every operation that fails, without the command's arguments and the connection's password. Its
 *   code is `redis-away` while the client is not connected, `redis-unexpected-reply` if a reply does not come from these
 *   scripts, and otherwise Redis' own code, such as `OOM` or `READONLY`.
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
      'redisStore: the first argument must be an ioredis client, such as new Redis(process.env.REDIS_URL).',
    );
  }
  handleAskingFailures(redis);
  function connected(): RedisClient {
    if (redis.status !== undefined && AWAY.has(redis.status)) {
      throw new TaskRouterKitError(
        'redis-away',
        `Redis is not connected (${redis.status}): check that it is running.`,
      );
    }
    shareWrite(redis);
    return redis;
  }

  async function runOn(name: string, { lua, sha }: Script, ...args: (string | number)[]): Promise<unknown> {
    try {
      return await connected().evalsha(sha, 1, name, ...args);
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw ours(error);
    }
    try {
      return await connected().eval(lua, 1, name, ...args);
    } catch (error) {
      throw ours(error);
    }
  }

  function ours(error: unknown): StoreError {
    const made = storeError(error, passwordsOf(redis));
    const neverRan = NEVER_RAN.has(made.code) || NOT_SENT.test(made.message);
    return neverRan ? StoreError.notApplied(made) : made;
  }

  // The braces make the key's own name decide where a cluster keeps it.
  const run = (script: Script, key: string, ...args: (string | number)[]) =>
    runOn(`${prefix}{${key}}`, script, ...args);

  const index = deferredIndex((script, ...args) => runOn(`${prefix}deferred`, script, ...args));

  /** Creates an absent record again, as running, unless the run is deferred. */
  async function renew(request: RenewRequest): Promise<RenewResult> {
    const { key, fingerprint, owner, attempt, leaseMs, ttlMs, deferred } = request;
    const reply = await run(RENEW, key, fingerprint, owner, attempt, leaseMs, ttlMs, deferred ? 1 : 0);
    const status = statusOf(['held', 'lost', 'absent'], reply);
    return status === 'held' ? HELD : status === 'lost' ? lost(reply) : { status };
  }

  return {
    async acquire({ key, fingerprint, owner, leaseMs, ttlMs, waitedFor = 0 }) {
      return acquired(await run(ACQUIRE, key, fingerprint, owner, leaseMs, ttlMs, waitedFor));
    },

    async renew(request) {
      if (!request.deferred) return renew(request);
      // While its owner lives, nobody looks at the key, and the index gets it back if it has lost it. The entry is sent
      // first, so that an end that crosses the renewal takes it out again. If it fails, the next renewal makes it.
      const entered = index.enter(request.key, request.leaseMs).catch(() => {});
      const renewed = await renew(request);
      await entered;
      return renewed;
    },

    async defer(request) {
      const { key, fingerprint, owner, attempt, ttlMs, leaseMs, answer, journal, limitMs } = request;
      for (;;) {
        await index.enter(key, leaseMs);
        const args = [fingerprint, owner, attempt, ttlMs, leaseMs, answer, journal, limitMs];
        const reply = await run(DEFER, key, ...args);
        const status = statusOf(['stored', 'lost', 'absent'], reply);
        if (status !== 'absent') return status === 'lost' ? lost(reply) : STORED;
        // Redis was emptied, perhaps after the key had entered the index. With the record there first, it enters again.
        const renewed = await renew({ ...request, deferred: false });
        if (renewed.status === 'lost') return renewed;
      }
    },

    async complete({ key, fingerprint, owner, attempt, ttlMs, outcome }) {
      const answer = outcome.state === 'finished' ? outcome.answer : '';
      const reply = await run(COMPLETE, key, fingerprint, owner, attempt, ttlMs, outcome.state, answer);
      const status = statusOf(['stored', 'settled', 'lost'], reply);
      if (status === 'lost') return lost(reply);
      if (status === 'settled') await index.leave(key);
      return STORED;
    },

    async release({ key, owner }) {
      // The lease has ended, but the next look may be as far off as it was long.
      if ((await run(RELEASE, key, owner)) === 'deferred') await index.enter(key, 0);
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

    // A write, by a script like every operation, because a full Redis, a replica and one that cannot save all answer PING.
    async ping() {
      oneOf(['taken'], await run(PROBE, 'probe', PROBE_MS));
    },

    onReady(listener) {
      redis.on?.('ready', listener);
      return () => void redis.off?.('ready', listener);
    },
  };
}

/** Every password a client was given, so that no error shows it. */
export function passwordsOf(client: object): string[] {
  const { options, startupNodes } = client as { options?: unknown; startupNodes?: unknown };
  const { redisOptions, sentinels } = asObject(options) as { redisOptions?: unknown; sentinels?: unknown };
  const lists = [startupNodes, sentinels].flatMap((list): unknown[] => (Array.isArray(list) ? list : []));
  return [options, redisOptions, ...lists]
    .map(asObject)
    .flatMap(({ password, sentinelPassword }) => [password, sentinelPassword])
    .filter((one): one is string => typeof one === 'string' && one !== '');
}

const asObject = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};

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

function statusOf<const T extends string>(expected: readonly T[], reply: unknown): T {
  return oneOf(expected, Array.isArray(reply) ? reply[0] : reply);
}

/** A lost record, with who has it. */
function lost(reply: unknown): Lost {
  const winner = acquired((reply as unknown[]).slice(1));
  if (winner.status === 'acquired' || winner.status === 'mismatch') throw unexpected();
  return { status: 'lost', winner };
}

function claimedRun(
  key: string,
  [fingerprint, attempt, answer, journal, limitLeftMs, formerOwner]: unknown[],
): ClaimedRun {
  return {
    key,
    fingerprint: String(fingerprint),
    attempt: Number(attempt),
    answer: String(answer),
    journal: String(journal),
    limitLeftMs: Number(limitLeftMs),
    formerOwner: String(formerOwner),
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
    "Redis gave an unexpected reply to one of this store's scripts: check that the client does not change replies.",
  );
}
