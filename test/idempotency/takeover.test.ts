import { describe, expect, test } from 'vitest';
import { createIdempotency } from '../../src/idempotency/engine.js';
import { memoryStore } from '../../src/idempotency/store/memory-store.js';
import type { IdempotencyStore } from '../../src/idempotency/store/store.js';
import type { OwnedRun, TakenRun } from '../../src/idempotency/types.js';
import { createFakeClock } from '../../src/testing/fake-clock.js';
import { dead, EARLY, errorLog, HELD, LATE, lateWork } from './deferred-world.js';
import { createWorld, KEY, type Line } from './world.js';

describe('a late run whose process died', () => {
  test('is taken over by exactly one process, inside 5 s of the end of its lease', async () => {
    const { clock, memory, process, request } = await dead({ limitMs: 20_000 });
    const taken: { at: number; run: unknown }[] = [];
    const begun = clock.now();
    const engines = [process(), process(), process()];
    for (const engine of engines) {
      engine.takeOver(async ({ key, journal, attempt, deferred, lost, remainingMs }) => {
        taken.push({ at: clock.now() - begun, run: { key, journal, attempt, deferred, lost } });
        expect(remainingMs).toBeTypeOf('function');
        await new Promise<void>((resolve) => clock.setTimeout(resolve, 4_000));
      });
    }
    await clock.advance(1_500 + 5_000);
    expect(taken.map(({ run }) => run)).toEqual([
      { key: KEY, journal: LATE.journal, attempt: 2, deferred: true, lost: false },
    ]);
    expect(taken[0]?.at).toBeGreaterThanOrEqual(1_500 - 500);
    expect(engines.flatMap(({ active }) => [...active])).toEqual([KEY]);
    await clock.advance(20_000);
    expect(taken).toHaveLength(1);
    expect(engines.flatMap(({ active }) => [...active])).toEqual([]);
    expect(memory.claim({ owner: 'x', leaseMs: 1, max: 9 })).toEqual([]);
    expect(await process().run(request(() => 'x'))).toMatchObject({ answer: '{}', verdict: 'replayed' });
    await Promise.all(engines.map((engine) => engine.close({ timeoutMs: 0 })));
  });

  test('a former owner that comes back learns of it, and does nothing more', async () => {
    const { clock, line, former, process } = await dead({ limitMs: 60_000 });
    const taken: TakenRun[] = [];
    process().takeOver(async (run) => {
      taken.push(run);
      await new Promise<void>((resolve) => clock.setTimeout(resolve, 10_000));
    });
    await clock.advance(6_500);
    expect(former.run).toMatchObject({ lost: false, deferred: true });
    line.mood = 'well';
    await clock.advance(2_000);
    expect(former.run?.lost).toBe(true);
    expect(former.run?.signal.aborted).toBe(true);
    expect([...former.engine.active]).toEqual([]);
    expect(taken.map(({ lost }) => lost)).toEqual([false]);
  });

  test('taken over past its limit: aborted from the start, with no time left', async () => {
    const { clock, process } = await dead({ limitMs: 1_500 });
    const taken: unknown[] = [];
    process().takeOver(async (run) => {
      taken.push([run.signal.aborted, run.remainingMs(), run.lost]);
    });
    await clock.advance(10_000);
    expect(taken).toEqual([[true, 0, false]]);
  });

  test('within its limit it is aborted when that has passed', async () => {
    const { clock, process } = await dead({ limitMs: 10_000 });
    const begun = clock.now();
    const aborted: number[] = [];
    process().takeOver(
      ({ signal }) =>
        new Promise((resolve) => {
          signal.addEventListener('abort', () => {
            aborted.push(clock.now() - begun);
            resolve();
          });
        }),
    );
    await clock.advance(20_000);
    expect(aborted).toEqual([10_000 - 1_000]);
  });

  test('a handler that fails on it is logged, and the run has ended', async () => {
    const { clock, memory, process } = await dead({ limitMs: 60_000 });
    const { errors, log } = errorLog();
    const engine = process({ log });
    const error = new Error('no REST');
    engine.takeOver(() => {
      throw error;
    });
    await clock.advance(30_000);
    expect(errors).toEqual([{ err: error }]);
    expect(memory.claim({ owner: 'x', leaseMs: 1, max: 9 })).toEqual([]);
    await engine.close({ timeoutMs: 0 });
  });

  test('its answer is still given to duplicates, by the store and by whoever has taken it over', async () => {
    const { clock, process, request } = await dead({ limitMs: 60_000 });
    const engine = process();
    const never = () => 'run again';
    expect(await process().run(request(never))).toMatchObject({ answer: '{}', verdict: 'replayed' });
    engine.takeOver(() => new Promise(() => {}));
    await clock.advance(6_000);
    expect(await engine.run(request(never))).toEqual({
      status: 'answered',
      answer: '{}',
      verdict: 'replayed',
    });
  });

  test('a process that was only held up goes on with its own run', async () => {
    const world = createWorld();
    const { clock, memory, process, request } = world;
    const engine = process({ renewMs: 60_000 });
    const taken: TakenRun[] = [];
    engine.takeOver(async (run) => void taken.push(run));
    const execute = lateWork(world, 8_000);
    void engine.run(request(execute));
    await clock.advance(7_000);
    expect([taken, execute.runs[0]?.lost]).toEqual([[], false]);
    await clock.advance(2_000);
    expect([execute.done, [...engine.active]]).toEqual([1, []]);
    await clock.advance(5_000);
    expect([taken, memory.claim({ owner: 'x', leaseMs: 1, max: 9 })]).toEqual([[], []]);
  });

  /** A process held up from going late, at 200 ms, on: its lease ends at 1,700, and it claims its run at 3,200. */
  function heldUp(renewMs: number) {
    const world = createWorld({ latencyMs: 100 });
    const { clock, request } = world;
    const engine = world.process({ renewMs });
    const taken: TakenRun[] = [];
    engine.takeOver(async (run) => void taken.push(run));
    let run: OwnedRun | undefined;
    let end = () => {};
    const execute = async (owned: OwnedRun) => {
      run = owned;
      await owned.defer('{}', { ...LATE, limitMs: 60_000 });
      await new Promise<void>((resolve) => {
        end = resolve;
      });
      return 'ignored';
    };
    void engine.run(request(execute));
    return { ...world, engine, taken, run: () => run, end: () => end(), clock };
  }

  test('one that ends while its own process claims it has ended', async () => {
    const { clock, engine, memory, taken, end } = heldUp(60_000);
    await clock.advance(3_150);
    end();
    await clock.advance(10_000);
    expect([taken, [...engine.active], memory.claim({ owner: 'x', leaseMs: 1, max: 9 })]).toEqual([
      [],
      [],
      [],
    ]);
  });

  test('a renewal that crosses a claim by its own process loses nothing', async () => {
    const { clock, engine, taken, run, end } = heldUp(2_950);
    await clock.advance(5_000);
    expect([run()?.lost, [...engine.active]]).toEqual([false, [KEY]]);
    end();
    await clock.advance(5_000);
    expect([taken, [...engine.active]]).toEqual([[], []]);
  });

  test('many are taken a batch at a time, and all in the end', async () => {
    const { clock, memory, process } = createWorld();
    for (let i = 0; i < 50; i += 1) {
      const key = `assignment:WS1:${i}`;
      const request = { key, fingerprint: 'sids', owner: `dead-${i}`, attempt: 1, leaseMs: 1, ttlMs: 60_000 };
      memory.defer({ ...request, answer: '{}', journal: 'j', limitMs: 60_000 });
    }
    const taken: string[] = [];
    process().takeOver(async ({ key }) => void taken.push(key));
    await clock.advance(1_000);
    expect(taken).toHaveLength(20);
    await clock.advance(300);
    expect(new Set(taken).size).toBe(50);
  });

  test('looks about every two seconds, not while the store is away, and no more after close', async () => {
    const { clock, calls, world, process, request } = createWorld();
    const errors: string[] = [];
    const engine = process({ observer: { storeError: (operation) => void errors.push(operation) } });
    engine.takeOver(async () => {});
    await clock.advance(10_000);
    const claims = () => calls.filter((call) => call === 'claim').length;
    expect(claims()).toBe(5);
    world.mood = 'refusing';
    for (const key of ['a', 'b']) await engine.run(request(() => 'x', { key }));
    await clock.advance(10_000);
    expect([engine.storeState, claims()]).toEqual(['degraded', 5]);
    expect(errors).not.toContain('claim');
    world.mood = 'well';
    await clock.advance(4_000);
    expect(claims()).toBeGreaterThan(5);
    await engine.close({ timeoutMs: 0 });
    engine.takeOver(async () => {});
    expect(clock.pending).toBe(0);
  });

  test('goes on looking after a look that failed', async () => {
    const { clock, line, process } = await dead({ limitMs: 60_000 });
    expect(line.mood).toBe('frozen');
    const own: Line = { mood: 'refusing', calls: [] };
    const taken: string[] = [];
    process({}, own).takeOver(async ({ key }) => void taken.push(key));
    await clock.advance(1_500);
    expect(own.calls).toEqual(['claim']);
    own.mood = 'well';
    await clock.advance(2_000);
    expect(taken).toEqual([KEY]);
  });

  test('without effect over a store that has no claim', async () => {
    const clock = createFakeClock();
    const engine = createIdempotency({ store: memoryStore({ clock }), clock });
    engine.takeOver(async () => {});
    expect(clock.pending).toBe(0);
  });

  test('what is claimed after the claim had timed out is taken all the same', async () => {
    const { clock, line, process } = await dead({ limitMs: 60_000 });
    expect(line.mood).toBe('frozen');
    const slow = { mood: 'slow' as const, calls: [] };
    const taken: string[] = [];
    process({ leaseMs: 60_000 }, slow).takeOver(async ({ key }) => void taken.push(key));
    await clock.advance(6_500);
    expect(taken).toEqual([KEY]);
  });

  test('what is claimed under a lease that has passed by then is left to whoever has it', async () => {
    const { clock, memory, process, request, work } = await dead({ limitMs: 60_000 });
    let looks = 0;
    const claim: NonNullable<IdempotencyStore['claim']> = async (asked) => {
      looks += 1;
      const claimed = memory.claim(asked);
      // The process stands still before it reads the first run that it has got.
      if (claimed.length > 0) await new Promise<void>((resolve) => clock.setTimeout(resolve, 3_000));
      return claimed;
    };
    const store: IdempotencyStore = Object.assign(Object.create(memory) as IdempotencyStore, { claim });
    const stalled: string[] = [];
    process({ store, storeTimeoutMs: 60_000 }).takeOver(async ({ key }) => void stalled.push(key));
    await clock.advance(2_600);
    expect(looks).toBeGreaterThan(0);
    const taken: string[] = [];
    process().takeOver(async ({ key }) => {
      taken.push(key);
      await new Promise<void>((resolve) => clock.setTimeout(resolve, 8_000));
    });
    await clock.advance(6_000);
    expect([taken, stalled]).toEqual([[KEY], []]);
    expect(await process().run(request(work(1, 'x')))).toMatchObject({ answer: '{}', verdict: 'replayed' });
  });
});

