import { type IncomingMessage, type OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { MAX_BODY_BYTES, pairsOfParsedBody } from './form.js';
import { isHost } from './host.js';
import { problem } from './problem.js';
import { publicUrls } from './public-url.js';
import type { AdapterParts, CallbackRequest, CallbackResponse, ReceivedBody } from './types.js';
import { hold, letGo, type UnfinishedBody } from './unfinished-bodies.js';

/** Answers the paths under `basePath`. Any other path goes to `next`, or gets 404 if there is no `next`. */
export type NodeHandler = (
  request: IncomingMessage,
  response: ServerResponse,
  next?: (error?: unknown) => void,
) => void;

/** The adapter for `node:http`. The URL is the public one, or made from the socket's scheme and the Host header. */
export function nodeAdapter({ handle, clock, publicUrl, basePath }: AdapterParts): NodeHandler {
  const publicly = publicUrl === undefined ? undefined : rememberLast((path) => publicUrls(publicUrl, path));
  const below = rememberLast((path) => pathBelow(basePath, path));
  return (request, response, next) => {
    const target = request.url ?? '/';
    const callback = new NodeCallbackRequest(
      request,
      below(target),
      target,
      judgeHost(request, publicUrl === undefined),
      clock.now(),
      publicly ?? ((path) => publicUrls(ownOrigin(request), path)),
    );
    handle(callback, (result) => answer(result, response, next, true));
  };
}

function ownOrigin(request: IncomingMessage): string {
  return `${'encrypted' in request.socket ? 'https' : 'http'}://${request.headers.host ?? ''}`;
}

/** Nearly all requests have one of two targets, so the last result is usually the next one too. */
export function rememberLast<T>(make: (text: string) => T): (text: string) => T {
  let last: { readonly text: string; readonly result: T } | undefined;
  return (text) => {
    if (last?.text !== text) last = { text, result: make(text) };
    return last.result;
  };
}

/** The neutral request of a Node request. */
export class NodeCallbackRequest implements CallbackRequest {
  readonly waitUntil = 'server';
  readonly path: string;
  readonly target: string;
  readonly host: CallbackRequest['host'];
  readonly receivedAt: number;
  readonly #request: NodeRequest;
  readonly #urls: (target: string) => readonly string[];

  constructor(
    request: NodeRequest,
    path: string,
    target: string,
    host: CallbackRequest['host'],
    receivedAt: number,
    urls: (target: string) => readonly string[],
  ) {
    this.#request = request;
    this.path = path;
    this.target = target;
    this.host = host;
    this.receivedAt = receivedAt;
    this.#urls = urls;
  }

  get method(): string {
    return this.#request.method ?? '';
  }

  urls(): readonly string[] {
    return this.#urls(this.target);
  }

  header(name: string): string | undefined {
    const value = this.#request.headers[name];
    return Array.isArray(value) ? value[0] : value;
  }

  body(timeoutMs: number, done: (body: ReceivedBody) => void): void {
    readNodeBody(this.#request, timeoutMs, done);
  }
}

/**
 * Judges the Host headers of a Node request. Node silently keeps the first of several, and a proxy may use the last. If
 * the URL is made from the header, it is part of the signed text, so it must be a host and nothing more. HTTP/1.0 has
 * none.
 *
 * @param counts - whether the URL is made from it.
 */
export function judgeHost(request: IncomingMessage, counts: boolean): CallbackRequest['host'] {
  // Some platforms' imitations of requests lack it.
  const rawHeaders: readonly string[] = request.rawHeaders ?? [];
  const { host } = request.headers;
  let seen = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]!;
    if (name.length === 4 && (name === 'Host' || name.toLowerCase() === 'host')) seen += 1;
  }
  if (seen > 1) return 'several';
  return counts && host !== undefined && !isHost(host) ? 'malformed' : 'good';
}

/**
 * Writes the answer, or hands a path that is not ours on.
 *
 * @param fresh - nothing has set a header of this response yet, as Express does for each.
 */
export function answer(
  result: CallbackResponse | undefined,
  response: ServerResponse,
  next: ((error?: unknown) => void) | undefined,
  fresh: boolean,
): void {
  if (result === undefined && next) {
    next();
    return;
  }
  const { status, headers, body } = result ?? problem(404, 'unknown-path', 'There is nothing at this path.');
  // If the client hung up, or something else has answered, there is nothing to write to.
  if (response.headersSent || response.destroyed) return;
  try {
    response.writeHead(status, status === 204 ? headers : withLength(response, headers, body, fresh));
    writeWhole(response, body);
  } catch (error) {
    // Someone has changed these methods. A connection that ends is better than one that waits: Twilio goes on at once.
    response.destroy();
    throw error;
  }
}

const { write, end } = ServerResponse.prototype;

/**
 * Sends head and body as one piece. `end(body)` by itself makes two of them, the second one empty, and the system call
 * that sends several is the dearer one; it is a fifth of what a callback costs.
 */
function writeWhole(response: ServerResponse, body: string): void {
  const { socket } = response;
  if (body === '' || !socket || response.write !== write || response.end !== end) {
    response.end(body);
    return;
  }
  socket.cork();
  response.write(body);
  socket.uncork();
  response.end();
}

/**
 * A list, because Node writes one as it is, where it first copies an object. Not where headers were set before; and only
 * Node itself gets one: middleware that puts a `writeHead` of its own in its place (on-headers before 1.1, in compression,
 * morgan and express-session) reads a list in another way, and would send headers named after single letters.
 */
