import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import { ConfigurationError, systemCode } from '../../errors.js';
import { replaceFile } from '../../replace-file.js';
import type { CallsState } from '../calls/types.js';
import { type EngineEvent, type EngineSnapshot, snapshotVersion } from '../engine/index.js';

/** What an emulator keeps over a restart. Tokens are not part of it. */
export interface SavedState {
  /** The emulator's time when it was saved, in milliseconds. */
  readonly savedAt: number;
  /** The engine checks it. */
  readonly engine: EngineSnapshot;
  readonly events: readonly EngineEvent[];
  readonly calls: CallsState;
}

/** The first line of the file: what it is, and the digest of what follows. */
interface Head {
  readonly format: 'taskrouter-kit emulator';
  readonly version: 1;
  readonly sha256: string;
}

const time = v.pipe(v.number(), v.minValue(0), v.maxValue(8.64e15));

const target = v.object({
  url: v.string(),
  method: v.picklist(['GET', 'POST']),
  events: v.array(v.string()),
});
const party = v.picklist(['customer', 'worker']);

const savedCalls = v.object({
  legs: v.array(
    v.object({
      sid: v.string(),
      party,
      workspaceSid: v.string(),
      taskSid: v.string(),
      from: v.string(),
      to: v.string(),
      direction: v.picklist(['inbound', 'outbound-api']),
      // Only live calls are kept.
      status: v.picklist(['initiated', 'ringing', 'in-progress']),
      queued: v.optional(v.boolean()),
      startedAt: time,
      answeredAt: v.optional(time),
      sequence: v.pipe(v.number(), v.integer(), v.minValue(0)),
      statusTarget: v.optional(target),
      work: v.optional(
        v.object({
          instruction: v.picklist(['dequeue', 'call', 'conference']),
          workerSid: v.string(),
          reservationSid: v.string(),
          talkMs: v.optional(v.pipe(v.number(), v.minValue(0))),
          ringsUntil: v.optional(v.number()),
          postWorkActivitySid: v.optional(v.string()),
          recorded: v.boolean(),
          url: v.optional(v.string()),
          joins: v.optional(
            v.object({
              muted: v.boolean(),
              startConferenceOnEnter: v.boolean(),
              endConferenceOnExit: v.boolean(),
              endConferenceOnCustomerExit: v.boolean(),
              conferenceTarget: v.optional(target),
            }),
          ),
        }),
      ),
      next: v.optional(
        v.object({ at: time, happens: v.picklist(['answered', 'declined', 'unanswered', 'ended']) }),
      ),
    }),
  ),
  conferences: v.array(
    v.object({
      sid: v.string(),
      workspaceSid: v.string(),
      taskSid: v.string(),
      started: v.boolean(),
      sequence: v.pipe(v.number(), v.integer(), v.minValue(0)),
      statusTarget: v.optional(target),
      participants: v.array(
        v.object({
          callSid: v.string(),
          party,
          workerSid: v.optional(v.string()),
          muted: v.boolean(),
          hold: v.boolean(),
          endConferenceOnExit: v.boolean(),
          startConferenceOnEnter: v.boolean(),
        }),
      ),
    }),
  ),
});

/** What the parts of a saved state must be; the engine checks its own. */
export const savedState = v.object({
  savedAt: time,
  engine: v.looseObject({ version: v.literal(snapshotVersion) }),
  events: v.array(
    v.object({
      kind: v.literal('event'),
      sid: v.string(),
      type: v.custom<EngineEvent['type']>(
        (type) => typeof type === 'string' && /^[a-z-]+\.[a-z.-]+$/.test(type),
      ),
      at: time,
      workspaceSid: v.string(),
      workspaceName: v.string(),
      resourceType: v.picklist([
        'activity',
        'reservation',
        'task',
        'taskchannel',
        'taskqueue',
        'worker',
        'workflow',
        'workspace',
      ]),
      resourceSid: v.string(),
      data: v.record(v.string(), v.string()),
    }),
  ),
  calls: savedCalls,
});

const digest = (text: string) => createHash('sha256').update(text).digest('hex');

/**
 * Writes the file as a whole or not at all.
 * @throws the error of the file system.
 */
export function writeDataFile(file: string, state: SavedState): void {
  const body = JSON.stringify(state);
  const head: Head = { format: 'taskrouter-kit emulator', version: 1, sha256: digest(body) };
  // The file is locked, so one name is enough, and emulators that were killed leave one new file at most.
  const temporary = `${file}.new`;
  replaceFile(file, `${JSON.stringify(head)}\n${body}\n`, { mode: 0o600, temporary });
}

/**
 * Reads the file; undefined when there is none.
 * @throws {ConfigurationError} when it is damaged or something else. It is left untouched.
 */
export function readDataFile(file: string): SavedState | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    const code = systemCode(cause);
    if (code === 'ENOENT') return undefined;
    throw damaged(file, `it cannot be read (${code})`, cause);
  }
  const end = text.indexOf('\n');
  const body = text.slice(end + 1).replace(/\n$/, '');
  let head: Partial<Head> | null;
  try {
    head = JSON.parse(text.slice(0, Math.max(0, end)));
  } catch (cause) {
    throw damaged(file, 'it is not one of an emulator', cause);
  }
  if (head?.format !== 'taskrouter-kit emulator') throw damaged(file, 'it is not one of an emulator');
  if (head.version !== 1) throw damaged(file, 'it is of another version');
  if (head.sha256 !== digest(body)) throw damaged(file, 'it is cut off, or was changed by hand');
  try {
    const state: unknown = JSON.parse(body);
    if (isOfAnotherForm(state)) {
      throw damaged(
        file,
        'it was written by another release of taskrouter-kit, so its state cannot be restored',
      );
    }
    return v.parse(savedState, state);
  } catch (cause) {
    if (cause instanceof ConfigurationError) throw cause;
    throw damaged(file, 'its state cannot be restored', cause);
  }
}

/** The file is whole, but the engine's state in it has the form of an older or newer release. */
function isOfAnotherForm(state: unknown): boolean {
  const engine = (state as { readonly engine?: { readonly version?: unknown } | null } | null)?.engine;
  return typeof engine?.version === 'number' && engine.version !== snapshotVersion;
}

/** The error for a file that is not taken. */
export function damaged(file: string, why: string, cause?: unknown): ConfigurationError {
  return new ConfigurationError(
    'damaged-data-file',
    `The data file ${file} is not used: ${why}. It was left as it is; move it away, or name another file.`,
    { cause },
  );
}
