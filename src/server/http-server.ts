import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConfigurationError, systemCode } from '../errors.js';
import type { Logger } from '../log.js';

/**
 * How long a peer may take, in milliseconds. Headers and body of a callback are one packet or a few; a slower peer holds
 * its connection open on purpose. Connections are kept longer than load balancers keep theirs (usually 60 s), so that
 * they close an idle one and not we: if we did, a callback could already be on its way.
 */
const TIMEOUTS = {
  headersTimeout: 10_000,
  requestTimeout: 15_000,
  keepAliveTimeout: 75_000,
  connectionsCheckingInterval: 5_000,
} as const;

/** How long answers may take to be sent once every callback is answered, in milliseconds. */
const FLUSH_MS = 1_000;

/**
 * Listens on a port.
 *
 * @param host - undefined: every interface.
 * @throws {ConfigurationError} if that is not possible. The text names `variable`, which holds the port.
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
 * Limits the number of connections, because each holds memory. Callbacks of 4 s at 1,000 a second are 4,000 connections,
 * if nobody keeps them open.
 */
export function limitConnections(server: Server, most: number, log: Logger): void {
  let loggedAt = Number.NEGATIVE_INFINITY;
  let dropped = 0;
  server.maxConnections = most;
  server.on('drop', () => {
    dropped += 1;
    if (performance.now() - loggedAt < LOG_EVERY_MS) return;
    log.warn(
      { dropped, most },
      'New connections were closed at once, because MAX_CONNECTIONS are already open',
    );
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

/** Waits a short time until every answer has been sent, and then closes the rest. */
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
