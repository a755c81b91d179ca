import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { TOKEN } from '../../server/endpoint-process.js';
import { bundleEndpoint, type Patch, ROOT } from '../bundle.js';

/** What an endpoint process holds after its garbage was collected. Memory in bytes. */
export interface Held {
  /** Of the heap and of what hangs on it, such as buffers. */
  readonly heapUsed: number;
  readonly rss: number;
  readonly sockets: number;
  readonly timers: number;
  /** Of the process itself. */
  readonly listeners: number;
  /** Since it began, without what telling this costs. */
  readonly cpuMs: number;
}

/** An endpoint in a process of its own, which tells what it holds. */
export interface WatchedEndpoint {
  readonly port: number;
  held(): Promise<Held>;
  /** Waits until it holds no more sockets, timers and listeners than this, a few seconds at most, and says what is left. */
  settled(limit: Held): Promise<Held>;
  /** What it ought not to have said or done: a crash, an error in its log, a line that is not its own, a warning of Node. */
  readonly complaints: readonly string[];
  close(): Promise<void>;
}

/** Where callbacks are sent, according to the endpoint's configuration. */
export const PUBLIC_URL = 'https://hooks.example.com';

/**
 * Starts the deployed endpoint with these handlers (a path from the project's root).
 *
 * @param judgeLine - says what is wrong with a line of its log, if anything.
 */
export async function startWatched(
  handlers: string,
  env: Readonly<Record<string, string>> = {},
  judgeLine: (text: string) => string | undefined = () => undefined,
  patches: readonly Patch[] = [],
): Promise<WatchedEndpoint> {
  mkdirSync(join(ROOT, 'node_modules/.cache'), { recursive: true });
  const folder = mkdtempSync(join(ROOT, 'node_modules/.cache/watched-'));
  await bundleEndpoint(folder, 'test/support/watched/endpoint.ts', handlers, patches);
  const child = spawn(process.execPath, ['--expose-gc', join(folder, 'endpoint.js')], {
    env: {
      PATH: process.env.PATH ?? '',
      NODE_ENV: 'production',
      TWILIO_AUTH_TOKEN: TOKEN,
      PUBLIC_URL,
      HANDLERS_DIR: join(folder, 'handlers'),
      HOST: '127.0.0.1',
      PORT: '0',
      LOG_LEVEL: 'info',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const complaints: string[] = [];
  let closing = false;
  const exited = once(child, 'exit').then(([code, signal]) => {
    if (!closing) complaints.push(`It ended with ${code ?? signal}.`);
  });
  child.stderr!.on('data', (text: Buffer) => complaints.push(`On standard error: ${text}`));
  const close = async () => {
    closing = true;
    child.kill('SIGKILL');
    await exited;
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const url = await new Promise<string>((resolve, reject) => {
      createInterface({ input: child.stdout! }).on('line', (text) => {
        const line = parsed(text);
        if (line?.msg === 'endpoint ready') resolve(String(line.url));
        const wrong =
          line === undefined
            ? 'Not a line of the log:'
            : line.level === 'error'
              ? 'An error:'
              : judgeLine(text);
        if (wrong !== undefined) complaints.push(`${wrong} ${text.slice(0, 500)}`);
      });
      void exited.then(() => reject(new Error(`The endpoint did not start: ${complaints.join('\n')}`)));
    });
    const port = Number(new URL(url).port);
    let last: Held = { heapUsed: 0, rss: 0, sockets: 0, timers: 0, listeners: 0, cpuMs: 0 };
    const held = async (): Promise<Held> => {
      if (child.connected) {
        const answer = once(child, 'message');
        child.send('held');
        // What it held last, if it ends now: that it did is among the complaints.
        last = await Promise.race([answer.then(([told]) => told as Held), exited.then(() => last)]);
      }
      return last;
    };
    return {
      port,
      complaints,
      held,
      close,
      async settled(limit) {
        const end = Date.now() + 10_000;
        for (;;) {
          const now = await held();
          const isDown = (['sockets', 'timers', 'listeners'] as const).every(
            (name) => now[name] <= limit[name],
          );
          if (isDown || Date.now() > end) return now;
          await sleep(100);
        }
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** A line of the log: JSON with a level and a message; undefined if it is anything else. */
function parsed(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const line = JSON.parse(text) as Readonly<Record<string, unknown>> | null;
    return typeof line?.level === 'string' && typeof line.msg === 'string' ? line : undefined;
  } catch {
    return undefined;
  }
}
