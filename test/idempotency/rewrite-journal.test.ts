import { describe, expect, test } from 'vitest';
import type { IdempotencyStore } from '../../src/idempotency/store/store.js';
import type { OwnedRun } from '../../src/idempotency/types.js';
import { HELD, LATE } from './deferred-world.js';
import { createWorld, KEY, type Line, type Mood } from './world.js';

/** A late run that does nothing by itself, of a process with its own way to the store. */
async function lateRun(
  options: Parameters<ReturnType<typeof createWorld>['process']>[0] = {},
  latencyMs = 0,
) {
  const world = createWorld(latencyMs > 0 ? { latencyMs } : {});
  const line: Line = { mood: 'well', calls: [] };
  const engine = world.process(options, line);
  let run: OwnedRun | undefined;
  const execute = async (owned: OwnedRun): Promise<string> => {
    run = owned;
    await owned.defer('{}', { ...LATE, limitMs: 60_000 });
    return new Promise(() => {});
  };
  void engine.run(world.request(execute));
  await world.clock.advance(3 * latencyMs + 1);
  const rewritten: string[] = [];
  const rewrite = (journal: string) =>
    void run?.rewriteJournal(journal).then(
      () => rewritten.push(journal),
      (error: { code: string }) => rewritten.push(error.code),
    );
  /** What another process would take over by now, if its owner were dead. */
  const claimed = () => {
    world.memory.release({ key: KEY, owner: 'owner-1' });
    return world.memory.claim({ owner: 'x', leaseMs: 1, max: 9 }).map(({ journal }) => journal);
  };
  return { ...world, line, engine, run: () => run, rewrite, rewritten, claimed };
}

