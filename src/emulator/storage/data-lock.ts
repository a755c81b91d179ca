import { readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { ConfigurationError, systemCode } from '../../errors.js';

/** A data file that this emulator alone may use. */
export interface DataLock {
  /** The file itself, whatever link led to it. */
  readonly file: string;
  release(): void;
}

/** The locks of this process: its own number in a lock file says nothing. */
const held = new Set<string>();

/**
 * Takes a data file for one emulator: two would overwrite each other's state. The lock is a file beside it with the
 * number of the process; that of a process that is gone counts for nothing.
 *
 * @throws {ConfigurationError} when another emulator has the file, or nothing can be written beside it.
 */
export function lockDataFile(given: string): DataLock {
  const file = realPath(given);
  const lock = `${file}.lock`;
  if (held.has(lock)) throw inUse(file, process.pid);
  if (!write(lock, file)) {
    const owner = ownerOf(lock);
    if (owner !== process.pid && isAlive(owner)) throw inUse(file, owner);
    rmSync(lock, { force: true });
    if (!write(lock, file)) throw inUse(file, ownerOf(lock));
  }
  held.add(lock);
  return {
    file,
    release() {
      if (held.delete(lock)) rmSync(lock, { force: true });
    },
  };
}

function inUse(file: string, owner: number): ConfigurationError {
  return new ConfigurationError(
    'data-file-in-use',
    `The data file ${file} is in use by another emulator (process ${owner}): stop that one, or name another file.`,
  );
}

/** The process that made a lock; 0 when it has just gone. */
function ownerOf(lock: string): number {
  try {
    return Number(readFileSync(lock, 'utf8'));
  } catch {
    return 0;
  }
}

/** Whether the lock file was made; not when there is one. */
function write(lock: string, file: string): boolean {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx', mode: 0o600 });
    return true;
  } catch (cause) {
    const code = systemCode(cause);
    if (code === 'EEXIST') return false;
    throw new ConfigurationError(
      'cannot-write-data-file',
      `The data file ${file} cannot be written (${code}): name one in a folder that exists and can be written to.`,
      { cause },
    );
  }
}

function realPath(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    return resolve(file);
  }
}

/** Signal 0 only asks. A process of someone else's (EPERM) lives too. */
function isAlive(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return systemCode(error) === 'EPERM';
  }
}