function withLength(
  response: ServerResponse,
  headers: CallbackResponse['headers'],
  body: string,
  fresh: boolean,
): OutgoingHttpHeaders | string[] {
  const length = String(Buffer.byteLength(body));
  if (!fresh || response.writeHead !== ServerResponse.prototype.writeHead)
    return { ...headers, 'content-length': length };
  const list: string[] = [];
  for (const name in headers) list.push(name, headers[name]!);
  list.push('content-length', length);
  return list;
}

/** The part after the base path, without the query; empty if the path is elsewhere. */
export function pathBelow(basePath: string, pathAndQuery: string): string {
  const query = pathAndQuery.indexOf('?');
  const path = query === -1 ? pathAndQuery : pathAndQuery.slice(0, query);
  return path.startsWith(`${basePath}/`) ? path.slice(basePath.length) : '';
}

/** A Node request, with what body parsers leave on it. */
interface NodeRequest extends IncomingMessage {
  rawBody?: unknown;
  body?: unknown;
}

/**
 * The body of a Node request, even if other middleware ran before: `rawBody` if something kept it, else the stream if
 * nothing has read it, else the result of a parser.
 */
function readNodeBody(request: NodeRequest, timeoutMs: number, done: (body: ReceivedBody) => void): void {
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
  const reading = new BodyReading(request, announced, timeoutMs, done);
  bodyLimits.add(reading, timeoutMs);
  request
    .on('data', (chunk: string | Uint8Array) => reading.take(chunk))
    .on('end', () => reading.end())
    .on('close', () => reading.finish(ABORTED))
    .on('error', () => reading.finish(ABORTED));
}

/**
 * A body that comes in pieces. A class, and not an object literal: the limits hold it for a while after its end, which makes
 * V8 allocate literals of its kind as old objects, and these would keep each request until the next collection of all.
 */
class BodyReading {
  /** When the time that it may take ends. */
  readonly endsAt: number;
  /** Undefined once the body has ended: the limits and the listeners stay, and must not hold a request. */
  #request: IncomingMessage | undefined;
  #done: ((body: ReceivedBody) => void) | undefined;
  readonly #announced: number;
  // Nearly always it is one piece.
  #first: Uint8Array | undefined;
  #others: Uint8Array[] | undefined;
  #size = 0;
  #unfinished: UnfinishedBody | undefined;

  constructor(
    request: IncomingMessage,
    announced: number,
    timeoutMs: number,
    done: (body: ReceivedBody) => void,
  ) {
    this.endsAt = performance.now() + timeoutMs;
    this.#request = request;
    this.#announced = announced;
    this.#done = done;
  }

  get ended(): boolean {
    return this.#done === undefined;
  }

  take(chunk: string | Uint8Array): void {
    if (this.ended) return;
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    this.#size += bytes.length;
    if (this.#size > MAX_BODY_BYTES) {
      this.throwAway('too-large');
      return;
    }
    if (this.#first === undefined) {
      this.#first = bytes;
    } else {
      this.#others ??= [];
      this.#others.push(bytes);
    }
    if (this.#size === this.#announced) return;
    this.#unfinished ??= { bytes: 0, cut: () => this.throwAway('crowded') };
    hold(this.#unfinished, bytes.length);
  }

  end(): void {
    const bytes = this.#first ?? EMPTY;
    this.finish({ bytes: this.#others ? Buffer.concat([bytes, ...this.#others]) : bytes });
  }

  throwAway(failure: 'too-large' | 'slow' | 'crowded'): void {
    if (this.#request) this.finish(thrownAway(this.#request, failure));
  }

  finish(body: ReceivedBody): void {
    const done = this.#done;
    if (done === undefined) return;
    if (this.#unfinished) letGo(this.#unfinished);
    this.#request = undefined;
    this.#done = undefined;
    this.#first = undefined;
    this.#others = undefined;
    done(body);
  }
}

const EMPTY = new Uint8Array();
const ABORTED: ReceivedBody = { failure: 'aborted' };

const tooLarge = (request: IncomingMessage) => thrownAway(request, 'too-large');

/** Reads the rest and drops it, because closing at once would reset the connection before the answer is read. */
function thrownAway(request: IncomingMessage, failure: 'too-large' | 'slow' | 'crowded'): ReceivedBody {
  request.on('error', () => {}).resume();
  return { failure };
}

/**
 * The time limits of all unfinished bodies, on one timer. A callback's body is nearly always there at once, and a separate
 * timer would cost more than reading it. They are in the order in which they end, except for requests that have already
 * spent some of their time.
 */
class BodyLimits {
  #queue: BodyReading[] = [];
  #timer: NodeJS.Timeout | undefined;

  add(reading: BodyReading, timeoutMs: number): void {
    this.#queue.push(reading);
    this.#timer ??= setTimeout(() => this.#look(), Math.min(timeoutMs, LOOK_MS)).unref();
  }

  #look(): void {
    const now = performance.now();
    const open: BodyReading[] = [];
    const over: BodyReading[] = [];
    for (const reading of this.#queue) {
      if (!reading.ended) (reading.endsAt <= now ? over : open).push(reading);
    }
    this.#queue = open;
    const next = open.reduce((least, { endsAt }) => Math.min(least, endsAt - now), LOOK_MS);
    this.#timer = open.length > 0 ? setTimeout(() => this.#look(), next).unref() : undefined;
    for (const reading of over) reading.throwAway('slow');
  }
}

/** How often to forget bodies that have ended, in milliseconds. */
const LOOK_MS = 250;

const bodyLimits = new BodyLimits();
