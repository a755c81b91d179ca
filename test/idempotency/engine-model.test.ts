import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { MemoryStore } from '../../src/idempotency/memory-store.js';
import type { RunRequest, RunResult } from '../../src/idempotency/types.js';
import { createWorld, type Line, type Mood } from './world.js';

const PROCESSES = 3;
const STORE_TIMEOUT_MS = 250;

const requestStep = fc.record({
  kind: fc.constant('request' as const),
  process: fc.nat(PROCESSES - 1),
  key: fc.constantFrom('k1', 'k2'),
  path: fc.constantFrom('primary' as const, 'fallback' as const),
  takesMs: fc.constantFrom(0, 30, 700, 2_000, 3_990, 6_000, 12_000),
  fails: fc.oneof({ weight: 3, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  fixed: fc.boolean(),
});
const advanceStep = fc.record({
  kind: fc.constant('advance' as const),
  ms: fc.constantFrom(0, 1, 20, 90, 240, 260, 490, 1_000, 1_600, 4_000),
});
const moodStep = fc.record({
  kind: fc.constant('mood' as const),
  process: fc.nat(PROCESSES - 1),
  mood: fc.constantFrom<Mood>('well', 'refusing', 'frozen', 'deaf', 'slow'),
});
/** The store loses a record that is running. (One that has ended is "the store was lost": it may run again.) */
const loseStep = fc.record({ kind: fc.constant('lose' as const), key: fc.constantFrom('k1', 'k2') });

type Step = typeof requestStep | typeof advanceStep | typeof moodStep | typeof loseStep;
type StepValue = Step extends fc.Arbitrary<infer T> ? T : never;
type Ended = { request: RunRequest; result: RunResult; lateMs: number };

/** Plays the steps, heals the world, and lets two minutes pass. */
async function play(steps: StepValue[], latencyMs: number | undefined) {
  const { clock, memory, process, request } = createWorld(latencyMs === undefined ? {} : { latencyMs });
  const lines = Array.from({ length: PROCESSES }, (): Line => ({ mood: 'well', calls: [] }));
  const engines = lines.map((line) => process({}, line));
  const ended: Ended[] = [];
  const running: Record<string, number> = { k1: 0, k2: 0 };
  let atOnce = 0;
  let asked = 0;

  for (const step of steps) {
    if (step.kind === 'advance') {
      await clock.advance(step.ms);
    } else if (step.kind === 'mood') {
      (lines[step.process] as Line).mood = step.mood;
    } else if (step.kind === 'lose') {
      lose(memory, step.key);
    } else {
      asked += 1;
      const answer = `answer ${asked}`;
      const { key, path, takesMs, fails } = step;
      const execute = () => {
        running[key] = (running[key] ?? 0) + 1;
        atOnce = Math.max(atOnce, running[key]);
        return new Promise<string>((resolve, reject) => {
          clock.setTimeout(() => {
            running[key] = (running[key] ?? 0) - 1;
            if (fails) reject(new Error('handler'));
            else resolve(answer);
          }, takesMs);
        });
      };
      const onDeadline = step.fixed ? { answer: 'fixed' } : 'fail';
      const made = request(execute, { key, path, onDeadline });
      const engine = engines[step.process] as (typeof engines)[number];
      void engine.run(made).then((result) => {
        ended.push({ request: made, result, lateMs: clock.now() - made.deadline });
      });
    }
  }
  for (const line of lines) line.mood = 'well';
  await clock.advance(120_000);
  return {
    ended,
    asked,
    atOnce,
    pending: clock.pending,
    active: engines.flatMap((e) => [...e.active]),
  };
}

function lose(memory: MemoryStore, key: string): void {
  const nobody = { key, fingerprint: 'sids', owner: 'nobody', leaseMs: 1, ttlMs: 1, waitedFor: 1 };
  const { status } = memory.acquire(nobody);
  if (status === 'running') memory.forget(key);
  // There was none, or its lease had passed.
  else if (status === 'acquired') memory.release(nobody);
}

function check({ ended, asked, pending, active }: Awaited<ReturnType<typeof play>>) {
  expect(ended).toHaveLength(asked);
  for (const { lateMs } of ended) expect(lateMs).toBeLessThanOrEqual(STORE_TIMEOUT_MS);
  for (const key of ['k1', 'k2']) {
    const answers = ended.flatMap(({ request, result }) =>
      request.key === key && result.status === 'answered' && !result.degraded ? [result.answer] : [],
    );
    expect(new Set(answers).size).toBeLessThanOrEqual(1);
  }
  for (const { result } of ended) expect(['answered', 'failed', 'deadline']).toContain(result.status);
  expect({ pending, active }).toEqual({ pending: 0, active: [] });
}

const latency = fc.constantFrom(undefined, 3, 120);

it('whatever fails: one answer a key, every request in time, nothing left behind', async () => {
  const step = fc.oneof(
    { weight: 4, arbitrary: requestStep },
    { weight: 4, arbitrary: advanceStep },
    moodStep,
    loseStep,
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 30 }), latency, async (steps, latencyMs) => {
      check(await play(steps, latencyMs));
    }),
    { numRuns: 300 },
  );
});

it('while the store is well: one run at a time, and one answer', async () => {
  const step = fc.oneof(requestStep, advanceStep);
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 30 }), latency, async (steps, latencyMs) => {
      const played = await play(steps, latencyMs);
      check(played);
      expect(played.atOnce).toBeLessThanOrEqual(1);
    }),
    { numRuns: 200 },
  );
});
