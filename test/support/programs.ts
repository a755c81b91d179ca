import { execFileSync } from 'node:child_process';
import { accessSync, constants, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline/promises';

/** The path of the first of these programs that is on the PATH. */
export function findProgram(...names: readonly string[]): string | undefined {
  for (const name of names) {
    for (const folder of (process.env.PATH ?? '').split(delimiter)) {
      const path = join(folder, name);
      try {
        accessSync(path, constants.X_OK);
        return path;
      } catch {
        // Not in this folder.
      }
    }
  }
  return undefined;
}

/**
 * Installs a package of Debian or Ubuntu, and says so; on a terminal it asks before.
 *
 * @throws Error with `howTo` where that cannot be done.
 */
export async function installPackage(name: string, howTo: string): Promise<void> {
  if (process.getuid?.() !== 0 || !isDebian()) throw new Error(howTo);
  console.log(`No ${name} found: installing it with apt-get.`);
  if (process.stdin.isTTY && !(await agreed())) throw new Error(howTo);
  const apt = (...args: string[]) =>
    execFileSync('apt-get', args, {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
  try {
    apt('update');
    apt('install', '-y', '--no-install-recommends', name);
  } catch (cause) {
    throw new Error(`apt-get could not install ${name}. ${howTo}`, { cause });
  }
}

function isDebian(): boolean {
  try {
    return /^(ID|ID_LIKE)=.*(debian|ubuntu)/m.test(readFileSync('/etc/os-release', 'utf8'));
  } catch {
    return false;
  }
}

async function agreed(): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return !/^n/i.test(await terminal.question('Go on? [Y/n] '));
  } finally {
    terminal.close();
  }
}
