import type { FormPairs } from '../signature/index.js';

/**
 * An assignment callback as Twilio sends it: the twelve documented parameters, checked, and everything else in
 * `pairs`. Only what the work cannot do without is required; Twilio publishes no guarantee of presence.
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