describe('the journal of a late run', () => {
  test('is replaced in the store before the run goes on, and its lease begins anew', async () => {
    const { clock, memory, rewrite, rewritten, claimed } = await lateRun({ renewMs: 60_000 }, 5);
    await clock.advance(1_200);
    rewrite('second');
    await clock.advance(4);
    expect(rewritten).toEqual([]);
    await clock.advance(1);
    expect(rewritten).toEqual(['second']);
    await clock.advance(1_000);
    expect(memory.claim({ owner: 'x', leaseMs: 1, max: 9 })).toEqual([]);
    expect(claimed()).toEqual(['second']);
  });

  test('keeps the late limit', async () => {
    const { clock, memory, rewrite } = await lateRun();
    await clock.advance(10_000);
    rewrite('second');
    await clock.advance(1);
    memory.release({ key: KEY, owner: 'owner-1' });
    expect(memory.claim({ owner: 'x', leaseMs: 1, max: 9 })).toMatchObject([{ limitLeftMs: 49_998 }]);
  });

  test.each(['refusing', 'frozen'] as const)(
    'is written when the store is back, if it is %s; the run waits for that, and sends nothing before',
    async (mood) => {
      const { clock, line, rewrite, rewritten, claimed } = await lateRun();
      line.mood = mood;
      rewrite('second');
      await clock.advance(5_000);
      expect(rewritten).toEqual([]);
      line.mood = 'well';
      await clock.advance(1_300);
      expect(rewritten).toEqual(['second']);
      expect(claimed()).toEqual(['second']);
    },
  );

  test('that the store does not take until the limit of the run is refused: nothing is sent', async () => {
    const { clock, line, rewrite, rewritten } = await lateRun();
    line.mood = 'refusing';
    rewrite('second');
    await clock.advance(59_900);
    expect(rewritten).toEqual([]);
    await clock.advance(200);
    expect(rewritten).toEqual(['not-recorded']);
  });

  test('is not waited for where the store certainly never held one: nobody could take over', async () => {
    const world = createWorld();
    const store: IdempotencyStore = Object.assign(Object.create(world.memory) as IdempotencyStore, {
      defer: () => Promise.reject(Object.assign(new Error('not connected'), { notApplied: true })),
    });
    const engine = world.process({ store });
    const rewritten: string[] = [];
    const execute = async (run: OwnedRun): Promise<string> => {
      await run.defer('{}', LATE);
      await run.rewriteJournal('second').then(() => rewritten.push('sent'));
      return 'ignored';
    };
    void engine.run(world.request(execute));
    await world.clock.advance(1);
    expect(rewritten).toEqual(['sent']);
  });

  test('that the store did not take is left to another process after a shutdown, which finds the one before', async () => {
    const { clock, engine, line, memory, rewrite, rewritten, claimed } = await lateRun();
    line.mood = 'refusing';
    rewrite('second');
    await clock.advance(1);
    line.mood = 'well';
    const closed = engine.close({ timeoutMs: 0 });
    await clock.advance(100);
    expect(await closed).toEqual({ open: [KEY] });
    expect(rewritten).toEqual(['run-lost']);
    expect(claimed()).toEqual([LATE.journal]);
    expect(memory.acquire({ ...HELD, owner: 'x' })).toEqual({ status: 'finished', answer: '{}' });
  });

  test('of a run that another process has is refused', async () => {
    const { clock, memory, rewrite, rewritten, run } = await lateRun({ renewMs: 60_000 });
    await clock.advance(2_000);
    expect(memory.claim({ owner: 'x', leaseMs: 60_000, max: 9 })).toHaveLength(1);
    rewrite('second');
    await clock.advance(1);
    expect(rewritten).toEqual(['run-lost']);
    expect(run()?.lost).toBe(true);
    rewrite('third');
    await clock.advance(1);
    expect(rewritten).toEqual(['run-lost', 'run-lost']);
  });

  test('of a run that its own process claims in that moment is written under the new token', async () => {
    const { clock, engine, memory, run, rewrite, rewritten } = await lateRun({ renewMs: 60_000 }, 100);
    const taken: unknown[] = [];
    engine.takeOver(async (one) => void taken.push(one));
    // It went late at 200, and the second look, which goes out at 3,401, claims it at 3,501.
    await clock.advance(3_150);
    rewrite('second');
    await clock.advance(150);
    expect(rewritten).toEqual([]);
    await clock.advance(60);
    expect([rewritten, run()?.lost]).toEqual([['second'], false]);
    memory.release({ key: KEY, owner: 'owner-3' });
    expect(memory.claim({ owner: 'x', leaseMs: 1, max: 9 })).toMatchObject([{ journal: 'second' }]);
    expect(taken).toEqual([]);
  });
});

