import { Redis } from 'ioredis';
import { type Clock, systemClock } from '../clock.js';
import { passwordsOf } from '../idempotency/store/redis/redis-store.js';
import { storeError } from '../idempotency/store/store-error.js';
import type { Logger } from '../log.js';

/** The least time between two log lines about a Redis that cannot be used, in milliseconds. */
const LOG_EVERY_MS = 10_000;

/**
 * The longest wait before Redis is tried again, in milliseconds. The first wait is 50: most connections that are cut
 * can be made again at once, and the leases of a second and a half hold until then.
 */
const RETRY_AT_MOST_MS = 250;

/** The least time between two new connections because the old one leads to a replica, in milliseconds. */
const LEAVE_REPLICA_EVERY_MS = 1_000;

/**
 * Connects to Redis and keeps at it for ever; it never throws, so the endpoint starts while Redis is away. Nothing is
 * queued or sent again: a callback does not wait for a Redis that is not there, and its deadline is long past when
 * Redis comes back. A command needs no timeout of ioredis' own: the idempotency engine times each of them, and wants
 * to know of an answer that comes late.
 */
export function connectRedis(url: string, log: Logger, clock: Clock = systemClock): Redis {
  let leftReplicaAt = Number.NEGATIVE_INFINITY;
  const redis = new Redis(url, {
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    connectTimeout: 2_000,
    // A connection on which a command has waited this long is dead, whatever TCP says: a new one is made. As long as
    // Twilio waits for an answer, because a process that stood still itself finds this timer due before it has read
    // what has come: after a shorter stop its callbacks still count, and need the connection.
    socketTimeout: 5_000,
    retryStrategy: (attempt) => Math.min(50 * 2 ** Math.min(attempt - 1, 6), RETRY_AT_MOST_MS),
    // After a failover the old primary refuses writes: connect again, to whoever the name leads to now. Before Redis 7
    // a script's refusal has its code in the middle.
    reconnectOnError: (error) => {
      const leave =
        /\bREADONLY\b/.test(error.message) && clock.now() - leftReplicaAt >= LEAVE_REPLICA_EVERY_MS;
      if (leave) leftReplicaAt = clock.now();
      return leave;
    },
  });
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

/**
 * Resolves once the first try to connect has ended, well or not: by then the first callback can be told from its
 * duplicates in other processes, or Redis is away and the endpoint starts without it.
 */
export function firstAttempt(redis: Redis): Promise<void> {
  return new Promise((resolve) => {
    redis.once('ready', resolve).once('close', resolve);
  });
}
