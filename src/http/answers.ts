import type { AssignmentEnd } from '../callbacks/assignments.js';
import type { EventEnd } from '../callbacks/events.js';
import type { AssignmentForm, EventForm } from '../callbacks/forms.js';
import type { Logger } from '../log.js';
import { type CallbackOutcome, instructionIn } from './outcome.js';
import { problem } from './problem.js';
import type { CallbackResponse } from './types.js';

/** An answer, and what is told about it. */
export interface CallbackAnswer {
  readonly response: CallbackResponse;
  readonly outcome: Omit<CallbackOutcome, 'route' | 'status' | 'durationMs'>;
}

const NOTHING = {
  reason: undefined,
  handler: undefined,
  instruction: undefined,
  degraded: false,
  workspaceSid: undefined,
  taskSid: undefined,
  workerSid: undefined,
  reservationSid: undefined,
  eventType: undefined,
} as const;

const JSON_TYPE = { 'content-type': 'application/json' } as const;

/** An answer to a request that never comes to a handler. */
export function refused(
  status: number,
  code: string,
  detail: string,
  more?: Parameters<typeof problem>[3],
): CallbackAnswer {
  return {
    response: problem(status, code, detail, more),
    outcome: { ...NOTHING, verdict: 'refused', reason: code },
  };
}

/** Failures of a run, as HTTP. Each makes Twilio call the fallback URL, or after that one cancel the reservation. */
const FAILURES = {
  failed: [500, 'handler-failed', 'The handler failed; the log of the endpoint has the error.'],
  deadline: [
    504,
    'deadline',
    'There was no decision in time. The run goes on, and the fallback request joins it.',
  ],
  mismatch: [409, 'other-callback', 'This key was used before by a callback with other SIDs.'],
  unavailable: [503, 'store-unavailable', 'The idempotency store cannot be reached.'],
  closed: [503, 'shutting-down', 'This process is shutting down.'],
} as const;

/** The HTTP answer of an assignment callback. */
export function answerAssignment(
  form: AssignmentForm,
  { result, handler }: AssignmentEnd,
  log: Logger,
): CallbackAnswer {
  const about = {
    ...NOTHING,
    handler,
    workspaceSid: form.WorkspaceSid,
    taskSid: form.TaskSid,
    workerSid: form.WorkerSid,
    reservationSid: form.ReservationSid,
  };
  switch (result.status) {
    case 'answered': {
      const { answer, verdict, degraded = false } = result;
      return {
        response: { status: 200, headers: JSON_TYPE, body: answer },
        outcome: { ...about, verdict, degraded, instruction: instructionIn(answer) },
      };
    }
    case 'bad-attributes': {
      const errors = result.of.map((of) => ({
        field: of === 'task' ? 'TaskAttributes' : 'WorkerAttributes',
        rule: 'must be a JSON object',
      }));
      const response = problem(
        400,
        'bad-attributes',
        'Attributes that are not a JSON object can be taken by onBadAttributes.',
        { errors },
      );
      return { response, outcome: { ...about, verdict: 'refused', reason: 'bad-attributes' } };
    }
    default:
      if (result.status === 'mismatch') warnMismatch(log, { reservationSid: form.ReservationSid });
      return failure(result.status, about);
  }
}

/** The HTTP answer of an event callback: 204, also for one whose handlers go on beyond the time limit. */
export function answerEvent(form: EventForm, result: EventEnd, log: Logger): CallbackAnswer {
  const about = {
    ...NOTHING,
    workspaceSid: form.WorkspaceSid,
    taskSid: form.TaskSid,
    eventType: form.EventType,
  };
  switch (result.status) {
    case 'answered':
    case 'deadline':
    case 'ignored': {
      const verdict = result.status === 'ignored' ? 'ignored' : result.verdict;
      const degraded = result.status === 'answered' && result.degraded === true;
      return {
        response: { status: 204, headers: JSON_TYPE, body: '' },
        outcome: { ...about, verdict, degraded },
      };
    }
    default:
      if (result.status === 'mismatch') warnMismatch(log, { eventSid: form.Sid });
      return failure(result.status, about);
  }
}

function failure(
  status: keyof typeof FAILURES,
  about: Omit<CallbackAnswer['outcome'], 'verdict'>,
): CallbackAnswer {
  const [http, code, detail] = FAILURES[status];
  return { response: problem(http, code, detail), outcome: { ...about, verdict: status, reason: code } };
}

function warnMismatch(log: Logger, about: object): void {
  log.warn(about, 'A callback came again with other SIDs under the same key: answered 409');
}
