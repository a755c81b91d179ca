import { describe, expect, test } from 'vitest';
import { createIdempotency } from '../../src/idempotency/engine.js';
import { memoryStore } from '../../src/idempotency/store/memory-store.js';
import type { RunResult } from '../../src/idempotency/types.js';
import { createFakeClock } from '../../src/testing/fake-clock.js';
import { createWorld, KEY, watch } from './world.js';

describe('one run for all requests', () => {
  test('fifty requests at two processes: one run, fifty identical answers', async () => {
    const { clock, process, request, work } = createWorld({ latencyMs: 3 });
    const engines = [process(), process()] as const;
    const execute = work(700, '{"instruction":"accept"}');
    const results = Array.from({ length: 50 }, (_, i) =>
      (engines[i % 2] as (typeof engines)[0]).run(request(execute)),
    );
    await clock.advance(1_000);
    const settled = await Promise.all(results);
    expect(execute.runs).toHaveLength(1);
    expect(settled.map((r) => r.status === 'answered' && r.answer)).toEqual(
      Array(50).fill('{"instruction":"accept"}'),
    );
    expect(settled.filter((r) => 'verdict' in r && r.verdict === 'ran')).toHaveLength(1);
    expect(clock.pending).toBe(0);
  });

  test('a repeated reservation gets the stored answer, byte for byte', async () => {
    const { clock, process, request, work } = createWorld();
    const answer = '{"instruction":"call","from":"+1\u00e9\u{1F4DE}"}';
    const first = process().run(request(work(10, answer)));
    await clock.advance(10);
    await first;
    const again = work(10, 'other');
    expect(await process().run(request(again))).toEqual({ status: 'answered', answer, verdict: 'replayed' });
    expect(again.runs).toHaveLength(0);
  });

  test('the stored answer is repeated for its time to live, and no longer', async () => {
    const { clock, process, request } = createWorld();
    const engine = process({ ttlMs: 60_000 });
    expect(await engine.run(request(() => 'first'))).toMatchObject({ answer: 'first' });
    await clock.advance(59_999);
    expect(await engine.run(request(() => 'second'))).toMatchObject({ answer: 'first' });
    await clock.advance(1);
    expect(await engine.run(request(() => 'second'))).toMatchObject({ answer: 'second', verdict: 'ran' });
  });

  test('a process asks the store once per look for all the requests that wait for a run elsewhere', async () => {
    const { clock, calls, process, request, work } = createWorld();
    const there = process();
    const here = process({ pollMs: [100, 100] });
    const first = there.run(request(work(1_000, 'a')));
    await clock.advance(1);
    calls.length = 0;
    const waiting = Array.from({ length: 20 }, () => here.run(request(work(1, 'b'))));
    await clock.advance(500);
    expect(calls.filter((c) => c === 'acquire')).toHaveLength(1 + 5);
    await clock.advance(600);
    await Promise.all([first, ...waiting]);
  });

  test('polls every 25 to 100 ms, with jitter', async () => {
    for (const [random, looks] of [
      [0, 40],
      [0.999, 10],
    ] as const) {
      const { clock, calls, process, request, work } = createWorld();
      void process().run(request(work(3_000, 'a')));
      await clock.advance(0);
      calls.length = 0;
      void process({ random: () => random }).run(request(work(1, 'b')));
      await clock.advance(1_000);
      expect(calls.filter((c) => c === 'acquire').length).toBeGreaterThanOrEqual(looks);
      expect(calls.filter((c) => c === 'acquire').length).toBeLessThanOrEqual(looks + 1);
    }
  });

  test('another fingerprint under the same key is refused while it runs and after it has ended', async () => {
    const { clock, process, request, work } = createWorld();
    const engine = process();
    const first = engine.run(request(work(100, 'a')));
    await clock.advance(1);
    for (const other of [engine, process()]) {
      expect(await other.run(request(work(1, 'b'), { fingerprint: 'else' }))).toEqual({ status: 'mismatch' });
    }
    await clock.advance(200);
    await first;
    for (const other of [engine, process()]) {
      expect(await other.run(request(work(1, 'b'), { fingerprint: 'else' }))).toEqual({ status: 'mismatch' });
    }
  });

  test('a store that answers directly costs no timer when the work does too', async () => {
    const clock = createFakeClock();
    let timers = 0;
    const counting = {
      ...clock,
      setTimeout(run: () => void, ms: number) {
        timers += 1;
        return clock.setTimeout(run, ms);
      },
    };
    const engine = createIdempotency({ store: memoryStore({ clock }), clock: counting });
    const deadline = clock.now() + 4_000;
    const base = { key: KEY, fingerprint: 'sids', path: 'primary', deadline, onDeadline: 'fail' } as const;
    expect(await engine.run({ ...base, execute: () => 'a' })).toEqual({
      status: 'answered',
      answer: 'a',
      verdict: 'ran',
    });
    expect(timers).toBe(0);
    await engine.run({ ...base, key: 'other', execute: async () => 'a' });
    expect(timers).toBe(2);
    expect(clock.pending).toBe(0);
  });

  test('tells the observer every result once', async () => {
    const { process, request } = createWorld();
    const results: RunResult[] = [];
    const engine = process({ observer: { result: (r) => void results.push(r) } });
    await engine.run(request(() => 'a'));
    await engine.run(request(() => 'b'));
    expect(results.map((r) => 'verdict' in r && r.verdict)).toEqual(['ran', 'replayed']);
  });
});

