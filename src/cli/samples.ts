import { assignmentRequest, eventRequest, type SignedRequest, sid } from '../testing/index.js';
import type { Kind } from './exchange.js';

/** A callback to try the handlers with. */
export interface Sample {
  readonly label: string;
  readonly kind: Kind;
  readonly request: SignedRequest;
}

const CALL = { call_sid: sid('CA', 1), from: '+15005550006', to: '+15005550001', direction: 'inbound' };

/**
 * Stand-ins for what a real workspace has, so that the shipped handlers that need an activity can show what they do.
 * No Twilio sees them.
 */
export const SAMPLE_ENVIRONMENT = {
  OFFLINE_ACTIVITY_SID: sid('WA', 1),
  WRAP_UP_ACTIVITY_SID: sid('WA', 2),
} as const;

/** One signed callback of each kind that the shipped handlers know, and one they do not. */
export function samples(base: string, authToken: string): readonly Sample[] {
  const assignment = (label: string, task: object, worker?: object): Sample => ({
    label,
    kind: 'assignment',
    request: assignmentRequest({
      url: `${base}/assignment`,
      authToken,
      task,
      ...(worker ? { worker } : {}),
    }),
  });
  const event = (label: string, type: string): Sample => ({
    label,
    kind: 'event',
    request: eventRequest({ url: `${base}/events`, authToken, type }),
  });
  return [
    assignment('a call', CALL),
    assignment('a call for the front desk', { ...CALL, department: 'front_desk' }),
    assignment('a chat', { type: 'chat', from: 'visitor-17' }),
    assignment('a call, worker unreachable', CALL, { languages: ['en'] }),
    assignment('a task nobody expected', { type: 'fax' }),
    event('event reservation.timeout', 'reservation.timeout'),
  ];
}
