import { readFile } from 'node:fs/promises';
import { text as readAll } from 'node:stream/consumers';
import { explainSignature } from '../signature/index.js';
import { EXIT, UsageError } from './failure.js';
import { type PastedRequest, readPasted } from './pasted-request.js';
import { print } from './print.js';

export interface DoctorOptions {
  readonly url?: string;
  readonly token?: string;
  readonly signature?: string;
}

/**
 * `taskrouter doctor`: checks the signature of a pasted request. If it does not match, it finds the one change that
 * would make it match. It prints neither the token nor any value of the request.
 *
 * @param file - the file that holds the request; default: standard input.
 * @returns 0 if it matches, 1 if not.
 * @throws {UsageError} when there is no token, URL or readable request.
 */
export async function doctor(file: string | undefined, options: DoctorOptions): Promise<number> {
  const authTokens = (options.token ?? '').split(',').map((token) => token.trim());
  if (authTokens.every((token) => token === '')) {
    throw new UsageError(
      "There is no Auth Token to check with. Set TWILIO_AUTH_TOKEN to the account's token.",
    );
  }
  if (file === undefined && process.stdin.isTTY) print('Paste the request, then press Ctrl-D:');
  const request = readPasted(await read(file));
  const url = options.url ?? request.urls;
  if (url.length === 0) {
    throw new UsageError(
      'The request does not show which URL was called. Pass the URL you gave Twilio with --url.',
    );
  }
  const { headers, body } = request;
  const { valid, cause, text } = explainSignature({
    signature: options.signature ?? headers.get('x-twilio-signature'),
    url,
    authTokens,
    ...body,
    hosts: namedIn(headers, ['x-forwarded-host', 'x-original-host', 'host']),
    prefixes: [...namedIn(headers, ['x-forwarded-prefix']), ...USUAL_PREFIXES],
  });
  print(text);
  // No cause: no change that was tried makes it match, and the URL is the likeliest to be another.
  if (!valid && cause === undefined && options.url === undefined) {
    print('The URL was taken from the request. Pass the URL you gave Twilio with --url, and try again.');
  }
  return valid ? EXIT.ok : EXIT.failed;
}

/** Prefixes that proxies often remove without noting it in a header. */
const USUAL_PREFIXES = [
  '/api',
  '/twilio',
  '/webhook',
  '/webhooks',
  '/hooks',
  '/v1',
  '/taskrouter',
  '/prod',
  '/dev',
];

async function read(file: string | undefined): Promise<string> {
  if (file === undefined) return readAll(process.stdin);
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new UsageError(`The file ${file} cannot be read.`, { cause });
  }
}

function namedIn(headers: PastedRequest['headers'], names: readonly string[]): readonly string[] {
  // Each proxy on the way may have added its own, with a comma.
  return names.flatMap((name) => headers.get(name)?.split(',') ?? []).map((value) => value.trim());
}
