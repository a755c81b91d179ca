import type { Distribution } from '../plan/distribution.js';
import { type ArrivalPhase, type Phase, type Plan, phaseAt, type TaskKind } from '../plan/plan.js';
import type { Period } from '../plan/time-of-day.js';
import { exponential, type Random, randomStream } from './random.js';
import { sample } from './sample.js';

/** A task that will arrive, with all that is random about it. Times are whole milliseconds. */
export interface Arrival {
  readonly at: number;
  /** Which of the kinds it is. */
  readonly kind: number;
  /** From the acceptance to the end of all work on it. */
  readonly handling: number;
  /** How long it waits before it is canceled; Infinity: it does not leave. */
  readonly patience: number;
  /** From the offer to the acceptance. */
  readonly ringing: number;
  /** It is in the way of others, and not counted itself. */
  readonly uncounted?: true | undefined;
}

/** What arrives on one day, in the order of time; undefined: nothing more. */
export type Demand = () => Arrival | undefined;

/** Nobody waits, or is served, for longer. */
const LONGEST_MS = 366 * 86_400_000;
const whole = (ms: number): number => Math.round(Math.min(ms, LONGEST_MS));

/**
 * The arrivals of one day of a plan. Each kind has streams of its own for arrivals, handling and patience, and every
 * arrival draws once from each: whatever happens to it, the following ones stay the same.
 */
export function demandOf(plan: Plan, day: number): Demand {
  const name = `day ${day}`;
  const busyness =
    plan.busyness === undefined ? 1 : sample(plan.busyness, randomStream(plan.seed, name, '', 'busyness'));
  const kinds = plan.tasks.map((kind, index) => {
    const stream = (of: string) => randomStream(plan.seed, name, kind.name, of);
    const next = arrivalTimes(kind.arrivals, plan.period, busyness, stream('arrivals'));
    const draw = drawer(kind, index, stream);
    return { next, draw, at: next() };
  });
  return () => {
    let first: (typeof kinds)[number] | undefined;
    for (const one of kinds)
      if (one.at !== undefined && (first === undefined || one.at < first.at!)) first = one;
    if (first === undefined) return undefined;
    const arrival = first.draw(first.at!);
    first.at = first.next();
    return arrival;
  };
}

function drawer(kind: TaskKind, index: number, stream: (of: string) => Random): (at: number) => Arrival {
  const handling = stream('handling');
  const patience = stream('patience');
  const from = (phases: readonly Phase<Distribution>[], at: number, random: Random) =>
    whole(sample(phaseAt(phases, at)!.value, random));
  return (at) => ({
    at,
    kind: index,
    handling: from(kind.handling, at, handling),
    patience: kind.patience === undefined ? Number.POSITIVE_INFINITY : from(kind.patience, at, patience),
    ringing: 0,
  });
}

/**
 * The times at which one kind arrives. A Poisson process whose rate changes is one of rate 1 on another scale of time: so
 * a higher rate brings the same arrivals sooner, and more of them.
 */
function arrivalTimes(
  phases: readonly ArrivalPhase[],
  { from, to }: Period,
  busyness: number,
  random: Random,
): () => number | undefined {
  let index = Math.max(
    0,
    phases.findLastIndex((phase) => phase.from <= from),
  );
  let at = Math.max(from, phases[index]?.from ?? to);
  return () => {
    let needed: number | undefined;
    for (; index < phases.length && at < to; index += 1, at = Math.max(at, phases[index]?.from ?? to)) {
      const { rate, every } = phases[index]!;
      const end = Math.min(to, phases[index + 1]?.from ?? to);
      if (every !== undefined) {
        const gap = busyness > 0 ? sample(every, random) / busyness : Number.POSITIVE_INFINITY;
        if (at + gap < end) {
          at += gap;
          return Math.floor(at);
        }
      } else {
        needed ??= exponential(random);
        const reach = (end - at) * rate! * busyness;
        if (needed < reach) {
          at += needed / (rate! * busyness);
          return Math.floor(at);
        }
        needed -= reach;
      }
      at = end;
    }
    return undefined;
  };
}
