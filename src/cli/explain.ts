import { EXIT, UsageError } from './failure.js';
import { paint, print } from './print.js';

export interface ExplainOptions {
  /** Where the emulator is. */
  readonly url: string;
}

const LIMIT_MS = 10_000;

/**
 * `taskrouter explain`: why a task of a running emulator is where it is.
 *
 * @returns 0 with an explanation; 1 if the emulator does not know the task, or there is no emulator.
 * @throws UsageError when the SID or the URL is none.
 */
export async function explain(taskSid: string, { url }: ExplainOptions): Promise<number> {
  if (!/^WT[0-9a-fA-F]{32}$/.test(taskSid)) {
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
  if (response.ok) {
    print(text.trimEnd());
    return EXIT.ok;
  }
  return failed(
    response.status === 404
      ? `The emulator at ${asked.origin} has no such task; a completed one is forgotten after some minutes.`
      : `${asked.origin} answered ${response.status}: is it an emulator?`,
  );
}

function failed(message: string): number {
  print(paint('red', message));
  return EXIT.failed;
}
