import { Cluster, Redis, type RedisOptions } from 'ioredis';
import { type Clock, systemClock } from '../clock.js';
import { ConfigurationError } from '../errors.js';
import { passwordsOf } from '../idempotency/store/redis/redis-store.js';
import { storeError } from '../idempotency/store/store-error.js';
import type { Logger } from '../log.js';
import { parseRedisUrl, type RedisTarget } from './redis-url.js';

/** The least time between two log lines about a Redis that cannot be used, in milliseconds. */
const LOG_EVERY_MS = 10_000;

/**
 * The longest wait before the next try to connect to Redis, in milliseconds. The first wait is 50, because most cut
 * connections can be made again at once, and the leases of a second and a half last until then.
 */
const RETRY_AT_MOST_MS = 250;

/** How long to wait for a connection, and for an answer about where the servers are, in milliseconds. */
const CONNECT_TIMEOUT_MS = 2_000;

/** The least time between two reconnections because the connection leads to a replica, in milliseconds. */
const LEAVE_REPLICA_EVERY_MS = 1_000;

/** What ioredis says when it has asked all Sentinels in vain. */
const NO_SENTINEL = /^All sentinels are unreachable/;

/** What the endpoint keeps its records through: one server, or a cluster. */
export type RedisConnection = Redis | Cluster;

/**
 * Connects to what `REDIS_URL` names and keeps trying forever. It never throws, so the endpoint starts while Redis is away.
 * Nothing is queued or sent again: a callback does not wait for an absent Redis, and its deadline is long past when Redis
 * comes back. Commands have no timeout in ioredis, because the idempotency engine times each of them and uses late replies.
 */
export function connectRedis(url: string, log: Logger, clock: Clock = systemClock): RedisConnection {
  const target = parseRedisUrl(url);
  if ('problem' in target) throw new ConfigurationError('bad-option', `REDIS_URL ${target.problem}`);
  const redis = clientOf(target, clock);
  let errors = 0;
  let loggedAt = Number.NEGATIVE_INFINITY;
  redis.on('error', (error: unknown) => {
    errors += 1;
    if (clock.now() - loggedAt < LOG_EVERY_MS) return;
    log.warn({ err: storeError(error, passwordsOf(redis)), errors }, 'Redis cannot be reached; still trying');
    loggedAt = clock.now();
    errors = 0;
  });
  redis.on('ready', () => log.info({}, 'Redis is connected'));
  return redis;
}

function clientOf(target: RedisTarget, clock: Clock): RedisConnection {
  const login = { username: target.username, password: target.password };
  if (target.kind === 'server') return new Redis(target.url, serverOptions(clock));
  if (target.kind === 'sentinel') {
    const { sentinels, name, db, tls, sentinelUsername, sentinelPassword } = target;
    return new Redis({
      ...serverOptions(clock),
      ...login,
      sentinels: [...sentinels],
      name,
      db,
      sentinelUsername,
      sentinelPassword,
      ...(tls ? { tls: {}, sentinelTLS: {}, enableTLSForSentinelMode: true } : {}),
      // ioredis gives up for good when this says nothing. Its `failoverDetector` can do the same, when a failover is told
      // while it connects. Without it, a primary that hangs is left when its socket times out.
      sentinelRetryStrategy: retryStrategy,
      sentinelCommandTimeout: CONNECT_TIMEOUT_MS,
    });
  }
  return new Cluster([...target.nodes], {
    enableOfflineQueue: false,
    clusterRetryStrategy: retryStrategy,
    // With TLS a node is known by its name, which its certificate is made for.
    ...(target.tls ? { dnsLookup: (host, found) => found(null, host) } : {}),
    slotsRefreshTimeout: CONNECT_TIMEOUT_MS,
    redisOptions: { ...login, ...COMMON, ...(target.tls ? { tls: {} } : {}) },
  });
}

const COMMON = {
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
  connectTimeout: CONNECT_TIMEOUT_MS,
  // A connection on which a command has waited this long is dead, even if TCP says otherwise, and is replaced. The time
  // is as long as Twilio waits for an answer. A process that stood still itself finds this timer due before it has read
  // its input. After a shorter stop its callbacks still count, and need the connection.
  socketTimeout: 5_000,
};

const retryStrategy = (attempt: number) => Math.min(50 * 2 ** Math.min(attempt - 1, 6), RETRY_AT_MOST_MS);

function serverOptions(clock: Clock) {
  let leftReplicaAt = Number.NEGATIVE_INFINITY;
  return {
    ...COMMON,
    enableOfflineQueue: false,
    retryStrategy,
    // After a failover the old primary refuses writes: connect again, to the server that the name leads to now. Before
    // Redis 7 a script's refusal has its code in the middle.
    reconnectOnError: (error: Error) => {
      const leave =
        /\bREADONLY\b/.test(error.message) && clock.now() - leftReplicaAt >= LEAVE_REPLICA_EVERY_MS;
      if (leave) leftReplicaAt = clock.now();
      return leave;
    },
  } satisfies RedisOptions;
}

/**
 * Resolves once the first try to connect has ended, well or not. By then either duplicates of the first callback in other
 * processes can be detected, or Redis is away and the endpoint starts without it.
 *
 * @returns the errors on the way, those of single Sentinels among them.
 */
export function firstAttempt(redis: RedisConnection): Promise<readonly unknown[]> {
  const errors: unknown[] = [];
  const note = (error: unknown) => void errors.push(error);
  redis.on('error', note).on('sentinelError', note);
  return new Promise((resolve) => {
    const end = () => {
      redis.off('error', note).off('sentinelError', note);
      resolve(errors);
    };
    redis.once('ready', end).once('close', end);
    // With Sentinels there is nothing to close before one of them has named a server.
    redis.on('error', (error: Error) => {
      if (NO_SENTINEL.test(error.message)) end();
    });
  });
}
