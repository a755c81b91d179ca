import { check, type Violation, type ViolationKind } from './check.js';
import { type Plan, planOf } from './plan.js';
import { shrink } from './shrink.js';
import { type Entry, printTrace } from './trace.js';
import { type Played, play } from './world.js';

export interface Found extends Violation {
  readonly seed: number;
}

export interface Tally {
  readonly seeds: number;
  readonly events: number;
  readonly found: readonly Found[];
}

/** Plays the seeds one after the other, until `enough` says so. */
export async function runSeeds(
  seeds: Iterable<number>,
  enough: (found: readonly Found[]) => boolean = () => false,
): Promise<Tally> {
  const found: Found[] = [];
  let count = 0;
  let events = 0;
  // Most errors here are part of the play: nobody reads where they were made.
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  for (const seed of seeds) {
    const played = await play(planOf(seed));
    count += 1;
    events += played.events;
    for (const violation of check(played)) found.push({ seed, ...violation });
    if (enough(found)) break;
  }
  Error.stackTraceLimit = stackTraceLimit;
  return { seeds: count, events, found };
}

export function* range(from: number, count: number, step = 1): Iterable<number> {
  for (let i = 0; i < count; i += step) yield from + i;
}

/** A violation for people: how to see it again, the plan with everything left out that it does not need, its trace. */
export async function explain(seed: number, kind: ViolationKind): Promise<string> {
  const { plan, played, violation } = await shrink(planOf(seed), kind);
  return [
    `${violation.kind}: ${violation.what}${violation.reservation ? ` (${violation.reservation})` : ''}`,
    `Again: npm run simulate -- --seed ${seed}`,
    'Shortened plan:',
    printPlan(plan),
    'Trace, in milliseconds:',
    printTrace(shorten(played, violation), played.start),
  ].join('\n');
}

function printPlan({ reservations, faults, seed: _seed, ...how }: Plan): string {
  return [how, ...reservations, ...faults].map((each) => `  ${JSON.stringify(each)}`).join('\n');
}

/** What does not concern the reservation, and looks and renewals that change nothing, are left out. */
function shorten({ trace }: Played, { reservation }: Violation): Entry[] {
  let last = '';
  return trace.filter((entry) => {
    if ('reservation' in entry && reservation !== undefined && entry.reservation !== reservation)
      return false;
    if (entry.kind !== 'script') return true;
    if (reservation !== undefined && entry.key !== reservation) return false;
    if (/^(INDEX|TAKE)/.test(entry.script)) return false;
    const same = `${entry.life} ${entry.script} ${entry.reply.replace(/\d+$/, '')}`;
    const repeated = same === last;
    last = same;
    return !repeated;
  });
}

export { check, planOf, play };
