import { describe, expect, test } from 'vitest';
import type { StoreOperation, StoreState } from '../../src/idempotency/store/store.js';
import { createWorld, KEY, watch } from './world.js';

describe('the store cannot be asked', () => {
  test.each(['refusing', 'frozen'] as const)(
    'continue: a %s store, and this process tells duplicates',
    async (mood) => {
      const { clock, world, process, request, work } = createWorld();
      world.mood = mood;
      const engine = process();
      const execute = work(500, 'a');
      const results = Array.from({ length: 20 }, () => watch(engine.run(request(execute)), clock.now));
      await clock.advance(1_100);
      expect(execute.runs).toHaveLength(1);
      for (const { result } of results) expect(result).toMatchObject({ answer: 'a', degraded: true });
      expect(results[0]?.afterMs).toBe(mood === 'frozen' ? 250 + 500 + 250 : 500);
      const late = watch(engine.run(request(execute)), clock.now);
      await clock.advance(0);
      expect(late).toEqual({
        result: { status: 'answered', answer: 'a', verdict: 'replayed', degraded: true },
        afterMs: 0,
      });
      expect(await engine.run(request(execute, { fingerprint: 'else' }))).toEqual({ status: 'mismatch' });
    },
  );

  test('continue: a handler that fails without the store can be run again', async () => {
    const { clock, memory, world, process, request } = createWorld();
    world.mood = 'refusing';
    const engine = process();
    expect(await engine.run(request(() => Promise.reject(new Error('once'))))).toMatchObject({
      status: 'failed',
    });
    expect(await engine.run(request(() => 'now'))).toMatchObject({ answer: 'now', degraded: true });
    world.mood = 'well';
    await clock.advance(3_000);
    expect(
      memory.acquire({ key: KEY, fingerprint: 'sids', owner: 'x', leaseMs: 1, ttlMs: 1_000 }),
    ).toMatchObject({
      answer: 'now',
    });
  });

  test('continue: logged at most once in ten seconds, with the number of runs', async () => {
    const { clock, world, process, request } = createWorld();
    const lines: { runs?: number }[] = [];
    const nothing = () => {};
    const warn = (fields: object) => void lines.push(fields);
    world.mood = 'refusing';
    const engine = process({ log: { debug: nothing, info: nothing, warn, error: nothing } });
    for (let i = 0; i < 40; i += 1) {
      await engine.run(request(() => 'a', { key: `k${i}` }));
      await clock.advance(500);
    }
    expect(lines.filter(({ runs }) => runs !== undefined).map(({ runs }) => runs)).toEqual([1, 20]);
  });

  test('fail: refuses, and the handler does not run', async () => {
    const { world, process, request, work } = createWorld();
    world.mood = 'refusing';
    const execute = work(1, 'a');
    const engine = process({ onStoreError: 'fail' });
    const both = [engine.run(request(execute)), engine.run(request(execute))];
    expect(await Promise.all(both)).toEqual([{ status: 'unavailable' }, { status: 'unavailable' }]);
    expect(execute.runs).toHaveLength(0);
  });

  test('while it waits for a run elsewhere, it waits until the last seen lease has passed', async () => {
    for (const onStoreError of ['continue', 'fail'] as const) {
      const { clock, memory, world, process, request, work } = createWorld();
      memory.acquire({
        key: KEY,
        fingerprint: 'sids',
        owner: 'elsewhere',
        leaseMs: 1_500,
        ttlMs: 86_400_000,
      });
      const execute = work(100, 'a');
      const result = watch(process({ onStoreError }).run(request(execute)), clock.now);
      await clock.advance(200);
      world.mood = 'refusing';
      await clock.advance(1_250);
      expect(execute.runs).toHaveLength(0);
      expect(result.result).toBeUndefined();
      await clock.advance(300);
      expect(result.result).toMatchObject(
        onStoreError === 'fail' ? { status: 'unavailable' } : { answer: 'a', degraded: true },
      );
    }
  });

  test('an acquire that timed out may have happened: the run keeps its token, and its answer is stored', async () => {
    const { clock, memory, world, process, request, work } = createWorld();
    world.mood = 'deaf';
    const result = process().run(request(work(600, 'a')));
    await clock.advance(300);
    expect(memory.size).toBe(1);
    world.mood = 'well';
    await clock.advance(600);
    expect(await result).toEqual({ status: 'answered', answer: 'a', verdict: 'ran' });
    expect(await process().run(request(work(1, 'b')))).toMatchObject({ answer: 'a', verdict: 'replayed' });
  });

  test('an acquire that happens after it was refused gives its lease back', async () => {
    const { clock, memory, process, request, work } = createWorld({ latencyMs: 400 });
    const result = watch(process({ onStoreError: 'fail' }).run(request(work(1, 'a'))), clock.now);
    await clock.advance(399);
    expect(result).toEqual({ result: { status: 'unavailable' }, afterMs: 250 });
    await clock.advance(500);
    expect(memory.size).toBe(0);
  });

  test('an answer of another process that was given here once is known here', async () => {
    const { world, process, request, work } = createWorld();
    const execute = work(1, 'b');
    const [one, other] = [process(), process()];
    await one.run(request(() => 'a'));
    expect(await other.run(request(execute))).toMatchObject({ answer: 'a', verdict: 'replayed' });
    world.mood = 'refusing';
    const again = { status: 'answered', answer: 'a', verdict: 'replayed', degraded: true };
    expect(await other.run(request(execute))).toEqual(again);
    expect(execute.runs).toHaveLength(0);
  });

  test('a deadline holds while the store is frozen', async () => {
    const { clock, world, process, request, work } = createWorld();
    world.mood = 'frozen';
    const execute = work(1, 'a');
    const result = watch(process().run(request(execute, { deadline: clock.now() + 100 })), clock.now);
    await clock.advance(1_000);
    expect(result).toEqual({ result: { status: 'deadline', verdict: 'joined' }, afterMs: 100 });
    expect(execute.runs).toHaveLength(0);
    expect(clock.pending).toBe(0);
  });
});

