import { deferredRules } from './deferred.js';
import { runRules } from './runs.js';
import { type StoreUnderTest, Trial } from './trial.js';

export type { StoreUnderTest } from './trial.js';

export interface StoreCase {
  /** The rule that the case checks. */
  readonly name: string;
  /** Rejects with an AssertionError when the store breaks the rule. */
  run(): Promise<void>;
}

/**
 * What the engine relies on, as named cases for any test runner: run them against every store you write. The cases
 * about `claim` say nothing of a store that has none.
 *
 * @param makeStore - makes the store for one case. Cases use keys of their own, so it may be the same every time;
 *   but one that has `claim` must know deferred runs of no other case: give each, say, a prefix of its own.
 * @example
 * for (const { name, run } of storeContract(() => ({ store: myStore() }))) test(name, run);
 */
export function storeContract(makeStore: () => StoreUnderTest | Promise<StoreUnderTest>): StoreCase[] {
  return Object.entries({ ...runRules, ...deferredRules }).map(([name, check]) => ({
    name,
    async run() {
      const made = await makeStore();
      try {
        await check(new Trial(made));
      } finally {
        await made.close?.();
      }
    },
  }));
}
