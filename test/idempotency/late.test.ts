import { describe, expect, it } from 'vitest';
import { createIdempotency } from '../../src/idempotency/engine.js';
import { memoryStore } from '../../src/idempotency/memory-store.js';
import type { Idempotency, OwnedRun, RunResult, TakenRun } from '../../src/idempotency/types.js';
import { createFakeClock } from '../../src/testing/fake-clock.js';
import { createWorld, KEY, type Line, watch } from './world.js';

const LATE = { journal: '{"form":"x"}', limitMs: 8_000 };
const HELD = { key: KEY, fingerprint: 'sids', leaseMs: 1_500, ttlMs: 60_000 };
const EARLY = { onDeadline: { answer: '{}', goOn: LATE } };

/** Work that answers early at once, and is done `ms` later. */
function lateWork({ clock }: ReturnType<typeof createWorld>, ms: number, error?: Error) {
  const execute = async (run: OwnedRun): Promise<string> => {
    execute.runs.push(run);
    await run.answerEarly('{}', LATE);
    execute.late += 1;
    await new Promise<void>((resolve, reject) => {
      clock.setTimeout(() => (error ? reject(error) : resolve()), ms);
    });
    execute.done += 1;
    return 'ignored';
  };
  execute.runs = [] as OwnedRun[];
  execute.late = 0;
  execute.done = 0;
  return execute;
}

/** The errors that are logged, and a logger for them. */
function errorLog() {
  const errors: object[] = [];
  const nothing = () => {};
  return {
    errors,
    log: {
      debug: nothing,
      info: nothing,
      warn: nothing,
      error: (fields: object) => void errors.push(fields),
    },
  };
}

