import { describe, expect, test } from 'vitest';
import type { OwnedRun, RunResult } from '../../src/idempotency/types.js';
import { EARLY, errorLog, HELD, LATE, lateWork } from './deferred-world.js';
import { createWorld, KEY, type Line, watch } from './world.js';

describe('a run that answers early', () => {
  test('everybody gets the early answer, here and elsewhere, and the run goes on', async () => {
    const world = createWorld({ latencyMs: 3 });
    const { clock, process, request } = world;
    const [here, there] = [process(), process()];
    const execute = lateWork(world, 6_000);
    const first = watch(here.run(request(execute)), clock.now);
    const joined = watch(here.run(request(execute)), clock.now);
    const elsewhere = watch(there.run(request(execute)), clock.now);
    await clock.advance(200);
    expect(first).toEqual({ result: { status: 'answered', answer: '{}', verdict: 'ran' }, afterMs: 6 });
    expect(joined).toEqual({ result: { status: 'answered', answer: '{}', verdict: 'joined' }, afterMs: 6 });
    expect(elsewhere.result).toMatchObject({ answer: '{}' });
    await clock.advance(4_000);
    for (const engine of [here, there]) {
      const duplicate = watch(engine.run(request(execute)), clock.now);
      await clock.advance(3);
      expect(duplicate.result).toEqual({ status: 'answered', answer: '{}', verdict: 'replayed' });
    }
    expect([...here.active]).toEqual([KEY]);
    expect([execute.runs.length, execute.late, execute.done]).toEqual([1, 1, 0]);
    await clock.advance(2_000);
    expect([execute.runs.length, execute.done, [...here.active]]).toEqual([1, 1, []]);
    const after = there.run(request(execute));
    await clock.advance(3);
    expect(await after).toEqual({ status: 'answered', answer: '{}', verdict: 'replayed' });
    expect(clock.pending).toBe(0);
  });

  test('a duplicate in the same process costs no look at the store, and is counted', async () => {
    const world = createWorld();
    const { clock, calls, process, request } = world;
    const results: RunResult[] = [];
    const engine = process({ observer: { result: (result) => void results.push(result) } });
    const execute = lateWork(world, 6_000);
    void engine.run(request(execute));
    await clock.advance(100);
    calls.length = 0;
    expect(await engine.run(request(execute))).toMatchObject({ answer: '{}', verdict: 'replayed' });
    expect(calls).toEqual([]);
    expect(results.map((r) => 'verdict' in r && r.verdict)).toEqual(['ran', 'replayed']);
    expect(await engine.run(request(execute, { fingerprint: 'else' }))).toEqual({ status: 'mismatch' });
  });

  test('at the deadline, with waitUntil: the answer in time, and the run is late', async () => {
    const { clock, process, request, work } = createWorld();
    const execute = work(8_000, 'ignored');
    const engine = process();
    const first = watch(engine.run(request(execute, EARLY)), clock.now);
    await clock.advance(3_999);
    expect(execute.runs[0]?.deferred).toBe(false);
    await clock.advance(1);
    expect(first).toEqual({ result: { status: 'answered', answer: '{}', verdict: 'ran' }, afterMs: 4_000 });
    expect(execute.runs[0]?.deferred).toBe(true);
    expect(execute.runs[0]?.remainingMs()).toBe(8_000);
    await clock.advance(4_000);
    expect([...engine.active]).toEqual([]);
    expect(execute.runs[0]?.signal.aborted).toBe(false);
    expect(await engine.run(request(execute))).toMatchObject({ answer: '{}', verdict: 'replayed' });
  });

  test('a late run is not deserted: its signal aborts at its limit, and not before', async () => {
    const { clock, process, request, work } = createWorld();
    const execute = work(60_000, 'ignored');
    const engine = process();
    void engine.run(request(execute, EARLY));
    await clock.advance(4_000 + 7_999);
    const [run] = execute.runs;
    expect([run?.signal.aborted, run?.remainingMs(), run?.lost]).toEqual([false, 1, false]);
    await clock.advance(1);
    expect([run?.signal.aborted, run?.remainingMs(), run?.lost]).toEqual([true, 0, false]);
    expect([...engine.active]).toEqual([KEY]);
    await clock.advance(60_000);
    expect([...engine.active]).toEqual([]);
    expect(clock.pending).toBe(0);
  });

  test('a late run that ignores its signal for a minute is taken for ended', async () => {
    const { clock, memory, process, request } = createWorld();
    const engine = process();
    void engine.run(request(() => new Promise(() => {}), EARLY));
    await clock.advance(4_000 + 8_000 + 59_999);
    expect([...engine.active]).toEqual([KEY]);
    await clock.advance(1);
    expect([...engine.active]).toEqual([]);
    await clock.advance(10_000);
    expect(memory.claim({ owner: 'x', leaseMs: 1, max: 1 })).toEqual([]);
    expect(clock.pending).toBe(0);
  });

  test('its lease is renewed until it ends: nobody can claim it', async () => {
    const world = createWorld();
    const { clock, memory, process, request } = world;
    void process().run(request(lateWork(world, 6_000)));
    for (let i = 0; i < 59; i += 1) {
      await clock.advance(100);
      expect(memory.claim({ owner: 'thief', leaseMs: 1, max: 10 })).toEqual([]);
    }
    await clock.advance(5_000);
    expect(memory.claim({ owner: 'thief', leaseMs: 1, max: 10 })).toEqual([]);
  });

  test('one that throws late is logged and has ended', async () => {
    const world = createWorld();
    const { clock, process, request } = world;
    const { errors, log } = errorLog();
    const engine = process({ log });
    const error = new Error('CRM down');
    const first = engine.run(request(lateWork(world, 500, error)));
    await clock.advance(1_000);
    expect(await first).toMatchObject({ answer: '{}' });
    expect(errors).toEqual([{ key: KEY, err: error }]);
    expect([...engine.active]).toEqual([]);
    expect(await process().run(request(() => 'again'))).toMatchObject({ answer: '{}' });
  });

  test('asking again to answer early changes nothing', async () => {
    const { clock, process, request } = createWorld();
    const first = process().run(
      request(async (run) => {
        await Promise.all([run.defer('first', LATE), run.defer('second', LATE)]);
        await run.defer('third', LATE);
        return 'ignored';
      }),
    );
    await clock.advance(100);
    expect(await first).toMatchObject({ answer: 'first' });
    expect(await process().run(request(() => 'x'))).toMatchObject({ answer: 'first', verdict: 'replayed' });
  });

  test('a store that answers directly: the early answer is out before execute has returned', async () => {
    const { clock, memory, process, request } = createWorld();
    const results: RunResult[] = [];
    const engine = process({ store: memory, observer: { result: (result) => void results.push(result) } });
    await engine.run(
      request((run) => {
        void run.defer('{}', LATE);
        expect(results).toHaveLength(1);
        return 'ignored';
      }),
    );
    expect(await engine.run(request(() => 'x'))).toMatchObject({ answer: '{}', verdict: 'replayed' });
    expect(clock.pending).toBe(0);
  });

  test('work that ends while it goes late is late: its result is for the work itself to use', async () => {
    const { clock, process, request } = createWorld({ latencyMs: 100 });
    const seen: unknown[] = [];
    const engine = process();
    const execute = async (run: OwnedRun) => {
      // 100 ms for the acquire: the work ends while the early answer is on its way to the store.
      await new Promise<void>((resolve) => clock.setTimeout(resolve, 3_950));
      seen.push(run.deferred);
      if (run.deferred) await run.defer('{}', LATE);
      seen.push(clock.now());
      return 'ignored';
    };
    const begun = clock.now();
    const first = watch(engine.run(request(execute, EARLY)), clock.now);
    await clock.advance(5_000);
    expect(seen).toEqual([true, begun + 4_100]);
    expect(first).toEqual({ result: { status: 'answered', answer: '{}', verdict: 'ran' }, afterMs: 4_100 });
    expect([...engine.active]).toEqual([]);
    expect(clock.pending).toBe(0);
  });

  test('work that ends while it goes late, and does not wait for that, has ended', async () => {
    const { clock, memory, process, request, work } = createWorld({ latencyMs: 100 });
    const engine = process();
    const first = engine.run(request(work(3_950, 'ignored'), EARLY));
    await clock.advance(4_250);
    expect(await first).toMatchObject({ answer: '{}', verdict: 'ran' });
    expect([...engine.active]).toEqual([]);
    expect(memory.acquire({ ...HELD, owner: 'x' })).toEqual({ status: 'finished', answer: '{}' });
    expect(clock.pending).toBe(0);
  });

  test('a run that nobody waits for any more may still go late, and is no longer deserted', async () => {
    const { clock, process, request } = createWorld({ latencyMs: 100 });
    let late: OwnedRun | undefined;
    const execute = async (run: OwnedRun): Promise<string> => {
      late = run;
      // The signal of a deserted run would abort at 9,000.
      await new Promise<void>((resolve) => clock.setTimeout(resolve, 8_850));
      await run.defer('{}', LATE);
      return new Promise(() => {});
    };
    const first = watch(process().run(request(execute)), clock.now);
    await clock.advance(12_000);
    expect(first.result).toMatchObject({ status: 'deadline' });
    expect([late?.deferred, late?.signal.aborted]).toEqual([true, false]);
  });

  test('once its result is being stored, a run no longer goes late', async () => {
    const { clock, process, request, work } = createWorld({ latencyMs: 100 });
    const execute = work(3_850, 'just in time');
    const first = watch(process().run(request(execute, EARLY)), clock.now);
    await clock.advance(5_000);
    expect(first).toMatchObject({ result: { answer: 'just in time' }, afterMs: 4_050 });
    expect(execute.runs[0]?.deferred).toBe(false);
    await expect(execute.runs[0]?.defer('{}', LATE)).rejects.toMatchObject({ code: 'run-lost' });
  });

  test('one that another process has taken over is told so, and its requests get the answer of that run', async () => {
    const { clock, memory, process, request, work } = createWorld();
    const { errors, log } = errorLog();
    const told: unknown[] = [];
    const first = process({ renewMs: 60_000, log }).run(
      request(async (run) => {
        await new Promise<void>((resolve) => clock.setTimeout(resolve, 1_000));
        await run.defer('{}', LATE).catch((error: { code: string }) => told.push(error.code, run.lost));
        throw new Error('stopped');
      }),
    );
    await clock.advance(100);
    memory.forget(KEY);
    const theirs = process().run(request(work(2_000, 'theirs')));
    await clock.advance(3_000);
    expect([told, errors]).toEqual([['run-lost', true], []]);
    expect(await Promise.all([first, theirs])).toMatchObject([{ answer: 'theirs' }, { answer: 'theirs' }]);
  });

  test('a record that the store has lost is stored again, journal included', async () => {
    const world = createWorld();
    const { clock, memory, process, request } = world;
    const line: Line = { mood: 'well', calls: [] };
    void process({}, line).run(request(lateWork(world, 60_000)));
    await clock.advance(1_100);
    memory.forget(KEY);
    await clock.advance(500);
    expect(await process().run(request(() => 'x'))).toMatchObject({ answer: '{}', verdict: 'replayed' });
    line.mood = 'frozen';
    await clock.advance(1_400);
    const [claimed] = memory.claim({ owner: 'x', leaseMs: 1, max: 1 });
    expect(claimed).toMatchObject({ journal: LATE.journal, limitLeftMs: LATE.limitMs - 3_000 });
  });
});

