import type { AssignmentEnd, HandleAssignment } from '../callbacks/assignment/handle-assignment.js';
import type { AssignmentForm, EventForm } from '../callbacks/form.js';
import type { HandleEvent } from '../callbacks/handle-event.js';
import { type Clock, dateOf } from '../clock.js';
import type { Logger } from '../log.js';
import { isPromise, notify } from '../maybe-promise.js';
import { type FormPairs, isSignature, isSignedExactly } from '../signature/index.js';
import { type Accounts, workspaceRefusal } from './accounts.js';
import {
  answerEvent,
  answerFailure,
  BY_OTHERWISE,
  type CallbackAnswer,
  JSON_TYPE,
  refused,
} from './answers.js';
import { parseForm } from './form.js';
import { type CallbackOutcome, instructionIn } from './outcome.js';
import {
  ASSIGNMENT,
  assignmentForm,
  EVENT,
  eventForm,
  type Parameters,
  readParameters,
} from './parameters.js';
import { createToldRefusals, judgeHeaders, refusedBody, refusedFields } from './refusals.js';
import { withServerTiming } from './server-timing.js';
import { type CheckSignature, type SignatureVerdict, signatureRefusal } from './signature-check.js';
import type { CallbackRequest, CallbackResponse, HandleCallback, ReceivedBody } from './types.js';
import { wrongInAssignment, wrongInEvent } from './validate.js';

export interface CoreParts {
  readonly assignments: HandleAssignment;
  readonly events: HandleEvent;
  /** The tokens that sign every callback; undefined if they depend on the account. */
  readonly authTokens: readonly string[] | undefined;
  /** Judges what `authTokens` do not settle. */
  readonly checkSignature: CheckSignature;
  readonly clock: Clock;
  readonly log: Logger;
  /** From the arrival of the headers to the answer of an assignment callback, in milliseconds. */
  readonly deadlineMs: number;
  /**
   * How old a callback may be, in milliseconds; false: any age. A signature covers no time, so a captured request stays
   * valid forever. Answers are kept for five minutes longer than this, and an older callback could only run again. A
   * Timestamp of unknown form is let through, because Twilio documents no form. So is a missing one, because genuine
   * assignment callbacks have come without.
   */
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
  const {
    accounts,
    assignments,
    authTokens,
    checkSignature,
    clock,
    deadlineMs,
    events,
    log,
    maxAgeMs,
    onOutcome,
  } = parts;
  const told = createToldRefusals(log, maxAgeMs);

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
        const wrong = areGood(this.#request) ? undefined : judgeHeaders(this.#request);
        if (wrong) this.#end(wrong);
        else this.#request.body(this.#deadline - clock.now(), (body) => this.#read(body));
      } catch (error) {
        this.#fail(error);
      }
    }

    #read(body: ReceivedBody): void {
      try {
        const read = 'bytes' in body ? parseForm(body.bytes) : body;
        if ('failure' in read) {
          this.#end(refusedBody(read.failure));
          return;
        }
        const request = this.#request;
        const { pairs } = read;
        this.#pairs = pairs;
        const signature = request.header('x-twilio-signature')!;
        if (authTokens !== undefined && isSignedExactly(signature, request.urls(), pairs, authTokens)) {
          this.#signed();
          return;
        }
        const verdict = checkSignature(request, pairs, this.#deadline);
        if (typeof verdict === 'string') this.#judged(verdict);
        else this.#after(verdict, (judged) => this.#judged(judged));
      } catch (error) {
        this.#fail(error);
      }
    }

    #judged(verdict: SignatureVerdict): void {
      if (verdict === 'valid') this.#signed();
      else this.#end(signatureRefusal(verdict));
    }

    /** Twilio sent it, once. What is left to ask is whether this is it, unaltered, and whether it is recent. */
    #signed(): void {
      const pairs = this.#pairs;
      const isEvent = this.#route === 'events';
      const read = readParameters(isEvent ? EVENT : ASSIGNMENT, pairs, this.#request.target);
      const { ambiguity, fields, sentAt } = read;
      const ageMs = sentAt === undefined ? undefined : dateOf(clock) - sentAt;
      if (ambiguity !== undefined) {
        this.#end(told.ambiguous(ambiguity));
      } else if (ageMs !== undefined && maxAgeMs !== false && ageMs > maxAgeMs) {
        this.#end(told.stale(ageMs));
      } else {
        this.#ageUnknown = ageMs === undefined;
        if (fields === undefined) this.#misfit(isEvent ? wrongInEvent : wrongInAssignment);
        else if (isEvent) this.#event(eventForm(fields, pairs));
        else this.#assignment(assignmentForm(fields, pairs), read);
      }
    }

    #misfit(nameWrong: typeof wrongInEvent): void {
      this.#after(nameWrong(this.#pairs), (errors) => this.#end(refusedFields(errors)));
    }

    #assignment(form: AssignmentForm, read: Parameters): void {
      const foreign = accounts && workspaceRefusal(accounts, form);
      if (foreign) {
        this.#end(foreign);
        return;
      }
      const via = this.#route === 'fallback' ? 'fallback' : 'primary';
      const end = assignments(form, read, via, this.#deadline, this.#request.waitUntil);
      if (isPromise(end)) this.#after(end, (later) => this.#end(answerAssignment(form, later)));
      else this.#end(answerAssignment(form, end));
    }

    #event(form: EventForm): void {
      const foreign = accounts && workspaceRefusal(accounts, form);
      if (foreign) {
        this.#end(foreign);
        return;
      }
      const end = events(form, this.#deadline, this.#request.waitUntil);
      this.#after(end, (result) => this.#end(answerEvent(form, result)));
    }

    #after<T>(promise: Promise<T>, then: (value: T) => void): void {
      promise.then(then).catch((error: unknown) => this.#fail(error));
    }

    #fail(error: unknown): void {
      // Nothing may fail once it has ended, and nobody is left to answer if something does.
      if (this.#ended) return;
      tellError({ err: error, route: this.#route }, 'A callback failed unexpectedly: answered 500');
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

const PLAIN_FORM_TYPE = /^application\/x-www-form-urlencoded(?:;|$)/;

/** Whether nothing is wrong with the headers. `judgeHeaders` looks more closely, and says what is. */
function areGood(request: CallbackRequest): boolean {
  const signature = request.header('x-twilio-signature');
  return (
    request.host === 'good' &&
    request.method === 'POST' &&
    signature !== undefined &&
    isSignature(signature) &&
    PLAIN_FORM_TYPE.test(request.header('content-type') ?? '')
  );
}

/** The HTTP answer of an assignment callback. */
function answerAssignment(form: AssignmentForm, end: AssignmentEnd): CallbackAnswer {
  const { answeredTwice, handler, result } = end;
  if (result.status !== 'answered') return answerFailure(form, result, handler);
  const { answer, verdict, degraded = false } = result;
  const response = { status: 200, headers: handler === 'otherwise' ? BY_OTHERWISE : JSON_TYPE, body: answer };
  // Duplicates get an answer that is only a string here.
  const instruction = end.answer === answer ? end.instruction : instructionIn(answer);
  return { response, verdict, reason: undefined, degraded, answeredTwice, handler, form, instruction };
}

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
