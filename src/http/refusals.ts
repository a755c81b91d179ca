import type { Logger } from '../log.js';
import { type CallbackAnswer, refused } from './answers.js';
import type { FieldProblem } from './problem.js';
import { judgeSignatureHeader, signatureRefusal } from './signature-check.js';
import type { CallbackRequest } from './types.js';

/** Parameters such as a charset may follow. */
const FORM_TYPE = /^\s*application\/x-www-form-urlencoded\s*(?:;|$)/i;

/** What can be refused before the body is read; undefined: nothing. */
export function judgeHeaders(request: CallbackRequest): CallbackAnswer | undefined {
  if (request.host !== 'good') return refused(400, 'bad-host', BAD_HOST[request.host]);
  if (request.method !== 'POST') {
    return refused(405, 'wrong-method', 'Callbacks must be sent by POST: set the method to POST in Twilio.', {
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
  several: 'The request has several Host headers; it must have one.',
  malformed: 'The Host header must be a host name or an address, with or without a port.',
} as const;

export function refusedFields(errors: readonly FieldProblem[]): CallbackAnswer {
  return refused(400, 'bad-fields', 'Some parameters are not what TaskRouter sends.', { errors });
}

const BODY_REFUSALS = {
  'too-large': [413, 'The body has more than 256 KiB, far more than any callback.'],
  'too-many-parameters': [413, 'The body has more than 1,000 parameters, far more than any callback.'],
  'invalid-utf8': [400, 'The body is not UTF-8.'],
  'invalid-escape': [400, 'The body has a % that is not followed by two hexadecimal digits.'],
  aborted: [400, 'The connection ended before the body was complete.'],
  slow: [408, 'The body did not arrive in time.'],
  crowded: [503, 'Too many request bodies are unfinished at once, and this one is the oldest.'],
  consumed: [
    500,
    'Something read the body before the callback router and kept neither req.rawBody nor its parameters in req.body. ' +
      'Mount the router before that middleware, or let that middleware set req.rawBody.',
  ],
} as const;

export function refusedBody(failure: keyof typeof BODY_REFUSALS): CallbackAnswer {
  const [status, detail] = BODY_REFUSALS[failure];
  return refused(status, `body-${failure}`, detail);
}

/** Refusals of signed requests whose reason is logged the first time, because someone should look at it. */
export interface ToldRefusals {
  /** The parameters can be read in two ways; `ambiguity` says which. */
  ambiguous(ambiguity: string): CallbackAnswer;
  /** The callback is older than `maxAgeMs`. */
  stale(ageMs: number): CallbackAnswer;
}

export function createToldRefusals(log: Logger, maxAgeMs: number | false): ToldRefusals {
  let toldAmbiguous = false;
  let toldStale = false;
  return {
    ambiguous(ambiguity) {
      if (!toldAmbiguous) {
        toldAmbiguous = true;
        log.warn(
          { ambiguity },
          'Refused a signed request because its parameters can be read in two ways; it may be an altered copy of a genuine one',
        );
      }
      return refused(403, 'ambiguous-parameters', `${ambiguity} ${AMBIGUOUS}`);
    },
    stale(ageMs) {
      if (!toldStale) {
        toldStale = true;
        log.warn(
          { ageMs, maxAgeMs },
          "A callback's Timestamp is too old: is the clock of this machine right?",
        );
      }
      return refused(403, 'stale-timestamp', 'The Timestamp is older than this endpoint accepts.');
    },
  };
}

const AMBIGUOUS =
  'Twilio joins names and values before it signs them. These parameters could be a copy of a genuine request with ' +
  'its boundaries moved.';