test('a run that was told to stop, because another process had it for a while, does not go on after an answer', async () => {
  const { clock, world, process, request, work } = createWorld();
  const own: Line = { mood: 'well', calls: [] };
  const [here, there] = [process({}, own), process({}, world)];
  const mine = work(60_000, 'mine');
  const first = watch(here.run(request(mine, EARLY)), clock.now);
  await clock.advance(100);
  own.mood = 'frozen';
  await clock.advance(1_700);
  // It runs there, and fails after this process has heard of it.
  const other = watch(there.run(request(() => new Promise(() => {}))), clock.now);
  await clock.advance(10);
  own.mood = 'well';
  await clock.advance(600);
  expect(mine.runs[0]).toMatchObject({ lost: true });
  world.mood = 'frozen';
  await clock.advance(1_590);
  expect(first.result).toEqual({ status: 'deadline', verdict: 'ran' });
  expect(other.result).toBeUndefined();
});

describe('a run that goes late while the store cannot be asked', () => {
  test.each(['continue', 'fail'] as const)('%s: it answers, degraded, and goes on', async (onStoreError) => {
    const world = createWorld();
    const { clock, process, request } = world;
    const errors: string[] = [];
    let warnings = 0;
    const warn = () => {
      warnings += 1;
    };
    const engine = process({
      log: { ...errorLog().log, warn },
      onStoreError,
      observer: { storeError: (operation) => void errors.push(operation) },
    });
    const execute = lateWork(world, 3_000);
    const first = engine.run(
      request((run) => {
        world.world.mood = 'refusing';
        return execute(run);
      }),
    );
    await clock.advance(10);
    expect(await first).toEqual({ status: 'answered', answer: '{}', verdict: 'ran', degraded: true });
    expect([errors, warnings]).toEqual([['defer'], 1]);
    expect(await engine.run(request(execute))).toEqual({
      status: 'answered',
      answer: '{}',
      verdict: 'replayed',
      degraded: true,
    });
    await clock.advance(3_100);
    // The store may hold its journal, so it has not ended before the store has its end.
    expect([execute.done, [...engine.active]]).toEqual([1, [KEY]]);
    world.world.mood = 'well';
    await clock.advance(3_000);
    expect([...engine.active]).toEqual([]);
    expect(await process().run(request(() => 'x'))).toMatchObject({ answer: '{}', verdict: 'replayed' });
    expect(clock.pending).toBe(0);
  });

  test('when the store is back it gets answer and journal, and the run can be taken over', async () => {
    const world = createWorld();
    const { clock, memory, process, request } = world;
    const line: Line = { mood: 'well', calls: [] };
    const engine = process({}, line);
    void engine.run(
      request((run) => {
        line.mood = 'refusing';
        return lateWork(world, 20_000)(run);
      }),
    );
    await clock.advance(2_000);
    line.mood = 'well';
    await clock.advance(1_600);
    expect(await engine.run(request(() => 'x'))).toEqual({
      status: 'answered',
      answer: '{}',
      verdict: 'replayed',
    });
    line.mood = 'frozen';
    await clock.advance(2_000);
    expect(memory.claim({ owner: 'x', leaseMs: 60_000, max: 1 })).toMatchObject([{ journal: LATE.journal }]);
  });

  test('its journal is stored as soon as the store is back, also if a renewal was waiting for that', async () => {
    const { clock, process, request } = createWorld();
    const line: Line = { mood: 'well', calls: [] };
    const execute = async (run: OwnedRun): Promise<string> => {
      await new Promise<void>((resolve) => clock.setTimeout(resolve, 700));
      await run.defer('{}', LATE);
      return new Promise(() => {});
    };
    void process({ renewMs: 500 }, line).run(request(execute));
    await clock.advance(450);
    line.mood = 'refusing';
    await clock.advance(550);
    line.mood = 'well';
    line.calls.length = 0;
    await clock.advance(60);
    expect(line.calls).toEqual(['ping', 'defer']);
  });

  test('what another process has answered meanwhile counts: the run is lost', async () => {
    const world = createWorld();
    const { clock, process, request } = world;
    const line: Line = { mood: 'well', calls: [] };
    const engine = process({ leaseMs: 100, renewMs: 500 }, line);
    const execute = lateWork(world, 60_000);
    void engine.run(
      request((run) => {
        line.mood = 'refusing';
        return execute(run);
      }),
    );
    await clock.advance(200);
    expect(await process().run(request(() => 'theirs'))).toMatchObject({ answer: 'theirs' });
    expect(execute.runs[0]?.lost).toBe(false);
    line.mood = 'well';
    await clock.advance(300);
    expect([execute.runs[0]?.lost, [...engine.active]]).toEqual([true, []]);
    expect(await engine.run(request(() => 'x'))).toMatchObject({ answer: 'theirs', verdict: 'replayed' });
  });

  test('one begun without the store, and late with it, is not run again', async () => {
    const world = createWorld();
    const { clock, memory, process, request } = world;
    const engine = process();
    world.world.mood = 'refusing';
    const execute = lateWork(world, 2_000);
    const first = engine.run(
      request((run) => {
        world.world.mood = 'well';
        return execute(run);
      }),
    );
    await clock.advance(1_000);
    expect(await first).toEqual({ status: 'answered', answer: '{}', verdict: 'ran' });
    expect(memory.claim({ owner: 'x', leaseMs: 1, max: 1 })).toEqual([]);
    await clock.advance(10_000);
    expect(await engine.run(request(execute))).toEqual({
      status: 'answered',
      answer: '{}',
      verdict: 'replayed',
    });
    expect(execute.runs).toHaveLength(1);
  });

  test('an early answer that was stored is known to its process while the store is away', async () => {
    const world = createWorld();
    const { clock, process, request } = world;
    const engine = process({ onStoreError: 'fail' });
    void engine.run(request(lateWork(world, 1_000)));
    await clock.advance(2_000);
    world.world.mood = 'refusing';
    expect(await engine.run(request(() => 'again'))).toMatchObject({ answer: '{}', degraded: true });
  });
});