describe('the answer cannot be stored', () => {
  test('it is sent, kept for duplicates, and written again under the same token', async () => {
    const { clock, memory, world, process, request, work } = createWorld();
    const engine = process();
    const first = engine.run(request(work(100, 'a')));
    await clock.advance(50);
    world.mood = 'refusing';
    await clock.advance(100);
    expect(await first).toEqual({ status: 'answered', answer: 'a', verdict: 'ran', degraded: true });
    expect(await engine.run(request(work(1, 'b')))).toMatchObject({ answer: 'a', degraded: true });
    await clock.advance(20_000);
    world.mood = 'well';
    await clock.advance(1_500);
    expect(memory.size).toBe(1);
    for (const other of [engine, process()]) {
      expect(await other.run(request(work(1, 'b')))).toEqual({
        status: 'answered',
        answer: 'a',
        verdict: 'replayed',
      });
    }
    expect(clock.pending).toBe(0);
  });

  test('an answer that was stored though its reply was lost is not lost', async () => {
    const { clock, world, process, request, work } = createWorld();
    const engine = process();
    const first = engine.run(request(work(100, 'a')));
    await clock.advance(50);
    world.mood = 'deaf';
    await clock.advance(350);
    expect(await first).toMatchObject({ answer: 'a', degraded: true });
    world.mood = 'well';
    await clock.advance(1_500);
    expect(await engine.run(request(work(1, 'b')))).toEqual({
      status: 'answered',
      answer: 'a',
      verdict: 'replayed',
    });
  });

  test('what another process has answered meanwhile is not overwritten', async () => {
    const { clock, memory, world, process, request, work } = createWorld();
    const engine = process();
    const first = engine.run(request(work(100, 'a')));
    await clock.advance(50);
    world.mood = 'refusing';
    await clock.advance(2_000);
    await first;
    memory.acquire({ key: KEY, fingerprint: 'sids', owner: 'other', leaseMs: 1_500, ttlMs: 86_400_000 });
    const outcome = { state: 'finished', answer: 'b' } as const;
    memory.complete({
      key: KEY,
      fingerprint: 'sids',
      owner: 'other',
      attempt: 2,
      ttlMs: 86_400_000,
      outcome,
    });
    world.mood = 'well';
    await clock.advance(1_500);
    expect(await engine.run(request(work(1, 'x')))).toEqual({
      status: 'answered',
      answer: 'b',
      verdict: 'replayed',
    });
  });

  test.each([
    ['gets what counts there', 1_000, { status: 'answered', answer: 'b', verdict: 'replayed' }],
    [
      'gets what is kept, if there is no time to ask',
      200,
      { status: 'answered', answer: 'a', verdict: 'replayed', degraded: true },
    ],
  ])(
    'a duplicate that comes as the store is back, before anything is written, %s',
    async (_what, leftMs, expected) => {
      const { clock, memory, world, process, request, work } = createWorld({ latencyMs: 20 });
      const engine = process();
      world.mood = 'refusing';
      const first = engine.run(request(work(100, 'a')));
      await clock.advance(2_000);
      expect(await first).toMatchObject({ answer: 'a', degraded: true });
      const other = { key: KEY, fingerprint: 'sids', owner: 'other', ttlMs: 86_400_000 };
      memory.acquire({ ...other, leaseMs: 1_500 });
      memory.complete({ ...other, attempt: 1, outcome: { state: 'finished', answer: 'b' } });
      world.mood = 'well';
      while (engine.storeState !== 'ok') await clock.advance(1);
      const duplicate = engine.run(request(work(1, 'x'), { deadline: clock.now() + leftMs }));
      await clock.advance(100);
      expect(await duplicate).toEqual(expected);
    },
  );

  test('the result that comes after a fixed answer does not replace it', async () => {
    const { clock, world, process, request, work } = createWorld();
    const engine = process();
    const first = engine.run(request(work(4_500, 'too late'), { onDeadline: { answer: '{}' } }));
    await clock.advance(3_900);
    world.mood = 'refusing';
    await clock.advance(1_000);
    expect(await first).toMatchObject({ answer: '{}', degraded: true });
    world.mood = 'well';
    await clock.advance(2_000);
    expect(await process().run(request(work(1, 'x')))).toMatchObject({ answer: '{}', verdict: 'replayed' });
  });

  test('after a minute it is given up, and still kept for duplicates', async () => {
    const { clock, calls, world, process, request } = createWorld();
    const errors: StoreOperation[] = [];
    const engine = process({ observer: { storeError: (operation) => void errors.push(operation) } });
    world.mood = 'refusing';
    await engine.run(request(() => 'a'));
    await clock.advance(59_000);
    calls.length = 0;
    await clock.advance(3_000);
    // Three failures: from then on the circuit is open, and only pings try.
    expect(errors.filter((operation) => operation !== 'ping')).toEqual(['acquire', 'complete', 'complete']);
    world.mood = 'well';
    await clock.advance(3_000);
    expect(calls).not.toContain('complete');
    expect(await engine.run(request(() => 'b'))).toMatchObject({ answer: 'a', degraded: true });
  });

  test('a backlog is written in batches when the store is back', async () => {
    const { clock, memory, world, process, request } = createWorld({ latencyMs: 5 });
    const engine = process();
    world.mood = 'refusing';
    for (let i = 0; i < 500; i += 1) await engine.run(request(() => `answer ${i}`, { key: `k${i}` }));
    world.mood = 'well';
    await clock.advance(3_000);
    expect(memory.size).toBe(500);
    expect(clock.pending).toBe(0);
  });

  test('a failure that cannot be stored is told all the same, and the fallback runs it again', async () => {
    const { clock, world, process, request, work } = createWorld();
    const engine = process();
    const primary = engine.run(request(work(100, new Error('no'))));
    await clock.advance(10);
    const fallback = engine.run(request(work(10, 'yes'), { path: 'fallback' }));
    world.mood = 'refusing';
    await clock.advance(95);
    world.mood = 'well';
    await clock.advance(2_000);
    expect(await primary).toMatchObject({ status: 'failed', verdict: 'ran' });
    expect(await fallback).toMatchObject({ answer: 'yes', verdict: 'ran' });
  });

  test('a shutdown writes what is left', async () => {
    const { clock, memory, world, process, request } = createWorld();
    const engine = process();
    world.mood = 'refusing';
    await engine.run(request(() => 'a'));
    world.mood = 'well';
    expect(await engine.close({ timeoutMs: 1_000 })).toEqual({ open: [] });
    expect(memory.size).toBe(1);
    expect(clock.pending).toBe(0);
  });
});

