import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';

interface ReplaceOptions {
  /** Who may read and write it, less the umask. Default: 0o666. */
  readonly mode?: number;
  /** The new file's name until it is whole, in the same folder. Default: made of the file's and the process number. */
  readonly temporary?: string;
}

/**
 * Writes a file as a whole or not at all: into a new file beside it, which then takes its name. It has its mode from the
 * start, so nobody can read it who may not, not even for a moment. All in one turn: nothing else here runs meanwhile.
 *
 * @throws the error of the file system; the file is as it was then, and nothing is left beside it.
 */
export function replaceFile(file: string, text: string, options: ReplaceOptions = {}): void {
  const { mode = 0o666, temporary = `${file}.${process.pid}.new` } = options;
  rmSync(temporary, { force: true });
  const descriptor = openSync(temporary, 'wx', mode);
  try {
    try {
      writeFileSync(descriptor, text);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(temporary, file);
  } catch (error) {
    try {
      rmSync(temporary, { force: true });
    } catch {
      // Why it could not be written matters more.
    }
    throw error;
  }
}
