import { ConfigurationError } from '../../errors.js';
import { refuseUnknownKeys } from '../../near-miss.js';
import type { ReservationActionName } from '../vocabulary.js';
import { type Duration, durationMs } from '../world/duration.js';

/** How simulated agents play. Durations are means: each one is drawn separately, from the seed. */
export interface StaffOptions {
  /** Which workers are played, by friendly name or SID. Default: every worker, including those created later. */
  readonly workers?: readonly string[] | undefined;
  /** On a virtual clock, the same seed plays the same way. Default: 1. */
  readonly seed?: number | undefined;
  /** How long until an offer or a ringing phone is answered. Default: 3 s. */
  readonly answers?: Duration | undefined;
  /** How long a conversation, or the work on a task, takes. Default: 1 minute. */
  readonly works?: Duration | undefined;
  /** How long wrapping up takes. Default: 10 s. */
  readonly wrapsUp?: Duration | undefined;
  /** The share of offers that are rejected, and of ringing phones that are declined. Default: 0.05. */
  readonly rejects?: number | undefined;
  /** The share that is left to time out. Default: 0. */
  readonly misses?: number | undefined;
  /** The share of completed tasks after which an agent takes a break. Default: 0.1. */
  readonly breaks?: number | undefined;
  /** How long a break takes; a worker put into an activity that takes no tasks also comes back after that. Default: 1 minute. */
  readonly rests?: Duration | undefined;
  /** Is called with what each of them does. */
  readonly onAct?: ((act: StaffAct) => void) | undefined;
}

/** What one of the playing agents did. */
export interface StaffAct {
  /** In milliseconds of the emulator's time, since 1970. */
  readonly at: number;
  readonly worker: { readonly sid: string; readonly name: string };
  /** `answer` and `decline` are of a ringing phone, `miss` of an offer or a phone; `go`: to another activity. */
  readonly does: ReservationActionName | 'answer' | 'decline' | 'miss' | 'go';
  /** null with `go`. */
  readonly taskSid: string | null;
  readonly reservationSid: string | null;
  /** With `go`: the name of the activity; else null. */
  readonly activity: string | null;
}

/** Agents that play. */
export interface Staff {
  /** The names of those who play now. */
  readonly workers: readonly string[];
  /** They stop: nothing more happens by itself. */
  stop(): void;
}

const SHARES = ['rejects', 'misses', 'breaks'] as const;
const TIMES = ['answers', 'works', 'wrapsUp', 'rests'] as const;
/** The options that JSON can hold. */
export const STAFF_KEYS = ['workers', 'seed', ...TIMES, ...SHARES] as const;

/** @throws {ConfigurationError} for an unknown option, a share outside 0 to 1, or a bad length of time. */
export function checkStaffOptions(options: StaffOptions): void {
  refuseUnknownKeys(options, [...STAFF_KEYS, 'onAct'], 'staff');
  for (const name of SHARES) {
    const share = options[name];
    if (share === undefined || (typeof share === 'number' && share >= 0 && share <= 1)) continue;
    throw bad(`${name} is a share from 0 to 1.`);
  }
  for (const name of TIMES) {
    const time = options[name];
    if (time !== undefined) durationMs(time);
  }
  const { seed, workers, onAct } = options;
  if (seed !== undefined && !Number.isSafeInteger(seed)) throw bad('seed is a whole number.');
  if (workers !== undefined && !isTexts(workers)) throw bad('workers is a list of names or SIDs.');
  if (onAct !== undefined && typeof onAct !== 'function') throw bad('onAct is a function.');
}

const isTexts = (value: unknown): boolean =>
  Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === 'string');

const bad = (what: string) => new ConfigurationError('bad-option', `staff: ${what}`);
