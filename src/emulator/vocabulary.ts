/**
 * Words that the emulator and the programs that ask it over HTTP (`mcp/`) share. Imports nothing, so that both can.
 */

/** What a worker can do with a reservation on their screen: the statuses it is for, and the one that comes of it. */
export const RESERVATION_ACTIONS = {
  accept: { from: ['pending'], to: 'accepted' },
  reject: { from: ['pending'], to: 'rejected' },
  'wrap up': { from: ['accepted'], to: 'wrapping' },
  complete: { from: ['accepted', 'wrapping'], to: 'completed' },
} as const;
export type ReservationActionName = keyof typeof RESERVATION_ACTIONS;
export const RESERVATION_ACTION_NAMES = Object.keys(RESERVATION_ACTIONS) as ReservationActionName[];

/** Assignment and event callbacks; `status`: of simulated calls and conferences; `twiml`: the document a call goes on with. */
export const CALLBACK_KINDS = ['assignment', 'event', 'status', 'twiml'] as const;

/** Faults that can be switched on: the first five strike callbacks, the others REST requests. */
export const FAULT_NAMES = [
  'duplicate',
  'delay',
  'drop',
  'reorder',
  'hangUp',
  'tooManyRequests',
  'rateLimits',
  'serverError',
  'lostAnswer',
  'preconditionFailed',
  'doubleAccept',
] as const;

/** What becomes of one request to a callback URL. */
export const DELIVERY_OUTCOMES = ['answered', 'timeout', 'connection', 'hung up', 'dropped'] as const;

/** The statuses of a task, and `gone`: deleted while it was open. */
export const TASK_STATUSES = [
  'pending',
  'reserved',
  'assigned',
  'wrapping',
  'completed',
  'canceled',
  'gone',
] as const;
