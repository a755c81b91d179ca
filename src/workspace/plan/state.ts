import { createHash } from 'node:crypto';
import { accessSync, constants, existsSync, realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import * as v from 'valibot';
import { ConfigurationError, systemCode } from '../../errors.js';
import { replaceFile } from '../../replace-file.js';
import { readTextFile } from '../read-text.js';
import { ordered } from './field-changes.js';
import type { Comparable } from './kinds.js';

/** What one resource was when it was last applied: which it is, and a hash of each field. No value is kept. */
export interface RecordedResource {
  readonly sid: string;
  readonly fields: Readonly<Record<string, string>>;
}

/** The resources of one workspace, by kind and name. */
export type RecordedKinds = Readonly<Record<string, Readonly<Record<string, RecordedResource>>>>;

const FILE = v.object({
  format: v.literal(1),
  workspaces: v.record(
    v.string(),
    v.record(
      v.string(),
      v.record(v.string(), v.object({ sid: v.string(), fields: v.record(v.string(), v.string()) })),
    ),
  ),
});

/** Hashes of 20 workspaces with 2,000 workers have 12 MB. */
const MOST_BYTES = 100_000_000;

/**
 * A state file: what was applied last, for each workspace. It is optional. With it a plan tells drift from changes of the
 * definition, and knows something again that was renamed.
 */
export class StateFile {
  readonly #path: string;
  #workspaces: Record<string, RecordedKinds>;

  private constructor(path: string, workspaces: Record<string, RecordedKinds>) {
    this.#path = path;
    this.#workspaces = workspaces;
  }

  /**
   * Reads the file; one that does not exist yet is empty.
   * @throws {ConfigurationError} `bad-state-file` for what is no state file.
   */
  static async read(path: string): Promise<StateFile> {
    return new StateFile(path, readWorkspaces(path));
  }

  /**
   * Finds out before anything is changed whether the file could be written.
   * @throws {ConfigurationError} `cannot-write-state-file` if not.
   */
  async checkWritable(): Promise<void> {
    try {
      const place = this.#place();
      accessSync(dirname(place), constants.W_OK);
      if (existsSync(place)) accessSync(place, constants.W_OK);
    } catch (cause) {
      throw this.#unwritable(cause);
    }
  }

  of(workspaceSid: string): RecordedKinds | undefined {
    return Object.hasOwn(this.#workspaces, workspaceSid) ? this.#workspaces[workspaceSid] : undefined;
  }

  /**
   * Records a workspace, in one step: a process that is killed meanwhile leaves the old file or the new one. What others
   * have recorded of other workspaces meanwhile stays.
   *
   * @throws {ConfigurationError} `cannot-write-state-file`; `bad-state-file` if it has become something else meanwhile.
   */
  async write(workspaceSid: string, kinds: RecordedKinds): Promise<void> {
    const place = this.#place();
    // All at once, so that another apply finds no time in between.
    this.#workspaces = { ...readWorkspaces(this.#path), [workspaceSid]: kinds };
    const text = `${JSON.stringify(ordered({ format: 1, workspaces: this.#workspaces }), null, 2)}\n`;
    try {
      replaceFile(place, text);
    } catch (cause) {
      throw this.#unwritable(cause);
    }
  }

  /** Where it is: a link stays a link. */
  #place(): string {
    return existsSync(this.#path) ? realpathSync(this.#path) : this.#path;
  }

  #unwritable(cause: unknown): ConfigurationError {
    const why = systemCode(cause);
    return new ConfigurationError(
      'cannot-write-state-file',
      `The state file ${this.#path} cannot be written (${why}).`,
      { cause },
    );
  }
}

/** @throws {ConfigurationError} `bad-state-file` for what is no state file. */
function readWorkspaces(path: string): Record<string, RecordedKinds> {
  const { text, problem, cause } = { text: '', cause: undefined, ...readTextFile(path, MOST_BYTES) };
  if (problem !== undefined) {
    if (systemCode(cause) === 'ENOENT') return {};
    throw new ConfigurationError('bad-state-file', `The state file ${path}: ${problem}`, { cause });
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  const parsed = v.safeParse(FILE, value);
  if (parsed.success) return parsed.output.workspaces;
  throw new ConfigurationError(
    'bad-state-file',
    `${path} is not a state file of taskrouter apply. Name another file, or delete this one: a state file is optional.`,
  );
}

/** A hash for each field that has a value. */
export function hashesOf(fields: Comparable): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(fields)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, hashOf(value)]),
  );
}

export const hashOf = (value: unknown): string =>
  createHash('sha256')
    .update(JSON.stringify(ordered(value ?? null)))
    .digest('base64url')
    .slice(0, 16);
