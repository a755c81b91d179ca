import type { CheckedDefinition } from '../definition/index.js';
import { Attendance } from '../simulate/day/attendance.js';
import type { NewWorker } from '../simulate/day/floor.js';
import type { RosterChange } from '../simulate/day/run-day.js';
import type { DayLedger } from '../simulate/figures/day-ledger.js';
import type { PastDay, PastWorker } from './past-day.js';
import { badEvents } from './read-events.js';

/** Who worked on a past day, and when. */
export interface PastStaff {
  readonly workers: readonly NewWorker[];
  readonly roster: readonly RosterChange[];
  /** Books what the staff did that day. */
  attend(ledger: DayLedger): void;
  /** Activities that neither the workspace file nor the events say anything about: taken as not available. */
  readonly unknownActivities: readonly string[];
}

/** The one group of a replay. */
export const GROUP = 'Workers';

/**
 * The workers of a past day. Those of the workspace file have its attributes and channels, because these may be what was
 * changed; all others have those of the events.
 *
 * @throws {ConfigurationError} `bad-events` for a worker without attributes.
 */
export function staffOf(
  day: PastDay,
  definition: CheckedDefinition,
  timeOf: (at: number) => number,
): PastStaff {
  const unknownActivities = new Set<string>();
  const isOn = availability(day, definition, unknownActivities);
  const names = new Set<string>();
  let isAnybodyOn = false;
  const changes: { readonly at: number; readonly order: number; readonly apply: RosterChange['apply'] }[] =
    [];
  const workers = day.workers.map((worker, index): NewWorker => {
    const duties = dutiesOf(worker, isOn);
    isAnybodyOn ||= duties.some(({ on }) => on);
    for (const { on, at, order } of duties)
      changes.push({
        at: timeOf(at),
        order,
        apply: (floor, time) => floor.setDuty(0, index, on, time),
      });
    const { workers: named = {} } = definition;
    const own = Object.hasOwn(named, worker.name) ? named[worker.name] : undefined;
    if (!own)
      for (const { attributes, at, order } of worker.attributeChanges)
        changes.push({ at: timeOf(at), order, apply: (floor) => floor.setAttributes(0, index, attributes) });
    const attributes = own ? JSON.stringify(own.attributes ?? {}) : worker.attributes;
    if (attributes === undefined) {
      throw badEvents(
        `Events of worker ${worker.name} have no worker_attributes. Twilio removes the attributes of old events: export the day before it is 30 days old, or put the worker into the workspace file.`,
      );
    }
    return {
      name: freeName(worker.name, names),
      attributes,
      channels: own ? own.channels : capacitiesOf(worker, day.to),
    };
  });
  if (!isAnybodyOn) {
    const which = [...unknownActivities].map((name) => JSON.stringify(name)).join(', ');
    throw badEvents(
      which === ''
        ? 'No event says that a worker was available: who worked cannot be told. Export events of all types, for the whole day.'
        : `No worker was available that day, as far as is known: say in the workspace file which of these activities are available: ${which}.`,
    );
  }
  changes.sort((a, b) => a.at - b.at || a.order - b.order);
  // Those of one instant come or go together, before anybody answers.
  const instants = new Map<number, RosterChange['apply'][]>();
  for (const { at, apply } of changes) {
    if (!instants.has(at)) instants.set(at, []);
    instants.get(at)!.push(apply);
  }
  const roster = [...instants].map(
    ([at, applies]): RosterChange => ({
      at,
      apply: (floor, time) => {
        for (const apply of applies) apply(floor, time);
      },
    }),
  );
  const attend = (ledger: DayLedger) => {
    for (const worker of day.workers) attendanceOf(worker, isOn, day, timeOf, ledger);
  };
  return { workers, roster, attend, unknownActivities: [...unknownActivities] };
}

/** `undefined`: the activity comes with the work, and says nothing about duty. */
type IsOn = (activity: string) => boolean | undefined;

function availability(day: PastDay, definition: CheckedDefinition, unknown: Set<string>): IsOn {
  const { activities = {}, taskQueues = {} } = definition;
  const withWork = new Set(
    Object.values(taskQueues).flatMap(({ reservationActivity, assignmentActivity }) => [
      reservationActivity,
      assignmentActivity,
    ]),
  );
  const known = new Map<string, boolean | undefined>([
    ...day.activities,
    ...Object.entries(activities).map(([name, { available }]) => [name, available ?? false] as const),
    ['Available', true],
    ['Unavailable', false],
    ['Offline', false],
  ]);
  return (activity) => {
    if (withWork.has(activity)) return undefined;
    if (known.has(activity)) return known.get(activity)!;
    // Nobody is offered a task in an activity that takes none.
    if (day.offeredIn.has(activity)) return true;
    unknown.add(activity);
    return false;
  };
}

interface Duty {
  readonly on: boolean;
  readonly at: number;
  readonly order: number;
}

function dutiesOf({ activities }: PastWorker, isOn: IsOn): readonly Duty[] {
  let before = false;
  return activities.flatMap(({ name, at, order }): readonly Duty[] => {
    const on = isOn(name) ?? before;
    if (on === before) return [];
    before = on;
    return [{ on, at, order }];
  });
}

/** A worker of the events, with the capacity that they name, or the most that was held at once. */
function capacitiesOf({ work, capacities }: PastWorker, end: number): NewWorker['channels'] {
  const most = new Map(capacities);
  const all = [...work.values()];
  for (const channel of new Set(all.map((one) => one.channel))) {
    // What ends makes room for what begins at the same instant.
    const steps = all
      .filter((one) => one.channel === channel)
      .flatMap(({ from, to = end }) => [
        { at: from, by: 1 },
        { at: to, by: -1 },
      ])
      .sort((a, b) => a.at - b.at || a.by - b.by);
    let open = 0;
    for (const { by } of steps) {
      open += by;
      most.set(channel, Math.max(most.get(channel) ?? 1, open));
    }
  }
  return Object.fromEntries(
    [...most].filter(([, capacity]) => capacity !== 1).map(([channel, capacity]) => [channel, { capacity }]),
  );
}

function attendanceOf(
  worker: PastWorker,
  isOn: IsOn,
  { to: end }: PastDay,
  timeOf: (at: number) => number,
  ledger: DayLedger,
): void {
  const attendance = new Attendance(ledger, 0);
  const steps = [
    ...dutiesOf(worker, isOn).map(({ on, at }) => ({
      at,
      take: (time: number) => attendance.setDuty(on, time),
    })),
    ...[...worker.work.values()].flatMap(({ from, to }) => [
      { at: from, take: (time: number) => attendance.openChanged(1, time) },
      ...(to === undefined ? [] : [{ at: to, take: (time: number) => attendance.openChanged(-1, time) }]),
    ]),
  ].sort((a, b) => a.at - b.at);
  for (const { at, take } of steps) take(timeOf(at));
  attendance.close(timeOf(end));
}

/** Someone may have been deleted and created again: TaskRouter takes each name once. */
function freeName(name: string, taken: Set<string>): string {
  let free = name;
  for (let number = 2; taken.has(free.toLowerCase()); number += 1) free = `${name} (${number})`;
  taken.add(free.toLowerCase());
  return free;
}
