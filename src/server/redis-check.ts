import type { Redis } from 'ioredis';
import { type Clock, systemClock } from '../clock.js';
import { ConfigurationError } from '../errors.js';
import { passwordsOf } from '../idempotency/store/redis/redis-store.js';
import { storeError } from '../idempotency/store/store-error.js';
import type { Logger } from '../log.js';

/** The least time between two log lines about a Redis that cannot be used, in milliseconds. */
const LOG_EVERY_MS = 10_000;

/** What a connection leads to, if that cannot keep records. */
export type Unfit = 'cluster' | 'sentinel';

const UNFIT: Readonly<Record<Unfit, string>> = {
  cluster:
    'REDIS_URL leads to a node of a Redis Cluster, which refuses the keys of the other nodes. Set it to a Redis that is ' +
    'not a cluster, or build the endpoint on the library: createTaskRouter({ store: redisStore(new Cluster([…])) })',
  sentinel:
    'REDIS_URL leads to a Redis Sentinel, which keeps no data. Set it to the Redis that the Sentinel watches, or build ' +
    'the endpoint on the library: createTaskRouter({ store: redisStore(new Redis({ sentinels: […], name: … })) })',
};

/**
 * Refuses a server that answers like Redis but cannot keep records, if the first try to connect has succeeded. Each later
 * connection to such a server is logged as an error. A Redis that refuses writes is only logged, because it may accept
 * them again.
 *
 * @throws {ConfigurationError} `redis-cluster` or `redis-sentinel`.
 */
export async function checkRedis(redis: Redis, log: Logger, clock: Clock = systemClock): Promise<void> {
  let loggedAt = Number.NEGATIVE_INFINITY;
  async function examine(): Promise<Unfit | undefined> {
    const { unfit, refusal } = await examineRedis(redis);
    if (unfit === undefined && refusal === undefined) return undefined;
    if (clock.now() - loggedAt < LOG_EVERY_MS) return unfit;
    loggedAt = clock.now();
    if (unfit) log.error({}, UNFIT[unfit]);
    else log.warn({ err: refusal }, 'Redis refuses writes: callbacks run without it until it accepts them');
    return unfit;
  }
  const unfit = redis.status === 'ready' ? await examine() : undefined;
  if (unfit) throw new ConfigurationError(`redis-${unfit}`, `${UNFIT[unfit]}.`);
  redis.on('ready', () => void examine());
}

/** Enough keys that, on a node of any cluster, one of them belongs to another node. */
const PROBES = 16;
/** Replies that only the nodes of a cluster give. */
const CLUSTER_ANSWER = /^(?:MOVED|ASK|CLUSTERDOWN|TRYAGAIN|CROSSSLOT)\b/;

/**
 * Finds out what a connection leads to. It asks the server about itself and, because that may be forbidden, also tries
 * writes. Never rejects; a reply that does not come in time counts as unknown.
 */
export async function examineRedis(redis: Redis): Promise<{ unfit?: Unfit; refusal?: Error }> {
  const ask = (...[command, ...args]: [string, ...(string | number)[]]) =>
    Promise.race([redis.call(command, ...args), late()]).then(
      (answer: unknown) => ({ answer, error: undefined }),
      (error: unknown) => ({ answer: undefined, error: storeError(error, passwordsOf(redis)) }),
    );
  const [info, role, ...writes] = await Promise.all([
    ask('INFO'),
    ask('ROLE'),
    ...Array.from({ length: PROBES }, (_, i) => ask('SET', `taskrouter:{probe:${i}}`, '1', 'PX', 1_000)),
  ]);
  const facts = String(info?.answer ?? '');
  const refusals = writes.flatMap(({ error }) => error ?? []);
  const said = [info, role, ...writes].flatMap((one) => one?.error?.message ?? []);
  if (/^redis_mode:sentinel/m.test(facts) || [role?.answer].flat().map(String)[0] === 'sentinel') {
    return { unfit: 'sentinel' };
  }
  if (
    /^(?:redis_mode:cluster|cluster_enabled:1)/m.test(facts) ||
    said.some((one) => CLUSTER_ANSWER.test(one))
  ) {
    return { unfit: 'cluster' };
  }
  const [refusal] = refusals;
  return refusal && redis.status === 'ready' ? { refusal } : {};
}

function late(): Promise<undefined> {
  return new Promise((resolve) => {
    setTimeout(() => resolve(undefined), 1_000).unref();
  });
}
