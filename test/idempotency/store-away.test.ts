import { describe, expect, test } from 'vitest';
import type { IdempotencyStore } from '../../src/idempotency/store/store.js';
import type { OwnedRun } from '../../src/idempotency/types.js';
import { EARLY, HELD, LATE, lateWork } from './deferred-world.js';
import { createWorld, KEY, type Line, type Mood, watch } from './world.js';

/** A quarter of the deadline of four seconds. */
const HICCUP_MS = 1_000;

describe('a hiccup of the store', () => {
  test.each(['disconnected', 'refusing', 'frozen'] as const)(
    'shorter than a quarter of the deadline is waited out, %s as a callback comes: both processes give one answer',
    async (mood) => {
      const { clock, process, request, work } = createWorld({ latencyMs: 1 });
      const line: Line = { mood, calls: [] };
      const [cut, sound] = [process({ hiccupMs: HICCUP_MS }, line), process({ hiccupMs: HICCUP_MS })];
      const [mine, theirs] = [work(100, 'mine'), work(100, 'theirs')];
      const first = watch(cut.run(request(mine)), clock.now);
      const second = watch(sound.run(request(theirs)), clock.now);
      await clock.advance(900);
      expect(first.result).toBeUndefined();
      line.mood = 'well';
      await clock.advance(400);
      expect(first.result).toEqual({ status: 'answered', answer: 'theirs', verdict: 'replayed' });
      expect(second.result).toMatchObject({ answer: 'theirs', verdict: 'ran' });
      expect(mine.runs).toHaveLength(0);
      expect(clock.pending).toBe(0);
    },
  );

  test.each(['disconnected', 'refusing', 'frozen', 'deaf'] as const)(
    'is waited out, %s as an answer is stored: it is not degraded, and the other process repeats it',
    async (mood) => {
      const { clock, process, request, work } = createWorld({ latencyMs: 1 });
      const line: Line = { mood: 'well', calls: [] };
      const [cut, sound] = [process({ hiccupMs: HICCUP_MS }, line), process({ hiccupMs: HICCUP_MS })];
      const [mine, theirs] = [work(400, 'mine'), work(1, 'theirs')];
      const first = watch(cut.run(request(mine)), clock.now);
      await clock.advance(395);
      line.mood = mood;
      await clock.advance(800);
      expect(first.result).toBeUndefined();
      line.mood = 'well';
      await clock.advance(400);
      expect(first.result).toEqual({ status: 'answered', answer: 'mine', verdict: 'ran' });
      const second = watch(sound.run(request(theirs)), clock.now);
      await clock.advance(5);
      expect(second.result).toEqual({ status: 'answered', answer: 'mine', verdict: 'replayed' });
      expect(theirs.runs).toHaveLength(0);
      expect(clock.pending).toBe(0);
    },
  );

  test.each(['refusing', 'frozen'] as const)(
    'is over after a quarter of the deadline: a store that has been away longer is not waited for (%s)',
    async (mood) => {
      const { clock, world, process, request } = createWorld();
      world.mood = mood;
      const engine = process({ hiccupMs: HICCUP_MS });
      const first = watch(engine.run(request(() => 'a')), clock.now);
      await clock.advance(3_000);
      expect(first.result).toMatchObject({ answer: 'a', degraded: true });
      expect(first.afterMs).toBeGreaterThanOrEqual(HICCUP_MS);
      // What is known of the absence is as old as the last call that has failed.
      expect(first.afterMs).toBeLessThanOrEqual(HICCUP_MS + 500);
      const next = watch(engine.run(request(() => 'b', { key: 'next' })), clock.now);
      await clock.advance(0);
      expect(next).toMatchObject({ result: { answer: 'b', degraded: true }, afterMs: 0 });
      await engine.close({ timeoutMs: 0 });
    },
  );

  test.each(['disconnected', 'frozen'] as const)(
    'is not waited out beyond the deadline of a request (%s)',
    async (mood) => {
      const { clock, world, process, request, work } = createWorld();
      world.mood = mood;
      const execute = work(1, 'a');
      const engine = process({ hiccupMs: HICCUP_MS });
      const soon = watch(engine.run(request(execute, { deadline: clock.now() + 300 })), clock.now);
      const later = watch(engine.run(request(execute, { deadline: clock.now() + 600 })), clock.now);
      await clock.advance(2_000);
      expect(soon).toEqual({ result: { status: 'deadline', verdict: 'joined' }, afterMs: 300 });
      expect(later).toEqual({ result: { status: 'deadline', verdict: 'joined' }, afterMs: 600 });
      expect(execute.runs).toHaveLength(0);
      world.mood = 'well';
      await clock.advance(1_000);
      expect(clock.pending).toBe(0);
    },
  );

  test.each(['refusing', 'frozen'] as const)(
    'ends for an answer within one store call of the deadline, whenever it began (%s)',
    async (mood) => {
      for (let tookMs = 3_000; tookMs < 4_000; tookMs += 35) {
        const { clock, world, process, request, work } = createWorld();
        const engine = process({ hiccupMs: HICCUP_MS });
        const result = watch(engine.run(request(work(tookMs, 'a'))), clock.now);
        await clock.advance(tookMs - 1);
        world.mood = mood;
        await clock.advance(1_500);
        expect({ tookMs, ...result }).toMatchObject({ tookMs, result: { answer: 'a', degraded: true } });
        expect(result.afterMs, `an answer after ${tookMs} ms`).toBeLessThanOrEqual(4_000 + 250);
        void engine.close({ timeoutMs: 0 });
        await clock.advance(1_000);
        expect(clock.pending).toBe(0);
      }
    },
  );
});

