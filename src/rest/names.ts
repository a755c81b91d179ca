import type { Clock } from '../clock.js';
import { TaskRouterKitError } from '../errors.js';
import { nearMisses } from '../near-miss.js';
import {
  ACTIVITY_SID,
  TASK_CHANNEL_SID,
  TASK_QUEUE_SID,
  WORKER_SID,
  WORKFLOW_SID,
  WORKSPACE_SID,
} from '../sids.js';

/** The resources that may be written by name. A task channel's unique name counts as well. */
export type NameKind = 'activity' | 'taskQueue' | 'workflow' | 'taskChannel' | 'worker' | 'workspace';

export interface NameOptions {
  /** Default: the client's workspace. */
  readonly workspaceSid?: string | undefined;
}

/**
 * Friendly names to SIDs. Names are read by one list call for each kind and workspace, and kept; a name that is not
 * there is looked for once more in a fresh list. This is all that code which takes names from its users needs to
 * know of a client.
 */
export interface NameResolver {
  /**
   * The SID of a name; a SID comes back as it is, without a request.
   *
   * @throws {UnknownNameError} if there is no such name, with those that are spelt nearly so, or more than one.
   * @example await client.names.resolve('activity', 'Offline') // 'WA…'
   */
  resolve(kind: NameKind, nameOrSid: string, options?: NameOptions): Promise<string>;
  /**
   * The same from what is known already, at once and without a request: for the time in which a callback waits.
   *
   * @example client.names.get('activity', 'Offline') // 'WA…', or undefined
   */
  get(kind: NameKind, nameOrSid: string, options?: NameOptions): string | undefined;
  /**
   * Reads the names of these kinds: one list each (more where there are over 1,000).
   *
   * @example await client.names.prime(['activity', 'taskQueue'])
   */
  prime(kinds: readonly NameKind[], options?: NameOptions): Promise<void>;
}

/** A friendly name that nothing has, or that several have. */
export class UnknownNameError extends TaskRouterKitError {
  readonly kind: NameKind;
  /** The names that are spelt nearly so, the nearest first. */
  readonly nearMisses: readonly string[];

  constructor(kind: NameKind, message: string, near: readonly string[] = []) {
    super('unknown-name', message);
    this.kind = kind;
    this.nearMisses = near;
  }
}

/** What a list is read for: the SID, and the names it goes by. */
export interface Named {
  readonly sid: string;
  readonly names: readonly string[];
}

export type LoadNames = (kind: NameKind, workspaceSid: string) => Promise<readonly Named[]>;

const WORDS: Readonly<Record<NameKind, { word: string; sid: RegExp }>> = {
  activity: { word: 'activity', sid: ACTIVITY_SID },
  taskQueue: { word: 'task queue', sid: TASK_QUEUE_SID },
  workflow: { word: 'workflow', sid: WORKFLOW_SID },
  taskChannel: { word: 'task channel', sid: TASK_CHANNEL_SID },
  worker: { word: 'worker', sid: WORKER_SID },
  workspace: { word: 'workspace', sid: WORKSPACE_SID },
};

/** Whether a string is the SID of such a resource, and not its name. */
export function isSidOf(kind: NameKind, text: string): boolean {
  return WORDS[kind].sid.test(text);
}

/** A list this young is not read again for a name that is not in it. */
const FRESH_MS = 1_000;

interface Known {
  readonly sids: ReadonlyMap<string, readonly string[]>;
  readonly readAt: number;
}

/** The names of all workspaces a client has to do with. */
export class Names implements NameResolver {
  readonly #known = new Map<string, Known>();
  readonly #loading = new Map<string, Promise<Known>>();
  readonly #load: LoadNames;
  readonly #clock: Clock;
  readonly #defaultWorkspace: () => string;

  constructor(load: LoadNames, clock: Clock, defaultWorkspace: () => string) {
    this.#load = load;
    this.#clock = clock;
    this.#defaultWorkspace = defaultWorkspace;
  }

  get(kind: NameKind, nameOrSid: string, options: NameOptions = {}): string | undefined {
    if (isSidOf(kind, nameOrSid)) return nameOrSid;
    const found = this.#known.get(this.#key(kind, options))?.sids.get(nameOrSid);
    return found?.length === 1 ? found[0] : undefined;
  }

  async resolve(kind: NameKind, nameOrSid: string, options: NameOptions = {}): Promise<string> {
    const at = this.get(kind, nameOrSid, options);
    if (at !== undefined) return at;
    const before = this.#known.get(this.#key(kind, options));
    const young = before !== undefined && this.#clock.now() - before.readAt < FRESH_MS;
    const { sids } = young ? before : await this.#read(kind, options);
    const found = sids.get(nameOrSid) ?? [];
    if (found.length === 1) return found[0] as string;
    throw missing(kind, nameOrSid, found, [...sids.keys()]);
  }

  async prime(kinds: readonly NameKind[], options: NameOptions = {}): Promise<void> {
    await Promise.all([...new Set(kinds)].map((kind) => this.#read(kind, options)));
  }

  /** Drops what is known, because it has changed: the next use reads it again. */
  forget(kind: NameKind, workspaceSid: string): void {
    const key = this.#key(kind, { workspaceSid });
    this.#known.delete(key);
    this.#loading.delete(key);
  }

  #key(kind: NameKind, { workspaceSid = this.#defaultWorkspace() }: NameOptions): string {
    return `${workspaceSid} ${kind}`;
  }

  /** Reads one list; those who come while it is being read wait for the same one. */
  #read(kind: NameKind, options: NameOptions): Promise<Known> {
    const key = this.#key(kind, options);
    const present = this.#loading.get(key);
    if (present !== undefined) return present;
    const loading = this.#load(kind, key.slice(0, key.indexOf(' ')))
      .then((items) => {
        const known = { sids: indexed(items), readAt: this.#clock.now() };
        // Not what was read while something changed: `forget` has let go of this reading.
        if (this.#loading.get(key) === loading) this.#known.set(key, known);
        return known;
      })
      .finally(() => {
        if (this.#loading.get(key) === loading) this.#loading.delete(key);
      });
    this.#loading.set(key, loading);
    return loading;
  }
}

function indexed(items: readonly Named[]): ReadonlyMap<string, readonly string[]> {
  const sids = new Map<string, string[]>();
  for (const { sid, names } of items) {
    for (const name of new Set(names)) sids.set(name, [...(sids.get(name) ?? []), sid]);
  }
  return sids;
}

function missing(
  kind: NameKind,
  name: string,
  found: readonly string[],
  known: readonly string[],
): UnknownNameError {
  const { word } = WORDS[kind];
  if (found.length > 1) {
    const message = `${found.length} resources of kind ${word} are named "${name}" (${found.join(', ')}): write the SID.`;
    return new UnknownNameError(kind, message);
  }
  const near = nearMisses(name, known);
  const quoted = (names: readonly string[]) => names.map((one) => `"${one}"`).join(', ');
  const hint =
    near.length > 0
      ? `did you mean ${quoted(near)}?`
      : `the workspace has ${known.length === 0 ? 'none' : quoted(known.slice(0, 10))}`;
  return new UnknownNameError(kind, `no ${word} is named "${name}" in this workspace; ${hint}`, near);
}
