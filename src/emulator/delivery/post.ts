import { signRequest } from '../../signature/index.js';

export interface PostOptions {
  readonly url: string;
  readonly params: Readonly<Record<string, string>>;
  readonly authToken: string;
  /** The value of `I-Twilio-Idempotency-Token`: the same for every try of one callback. */
  readonly token: string;
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
 * Posts a signed form, as Twilio posts its callbacks: the fragment of the URL is dropped, user name and password are
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
    const body = await response.text();
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

async function send(
  { url: given, params, authToken, token, fetch }: PostOptions,
  signal: AbortSignal,
): Promise<Response> {
  const url = new URL(given);
  const credentials =
    url.username === '' && url.password === '' ? undefined : `${url.username}:${url.password}`;
  url.hash = '';
  url.username = '';
  url.password = '';
  const request = {
    method: 'POST',
    redirect: 'manual',
    signal,
    body: new URLSearchParams(params).toString(),
    headers: {
      'content-type': 'application/x-www-form-urlencoded; charset=UTF-8',
      'user-agent': 'TwilioProxy/1.1',
      accept: '*/*',
      'x-twilio-signature': signRequest({ url: url.href, params, authToken }),
      'i-twilio-idempotency-token': token,
      'x-home-region': 'us1',
    },
  } as const satisfies RequestInit;
  const response = await fetch(url.href, request);
  if (response.status !== 401 || credentials === undefined) return response;
  await response.arrayBuffer();
  const authorization = `Basic ${Buffer.from(decodeURIComponent(credentials)).toString('base64')}`;
  return fetch(url.href, { ...request, headers: { ...request.headers, authorization } });
}