describe('a run that answers early', () => {
  it('everybody gets the early answer, here and elsewhere, and the run goes on', async () => {
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

  it('a duplicate in the same process costs no look at the store', async () => {
    const world = createWorld();
    const { clock, calls, process, request } = world;
    const engine = process();
    const execute = lateWork(world, 6_000);
    void engine.run(request(execute));
    await clock.advance(100);
    calls.length = 0;
    expect(await engine.run(request(execute))).toMatchObject({ answer: '{}', verdict: 'replayed' });
    expect(calls).toEqual([]);
    expect(await engine.run(request(execute, { fingerprint: 'else' }))).toEqual({ status: 'mismatch' });
  });

  it('at the deadline, with goOn: the answer in time, and the run is late', async () => {
    const { clock, process, request, work } = createWorld();
    const execute = work(8_000, 'ignored');
    const engine = process();
    const first = watch(engine.run(request(execute, EARLY)), clock.now);
    await clock.advance(3_999);
    expect(execute.runs[0]?.late).toBe(false);
    await clock.advance(1);
    expect(first).toEqual({ result: { status: 'answered', answer: '{}', verdict: 'ran' }, afterMs: 4_000 });
    expect(execute.runs[0]?.late).toBe(true);
    expect(execute.runs[0]?.remainingMs()).toBe(8_000);
    await clock.advance(4_000);
    expect([...engine.active]).toEqual([]);
    expect(execute.runs[0]?.signal.aborted).toBe(false);
    expect(await engine.run(request(execute))).toMatchObject({ answer: '{}', verdict: 'replayed' });
  });

  it('a late run is not deserted: its signal aborts at its limit, and not before', async () => {
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

  it('a late run that ignores its signal for a minute is taken for ended', async () => {
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

  it('its lease is renewed until it ends: nobody can claim it', async () => {
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

  it('one that throws late is logged and has ended', async () => {
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

  it('asking again to answer early changes nothing', async () => {
    const { clock, process, request } = createWorld();
    const first = process().run(
      request(async (run) => {
        await Promise.all([run.answerEarly('first', LATE), run.answerEarly('second', LATE)]);
        await run.answerEarly('third', LATE);
        return 'ignored';
      }),
    );
    await clock.advance(100);
    expect(await first).toMatchObject({ answer: 'first' });
    expect(await process().run(request(() => 'x'))).toMatchObject({ answer: 'first', verdict: 'replayed' });
  });

  it('a store that answers directly: the early answer is out before execute has returned', async () => {
    const { clock, memory, process, request } = createWorld();
    const results: RunResult[] = [];
    const engine = process({ store: memory, observer: { result: (result) => void results.push(result) } });
    await engine.run(
      request((run) => {
        void run.answerEarly('{}', LATE);
        expect(results).toHaveLength(1);
        return 'ignored';
      }),
    );
    expect(await engine.run(request(() => 'x'))).toMatchObject({ answer: '{}', verdict: 'replayed' });
    expect(clock.pending).toBe(0);
  });

  it('work that ends while it goes late is late: its result is for the work itself to use', async () => {
    const { clock, process, request } = createWorld({ latencyMs: 100 });
    const seen: unknown[] = [];
    const engine = process();
    const execute = async (run: OwnedRun) => {
      // 100 ms for the acquire: the work ends while the early answer is on its way to the store.
      await new Promise<void>((resolve) => clock.setTimeout(resolve, 3_950));
      seen.push(run.late);
      if (run.late) await run.answerEarly('{}', LATE);
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

  it('once its result is being stored, a run no longer goes late', async () => {
    const { clock, process, request, work } = createWorld({ latencyMs: 100 });
    const execute = work(3_850, 'just in time');
    const first = watch(process().run(request(execute, EARLY)), clock.now);
    await clock.advance(5_000);
    expect(first).toMatchObject({ result: { answer: 'just in time' }, afterMs: 4_050 });
    expect(execute.runs[0]?.late).toBe(false);
    await expect(execute.runs[0]?.answerEarly('{}', LATE)).rejects.toMatchObject({ code: 'run-lost' });
  });

  it('one that another process has taken over is told so, and its requests get the answer of that run', async () => {
    const { clock, memory, process, request, work } = createWorld();
    const told: unknown[] = [];
    const first = process({ renewMs: 60_000 }).run(
      request(async (run) => {
        await new Promise<void>((resolve) => clock.setTimeout(resolve, 1_000));
        await run.answerEarly('{}', LATE).catch((error: { code: string }) => told.push(error.code, run.lost));
        return 'mine';
      }),
    );
    await clock.advance(100);
    memory.forget(KEY);
    const theirs = process().run(request(work(2_000, 'theirs')));
    await clock.advance(3_000);
    expect(told).toEqual(['run-lost', true]);
    expect(await Promise.all([first, theirs])).toMatchObject([{ answer: 'theirs' }, { answer: 'theirs' }]);
  });

  it('a record that the store has lost is stored again, journal included', async () => {
    const world = createWorld();
    const { clock, memory, process, request } = world;
    void process().run(request(lateWork(world, 3_000)));
    await clock.advance(1_100);
    memory.forget(KEY);
    await clock.advance(500);
    expect(await process().run(request(() => 'x'))).toMatchObject({ answer: '{}', verdict: 'replayed' });
    await clock.advance(5_000);
    expect(memory.claim({ owner: 'x', leaseMs: 1, max: 1 })).toEqual([]);
  });
});

describe('a run that goes late while the store cannot be asked', () => {
  it.each(['continue', 'fail'] as const)('%s: it answers, degraded, and goes on', async (onStoreError) => {
    const world = createWorld();
    const { clock, process, request } = world;
    const errors: string[] = [];
    const engine = process({
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
    expect(errors).toEqual(['answerEarly']);
    expect(await engine.run(request(execute))).toEqual({
      status: 'answered',
      answer: '{}',
      verdict: 'replayed',
      degraded: true,
    });
    await clock.advance(3_100);
    expect([execute.done, [...engine.active]]).toEqual([1, []]);
    world.world.mood = 'well';
    await clock.advance(3_000);
    expect(await process().run(request(() => 'x'))).toMatchObject({ answer: '{}', verdict: 'replayed' });
    expect(clock.pending).toBe(0);
  });

  it('when the store is back it gets answer and journal, and the run can be taken over', async () => {
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
});

/** A process that goes late, and a second later loses its way to the store. */
async function dead(options: { limitMs?: number } = {}) {
  const world = createWorld();
  const line: Line = { mood: 'well', calls: [] };
  const engine = world.process({}, line);
  const former: { engine: Idempotency; run?: OwnedRun } = { engine };
  const execute = async (run: OwnedRun): Promise<string> => {
    former.run = run;
    await run.answerEarly('{}', { ...LATE, ...options });
    return new Promise(() => {});
  };
  void engine.run(world.request(execute));
  await world.clock.advance(1_000);
  line.mood = 'frozen';
  return { ...world, line, former };
}

describe('a late run whose process died', () => {
  it('is taken over by exactly one process, inside 5 s of the end of its lease', async () => {
    const { clock, memory, process, request } = await dead({ limitMs: 20_000 });
    const taken: { at: number; run: unknown }[] = [];
    const begun = clock.now();
    const engines = [process(), process(), process()];
    for (const engine of engines) {
      engine.takeOver(async ({ key, journal, attempt, late, lost, remainingMs }) => {
        taken.push({ at: clock.now() - begun, run: { key, journal, attempt, late, lost } });
        expect(remainingMs).toBeTypeOf('function');
        await new Promise<void>((resolve) => clock.setTimeout(resolve, 4_000));
      });
    }
    await clock.advance(1_500 + 5_000);
    expect(taken.map(({ run }) => run)).toEqual([
      { key: KEY, journal: LATE.journal, attempt: 2, late: true, lost: false },
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

  it('a former owner that comes back learns of it, and does nothing more', async () => {
    const { clock, line, former, process } = await dead({ limitMs: 60_000 });
    const taken: TakenRun[] = [];
    process().takeOver(async (run) => {
      taken.push(run);
      await new Promise<void>((resolve) => clock.setTimeout(resolve, 10_000));
    });
    await clock.advance(6_500);
    expect(former.run).toMatchObject({ lost: false, late: true });
    line.mood = 'well';
    await clock.advance(2_000);
    expect(former.run?.lost).toBe(true);
    expect(former.run?.signal.aborted).toBe(true);
    expect([...former.engine.active]).toEqual([]);
    expect(taken.map(({ lost }) => lost)).toEqual([false]);
  });

  it('taken over past its limit: aborted from the start, with no time left', async () => {
    const { clock, process } = await dead({ limitMs: 1_500 });
    const taken: unknown[] = [];
    process().takeOver(async (run) => {
      taken.push([run.signal.aborted, run.remainingMs(), run.lost]);
    });
    await clock.advance(10_000);
    expect(taken).toEqual([[true, 0, false]]);
  });

  it('within its limit it is aborted when that has passed', async () => {
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

  it('a handler that fails on it is logged, and the run has ended', async () => {
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

  it('its answer is still given to duplicates, by the store and by whoever has taken it over', async () => {
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

  it('a process that was only held up goes on with its own run', async () => {
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
    expect(memory.claim({ owner: 'x', leaseMs: 1, max: 9 })).toEqual([]);
  });

  it('many are taken a batch at a time, and all in the end', async () => {
    const { clock, memory, process } = createWorld();
    for (let i = 0; i < 50; i += 1) {
      const key = `assignment:WS1:${i}`;
      const request = { key, fingerprint: 'sids', owner: `dead-${i}`, attempt: 1, leaseMs: 1, ttlMs: 60_000 };
      memory.answerEarly({ ...request, answer: '{}', journal: 'j', limitMs: 60_000 });
    }
    const taken: string[] = [];
    process().takeOver(async ({ key }) => void taken.push(key));
    await clock.advance(1_000);
    expect(taken).toHaveLength(20);
    await clock.advance(300);
    expect(new Set(taken).size).toBe(50);
  });

  it('looks about every two seconds, not while the store is away, and no more after close', async () => {
    const { clock, calls, world, process, request } = createWorld();
    const engine = process();
    engine.takeOver(async () => {});
    await clock.advance(10_000);
    const claims = () => calls.filter((call) => call === 'claim').length;
    expect(claims()).toBe(5);
    world.mood = 'refusing';
    for (const key of ['a', 'b']) await engine.run(request(() => 'x', { key }));
    await clock.advance(10_000);
    expect([engine.storeState, claims()]).toEqual(['degraded', 5]);
    world.mood = 'well';
    await clock.advance(4_000);
    expect(claims()).toBeGreaterThan(5);
    await engine.close({ timeoutMs: 0 });
    expect(clock.pending).toBe(0);
  });

  it('without effect over a store that has no claim', async () => {
    const clock = createFakeClock();
    const engine = createIdempotency({ store: memoryStore({ clock }), clock });
    engine.takeOver(async () => {});
    expect(clock.pending).toBe(0);
  });

  it('what is claimed after the claim had timed out is taken all the same', async () => {
    const { clock, line, process } = await dead({ limitMs: 60_000 });
    expect(line.mood).toBe('frozen');
    const slow = { mood: 'slow' as const, calls: [] };
    const taken: string[] = [];
    process({ leaseMs: 60_000 }, slow).takeOver(async ({ key }) => void taken.push(key));
    await clock.advance(6_500);
    expect(taken).toEqual([KEY]);
  });
});

describe('shutdown with late runs', () => {
  it('waits for them', async () => {
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

  it('at the limit it aborts them, names them, and another process takes over at once', async () => {
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
    expect(memory.renew({ ...HELD, owner: 'next', attempt: 2, late: true })).toBe('held');
    expect(clock.pending).toBe(0);
  });

  it('one that is just going late at the limit is cut and named as well', async () => {
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

  it('one that was taken over is given back, and a claim under way is too', async () => {
    const { clock, memory, process } = await dead({ limitMs: 60_000 });
    const engine = process();
    engine.takeOver(() => new Promise(() => {}));
    await clock.advance(6_000);
    expect([...engine.active]).toEqual([KEY]);
    const cut = engine.close({ timeoutMs: 0 });
    await clock.advance(0);
    expect(await cut).toEqual({ open: [KEY] });
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

  it('one that no store holds: its answer is written, so that nobody runs it again', async () => {
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
