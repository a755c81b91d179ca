import { describe, expect, test } from 'vitest';
import type { OwnedRun } from '../../src/idempotency/types.js';
import type { MaybePromise } from '../../src/maybe-promise.js';
import { createWorld, type Line, watch } from './world.js';

/**
 * Two processes on one store. The first one runs, and learns only as it stores its answer that the second one has
 * taken its run over.
 */
function relieved(
  options: Parameters<ReturnType<typeof createWorld>['process']>[0] = {},
  latencyMs?: number,
) {
  const world = createWorld(latencyMs === undefined ? {} : { latencyMs });
  const { clock, process, request, work } = world;
  const lines: readonly [Line, Line] = [
    { mood: 'well', calls: [] },
    { mood: 'well', calls: [] },
  ];
  const here = process({ renewMs: 60_000, ...options }, lines[0]);
  const there = process(options, lines[1]);
  const mine = work(2_000, 'mine');
  const deadlineMs = 4_000;
  const first = watch(here.run(request(mine, { deadline: clock.now() + deadlineMs })), clock.now);
  return { ...world, lines, here, there, mine, first };
}

describe('an answer that comes too late, because another process has the run,', () => {
  test('is dropped where the other has finished: everybody gets its bytes, and nothing runs again', async () => {
    const { clock, here, there, mine, first, request, work } = relieved();
    await clock.advance(1_600);
    const theirs = work(100, 'theirs');
    const second = watch(there.run(request(theirs, { path: 'fallback' })), clock.now);
    await clock.advance(401);
    expect(first).toEqual({
      result: { status: 'answered', answer: 'theirs', verdict: 'joined' },
      afterMs: 2_000,
    });
    expect(second.result).toMatchObject({ answer: 'theirs', verdict: 'ran' });
    expect(await here.run(request(mine))).toMatchObject({ answer: 'theirs', verdict: 'replayed' });
    expect([mine.runs.length, theirs.runs.length]).toEqual([1, 1]);
    expect(clock.pending).toBe(0);
  });

  test('waits for the other while that runs, and gives its answer', async () => {
    const { clock, there, mine, first, request, work } = relieved();
    await clock.advance(1_600);
    void there.run(request(work(1_500, 'theirs'), { path: 'fallback' }));
    await clock.advance(1_600);
    expect(first.result).toEqual({ status: 'answered', answer: 'theirs', verdict: 'joined' });
    expect(first.afterMs).toBeLessThanOrEqual(3_100 + 100);
    expect(mine.runs).toHaveLength(1);
    expect(clock.pending).toBe(0);
  });

  test('waits for the other until its own deadline, not longer: then there is no answer', async () => {
    const { clock, there, mine, first, request, work } = relieved();
    await clock.advance(1_600);
    const second = watch(there.run(request(work(3_000, 'theirs'), { path: 'fallback' })), clock.now);
    await clock.advance(2_500);
    expect(first).toEqual({ result: { status: 'deadline', verdict: 'ran' }, afterMs: 4_000 });
    await clock.advance(1_000);
    expect(second.result).toMatchObject({ answer: 'theirs' });
    expect(mine.runs).toHaveLength(1);
    expect(clock.pending).toBe(0);
  });

  test('does not go out because the deadline comes while a store that is well is being asked', async () => {
    for (let latencyMs = 20; latencyMs < 60; latencyMs += 3) {
      const { clock, there, first, request, work } = relieved({ pollMs: [5, 5] }, latencyMs);
      await clock.advance(1_600 + latencyMs);
      void there.run(request(work(3_000, 'theirs'), { path: 'fallback' }));
      await clock.advance(2_500);
      expect(first).toEqual({ result: { status: 'deadline', verdict: 'ran' }, afterMs: 4_000 });
    }
  });

  test.each(['disconnected', 'refusing', 'frozen'] as const)(
    'goes out at the deadline, degraded, if the store cannot be asked by then: %s',
    async (mood) => {
      const { clock, lines, there, mine, first, request, work } = relieved({ hiccupMs: 1_000 });
      await clock.advance(1_600);
      void there.run(request(work(3_500, 'theirs'), { path: 'fallback' }));
      await clock.advance(2_000);
      lines[0].mood = mood;
      await clock.advance(1_000);
      expect(first).toEqual({
        result: { status: 'answered', answer: 'mine', verdict: 'ran', degraded: true },
        afterMs: 4_000,
      });
      expect(mine.runs).toHaveLength(1);
    },
  );

  test('goes out as well where callbacks without a store are refused', async () => {
    const { clock, lines, there, mine, first, request, work } = relieved({ onStoreError: 'fail' });
    await clock.advance(1_600);
    void there.run(request(work(600, 'theirs'), { path: 'fallback' }));
    await clock.advance(500);
    lines[0].mood = 'refusing';
    lines[1].mood = 'frozen';
    await clock.advance(2_000);
    expect(first.result).toEqual({ status: 'answered', answer: 'mine', verdict: 'ran', degraded: true });
    expect(first.afterMs).toBeLessThan(4_000);
    expect(mine.runs).toHaveLength(1);
  });

  test('is stored after all where the other has died: nothing runs a third time', async () => {
    const { clock, lines, process, there, mine, first, request, work } = relieved();
    await clock.advance(1_600);
    const theirs = work(60_000, 'theirs');
    void there.run(request(theirs, { path: 'fallback' }));
    await clock.advance(10);
    lines[1].mood = 'frozen';
    await clock.advance(1_700);
    expect(first.result).toEqual({ status: 'answered', answer: 'mine', verdict: 'ran' });
    expect(first.afterMs).toBeLessThanOrEqual(1_600 + 1_500 + 100);
    expect([mine.runs.length, theirs.runs.length]).toEqual([1, 1]);
    expect(await process().run(request(mine))).toMatchObject({ answer: 'mine', verdict: 'replayed' });
  });

  test.each([
    ['before it comes', 100],
    ['while it is waited for', 700],
  ])('is stored after all where the other has failed %s, and nothing runs a third time', async (_, ms) => {
    const { clock, process, there, mine, first, here, request, work } = relieved();
    await clock.advance(1_600);
    const theirs = work(ms, new Error('theirs'));
    const second = watch(there.run(request(theirs)), clock.now);
    const again = watch(here.run(request(mine, { path: 'fallback' })), clock.now);
    await clock.advance(1_000);
    expect(second.result).toMatchObject({ status: 'failed', verdict: 'ran' });
    expect(first.result).toEqual({ status: 'answered', answer: 'mine', verdict: 'ran' });
    expect(again.result).toEqual({ status: 'answered', answer: 'mine', verdict: 'joined' });
    expect(await process().run(request(mine))).toMatchObject({ answer: 'mine', verdict: 'replayed' });
    expect([mine.runs.length, theirs.runs.length]).toEqual([1, 1]);
    expect(clock.pending).toBe(0);
  });
});

