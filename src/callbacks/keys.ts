import { createHash } from 'node:crypto';
import type { AssignmentForm, EventForm } from './form.js';

/*
 * What tells one callback from another. Never the URL, the signature, TaskAge or Timestamp: the fallback has another
 * URL and another age, and must join.
 */

/** Names the reservation. */
export function assignmentKey({ AccountSid, WorkspaceSid, ReservationSid }: AssignmentForm): string {
  return `assignment:${AccountSid ?? ''}:${WorkspaceSid}:${ReservationSid}`;
}

/** Tells duplicates of an event: its SID, else what it is about and when, else all that was sent. */
export function eventKey(form: EventForm): string {
  const account = form.AccountSid ?? '';
  if (form.Sid) return `event:${account}:${form.Sid}`;
  if (form.ResourceSid && form.TimestampMs) {
    return `event:${account}:${form.EventType}:${form.ResourceSid}:${form.TimestampMs}`;
  }
  return `event:${account}:${createHash('sha256').update(JSON.stringify(form.pairs)).digest('hex')}`;
}
