import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from '../../log.js';
import { isLoopbackName } from '../api/loopback.js';
import { visible } from '../visible.js';

/** What a browser asks before a call with headers of its own, and how long it may remember the answer. */
const PREFLIGHT = {
  'Access-Control-Allow-Methods': 'POST',
  'Access-Control-Allow-Headers': 'apiVersion, clientVersion, If-Match, Content-Type',
  'Access-Control-Max-Age': '600',
};

/** So many foreign origins are named in the log, once each. */
const MOST_TOLD = 20;

/**
 * Which web pages may call: those of this machine, by any port, and those that were allowed by name. What sends no `Origin` is
 * no web page.
 */
export class Origins {
  readonly #allowed: ReadonlySet<string>;
  readonly #log: Logger;
  readonly #told = new Set<string>();

  /** @param allowed - origins such as `https://desk.example.com`; `*`: any. */
  constructor(allowed: readonly string[], log: Logger) {
    this.#allowed = new Set(allowed);
    this.#log = log;
  }

  /** May this page call? The log says once of each that may not, because a browser hides the answer from its page. */
  admits({ headers: { origin } }: IncomingMessage): boolean {
    if (origin === undefined || this.#allowed.has('*') || this.#allowed.has(origin)) return true;
    if (URL.canParse(origin) && isLoopbackName(new URL(origin).hostname)) return true;
    if (!this.#told.has(origin) && this.#told.size < MOST_TOLD) {
      this.#told.add(origin);
      this.#log.warn({ origin: visible(origin).slice(0, 200) }, FOREIGN);
    }
    return false;
  }

  /** Lets the page read the answer. */
  expose({ headers: { origin } }: IncomingMessage, response: ServerResponse): void {
    response.setHeader('Vary', 'Origin');
    if (origin === undefined) return;
    response.setHeader('Access-Control-Allow-Origin', origin);
    response.setHeader('Access-Control-Expose-Headers', 'Retry-After');
  }

  /** Answers `OPTIONS`. */
  preflight({ headers }: IncomingMessage, response: ServerResponse): void {
    for (const [name, value] of Object.entries(PREFLIGHT)) response.setHeader(name, value);
    // Browsers ask this of a page of a public address that calls one of this machine.
    if (headers['access-control-request-private-network'] === 'true')
      response.setHeader('Access-Control-Allow-Private-Network', 'true');
    response.writeHead(204).end();
  }
}

export const FOREIGN =
  'A web page from another origin tried to connect as an agent: allow its origin with --allow-origin or createEmulator({ allowOrigins })';