test.each<[string, (run: OwnedRun) => MaybePromise<string>]>([
  ['renews its lease', () => new Promise(() => {})],
  ['defers', (run) => run.defer('{}', { journal: 'x', limitMs: 1_000 }).then(() => '{}')],
  ['stores its answer', () => 'mine'],
])(
  'a run learns as it %s that another has finished: that answer is known here while the store is away',
  async (how, then) => {
    const { clock, process, request, work } = createWorld();
    const line: Line = { mood: 'well', calls: [] };
    const here = process({ renewMs: how === 'renews its lease' ? 1_700 : 60_000 }, line);
    let runs = 0;
    const mine = async (run: OwnedRun) => {
      runs += 1;
      await new Promise<void>((resolve) => clock.setTimeout(resolve, 1_650));
      return then(run);
    };
    const first = watch(here.run(request(mine)), clock.now);
    await clock.advance(1_600);
    void process().run(request(work(10, 'theirs'), { path: 'fallback' }));
    await clock.advance(200);
    expect(first.result).toEqual({ status: 'answered', answer: 'theirs', verdict: 'joined' });
    line.mood = 'refusing';
    const again = watch(here.run(request(mine)), clock.now);
    await clock.advance(10);
    expect(again.result).toMatchObject({ answer: 'theirs', verdict: 'replayed', degraded: true });
    expect(runs).toBe(1);
  },
);
