import type { ViolationKind } from './check.js';
import type { Found } from './run.js';

/** What the engine is known to break. It is to become empty: a kind that no seed shows any more must be taken out. */
export const KNOWN_VIOLATIONS: readonly {
  readonly kind: ViolationKind;
  readonly why: string;
  /** Some that show it. */
  readonly seeds: readonly number[];
}[] = [
  {
    kind: 'two answers',
    why: 'a store that is away for a moment is not waited for: handlers run, and answer, without it',
    seeds: [22, 31, 32],
  },
  {
    kind: 'ran twice',
    why: 'as two answers; and after an answer that was not stored, the run is taken over',
    seeds: [22, 31, 32],
  },
  {
    kind: 'rang twice',
    why: 'what rings is sent though the store has not confirmed the mark that it is being sent',
    seeds: [56, 205, 365],
  },
];

export const knownWhy = (kind: ViolationKind): string | undefined =>
  KNOWN_VIOLATIONS.find((known) => known.kind === kind)?.why;

export const isKnown = ({ kind }: Found): boolean => knownWhy(kind) !== undefined;
