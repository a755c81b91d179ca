import { descIn, SERVER_TIMING } from '../http/server-timing.js';
import { type AnswerProblem, eventAnswerProblem, judgeAssignmentAnswer } from '../instructions/index.js';
import type { SignedRequest } from '../testing/index.js';

/** The two kinds of callbacks, and how long Twilio waits for the answer to each, in milliseconds. */
export const LIMIT_MS = { assignment: 5_000, event: 15_000 } as const;

export type Kind = keyof typeof LIMIT_MS;

/** The answer, or why there is none. */
export type Answer =
  | {
      readonly status: number;
      readonly contentType: string;
      readonly body: string;
      /** `otherwise` or `none`, which an endpoint of this package reports when no handler matched. */
      readonly handler?: 'otherwise' | 'none' | undefined;
      readonly ms: number;
    }
  | { readonly failure: string; readonly ms: number };

/** Whether Twilio would accept an answer, and what it would do or report. */
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
    const handler = whoseOwn(response.headers.get(SERVER_TIMING));
    return { status: response.status, contentType, body: text, handler, ms: elapsed() };
  } catch (error) {
    return { failure: whyNoAnswer(error, LIMIT_MS[kind]), ms: elapsed() };
  }
}

/** An endpoint of this package says where no handler of its own took the callback. */
function whoseOwn(serverTiming: string | null): 'otherwise' | 'none' | undefined {
  if (descIn(serverTiming, 'handler') === 'otherwise') return 'otherwise';
  return descIn(serverTiming, 'verdict') === 'ignored' ? 'none' : undefined;
}

function whyNoAnswer(error: unknown, limitMs: number): string {
  if (error instanceof Error && error.name === 'TimeoutError') return `no answer in ${limitMs / 1_000} s`;
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  return code || (cause instanceof Error ? cause.message : String(cause));
}

/** Judges an answer as Twilio would, with the code that its debugger would show. */
export function judge(kind: Kind, answer: Answer): Judgement {
  if ('failure' in answer) return refused(`${answer.failure}. ${CONSEQUENCE[kind]}`);
  if (kind === 'event') {
    const problem = eventAnswerProblem(answer);
    return problem
      ? refused(`${withCode(problem)}. ${CONSEQUENCE.event}`)
      : { accepted: true, text: 'the event is delivered' };
  }
  const judged = judgeAssignmentAnswer(answer);
  if (judged.verdict === 'failed') return refused(`${withCode(judged)}. ${CONSEQUENCE.assignment}`);
  if (judged.verdict === 'unreadable') return refused(withCode(judged));
  const { instruction } = judged.instruction;
  const effect =
    instruction === 'defer' ? 'the reservation stays pending' : `the instruction is ${instruction}`;
  return { accepted: true, text: judged.warning ? `${effect}. ${judged.warning.message}` : effect };
}

const CONSEQUENCE: Readonly<Record<Kind, string>> = {
  assignment: 'Twilio would call the fallback URL; if that fails too, it cancels the reservation.',
  event: 'Twilio would report the failure in its debugger.',
};

function withCode({ code, message }: AnswerProblem): string {
  return message.includes(String(code)) ? message : `${code}: ${message}`;
}

function refused(text: string): Judgement {
  return { accepted: false, text };
}
