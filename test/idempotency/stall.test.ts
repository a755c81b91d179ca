import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { afterEach, expect, inject, test } from 'vitest';
import { createIdempotency } from '../../src/idempotency/engine.js';
import { redisStore } from '../../src/idempotency/store/redis/redis-store.js';
import type { IdempotencyStore } from '../../src/idempotency/store/store.js';
import type { OwnedRun, RunRequest } from '../../src/idempotency/types.js';
import { startRedis } from '../support/redis.js';
import { createWorld, KEY, type Line, watch } from './world.js';

const ends: Array<() => unknown> = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function engineOn(url: string) {
  const redis = new Redis(url, { enableOfflineQueue: false, lazyConnect: true, retryStrategy: () => 100 });
  redis.on('error', () => {});
  await redis.connect();
  const engine = createIdempotency({ store: redisStore(redis) });
  ends.push(
    () => redis.disconnect(),
    () => engine.close({ timeoutMs: 0 }),
  );
  return engine;
}

const request = (execute: RunRequest['execute'], key = `assignment:${randomUUID()}`): RunRequest => ({
  key,
  fingerprint: 'sids',
  path: 'primary',
  deadline: Date.now() + 4_000,
  onDeadline: 'fail',
  execute,
});

function standStill(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

/** Work of a busy process: a timer that has come due leads to more of it, and to other timers. */
async function keepBusy(): Promise<void> {
  await Promise.resolve();
  standStill(50);
  setTimeout(() => {}, 1_000);
}

test.each([
  ['', () => {}],
  [' and is busy afterwards', () => void setTimeout(keepBusy, 300)],
])(
  'a process that stands still for longer than the store timeout%s finds the answers in its socket',
  async (_, prepare) => {
    const engine = await engineOn(inject('redisUrl'));
    await engine.run(request(() => 'warm'));
    prepare();
    const asked = Array.from({ length: 10 }, () => engine.run(request(() => 'answer')));
    // The commands leave before the stall, and their answers wait in the socket while nothing here reads it.
    await new Promise<void>((resolve) => process.nextTick(resolve));
    standStill(400);
    for (const result of await Promise.all(asked)) {
      expect(result).toEqual({ status: 'answered', answer: 'answer', verdict: 'ran' });
    }
    expect(engine.storeState).toBe('ok');
  },
);

test('a duplicate of what was answered before the store went away gets that answer, and nothing runs', async () => {
  const redis = await startRedis();
  ends.push(() => redis.stop());
  const engine = await engineOn(redis.url);
  let runs = 0;
  const once = request(() => `answer ${++runs}`);
  await engine.run(once);
  await redis.stop();
  const again = { ...once, deadline: Date.now() + 4_000 };
  expect(await engine.run(again)).toMatchObject({
    status: 'answered',
    answer: 'answer 1',
    verdict: 'replayed',
  });
  expect(await engine.run({ ...again, fingerprint: 'others' })).toEqual({ status: 'mismatch' });
  expect(runs).toBe(1);
});

/** A process that stands still right after it has sent its first question to the store. */
function standingStill(ms: number) {
  const { memory, clock, process, ...world } = createWorld();
  let asked = 0;
  const acquire: IdempotencyStore['acquire'] = async (request) => {
    asked += 1;
    const first = asked === 1;
    const result = await memory.acquire(request);
    if (first) await new Promise<void>((resolve) => clock.setTimeout(resolve, ms));
    return result;
  };
  // That its own timers stood still as well, a timeout that lasts longer says.
  const store: IdempotencyStore = Object.assign(Object.create(memory) as IdempotencyStore, { acquire });
  const stalled = process({ store, storeTimeoutMs: 3_000 });
  return { ...world, clock, stalled, other: process() };
}

test('a lease that has passed before its owner hears of it is asked for again: what ran elsewhere does not run', async () => {
  const { clock, stalled, other, request, work } = standingStill(2_000);
  const [here, elsewhere] = [work(100, 'here'), work(100, 'elsewhere')];
  const first = stalled.run(request(here));
  await clock.advance(1_600);
  const second = other.run(request(elsewhere, { path: 'fallback' }));
  await clock.advance(1_000);
  expect(await second).toEqual({ status: 'answered', answer: 'elsewhere', verdict: 'ran' });
  expect(await first).toEqual({ status: 'answered', answer: 'elsewhere', verdict: 'replayed' });
  expect(here.runs).toHaveLength(0);
});

test('a lease that has passed and that nobody else wanted is renewed by asking, and the run is the first', async () => {
  const { clock, stalled, request, work } = standingStill(2_000);
  const here = work(100, 'here');
  const first = stalled.run(request(here));
  await clock.advance(2_500);
  expect(await first).toEqual({ status: 'answered', answer: 'here', verdict: 'ran' });
  expect(here.runs.map(({ attempt }) => attempt)).toEqual([1]);
});

test('the first renewal counts from when the lease was asked for, not from when its owner heard of it', async () => {
  const { clock, stalled, other, request, work } = standingStill(1_200);
  const [here, elsewhere] = [work(1_000, 'here'), work(100, 'elsewhere')];
  const first = stalled.run(request(here));
  await clock.advance(1_550);
  const second = other.run(request(elsewhere, { path: 'fallback' }));
  await clock.advance(2_000);
  expect(await first).toEqual({ status: 'answered', answer: 'here', verdict: 'ran' });
  expect(await second).toEqual({ status: 'answered', answer: 'here', verdict: 'joined' });
  expect(elsewhere.runs).toHaveLength(0);
});

/** A process whose clock can be set, or stand still, by itself. */
function ownClock(options: Parameters<typeof createWorld>[0] = {}) {
  const world = createWorld(options);
  const { clock } = world;
  let skewMs = 0;
  const line: Line = { mood: 'well', calls: [] };
  const engine = world.process(
    { clock: { ...clock, now: () => clock.now() + skewMs }, hiccupMs: 1_000 },
    line,
  );
  const set = (byMs: number) => {
    skewMs += byMs;
  };
  /** For its request it is its own time that counts. */
  const deadline = () => clock.now() + skewMs + 4_000;
  /** It stands still for five seconds; another process answers meanwhile, and the store is well again. */
  const standStillWhileAnswered = () => {
    set(5_000);
    const record = { key: KEY, fingerprint: 'sids', owner: 'x', attempt: 1, ttlMs: 60_000 };
    world.memory.complete({ ...record, outcome: { state: 'finished', answer: 'theirs' } });
    line.mood = 'well';
  };
  return { ...world, line, engine, set, deadline, standStillWhileAnswered };
}

test.each([-3_600_000, 3_600_000])(
  'a clock that is set by %i ms: the leases of what runs are renewed all the same, and nobody else runs it',
  async (byMs) => {
    for (const atMs of [2, 100, 600]) {
      const { clock, engine, process, request, work, set, deadline } = ownClock({ latencyMs: 5 });
      const [mine, theirs] = [work(3_500, 'mine'), work(1, 'theirs')];
      const first = watch(engine.run(request(mine, { deadline: deadline() })), clock.now);
      await clock.advance(atMs);
      set(byMs);
      await clock.advance(1_800 - atMs);
      const second = watch(process().run(request(theirs)), clock.now);
      await clock.advance(2_500);
      expect({ atMs, ...first }).toMatchObject({ atMs, result: { answer: 'mine', verdict: 'ran' } });
      expect({ atMs, ...second }).toMatchObject({ atMs, result: { answer: 'mine', verdict: 'joined' } });
      expect(theirs.runs).toHaveLength(0);
      expect(clock.pending).toBe(0);
    }
  },
);

test('a clock that is set back as a run is being deferred: its limit is as long as it was', async () => {
  const { clock, engine, request, set, deadline } = ownClock({ latencyMs: 5 });
  let run: OwnedRun | undefined;
  const execute = (owned: OwnedRun): Promise<string> => {
    run = owned;
    void owned.defer('{}', { journal: 'x', limitMs: 8_000 });
    return new Promise(() => {});
  };
  void engine.run(request(execute, { deadline: deadline() }));
  await clock.advance(12);
  set(-3_600_000);
  await clock.advance(7_900);
  expect([run?.deferred, run?.signal.aborted]).toEqual([true, false]);
  await clock.advance(200);
  expect(run?.signal.aborted).toBe(true);
  await clock.advance(60_000);
  expect([...engine.active]).toEqual([]);
});

test('the time a process stood still is no absence of the store: it asks again before it runs anything alone', async () => {
  const { clock, line, engine, request, work, deadline, standStillWhileAnswered } = ownClock();
  const mine = work(100, 'mine');
  line.mood = 'frozen';
  const first = watch(engine.run(request(mine, { deadline: deadline() + 5_000 })), clock.now);
  await clock.advance(100);
  standStillWhileAnswered();
  await clock.advance(400);
  expect(first.result).toEqual({ status: 'answered', answer: 'theirs', verdict: 'replayed' });
  expect(mine.runs).toHaveLength(0);
});

test('failures before and after a standstill are not one long absence of the store', async () => {
  const { clock, line, engine, request, work, set, deadline } = ownClock();
  line.mood = 'refusing';
  void engine.run(request(work(1, 'a'), { key: 'before', deadline: deadline() }));
  await clock.advance(30);
  set(5_000);
  const mine = work(1, 'mine');
  const first = watch(engine.run(request(mine, { deadline: deadline() })), clock.now);
  await clock.advance(500);
  expect(mine.runs).toHaveLength(0);
  line.mood = 'well';
  await clock.advance(200);
  expect(first.result).toEqual({ status: 'answered', answer: 'mine', verdict: 'ran' });
});

test('one that stood still as its patience ended asks the store once more before it runs anything alone', async () => {
  const { clock, line, engine, request, work, deadline, standStillWhileAnswered } = ownClock();
  line.mood = 'refusing';
  void engine.run(request(work(1, 'a'), { key: 'before', deadline: deadline() }));
  await clock.advance(20);
  const mine = work(1, 'mine');
  const first = watch(engine.run(request(mine, { deadline: deadline() + 5_000 })), clock.now);
  // Just before its last look at the store, and just after a ping: the next one comes later than that look.
  await clock.advance(990);
  expect(engine.storeState).toBe('degraded');
  standStillWhileAnswered();
  await clock.advance(400);
  expect(first.result).toEqual({ status: 'answered', answer: 'theirs', verdict: 'replayed' });
  expect(mine.runs).toHaveLength(0);
});
