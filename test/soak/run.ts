import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { startRedis } from '../support/redis.js';
import { type Held, startWatched } from '../support/watched/start.js';
import { Load } from './load.js';
import { rises, type Slope, slopeOf } from './slope.js';

/** Answers are kept for a minute instead of a day, so that those that go and those that come are in balance soon. */
const KEPT_MS = 60_000;
const PATCHES = [
  {
    file: 'src/server/serve.ts',
    find: '      deadlineMs: config.deadlineMs,',
    replace: `      maxAgeMs: ${KEPT_MS - 5_000},\n      deadlineMs: config.deadlineMs,`,
  },
  {
    file: 'src/task-router.ts',
    find: 'const KEPT_LONGER_MS = 300_000;',
    replace: 'const KEPT_LONGER_MS = 5_000;',
  },
];

/** Until then the store fills, the compiler works, and heap and RSS find their size, which takes RSS several minutes. */
const warmUpMs = (minutes: number) => Math.max(1.5 * KEPT_MS, minutes * 20_000);
const SAMPLE_MS = 3_000;

/** A slope below so many bytes for each callback is none: the least that a callback could leave behind is several times as much. */
const MOST_PER_CALLBACK = 20;

export interface SoakOptions {
  readonly minutes: number;
  readonly redis: boolean;
  readonly onSample?: (line: string) => void;
}

export interface SoakReport {
  readonly violations: readonly string[];
  readonly perSecond: number;
  readonly callbacks: number;
  /** In bytes a minute. */
  readonly slopes: Readonly<Record<'heap' | 'rss', Slope>>;
  readonly end: Held;
  /** What one callback's record takes in Redis. */
  readonly bytesPerRecord: number | undefined;
}

/** Keeps a deployed endpoint at half of what it can do, and watches what it holds. */
export async function soak({ minutes, redis, onSample }: SoakOptions): Promise<SoakReport> {
  const server = redis ? await startRedis(['--maxmemory', '1gb']) : undefined;
  const admin = server ? new Redis(server.url) : undefined;
  const endpoint = await startWatched(
    'test/hostile/handlers.ts',
    server ? { REDIS_URL: server.url } : {},
    undefined,
    PATCHES,
  );
  const load = new Load(endpoint.port);
  try {
    const idle = await endpoint.held();
    const bytesPerRecord = admin ? await recordSize(admin, load) : undefined;
    const most = await load.flatOut(5_000);
    const perSecond = Math.max(1, Math.round(most / 2));
    const stop = load.steady(perSecond);
    const began = performance.now();
    const samples: { readonly at: number; readonly held: Held; readonly keys: number }[] = [];
    while (performance.now() - began < minutes * 60_000) {
      await sleep(SAMPLE_MS);
      const held = await endpoint.held();
      const at = (performance.now() - began) / 60_000;
      samples.push({ at, held, keys: (await admin?.dbsize()) ?? 0 });
      if (samples.length % 10 === 0) {
        const { heapUsed, rss, sockets, timers } = held;
        const mib = (bytes: number) => (bytes / 2 ** 20).toFixed(1);
        onSample?.(
          `${at.toFixed(1)} min: heap ${mib(heapUsed)} MiB, RSS ${mib(rss)} MiB, ${sockets} sockets, ${timers} timers, ` +
            `${samples.at(-1)!.keys} keys, ${load.sent} callbacks`,
        );
      }
    }
    stop();
    while (load.open > 0) await sleep(50);
    load.close();
    const end = await endpoint.settled(idle);
    const warm = samples.filter(({ at }) => at * 60_000 > warmUpMs(minutes));
    const slopes = {
      heap: slopeOf(warm.map(({ at, held }) => [at, held.heapUsed])),
      rss: slopeOf(warm.map(({ at, held }) => [at, held.rss])),
    };
    const violations = [...new Set(load.wrong)].slice(0, 10).concat(endpoint.complaints);
    for (const [what, slope] of Object.entries(slopes)) {
      if (rises(slope, MOST_PER_CALLBACK * perSecond * 60))
        violations.push(`${what} rises by ${Math.round(slope.perX)} bytes a minute`);
    }
    for (const name of ['sockets', 'timers', 'listeners'] as const) {
      if (end[name] > idle[name]) violations.push(`${name}: ${idle[name]} before, ${end[name]} after`);
    }
    if (admin) violations.push(...(await keysLeft(admin)));
    return { violations, perSecond, callbacks: load.sent, slopes, end, bytesPerRecord };
  } finally {
    load.close();
    admin?.disconnect();
    await endpoint.close();
    await server?.stop();
  }
}

/** What a record takes: what the memory of Redis grows by, over a few thousand of them. */
async function recordSize(admin: Redis, load: Load): Promise<number> {
  const used = async () => Number(/^used_memory:(\d+)/m.exec(await admin.info('memory'))![1]);
  await load.callback();
  const before = await used();
  const records = load.records;
  for (let sent = 0; sent < 5_000; sent += 20)
    await Promise.all(Array.from({ length: 20 }, () => load.callback()));
  return Math.round(((await used()) - before) / (load.records - records));
}

/** Whether every record has an end, and whether they are gone after it. */
async function keysLeft(admin: Redis): Promise<string[]> {
  const keys = await admin.keys('*');
  const ends = await Promise.all(keys.slice(0, 1_000).map((key) => admin.pttl(key)));
  const endless = ends.filter((ms) => ms === -1).length;
  const wrong = endless > 0 ? [`${endless} keys without an end`] : [];
  await sleep(KEPT_MS);
  // DBSIZE counts what is over and not yet removed; KEYS does not.
  const left = (await admin.keys('*')).length;
  return left > 10 ? [...wrong, `${left} of ${keys.length} keys are left when all should have gone`] : wrong;
}
