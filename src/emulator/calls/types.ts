import type { CallbackMethod } from '../delivery/post.js';

/**
 * Calls and conferences as the emulator simulates them: plain data, without media. Their words are those of
 * twilio.com/docs/voice/api/call-resource and /docs/voice/twiml/conference.
 */

/** Where the progress of a call or a conference is told, and which events. */
export interface StatusTarget {
  readonly url: string;
  readonly method: CallbackMethod;
  readonly events: readonly string[];
}

export type CallStatus =
  | 'initiated'
  | 'ringing'
  | 'in-progress'
  | 'completed'
  | 'busy'
  | 'no-answer'
  | 'canceled';

/** How a call goes on by itself. */
export interface NextStep {
  /** In milliseconds of the emulator's time. */
  readonly at: number;
  readonly happens: 'answered' | 'declined' | 'unanswered' | 'ended';
}

/** One live call: the customer's, or one to a worker. */
export interface Leg {
  readonly sid: string;
  readonly party: 'customer' | 'worker';
  readonly workspaceSid: string;
  readonly taskSid: string;
  readonly from: string;
  readonly to: string;
  readonly direction: 'inbound' | 'outbound-api';
  status: CallStatus;
  /** The customer's call waits in the queue. */
  queued?: boolean | undefined;
  readonly startedAt: number;
  answeredAt?: number | undefined;
  /** The number of its next status callback. */
  sequence: number;
  readonly statusTarget?: StatusTarget | undefined;
  /** What only a worker's call has. */
  readonly work?: WorkerLeg | undefined;
  next?: NextStep | undefined;
}

/** Why a worker is called. */
export interface WorkerLeg {
  readonly instruction: 'dequeue' | 'call' | 'conference';
  readonly workerSid: string;
  readonly reservationSid: string;
  /** How long the worker talks; undefined: until someone ends the call. */
  talkMs?: number | undefined;
  /** When it stops to ring if nobody answers, in milliseconds of the emulator's time. */
  readonly ringsUntil?: number | undefined;
  readonly postWorkActivitySid?: string | undefined;
  readonly recorded: boolean;
  /** The TwiML a `call` goes on with. */
  readonly url?: string | undefined;
  /** How the worker takes part in the conference. */
  readonly joins?: JoinOptions | undefined;
}

/** What the `conference` instruction says of who joins, and of the conference. */
export interface JoinOptions {
  readonly muted: boolean;
  readonly startConferenceOnEnter: boolean;
  readonly endConferenceOnExit: boolean;
  readonly endConferenceOnCustomerExit: boolean;
  readonly conferenceTarget?: StatusTarget | undefined;
}

/** Who is in a conference. */
export interface Participant {
  readonly callSid: string;
  readonly party: 'customer' | 'worker';
  readonly workerSid?: string | undefined;
  muted: boolean;
  hold: boolean;
  endConferenceOnExit: boolean;
  readonly startConferenceOnEnter: boolean;
}

/** A conference, named by the SID of its task. */
export interface Conference {
  readonly sid: string;
  readonly workspaceSid: string;
  readonly taskSid: string;
  started: boolean;
  /** The number of its next status callback. */
  sequence: number;
  /** The first participant's wins: twilio.com/docs/voice/api/conference-participant-resource. */
  readonly statusTarget?: StatusTarget | undefined;
  readonly participants: Participant[];
}

/** Every live call and conference, as plain data. */
export interface CallsState {
  readonly legs: readonly Leg[];
  readonly conferences: readonly Conference[];
}
