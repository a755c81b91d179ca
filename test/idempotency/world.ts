import { createIdempotency } from '../../src/idempotency/engine.js';
import type { IdempotencyStore } from '../../src/idempotency/store/store.js';
import type { IdempotencyOptions, OwnedRun, RunRequest, RunResult } from '../../src/idempotency/types.js';
import type { MaybePromise } from '../../src/maybe-promise.js';
import { createFakeClock } from '../../src/testing/fake-clock.js';
import { journalStore } from './journal-store.js';

export type Mood = 'well' | 'disconnected' | 'refusing' | 'frozen' | 'deaf' | 'slow';

/** One process' way to the store. */
export interface Line {
  mood: Mood;
  /** The operations sent down this line, by name. */
  readonly calls: string[];
}

/** What the tests call on a record's key. */
export const KEY = 'assignment:WS1:WR1';

/**
 * One store in memory, on a fake clock, and any number of engines ("processes") over it. The way to the store can
 * be bad: `disconnected` (rejects, and says that nothing was sent), `refusing` (rejects), `frozen` (never answers, nothing happens), `deaf` (it happens, the answer is lost),
 * `slow` (it happens after the caller's patience has ended).
 */
export function createWorld(options: { latencyMs?: number } = {}) {
  const clock = createFakeClock();
  const memory = journalStore({ clock });
  const world: Line = { mood: 'well', calls: [] };
  let owners = 0;

  const pause = (ms: number | undefined) =>
    ms === undefined ? undefined : new Promise<void>((resolve) => clock.setTimeout(resolve, ms));

  function connect(line: Line): IdempotencyStore {
    async function remote<T>(name: string, call: () => MaybePromise<T>): Promise<T> {
      const { mood } = line;
      line.calls.push(name);
      if (mood === 'disconnected') throw Object.assign(new Error('not connected'), { notApplied: true });
      if (mood === 'refusing') throw new Error('connection refused');
      if (mood === 'frozen') return new Promise(() => {});
      await pause(mood === 'slow' ? 400 : options.latencyMs);
      const result = await call();
      return mood === 'deaf' ? new Promise(() => {}) : result;
    }
    return {
      acquire: (request) => remote('acquire', () => memory.acquire(request)),
      renew: (request) => remote('renew', () => memory.renew(request)),
      defer: (request) => remote('defer', () => memory.defer(request)),
      complete: (request) => remote('complete', () => memory.complete(request)),
      release: (request) => remote('release', () => memory.release(request)),
      claim: (request) => remote('claim', () => memory.claim(request)),
      ping: () => remote('ping', () => memory.ping()),
    };
  }

  /** Without patience for hiccups, unless the test says otherwise. */
  const process = (overrides: Partial<IdempotencyOptions> = {}, line = world) => {
    const engine = createIdempotency({
      store: connect(line),
      clock,
      random: () => 0.5,
      newOwner: () => `owner-${++owners}`,
      hiccupMs: 0,
      ...overrides,
    });
    const run = async (request: RunRequest): Promise<RunResult> => engine.run(request);
    return Object.assign(Object.create(engine) as Omit<typeof engine, 'run'>, { run });
  };

  /** A request with four seconds to go. */
  const request = (
    execute: (run: OwnedRun) => MaybePromise<string>,
    over: Partial<RunRequest> = {},
  ): RunRequest => ({
    key: KEY,
    fingerprint: 'sids',
    path: 'primary',
    deadline: clock.now() + 4_000,
    onDeadline: 'fail',
    execute,
    ...over,
  });

  /** Work that takes a while, and counts how often it was begun. */
  const work = (ms: number, answer: string | Error) => {
    const execute = (run: OwnedRun): Promise<string> => {
      execute.runs.push(run);
      return new Promise((resolve, reject) => {
        clock.setTimeout(() => (typeof answer === 'string' ? resolve(answer) : reject(answer)), ms);
      });
    };
    execute.runs = [] as OwnedRun[];
    return execute;
  };

  return { clock, memory, world, calls: world.calls, process, request, work };
}

/** Results as they come, each with the time it took. */
export function watch(promise: Promise<RunResult>, now: () => number) {
  const begun = now();
  const seen: { result?: RunResult; afterMs?: number } = {};
  void promise.then((result) => {
    seen.result = result;
    seen.afterMs = now() - begun;
  });
  return seen;
}
