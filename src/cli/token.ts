import { EXIT } from './failure.js';
import { localUrl } from './local-url.js';
import { print } from './print.js';

export interface TokenOptions {
  /** Where the local TaskRouter is. */
  readonly url: string;
  /** Friendly name or SID. */
  readonly worker?: string;
  readonly role?: string;
  /** In seconds. */
  readonly ttl?: number;
  /** The SID of a workspace. */
  readonly workspace?: string;
}

const LIMIT_MS = 10_000;

/**
 * `taskrouter token`: makes an access token for the Worker SDK, signed by a running `dev` or `emulate`. It prints the token
 * and nothing else.
 *
 * @returns 0 with the token; 1 when nothing answers at the URL, or the token was refused.
 * @throws {UsageError} for a malformed URL.
 */
export async function token(options: TokenOptions): Promise<number> {
  const { worker, role, ttl, workspace: workspaceSid } = options;
  const url = new URL('/_emulator/tokens', localUrl(options.url));
  let answer: Readonly<Record<string, unknown>>;
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ worker, role, ttl, workspaceSid }),
      signal: AbortSignal.timeout(LIMIT_MS),
    });
    answer = parse(await response.text());
  } catch {
    return failed(
      `Nothing answers at ${url.origin}: start taskrouter-kit emulate, or give the --url it prints.`,
    );
  }
  if (typeof answer.token === 'string') {
    print(answer.token);
    return EXIT.ok;
  }
  return failed(
    typeof answer.message === 'string'
      ? `No token was created: ${answer.message}`
      : `What answers at ${url.origin} is not a local TaskRouter: give the --url that taskrouter-kit emulate prints.`,
  );
}

function parse(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
  } catch {
    return {};
  }
}

function failed(message: string): number {
  console.error(message);
  return EXIT.failed;
}
