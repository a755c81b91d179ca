import type { CheckedDefinition } from '../../definition/schema.js';
import type { Distribution } from './distribution.js';
import type { Period } from './time-of-day.js';

/** A plan that was read and checked. Times are milliseconds, times of day are counted from the first midnight. */
export interface Plan {
  readonly seed: number;
  readonly replications: number;
  readonly period: Period;
  /** What arrives before this is not counted. */
  readonly countFrom: number;
  /** How soon an answer is in time. */
  readonly serviceLevels: readonly number[];
  /** Multiplies all arrivals of a day. */
  readonly busyness: Distribution | undefined;
  readonly tasks: readonly TaskKind[];
  readonly staff: readonly StaffGroup[];
}

/** Tasks that are alike but for their times. */
export interface TaskKind {
  readonly name: string;
  /** Absent: the only one. */
  readonly workflow: string | undefined;
  readonly taskChannel: string | undefined;
  /** A JSON text. */
  readonly attributes: string;
  readonly priority: number | undefined;
  /** In whole seconds: how long TaskRouter keeps it. */
  readonly timeout: number | undefined;
  readonly arrivals: readonly ArrivalPhase[];
  readonly handling: readonly Phase<Distribution>[];
  /** Absent: nobody leaves. */
  readonly patience: readonly Phase<Distribution>[] | undefined;
}

/** Something that holds from a time of day on, until the next of its list. */
export interface Phase<T> {
  readonly from: number;
  readonly value: T;
}

export interface ArrivalPhase {
  readonly from: number;
  /** Poisson, in arrivals a millisecond. */
  readonly rate?: number | undefined;
  /** The time between two arrivals. */
  readonly every?: Distribution | undefined;
}

/** Workers who are alike. */
export interface StaffGroup {
  readonly name: string;
  /** A JSON text. */
  readonly attributes: string;
  readonly channels: NonNullable<CheckedDefinition['workers']>[string]['channels'];
  readonly schedule: readonly Phase<number>[];
}

/** The phase that holds at a time; undefined before the first. */
export function phaseAt<P extends { readonly from: number }>(
  phases: readonly P[],
  time: number,
): P | undefined {
  let found: P | undefined;
  for (const phase of phases) {
    if (phase.from > time) break;
    found = phase;
  }
  return found;
}
