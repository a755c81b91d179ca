import { type ChildProcess, type SpawnOptions, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';

/** Where the server runs, and where what puts load on it does. */
export interface Cores {
  readonly server: number;
  readonly load: number;
}

const running = new Set<ChildProcess>();

/** Starts a program pinned to one core. It ends with {@link endAll}, if not before. */
export function startPinned(
  core: number,
  command: string,
  args: readonly string[],
  options: SpawnOptions,
): ChildProcess {
  // taskset replaces itself by the program, so the process id is the program's.
  const child = spawn('taskset', ['-c', String(core), command, ...args], options);
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
}

/**
 * Runs a program pinned to one core to its end.
 *
 * @returns its standard output.
 * @throws Error when it does not exit with 0; its standard error is shown as it comes.
 */
export async function runPinned(core: number, command: string, args: readonly string[]): Promise<string> {
  const child = startPinned(core, command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout!.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  if (code !== 0) throw new Error(`${command} ended with ${signal ?? code}:\n${output}`);
  return output;
}

/** Pins a process that runs already. */
export function pin(pid: number, core: number): void {
  const { status } = spawnSync('taskset', ['-cp', String(core), String(pid)], { stdio: 'ignore' });
  if (status !== 0) throw new Error(`Process ${pid} cannot be pinned to core ${core}.`);
}

/** Ends every process that still runs, at once. */
export function endAll(): void {
  for (const child of running) child.kill('SIGKILL');
}

/** The first and the last core this process may use: they are the least likely to be halves of one. */
export function chooseCores(): Cores | undefined {
  const list = /^Cpus_allowed_list:\s*(.+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
  const numbers = list?.match(/\d+/g)?.map(Number) ?? [];
  const server = numbers[0];
  const load = numbers.at(-1);
  return server === undefined || load === undefined || server === load ? undefined : { server, load };
}
