import type { Idempotency, OwnedRun } from '../../src/idempotency/types.js';
import { createWorld, KEY, type Line } from './world.js';

export const LATE = { journal: '{"form":"x"}', limitMs: 8_000 };
/** What a store is told about the record of {@link KEY}. */
export const HELD = { key: KEY, fingerprint: 'sids', leaseMs: 1_500, ttlMs: 60_000 };
/** What a request brings whose run goes late at its deadline. */
export const EARLY = { onDeadline: { answer: '{}', deferred: LATE } };

/** Work that answers early at once, and is done `ms` later. */
export function lateWork({ clock }: ReturnType<typeof createWorld>, ms: number, error?: Error) {
  const execute = async (run: OwnedRun): Promise<string> => {
    execute.runs.push(run);
    await run.defer('{}', LATE);
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
export function errorLog() {
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

/** A process that goes late, and a second later loses its way to the store. */
export async function dead(options: { limitMs?: number } = {}) {
  const world = createWorld();
  const line: Line = { mood: 'well', calls: [] };
  const engine = world.process({}, line);
  const former: { engine: Idempotency; run?: OwnedRun } = { engine };
  const execute = async (run: OwnedRun): Promise<string> => {
    former.run = run;
    await run.defer('{}', { ...LATE, ...options });
    return new Promise(() => {});
  };
  void engine.run(world.request(execute));
  await world.clock.advance(1_000);
  line.mood = 'frozen';
  return { ...world, line, former };
}
