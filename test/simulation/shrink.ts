import { check, type Violation, type ViolationKind } from './check.js';
import type { Plan, ReservationPlan } from './plan.js';
import { type Played, play } from './world.js';

/** Leaves out of a plan what its violation does not need: faults, reservations, duplicates, delays. */
export async function shrink(
  plan: Plan,
  kind: ViolationKind,
): Promise<{ plan: Plan; played: Played; violation: Violation }> {
  const failing = async (candidate: Plan) => {
    const played = await play(candidate);
    const violation = check(played).find((each) => each.kind === kind);
    return violation && { plan: candidate, played, violation };
  };
  let best = await failing(plan);
  if (best === undefined) throw new Error(`Seed ${plan.seed} does not show: ${kind}`);
  for (let smaller = true; smaller; ) {
    smaller = false;
    for (const candidate of simpler(best.plan)) {
      const found = await failing(candidate);
      if (found === undefined) continue;
      best = found;
      smaller = true;
      break;
    }
  }
  return best;
}

function* simpler(plan: Plan): Iterable<Plan> {
  const { reservations, faults } = plan;
  for (const i of reservations.keys())
    if (reservations.length > 1) yield { ...plan, reservations: without(reservations, i) };
  for (const i of faults.keys()) yield { ...plan, faults: without(faults, i) };
  for (const [i, reservation] of reservations.entries()) {
    for (const each of simplerReservation(reservation))
      yield { ...plan, reservations: replaced(reservations, i, each) };
  }
  if (!plan.warm) yield { ...plan, warm: true };
}

function* simplerReservation(reservation: ReservationPlan): Iterable<ReservationPlan> {
  const { duplicates, way, runs, rest } = reservation;
  for (const i of duplicates.keys()) yield { ...reservation, duplicates: without(duplicates, i) };
  if (runs.length > 1) yield { ...reservation, runs: runs.slice(0, 1) };
  if (way[0] !== 'ok') yield { ...reservation, way: ['ok', way[1]] };
  if (way[1] !== 'ok') yield { ...reservation, way: [way[0], 'ok'] };
  if (rest !== 'ok') yield { ...reservation, rest: 'ok' };
}

const without = <T>(list: readonly T[], place: number): T[] => list.filter((_each, i) => i !== place);
const replaced = <T>(list: readonly T[], place: number, by: T): T[] =>
  list.map((each, i) => (i === place ? by : each));
