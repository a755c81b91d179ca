import { Redis } from 'ioredis';
import { type Clock, systemClock } from '../clock.js';
import { passwordsOf } from '../idempotency/store/redis/redis-store.js';
import { storeError } from '../idempotency/store/store-error.js';
import type { Logger } from '../log.js';

/** The least time between two log lines about a Redis that cannot be used, in milliseconds. */
const LOG_EVERY_MS = 10_000;

/**
 * The longest wait before the next try to connect to Redis, in milliseconds. The first wait is 50, because most cut
 * connections can be made again at once, and the leases of a second and a half last until then.
 */
const RETRY_AT_MOST_MS = 250;

/** The least time between two reconnections because the connection leads to a replica, in milliseconds. */
const LEAVE_REPLICA_EVERY_MS = 1_000;

/**
 * Connects to Redis and keeps trying forever. It never throws, so the endpoint starts while Redis is away. Nothing is
 * queued or sent again: a callback does not wait for an absent Redis, and its deadline is long past when Redis comes
 * back. Commands have no timeout in ioredis, because the idempotency engine times each of them and uses late replies.
 */
export function connectRedis(url: string, log: Logger, clock: Clock = systemClock): Redis {
  let leftReplicaAt = Number.NEGATIVE_INFINITY;
  const redis = new Redis(url, {
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    connectTimeout: 2_000,
    // A connection on which a command has waited this long is dead, even if TCP says otherwise, and is replaced. The time
    // is as long as Twilio waits for an answer. A process that stood still itself finds this timer due before it has read
    // its input. After a shorter stop its callbacks still count, and need the connection.
    socketTimeout: 5_000,
    retryStrategy: (attempt) => Math.min(50 * 2 ** Math.min(attempt - 1, 6), RETRY_AT_MOST_MS),
    // After a failover the old primary refuses writes: connect again, to the server that the name leads to now. Before
    // Redis 7 a script's refusal has its code in the middle.
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
 * Resolves once the first try to connect has ended, well or not. By then either duplicates of the first callback in other
 * processes can be detected, or Redis is away and the endpoint starts without it.
 */
export function firstAttempt(redis: Redis): Promise<void> {
  return new Promise((resolve) => {
    redis.once('ready', resolve).once('close', resolve);
  });
}
