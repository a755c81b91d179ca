import { describe, expect, test } from 'vitest';
import { createWorld, KEY } from './world.js';

/** When a promise has resolved, and to what. */
function watched<T>(promise: Promise<T>, now: () => number) {
  const begun = now();
  const seen: { result?: T; afterMs?: number } = {};
  void promise.then((result) => {
    seen.result = result;
    seen.afterMs = now() - begun;
  });
  return seen;
}

describe('close() that is called during close()', () => {
  test('does not keep the first from resolving as soon as nothing is in flight', async () => {
    const { clock, process, request, work } = createWorld();
    const engine = process();
    void engine.run(request(work(500, 'a')));
    await clock.advance(1);
    const first = watched(engine.close({ timeoutMs: 25_000 }), clock.now);
    const second = watched(engine.close({ timeoutMs: 25_000 }), clock.now);
    await clock.advance(600);
    expect([first, second]).toEqual([
      { result: { open: [] }, afterMs: 499 },
      { result: { open: [] }, afterMs: 499 },
    ]);
    expect(clock.pending).toBe(0);
  });

  test.each([
    ['shorter', 25_000, 100],
    ['longer', 100, 25_000],
  ])('ends with it, at the earliest limit: the second is %s', async (_, firstMs, secondMs) => {
    const { clock, process, request, work } = createWorld();
    const engine = process();
    const answer = engine.run(request(work(3_000, 'a')));
    await clock.advance(1);
    const first = watched(engine.close({ timeoutMs: firstMs }), clock.now);
    const second = watched(engine.close({ timeoutMs: secondMs }), clock.now);
    await clock.advance(200);
    expect(await answer).toEqual({ status: 'closed' });
    expect([first.result, second.result]).toEqual([{ open: [KEY] }, { open: [KEY] }]);
    await clock.advance(5_000);
    expect(clock.pending).toBe(0);
  });

  test('resolves again to the same, once it has ended', async () => {
    const { clock, process, request, work } = createWorld();
    const engine = process();
    void engine.run(request(work(3_000, 'a')));
    await clock.advance(1);
    void engine.close({ timeoutMs: 0 });
    await clock.advance(300);
    expect(await engine.close({ timeoutMs: 25_000 })).toEqual({ open: [KEY] });
  });
});
