import { createRequire } from 'node:module';
import express, { type Request as ExpressRequest, Router } from 'express';
import { sameOrigin } from './same-origin.js';

/**
 * `/mcp`: the emulator for programs that speak MCP, over streamable HTTP. Guarded as `/_emulator` is. The SDK is loaded
 * by the first request: an emulator in a test does without.
 *
 * @param hosts - the names beside those of this machine by which it may be called.
 */
export function mcpRoutes(hosts: readonly string[]): Router {
  const router = Router();
  router.use(sameOrigin(hosts));
  router.post('/', express.json({ limit: '1mb', type: () => true }), async (request, response) => {
    const { answerMcp } = await import('../../mcp/index.js');
    const asked = new Request(`http://${request.headers.host}/mcp`, {
      method: 'POST',
      headers: headersOf(request),
    });
    const answer = await answerMcp(asked, request.body, { where: ownAddress(request), version: version() });
    response.status(answer.status);
    for (const [name, value] of answer.headers) response.setHeader(name, value);
    response.send(Buffer.from(await answer.arrayBuffer()));
  });
  // No session to end, and no stream to read: the specification allows to say so.
  router.use(
    (_request, response) => void response.set('Allow', 'POST').status(405).json({ message: postOnly }),
  );
  return router;
}

const postOnly =
  'MCP is served by POST here, without sessions. Point an MCP client (streamable HTTP) at this URL.';

function headersOf({ headers }: ExpressRequest): Headers {
  const all = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    // The body has been read.
    if (typeof value === 'string' && !name.startsWith('content-length') && name !== 'connection')
      all.set(name, value);
  }
  return all;
}

/** The address the request came in by, under the name the client knows the emulator by. */
function ownAddress({ socket, headers }: ExpressRequest) {
  const { localAddress = '127.0.0.1', localPort } = socket;
  const host = localAddress.includes(':') ? `[${localAddress}]` : localAddress;
  return { url: `http://${host}:${localPort}`, host: headers.host };
}

/** From the package's own file, which is three folders up in `src/` as in `dist/`. */
const version = (): string =>
  (createRequire(import.meta.url)('../../../package.json') as { readonly version: string }).version;
