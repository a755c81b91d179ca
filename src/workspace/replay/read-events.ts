import { readFileSync, statSync } from 'node:fs';
import { ConfigurationError, systemCode } from '../../errors.js';
import { decodeText } from '../read-text.js';
import { JsonSlip, jsonDocuments } from './json-documents.js';

/** One event, whichever way it was exported. */
export interface PastEvent {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly type: string;
  /** Snake case: `task_sid`. */
  readonly data: Readonly<Record<string, string>>;
}

/** Node cannot make a longer string. */
const LARGEST_BYTES = 500_000_000;
/** Seconds since 1970 are in this range from 2001 to 5138; as milliseconds they would be in 1970 to 1973. */
const SECONDS_FROM = 1e9;
const SECONDS_UNTIL = 1e11;

export const badEvents = (message: string, cause?: unknown): ConfigurationError =>
  new ConfigurationError('bad-events', message, cause === undefined ? {} : { cause });

/**
 * Reads exported events: lists of Twilio's Event resources, the pages of its list, or one event a line. In the order of
 * time; an event that comes twice counts once.
 *
 * @throws {ConfigurationError} `bad-events` with file and place of what is no event, and for a list without its last page.
 */
export function readEvents(files: readonly string[]): readonly PastEvent[] {
  const seen = new Set<string>();
  const workspaces = new Set<string>();
  const contents = files.map((file) => ({ file, entries: documentsIn(file).flat() }));
  refuseCutList(
    files,
    contents.flatMap(({ entries }) => entries),
  );
  const events = contents.flatMap(({ file, entries }) => {
    const found = entries.flatMap((one) => (isPage(one) ? one.events : [one]));
    const read = found.flatMap((one, index) => {
      const event = readEvent(one);
      if (typeof event === 'string') throw badEvents(`${file}: event ${index + 1} ${event}`);
      const { sid, workspace } = event;
      if (sid !== undefined && seen.has(sid)) return [];
      if (sid !== undefined) seen.add(sid);
      if (workspace !== undefined) workspaces.add(workspace);
      return [event.event];
    });
    return newestFirst(read) ? read.reverse() : read;
  });
  if (events.length === 0) throw badEvents(`${files.join(' and ')}: no event is in there.`);
  if (workspaces.size > 1) {
    throw badEvents(
      `${files.join(' and ')}: the events are of ${workspaces.size} workspaces (${[...workspaces].join(', ')}). Export those of one.`,
    );
  }
  // The sort is stable: events of one instant stay in the order they came in.
  return events.sort((a, b) => a.at - b.at);
}

const newestFirst = (events: readonly PastEvent[]): boolean =>
  events.length > 1 &&
  events[0]!.at > events.at(-1)!.at &&
  events.every(({ at }, index) => index === 0 || events[index - 1]!.at >= at);

/** @throws {ConfigurationError} where pages of a list are there and none of them is its last. */
function refuseCutList(files: readonly string[], entries: readonly unknown[]): void {
  const pages = entries.filter(isPage);
  const isLast = ({ meta }: Page) => isEmpty(meta.next_page_url);
  if (pages.length === 0 || pages.some(isLast)) return;
  throw badEvents(
    `${files.join(' and ')}: the list goes on, and its last page is missing. Follow next_page_url until it is null, and keep every page.`,
  );
}

interface Page {
  readonly events: readonly unknown[];
  readonly meta: Readonly<Record<string, unknown>>;
}

const isEmpty = (value: unknown): boolean => value === null || value === undefined || value === '';

const isPage = (value: unknown): value is Page =>
  isRecord(value) && Array.isArray(value.events) && isRecord(value.meta);

function documentsIn(file: string): readonly unknown[] {
  const text = textOf(file);
  if (text.trim() === '') throw badEvents(`${file} is empty.`);
  try {
    return jsonDocuments(text);
  } catch (cause) {
    if (!(cause instanceof JsonSlip)) throw cause;
    const { line, cut } = cause;
    if (cut)
      throw badEvents(
        `${file}:${line}: the file ends in the middle of an event or a list: it has been cut short. Export it again.`,
        cause,
      );
    throw badEvents(
      `${line === undefined ? `${file} is` : `${file}:${line}: this is`} no JSON: give it the answers of GET …/Workspaces/{Sid}/Events, one after another, or one event a line.`,
      cause,
    );
  }
}

/** A pipe will do: events may be unpacked or filtered on their way. */
function textOf(file: string): string {
  let bytes: Buffer;
  try {
    const found = statSync(file);
    if (found.isDirectory()) throw badEvents(`${file} is a folder: name the files in it.`);
    if (found.size > LARGEST_BYTES) {
      throw badEvents(
        `${file} is too large: ${Math.round(found.size / 1e6)} MB, and at most ${LARGEST_BYTES / 1e6} can be read. Give it in parts, one file after another.`,
      );
    }
    bytes = readFileSync(file);
  } catch (cause) {
    if (cause instanceof ConfigurationError) throw cause;
    const code = systemCode(cause);
    throw badEvents(
      code === 'ENOENT' ? `There is no file ${file}.` : `The file ${file} cannot be read (${code}).`,
      cause,
    );
  }
  const { text, problem, cause } = { text: '', cause: undefined, ...decodeText(bytes) };
  if (problem !== undefined) throw badEvents(`The file ${file}: ${problem}`, cause);
  return text;
}

interface Read {
  readonly event: PastEvent;
  readonly sid: string | undefined;
  readonly workspace: string | undefined;
}

/** An event, or what is wrong with it. Twilio's helper libraries and its CLI write the names in camel case. */
function readEvent(value: unknown): Read | string {
  if (!isRecord(value)) return 'is no object.';
  const type = value.event_type ?? value.eventType;
  if (typeof type !== 'string' && typeof value.status === 'number' && typeof value.message === 'string')
    return `is no event: Twilio answered with an error (${value.status}). Ask for the events again.`;
  if (typeof type !== 'string')
    return 'has no event_type: it is no Event resource. Export the list of events of the workspace.';
  const ms = value.event_date_ms ?? value.eventDateMs;
  const isCount = typeof ms === 'number' || (typeof ms === 'string' && /^\d+$/.test(ms));
  const at = isCount ? Number(ms) : Date.parse(String(value.event_date ?? value.eventDate));
  if (!Number.isFinite(at)) return 'has neither event_date_ms nor a date in event_date.';
  if (isCount && at >= SECONDS_FROM && at < SECONDS_UNTIL)
    return 'has seconds in event_date_ms: write milliseconds, a thousand times as many.';
  const given = value.event_data ?? value.eventData;
  const fields = typeof given === 'string' ? parsed(given) : given;
  if (!isRecord(fields)) return 'has no event_data: export the events with all of their properties.';
  const data = Object.fromEntries(
    Object.entries(fields).flatMap(([key, field]) =>
      field === null || field === undefined
        ? []
        : [[snakeCase(key), typeof field === 'object' ? JSON.stringify(field) : String(field)]],
    ),
  );
  const workspace = value.workspace_sid ?? value.workspaceSid;
  return {
    event: { at, type, data },
    sid: typeof value.sid === 'string' ? value.sid : undefined,
    workspace: typeof workspace === 'string' ? workspace : undefined,
  };
}

/** The client of this package reads `task_sid` as `taskSid`. */
const snakeCase = (key: string) => key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
