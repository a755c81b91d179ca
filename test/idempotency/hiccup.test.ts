import { accept, createTaskRouter, type TaskRouterOptions } from 'taskrouter-kit';
import { assignmentRequest, createFakeClock, sid } from 'taskrouter-kit/testing';
import { describe, expect, test } from 'vitest';
import type { IdempotencyStore } from '../../src/idempotency/store/store.js';
import { silentLogger } from '../../src/log.js';
import { journalStore } from './journal-store.js';
import { createWorld, KEY, type Line, watch } from './world.js';

const BASE = 'https://hooks.example.com';

describe('the store is away for a moment', () => {
  test.each([
    [400, 150],
    [900, 150],
    [1_450, 100],
    [400, 900],
  ])('from %i ms on, for %i ms: runs keep their leases, and nobody else runs', async (from, forMs) => {
    const { clock, world, process, request, work } = createWorld({ latencyMs: 1 });
    const own: Line = { mood: 'well', calls: [] };
    const [first, second] = [process({}, own), process({}, world)];
    const keys = Array.from({ length: 5 }, (_, i) => `${KEY}-${i}`);
    const mine = work(2_600, 'mine');
    const theirs = work(1, 'theirs');
    const answers = keys.map((key) => first.run(request(mine, { key })));
    await clock.advance(from);
    own.mood = 'refusing';
    await clock.advance(forMs);
    own.mood = 'well';
    await clock.advance(2_100 - from - forMs);
    const duplicates = keys.map((key) => second.run(request(theirs, { key })));
    await clock.advance(2_000);
    expect([mine.runs.length, theirs.runs.length]).toEqual([5, 0]);
    for (const result of await Promise.all([...answers, ...duplicates])) {
      expect(result).toMatchObject({ status: 'answered', answer: 'mine' });
    }
  });

  test.each([
    [700, 700],
    [500, 900],
    [900, 500],
  ])(
    'as it is asked (%i ms) and as it is told (%i ms): together, a callback waits for a quarter of its deadline',
    async (first, second) => {
      const { clock, world, process, request } = createWorld({ latencyMs: 1 });
      const engine = process({ hiccupMs: 1_000 });
      world.mood = 'refusing';
      const execute = async () => {
        world.mood = 'refusing';
        return 'a';
      };
      const begun = clock.now();
      const answer = watch(engine.run(request(execute)), clock.now);
      await clock.advance(first);
      world.mood = 'well';
      while (world.mood === 'well') await clock.advance(1);
      const asked = clock.now() - begun;
      await clock.advance(second);
      if (answer.result === undefined) world.mood = 'well';
      await clock.advance(1_000);
      expect(answer.result).toMatchObject({ status: 'answered', answer: 'a', degraded: true });
      expect(answer.afterMs).toBeGreaterThan(asked);
      expect(answer.afterMs).toBeLessThanOrEqual(1_060);
    },
  );

  test('the request that comes when nobody waits any more has a patience of its own', async () => {
    const { clock, world, process, request, work } = createWorld({ latencyMs: 1 });
    const engine = process({ hiccupMs: 1_000 });
    world.mood = 'refusing';
    const execute = work(5_000, 'a');
    const primary = watch(engine.run(request(execute)), clock.now);
    await clock.advance(900);
    world.mood = 'well';
    await clock.advance(3_200);
    expect(primary.result).toMatchObject({ status: 'deadline' });
    const fallback = watch(engine.run(request(execute, { path: 'fallback' })), clock.now);
    await clock.advance(1_700);
    world.mood = 'refusing';
    await clock.advance(600);
    expect(fallback.result).toBeUndefined();
    world.mood = 'well';
    await clock.advance(60);
    expect(fallback.result).toEqual({ status: 'answered', answer: 'a', verdict: 'joined' });
  });

  test('an answer it did not take is written within 50 ms of its return', async () => {
    const { clock, world, process, request, work } = createWorld({ latencyMs: 1 });
    const own: Line = { mood: 'well', calls: [] };
    const engine = process({}, own);
    const answer = engine.run(request(work(500, 'a')));
    await clock.advance(499);
    own.mood = 'refusing';
    await clock.advance(300);
    expect(await answer).toMatchObject({ answer: 'a', degraded: true });
    own.mood = 'well';
    await clock.advance(60);
    const other = watch(process({}, world).run(request(work(1, 'b'))), clock.now);
    await clock.advance(10);
    expect(other.result).toMatchObject({ answer: 'a', verdict: 'replayed' });
  });

  test('is asked at once when its client says that it is back', async () => {
    const { clock, world, process, request } = createWorld();
    const memory = journalStore({ clock });
    const back = new Set<() => void>();
    let away = true;
    const ask = <T>(call: () => T): Promise<Awaited<T>> =>
      away ? Promise.reject(new Error('closed')) : Promise.resolve(call());
    const store: IdempotencyStore = {
      acquire: (asked) => ask(() => memory.acquire(asked)),
      renew: (asked) => ask(() => memory.renew(asked)),
      defer: (asked) => ask(() => memory.defer(asked)),
      complete: (asked) => ask(() => memory.complete(asked)),
      release: (asked) => ask(() => memory.release(asked)),
      ping: () => ask(() => memory.ping()),
      onReady(listener) {
        back.add(listener);
        return () => void back.delete(listener);
      },
    };
    const engine = process({ store }, world);
    for (const key of ['a', 'b']) await engine.run(request(() => 'x', { key }));
    expect(engine.storeState).toBe('degraded');
    away = false;
    for (const listener of back) listener();
    await clock.advance(1);
    expect(engine.storeState).toBe('ok');
    expect(memory.has('a') && memory.has('b')).toBe(true);
    await engine.close({ timeoutMs: 0 });
    expect(back.size).toBe(0);
  });

  test('for an hour: what waits for it is given up after a minute, and nothing piles up', async () => {
    const { clock, world, process, request } = createWorld();
    world.mood = 'refusing';
    const warnings: string[] = [];
    const nothing = () => {};
    const warn = (_fields: object, message: string) => void warnings.push(message);
    const engine = process({ log: { debug: nothing, info: nothing, warn, error: nothing } });
    for (let i = 0; i < 5; i += 1) await engine.run(request(() => 'a', { key: `k${i}` }));
    await clock.advance(62_000);
    expect(warnings.filter((message) => message.includes('within a minute'))).toHaveLength(5);
  });
});

