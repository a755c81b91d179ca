import type { ViolationKind } from './check.js';
import type { Found } from './run.js';

/** What the engine is known to break. It is to become empty: a kind that no seed shows any more must be taken out. */
export const KNOWN_VIOLATIONS: readonly {
  readonly kind: ViolationKind;
  readonly why: string;
  /** Some that show it. */
  readonly seeds: readonly number[];
}[] = [];

export const knownWhy = (kind: ViolationKind): string | undefined =>
  KNOWN_VIOLATIONS.find((known) => known.kind === kind)?.why;

export const isKnown = ({ kind }: Found): boolean => knownWhy(kind) !== undefined;
