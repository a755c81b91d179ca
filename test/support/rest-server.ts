import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** A request as it came over the wire. */
export interface Recorded {
  readonly method: string;
  readonly path: string;
  /** Query of a GET, form of a POST: the pairs in order. */
  readonly fields: ReadonlyArray<readonly [string, string]>;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  /** Which connection it came on, from 1. */
  readonly connection: number;
}

/** How the server takes a request: an answer, or one of the ways in which there is none. */
export type Reply =
  | {
      readonly status: number;
      readonly json?: unknown;
      readonly text?: string;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** The request is read, and then the connection reset. */
  | 'reset'
  /** Head and half a body, and then nothing any more. */
  | 'stall'
  /** The connection ends in the middle of the body. */
  | 'cut'
  /** A whole answer with half a JSON text. */
  | 'truncated';

export interface RestServer {
  readonly url: string;
  readonly requests: Recorded[];
  /** How many connections there have been. */
  readonly connections: number;
  close(): Promise<void>;
}

/**
 * A loopback server that records every request and answers as told.
 *
 * @param resetUnread which requests, by index, are met by a reset before their body is read.
 * @param port default: a free one.
 */
export async function startRestServer(
  reply: (request: Recorded, index: number) => Reply,
  resetUnread: (index: number) => boolean = () => false,
  port = 0,
): Promise<RestServer> {
  const requests: Recorded[] = [];
  const numbers = new WeakMap<Socket, number>();
  let connections = 0;
  let begun = 0;
  const server = createServer((request, response) => {
    const index = begun;
    begun += 1;
    const chunks: Buffer[] = [];
    const record = (): Recorded => {
      const url = new URL(request.url ?? '/', 'http://localhost');
      const body = Buffer.concat(chunks).toString();
      const isForm = request.headers['content-type']?.startsWith('application/x-www-form-urlencoded');
      const recorded = {
        method: request.method ?? '',
        path: url.pathname,
        fields: [...url.searchParams, ...(isForm ? new URLSearchParams(body) : [])],
        headers: request.headers,
        body,
        connection: numbers.get(request.socket) ?? 0,
      };
      requests.push(recorded);
      return recorded;
    };
    request.on('error', () => {});
    if (resetUnread(index)) {
      record();
      request.socket.resetAndDestroy();
      return;
    }
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => send(reply(record(), index), response));
  });
  server.on('connection', (socket) => {
    connections += 1;
    numbers.set(socket, connections);
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    get connections() {
      return connections;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

const HALF = '{"sid":"WT';

function send(reply: Reply, response: ServerResponse): void {
  const json = { 'content-type': 'application/json' };
  switch (reply) {
    case 'reset':
      response.socket?.resetAndDestroy();
      return;
    case 'stall':
    case 'cut':
      response.writeHead(201, { ...json, 'content-length': '200' });
      response.write(HALF, () => {
        if (reply === 'cut') response.socket?.destroy();
      });
      return;
    case 'truncated':
      response.writeHead(201, json).end(HALF);
      return;
    default: {
      const text = reply.text ?? (reply.json === undefined ? '' : JSON.stringify(reply.json));
      response.writeHead(reply.status, { ...json, ...reply.headers }).end(text);
    }
  }
}
