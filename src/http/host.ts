import type { IncomingMessage } from 'node:http';
import type { CallbackRequest } from './types.js';

/** A name or an address, with a port: what a Host header may hold. */
const HOST = /^(?:[\w.-]+|\[[\da-fA-F:.]+\])(?::\d{1,5})?$/;

export const isHost = (text: string): boolean => HOST.test(text);

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
    if (name.length === 4 && name.toLowerCase() === 'host') seen += 1;
  }
  if (seen > 1) return 'several';
  return counts && host !== undefined && !isHost(host) ? 'malformed' : 'good';
}
