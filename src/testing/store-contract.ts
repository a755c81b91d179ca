import type { IdempotencyStore } from '../idempotency/store.js';
import { lateRules } from './store-contract-late.js';
import { runRules } from './store-contract-runs.js';
import { Trial } from './store-contract-trial.js';

/** A fresh store for one case, and what the case needs around it. */
export interface StoreUnderTest {
  readonly store: IdempotencyStore;
  /** Lets the store's own clock go on. Absent: the case really waits. */
  advance?(ms: number): void | Promise<void>;
  /** Called when the case has ended, however it ended. */
  close?(): void | Promise<void>;
}

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
 *   but one that has `claim` must know late runs of no other case: give each, say, a prefix of its own.
 * @example
 * for (const { name, run } of storeContract(() => ({ store: myStore() }))) test(name, run);
 */
export function storeContract(makeStore: () => StoreUnderTest | Promise<StoreUnderTest>): StoreCase[] {
  return Object.entries({ ...runRules, ...lateRules }).map(([name, check]) => ({
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