describe('a handler that throws', () => {
  test('fifty duplicates: one run, fifty failures, and one more run by the fallback', async () => {
    const { clock, process, request, work } = createWorld({ latencyMs: 2 });
    const engines = [process(), process()] as const;
    const broken = work(300, new Error('CRM down'));
    const results = Array.from({ length: 50 }, (_, i) =>
      (engines[i % 2] as (typeof engines)[0]).run(request(broken)),
    );
    await clock.advance(500);
    const settled = await Promise.all(results);
    expect(broken.runs).toHaveLength(1);
    expect(settled.every((r) => r.status === 'failed')).toBe(true);
    expect(settled.filter((r) => r.status === 'failed' && r.error !== undefined)).toHaveLength(1);
    const mended = work(100, 'now');
    const fallback = engines[1].run(request(mended, { path: 'fallback' }));
    await clock.advance(500);
    expect(await fallback).toMatchObject({ answer: 'now', verdict: 'ran' });
    expect(mended.runs.map((r) => r.attempt)).toEqual([2]);
  });

  test('one that throws before its first await fails as well', async () => {
    const { process, request } = createWorld();
    const thrown = new Error('at once');
    const execute = () => {
      throw thrown;
    };
    expect(await process().run(request(execute))).toEqual({
      status: 'failed',
      verdict: 'ran',
      error: thrown,
    });
  });

  test('a fallback request that waits on the failing run runs it again, one at a time', async () => {
    const { clock, process, request, work } = createWorld({ latencyMs: 2 });
    const [here, there] = [process(), process()];
    const primary = here.run(request(work(300, new Error('first'))));
    await clock.advance(50);
    const second = work(300, new Error('second'));
    const third = work(300, 'third');
    const fallbacks = [here.run(request(second, { path: 'fallback' }))];
    await clock.advance(300);
    fallbacks.push(there.run(request(third, { path: 'fallback' })));
    await clock.advance(1_000);
    expect(await primary).toMatchObject({ status: 'failed' });
    expect(await Promise.all(fallbacks)).toMatchObject([
      { status: 'failed', verdict: 'ran' },
      { answer: 'third', verdict: 'ran' },
    ]);
    expect([second.runs.length, third.runs.length]).toEqual([1, 1]);
  });

  test('a primary request that comes after the failure runs it again', async () => {
    const { process, request } = createWorld();
    const engine = process();
    await engine.run(request(() => Promise.reject(new Error('once'))));
    expect(await engine.run(request(() => 'now'))).toMatchObject({ answer: 'now', verdict: 'ran' });
  });
});

