import type { RequestHandler } from 'express';
import { isLoopbackName } from './loopback.js';

/**
 * Keeps web pages out: what a browser sends for another site has a foreign `Origin`, and a name that an attacker has
 * pointed at this machine (DNS rebinding) is a foreign `Host`. curl and scripts send neither.
 *
 * @param hosts - the names beside those of this machine that are our own.
 */
export function sameOrigin(hosts: readonly string[]): RequestHandler {
  const known = new Set(hosts.map(hostnameOf));
  const isOwn = (hostname: string | undefined) =>
    hostname !== undefined && (isLoopbackName(hostname) || known.has(hostname));
  return (request, response, next) => {
    const { host, origin } = request.headers;
    if (!isOwn(hostnameOf(host ?? ''))) {
      response.status(403).json({ code: 'foreign-host', message: foreignHost });
    } else if (origin !== undefined && !isSame(origin, host!)) {
      response.status(403).json({ code: 'foreign-origin', message: FOREIGN_ORIGIN });
    } else {
      next();
    }
  };
}

const foreignHost =
  'The Host header names another machine. Call /_emulator at localhost or 127.0.0.1, or allow the name with ' +
  '--allow-host NAME or createEmulator({ allowHosts: [NAME] }).';
const FOREIGN_ORIGIN =
  'A web page of another origin sent this request. The routes under /_emulator refuse all of them.';

/** `localhost` of `LOCALHOST:8080`; undefined for what is no host. Without brackets an IPv6 address gets them. */
export function hostnameOf(host: string): string | undefined {
  const bracketed = /^[0-9a-f:]*:[0-9a-f:]*:[0-9a-f:.]*$/i.test(host) ? `[${host}]` : host;
  const url = `http://${bracketed}`;
  if (bracketed === '' || /[/?#@\\\s]/.test(bracketed) || !URL.canParse(url)) return undefined;
  return new URL(url).hostname;
}

/** Is it the origin of the very host and port that were called? By http, or by https through a proxy. */
function isSame(origin: string, host: string): boolean {
  if (!/^https?:\/\//.test(origin) || !URL.canParse(origin)) return false;
  const { protocol } = new URL(origin);
  return new URL(origin).host === new URL(`${protocol}//${host}`).host;
}
