import type { IncomingMessage } from 'node:http';
import { MAX_BODY_BYTES, pairsOfParsedBody } from './form.js';
import type { ReceivedBody } from './types.js';
import { hold, letGo, type UnfinishedBody } from './unfinished-bodies.js';

/** A Node request, with what body parsers leave on it. */
export interface NodeRequest extends IncomingMessage {
  rawBody?: unknown;
  body?: unknown;
}

/**
 * The body of a Node request, whatever ran before: `rawBody` if something kept it, else the stream if nobody read
 * it, else what a parser made of it.
 */
export function readNodeBody(request: NodeRequest, timeoutMs: number): ReceivedBody | Promise<ReceivedBody> {
  const { rawBody, body } = request;
  if (isBytes(rawBody)) return limited(rawBody);
  if (!request.readableDidRead && !request.readableEnded) return readStream(request, timeoutMs);
  if (isBytes(body)) return limited(body);
  const pairs = pairsOfParsedBody(body);
  return pairs ? { pairs } : { failure: 'consumed' };
}

function isBytes(value: unknown): value is string | Uint8Array {
  return typeof value === 'string' || value instanceof Uint8Array;
}

function limited(bytes: string | Uint8Array): ReceivedBody {
  return bytes.length > MAX_BODY_BYTES ? { failure: 'too-large' } : { bytes };
}

function readStream(request: IncomingMessage, timeoutMs: number): ReceivedBody | Promise<ReceivedBody> {
  if (request.destroyed) return { failure: 'aborted' };
  const announced = Number(request.headers['content-length'] ?? Number.NaN);
  if (announced > MAX_BODY_BYTES) return tooLarge(request);
  return new Promise((resolve) => {
    const chunks: Uint8Array[] = [];
    let size = 0;
    const finish = (body: ReceivedBody) => {
      clearTimeout(timer);
      letGo(unfinished);
      request.off('data', onData).off('end', onEnd).off('close', onGone).off('error', onGone);
      resolve(body);
    };
    const unfinished: UnfinishedBody = { bytes: 0, cut: () => finish(thrownAway(request, 'crowded')) };
    const onData = (chunk: string | Uint8Array) => {
      const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
      size += bytes.length;
      if (size > MAX_BODY_BYTES) return finish(tooLarge(request));
      chunks.push(bytes);
      if (size !== announced) hold(unfinished, bytes.length);
    };
    const onEnd = () => finish({ bytes: chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks) });
    const onGone = () => finish({ failure: 'aborted' });
    const timer = setTimeout(() => finish(thrownAway(request, 'slow')), timeoutMs);
    request.on('data', onData).on('end', onEnd).on('close', onGone).on('error', onGone);
  });
}

const tooLarge = (request: IncomingMessage) => thrownAway(request, 'too-large');

/** The rest is read and thrown away: closing at once would reset the connection before the answer is read. */
function thrownAway(request: IncomingMessage, failure: 'too-large' | 'slow' | 'crowded'): ReceivedBody {
  request.on('error', () => {}).resume();
  return { failure };
}