describe('deadlines', () => {
  test('the primary request gets no answer, the fallback joins the same run with a deadline of its own', async () => {
    const { clock, process, request, work } = createWorld();
    const engine = process();
    const slow = work(7_000, 'late but right');
    const primary = watch(engine.run(request(slow)), clock.now);
    await clock.advance(4_100);
    expect(primary).toEqual({ result: { status: 'deadline', verdict: 'ran' }, afterMs: 4_000 });
    const [run] = slow.runs;
    expect(run?.remainingMs()).toBe(0);
    const fallback = watch(process().run(request(work(1, 'x'), { path: 'fallback' })), clock.now);
    const sameProcess = watch(engine.run(request(work(1, 'x'), { path: 'fallback' })), clock.now);
    expect(run?.remainingMs()).toBe(4_000);
    await clock.advance(3_500);
    expect(sameProcess).toMatchObject({
      result: { answer: 'late but right', verdict: 'joined' },
      afterMs: 2_900,
    });
    expect(fallback).toMatchObject({ result: { answer: 'late but right', verdict: 'joined' } });
    expect(run?.signal.aborted).toBe(false);
  });

  test('the signal aborts five seconds after the last request left, not at its deadline', async () => {
    const { clock, process, request, work } = createWorld();
    const slow = work(20_000, 'too late');
    void process().run(request(slow));
    await clock.advance(8_999);
    expect(slow.runs[0]?.signal.aborted).toBe(false);
    await clock.advance(1);
    expect(slow.runs[0]?.signal.aborted).toBe(true);
  });

  test('a request that joins within those five seconds keeps the signal from aborting', async () => {
    const { clock, process, request, work } = createWorld();
    const engine = process();
    const slow = work(12_000, 'made it');
    void engine.run(request(slow));
    await clock.advance(8_500);
    const late = engine.run(request(slow, { path: 'fallback' }));
    await clock.advance(3_600);
    expect(await late).toMatchObject({ answer: 'made it', verdict: 'joined' });
    expect(slow.runs[0]?.signal.aborted).toBe(false);
  });

  test('a run that everybody left still completes and is stored', async () => {
    const { clock, process, request, work } = createWorld();
    const engine = process();
    const left = engine.run(request(work(4_500, 'stored all the same')));
    await clock.advance(5_000);
    expect(await left).toMatchObject({ status: 'deadline' });
    expect([...engine.active]).toEqual([]);
    expect(clock.pending).toBe(0);
    expect(await process().run(request(work(1, 'x')))).toMatchObject({
      answer: 'stored all the same',
      verdict: 'replayed',
    });
  });

  test('a fixed answer ends the run for everybody, and what the handler brings later is dropped', async () => {
    const { clock, process, request, work } = createWorld();
    const engine = process();
    const slow = work(6_000, 'too late');
    const onDeadline = { answer: '{}' };
    const primary = watch(engine.run(request(slow, { onDeadline })), clock.now);
    await clock.advance(3_000);
    const duplicate = watch(engine.run(request(slow, { onDeadline })), clock.now);
    const elsewhere = watch(process().run(request(slow, { onDeadline })), clock.now);
    await clock.advance(1_100);
    expect(primary).toEqual({ result: { status: 'answered', answer: '{}', verdict: 'ran' }, afterMs: 4_000 });
    expect(duplicate).toEqual({
      result: { status: 'answered', answer: '{}', verdict: 'joined' },
      afterMs: 1_000,
    });
    expect(elsewhere).toMatchObject({ result: { status: 'answered', answer: '{}', verdict: 'joined' } });
    expect(slow.runs[0]?.signal.aborted).toBe(true);
    await clock.advance(5_000);
    expect(await process().run(request(slow))).toMatchObject({ answer: '{}', verdict: 'replayed' });
    expect(slow.runs).toHaveLength(1);
  });

  test('once a result is being stored the deadline no longer changes it', async () => {
    const { clock, process, request, work } = createWorld({ latencyMs: 100 });
    const engine = process();
    const execute = work(3_850, 'just in time');
    const fixed = watch(engine.run(request(execute, { onDeadline: { answer: '{}' } })), clock.now);
    const failing = watch(engine.run(request(execute)), clock.now);
    await clock.advance(5_000);
    for (const { result, afterMs } of [fixed, failing]) {
      expect(result).toMatchObject({ answer: 'just in time' });
      expect(afterMs).toBe(4_050);
    }
  });

  test('an aborted handler that never ends gives its lease back after a minute', async () => {
    const { clock, memory, process, request } = createWorld();
    const engine = process();
    void engine.run(request(() => new Promise(() => {})));
    await clock.advance(4_000 + 5_000 + 59_999);
    expect([memory.has(KEY), [...engine.active]]).toEqual([true, [KEY]]);
    await clock.advance(1);
    expect([memory.has(KEY), [...engine.active]]).toEqual([false, []]);
    expect(clock.pending).toBe(0);
  });
});

