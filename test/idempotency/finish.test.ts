import { describe, expect, test } from 'vitest';
import type { OwnedRun } from '../../src/idempotency/types.js';
import { LATE } from './deferred-world.js';
import { createWorld, KEY, type Line } from './world.js';

/** A deferred run of a process with its own way to the store, and what came of its `finish()`. */
async function deferredRun(deferredWhile: Line['mood'] = 'well') {
  const world = createWorld();
  const line: Line = { mood: 'well', calls: [] };
  const engine = world.process({}, line);
  const said: string[] = [];
  let run: OwnedRun | undefined;
  const execute = async (owned: OwnedRun): Promise<string> => {
    run = owned;
    line.mood = deferredWhile;
    await owned.defer('{}', { ...LATE, limitMs: 60_000 });
    return new Promise(() => {});
  };
  void engine.run(world.request(execute));
  await world.clock.advance(600);
  const finish = () =>
    void run?.finish().then(
      () => said.push('finished'),
      (error: { code: string }) => said.push(error.code),
    );
  const others: string[] = [];
  const other = world.process();
  other.takeOver(async (taken) => {
    await taken.finish();
    others.push(taken.key);
  });
  return { ...world, line, engine, finish, said, others };
}

describe('the end of a deferred run', () => {
  test('is on record before anybody hears of it', async () => {
    const { clock, memory, engine, finish, said } = await deferredRun();
    finish();
    await clock.advance(1);
    expect(said).toEqual(['finished']);
    expect([...engine.active]).toEqual([]);
    await clock.advance(10_000);
    expect(memory.claim({ owner: 'x', leaseMs: 1, max: 1 })).toEqual([]);
    expect(clock.pending).toBe(1);
  });

  test('comes while the store is away from everybody, longer than a lease: one process tells it', async () => {
    const { clock, world, line, finish, said, others } = await deferredRun();
    line.mood = 'refusing';
    world.mood = 'refusing';
    finish();
    await clock.advance(10_000);
    expect([said, others]).toEqual([[], []]);
    line.mood = 'well';
    world.mood = 'well';
    await clock.advance(10_000);
    expect([said, others]).toEqual([['finished'], []]);
  });

  test('comes while the store is away from its process alone: whoever takes it over tells it', async () => {
    const { clock, line, engine, finish, said, others } = await deferredRun();
    line.mood = 'frozen';
    finish();
    await clock.advance(10_000);
    expect([said, others]).toEqual([[], [KEY]]);
    line.mood = 'well';
    await clock.advance(1_000);
    expect([said, others, [...engine.active]]).toEqual([['run-lost'], [KEY], []]);
  });

  test('is told after a minute if the store stays away', async () => {
    const { clock, world, line, finish, said } = await deferredRun();
    line.mood = 'refusing';
    world.mood = 'refusing';
    finish();
    await clock.advance(59_000);
    expect(said).toEqual([]);
    await clock.advance(2_000);
    expect(said).toEqual(['finished']);
  });

  test('is told at once where the store never had its journal', async () => {
    const { clock, engine, finish, said } = await deferredRun('disconnected');
    finish();
    await clock.advance(1);
    expect([said, [...engine.active]]).toEqual([['finished'], []]);
  });

  test('waits at the limit of a shutdown for one last try', async () => {
    for (const mood of ['refusing', 'well'] as const) {
      const { clock, line, engine, finish, said } = await deferredRun();
      line.mood = 'frozen';
      finish();
      await clock.advance(800);
      const closed = engine.close({ timeoutMs: 100 });
      line.mood = mood;
      await clock.advance(1_500);
      expect(await closed).toEqual({ open: [KEY] });
      expect(said).toEqual([mood === 'well' ? 'finished' : 'run-lost']);
    }
  });

  test('is told by whoever takes it over, if a shutdown ends while the store is being asked for the first time', async () => {
    for (let beforeMs = 0; beforeMs <= 500; beforeMs += 10) {
      const { clock, line, engine, finish, said, others } = await deferredRun();
      line.mood = 'frozen';
      finish();
      await clock.advance(beforeMs);
      void engine.close({ timeoutMs: 0 });
      await clock.advance(10_000);
      expect({ beforeMs, said, others }).toEqual({ beforeMs, said: ['run-lost'], others: [KEY] });
    }
  });
});
