import type { IncomingMessage } from 'node:http';
import { MAX_BODY_BYTES, pairsOfParsedBody } from './form.js';
import type { ReceivedBody } from './types.js';
import { bodyLimits, hold, letGo, type UnfinishedBody } from './unfinished-bodies.js';

/** A Node request, with what body parsers leave on it. */
export interface NodeRequest extends IncomingMessage {
  rawBody?: unknown;
  body?: unknown;
}

/**
 * The body of a Node request, even if other middleware ran before: `rawBody` if something kept it, else the stream if
 * nothing has read it, else the result of a parser.
 */
export function readNodeBody(
  request: NodeRequest,
  timeoutMs: number,
  done: (body: ReceivedBody) => void,
): void {
  const { rawBody, body } = request;
  if (isBytes(rawBody)) done(limited(rawBody));
  else if (!request.readableDidRead && !request.readableEnded) readStream(request, timeoutMs, done);
  else done(isBytes(body) ? limited(body) : parsed(body));
}

/** What a body parser made of it. */
function parsed(body: unknown): ReceivedBody {
  const pairs = pairsOfParsedBody(body);
  return pairs ? { pairs } : { failure: 'consumed' };
}

function isBytes(value: unknown): value is string | Uint8Array {
  return typeof value === 'string' || value instanceof Uint8Array;
}

function limited(bytes: string | Uint8Array): ReceivedBody {
  return bytes.length > MAX_BODY_BYTES ? { failure: 'too-large' } : { bytes };
}

function readStream(request: IncomingMessage, timeoutMs: number, done: (body: ReceivedBody) => void): void {
  const announced = Number(request.headers['content-length'] ?? Number.NaN);
  if (request.destroyed || announced > MAX_BODY_BYTES) {
    done(request.destroyed ? ABORTED : tooLarge(request));
    return;
  }
  // Nearly always it is one piece.
  let first: Uint8Array | undefined;
  let others: Uint8Array[] | undefined;
  let size = 0;
  let ended = false;
  let unfinished: UnfinishedBody | undefined;
  const finish = (body: ReceivedBody) => {
    if (ended) return;
    ended = true;
    limit.cancel();
    if (unfinished) letGo(unfinished);
    // The listeners stay for as long as the connection does: the pieces must not.
    first = undefined;
    others = undefined;
    done(body);
  };
  const limit = bodyLimits.add(timeoutMs, () => finish(thrownAway(request, 'slow')));
  request
    .on('data', (chunk: string | Uint8Array) => {
      if (ended) return;
      const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
      size += bytes.length;
      if (size > MAX_BODY_BYTES) return finish(tooLarge(request));
      if (first === undefined) {
        first = bytes;
      } else {
        others ??= [];
        others.push(bytes);
      }
      if (size === announced) return;
      unfinished ??= { bytes: 0, cut: () => finish(thrownAway(request, 'crowded')) };
      hold(unfinished, bytes.length);
    })
    .on('end', () => finish({ bytes: others ? Buffer.concat([first!, ...others]) : (first ?? EMPTY) }))
    .on('close', () => finish(ABORTED))
    .on('error', () => finish(ABORTED));
}

const EMPTY = new Uint8Array();
const ABORTED: ReceivedBody = { failure: 'aborted' };

const tooLarge = (request: IncomingMessage) => thrownAway(request, 'too-large');

/** Reads the rest and drops it, because closing at once would reset the connection before the answer is read. */
function thrownAway(request: IncomingMessage, failure: 'too-large' | 'slow' | 'crowded'): ReceivedBody {
  request.on('error', () => {}).resume();
  return { failure };
}
