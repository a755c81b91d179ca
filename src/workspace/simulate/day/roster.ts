import { type Plan, phaseAt, type StaffGroup } from '../plan/plan.js';
import type { NewWorker } from './floor.js';
import type { RosterChange } from './run-day.js';

/** The workers a group needs at its largest. */
export function workersOf({ name, attributes, channels, schedule }: StaffGroup): readonly NewWorker[] {
  const count = schedule.reduce((most, { value }) => Math.max(most, value), 0);
  return Array.from({ length: count }, (_, index) => ({
    name: `${name} ${index + 1}`,
    attributes,
    channels,
  }));
}

/** When how many of each group work. Before its first entry, nobody of a group does. */
export function rosterOf({ staff, period }: Plan): readonly RosterChange[] {
  const changes = staff.flatMap(({ schedule }, group) => {
    const first = phaseAt(schedule, period.from);
    const later = schedule.filter(({ from }) => from > period.from);
    return [...(first ? [{ ...first, from: period.from }] : []), ...later].map(({ from, value }) => ({
      at: from,
      apply: (floor, at) => floor.setCount(group, value, at),
    })) satisfies RosterChange[];
  });
  return changes.sort((a, b) => a.at - b.at);
}
