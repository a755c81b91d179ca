import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { systemCode } from '../errors.js';
import { EXIT, UsageError } from './failure.js';
import { localUrl } from './local-url.js';
import { dataFolder, proxyCertificate, TWILIO_HOSTS } from './proxy-certificate.js';
import { proxyEnvironment } from './proxy-environment.js';
import { startProxy } from './proxy-server.js';

export interface ProxyCommandOptions {
  /** Where the local TaskRouter is. */
  readonly url: string;
  readonly passOthers?: true;
}

const LOOK_MS = 5_000;
/** What shells say of a command that is not there, and of one that may not be run. */
const NOT_FOUND = 127;
const NOT_RUNNABLE = 126;
const PASSED_ON = ['SIGTERM', 'SIGHUP'] as const;

/**
 * `taskrouter proxy -- COMMAND`: runs a command whose TaskRouter is the local one.
 *
 * @returns the command's exit code; 128 and the signal's number when a signal ended it; 127 when there is no such command,
 * 126 when it cannot be run; 1 when no local TaskRouter answers.
 * @throws {UsageError} for a URL that is none.
 */
export async function proxy(command: readonly string[], options: ProxyCommandOptions): Promise<number> {
  const target = localUrl(options.url);
  if (target.protocol !== 'http:') {
    throw new UsageError('--url must be where the local TaskRouter is, such as http://127.0.0.1:8080.');
  }
  if (!(await answers(target))) {
    console.error(
      `No local TaskRouter answers at ${target.origin}: start taskrouter-kit emulate or dev, or give the --url it prints.`,
    );
    return EXIT.failed;
  }
  const folder = dataFolder(process.env);
  const pair = await proxyCertificate(folder);
  const told = new Set<string>();
  const server = await startProxy({
    ...pair,
    target,
    hosts: TWILIO_HOSTS,
    passOthers: options.passOthers ?? false,
    onRefused(host) {
      if (told.size < 100 && !told.has(host))
        console.error(`taskrouter-kit proxy: ${host} was refused; --pass-others lets it through.`);
      told.add(host);
    },
  });
  const environment = await proxyEnvironment({
    ...{ certificate: pair.certificate, port: server.port, folder, env: process.env },
  });
  for (const note of environment.notes) console.error(`taskrouter-kit proxy: ${note}`);
  try {
    return await run(command, environment.env);
  } finally {
    environment.remove();
    await server.close();
  }
}

async function answers(target: URL): Promise<boolean> {
  try {
    const response = await fetch(new URL('/_emulator/clock', target), {
      signal: AbortSignal.timeout(LOOK_MS),
    });
    return response.ok && typeof ((await response.json()) as { clock?: unknown }).clock === 'string';
  } catch {
    return false;
  }
}

/** Runs the command on this terminal; signals reach it, and it decides how they end. */
async function run([file = '', ...args]: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const child = spawn(file, args, { env, stdio: 'inherit' });
  const release = passSignals(child);
  try {
    const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
    return code ?? 128 + constants.signals[signal!];
  } catch (error) {
    const reason = systemCode(error);
    console.error(
      reason === 'ENOENT'
        ? `There is no command ${JSON.stringify(file)}: check its spelling, or give its path.`
        : `${file} cannot be run (${reason}).`,
    );
    return reason === 'ENOENT' ? NOT_FOUND : NOT_RUNNABLE;
  } finally {
    release();
  }
}

/**
 * A terminal sends Ctrl-C to the command too, so it only must not end this process first; from elsewhere it is passed on, as
 * the other signals are.
 */
function passSignals(child: ChildProcess): () => void {
  const pass = (signal: NodeJS.Signals) => void child.kill(signal);
  const interrupt = () => {
    if (!process.stdin.isTTY) child.kill('SIGINT');
  };
  process.on('SIGINT', interrupt);
  for (const signal of PASSED_ON) process.on(signal, pass);
  return () => {
    process.off('SIGINT', interrupt);
    for (const signal of PASSED_ON) process.off(signal, pass);
  };
}
