import { signRequest } from '../../signature/index.js';

/** By which method a URL is requested. */
export type CallbackMethod = 'GET' | 'POST';

export interface PostOptions {
  readonly url: string;
  /** Default: `POST`, the parameters as a form. `GET`: in the query. */
  readonly method?: CallbackMethod | undefined;
  readonly params: Readonly<Record<string, string>>;
  readonly authToken: string;
  /** The value of `I-Twilio-Idempotency-Token`: the same for every try of one callback. */
  readonly token: string;
  /** How much of the answer is read, in bytes; the rest is left. Default: all of it. */
  readonly mostBytes?: number | undefined;
  /** How long the whole exchange may take, in milliseconds of the real clock. */
  readonly limitMs: number;
  readonly fetch: typeof globalThis.fetch;
  /** Ends it early: the emulator closes. */
  readonly signal: AbortSignal;
  /** Hangs up once the request is out, before the answer is read. */
  readonly hangUp: boolean;
}

/** What came of one request. `ms` is real time. */
export type Posted =
  | {
      readonly ok: true;
      readonly ms: number;
      readonly status: number;
      readonly contentType: string;
      /** What the endpoint tells about itself outside production. */
      readonly serverTiming: string | undefined;
      readonly body: string;
    }
  | { readonly ok: false; readonly ms: number; readonly reason: 'timeout' | 'connection' | 'hung up' };

/** An endpoint that has not begun to answer by then is hung up on in the middle of its work. */
const HANG_UP_AFTER_MS = 50;

/**
 * Sends a signed request, as Twilio sends its callbacks: the fragment of the URL is dropped, user name and password are
 * left out of the signed URL and sent only when the endpoint asks (twilio.com/docs/usage/webhooks/webhooks-security).
 * Redirects are not followed. Never throws.
 */
export async function post(options: PostOptions): Promise<Posted> {
  const started = performance.now();
  const ms = () => Math.round(performance.now() - started);
  // One controller for each request, and not AbortSignal.any: a signal that lives as long as the emulator would keep a
  // trace of every request that ever hung on it.
  const controller = new AbortController();
  let reason: 'timeout' | 'connection' | 'hung up' = 'connection';
  const end = (why: typeof reason) => {
    reason = why;
    controller.abort();
  };
  const closing = () => end('connection');
  options.signal.addEventListener('abort', closing);
  const limit = setTimeout(end, options.limitMs, 'timeout');
  const hangUp = options.hangUp ? setTimeout(end, HANG_UP_AFTER_MS, 'hung up') : undefined;
  try {
    const response = await send(options, controller.signal);
    if (options.hangUp) {
      end('hung up');
      return { ok: false, ms: ms(), reason };
    }
    const body = await bodyOf(response, options.mostBytes);
    const contentType = response.headers.get('content-type') ?? '';
    const serverTiming = response.headers.get('server-timing')?.slice(0, 1_000);
    return { ok: true, ms: ms(), status: response.status, contentType, serverTiming, body };
  } catch {
    return { ok: false, ms: ms(), reason };
  } finally {
    clearTimeout(limit);
    clearTimeout(hangUp);
    options.signal.removeEventListener('abort', closing);
  }
}

async function bodyOf(response: Response, mostBytes = Number.POSITIVE_INFINITY): Promise<string> {
  if (!Number.isFinite(mostBytes) || response.body === null) return response.text();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    chunks.push(chunk);
    size += chunk.byteLength;
    // To leave the loop is to cancel the rest.
    if (size >= mostBytes) break;
  }
  return Buffer.concat(chunks).subarray(0, mostBytes).toString();
}

/**
 * The URL as it is requested and signed, and the form that is signed with it: without user, password and fragment; with
 * the parameters in its query when the method is GET.
 */
export function signedParts(
  given: string,
  params: Readonly<Record<string, string>>,
  method: CallbackMethod = 'POST',
): { readonly url: string; readonly params: Readonly<Record<string, string>> } {
  const url = new URL(given);
  url.hash = '';
  url.username = '';
  url.password = '';
  if (method === 'POST') return { url: url.href, params };
  const query = new URLSearchParams(params).toString();
  const separator = url.search === '' ? '?' : '&';
  return { url: query === '' ? url.href : `${url.href}${separator}${query}`, params: {} };
}

async function send(
  { url: given, method = 'POST', params, authToken, token, fetch }: PostOptions,
  signal: AbortSignal,
): Promise<Response> {
  const { username, password } = new URL(given);
  const credentials = username === '' && password === '' ? undefined : `${username}:${password}`;
  const signed = signedParts(given, params, method);
  const request = {
    method,
    redirect: 'manual',
    signal,
    ...(method === 'POST' ? { body: new URLSearchParams(params).toString() } : {}),
    headers: {
      ...(method === 'POST' ? { 'content-type': 'application/x-www-form-urlencoded; charset=UTF-8' } : {}),
      'user-agent': 'TwilioProxy/1.1',
      accept: '*/*',
      'x-twilio-signature': signRequest({ ...signed, authToken }),
      'i-twilio-idempotency-token': token,
      'x-home-region': 'us1',
    },
  } as const satisfies RequestInit;
  const response = await fetch(signed.url, request);
  if (response.status !== 401 || credentials === undefined) return response;
  await response.arrayBuffer();
  const authorization = `Basic ${Buffer.from(decodeURIComponent(credentials)).toString('base64')}`;
  return fetch(signed.url, { ...request, headers: { ...request.headers, authorization } });
}
