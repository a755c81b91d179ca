import type { Clock } from '../clock.js';
import type { Failure } from './decide.js';
import type { WireRequest } from './encode.js';
import { isJsonObject, readErrorAnswer } from './error-answer.js';
import type { ErrorAnswer } from './errors.js';
import type { JsonObject } from './facts/kinds.js';

/** What one attempt needs. */
export interface Line {
  readonly fetch: typeof fetch;
  readonly clock: Clock;
  /** Scheme, host and port, without a slash at the end. */
  readonly origin: string;
  /** The header Authorization. */
  readonly authorization: string;
  readonly userAgent: string;
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
 * Sends one request and reads its whole answer, within `timeoutMs`. The body is read to its end in every case: only
 * then does the connection serve the next request.
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
    const response = await line.fetch(line.origin + request.target, {
      method: request.method,
      headers: { ...request.headers, authorization: line.authorization, 'user-agent': line.userAgent },
      ...(request.body === undefined ? {} : { body: request.body }),
      // Credentials go to Twilio and nowhere else.
      redirect: 'manual',
      signal: controller.signal,
    });
    return read(response, await response.text(), line.clock.now());
  } catch (error) {
    if (error instanceof AttemptError) throw error;
    if (cut !== undefined)
      throw new AttemptError({ kind: cut }, { cause: cut === 'aborted' ? signal?.reason : undefined });
    throw new AttemptError({ kind: wasNotSent(error) ? 'unsent' : 'lost' }, { cause: error });
  } finally {
    line.clock.clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  }
}

function read(response: Response, text: string, now: number): Answer {
  const { status, headers } = response;
  const json = status === 204 && text === '' ? {} : parse(text);
  if (status < 200 || status > 299) {
    const answer = readErrorAnswer(status, headers, json, now);
    throw new AttemptError({ kind: 'status', status, retryAfterMs: answer.retryAfterMs }, { answer });
  }
  if (!isJsonObject(json)) throw new AttemptError({ kind: 'unreadable' });
  return { json, etag: headers.get('etag') ?? undefined };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const NOT_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EAI_FAIL',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** Whether a failure of `fetch` says for certain that no byte of the request left. Node puts the reason in `cause`. */
function wasNotSent(error: unknown): boolean {
  for (let one = error, depth = 0; one instanceof Error && depth < 5; one = one.cause, depth += 1) {
    const { code, syscall } = one as NodeJS.ErrnoException;
    if (syscall === 'connect' || syscall === 'getaddrinfo') return true;
    if (code !== undefined && NOT_SENT.has(code)) return true;
    // One address after the other was tried.
    if (one instanceof AggregateError && one.errors.length > 0) return one.errors.every(wasNotSent);
  }
  return false;
}