describe('leases', () => {
  test('a run longer than its lease is renewed and not taken over', async () => {
    const { clock, process, request, work } = createWorld();
    const execute = work(3_500, 'a');
    const first = process().run(request(execute));
    await clock.advance(1);
    const second = process().run(request(execute));
    await clock.advance(3_700);
    expect(await Promise.all([first, second])).toMatchObject([{ verdict: 'ran' }, { verdict: 'joined' }]);
    expect(execute.runs).toHaveLength(1);
  });

  test('a run whose process died is taken over when its lease has passed', async () => {
    const { clock, memory, process, request, work } = createWorld();
    memory.acquire({ key: KEY, fingerprint: 'sids', owner: 'dead', leaseMs: 1_500, ttlMs: 86_400_000 });
    const rescued = watch(process().run(request(work(200, 'rescued'))), clock.now);
    await clock.advance(2_000);
    expect(rescued.result).toMatchObject({ answer: 'rescued', verdict: 'ran' });
    expect(rescued.afterMs).toBeLessThanOrEqual(1_500 + 100 + 200);
  });

  test('an absent record is not a lost lease: renewing and completing create it again', async () => {
    const { clock, memory, process, request, work } = createWorld();
    const execute = work(1_200, 'kept');
    const first = process().run(request(execute));
    await clock.advance(100);
    memory.forget(KEY);
    await clock.advance(500);
    expect(memory.has(KEY)).toBe(true);
    memory.forget(KEY);
    await clock.advance(390);
    memory.forget(KEY);
    await clock.advance(300);
    expect(await first).toMatchObject({ answer: 'kept', verdict: 'ran' });
    expect(await process().run(request(execute))).toMatchObject({ answer: 'kept', verdict: 'replayed' });
  });

  test('an owner that lost its lease drops its result and gives the answer of the present run', async () => {
    const { clock, memory, process, request, work } = createWorld();
    const mine = work(1_000, 'mine');
    const first = process().run(request(mine));
    await clock.advance(100);
    memory.forget(KEY);
    const theirs = process().run(request(work(1_500, 'theirs')));
    await clock.advance(500);
    expect(mine.runs[0]?.signal.aborted).toBe(true);
    await clock.advance(1_500);
    expect(await first).toEqual({ status: 'answered', answer: 'theirs', verdict: 'joined' });
    expect(await theirs).toMatchObject({ answer: 'theirs', verdict: 'ran' });
  });

  test('an owner that learns of it only on completion drops its result too', async () => {
    const { clock, memory, process, request, work } = createWorld();
    const first = process({ renewMs: 10_000 }).run(request(work(400, 'mine')));
    await clock.advance(100);
    memory.forget(KEY);
    const theirs = process().run(request(work(100, 'theirs')));
    await clock.advance(500);
    expect(await Promise.all([first, theirs])).toMatchObject([{ answer: 'theirs' }, { answer: 'theirs' }]);
  });
});

describe('shutdown', () => {
  test('waits for the runs and lets them answer', async () => {
    const { clock, process, request, work } = createWorld();
    const engine = process();
    const running = engine.run(request(work(800, 'a')));
    await clock.advance(1);
    const closed = engine.close({ timeoutMs: 5_000 });
    expect(await engine.run(request(work(1, 'x'), { key: 'new' }))).toEqual({ status: 'closed' });
    await clock.advance(800);
    expect(await running).toMatchObject({ answer: 'a' });
    expect(await closed).toEqual({ open: [] });
    expect(clock.pending).toBe(0);
  });

  test('at the limit it aborts, ends the requests, gives the leases back and names the keys', async () => {
    const { clock, process, request, work } = createWorld({ latencyMs: 2 });
    const engine = process();
    const slow = work(10_000, 'never');
    const running = watch(engine.run(request(slow)), clock.now);
    const joined = watch(engine.run(request(slow)), clock.now);
    await clock.advance(10);
    const closed = engine.close({ timeoutMs: 1_000 });
    await clock.advance(1_300);
    expect(await closed).toEqual({ open: [KEY] });
    expect([running.result, joined.result]).toEqual([{ status: 'closed' }, { status: 'closed' }]);
    expect(slow.runs[0]?.signal.aborted).toBe(true);
    const next = process().run(request(work(10, 'at once')));
    await clock.advance(20);
    expect(await next).toMatchObject({ answer: 'at once', verdict: 'ran' });
  });

  test('past the limit a failed run is not tried again', async () => {
    const { clock, process, request, work } = createWorld({ latencyMs: 100 });
    const engine = process();
    const primary = engine.run(request(work(300, new Error('no'))));
    await clock.advance(200);
    const again = work(10, 'x');
    const fallback = engine.run(request(again, { path: 'fallback' }));
    // The limit falls between the failure, 400 ms after the start, and its being stored.
    const closed = engine.close({ timeoutMs: 250 });
    await clock.advance(1_000);
    expect(await Promise.all([primary, fallback])).toMatchObject([
      { status: 'failed' },
      { status: 'closed' },
    ]);
    expect(again.runs).toHaveLength(0);
    expect(await closed).toEqual({ open: [] });
  });

  test('an acquire that succeeds after the limit gives its lease back', async () => {
    const { clock, memory, process, request, work } = createWorld({ latencyMs: 100 });
    const engine = process();
    const result = engine.run(request(work(1, 'x')));
    const closed = engine.close({ timeoutMs: 50 });
    await clock.advance(500);
    expect(await result).toEqual({ status: 'closed' });
    expect(await closed).toEqual({ open: [KEY] });
    expect(memory.has(KEY)).toBe(false);
  });
});
