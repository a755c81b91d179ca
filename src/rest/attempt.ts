import { type Clock, dateOf } from '../clock.js';
import type { WireRequest } from './encode.js';
import { isJsonObject, readErrorAnswer } from './error-answer.js';
import type { ErrorAnswer } from './errors.js';
import type { Failure } from './retry-policy.js';
import type { JsonObject } from './spec/kinds.js';
import { type HttpAnswer, NotSentError, type Transport } from './transport.js';

/** What one attempt needs. */
export interface Line {
  readonly transport: Transport;
  readonly clock: Clock;
  /** What every request has: Authorization and User-Agent. */
  readonly headers: Readonly<Record<string, string>>;
}

/** A success: the body's JSON object (empty for 204) and the version of the resource. */
export interface Answer {
  readonly json: JsonObject;
  readonly etag: string | undefined;
}

/** One attempt that failed: how, and what Twilio said. */
export class AttemptError extends Error {
  readonly failure: Failure;
  readonly answer: ErrorAnswer | undefined;

  constructor(failure: Failure, options: { answer?: ErrorAnswer; cause?: unknown } = {}) {
    super(failure.kind, options.cause === undefined ? {} : { cause: options.cause });
    this.failure = failure;
    this.answer = options.answer;
  }
}

/**
 * Sends one request and reads its whole answer, within `timeoutMs`.
 *
 * @throws {AttemptError} on everything but a success.
 */
export async function attempt(
  line: Line,
  request: WireRequest,
  { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal: AbortSignal | undefined },
): Promise<Answer> {
  if (signal?.aborted) throw new AttemptError({ kind: 'aborted' }, { cause: signal.reason });
  const controller = new AbortController();
  let cut: 'aborted' | 'timeout' | undefined;
  const stop = (kind: 'aborted' | 'timeout') => {
    cut ??= kind;
    controller.abort();
  };
  const onAbort = () => stop('aborted');
  const timer = line.clock.setTimeout(() => stop('timeout'), timeoutMs);
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    const answer = await line.transport({
      ...request,
      headers: { ...request.headers, ...line.headers },
      signal: controller.signal,
    });
    return read(answer, dateOf(line.clock));
  } catch (error) {
    if (error instanceof AttemptError) throw error;
    if (cut === 'aborted') throw new AttemptError({ kind: cut }, { cause: signal?.reason });
    if (error instanceof NotSentError) throw new AttemptError({ kind: 'unsent' }, { cause: error.cause });
    if (cut === 'timeout') throw new AttemptError({ kind: cut });
    throw new AttemptError({ kind: 'lost' }, { cause: error });
  } finally {
    line.clock.clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  }
}

function read({ status, header, text }: HttpAnswer, now: number): Answer {
  const json = status === 204 && text === '' ? {} : parse(text);
  if (status < 200 || status > 299) {
    const answer = readErrorAnswer(status, header, json, now);
    throw new AttemptError({ kind: 'status', status, retryAfterMs: answer.retryAfterMs }, { answer });
  }
  if (!isJsonObject(json)) throw new AttemptError({ kind: 'unreadable' });
  return { json, etag: header('etag') };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
