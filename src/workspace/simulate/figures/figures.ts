import { differenceOf, type Interval, intervalOf, type Ratio, ratioOf } from './confidence.js';
import type { DayLedger, StaffTally, Tally } from './day-ledger.js';
import type { WaitHistogram } from './wait-histogram.js';

/** Figures of a queue, or of all tasks. Times are seconds; counts are per day. null: there is nothing to say it of. */
export interface QueueFigures {
  readonly offered: number;
  readonly answered: number;
  /** Left before anybody answered: canceled by the caller, the workflow's end or the task's own timeout. */
  readonly abandoned: number;
  /** Went on to another queue. */
  readonly moved: number;
  /** The share of tasks that waited at all. */
  readonly probWait: number | null;
  readonly waitMean: number | null;
  readonly waitP50: number | null;
  readonly waitP90: number | null;
  readonly waitAnsweredMean: number | null;
  /** Tasks that wait, on average over the counted time. */
  readonly queueLengthMean: number;
  /** By the limit in seconds: the answered within it, of the answered and those that left unanswered after it. */
  readonly serviceLevel: Readonly<Record<string, number | null>>;
  /** The answered within it, of the answered. */
  readonly serviceLevelAnswered: Readonly<Record<string, number | null>>;
  /** 95 % confidence intervals. null: a single day has none. */
  readonly ci: {
    readonly waitMean: Interval | null;
    readonly serviceLevel: Readonly<Record<string, Interval | null>>;
  };
}

export interface StaffFigures {
  /** The share of the time with at least one task, of the time on duty or with a task. */
  readonly occupancy: number | null;
  readonly ci: { readonly occupancy: Interval | null };
}

/** The same tally of each day. */
export interface Tallies {
  readonly days: readonly Tally[];
  readonly waits: WaitHistogram;
}

type Limits = readonly number[];
type OfDay = (tally: Tally) => number;

const OFFERED: OfDay = ({ offered }) => offered;
const WAIT: OfDay = ({ waitSum }) => waitSum / 1_000;

const inTime =
  (level: number): OfDay =>
  ({ inTime: counts }) =>
    counts[level]!;
const judged =
  (level: number): OfDay =>
  ({ answered, leftLate }) =>
    answered + leftLate[level]!;

/** What the tallies of all days come to. */
export function queueFigures({ days, waits }: Tallies, limits: Limits, countedMs: number): QueueFigures {
  const mean = (of: OfDay) => days.reduce((sum, day) => sum + of(day), 0) / days.length;
  const ratio = (above: OfDay, below: OfDay) => ratioOf(days, above, below)?.value ?? null;
  const percentile = (share: number) => orNull(waits.percentile(share), (ms) => ms / 1_000);
  return {
    offered: mean(OFFERED),
    answered: mean(({ answered }) => answered),
    abandoned: mean(({ abandoned }) => abandoned),
    moved: mean(({ moved }) => moved),
    probWait: ratio(({ waited }) => waited, OFFERED),
    waitMean: ratio(WAIT, OFFERED),
    waitP50: percentile(0.5),
    waitP90: percentile(0.9),
    waitAnsweredMean: ratio(
      ({ waitAnsweredSum }) => waitAnsweredSum / 1_000,
      ({ answered }) => answered,
    ),
    queueLengthMean: mean(({ waitingTime }) => waitingTime / countedMs),
    serviceLevel: byLimit(limits, (level) => ratio(inTime(level), judged(level))),
    serviceLevelAnswered: byLimit(limits, (level) => ratio(inTime(level), ({ answered }) => answered)),
    ci: {
      waitMean: interval(ratioOf(days, WAIT, OFFERED)),
      serviceLevel: byLimit(limits, (level) => interval(ratioOf(days, inTime(level), judged(level)))),
    },
  };
}

/** The second less the first, day by day: the days were paired. */
export function compareQueues(
  base: Tallies,
  other: Tallies,
  limits: Limits,
  countedMs: number,
): QueueFigures {
  const [a, b] = [queueFigures(base, limits, countedMs), queueFigures(other, limits, countedMs)];
  const between = (above: OfDay, below: OfDay) =>
    difference(ratioOf(base.days, above, below), ratioOf(other.days, above, below));
  return {
    offered: b.offered - a.offered,
    answered: b.answered - a.answered,
    abandoned: b.abandoned - a.abandoned,
    moved: b.moved - a.moved,
    probWait: less(b.probWait, a.probWait),
    waitMean: less(b.waitMean, a.waitMean),
    waitP50: less(b.waitP50, a.waitP50),
    waitP90: less(b.waitP90, a.waitP90),
    waitAnsweredMean: less(b.waitAnsweredMean, a.waitAnsweredMean),
    queueLengthMean: b.queueLengthMean - a.queueLengthMean,
    serviceLevel: mapLimits(b.serviceLevel, (value, limit) => less(value, a.serviceLevel[limit]!)),
    serviceLevelAnswered: mapLimits(b.serviceLevelAnswered, (value, limit) =>
      less(value, a.serviceLevelAnswered[limit]!),
    ),
    ci: {
      waitMean: interval(between(WAIT, OFFERED)),
      serviceLevel: byLimit(limits, (level) => interval(between(inTime(level), judged(level)))),
    },
  };
}

const BUSY = ({ busy }: StaffTally) => busy;
const STAFFED = ({ staffed }: StaffTally) => staffed;

export function staffFigures(days: readonly StaffTally[]): StaffFigures {
  const occupancy = ratioOf(days, BUSY, STAFFED);
  return { occupancy: occupancy?.value ?? null, ci: { occupancy: interval(occupancy) } };
}

export function compareStaff(base: readonly StaffTally[], other: readonly StaffTally[]): StaffFigures {
  const between = difference(ratioOf(base, BUSY, STAFFED), ratioOf(other, BUSY, STAFFED));
  return { occupancy: between?.value ?? null, ci: { occupancy: interval(between) } };
}

/** The tallies of one queue, or of all tasks, over the days. */
export const talliesOf = (
  days: readonly DayLedger[],
  waits: WaitHistogram,
  of: (day: DayLedger) => Tally,
): Tallies => ({ days: days.map(of), waits });

const difference = (base: Ratio | undefined, other: Ratio | undefined): Ratio | undefined =>
  base && other && differenceOf(base, other);

const interval = (ratio: Ratio | undefined): Interval | null => (ratio && intervalOf(ratio)) ?? null;

const less = (a: number | null, b: number | null): number | null => (a === null || b === null ? null : a - b);

const orNull = <T>(value: T | undefined, map: (value: T) => number): number | null =>
  value === undefined ? null : map(value);

/** In seconds, as it is written in the figures: `20`, `0.5`. */
export const limitName = (ms: number): string => String(ms / 1_000);

function byLimit<T>(limits: Limits, of: (level: number) => T): Record<string, T> {
  return Object.fromEntries(limits.map((ms, level) => [limitName(ms), of(level)]));
}

function mapLimits<T, R>(
  byName: Readonly<Record<string, T>>,
  of: (value: T, limit: string) => R,
): Record<string, R> {
  return Object.fromEntries(Object.entries(byName).map(([limit, value]) => [limit, of(value, limit)]));
}
