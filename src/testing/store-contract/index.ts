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
 * The rules that the engine relies on, as named cases for any test runner. Run them against every store you write. The
 * cases about `claim` pass for a store without it.
 *
 * @param makeStore - makes the store for one case. Each case uses different keys, so the store may be the same every time.
 *   But a store with `claim` must not see deferred runs of other cases: give each a different prefix, for example.
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
