import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import type { StaffAct } from '../emulator/index.js';
import { EXIT } from './failure.js';
import { localUrl } from './local-url.js';
import { paint, print } from './print.js';

export interface StaffCommandOptions {
  /** Where the local TaskRouter is. */
  readonly url: string;
  /** Friendly names or SIDs; none: everybody. */
  readonly worker: readonly string[];
  readonly seed?: number;
  /** Lengths of time, such as `5s`. */
  readonly answers?: string;
  readonly works?: string;
  readonly wrapsUp?: string;
  readonly rests?: string;
  /** Shares from 0 to 1. */
  readonly rejects?: number;
  readonly misses?: number;
  readonly breaks?: number;
  readonly json?: true;
}

/**
 * `taskrouter staff`: simulated agents in a running `dev` or `emulate`. It prints what they do, until Ctrl-C ends the play.
 *
 * @returns 0 after Ctrl-C or SIGTERM; 1 when nothing answers at the URL, the play was refused, or the TaskRouter ended.
 * @throws {UsageError} for a malformed URL.
 */
export async function staff({ url: given, worker, json, ...play }: StaffCommandOptions): Promise<number> {
  const url = new URL('/_emulator/staff', localUrl(given));
  const stopped = new AbortController();
  const stop = () => stopped.abort();
  process.once('SIGINT', stop).once('SIGTERM', stop);
  const counts = new Map<string, number>();
  let plays = false;
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...play, ...(worker.length === 0 ? {} : { workers: worker }) }),
      signal: stopped.signal,
    });
    if (!response.ok || !response.body || !isPlay(response)) return failed(await whyNot(response, url));
    plays = true;
    for await (const line of createInterface({ input: Readable.fromWeb(response.body) })) {
      if (line === '') continue;
      const news = JSON.parse(line) as Line;
      if ('does' in news) counts.set(news.does, (counts.get(news.does) ?? 0) + 1);
      if (json) print(line);
      else for (const text of linesOf(news, url)) print(text);
    }
  } catch {
    if (!stopped.signal.aborted && !plays)
      return failed(
        `Nothing answers at ${url.origin}: start taskrouter-kit dev or emulate, or give the --url it prints.`,
      );
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
  }
  if (!json) print(`\n${stopped.signal.aborted ? 'Stopped' : 'Ended'}: ${summary(counts)}.`);
  return stopped.signal.aborted
    ? EXIT.ok
    : failed(`The TaskRouter at ${url.origin} has stopped, and so have the agents.`);
}

type Line = { readonly workers: readonly string[] } | StaffAct | { readonly missed: number };

const isPlay = (response: Response) =>
  response.headers.get('content-type')?.startsWith('application/x-ndjson') === true;

async function whyNot(response: Response, url: URL): Promise<string> {
  try {
    const { message } = (await response.json()) as { readonly message?: unknown };
    if (!response.ok && typeof message === 'string') return `Nobody plays: ${message}`;
  } catch {}
  return `What answers at ${url.origin} is not a local TaskRouter: give the --url that taskrouter-kit emulate prints.`;
}

/** What an act is called on the screen, before and after the task it is about. */
const WORDS: Readonly<Record<StaffAct['does'], string>> = {
  accept: 'accepts',
  reject: 'rejects',
  'wrap up': 'wraps up',
  complete: 'completes',
  answer: 'answers the phone',
  decline: 'declines the call',
  miss: 'misses',
  go: 'goes to',
};

const MOST_NAMED = 8;

function linesOf(news: Line, url: URL): readonly string[] {
  if ('missed' in news) return [`… ${news.missed} more that were not shown, because the screen was slow`];
  if ('workers' in news) {
    const { workers } = news;
    const more = workers.length > MOST_NAMED ? ` and ${workers.length - MOST_NAMED} more` : '';
    const who =
      workers.length === 0
        ? 'No worker yet: whoever is created later'
        : `${workers.slice(0, MOST_NAMED).join(', ')}${more}`;
    return [`${who} ${workers.length > 1 ? 'play' : 'plays'} at ${url.origin}. Press Ctrl-C to stop.\n`];
  }
  const { at, worker, does, taskSid, activity } = news;
  const time = paint('dim', new Date(at).toISOString().slice(11, 23));
  return [
    `${time}  ${worker.name.padEnd(12)} ${WORDS[does].padEnd(18)} ${activity ?? taskSid ?? ''}`.trimEnd(),
  ];
}

function summary(counts: ReadonlyMap<string, number>): string {
  const parts = [...counts].map(([does, count]) => `${does} ${count}`);
  return parts.length === 0 ? 'nobody did anything' : parts.join(', ');
}

function failed(message: string): number {
  console.error(message);
  return EXIT.failed;
}
