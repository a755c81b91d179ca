import { createHash } from 'node:crypto';
import type { FormPairs } from '../signature/index.js';
import { formTail } from '../signature/sign.js';
import type { AssignmentForm, EventForm } from './form.js';

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