describe('the circuit', () => {
  test('opens after three failures, pings every 50 ms, and closes by itself', async () => {
    const { clock, calls, world, process, request } = createWorld();
    const states: StoreState[] = [];
    const errors: StoreOperation[] = [];
    const observer = {
      storeState: (state: StoreState) => void states.push(state),
      storeError: (operation: StoreOperation) => void errors.push(operation),
    };
    const engine = process({ observer });
    world.mood = 'refusing';
    await engine.run(request(() => 'a', { key: 'k1' }));
    expect(engine.storeState).toBe('ok');
    await engine.run(request(() => 'a', { key: 'k2' }));
    expect(engine.storeState).toBe('degraded');
    calls.length = 0;
    for (let i = 0; i < 10; i += 1) await engine.run(request(() => 'a', { key: `open${i}` }));
    expect(calls).toEqual([]);
    await clock.advance(5_000);
    expect(calls).toEqual(Array(100).fill('ping'));
    world.mood = 'well';
    await clock.advance(50);
    expect(engine.storeState).toBe('ok');
    expect(states).toEqual(['degraded', 'ok']);
    expect(errors.slice(0, 4)).toEqual(['acquire', 'complete', 'acquire', 'complete']);
    expect(await engine.run(request(() => 'b', { key: 'after' }))).toEqual({
      status: 'answered',
      answer: 'b',
      verdict: 'ran',
    });
  });

  test('while it is open no callback waits for the store', async () => {
    const { clock, world, process, request } = createWorld();
    const engine = process();
    world.mood = 'frozen';
    for (const key of ['a', 'b', 'c']) void engine.run(request(() => 'x', { key }));
    await clock.advance(600);
    const result = watch(engine.run(request(() => 'x', { key: 'd' })), clock.now);
    await clock.advance(0);
    expect(result).toMatchObject({ result: { answer: 'x', degraded: true }, afterMs: 0 });
  });

  test('one failure between successes does not open it', async () => {
    const { world, process, request } = createWorld();
    const engine = process();
    for (let i = 0; i < 5; i += 1) {
      const result = engine.run(
        request(
          () => {
            world.mood = 'refusing';
            return 'a';
          },
          { key: `k${i}` },
        ),
      );
      await result;
      world.mood = 'well';
    }
    expect(engine.storeState).toBe('ok');
  });

  test('a probe tells whether the store answers, closes the circuit when it does, and never opens it', async () => {
    const { world, process, request } = createWorld();
    const engine = process();
    world.mood = 'refusing';
    await engine.run(request(() => 'a', { key: 'k1' }));
    for (let i = 0; i < 5; i += 1) expect(await engine.probe()).toBe('degraded');
    expect(engine.storeState).toBe('ok');
    await engine.run(request(() => 'a', { key: 'k2' }));
    expect(engine.storeState).toBe('degraded');
    world.mood = 'well';
    expect(await engine.probe()).toBe('ok');
    expect(engine.storeState).toBe('ok');
    await engine.close({ timeoutMs: 0 });
  });
});
