import type { IncomingMessage } from 'node:http';
import { MAX_BODY_BYTES, pairsOfParsedBody } from './form.js';
import type { ReceivedBody } from './types.js';

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
  if (Number(request.headers['content-length'] ?? 0) > MAX_BODY_BYTES) return tooLarge(request);
  return new Promise((resolve) => {
    const chunks: Uint8Array[] = [];
    let size = 0;
    const finish = (body: ReceivedBody) => {
      clearTimeout(timer);
      request.off('data', onData).off('end', onEnd).off('close', onGone).off('error', onGone);
      resolve(body);
    };
    const onData = (chunk: string | Uint8Array) => {
      const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
      size += bytes.length;
      if (size > MAX_BODY_BYTES) finish(tooLarge(request));
      else chunks.push(bytes);
    };
    const onEnd = () => finish({ bytes: chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks) });
    const onGone = () => finish({ failure: 'aborted' });
    const timer = setTimeout(() => finish({ failure: 'slow' }), timeoutMs);
    request.on('data', onData).on('end', onEnd).on('close', onGone).on('error', onGone);
  });
}

/** The rest is read and thrown away: closing at once would reset the connection before the answer is read. */
function tooLarge(request: IncomingMessage): ReceivedBody {
  request.on('error', () => {}).resume();
  return { failure: 'too-large' };
}
