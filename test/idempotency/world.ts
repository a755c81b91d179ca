import { createIdempotency } from '../../src/idempotency/engine.js';
import { memoryStore } from '../../src/idempotency/memory-store.js';
import type { IdempotencyStore, MaybePromise } from '../../src/idempotency/store.js';
import type { IdempotencyOptions, Run, RunRequest, RunResult } from '../../src/idempotency/types.js';
import { createFakeClock } from '../../src/testing/fake-clock.js';

export type Mood = 'well' | 'refusing' | 'frozen' | 'deaf';

/** What the tests call on a record's key. */
export const KEY = 'assignment:WS1:WR1';

/**
 * One store in memory, on a fake clock, and any number of engines ("processes") over it. The way to the store can
 * be bad: `refusing` (rejects), `frozen` (never answers, nothing happens), `deaf` (it happens, the answer is lost).
 */
export function createWorld(options: { latencyMs?: number } = {}) {
  const clock = createFakeClock();
  const memory = memoryStore({ clock });
  const world = { clock, memory, mood: 'well' as Mood, calls: [] as string[] };
  let owners = 0;

  async function remote<T>(name: string, call: () => MaybePromise<T>): Promise<T> {
    world.calls.push(name);
    if (world.mood === 'refusing') throw new Error('connection refused');
    if (world.mood === 'frozen') return new Promise(() => {});
    if (options.latencyMs !== undefined) {
      await new Promise<void>((resolve) => clock.setTimeout(resolve, options.latencyMs as number));
    }
    const result = await call();
    return world.mood === 'deaf' ? new Promise(() => {}) : result;
  }

  const store: IdempotencyStore = {
    acquire: (request) => remote('acquire', () => memory.acquire(request)),
    renew: (request) => remote('renew', () => memory.renew(request)),
    complete: (request) => remote('complete', () => memory.complete(request)),
    release: (request) => remote('release', () => memory.release(request)),
    ping: () => remote('ping', () => memory.ping()),
  };

  const process = (overrides: Partial<IdempotencyOptions> = {}) =>
    createIdempotency({ store, clock, random: () => 0.5, newOwner: () => `owner-${++owners}`, ...overrides });

  /** A request with four seconds to go. */
  const request = (
    execute: (run: Run) => MaybePromise<string>,
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
    const execute = (run: Run): Promise<string> => {
      execute.runs.push(run);
      return new Promise((resolve, reject) => {
        clock.setTimeout(() => (typeof answer === 'string' ? resolve(answer) : reject(answer)), ms);
      });
    };
    execute.runs = [] as Run[];
    return execute;
  };

  return { ...world, world, store, process, request, work };
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
