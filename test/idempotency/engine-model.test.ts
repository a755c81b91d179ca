import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { MemoryStore } from '../../src/idempotency/store/memory-store.js';
import type { OwnedRun, RunRequest, RunResult } from '../../src/idempotency/types.js';
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
  onDeadline: fc.constantFrom('fail' as const, 'fixed' as const, 'late' as const),
  /** When the work answers early by itself, if it does. */
  earlyMs: fc.constantFrom(undefined, undefined, 0, 20, 3_990),
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
const deathStep = fc.record({ kind: fc.constant('death' as const), process: fc.nat(PROCESSES - 1) });
/** The store loses a record that is running. (One that has ended is "the store was lost": it may run again.) */
const loseStep = fc.record({ kind: fc.constant('lose' as const), key: fc.constantFrom('k1', 'k2') });

type Step = typeof requestStep | typeof advanceStep | typeof moodStep | typeof loseStep | typeof deathStep;
type StepValue = Step extends fc.Arbitrary<infer T> ? T : never;
/** Far away: what happens to runs past it is in other tests. */
const LATE = { journal: 'journal', limitMs: 600_000 };
type RequestStep = typeof requestStep extends fc.Arbitrary<infer T> ? T : never;
type Ended = { request: RunRequest; result: RunResult; lateMs: number; dead: boolean };

/** Plays the steps, heals the world, lets two minutes pass, and stops what is left. */
async function play(steps: StepValue[], latencyMs: number | undefined) {
  const { clock, memory, process, request } = createWorld(latencyMs === undefined ? {} : { latencyMs });
  const ended: Ended[] = [];
  let atOnce = 0;
  let asked = 0;

  const processes = Array.from({ length: PROCESSES }, () => {
    const line: Line = { mood: 'well', calls: [] };
    const engine = process({}, line);
    const one = {
      line,
      engine,
      dead: false,
      running: { k1: 0, k2: 0 } as Record<string, number>,
      /** The keys of late runs that this process has seen to the end. */
      done: [] as string[],
      /** The time `key` takes. Never ends in a process that has died. */
      async takes(key: string, ms: number): Promise<void> {
        one.running[key] = (one.running[key] ?? 0) + 1;
        atOnce = Math.max(atOnce, sum(processes.map((each) => (each.dead ? 0 : (each.running[key] ?? 0)))));
        await new Promise<void>((resolve) => clock.setTimeout(() => one.dead || resolve(), ms));
        one.running[key] = (one.running[key] ?? 0) - 1;
      },
    };
    engine.takeOver(async (run) => {
      await one.takes(run.key, 500);
      if (!run.lost) one.done.push(run.key);
    });
    return one;
  });

  for (const step of steps) {
    if (step.kind === 'advance') {
      await clock.advance(step.ms);
    } else if (step.kind === 'lose') {
      lose(memory, step.key);
    } else {
      const on = processes[step.process] as (typeof processes)[number];
      if (on.dead) continue;
      if (step.kind === 'mood') {
        on.line.mood = step.mood;
      } else if (step.kind === 'death') {
        if (processes.filter(({ dead }) => !dead).length === 1) continue;
        on.dead = true;
        on.line.mood = 'frozen';
      } else {
        asked += 1;
        const made = ask(on, step, asked);
        void on.engine.run(made).then((result) => {
          ended.push({ request: made, result, lateMs: clock.now() - made.deadline, dead: on.dead });
        });
      }
    }
  }

  function ask(
    on: (typeof processes)[number],
    { key, path, takesMs, fails, earlyMs, onDeadline }: RequestStep,
    number: number,
  ): RunRequest {
    const execute = async (run: OwnedRun): Promise<string> => {
      const before = earlyMs !== undefined && earlyMs < takesMs ? earlyMs : takesMs;
      await on.takes(key, before);
      if (before === earlyMs) {
        await run.defer(`early ${number}`, LATE);
        await on.takes(key, takesMs - before);
      }
      if (run.deferred) {
        await run.defer('not used', LATE);
        if (!run.lost) on.done.push(key);
      }
      if (fails) throw new Error('handler');
      return `answer ${number}`;
    };
    const atDeadline = {
      fail: 'fail' as const,
      fixed: { answer: 'fixed' },
      late: { answer: 'early at the deadline', deferred: LATE },
    };
    return request(execute, { key, path, onDeadline: atDeadline[onDeadline] });
  }

  for (const { line, dead } of processes) if (!dead) line.mood = 'well';
  await clock.advance(120_000);
  const active = processes.flatMap(({ dead, engine }) => (dead ? [] : [...engine.active]));
  const closed = processes.map(({ engine }) => engine.close({ timeoutMs: 0 }));
  await clock.advance(1_000);
  await Promise.all(closed);
  const late = ['k1', 'k2'].filter((key) => isLate(memory, key));
  return { ended, asked, atOnce, late, processes, pending: clock.pending, active };
}

const sum = (numbers: number[]): number => numbers.reduce((a, b) => a + b, 0);

/** Whether what the store has for this key is an early answer. */
function isLate(memory: MemoryStore, key: string): boolean {
  const nobody = { key, fingerprint: 'sids', owner: 'nobody', leaseMs: 1, ttlMs: 1 };
  const result = memory.acquire(nobody);
  return result.status === 'finished' && result.answer.startsWith('early');
}

function lose(memory: MemoryStore, key: string): void {
  const nobody = { key, fingerprint: 'sids', owner: 'nobody', leaseMs: 1, ttlMs: 1, waitedFor: 1 };
  const { status } = memory.acquire(nobody);
  if (status === 'running') memory.forget(key);
  // There was none, or its lease had passed.
  else if (status === 'acquired') memory.release(nobody);
}

function check({ ended, asked, pending, active, late, processes }: Awaited<ReturnType<typeof play>>) {
  if (!processes.some(({ dead }) => dead)) expect(ended).toHaveLength(asked);
  const seen = ended.filter(({ dead }) => !dead);
  for (const { lateMs } of seen) expect(lateMs).toBeLessThanOrEqual(STORE_TIMEOUT_MS);
  for (const key of ['k1', 'k2']) {
    const answers = seen.flatMap(({ request, result }) =>
      request.key === key && result.status === 'answered' && !result.degraded ? [result.answer] : [],
    );
    expect(new Set(answers).size).toBeLessThanOrEqual(1);
  }
  for (const { result } of seen) expect(['answered', 'failed', 'deadline']).toContain(result.status);
  for (const key of late) expect(processes.flatMap(({ done }) => done)).toContain(key);
  expect({ pending, active }).toEqual({ pending: 0, active: [] });
}

const latency = fc.constantFrom(undefined, 3, 120);

test('whatever fails: one answer a key, every request in time, late runs done, nothing left behind', async () => {
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

test('while the store is well: one run at a time, one answer, and late runs done once, whoever dies', async () => {
  const step = fc.oneof(
    { weight: 4, arbitrary: requestStep },
    { weight: 4, arbitrary: advanceStep },
    deathStep,
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 30 }), latency, async (steps, latencyMs) => {
      const played = await play(steps, latencyMs);
      check(played);
      expect(played.atOnce).toBeLessThanOrEqual(1);
      // One that died may have been done just before it could say so.
      const done = played.processes.flatMap((each) => (each.dead ? [] : each.done));
      expect(new Set(done).size).toBe(done.length);
      expect(played.late).toEqual(expect.arrayContaining(done));
    }),
    { numRuns: 200 },
  );
});
