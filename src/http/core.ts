import type { HandleAssignment } from '../callbacks/assignment/handle-assignment.js';
import type { AssignmentForm, EventForm } from '../callbacks/form.js';
import type { HandleEvent } from '../callbacks/handle-event.js';
import type { Clock } from '../clock.js';
import type { Logger } from '../log.js';
import { isPromise, type MaybePromise, notify } from '../maybe-promise.js';
import type { FormPairs } from '../signature/index.js';
import { type Accounts, workspaceRefusal } from './accounts.js';
import { ambiguityIn } from './ambiguity.js';
import { answerAssignment, answerEvent, type CallbackAnswer, refused } from './answers.js';
import { firstValue, parseForm } from './form.js';
import type { CallbackOutcome } from './outcome.js';
import type { FieldProblem } from './problem.js';
import { withServerTiming } from './server-timing.js';
import {
  type CheckSignature,
  judgeSignatureHeader,
  type SignatureVerdict,
  signatureRefusal,
} from './signature-check.js';
import { judgeAge } from './staleness.js';
import type { CallbackRequest, CallbackResponse, HandleCallback, ReceivedBody } from './types.js';
import { type Validated, validateAssignment, validateEvent } from './validate.js';

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
  /** The workspaces of each account; undefined: any. */
  readonly accounts: Accounts | undefined;
  /** Names handler and verdict in each answer: outside production. */
  readonly serverTiming: boolean;
  readonly onOutcome: ReadonlyArray<(outcome: CallbackOutcome) => void>;
}

/** Events are answered by then, even if their handlers go on; Twilio waits 15 s. */
const EVENT_DEADLINE_MS = 10_000;

type Route = CallbackOutcome['route'];

/** The three routes. A switch, because it is asked for every request. */
function routeOf(path: string): Route | undefined {
  switch (path) {
    case '/assignment':
      return 'assignment';
    case '/assignment/fallback':
      return 'fallback';
    case '/events':
      return 'events';
    default:
      return undefined;
  }
}

/**
 * The way of a callback from any server: headers, body, signature, boundaries, age, parameters, and only then the user's
 * handlers. Each step either goes on or ends the callback with an answer. If nothing has to wait, the way is one
 * synchronous call.
 */
