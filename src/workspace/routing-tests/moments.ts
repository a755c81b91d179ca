import type { RoutingStep } from '../../emulator/engine/index.js';
import type { Reservation, Task, WorkspaceView } from '../../emulator/engine/types.js';
import { formatMs } from '../checked-file/duration.js';
import type { Conditions } from './file-schema.js';

/** How a task was from one instant on. */
export interface Moment {
  /** Milliseconds since the test began. */
  readonly at: number;
  readonly status: string;
  readonly in: string;
  /** Its filter, and which of the filter's targets, from 1. */
  readonly filter: string;
  readonly step: number;
  readonly priority: number;
  readonly offeredTo: readonly string[];
  readonly assignedTo: string | undefined;
}

const HELD = ['accepted', 'wrapping', 'completed'];

/** A task as it is at this instant. */
export function momentOf(
  view: WorkspaceView,
  task: Task,
  step: RoutingStep,
  filter: string,
  at: number,
): Moment {
  const reservations = view.reservationsOfTask(task.sid);
  const nameOf = ({ workerSid }: Reservation) => view.workers.get(workerSid)?.friendlyName ?? workerSid;
  const holder = reservations.find(({ reservationStatus }) => HELD.includes(reservationStatus));
  return {
    at,
    status: task.assignmentStatus,
    in: step.queue.friendlyName,
    filter,
    step: step.target + 1,
    priority: task.priority,
    offeredTo: reservations.filter(({ reservationStatus }) => reservationStatus === 'pending').map(nameOf),
    assignedTo: holder && nameOf(holder),
  };
}

/** Does a moment fulfil every condition? */
export const fulfils = (moment: Moment, conditions: Conditions): boolean =>
  missing(moment, conditions).length === 0;

/** The conditions that a moment does not fulfil, in words. */
export function missing(moment: Moment, conditions: Conditions): readonly string[] {
  return Object.entries(conditions).flatMap(([key, wanted]) => {
    if (wanted === undefined) return [];
    const is = moment[key as keyof Conditions];
    const fulfilled = Array.isArray(is) ? is.includes(wanted as string) : is === wanted;
    return fulfilled ? [] : [conditionWords(key as keyof Conditions, wanted)];
  });
}

const WORDS: Readonly<Record<keyof Conditions, string>> = {
  status: '',
  in: 'in ',
  filter: 'filter ',
  step: 'step ',
  offeredTo: 'offered to ',
  assignedTo: 'assigned to ',
  priority: 'priority ',
};

const conditionWords = (key: keyof Conditions, value: string | number) => `${WORDS[key]}${value}`;

/** @example wordsOf({ status: 'pending', in: 'Support' }) // 'pending, in Support' */
export const wordsOf = (conditions: Conditions): string =>
  Object.entries(conditions)
    .flatMap(([key, value]) => (value === undefined ? [] : [conditionWords(key as keyof Conditions, value)]))
    .join(', ');

/** A moment in the words of conditions. */
export function momentWords({ offeredTo, assignedTo, ...rest }: Moment): string {
  const { status, in: queue, filter, step, priority } = rest;
  const who = [
    ...(offeredTo.length > 0 ? [`offered to ${offeredTo.join(' and ')}`] : []),
    ...(assignedTo === undefined ? [] : [`assigned to ${assignedTo}`]),
  ];
  return [
    status,
    `in ${queue}`,
    filter === 'default filter' ? filter : `filter ${filter}`,
    `step ${step}`,
    `priority ${priority}`,
    ...who,
  ].join(', ');
}

export const sameMoment = (a: Moment, b: Moment): boolean => momentWords(a) === momentWords(b);

/** Dates of an explanation as times since the test began. */
export const relativeDates = (text: string, origin: number): string =>
  text.replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, (date) => formatMs(Date.parse(date) - origin));