describe('a store that refuses every second write', () => {
  test.each(['before it is done', 'after it is done'])(
    '%s: one run a callback, and one answer',
    async (when) => {
      const { clock, memory, process, request, work } = createWorld();
      let writes = 0;
      const flaky = async <T>(write: () => T): Promise<T> => {
        writes += 1;
        const refuses = writes % 2 === 0;
        if (refuses && when === 'before it is done') throw new Error('OOM command not allowed');
        const result = write();
        if (refuses) throw new Error('connection lost');
        return result;
      };
      const store: IdempotencyStore = {
        acquire: (asked) => flaky(() => memory.acquire(asked)),
        renew: (asked) => flaky(() => memory.renew(asked)),
        defer: (asked) => flaky(() => memory.defer(asked)),
        complete: (asked) => flaky(() => memory.complete(asked)),
        release: (asked) => flaky(() => memory.release(asked)),
        ping: () => flaky(() => memory.ping()),
      };
      const engines = [process({ store, hiccupMs: HICCUP_MS }), process({ store, hiccupMs: HICCUP_MS })];
      const execute = work(1_700, 'a');
      const results = Array.from({ length: 20 }, (_, i) =>
        engines[i % 2]!.run(request(execute, { key: `k${i >> 1}` })),
      );
      await clock.advance(3_500);
      for (const result of await Promise.all(results)) {
        expect(result).toMatchObject({ status: 'answered', answer: 'a' });
        expect(result).not.toHaveProperty('degraded');
      }
      expect(execute.runs).toHaveLength(10);
      expect(clock.pending).toBe(0);
    },
  );
});

describe('a lease', () => {
  test.each(['running', 'deferred'])(
    'of a run that is %s is renewed at once when the store is back',
    async (phase) => {
      const world = createWorld();
      const { clock, memory, process, request, work } = world;
      const line: Line = { mood: 'well', calls: [] };
      const engine = process({}, line);
      const execute = phase === 'running' ? work(3_900, 'a') : lateWork(world, 3_900);
      void engine.run(request(execute));
      await clock.advance(450);
      line.mood = 'disconnected';
      // The renewal of 500 fails, and every try after it. The lease would pass at 1,500.
      await clock.advance(1_000);
      line.mood = 'well';
      await clock.advance(51);
      expect(memory.acquire({ ...HELD, owner: 'x' }).status).toBe(
        phase === 'running' ? 'running' : 'finished',
      );
      await clock.advance(1_400);
      expect(memory.claim({ owner: 'x', leaseMs: 1, max: 1 })).toEqual([]);
      expect(memory.renew({ ...HELD, owner: 'owner-1', attempt: 1, deferred: true }).status).toBe('held');
    },
  );
});

