import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConfigurationError, systemCode } from '../errors.js';
import type { Logger } from '../log.js';

/**
 * How long a peer may take, in milliseconds. Headers and body of a callback are one packet or a few; what is slower
 * holds a connection open on purpose. Connections are kept for longer than the load balancers in front keep theirs
 * (60 s is the usual), so that they and not we close an idle one: ours could cross a callback on its way.
 */
const TIMEOUTS = {
  headersTimeout: 10_000,
  requestTimeout: 15_000,
  keepAliveTimeout: 75_000,
  connectionsCheckingInterval: 5_000,
} as const;

/** How long answers may take to leave once every callback is answered, in milliseconds. */
const FLUSH_MS = 1_000;

/**
 * Listens on a port.
 *
 * @param host - undefined: every interface.
 * @throws ConfigurationError when that is not possible; the text names `variable`, where the port comes from.
 */
export async function listen(
  listener: RequestListener,
  port: number,
  host: string | undefined,
  variable: 'PORT' | 'ADMIN_PORT',
): Promise<Server> {
  const server = createServer(TIMEOUTS, listener);
  try {
    await once(server.listen(port, host), 'listening');
  } catch (cause) {
    const code = systemCode(cause);
    const where = host === undefined ? `port ${port}` : `${host}, port ${port}`;
    throw new ConfigurationError(
      code === 'EADDRINUSE' ? 'port-in-use' : 'cannot-listen',
      `The endpoint cannot listen on ${where} (${code}): set ${variable} to a port that is free and allowed` +
        `${host === undefined ? '' : `, or ${variable === 'PORT' ? 'HOST' : 'ADMIN_HOST'} to an address of this machine`}.`,
      { cause },
    );
  }
  return server;
}

/** The least time between two log lines about connections that were refused, in milliseconds. */
const LOG_EVERY_MS = 10_000;

/**
 * Takes no more than so many connections at once: each holds memory, whoever opened it. Callbacks of 4 s at 1,000 a second
 * are 4,000 connections, if nobody keeps them open.
 */
export function limitConnections(server: Server, most: number, log: Logger): void {
  let loggedAt = Number.NEGATIVE_INFINITY;
  let dropped = 0;
  server.maxConnections = most;
  server.on('drop', () => {
    dropped += 1;
    if (performance.now() - loggedAt < LOG_EVERY_MS) return;
    log.warn({ dropped, most }, 'New connections were closed at once: MAX_CONNECTIONS are already open');
    loggedAt = performance.now();
    dropped = 0;
  });
}

/** The URL of a listening server, as a program on this machine reaches it. */
export function urlOf(server: Server, host: string | undefined): string {
  const { port } = server.address() as AddressInfo;
  const reachable = host === undefined || host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
}

/** Waits until every answer has left, a short while at most, and closes what is left. */
export async function closeConnections(server: Server): Promise<void> {
  const until = performance.now() + FLUSH_MS;
  while (performance.now() < until && (await connections(server)) > 0) {
    server.closeIdleConnections();
    await sleep(10);
  }
  server.close().closeAllConnections();
}

function connections(server: Server): Promise<number> {
  return new Promise((resolve) => server.getConnections((_error, count) => resolve(count ?? 0)));
}
