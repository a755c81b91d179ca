import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A TCP load balancer: each connection goes to the next endpoint that takes it. */
export interface Front {
  readonly url: string;
  /** The ports of the endpoints that are up. */
  ports: readonly number[];
  close(): void;
}

export async function startFront(): Promise<Front> {
  const sockets = new Set<Socket>();
  let turn = 0;
  const server = createServer((client) => {
    keep(client);
    attempt(front.ports.length);
    function attempt(left: number): void {
      turn += 1;
      const port = front.ports[turn % front.ports.length];
      if (left <= 0 || port === undefined) return void client.destroy();
      const endpoint = connect(port, '127.0.0.1');
      keep(endpoint);
      const again = () => attempt(left - 1);
      endpoint.once('error', again);
      endpoint.once('connect', () => {
        endpoint.off('error', again);
        client.pipe(endpoint).pipe(client);
        for (const [one, other] of [
          [client, endpoint],
          [endpoint, client],
        ] as const) {
          one.once('close', () => other.destroy());
        }
      });
    }
  }).listen(0, '127.0.0.1');
  function keep(socket: Socket): void {
    sockets.add(socket);
    socket.on('error', () => {}).once('close', () => sockets.delete(socket));
  }
  await once(server, 'listening');
  const front: Front = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ports: [],
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
  return front;
}
