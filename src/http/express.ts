import type { IncomingMessage, ServerResponse } from 'node:http';
import { isHost } from './host.js';
import { answer, judgeHost, NodeCallbackRequest, pathBelow, rememberLast } from './node.js';
import { publicUrls } from './public-url.js';
import type { AdapterParts } from './types.js';

/** A middleware of Express 4 or 5. */
export type ExpressHandler = (
  request: IncomingMessage,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void;

/** What Express adds to a request. */
interface ExpressRequest extends IncomingMessage {
  readonly originalUrl?: string;
  readonly protocol?: string;
  readonly app?: { get(setting: string): unknown };
}

/**
 * The adapter for Express. The path is the part below the mount point. The URL is the public one, or the URL as Express
 * sees it, in which forwarding headers count only as far as `trust proxy` allows.
 */
export function expressAdapter({ handle, clock, publicUrl }: Omit<AdapterParts, 'basePath'>): ExpressHandler {
  const publicly =
    publicUrl === undefined ? undefined : rememberLast((target) => publicUrls(publicUrl, target));
  const below = rememberLast((url) => pathBelow('', url));
  return (request: ExpressRequest, response, next) => {
    const url = request.url ?? '/';
    const callback = new NodeCallbackRequest(
      request,
      below(url),
      request.originalUrl ?? url,
      judgeHost(request, publicUrl === undefined),
      clock.now(),
      publicly ?? ((target) => ownUrls(request, target)),
    );
    handle(callback, (result) => answer(result, response, next, false));
  };
}

/** The URL that the client called, as Express sees it. */
function ownUrls(request: ExpressRequest, target: string): readonly string[] {
  return hosts(request).map((host) => `${request.protocol ?? 'http'}://${host}${target}`);
}

/** The hosts the client may have called: the forwarded one if the proxy is trusted, and always the Host header. */
function hosts(request: ExpressRequest): readonly string[] {
  const host = request.headers.host ?? '';
  const forwarded = String(request.headers['x-forwarded-host'] ?? '')
    .split(',')[0]!
    .trim();
  const trusts = request.app?.get('trust proxy fn');
  const trusted = typeof trusts === 'function' && trusts(request.socket.remoteAddress, 0);
  return trusted && isHost(forwarded) && forwarded !== host ? [forwarded, host] : [host];
}
