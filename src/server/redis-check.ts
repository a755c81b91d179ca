import { type Clock, systemClock } from '../clock.js';
import { ConfigurationError } from '../errors.js';
import { passwordsOf } from '../idempotency/store/redis/redis-store.js';
import { storeError } from '../idempotency/store/store-error.js';
import type { Logger } from '../log.js';
import type { RedisConnection } from './redis.js';

/** The least time between two log lines about a Redis that cannot be used, in milliseconds. */
const LOG_EVERY_MS = 10_000;

/** What a connection leads to, if that cannot keep records. */
export type Unfit = 'cluster' | 'sentinel' | 'no-cluster' | 'no-sentinel' | 'sentinel-name';

const UNFIT: Readonly<Record<Unfit, string>> = {
  cluster:
    'REDIS_URL leads to a node of a Redis Cluster, which refuses the keys of the other nodes. Name several of its nodes, ' +
    'as in redis://node1:6379,node2:6379, or write redis+cluster:// in place of redis:// (rediss+cluster:// with TLS)',
  sentinel:
    'REDIS_URL leads to a Redis Sentinel, which keeps no data. Write redis+sentinel://sentinel1:26379/NAME, with the name ' +
    'under which the Sentinel monitors its server',
  'no-cluster':
    'REDIS_URL names a Redis Cluster (several hosts, or redis+cluster://), but its servers are not a cluster. Name one ' +
    'host, as in redis://127.0.0.1:6379, or the Sentinels that monitor the servers, as in redis+sentinel://sentinel1:26379/NAME',
  'no-sentinel':
    'REDIS_URL names Sentinels (redis+sentinel://), but leads to a server that is not one. Use the ports of the Sentinels, ' +
    'usually 26379, or write redis:// for a single server',
  'sentinel-name':
    'The Sentinels in REDIS_URL do not monitor a server of that name. List the names with ' +
    '`redis-cli -p 26379 sentinel masters`, and put the right one after the last port',
};

/** What ioredis and Redis say when the first try to connect shows that the URL is of the wrong kind. */
const TELLTALE: readonly (readonly [Unfit, RegExp])[] = [
  ['no-cluster', /cluster support disabled/],
  ['no-sentinel', /unknown command .?sentinel/i],
  ['sentinel-name', /No such master with that name|got an invalid reply: null/],
];

/**
 * Refuses what answers like Redis but cannot keep records, if the first try to connect has shown it. Each later
 * connection to such a server is logged as an error. A Redis that refuses writes is only logged, because it may accept
 * them again.
 *
 * @param errors - what went wrong in the first try.
 * @throws {ConfigurationError} `redis-cluster`, `redis-sentinel`, `redis-no-cluster`, `redis-no-sentinel` or
 *   `redis-sentinel-name`.
 */
export async function checkRedis(
  redis: RedisConnection,
  log: Logger,
  errors: readonly unknown[] = [],
  clock: Clock = systemClock,
): Promise<void> {
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
  const unfit = redis.status === 'ready' ? await examine() : toldBy(errors);
  if (unfit) throw new ConfigurationError(`redis-${unfit}`, `${UNFIT[unfit]}.`);
  redis.on('ready', () => void examine());
}

/** What the errors of a first try tell of the servers. One that could not be reached leaves it open. */
function toldBy(errors: readonly unknown[]): Unfit | undefined {
  const messages = errors.flatMap(messagesOf);
  if (messages.some((one) => UNREACHABLE.test(one))) return undefined;
  return TELLTALE.find(([, said]) => messages.some((one) => said.test(one)))?.[0];
}

const UNREACHABLE =
  /ECONNREFUSED|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|ECONNRESET|EHOSTUNREACH|ENETUNREACH|timed out/;

function messagesOf(error: unknown): string[] {
  const { message, lastNodeError } = error as { message?: unknown; lastNodeError?: unknown };
  return [String(message), ...(lastNodeError ? messagesOf(lastNodeError) : [])];
}

/** Enough keys that, on a node of any cluster, one of them belongs to another node. */
const PROBES = 16;
/** Replies that only the nodes of a cluster give. */
const CLUSTER_ANSWER = /^(?:MOVED|ASK|CLUSTERDOWN|TRYAGAIN|CROSSSLOT)\b/;

/**
 * Finds out what a connection leads to. It asks the server about itself and, because that may be forbidden, also tries
 * writes. Never rejects; a reply that does not come in time counts as unknown.
 */
export async function examineRedis(redis: RedisConnection): Promise<{ unfit?: Unfit; refusal?: Error }> {
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
  const [refusal] = refusals;
  const refused = refusal && redis.status === 'ready' ? { refusal } : {};
  // A client for a cluster only becomes ready on one, and follows the nodes' redirections.
  if (redis.isCluster) return refused;
  if (/^redis_mode:sentinel/m.test(facts) || [role?.answer].flat().map(String)[0] === 'sentinel') {
    return { unfit: 'sentinel' };
  }
  if (
    /^(?:redis_mode:cluster|cluster_enabled:1)/m.test(facts) ||
    said.some((one) => CLUSTER_ANSWER.test(one))
  ) {
    return { unfit: 'cluster' };
  }
  return refused;
}

function late(): Promise<undefined> {
  return new Promise((resolve) => {
    setTimeout(() => resolve(undefined), 1_000).unref();
  });
}
