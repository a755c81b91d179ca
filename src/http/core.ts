import type { HandleAssignment } from '../callbacks/assignment/handle-assignment.js';
import type { HandleEvent } from '../callbacks/handle-event.js';
import type { Clock } from '../clock.js';
import type { Logger } from '../log.js';
import type { FormPairs } from '../signature/index.js';
import { type Accounts, workspaceRefusal } from './accounts.js';
import { ambiguityIn } from './ambiguity.js';
import { answerAssignment, answerEvent, type CallbackAnswer, refused } from './answers.js';
import { firstValue, parseForm } from './form.js';
import type { CallbackOutcome } from './outcome.js';
import type { FieldProblem } from './problem.js';
import { withServerTiming } from './server-timing.js';
import { type CheckSignature, judgeSignatureHeader, signatureRefusal } from './signature-check.js';
import { judgeAge } from './staleness.js';
import type { CallbackRequest, HandleCallback } from './types.js';
import { validateAssignment, validateEvent } from './validate.js';

export interface CoreParts {
  readonly assignments: HandleAssignment;
  readonly events: HandleEvent;
  readonly checkSignature: CheckSignature;
  readonly clock: Clock;
  readonly log: Logger;
  /** From the arrival of the headers to the answer of an assignment callback, in milliseconds. */
  readonly deadlineMs: number;
  /** How old a callback may be, in milliseconds; false: any age. */
  readonly maxAgeMs: number | false;
  /** Names handler and verdict in each answer: outside production. */
  readonly serverTiming: boolean;
  /** The workspaces of each account; undefined: any. */
  readonly accounts: Accounts | undefined;
  readonly onOutcome: ReadonlyArray<(outcome: CallbackOutcome) => void>;
}

/** Events are answered by then, whatever their handlers do; Twilio waits 15 s. */
const EVENT_DEADLINE_MS = 10_000;

const ROUTES: ReadonlyMap<string, CallbackOutcome['route']> = new Map([
  ['/assignment', 'assignment'],
  ['/assignment/fallback', 'fallback'],
  ['/events', 'events'],
]);

/**
 * The way of a callback, whatever server it came through: headers, body, signature, boundaries, age, parameters, and
 * only then the user's handlers. Each step either goes on or ends it with an answer of its own.
 */
export function createCore(parts: CoreParts): HandleCallback {
  const { clock, log } = parts;
  const ageOf = judgeAge(parts.maxAgeMs, clock, log);
  let toldAmbiguous = false;

  return async (request) => {
    const route = ROUTES.get(request.path);
    if (route === undefined) return undefined;
    const began = performance.now();
    let answer: CallbackAnswer;
    try {
      answer = await take(request, route);
    } catch (error) {
      log.error({ err: error, route }, 'A callback failed in an unexpected way: answered 500');
      answer = refused(
        500,
        'unexpected',
        'Something unexpected went wrong; the log of the endpoint has the details.',
      );
    }
    const durationMs = performance.now() - began;
    tell(answer, route, durationMs);
    return parts.serverTiming ? withServerTiming(answer, durationMs) : answer.response;
  };

  async function take(request: CallbackRequest, route: CallbackOutcome['route']): Promise<CallbackAnswer> {
    const wrongHeaders = judgeHeaders(request);
    if (wrongHeaders) return wrongHeaders;
    const deadline = request.receivedAt + (route === 'events' ? EVENT_DEADLINE_MS : parts.deadlineMs);
    const body = await request.body(deadline - clock.now());
    const read = 'failure' in body ? body : 'pairs' in body ? body : parseForm(body.bytes);
    if ('failure' in read) return refusedBody(read.failure);
    const { pairs } = read;

    const verified = await parts.checkSignature(request, pairs, deadline);
    if (verified !== 'valid') return signatureRefusal(verified);
    const ambiguity = ambiguityIn(pairs, request.target, route);
    if (ambiguity !== undefined) return refusedAmbiguity(ambiguity);
    const age = ageOf(firstValue(pairs, 'Timestamp'));
    if (age === 'stale') return refused(403, 'stale-timestamp', TOO_OLD);
    const answer = await (route === 'events'
      ? takeEvent(request, pairs, deadline)
      : takeAssignment(request, pairs, route, deadline));
    return age === 'unknown' ? { ...answer, ageUnknown: true } : answer;
  }

  function refusedAmbiguity(ambiguity: string): CallbackAnswer {
    if (!toldAmbiguous) {
      toldAmbiguous = true;
      log.warn(
        { ambiguity },
        'A signed request was refused because its parameters can be read in two ways: a copy that somebody has cut anew?',
      );
    }
    return refused(403, 'ambiguous-parameters', `${ambiguity} ${AMBIGUOUS}`);
  }

  async function takeAssignment(
    { waitUntil }: CallbackRequest,
    pairs: FormPairs,
    route: 'assignment' | 'fallback',
    deadline: number,
  ) {
    const validated = await validateAssignment(pairs);
    if ('errors' in validated) return refusedFields(validated.errors);
    const foreign = workspaceRefusal(parts.accounts, validated.form);
    if (foreign) return foreign;
    const via = route === 'fallback' ? 'fallback' : 'primary';
    return answerAssignment(
      validated.form,
      await parts.assignments(validated.form, via, deadline, waitUntil),
    );
  }

  async function takeEvent({ waitUntil }: CallbackRequest, pairs: FormPairs, deadline: number) {
    const validated = await validateEvent(pairs);
    if ('errors' in validated) return refusedFields(validated.errors);
    const foreign = workspaceRefusal(parts.accounts, validated.form);
    if (foreign) return foreign;
    return answerEvent(validated.form, await parts.events(validated.form, deadline, waitUntil));
  }

  function tell(answer: CallbackAnswer, route: CallbackOutcome['route'], durationMs: number): void {
    if (parts.onOutcome.length === 0) return;
    const outcome = outcomeOf(answer, route, durationMs);
    for (const listener of parts.onOutcome) {
      try {
        listener(outcome);
      } catch (error) {
        log.error({ err: error }, 'An onOutcome listener failed');
      }
    }
  }
}

