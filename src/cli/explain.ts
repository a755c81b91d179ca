import { TASK_SID } from '../sids.js';
import { EXIT, UsageError } from './failure.js';
import { print } from './print.js';

export interface ExplainOptions {
  /** Where the emulator is. */
  readonly url: string;
}

const LIMIT_MS = 10_000;
/** Twilio's code for what is not there. */
const NOT_FOUND = 20404;

/**
 * `taskrouter explain`: why a task of a running emulator is where it is.
 *
 * @returns 0 with an explanation; 1 if the emulator does not know the task, or there is no emulator.
 * @throws {UsageError} when the SID or the URL is none.
 */
export async function explain(taskSid: string, { url }: ExplainOptions): Promise<number> {
  if (!TASK_SID.test(taskSid)) {
    throw new UsageError('A task has a SID of WT and 32 hexadecimal digits; the emulator prints it.');
  }
  if (!/^https?:\/\//.test(url) || !URL.canParse(url)) {
    throw new UsageError('--url must be where the emulator is, such as http://127.0.0.1:8080.');
  }
  const asked = new URL(`/_emulator/tasks/${taskSid}/explain`, url);
  let response: Response;
  let text: string;
  try {
    response = await fetch(asked, {
      headers: { accept: 'text/plain' },
      signal: AbortSignal.timeout(LIMIT_MS),
    });
    text = await response.text();
  } catch {
    return failed(`Nothing answers at ${asked.origin}: start one with taskrouter emulate.`);
  }
  if (response.ok && text.startsWith(`Task ${taskSid} `)) {
    print(text.trimEnd());
    return EXIT.ok;
  }
  if (response.status === 403 && text.includes('"foreign-host"')) {
    return failed(
      `The emulator does not answer to the name ${asked.hostname}: start it with --allow-host ${asked.hostname}.`,
    );
  }
  return failed(
    response.status === 404 && isRefusal(text)
      ? `The emulator at ${asked.origin} has no such task; a completed one is forgotten after some minutes.`
      : `What answers at ${asked.origin} is no emulator (${response.status}): give --url as taskrouter emulate prints it.`,
  );
}

/** An emulator's own 404, not that of any server. */
function isRefusal(text: string): boolean {
  try {
    return JSON.parse(text).code === NOT_FOUND;
  } catch {
    return false;
  }
}

function failed(message: string): number {
  console.error(message);
  return EXIT.failed;
}
