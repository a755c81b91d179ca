import { HANDLER_HEADER } from '../http/answers.js';
import { decodeCallback } from '../instructions/index.js';
import type { SignedRequest } from '../testing/index.js';

/** The two kinds of callbacks, and how long Twilio waits for the answer to each, in milliseconds. */
export const LIMIT_MS = { assignment: 5_000, event: 15_000 } as const;

export type Kind = keyof typeof LIMIT_MS;

/** What came back, or why nothing did. */
export type Answer =
  | {
      readonly status: number;
      readonly contentType: string;
      readonly body: string;
      /** Where no handler of its own took the callback: `otherwise` or `none`, as an endpoint of this package says. */
      readonly handler?: string | undefined;
      readonly ms: number;
    }
  | { readonly failure: string; readonly ms: number };

/** Whether Twilio would take an answer, and what it would do or report. */
export interface Judgement {
  readonly accepted: boolean;
  readonly text: string;
}

/** Sends a signed request to `url` as Twilio would: within its time limit, and without following a redirect as GET. */
export async function exchange(kind: Kind, url: string, request: SignedRequest): Promise<Answer> {
  const { method, headers, body } = request;
  const began = performance.now();
  const elapsed = () => performance.now() - began;
  try {
    const signal = AbortSignal.timeout(LIMIT_MS[kind]);
    const response = await fetch(url, { method, headers: { ...headers }, body, redirect: 'manual', signal });
    const text = await response.text();
    const contentType = response.headers.get('content-type') ?? '';
    const handler = response.headers.get(HANDLER_HEADER) ?? undefined;
    return { status: response.status, contentType, body: text, handler, ms: elapsed() };
  } catch (error) {
    return { failure: whyNoAnswer(error, LIMIT_MS[kind]), ms: elapsed() };
  }
}

function whyNoAnswer(error: unknown, limitMs: number): string {
  if (error instanceof Error && error.name === 'TimeoutError') return `no answer in ${limitMs / 1_000} s`;
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  return code || (cause instanceof Error ? cause.message : String(cause));
}

/**
 * Judges an answer by Twilio's rules: status, content type, time, and for an assignment the instruction, with the code
 * Twilio's debugger would show.
 *
 * @see twilio.com/docs/taskrouter/handle-assignment-callbacks, twilio.com/docs/taskrouter/api/event
 */
export function judge(kind: Kind, answer: Answer): Judgement {
  if ('failure' in answer) return refused(`${answer.failure}. ${CONSEQUENCE[kind]}`);
  if (kind === 'event') {
    if (answer.status === 204 || answer.status === 200) return { accepted: true, text: 'the event is taken' };
    return refused(`status ${answer.status}, and an event wants 204. ${CONSEQUENCE.event}`);
  }
  if (answer.status !== 200) {
    return refused(`11217: status ${answer.status}, and Twilio wants 200. ${CONSEQUENCE.assignment}`);
  }
  if (answer.contentType.split(';')[0]!.trim().toLowerCase() !== 'application/json') {
    return refused(`40000: the content type is not application/json. ${CONSEQUENCE.assignment}`);
  }
  const decoded = decodeCallback(answer.body);
  if (!decoded.ok) return refused(withCode(decoded.code, decoded.message));
  const { instruction } = decoded.instruction;
  return {
    accepted: true,
    text: instruction === 'defer' ? 'the reservation stays pending' : `the instruction is ${instruction}`,
  };
}

const CONSEQUENCE: Readonly<Record<Kind, string>> = {
  assignment: 'Twilio would call the fallback URL; if that fails too, it cancels the reservation.',
  event: 'Twilio would report the failure in its debugger.',
};

function withCode(code: number, message: string): string {
  return message.includes(String(code)) ? message : `${code}: ${message}`;
}

function refused(text: string): Judgement {
  return { accepted: false, text };
}
