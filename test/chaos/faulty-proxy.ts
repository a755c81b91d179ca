import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A TCP proxy in front of a Redis, with the faults of a network. */
export interface FaultyProxy {
  readonly url: string;
  /** Resets every connection. */
  reset(): void;
  refuse(on: boolean): void;
  /** Takes everything and passes nothing on: a cable that is out. */
  swallow(on: boolean): void;
  /** Holds what the server says back for so many milliseconds. */
  slow(ms: number): void;
  /** Passes half of the server's next piece on, and resets that connection. */
  cutNextReply(): void;
  close(): void;
}

export async function startFaultyProxy(port: number): Promise<FaultyProxy> {
  const sockets = new Set<Socket>();
  let refusing = false;
  let swallowing = false;
  let delayMs = 0;
  let cuts = 0;
  const server = createServer((client) => {
    if (refusing) return void client.resetAndDestroy();
    const redis = connect(port, '127.0.0.1');
    for (const [socket, other] of [
      [client, redis],
      [redis, client],
    ] as const) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket
        .on('error', () => {})
        .once('close', () => {
          sockets.delete(socket);
          other.destroy();
        });
    }
    client.on('data', (bytes) => {
      if (!swallowing) redis.write(bytes);
    });
    // One after another, because TCP keeps the order.
    let last = Promise.resolve();
    redis.on('data', (bytes) => {
      if (swallowing) return;
      if (cuts > 0) {
        cuts -= 1;
        client.write(bytes.subarray(0, Math.max(1, bytes.length >> 1)), () => client.resetAndDestroy());
        return;
      }
      // From its arrival on: were each held back after the one before, the way would be cut and not slow.
      const due = performance.now() + delayMs;
      last = last.then(async () => {
        const left = due - performance.now();
        if (left > 0) await new Promise((resolve) => setTimeout(resolve, left));
        if (client.writable) client.write(bytes);
      });
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const reset = () => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    reset,
    refuse(on) {
      refusing = on;
      if (on) reset();
    },
    swallow(on) {
      // What was swallowed is missing in the stream: such a connection is of no more use.
      if (swallowing && !on) reset();
      swallowing = on;
    },
    slow(ms) {
      delayMs = ms;
    },
    cutNextReply() {
      cuts += 1;
    },
    close() {
      server.close();
      reset();
    },
  };
}
