import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { findProgram } from './programs.js';

/** A Redis of one's own: to stop, freeze and kill. */
export interface PrivateRedis {
  readonly port: number;
  readonly url: string;
  /** Ends the process, as a crash would: nothing is written to disk. */
  stop(): Promise<void>;
  /** The process stands still: connections stay open, nothing is answered. */
  freeze(): void;
  thaw(): void;
  /** A new, empty one on the same port. */
  restart(): Promise<void>;
}

/** The path of `redis-server` or `valkey-server`, if either is on the PATH. */
export const findServer = (): string | undefined => findProgram('redis-server', 'valkey-server');

/** A loopback port nobody listens on at the moment. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Sends one command over a plain socket, so that no client's reconnecting gets in the way. */
async function ask(port: number, command: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  try {
    socket.setTimeout(1_000, () => socket.destroy(new Error('no answer')));
    socket.write(`${command}\r\n`);
    const [data] = (await once(socket, 'data')) as [Buffer];
    return data.toString();
  } catch {
    return '';
  } finally {
    socket.destroy();
  }
}

/** Waits until the Redis on this port answers `command` with `expected` in it. */
export async function untilReady(port: number, command = 'PING', expected = '+PONG'): Promise<void> {
  const end = Date.now() + 15_000;
  while (!(await ask(port, command)).includes(expected)) {
    if (Date.now() > end) throw new Error(`Redis is not ready on port ${port} after 15 s.`);
    await sleep(20);
  }
}

/**
 * Starts a Redis on a free loopback port, without persistence and with `more` flags after its own. A shell holds it, and
 * kills it when this process closes the pipe between them, which happens however this process ends.
 */
export async function startRedis(
  more: readonly string[] | ((port: number) => readonly string[]) = [],
): Promise<PrivateRedis> {
  const path = findServer();
  if (path === undefined)
    throw new Error('Install redis-server or valkey-server: this test stops and freezes one.');
  const port = await freePort();
  const flags = typeof more === 'function' ? more(port) : more;
  let server = await launch(path, port, flags);
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    stop: () => server.stop(),
    freeze: () => void process.kill(server.pid, 'SIGSTOP'),
    thaw: () => void process.kill(server.pid, 'SIGCONT'),
    async restart() {
      await server.stop();
      server = await launch(path, port, flags);
    },
  };
}

async function launch(
  path: string,
  port: number,
  more: readonly string[],
): Promise<{ pid: number; stop(): Promise<void> }> {
  const options = { port, bind: '127.0.0.1', save: '', appendonly: 'no', maxmemory: '256mb' };
  const flags = Object.entries(options)
    .flatMap(([name, value]) => [`--${name}`, String(value)])
    .concat(more);
  const holder = spawn(
    'sh',
    ['-c', '"$@" >/dev/null 2>&1 & echo $!; read -r _; kill -9 $!; wait', 'sh', path, ...flags],
    {
      stdio: ['pipe', 'pipe', 'ignore'],
    },
  );
  const gone = once(holder, 'exit');
  const [output] = (await once(holder.stdout, 'data')) as [Buffer];
  const pid = Number(output.toString());
  const stop = async () => {
    holder.stdin.end();
    await gone;
  };
  try {
    // Its process id as well: another server may have taken the port in the meantime.
    await untilReady(port, 'INFO server', `process_id:${pid}\r`);
  } catch (error) {
    await stop();
    throw error;
  }
  return { pid, stop };
}
