import { WaitHistogram } from './wait-histogram.js';

/** How a task left a queue. `moved`: to another queue. */
export type Departure = 'answered' | 'abandoned' | 'moved';

/** What is counted of one queue, or of all tasks, on one day. Times are milliseconds. */
export interface Tally {
  offered: number;
  answered: number;
  abandoned: number;
  moved: number;
  /** How many waited at all. */
  waited: number;
  waitSum: number;
  waitAnsweredSum: number;
  /** For each limit: how many were answered within it, and how many left unanswered after it. */
  readonly inTime: number[];
  readonly leftLate: number[];
  /** The waiting tasks, added up over the counted time. */
  waitingTime: number;
}

/** One group of staff on one day: to the last task, and to the end of the period alone. */
export interface StaffTally {
  staffed: number;
  busy: number;
  staffedInPeriod: number;
  busyInPeriod: number;
}

/** Parts of the day, for charts: what arrived in each, and how it went. */
export interface Profile {
  readonly offered: Float64Array;
  readonly waitSum: Float64Array;
  /** Answered within the first limit. */
  readonly inTime: Float64Array;
}

export interface StaffProfile {
  readonly staffed: Float64Array;
  readonly busy: Float64Array;
}

/** What all days of a run have in common. */
export interface LedgerFrame {
  readonly queues: number;
  readonly groups: number;
  readonly serviceLevels: readonly number[];
  readonly from: number;
  readonly to: number;
  readonly countFrom: number;
}

const PARTS_OF_DAY = 48;

/** What is added up over all days: distributions and profiles. */
export class RunLedger {
  readonly frame: LedgerFrame;
  readonly totalWaits = new WaitHistogram();
  readonly waits: readonly WaitHistogram[];
  readonly totalProfile = profile();
  readonly profiles: readonly Profile[];
  readonly staffProfiles: readonly StaffProfile[];
  readonly partMs: number;

  constructor(frame: LedgerFrame) {
    this.frame = frame;
    this.waits = Array.from({ length: frame.queues }, () => new WaitHistogram());
    this.profiles = Array.from({ length: frame.queues }, profile);
    this.staffProfiles = Array.from({ length: frame.groups }, () => ({
      staffed: new Float64Array(PARTS_OF_DAY),
      busy: new Float64Array(PARTS_OF_DAY),
    }));
    this.partMs = (frame.to - frame.from) / PARTS_OF_DAY;
  }
}

function profile(): Profile {
  const parts = () => new Float64Array(PARTS_OF_DAY);
  return { offered: parts(), waitSum: parts(), inTime: parts() };
}

/** What happened on one day. Tasks that arrived during the warm-up count only as waiting. */
export class DayLedger {
  readonly total: Tally;
  readonly queues: readonly Tally[];
  readonly staff: readonly StaffTally[];
  readonly #run: RunLedger;

  constructor(run: RunLedger) {
    this.#run = run;
    const { queues, groups, serviceLevels } = run.frame;
    this.total = tally(serviceLevels.length);
    this.queues = Array.from({ length: queues }, () => tally(serviceLevels.length));
    this.staff = Array.from({ length: groups }, () => ({
      staffed: 0,
      busy: 0,
      staffedInPeriod: 0,
      busyInPeriod: 0,
    }));
  }

  /** A task left a queue. Its wait there began when it entered. */
  leftQueue(queue: number, how: Departure, createdAt: number, enteredAt: number, at: number): void {
    const { waits, profiles } = this.#run;
    this.#count(this.queues[queue]!, waits[queue]!, profiles[queue]!, how, createdAt, enteredAt, at);
  }

  /** A task was answered, or will not be. Its wait began when it was created. */
  settled(how: 'answered' | 'abandoned', createdAt: number, at: number): void {
    const { totalWaits, totalProfile } = this.#run;
    this.#count(this.total, totalWaits, totalProfile, how, createdAt, createdAt, at);
  }

  #count(
    tally: Tally,
    waits: WaitHistogram,
    parts: Profile,
    how: Departure,
    createdAt: number,
    enteredAt: number,
    at: number,
  ): void {
    const { frame } = this.#run;
    tally.waitingTime += Math.max(0, Math.min(at, frame.to) - Math.max(enteredAt, frame.countFrom));
    if (createdAt < frame.countFrom) return;
    const wait = at - enteredAt;
    tally.offered += 1;
    tally[how] += 1;
    if (wait > 0) tally.waited += 1;
    tally.waitSum += wait;
    waits.add(wait);
    const part = this.#part(enteredAt);
    parts.offered[part]! += 1;
    parts.waitSum[part]! += wait;
    if (how === 'answered') tally.waitAnsweredSum += wait;
    for (let level = 0; level < frame.serviceLevels.length; level += 1) {
      const late = wait > frame.serviceLevels[level]!;
      if (how === 'answered') {
        if (late) continue;
        tally.inTime[level]! += 1;
        if (level === 0) parts.inTime[part]! += 1;
      } else if (late) tally.leftLate[level]! += 1;
    }
  }

  /** A worker was there, or had work, from one time to another. */
  worked(group: number, what: 'staffed' | 'busy', from: number, to: number): void {
    const { frame, staffProfiles, partMs } = this.#run;
    const tally = this.staff[group]!;
    const start = Math.max(from, frame.countFrom);
    if (to > start) tally[what] += to - start;
    const end = Math.min(to, frame.to);
    if (end > start) tally[`${what}InPeriod`] += end - start;
    const parts = staffProfiles[group]![what];
    for (let at = Math.max(from, frame.from); at < Math.min(to, frame.to); ) {
      const part = this.#part(at);
      const until = Math.min(to, frame.from + (part + 1) * partMs);
      parts[part]! += until - at;
      if (until <= at) break;
      at = until;
    }
  }

  #part(at: number): number {
    const { frame, partMs } = this.#run;
    return Math.min(PARTS_OF_DAY - 1, Math.max(0, Math.floor((at - frame.from) / partMs)));
  }
}

const tally = (levels: number): Tally => ({
  offered: 0,
  answered: 0,
  abandoned: 0,
  moved: 0,
  waited: 0,
  waitSum: 0,
  waitAnsweredSum: 0,
  inTime: new Array<number>(levels).fill(0),
  leftLate: new Array<number>(levels).fill(0),
  waitingTime: 0,
});