describe('the mark of a run whose journal the store did not take', () => {
  /** A run that is deferred at once, over a line that was in these moods as it began and as it was deferred. */
  async function unrecorded(began: Mood, deferred: Mood) {
    const world = createWorld();
    const line: Line = { mood: began, calls: [] };
    const engine = world.process({}, line);
    let run: OwnedRun | undefined;
    const execute = async (owned: OwnedRun): Promise<string> => {
      run = owned;
      line.mood = deferred;
      await owned.defer('{}', LATE);
      return new Promise(() => {});
    };
    void engine.run(world.request(execute));
    // What is tried again at once would come through, where only the first answer was lost.
    const until = world.clock.now() + 400;
    while (world.clock.now() < until) {
      await world.clock.advance(1);
      if (line.calls.includes('defer')) line.mood = 'disconnected';
    }
    const ends: string[] = [];
    void run?.rewriteJournal('sending').then(
      () => ends.push('sent'),
      (error: { code: string }) => ends.push(error.code),
    );
    await world.clock.advance(0);
    return { ...world, line, engine, ends };
  }

  test('is not waited for while the lease of its run lasts: nobody else can have it', async () => {
    const { ends } = await unrecorded('well', 'disconnected');
    expect(ends).toEqual(['sent']);
  });

  test('is not waited for, however long ago it began, where the store never knew of its run', async () => {
    const { clock, ends } = await unrecorded('disconnected', 'disconnected');
    await clock.advance(60);
    expect(ends).toEqual(['sent']);
  });

  test('is written first where the store never knew of its run but can be asked by now: another may have one', async () => {
    const { clock, process, request } = createWorld();
    const own: Line = { mood: 'disconnected', calls: [] };
    const ends: string[] = [];
    const execute = async (run: OwnedRun): Promise<string> => {
      await run.defer('{}', LATE);
      own.mood = 'well';
      await run.rewriteJournal('sending').then(
        () => ends.push('sent'),
        (error: { code: string }) => ends.push(error.code),
      );
      return 'ignored';
    };
    expect(await process().run(request(() => 'theirs'))).toMatchObject({ answer: 'theirs' });
    expect(await process({}, own).run(request(execute, { path: 'fallback' }))).toMatchObject({
      answer: '{}',
    });
    await clock.advance(60);
    expect(ends).toEqual(['run-lost']);
  });

  test.each(['refusing', 'frozen', 'deaf'] as const)(
    'is waited for where the answer to the journal did not come: it may be there (%s)',
    async (deferred) => {
      const { clock, line, ends, memory } = await unrecorded('well', deferred);
      expect(ends).toEqual([]);
      await clock.advance(3_000);
      expect(ends).toEqual([]);
      line.mood = 'well';
      await clock.advance(300);
      expect(ends).toEqual(['sent']);
      memory.release({ key: KEY, owner: 'owner-1' });
      expect(memory.claim({ owner: 'x', leaseMs: 1, max: 9 })).toMatchObject([{ journal: 'sending' }]);
    },
  );

  test('is waited for where the answer to the acquire did not come: another process may have the run', async () => {
    const { clock, line, ends } = await unrecorded('frozen', 'disconnected');
    expect(ends).toEqual([]);
    line.mood = 'well';
    await clock.advance(300);
    expect(ends).toEqual(['sent']);
  });

  test('ends at the limit where it was never known whether the journal is there', async () => {
    const { clock, ends } = await unrecorded('well', 'frozen');
    await clock.advance(LATE.limitMs - 500);
    expect(ends).toEqual([]);
    await clock.advance(500);
    expect(ends).toEqual(['not-recorded']);
  });

  /** A run that comes to its mark when its lease has passed, without having been renewed. */
  async function pastItsLease() {
    const world = createWorld();
    const line: Line = { mood: 'well', calls: [] };
    const engine = world.process({}, line);
    const ends: string[] = [];
    const execute = async (run: OwnedRun): Promise<string> => {
      line.mood = 'disconnected';
      await run.defer('{}', LATE);
      await new Promise<void>((resolve) => world.clock.setTimeout(resolve, 1_600));
      await run.rewriteJournal('sending').then(
        () => ends.push('sent'),
        (error: { code: string }) => ends.push(error.code),
      );
      return 'ignored';
    };
    void engine.run(world.request(execute));
    await world.clock.advance(1_700);
    return { ...world, line, engine, ends };
  }

  test('is waited for once the lease has passed: another process may run it by then', async () => {
    const { clock, line, ends } = await pastItsLease();
    expect(ends).toEqual([]);
    line.mood = 'well';
    await clock.advance(60);
    expect(ends).toEqual(['sent']);
  });

  test('is given up at the limit, once the lease has passed', async () => {
    const { clock, ends } = await pastItsLease();
    await clock.advance(LATE.limitMs - 1_800);
    expect(ends).toEqual([]);
    await clock.advance(200);
    expect(ends).toEqual(['not-recorded']);
  });

  test('is refused, once the lease has passed, if another process has run it meanwhile', async () => {
    const { clock, line, ends, process, request } = await pastItsLease();
    expect(await process().run(request(() => 'theirs', { path: 'fallback' }))).toMatchObject({
      answer: 'theirs',
      verdict: 'ran',
    });
    line.mood = 'well';
    await clock.advance(60);
    expect(ends).toEqual(['run-lost']);
  });
});
