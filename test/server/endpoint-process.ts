import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { assignmentRequest, sid } from 'taskrouter-kit/testing';
import { isBuilt } from '../../scripts/built.js';

export const TOKEN = '0123456789abcdef0123456789abcdef';
export const FIXTURES = fileURLToPath(new URL('fixtures/handlers', import.meta.url));
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const FROM_SOURCES = ['--import', import.meta.resolve('tsx'), `${ROOT}src/cli/main.ts`];
/** A fresh build starts in a third of the time, but only the sources load handlers in TypeScript. */
const FROM_BUILD = isBuilt() ? [`${ROOT}dist/cli/main.js`] : FROM_SOURCES;

/** One parsed line of the endpoint's log. */
export type LogLine = Readonly<Record<string, unknown>> & { readonly msg: string };

/** `taskrouter serve` in a process of its own, on a free loopback port. */
export interface EndpointProcess {
  readonly url: string;
  readonly log: readonly LogLine[];
  kill(signal: NodeJS.Signals): void;
  /** Resolves with the exit code; null after a kill. */
  readonly exited: Promise<number | null>;
}

/** Starts `taskrouter` with exactly these arguments and variables, besides what Node itself needs. */
export function taskrouter(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  cwd = ROOT,
): ChildProcess {
  const program = args[0] === 'serve' || args[0] === 'dev' ? FROM_SOURCES : FROM_BUILD;
  const child = spawn(process.execPath, [...program, ...args], {
    cwd,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  // A test that fails before it ends its processes would leave them to slow down all others.
  const end = () => void child.kill('SIGKILL');
  process.once('exit', end);
  child.once('exit', () => process.off('exit', end));
  return child;
}

/** Starts `taskrouter serve`, and resolves when it takes callbacks. */
export async function startProcess(env: Readonly<Record<string, string>> = {}): Promise<EndpointProcess> {
  const child = taskrouter(['serve'], {
    TWILIO_AUTH_TOKEN: TOKEN,
    HANDLERS_DIR: FIXTURES,
    HOST: '127.0.0.1',
    PORT: '0',
    ...env,
  });
  const log: LogLine[] = [];
  let stderr = '';
  child.stderr!.on('data', (text: Buffer) => {
    stderr += text.toString();
  });
  const exited = once(child, 'exit').then(([code]) => code as number | null);
  const ready = new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout! }).on('line', (text) => {
      const line = JSON.parse(text) as LogLine;
      log.push(line);
      if (line.msg === 'endpoint ready') resolve(String(line.url));
    });
    exited.then((code) =>
      reject(new Error(`The endpoint ended with ${code} before it was ready: ${stderr}`)),
    );
  });
  return { url: await ready, log, exited, kill: (signal) => void child.kill(signal) };
}

/** An answer, with what it took from outside. */
export interface Got {
  readonly status: number;
  readonly body: string;
  readonly ms: number;
}

/** A call whose handler takes `ms`; give the same one again to repeat it. */
export function reservation(ms: number) {
  return { task: { ms, call_sid: sid('CA') }, fields: shared() };
}

function shared(): Readonly<Record<string, string>> {
  return {
    WorkspaceSid: sid('WS'),
    WorkflowSid: sid('WW'),
    TaskQueueSid: sid('WQ'),
    WorkerSid: sid('WK'),
    TaskSid: sid('WT'),
    AccountSid: sid('AC'),
    ReservationSid: sid('WR'),
  };
}

/** Sends an assignment callback to an endpoint, as Twilio would. */
export async function callback(
  url: string,
  about: ReturnType<typeof reservation>,
  path: '/assignment' | '/assignment/fallback' = '/assignment',
): Promise<Got> {
  const request = assignmentRequest({ url: `${url}/taskrouter${path}`, authToken: TOKEN, ...about });
  const began = performance.now();
  const response = await fetch(request.url, request);
  return { status: response.status, body: await response.text(), ms: performance.now() - began };
}

/** Waits until something holds, a few seconds at most. */
export async function until(holds: () => boolean | Promise<boolean>, withinMs = 10_000): Promise<void> {
  const end = Date.now() + withinMs;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`It did not come to hold within ${withinMs} ms: ${holds}`);
    await sleep(10);
  }
}
