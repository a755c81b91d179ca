import type { CallbackKind } from '../../world/faults.js';
import type { LogLine } from './log.js';

// GET /_emulator/deliveries, /_emulator/deliveries/{id}, POST …/replay

/** Without parameters: the newest 1,000 whole, oldest first. `/debugger` likewise. */
export interface WholeDeliveries {
  readonly deliveries: readonly object[];
}
export interface DebuggerEntries {
  readonly entries: readonly object[];
}

/** With a parameter (`limit`, `before`, `after`, `task`, `reservation`, `callback`, `outcome`): newest first. */
export interface DeliveryPage {
  readonly seq: number;
  readonly now: number;
  readonly deliveries: readonly DeliverySummary[];
  readonly next: number | null;
}

/** One request to a callback URL. */
export interface DeliverySummary {
  /** Counts up from 1 with each start. */
  readonly id: number;
  readonly seq: number;
  readonly callback: CallbackKind;
  readonly via: 'primary' | 'fallback' | 'replay';
  readonly at: number;
  readonly ms: number;
  /** Twilio waits this long: 5,000 or 15,000. */
  readonly limitMs: number;
  readonly url: string;
  readonly workspaceSid: string;
  readonly eventType: string;
  readonly taskSid: string | null;
  readonly reservationSid: string | null;
  readonly outcome: 'answered' | 'timeout' | 'connection' | 'hung up' | 'dropped';
  readonly status: number | null;
  readonly instruction: string | null;
  /** What the endpoint says of itself outside production, in `Server-Timing`. */
  readonly handler: Told;
  /** `ran`, `joined`, `replayed`, `ignored`, `failed`, `deadline`, … */
  readonly verdict: Told;
  readonly signature: 'accepted' | 'refused' | 'unknown';
  /** The gravest entry of the debugger about it. */
  readonly warning: { readonly code: number; readonly level: 'error' | 'warning' } | null;
  readonly replayOf: number | null;
}

/** A value, or a null and why there is none: show a dash and the reason. */
export type Told =
  | { readonly value: string; readonly why: null }
  | { readonly value: null; readonly why: string };

export interface DeliveryDetail extends DeliverySummary {
  /** The form, in the order it was sent. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly requestHeaders: Readonly<Record<string, string>>;
  readonly taskAttributes: ParsedAttributes | null;
  readonly workerAttributes: ParsedAttributes | null;
  readonly signatureVerdict: SignatureVerdict;
  readonly timings: Timings;
  /** The body of the answer; cut at 2,000 characters. */
  readonly answer: string | null;
  readonly contentType: string | null;
  readonly serverTiming: string | null;
  /** The instruction of an assignment callback's answer; null: Twilio takes none from it. */
  readonly instructionAs: InstructionAs | null;
  /** What the endpoint has logged about it, as far as it tells: see `POST /_emulator/log`. */
  readonly log: readonly LogLine[];
  readonly debugger: readonly DebuggerItem[];
  /** Replays of it that are still kept. */
  readonly replays: readonly number[];
  /** The same request for a terminal. Holds no token: the signature is valid for this very form. */
  readonly curl: string;
}

/** An instruction in both of its encodings. */
export interface InstructionAs {
  /** The answer to a callback: JSON, its keys in snake_case. */
  readonly callback: string;
  /** The parameters of a reservation's update by REST, in order. Empty: nothing to do, the worker's own screen decides. */
  readonly rest: readonly { readonly name: string; readonly value: string }[];
}

/** Attributes as JSON, or what is wrong with them. */
export type ParsedAttributes =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly text: string; readonly message: string };

export interface SignatureVerdict {
  readonly verdict: DeliverySummary['signature'];
  /** The URL that was signed: without user, password and fragment. */
  readonly signedUrl: string;
  /** What was signed besides: names of the form in the order of signing. */
  readonly signedNames: readonly string[];
  /** For people: why it was accepted or refused, and what to do. */
  readonly text: string;
}

export interface Timings {
  readonly sentAt: number;
  readonly ms: number;
  readonly limitMs: number;
  /** What is left of the limit, at least 0. */
  readonly leftMs: number;
  /** How long the endpoint says it took itself; null: it does not say. */
  readonly endpointMs: number | null;
}

export interface DebuggerItem {
  readonly seq: number;
  readonly at: number;
  readonly code: number;
  readonly level: 'error' | 'warning';
  readonly message: string;
  readonly workspaceSid: string;
  readonly taskSid: string | null;
  readonly reservationSid: string | null;
  /** The delivery it is about, as far as it is about one. */
  readonly deliveryId: number | null;
}

/**
 * POST /_emulator/deliveries/{id}/replay. Signed anew, with the present Timestamp; what it is answered is shown and not
 * carried out. The answer (201) is the new delivery, a {@link DeliveryDetail} with `replayOf`.
 */
export interface ReplayRequest {
  /** A fresh ReservationSid (of an event: Sid), so that the handler runs again. False: the stored answer comes. Default: true. */
  readonly newKey?: boolean;
}
