import type { Agent, RequestOptions } from 'node:http';

/** One request, ready to go. */
export interface HttpCall {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  readonly signal: AbortSignal;
}

/** A whole answer, its body read to the end: only then does the connection serve the next request. */
export interface HttpAnswer {
  readonly status: number;
  readonly header: (name: string) => string | undefined;
  readonly text: string;
}

export type Transport = (call: HttpCall) => Promise<HttpAnswer>;

/** A failure before the first byte of the request left. */
export class NotSentError extends Error {}

/** So many connections at once; what is more waits, and counts as not sent while it does. */
const MOST_CONNECTIONS = 64;

/** An idle connection older than this may be closed by the other side in the very moment it is used again. */
const LONGEST_IDLE_MS = 4_000;

/**
 * Sends with Node's own HTTP client over connections that stay open. It costs less than half of what the global fetch
 * does (bench/rest.ts), and it can tell whether a request that failed had left.
 *
 * @param origin scheme, host and port.
 */
export function nodeTransport(origin: string): Transport {
  const { protocol, hostname, port } = new URL(origin);
  const secure = protocol === 'https:';
  // Loaded with the first request: the import of a client should not cost the import of TLS.
  const load = async () => {
    const { Agent, request } = await (secure ? import('node:https') : import('node:http'));
    const agent: Agent = new Agent({
      keepAlive: true,
      maxSockets: MOST_CONNECTIONS,
      timeout: LONGEST_IDLE_MS,
    });
    // An IPv6 address has brackets in a URL, and none elsewhere.
    const where: RequestOptions = { agent, protocol, hostname: hostname.replace(/^\[|\]$/g, ''), port };
    return { request, where };
  };
  let loaded: ReturnType<typeof load> | undefined;

  return async ({ method, target, headers, body, signal }) => {
    loaded ??= load();
    const { request, where } = await loaded;
    return new Promise((resolve, reject) => {
      let sent = false;
      const outgoing = request({ ...where, method, path: target, headers });
      const stop = () => outgoing.destroy(new Error('stopped'));
      const fail = (error: Error) => {
        signal.removeEventListener('abort', stop);
        reject(sent ? error : new NotSentError('not sent', { cause: error }));
      };
      if (signal.aborted) stop();
      signal.addEventListener('abort', stop, { once: true });
      outgoing.on('socket', (socket) => {
        // Not `reusedSocket`: a connection that is handed on to a request in the queue does not set it.
        if (!socket.connecting) sent = true;
        else
          socket.once(secure ? 'secureConnect' : 'connect', () => {
            sent = true;
          });
      });
      outgoing.on('error', fail);
      outgoing.on('response', (incoming) => {
        sent = true;
        let text = '';
        incoming.setEncoding('utf8');
        incoming.on('data', (chunk: string) => {
          text += chunk;
        });
        incoming.on('error', fail);
        incoming.on('end', () => {
          signal.removeEventListener('abort', stop);
          const header = (name: string) => {
            const value = incoming.headers[name];
            return Array.isArray(value) ? value[0] : value;
          };
          resolve({ status: incoming.statusCode ?? 0, header, text });
        });
      });
      outgoing.end(body);
    });
  };
}

/** Sends with a `fetch`: a test's, or one that goes through a proxy. */
export function fetchTransport(origin: string, fetch: typeof globalThis.fetch): Transport {
  return async ({ method, target, headers, body, signal }) => {
    try {
      const response = await fetch(origin + target, {
        method,
        headers,
        ...(body === undefined ? {} : { body }),
        // Credentials go to Twilio and nowhere else.
        redirect: 'manual',
        signal,
      });
      const header = (name: string) => response.headers.get(name) ?? undefined;
      return { status: response.status, header, text: await response.text() };
    } catch (error) {
      throw wasNotSent(error) ? new NotSentError('not sent', { cause: error }) : error;
    }
  };
}

const NOT_SENT = new Set([
  ...['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL', 'EHOSTUNREACH', 'ENETUNREACH', 'EADDRNOTAVAIL'],
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** Whether a failure of `fetch` says for certain that nothing was sent. Node puts the reason in `cause`. */
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
