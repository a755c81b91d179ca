import type { Reservation, Task, Worker } from '../engine/index.js';

/** A worker's phone rings. */
export interface Ring {
  readonly instruction: 'dequeue' | 'call' | 'conference';
  readonly task: Task;
  readonly worker: Worker;
  readonly reservation: Reservation;
}

/** What the simulated worker does, in milliseconds of the emulator's time. */
export type PhoneBehaviour =
  /** Answers after `afterMs` (0), and talks for `talkMs` (30,000; `Infinity`: until someone else hangs up). */
  | { readonly does: 'answer'; readonly afterMs?: number | undefined; readonly talkMs?: number | undefined }
  /** Declines the call after `afterMs` (0): the reservation is canceled. */
  | { readonly does: 'hang up'; readonly afterMs?: number | undefined }
  /** Lets it ring until the instruction's timeout (60 s): the reservation is canceled. */
  | { readonly does: 'not answer' };

/** Decides what each worker does when the phone rings. */
export type PhoneRule = (ring: Ring) => PhoneBehaviour;

const DEFAULT_RING_SECONDS = 60;
const DEFAULT_TALK_MS = 30_000;

/** How a ringing phone ends, and how long the call then goes on: `talkMs` undefined is without end. */
export interface Answering {
  readonly happens: 'answered' | 'declined' | 'unanswered';
  readonly afterMs: number;
  readonly talkMs: number | undefined;
}

/** How long a phone rings that nobody answers, under an instruction's `timeout` (in seconds). */
export const ringMs = (timeout = DEFAULT_RING_SECONDS): number => timeout * 1_000;

/** What a behaviour comes to under an instruction's `timeout` (in seconds). */
export function answering(behaviour: PhoneBehaviour, timeout?: number): Answering {
  if (behaviour.does === 'not answer') {
    return { happens: 'unanswered', afterMs: ringMs(timeout), talkMs: undefined };
  }
  const { does, afterMs = 0 } = behaviour;
  if (does === 'hang up') return { happens: 'declined', afterMs, talkMs: undefined };
  const { talkMs = DEFAULT_TALK_MS } = behaviour;
  return { happens: 'answered', afterMs, talkMs: Number.isFinite(talkMs) ? talkMs : undefined };
}
