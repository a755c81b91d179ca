import { createHash } from 'node:crypto';
import type { FormPairs } from '../signature/index.js';
import { formTail } from '../signature/sign.js';
import type { Attributes } from '../standard-schema.js';

/**
 * An assignment callback as Twilio sends it: the twelve documented parameters, checked, and everything else in
 * `pairs`. Only indispensable parameters are required, because Twilio does not guarantee any.
 *
 * @see twilio.com/docs/taskrouter/handle-assignment-callbacks
 */
export interface AssignmentForm {
  readonly pairs: FormPairs;
  readonly AccountSid: string | undefined;
  readonly WorkspaceSid: string;
  readonly WorkflowSid: string | undefined;
  readonly TaskQueueSid: string | undefined;
  readonly WorkerSid: string;
  readonly WorkerAttributes: string | undefined;
  readonly TaskSid: string;
  readonly TaskAttributes: string | undefined;
  readonly TaskAge: string | undefined;
  readonly TaskPriority: string | undefined;
  readonly ReservationSid: string;
  readonly Timestamp: string | undefined;
}

/** An event callback: what every event has, checked, and the fields of its kind in `pairs`. */
export interface EventForm {
  readonly pairs: FormPairs;
  readonly EventType: string;
  readonly AccountSid: string | undefined;
  readonly WorkspaceSid: string | undefined;
  readonly Sid: string | undefined;
  readonly ResourceSid: string | undefined;
  readonly TimestampMs: string | undefined;
  readonly Timestamp: string | undefined;
  readonly TaskSid: string | undefined;
}

/**
 * Parses the attributes of a task or worker. Absent attributes are an empty object. `undefined` means that they are not
 * a JSON object; Twilio never sends such attributes, but a manual test easily does.
 */
export function parseAttributes(text: string | undefined): Attributes | undefined {
  if (text === undefined) return {};
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Attributes)
    : undefined;
}

/**
 * Reads the `Timestamp` of a callback: epoch seconds or milliseconds, or a date in ISO 8601 or RFC 2822 form, in UTC
 * if it names no zone. Twilio does not document the form, so anything else is `undefined`, never an error.
 *
 * @returns milliseconds since 1970-01-01 UTC.
 */
export function timestampMs(value: string): number | undefined {
  if (EPOCH_SECONDS.test(value)) return Number(value) * 1_000;
  if (EPOCH_MS.test(value)) return Number(value);
  if (!ISO_DATE.test(value) && !RFC_DATE.test(value)) return undefined;
  const time = Date.parse(ZONE.test(value) ? value : `${value}Z`);
  return Number.isNaN(time) ? undefined : time;
}

/** {@link timestampMs} as a Date. */
export function parseTimestamp(value: string): Date | undefined {
  const time = timestampMs(value);
  return time === undefined ? undefined : new Date(time);
}

const EPOCH_SECONDS = /^\d{9,10}$/;
const EPOCH_MS = /^\d{12,13}$/;

/** 2026-01-31T10:20:30.5Z, or with a space, or without a zone. */
const ISO_DATE = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)?$/;

/** Sat, 31 Jan 2026 10:20:30 +0000 */
const RFC_DATE = /^[A-Z][a-z]{2}, \d{1,2} [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d( (GMT|UTC|[+-]\d{4}))?$/;

const ZONE = /(Z|GMT|UTC|[+-]\d\d:?\d\d)$/;

/**
 * The key of an assignment: a reservation gets one decision. It never holds the URL, the signature, the task's age or the
 * time, because those differ between a first try and the fallback. The account comes first, so that a token of one
 * account can neither read nor plant the answers of another.
 */
export function assignmentKey(form: Pick<AssignmentForm, 'AccountSid' | 'WorkspaceSid' | 'ReservationSid'>) {
  return `assignment:${form.AccountSid}:${form.WorkspaceSid}:${form.ReservationSid}`;
}

/**
 * The key of an event: its own SID, else everything that was signed. Parameters sorted before AccountSid are left out,
 * because they can be moved into the query without a change to the signature.
 */
export function eventKey(form: Pick<EventForm, 'AccountSid' | 'Sid' | 'pairs'>): string {
  return `event:${form.AccountSid}:${form.Sid ?? hashOf(form.pairs)}`;
}

function hashOf(pairs: FormPairs): string {
  const tail = formTail(pairs.filter(([name]) => name >= 'AccountSid'));
  return createHash('sha256').update(tail).digest('hex');
}