function outcomeOf(
  answer: CallbackAnswer,
  route: CallbackOutcome['route'],
  durationMs: number,
): CallbackOutcome {
  const { form } = answer;
  const assignment = form !== undefined && 'ReservationSid' in form ? form : undefined;
  return {
    route,
    status: answer.response.status,
    verdict: answer.verdict,
    reason: answer.reason,
    handler: answer.handler,
    instruction: answer.instruction,
    durationMs,
    degraded: answer.degraded ?? false,
    answeredTwice: answer.answeredTwice ?? false,
    ageUnknown: answer.ageUnknown ?? false,
    workspaceSid: form?.WorkspaceSid,
    taskSid: form?.TaskSid,
    workerSid: assignment?.WorkerSid,
    reservationSid: assignment?.ReservationSid,
    eventType: form !== undefined && 'EventType' in form ? form.EventType : undefined,
  };
}

const TOO_OLD = 'The Timestamp is older than this endpoint accepts.';

const AMBIGUOUS =
  'Twilio signs names and values joined, so that such parameters could be a copy of a genuine request with its ' +
  'boundaries moved.';

/** Whatever parameters follow, such as a charset. */
const FORM_TYPE = /^\s*application\/x-www-form-urlencoded\s*(?:;|$)/i;

/** What can be refused before the body is read. */
function judgeHeaders(request: CallbackRequest): CallbackAnswer | undefined {
  if (request.host !== 'good') return refused(400, 'bad-host', BAD_HOST[request.host]);
  if (request.method !== 'POST') {
    return refused(405, 'wrong-method', 'Callbacks are sent by POST: set POST as the method at Twilio.', {
      headers: { allow: 'POST' },
    });
  }
  if (!FORM_TYPE.test(request.header('content-type') ?? '')) {
    return refused(415, 'wrong-media-type', 'Callbacks are form posts: application/x-www-form-urlencoded.');
  }
  const unsigned = judgeSignatureHeader(request.header('x-twilio-signature'));
  return unsigned && signatureRefusal(unsigned);
}

const BAD_HOST = {
  several: 'There are several Host headers: a request has one.',
  malformed: 'The Host header is not a host name or address with or without a port.',
} as const;

function refusedFields(errors: readonly FieldProblem[]): CallbackAnswer {
  return refused(400, 'bad-fields', 'Some parameters are not as TaskRouter sends them.', { errors });
}

const BODY_REFUSALS = {
  'too-large': [413, 'The body has more than 256 KiB, far more than any callback.'],
  'too-many-parameters': [413, 'The body has more than 1,000 parameters, far more than any callback.'],
  'invalid-utf8': [400, 'The body is not UTF-8.'],
  'invalid-escape': [400, 'The body has a % that is not followed by two hexadecimal digits.'],
  aborted: [400, 'The connection ended before the body did.'],
  slow: [408, 'The body did not arrive in time.'],
  crowded: [503, 'Too many bodies are unfinished at once, and this one has been so for longest.'],
  consumed: [
    500,
    'Something read the body before the callback router and kept neither req.rawBody nor its parameters in req.body. ' +
      'Mount the router before that middleware, or let that middleware set req.rawBody.',
  ],
} as const;

function refusedBody(failure: keyof typeof BODY_REFUSALS): CallbackAnswer {
  const [status, detail] = BODY_REFUSALS[failure];
  return refused(status, `body-${failure}`, detail);
}
