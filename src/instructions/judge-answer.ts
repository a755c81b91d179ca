import { type DecodedCallback, decodeCallback } from './parse.js';

/** What came back over HTTP. */
export interface CallbackAnswer {
  readonly status: number;
  /** The header, as it came; empty: none. */
  readonly contentType: string;
  readonly body: string;
}

export interface JudgeOptions {
  /** What 204 means for an assignment callback: `{}`, with a warning, or a failure. Default: `defer`. */
  readonly noContent?: 'defer' | 'fail' | undefined;
}

/** A code of Twilio's debugger, and what it is about. */
export interface AnswerProblem {
  readonly code: number;
  readonly message: string;
}

/** What Twilio makes of an answer to an assignment callback. */
export type JudgedAnswer =
  /** Accepted: the instruction is carried out (`defer`: the reservation stays pending). */
  | {
      readonly verdict: 'taken';
      readonly instruction: Extract<DecodedCallback, { ok: true }>['instruction'];
      /** Twilio does not document this answer: what to answer instead. */
      readonly warning?: AnswerProblem;
    }
  /** It arrived in time and in form, but no instruction can be read from it: the reservation stays pending. */
  | ({ readonly verdict: 'unreadable' } & AnswerProblem)
  /** Discarded: Twilio calls the fallback URL, and if that fails too, cancels the reservation. */
  | ({ readonly verdict: 'failed' } & AnswerProblem);

const noContentWarning: AnswerProblem = {
  code: 40000,
  message: 'status 204 counts as {}, but that is undocumented: answer 200 and {}',
};

/**
 * Judges an answer to an assignment callback: 200 and `application/json`, or 200 and an empty body, which counts as
 * `{}`. 204 counts as `{}` too. That is our choice, because applications whose agents accept on their own screens have
 * answered 204 for years. Every other status, other 2xx included, and every other media type is a failure.
 *
 * @see twilio.com/docs/taskrouter/handle-assignment-callbacks
 * @example
 * judgeAssignmentAnswer({ status: 500, contentType: '', body: '' })
 * // { verdict: 'failed', code: 11217, message: 'status 500; Twilio wants 200' }
 */
export function judgeAssignmentAnswer(answer: CallbackAnswer, options: JudgeOptions = {}): JudgedAnswer {
  const { status, contentType, body } = answer;
  if (status === 204 && options.noContent !== 'fail') {
    return { verdict: 'taken', instruction: { instruction: 'defer' }, warning: noContentWarning };
  }
  if (status !== 200)
    return { verdict: 'failed', code: 11217, message: `status ${status}; Twilio wants 200` };
  if (body.trim() === '') return { verdict: 'taken', instruction: { instruction: 'defer' } };
  if (mediaType(contentType) !== 'application/json') {
    return { verdict: 'failed', code: 40000, message: 'the content type is not application/json' };
  }
  const decoded = decodeCallback(body);
  return decoded.ok
    ? { verdict: 'taken', instruction: decoded.instruction }
    : { verdict: 'unreadable', code: decoded.code, message: decoded.message };
}

/**
 * Why an answer to an event callback is a failure; undefined if it is accepted. 204 is documented; other 2xx are known
 * to work.
 *
 * @see twilio.com/docs/taskrouter/api/event/reference
 */
export function eventAnswerProblem({ status }: Pick<CallbackAnswer, 'status'>): AnswerProblem | undefined {
  if (status >= 200 && status <= 299) return undefined;
  return { code: 11217, message: `status ${status}; an event callback wants 204` };
}

const mediaType = (contentType: string) => contentType.split(';', 1)[0]!.trim().toLowerCase();
