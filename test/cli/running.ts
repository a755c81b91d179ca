import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { afterAll } from 'vitest';
import { taskrouter } from '../server/endpoint-process.js';

/** `taskrouter` in a process of its own. */
export interface Running {
  readonly pid: number;
  stdout(): string;
  stderr(): string;
  /** Waits until the standard output matches. @throws Error with all output when the process ends before. */
  shows(pattern: RegExp): Promise<RegExpExecArray>;
  /** Sends a signal, and waits for the end. */
  stop(signal: NodeJS.Signals): Promise<number | null>;
  /** The exit code; null after a kill. */
  readonly exited: Promise<number | null>;
}

const started: ChildProcess[] = [];
afterAll(() => {
  for (const child of started) child.kill('SIGKILL');
});

/** Starts the command line; it is killed when the tests of the file are over at the latest. */
export function run(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  cwd?: string,
): Running {
  const child = taskrouter(args, env, cwd);
  started.push(child);
  let stdout = '';
  let stderr = '';
  const looks = new Set<() => void>();
  child.stdout!.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    for (const look of looks) look();
  });
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  child.stdin!.end();
  // `close` comes when the output has been read to its end too.
  const exited = once(child, 'close').then(([code]) => code as number | null);
  return {
    pid: child.pid!,
    stdout: () => stdout,
    stderr: () => stderr,
    exited,
    shows: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const match = pattern.exec(stdout);
          if (match) {
            looks.delete(look);
            resolve(match);
          }
        };
        looks.add(look);
        look();
        exited.then((code) => reject(new Error(`It ended with ${code}.\n${stdout}\n${stderr}`)));
      }),
    stop(signal) {
      child.kill(signal);
      return exited;
    },
  };
}