describe('a process is killed, and the fallback comes at once', () => {
  /** Two endpoints on one store; `kill` cuts the first one off for good. */
  function two(options: Partial<TaskRouterOptions>) {
    const clock = createFakeClock();
    const memory = journalStore({ clock });
    const killed = { is: false };
    const store: IdempotencyStore = {
      acquire: (asked) => memory.acquire(asked),
      defer: (asked) => memory.defer(asked),
      release: (asked) => memory.release(asked),
      ping: () => memory.ping(),
      renew: (asked) => (killed.is ? new Promise<never>(() => {}) : memory.renew(asked)),
      complete: (asked) => (killed.is ? new Promise<never>(() => {}) : memory.complete(asked)),
    };
    const router = (over: IdempotencyStore, work: () => Promise<void>) => {
      const made = createTaskRouter({
        authToken: 'token',
        publicUrl: BASE,
        clock,
        store: over,
        log: silentLogger,
        ...options,
      });
      made.otherwise(async () => {
        await work();
        return accept();
      });
      return made.fetch();
    };
    const never = () => new Promise<void>(() => {});
    const one = router(store, never);
    const other = router(memory, async () => {});
    const fields = {
      AccountSid: sid('AC'),
      WorkspaceSid: sid('WS'),
      WorkflowSid: sid('WW'),
      TaskQueueSid: sid('WQ'),
      ReservationSid: sid('WR'),
      TaskSid: sid('WT'),
      WorkerSid: sid('WK'),
    };
    const send = (handle: typeof one, path: string) => {
      const signed = assignmentRequest({ url: `${BASE}/taskrouter${path}`, authToken: 'token', fields });
      return handle(new Request(signed.url, { method: 'POST', headers: signed.headers, body: signed.body }));
    };
    return {
      clock,
      killed,
      primary: () => send(one, '/assignment'),
      fallback: () => send(other, '/assignment/fallback'),
    };
  }

  test.each([500, 600, 800, 1_000, 1_500, 2_000, 4_000, 4_800])(
    'a deadline of %i ms is enough for the fallback to run the handler',
    async (deadlineMs) => {
      const { clock, killed, primary, fallback } = two({ deadlineMs });
      void primary();
      await clock.advance(20);
      killed.is = true;
      const began = clock.now();
      let answer: Response | undefined;
      void fallback().then((response) => {
        answer = response;
      });
      while (answer === undefined && clock.now() < began + 5_000) await clock.advance(10);
      expect(answer?.status).toBe(200);
      expect(clock.now() - began).toBeLessThan(deadlineMs);
    },
  );

  test('while it lives its lease is kept, however short the deadline', async () => {
    const { clock, primary, fallback } = two({ deadlineMs: 500 });
    void primary();
    await clock.advance(400);
    const answer = fallback();
    await clock.advance(600);
    expect((await answer).status).toBe(504);
  });
});
