import type { Task } from '../../engine/types.js';

// Simulated calls
// GET  /_emulator/calls         CallsView
// POST /_emulator/calls         NewCallRequest; 201 and NewCallAnswer
// POST /_emulator/calls/{sid}   CallAction; CallsView

/** The calls and conferences that go on. */
export interface CallsView {
  readonly calls: readonly CallState[];
  readonly conferences: readonly ConferenceState[];
}

/** A live call: a customer's, or one to a worker. */
export interface CallState {
  readonly callSid: string;
  readonly party: 'customer' | 'worker';
  readonly workspaceSid: string;
  readonly taskSid: string;
  readonly from: string;
  readonly to: string;
  readonly direction: 'inbound' | 'outbound-api';
  readonly status: 'initiated' | 'ringing' | 'in-progress';
  /** A customer's call that waits for a worker. */
  readonly queued: boolean;
  readonly workerSid: string | null;
  readonly reservationSid: string | null;
  readonly startedAt: number;
  readonly answeredAt: number | null;
}

/** A conference that goes on; its name is the SID of its task. */
export interface ConferenceState {
  readonly conferenceSid: string;
  readonly workspaceSid: string;
  readonly taskSid: string;
  /** Two are in, and someone may start it. */
  readonly started: boolean;
  readonly participants: readonly ParticipantState[];
}

export interface ParticipantState {
  readonly callSid: string;
  readonly party: 'customer' | 'worker';
  readonly workerSid: string | null;
  readonly muted: boolean;
  readonly hold: boolean;
  readonly endConferenceOnExit: boolean;
}

/** A call that is put into a queue, as `<Enqueue>` does. */
export interface NewCallRequest {
  /** Default: the only workspace. */
  readonly workspaceSid?: string;
  /** SID or friendly name. Default: the only workflow there is. */
  readonly workflow?: string;
  /** Who calls whom, in E.164. Default: two test numbers. */
  readonly call?: { readonly from?: string; readonly to?: string };
  /** What stands in `<Task>`. */
  readonly attributes?: object;
  readonly priority?: number;
  /** In seconds. Default: 86,400. */
  readonly timeout?: number;
  /** SID or unique name. Default: `voice`. */
  readonly taskChannel?: string;
}

export interface NewCallAnswer {
  readonly callSid: string;
  readonly task: Task;
}

/** What who holds the phone does; all but `hang up` only in a conference. */
export interface CallAction {
  readonly action: 'hang up' | 'hold' | 'unhold' | 'mute' | 'unmute';
}
