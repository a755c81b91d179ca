import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';

/** Something that answers like Redis on a loopback port: each command with what `answer` makes of it, as RESP2. */
export interface FakeRedis {
  readonly url: string;
  close(): void;
}

/** Starts one. Commands that `answer` has nothing for get `+OK`; HELLO is unknown to it, as to Redis 5. */
export async function startFakeRedis(
  answer: (command: string, args: readonly string[]) => string | undefined,
): Promise<FakeRedis> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    let waiting = '';
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    socket.setEncoding('latin1').on('data', (bytes: string) => {
      waiting += bytes;
      for (let read = readCommand(waiting); read !== undefined; read = readCommand(waiting)) {
        waiting = read.rest;
        const [command = '', ...args] = read.words;
        const name = command.toLowerCase();
        socket.write(
          `${answer(name, args) ?? (name === 'hello' ? "-ERR unknown command 'HELLO'" : '+OK')}\r\n`,
        );
      }
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `redis://user:hunter2@127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** A bulk string. */
export const bulk = (text: string): string => `$${Buffer.byteLength(text)}\r\n${text}`;

function readCommand(text: string): { words: string[]; rest: string } | undefined {
  const head = /^\*(\d+)\r\n/.exec(text);
  if (head === null) return undefined;
  let at = head[0].length;
  const words: string[] = [];
  for (let left = Number(head[1]); left > 0; left -= 1) {
    const length = /^\$(\d+)\r\n/.exec(text.slice(at));
    if (length === null) return undefined;
    at += length[0].length;
    const end = at + Number(length[1]);
    if (text.length < end + 2) return undefined;
    words.push(text.slice(at, end));
    at = end + 2;
  }
  return { words, rest: text.slice(at) };
}
