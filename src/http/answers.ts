import type { AssignmentEnd } from '../callbacks/assignment/handle-assignment.js';
import type { AssignmentForm, EventForm } from '../callbacks/form.js';
import type { EventEnd } from '../callbacks/handle-event.js';
import type { CallbackOutcome } from './outcome.js';
import { problem } from './problem.js';
import { SERVER_TIMING } from './server-timing.js';
import type { CallbackResponse } from './types.js';

/** An answer, and the facts for listeners. */
export interface CallbackAnswer {
  readonly response: CallbackResponse;
  readonly verdict: CallbackOutcome['verdict'];
  /** The problem's code, if the answer is a problem. */
  readonly reason?: string | undefined;
  readonly handler?: string | undefined;
  readonly instruction?: string | undefined;
  readonly degraded?: boolean;
  readonly answeredTwice?: boolean;
  /** Whose answer it is, once the parameters have been checked. */
  readonly form?: AssignmentForm | EventForm;
}

export const JSON_TYPE = { 'content-type': 'application/json' } as const;

/**
 * Tells tools such as `taskrouter send`, in production too, that no registered handler took the callback. Only the answer
 * to a signed request has it.
 */
export const BY_OTHERWISE = { ...JSON_TYPE, [SERVER_TIMING]: 'handler;desc="otherwise"' } as const;
const BY_NONE = { ...JSON_TYPE, [SERVER_TIMING]: 'verdict;desc="ignored"' } as const;

/** An answer to a request that never reaches a handler. */
export function refused(
  status: number,
  code: string,
  detail: string,
  more?: Parameters<typeof problem>[3],
): CallbackAnswer {
  return { response: problem(status, code, detail, more), verdict: 'refused', reason: code };
}

/** Failures of a run, as HTTP. Each makes Twilio call the fallback URL, or after that one cancel the reservation. */
const FAILURES = {
  failed: [500, 'handler-failed', "The handler failed. See the endpoint's log for the error."],
  deadline: [
    504,
    'deadline',
    'There was no decision in time. The run continues, and the fallback request joins it.',
  ],
  mismatch: [409, 'other-callback', 'This key was used before by a callback with other SIDs.'],
  unavailable: [503, 'store-unavailable', 'The idempotency store cannot be reached.'],
  closed: [503, 'shutting-down', 'This process is shutting down.'],
} as const;

/** The answer to an assignment callback that got no decision. */
export function answerFailure(
  form: AssignmentForm,
  result: Exclude<AssignmentEnd['result'], { status: 'answered' }>,
  handler: string | undefined,
): CallbackAnswer {
  if (result.status !== 'bad-attributes') return failure(result.status, form, handler);
  const errors = result.of.map((of) => ({
    field: of === 'task' ? 'TaskAttributes' : 'WorkerAttributes',
    rule: 'must be a JSON object',
  }));
  const detail = 'The attributes are not a JSON object. To handle such a callback, register onBadAttributes.';
  return { ...refused(400, 'bad-attributes', detail, { errors }), form };
}

/** The HTTP answer to an event callback: 204, even if its handlers go on beyond the time limit. */
export function answerEvent(form: EventForm, result: EventEnd): CallbackAnswer {
  const response = { status: 204, headers: JSON_TYPE, body: '' };
  switch (result.status) {
    case 'answered':
      return { response, verdict: result.verdict, degraded: result.degraded === true, form };
    case 'deadline':
      return { response, verdict: result.verdict, form };
    case 'ignored':
      return { response: { ...response, headers: BY_NONE }, verdict: 'ignored', form };
    default:
      return failure(result.status, form, undefined);
  }
}

function failure(
  status: keyof typeof FAILURES,
  form: AssignmentForm | EventForm,
  handler: string | undefined,
): CallbackAnswer {
  const [http, code, detail] = FAILURES[status];
  return { response: problem(http, code, detail), verdict: status, reason: code, handler, form };
}
