import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { systemCode, TaskRouterKitError } from '../errors.js';

/** What a tool says when it cannot do what it was asked: what is wrong, and what to do next. */
export class ToolError extends TaskRouterKitError {}

/** One request to the emulator's own routes, under `/_emulator`. */
export interface Question {
  readonly method: 'GET' | 'POST';
  /** Below `/_emulator`: `/tasks?limit=20`. */
  readonly path: string;
  /** Sent as JSON. */
  readonly body?: object | undefined;
  /** What to answer with. Default: JSON. */
  readonly as?: 'json' | 'text' | undefined;
}

/** Asks an emulator. @throws {ToolError} when nothing answers, or it refuses. */
export interface Ask {
  <T>(question: Question & { readonly as?: 'json' | undefined }): Promise<T>;
  (question: Question & { readonly as: 'text' }): Promise<string>;
}

/** Where an emulator is. */
export interface Where {
  /** `http://127.0.0.1:8080` */
  readonly url: string;
  /** The `Host` header, where it is not that of the URL. */
  readonly host?: string | undefined;
}

/** An `advance` waits for callbacks, and may take a while. */
const limitMs = 120_000;
const mostBytes = 64 * 2 ** 20;

/** Asks over HTTP. `fetch` is not used: it takes no Host header. */
export function askOver(where: Where): Ask {
  const ask = async ({ method, path, body, as = 'json' }: Question): Promise<unknown> => {
    const { status, text } = await exchange(where, method, path, body, as);
    if (status >= 200 && status < 300) {
      if (as === 'text') return text;
      const parsed = parse(text);
      if (parsed !== undefined) return parsed;
    }
    throw refusal(where, status, text);
  };
  return ask as Ask;
}

function exchange(
  { url, host }: Where,
  method: string,
  path: string,
  body: object | undefined,
  as: 'json' | 'text',
): Promise<{ readonly status: number; readonly text: string }> {
  const target = new URL(`/_emulator${path}`, url);
  const sent = body === undefined ? undefined : JSON.stringify(body);
  const headers = {
    accept: as === 'text' ? 'text/plain' : 'application/json',
    ...(host === undefined ? {} : { host }),
    ...(sent === undefined
      ? {}
      : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(sent) }),
  };
  const send = target.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const outgoing = send(target, { method, headers, timeout: limitMs, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      response.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > mostBytes) outgoing.destroy(new Error('too large'));
        else chunks.push(chunk);
      });
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') });
      });
      response.on('error', () => reject(unreachable(url, 'the connection was cut')));
    });
    outgoing.on('timeout', () => outgoing.destroy(new Error('timeout')));
    outgoing.on('error', (error) => {
      const code = systemCode(error);
      reject(unreachable(url, code === 'unknown' ? error.message : code));
    });
    outgoing.end(sent);
  });
}

const unreachable = (url: string, why: string) =>
  new ToolError(
    'unreachable',
    `No emulator answers at ${url} (${why}). Start one with npx taskrouter-kit dev or npx taskrouter-kit emulate, or give its URL with --url or TASKROUTER_BASE_URL.`,
  );

function refusal({ url }: Where, status: number, text: string): ToolError {
  const said = parse(text) as { readonly code?: unknown; readonly message?: unknown } | undefined;
  if (typeof said?.message === 'string') return new ToolError(String(said.code ?? status), said.message);
  return new ToolError(
    'no-emulator',
    `What answers at ${url} is not an emulator of taskrouter-kit, or an older one (${status}). Give the URL that dev or emulate prints.`,
  );
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
