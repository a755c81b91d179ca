import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A TCP proxy on a free loopback port, in front of a Redis. */
export interface CuttingProxy {
  /** The Redis, through the proxy. */
  readonly url: string;
  /** Resets every connection; the next one comes through. */
  reset(): void;
  /** Resets every connection, and refuses new ones until {@link CuttingProxy.restore}. */
  cut(): void;
  /** Lets nothing through from now on, in either direction and without a word, until {@link CuttingProxy.restore}. */
  swallow(): void;
  restore(): void;
  close(): void;
}

export async function startCuttingProxy(redisUrl: string): Promise<CuttingProxy> {
  const target = new URL(redisUrl);
  const sockets = new Set<Socket>();
  let way: 'open' | 'refusing' | 'swallowing' = 'open';

  const server = createServer((client) => {
    if (way === 'refusing') return void client.destroy();
    const redis = connect(Number(target.port), target.hostname);
    for (const [from, to] of [
      [client, redis],
      [redis, client],
    ] as const) {
      sockets.add(from);
      from.setNoDelay(true);
      from.on('data', (bytes) => {
        if (way !== 'swallowing') to.write(bytes);
      });
      from.on('error', () => {});
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');

  const reset = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}${target.pathname}`,
    reset,
    cut() {
      way = 'refusing';
      reset();
    },
    swallow() {
      way = 'swallowing';
    },
    restore() {
      // What was swallowed is missing in the stream: such a connection is of no more use.
      if (way === 'swallowing') reset();
      way = 'open';
    },
    close() {
      server.close();
      reset();
    },
  };
}