describe('shutdown with late runs', () => {
  test('waits for them', async () => {
    const world = createWorld();
    const { clock, process, request } = world;
    const engine = process();
    const execute = lateWork(world, 3_000);
    void engine.run(request(execute));
    await clock.advance(100);
    const closed = engine.close({ timeoutMs: 25_000 });
    await clock.advance(3_000);
    expect(await closed).toEqual({ open: [] });
    expect(execute.done).toBe(1);
    expect(clock.pending).toBe(0);
  });

  test('at the limit it aborts them, names them, and another process takes over at once', async () => {
    const world = createWorld();
    const { clock, memory, process, request } = world;
    const engine = process();
    const execute = lateWork(world, 7_000);
    void engine.run(request(execute));
    await clock.advance(100);
    const closed = engine.close({ timeoutMs: 1_000 });
    await clock.advance(1_000);
    expect(await closed).toEqual({ open: [KEY] });
    expect(execute.runs[0]).toMatchObject({ lost: true });
    expect(execute.runs[0]?.signal.aborted).toBe(true);
    expect(memory.claim({ owner: 'next', leaseMs: 60_000, max: 1 })).toMatchObject([{ key: KEY }]);
    await clock.advance(10_000);
    expect(memory.renew({ ...HELD, owner: 'next', attempt: 2, deferred: true })).toEqual({ status: 'held' });
    expect(clock.pending).toBe(0);
  });

  test('one that is cut and then ends is not taken for done: another process still takes over', async () => {
    const { clock, memory, process, request } = createWorld();
    const engine = process();
    const execute = async (run: OwnedRun) => {
      await run.defer('{}', LATE);
      await new Promise((resolve) => run.signal.addEventListener('abort', resolve));
      return 'ignored';
    };
    void engine.run(request(execute));
    await clock.advance(100);
    const closed = engine.close({ timeoutMs: 1_000 });
    await clock.advance(2_000);
    expect(await closed).toEqual({ open: [KEY] });
    expect(memory.claim({ owner: 'next', leaseMs: 1, max: 1 })).toMatchObject([{ journal: LATE.journal }]);
  });

  test('a run that is cut before it goes late is lost as well, and no longer goes late', async () => {
    const { clock, memory, process, request, work } = createWorld();
    const engine = process();
    const execute = work(60_000, 'ignored');
    void engine.run(request(execute));
    const closed = engine.close({ timeoutMs: 1_000 });
    await clock.advance(2_000);
    expect(await closed).toEqual({ open: [KEY] });
    expect(execute.runs[0]).toMatchObject({ lost: true, deferred: false });
    await expect(execute.runs[0]?.defer('{}', LATE)).rejects.toMatchObject({ code: 'run-lost' });
    expect(memory.has(KEY)).toBe(false);
  });

  test('one that is just going late at the limit is cut and named as well', async () => {
    const { clock, memory, process, request, work } = createWorld({ latencyMs: 100 });
    const engine = process();
    const execute = work(60_000, 'ignored');
    const first = engine.run(request(execute, EARLY));
    await clock.advance(3_000);
    const closed = engine.close({ timeoutMs: 1_050 });
    await clock.advance(2_000);
    expect(await closed).toEqual({ open: [KEY] });
    expect(await first).toMatchObject({ answer: '{}' });
    expect(execute.runs[0]).toMatchObject({ lost: true });
    expect(memory.claim({ owner: 'next', leaseMs: 1, max: 1 })).toMatchObject([{ key: KEY }]);
  });

  test('one that was taken over is given back, and a claim under way is too', async () => {
    const { clock, memory, process } = await dead({ limitMs: 60_000 });
    const { errors, log } = errorLog();
    const engine = process({ log });
    engine.takeOver(({ signal }) => {
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('cut'))));
    });
    await clock.advance(6_000);
    expect([...engine.active]).toEqual([KEY]);
    const cut = engine.close({ timeoutMs: 0 });
    await clock.advance(0);
    expect([await cut, errors]).toEqual([{ open: [KEY] }, []]);
    expect(memory.claim({ owner: 'next', leaseMs: 1_000, max: 1 })).toMatchObject([{ attempt: 3 }]);
    await clock.advance(1_000);

    const late = process({}, { mood: 'slow', calls: [] });
    late.takeOver(() => Promise.reject(new Error('must not be called')));
    await clock.advance(1_100);
    const closed = late.close({ timeoutMs: 0 });
    await clock.advance(1_000);
    expect(await closed).toEqual({ open: [] });
    expect(memory.claim({ owner: 'next', leaseMs: 1, max: 1 })).toMatchObject([{ attempt: 5 }]);
  });

  test('one that no store holds: its answer is written, so that nobody runs it again', async () => {
    const world = createWorld();
    const { clock, memory, process, request } = world;
    const engine = process();
    void engine.run(
      request((run) => {
        world.world.mood = 'refusing';
        return lateWork(world, 60_000)(run);
      }),
    );
    await clock.advance(100);
    world.world.mood = 'well';
    const closed = engine.close({ timeoutMs: 0 });
    await clock.advance(0);
    expect(await closed).toEqual({ open: [KEY] });
    expect(memory.acquire({ ...HELD, owner: 'x' })).toEqual({ status: 'finished', answer: '{}' });
  });
});
