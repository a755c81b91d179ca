import type { Delivery } from 'taskrouter-kit/emulator';

/** One line that the handlers write. `at` is real time in milliseconds. */
export interface HandlerLine {
  readonly at: number;
  /** Which of the endpoints. */
  readonly process: number;
  readonly pid: number;
  readonly what: 'begun' | 'decided' | 'threw';
  readonly sid: string;
  readonly run: string;
}

/** What happened to the processes, and to the Redis they share, from when to when. */
export interface FaultWindow {
  readonly kind: FaultKind;
  /** The endpoint it happened to; absent: Redis, or the way to it. */
  readonly process?: number;
  readonly from: number;
  readonly to: number;
}

export const PROCESS_FAULTS = ['kill', 'stop', 'clock', 'log', 'descriptors'] as const;
export const REDIS_FAULTS = [
  'reset',
  'refuse',
  'swallow',
  'slow',
  'midReply',
  'emptied',
  'scripts',
  'memory',
  'readOnly',
] as const;
export type FaultKind = (typeof PROCESS_FAULTS)[number] | (typeof REDIS_FAULTS)[number];

/** Everything the checker goes by. */
export interface History {
  readonly handlers: readonly HandlerLine[];
  readonly deliveries: readonly Delivery[];
  readonly faults: readonly FaultWindow[];
  /** How each task ended, by its SID; undefined: it did not. */
  readonly tasks: ReadonlyMap<string, string | undefined>;
  /** How often each reservation was accepted, and each task completed. */
  readonly accepted: ReadonlyMap<string, number>;
  readonly completed: ReadonlyMap<string, number>;
  /** The stored answer of each reservation, as Redis had it at the end. */
  readonly stored: ReadonlyMap<string, string>;
}