describe('close', () => {
  const moods: readonly Mood[] = ['well', 'disconnected', 'refusing', 'frozen', 'deaf'];
  type World = ReturnType<typeof createWorld>;
  /** How each phase of a callback is reached, and whether its store is away on the way there. */
  const phases: Record<
    string,
    (world: World, line: Line, mood: Mood) => Promise<(run: OwnedRun) => Promise<string>>
  > = {
    'the store is asked': async ({ work }, line, mood) => {
      line.mood = mood;
      return work(100, 'a');
    },
    'a run elsewhere is watched': async ({ memory, work }) => {
      memory.acquire({ ...HELD, owner: 'elsewhere', leaseMs: 60_000 });
      return work(100, 'a');
    },
    'the handler runs': async ({ work }) => work(60_000, 'a'),
    'the answer is stored':
      async ({ clock }, line, mood) =>
      async () => {
        await new Promise<void>((resolve) => clock.setTimeout(resolve, 250));
        line.mood = mood;
        return 'a';
      },
    'the failure is stored':
      async ({ clock }, line, mood) =>
      async () => {
        await new Promise<void>((resolve) => clock.setTimeout(resolve, 250));
        line.mood = mood;
        throw new Error('no');
      },
    'the journal is stored':
      async ({ clock }, line, mood) =>
      async (run) => {
        await new Promise<void>((resolve) => clock.setTimeout(resolve, 250));
        line.mood = mood;
        await run.defer('{}', LATE);
        return new Promise<string>(() => {});
      },
    'the run goes on after its answer': async (world) => lateWork(world, 60_000),
    'the mark is stored':
      async ({ clock }, line, mood) =>
      async (run) => {
        await run.defer('{}', LATE);
        await new Promise<void>((resolve) => clock.setTimeout(resolve, 250));
        line.mood = mood;
        await run.rewriteJournal('second');
        return new Promise<string>(() => {});
      },
  };
  const cases = Object.keys(phases).flatMap((phase) => moods.map((mood) => [phase, mood] as const));

  test.each(cases)(
    'while %s, the store %s: ends in time, and leaves no request, run or timer',
    async (phase, mood) => {
      const world = createWorld({ latencyMs: 1 });
      const { clock, process, request } = world;
      const line: Line = { mood: 'well', calls: [] };
      const engine = process({ hiccupMs: HICCUP_MS }, line);
      const execute = await phases[phase]!(world, line, mood);
      let handlers = 0;
      const counted = async (run: OwnedRun) => {
        handlers += 1;
        return execute(run).catch((error: Error) => {
          throw error;
        });
      };
      const result = watch(engine.run(request(counted)), clock.now);
      await clock.advance(300);
      line.mood = mood;
      const began = clock.now();
      let tookMs = -1;
      void engine.close({ timeoutMs: 100 }).then(() => {
        tookMs = clock.now() - began;
      });
      await clock.advance(1_500);
      expect(tookMs).toBeGreaterThanOrEqual(0);
      // The limit, what was on its way, what is given back, and what is left to write.
      expect(tookMs).toBeLessThanOrEqual(100 + 3 * 250 + 50);
      expect(result.result).toBeDefined();
      expect([...engine.active]).toEqual([]);
      expect(handlers).toBeLessThanOrEqual(1);
      // The handler itself may sleep.
      expect(clock.pending).toBeLessThanOrEqual(/handler runs|goes on/.test(phase) ? 1 : 0);
    },
  );
});

test('a run that waits for its mark is told of once in the log of what runs without the store', async () => {
  const { clock, world, process, request } = createWorld();
  const lines: { runs?: number }[] = [];
  const nothing = () => {};
  const warn = (fields: object) => void lines.push(fields);
  const engine = process({ log: { debug: nothing, info: nothing, warn, error: nothing } });
  const execute = async (run: OwnedRun): Promise<string> => {
    world.mood = 'refusing';
    await run.defer('{}', { ...LATE, limitMs: 30_000 });
    await run.rewriteJournal('second');
    return 'ignored';
  };
  void engine.run(request(execute, EARLY));
  await clock.advance(15_000);
  void engine.run(request(() => 'a', { key: `${KEY}-2` }));
  await clock.advance(100);
  expect(lines.flatMap(({ runs }) => runs ?? [])).toEqual([1, 1]);
});
