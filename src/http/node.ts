import type { IncomingMessage, ServerResponse } from 'node:http';
import { judgeHost } from './host.js';
import { readNodeBody } from './node-body.js';
import { problem } from './problem.js';
import { publicUrls } from './public-url.js';
import type { AdapterParts, CallbackRequest, CallbackResponse } from './types.js';

/** Answers the paths under `basePath`; any other goes to `next`, or gets 404 where there is none. */
export type NodeHandler = (
  request: IncomingMessage,
  response: ServerResponse,
  next?: (error?: unknown) => void,
) => void;

/** The adapter for `node:http`: the URL is the public one, or the socket's scheme and the Host header. */
export function nodeAdapter({ handle, now, publicUrl, basePath }: AdapterParts): NodeHandler {
  return (request, response, next) => {
    const path = request.url ?? '/';
    const base =
      publicUrl ?? `${'encrypted' in request.socket ? 'https' : 'http'}://${request.headers.host ?? ''}`;
    const callback = nodeRequest(request, {
      path: pathBelow(basePath, path),
      target: path,
      host: judgeHost(request, publicUrl === undefined),
      receivedAt: now(),
      urls: () => publicUrls(base, path),
    });
    void answer(handle(callback), response, next);
  };
}

/** The neutral request of a Node request. */
export function nodeRequest(
  request: IncomingMessage,
  place: Pick<CallbackRequest, 'path' | 'target' | 'host' | 'receivedAt' | 'urls'>,
): CallbackRequest {
  return {
    ...place,
    method: request.method ?? '',
    header: (name) => {
      const value = request.headers[name];
      return Array.isArray(value) ? value[0] : value;
    },
    body: (timeoutMs) => readNodeBody(request, timeoutMs),
    waitUntil: 'server',
  };
}

/** Writes the answer, or hands a path that is not ours on. */
export async function answer(
  handled: Promise<CallbackResponse | undefined>,
  response: ServerResponse,
  next: ((error?: unknown) => void) | undefined,
): Promise<void> {
  const result = await handled;
  if (result === undefined && next) return next();
  const { status, headers, body } = result ?? problem(404, 'unknown-path', 'There is nothing at this path.');
  // Whoever hung up, or an answer somebody else gave, leaves nothing to write to.
  if (response.headersSent || response.destroyed) return;
  response.writeHead(
    status,
    status === 204 ? headers : { ...headers, 'content-length': Buffer.byteLength(body) },
  );
  response.end(body);
}

/** What follows the base path, without the query; empty when the path is elsewhere. */
export function pathBelow(basePath: string, pathAndQuery: string): string {
  const query = pathAndQuery.indexOf('?');
  const path = query === -1 ? pathAndQuery : pathAndQuery.slice(0, query);
  return path.startsWith(`${basePath}/`) ? path.slice(basePath.length) : '';
}
