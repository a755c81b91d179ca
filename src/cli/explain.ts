import { TASK_SID } from '../sids.js';
import { EXIT, UsageError } from './failure.js';
import { print } from './print.js';

export interface ExplainOptions {
  /** The address of the emulator. */
  readonly url: string;
}

const LIMIT_MS = 10_000;
/** Twilio's code for a resource that does not exist. */
const NOT_FOUND = 20404;

/**
 * `taskrouter explain`: explains why a task of a running emulator is where it is.
 *
 * @returns 0 with an explanation; 1 if the emulator does not know the task, or no emulator answers.
 * @throws {UsageError} when the SID or the URL is malformed.
 */
export async function explain(taskSid: string, { url }: ExplainOptions): Promise<number> {
  if (!TASK_SID.test(taskSid)) {
    throw new UsageError('A task SID is WT and 32 hexadecimal digits. The emulator prints it.');
  }
  if (!/^https?:\/\//.test(url) || !URL.canParse(url)) {
    throw new UsageError('--url must be the address of the emulator, such as http://127.0.0.1:8080.');
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
    return failed(`Nothing answers at ${asked.origin}. Start an emulator with taskrouter-kit emulate.`);
  }
  if (response.ok && text.startsWith(`Task ${taskSid} `)) {
    print(text.trimEnd());
    return EXIT.ok;
  }
  if (response.status === 403 && text.includes('"foreign-host"')) {
    return failed(
      `The emulator does not accept the host name ${asked.hostname}. Start it with --allow-host ${asked.hostname}.`,
    );
  }
  return failed(
    response.status === 404 && isRefusal(text)
      ? `The emulator at ${asked.origin} has no such task. It forgets completed tasks after a few minutes.`
      : `The server at ${asked.origin} is not an emulator (${response.status}). Use the URL that taskrouter-kit emulate prints.`,
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
