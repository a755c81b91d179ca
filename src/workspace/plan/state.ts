import { createHash } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import * as v from 'valibot';
import { ConfigurationError, systemCode } from '../../errors.js';
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
    let text: string;
    try {
      text = await readFile(path, 'utf8');
    } catch (cause) {
      if (systemCode(cause) === 'ENOENT') return new StateFile(path, {});
      throw new ConfigurationError(
        'bad-state-file',
        `The state file ${path} cannot be read (${systemCode(cause)}).`,
        { cause },
      );
    }
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      value = undefined;
    }
    const parsed = v.safeParse(FILE, value);
    if (parsed.success) return new StateFile(path, parsed.output.workspaces);
    throw new ConfigurationError(
      'bad-state-file',
      `${path} is no state file of taskrouter apply. Name another file, or delete this one: a state file is optional.`,
    );
  }

  of(workspaceSid: string): RecordedKinds | undefined {
    return Object.hasOwn(this.#workspaces, workspaceSid) ? this.#workspaces[workspaceSid] : undefined;
  }

  /** Records a workspace, in one step: a process that is killed meanwhile leaves the old file or the new one. */
  async write(workspaceSid: string, kinds: RecordedKinds): Promise<void> {
    this.#workspaces = { ...this.#workspaces, [workspaceSid]: kinds };
    const temporary = `${this.#path}.${process.pid}.tmp`;
    try {
      await writeFile(
        temporary,
        `${JSON.stringify(ordered({ format: 1, workspaces: this.#workspaces }), null, 2)}\n`,
      );
      await rename(temporary, this.#path);
    } catch (cause) {
      await rm(temporary, { force: true });
      throw new ConfigurationError(
        'cannot-write-state-file',
        `The state file ${this.#path} cannot be written (${systemCode(cause)}).`,
        { cause },
      );
    }
  }
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