export function createCore(parts: CoreParts): HandleCallback {
  const { accounts, assignments, checkSignature, clock, deadlineMs, events, log, onOutcome } = parts;
  const ageOf = judgeAge(parts.maxAgeMs, clock, log);
  let toldAmbiguous = false;

  /** One callback on its way. */
  class Callback {
    readonly #request: CallbackRequest;
    readonly #route: Route;
    readonly #respond: (response: CallbackResponse) => void;
    readonly #began = performance.now();
    readonly #deadline: number;
    #pairs: FormPairs = NO_PAIRS;
    #ageUnknown = false;
    #ended = false;

    constructor(request: CallbackRequest, route: Route, respond: (response: CallbackResponse) => void) {
      this.#request = request;
      this.#route = route;
      this.#respond = respond;
      this.#deadline = request.receivedAt + (route === 'events' ? EVENT_DEADLINE_MS : deadlineMs);
    }

    start(): void {
      try {
        const wrongHeaders = judgeHeaders(this.#request);
        if (wrongHeaders) this.#end(wrongHeaders);
        else this.#request.body(this.#deadline - clock.now(), (body) => this.#read(body));
      } catch (error) {
        this.#fail(error);
      }
    }

    #read(body: ReceivedBody): void {
      try {
        const read = 'bytes' in body ? parseForm(body.bytes) : body;
        if ('failure' in read) this.#end(refusedBody(read.failure));
        else this.#verify(read.pairs);
      } catch (error) {
        this.#fail(error);
      }
    }

    #verify(pairs: FormPairs): void {
      this.#pairs = pairs;
      const verdict = checkSignature(this.#request, pairs, this.#deadline);
      if (typeof verdict === 'string') this.#verified(verdict);
      else this.#after(verdict, (verified) => this.#verified(verified));
    }

    /** Why a form is refused though its body could be read, if it is. */
    #refusal(verdict: SignatureVerdict): CallbackAnswer | undefined {
      if (verdict !== 'valid') return signatureRefusal(verdict);
      const ambiguity = ambiguityIn(this.#pairs, this.#request.target, this.#route);
      if (ambiguity !== undefined) return refusedAmbiguity(ambiguity);
      const age = ageOf(firstValue(this.#pairs, 'Timestamp'));
      this.#ageUnknown = age === 'unknown';
      return age === 'stale' ? refused(403, 'stale-timestamp', TOO_OLD) : undefined;
    }

    #verified(verdict: SignatureVerdict): void {
      const refusal = this.#refusal(verdict);
      if (refusal) {
        this.#end(refusal);
      } else if (this.#route === 'events') {
        this.#with(validateEvent(this.#pairs), (form) => this.#event(form));
      } else {
        this.#with(validateAssignment(this.#pairs), (form) => this.#assignment(form));
      }
    }

    /** Goes on with the form, or answers what is wrong with it. */
    #with<F extends AssignmentForm | EventForm>(
      validated: MaybePromise<Validated<F>>,
      then: (form: F) => void,
    ): void {
      if (isPromise(validated)) {
        this.#after(validated, (result) => this.#with(result, then));
      } else if ('errors' in validated) {
        this.#end(refusedFields(validated.errors));
      } else {
        const foreign = accounts && workspaceRefusal(accounts, validated.form);
        if (foreign) this.#end(foreign);
        else then(validated.form);
      }
    }

    #assignment(form: AssignmentForm): void {
      const via = this.#route === 'fallback' ? 'fallback' : 'primary';
      const end = assignments(form, via, this.#deadline, this.#request.waitUntil);
      if (isPromise(end)) this.#after(end, (result) => this.#end(answerAssignment(form, result)));
      else this.#end(answerAssignment(form, end));
    }

    #event(form: EventForm): void {
      const end = events(form, this.#deadline, this.#request.waitUntil);
      this.#after(end, (result) => this.#end(answerEvent(form, result)));
    }

    #after<T>(promise: Promise<T>, then: (value: T) => void): void {
      promise.then(then).catch((error: unknown) => this.#fail(error));
    }

    #fail(error: unknown): void {
      // Nothing may fail once it has ended, and nobody is left to answer if something does.
      if (this.#ended) return;
      tellError({ err: error, route: this.#route }, 'A callback failed in an unexpected way: answered 500');
      this.#end(refused(500, 'unexpected', UNEXPECTED));
    }

    /** Told once and answered once, whatever listeners and the server do. */
    #end(answer: CallbackAnswer): void {
      this.#ended = true;
      const durationMs = performance.now() - this.#began;
      if (onOutcome.length > 0) {
        const outcome = outcomeOf(answer, this.#route, durationMs, this.#ageUnknown);
        for (const listener of onOutcome) notify(listener, outcome, listenerFailed);
      }
      try {
        this.#respond(parts.serverTiming ? withServerTiming(answer, durationMs) : answer.response);
      } catch (error) {
        tellError({ err: error, route: this.#route }, 'The answer of a callback could not be written');
      }
    }
  }

  function refusedAmbiguity(ambiguity: string): CallbackAnswer {
    if (!toldAmbiguous) {
      toldAmbiguous = true;
      log.warn(
        { ambiguity },
        'Refused a signed request because its parameters can be read in two ways; it may be an altered copy of a genuine one',
      );
    }
    return refused(403, 'ambiguous-parameters', `${ambiguity} ${AMBIGUOUS}`);
  }

  function listenerFailed(error: unknown): void {
    tellError({ err: error }, 'An onOutcome listener failed');
  }

  /** A logger that fails costs its line, not the answer. */
  function tellError(fields: object, message: string): void {
    try {
      log.error(fields, message);
    } catch {}
  }

  return (request, respond) => {
    const route = routeOf(request.path);
    if (route === undefined) respond(undefined);
    else new Callback(request, route, respond).start();
  };
}

const NO_PAIRS: FormPairs = [];

const UNEXPECTED = "Something unexpected went wrong. See the endpoint's log for the details.";

function outcomeOf(
  answer: CallbackAnswer,
  route: Route,
  durationMs: number,
  ageUnknown: boolean,
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
    ageUnknown,
    workspaceSid: form?.WorkspaceSid,
    taskSid: form?.TaskSid,
    workerSid: assignment?.WorkerSid,
    reservationSid: assignment?.ReservationSid,
    eventType: form !== undefined && 'EventType' in form ? form.EventType : undefined,
  };
}

const TOO_OLD = 'The Timestamp is older than this endpoint accepts.';

const AMBIGUOUS =
  'Twilio joins names and values before it signs them. These parameters could be a copy of a genuine request with ' +
  'its boundaries moved.';

const PLAIN_FORM_TYPE = 'application/x-www-form-urlencoded';
/** Parameters such as a charset may follow. */
const FORM_TYPE = /^\s*application\/x-www-form-urlencoded\s*(?:;|$)/i;

/** What can be refused before the body is read. */
function judgeHeaders(request: CallbackRequest): CallbackAnswer | undefined {
  if (request.host !== 'good') return refused(400, 'bad-host', BAD_HOST[request.host]);
  if (request.method !== 'POST') {
    return refused(405, 'wrong-method', 'Callbacks must be sent by POST: set the method to POST in Twilio.', {
      headers: { allow: 'POST' },
    });
  }
  const contentType = request.header('content-type');
  if (contentType !== PLAIN_FORM_TYPE && !FORM_TYPE.test(contentType ?? '')) {
    return refused(415, 'wrong-media-type', 'Callbacks are form posts: application/x-www-form-urlencoded.');
  }
  const unsigned = judgeSignatureHeader(request.header('x-twilio-signature'));
  return unsigned && signatureRefusal(unsigned);
}

const BAD_HOST = {
  several: 'The request has several Host headers; it must have one.',
  malformed: 'The Host header must be a host name or an address, with or without a port.',
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
  crowded: [503, 'Too many request bodies are unfinished at once, and this one is the oldest.'],
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
