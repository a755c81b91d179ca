import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { ConfigurationError } from '../errors.js';
import type { PhoneStep } from './delivery/phones.js';
import type { EngineEvent, EngineSnapshot } from './engine/index.js';

/** What an emulator keeps over a restart. Tokens are not part of it. */
export interface SavedState {
  /** The emulator's time when it was saved, in milliseconds. */
  readonly savedAt: number;
  readonly engine: EngineSnapshot;
  readonly events: readonly EngineEvent[];
  readonly phones: readonly PhoneStep[];
}

/** The first line of the file: what it is, and the digest of what follows. */
interface Head {
  readonly format: 'taskrouter-kit emulator';
  readonly version: 1;
  readonly sha256: string;
}

const digest = (text: string) => createHash('sha256').update(text).digest('hex');

/**
 * Writes the file as a whole or not at all: into a new file beside it, which then takes its name.
 * @throws the error of the file system.
 */
export function writeDataFile(file: string, state: SavedState): void {
  const body = JSON.stringify(state);
  const head: Head = { format: 'taskrouter-kit emulator', version: 1, sha256: digest(body) };
  const fresh = `${file}.${process.pid}.new`;
  const descriptor = openSync(fresh, 'w', 0o600);
  try {
    writeSync(descriptor, `${JSON.stringify(head)}\n${body}\n`);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameSync(fresh, file);
}

/**
 * Reads the file; undefined when there is none.
 * @throws ConfigurationError when it is damaged or something else. It is left untouched.
 */
export function readDataFile(file: string): SavedState | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined;
    throw damaged(file, 'it cannot be read', cause);
  }
  const end = text.indexOf('\n');
  const body = text.slice(end + 1).replace(/\n$/, '');
  try {
    const head: Partial<Head> = JSON.parse(text.slice(0, Math.max(0, end)));
    if (head.format === 'taskrouter-kit emulator' && head.version === 1 && head.sha256 === digest(body)) {
      return JSON.parse(body);
    }
  } catch (cause) {
    throw damaged(file, 'it is not one of an emulator', cause);
  }
  throw damaged(file, 'it is cut off, changed by hand, or of another version');
}

/** The error for a file that is not taken. */
export function damaged(file: string, why: string, cause?: unknown): ConfigurationError {
  return new ConfigurationError(
    'damaged-data-file',
    `The data file ${file} is not used: ${why}. It was left as it is; move it away, or name another file.`,
    { cause },
  );
}
