import { parseForm } from '../http/form.js';
import type { FormParams } from '../signature/index.js';
import { UsageError } from './failure.js';

/** What a pasted request shows. */
export interface PastedRequest {
  /**
   * The URLs it may have been sent to. A raw request shows only path and host, so both https and http are possible
   * unless a proxy noted which. Empty when the request shows no URL.
   */
  readonly urls: readonly string[];
  /** By lower-case name. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: { readonly params: FormParams } | { readonly rawBody: string };
}

/**
 * Reads a pasted request: a raw HTTP request, a JSON object with `headers` and `body`, or a body alone.
 *
 * @throws {UsageError} when the body is neither a form nor JSON.
 */
export function readPasted(text: string): PastedRequest {
  const dump = readDump(text);
  if (dump) return dump;
  const [, target] = /^[A-Z]+ (\S+) HTTP\/[\d.]+\r?\n/.exec(text) ?? [];
  if (target === undefined) return { urls: [], headers: new Map(), body: readBody(text, '') };

  const blank = /\r?\n\r?\n/.exec(text);
  const headers = new Map(
    text
      .slice(0, blank?.index)
      .split(/\r?\n/)
      .slice(1)
      .map((line) => line.split(/:(.*)/s))
      .map(([name = '', value = '']) => [name.trim().toLowerCase(), value.trim()]),
  );
  const sent = blank ? text.slice(blank.index + blank[0].length) : '';
  const body = readBody(sent, headers.get('content-type') ?? '');
  return { urls: urlsFrom(target, headers), headers, body };
}

/** `{ url, headers, body }`, as tunnels and request loggers print it. */
function readDump(text: string): PastedRequest | undefined {
  let dump: unknown;
  try {
    dump = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isRecord(dump) || !isRecord(dump.headers)) return undefined;
  const headers = new Map(
    Object.entries(dump.headers).map(([name, value]) => [
      name.toLowerCase(),
      textOf(Array.isArray(value) ? value[0] : value),
    ]),
  );
  const { body = '' } = dump;
  const url = dump.originalUrl ?? dump.url;
  return {
    urls: typeof url === 'string' ? urlsFrom(url, headers) : [],
    headers,
    body: isRecord(body)
      ? { params: body as FormParams }
      : readBody(textOf(body), headers.get('content-type') ?? ''),
  };
}

/** Text of a JSON value. An object is printed as JSON, because its `toString` may not be a function. */
const textOf = (value: unknown) =>
  typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);

function readBody(text: string, contentType: string): PastedRequest['body'] {
  // An editor ends a file with a line feed; what Twilio sends does not end with one.
  const sent = text.replace(/[\r\n]+$/, '');
  if (contentType.includes('json') || /^\s*[{[]/.test(sent)) return { rawBody: sent };
  const form = parseForm(sent);
  if ('failure' in form) {
    throw new UsageError('The body is not an encoded form. Paste it unchanged, with its + and %.');
  }
  return { params: form.pairs };
}

function urlsFrom(target: string, headers: ReadonlyMap<string, string>): readonly string[] {
  if (/^https?:\/\//.test(target)) return [target];
  const host = headers.get('host');
  if (host === undefined) return [];
  const noted = headers.get('x-forwarded-proto')?.split(',')[0]?.trim();
  const schemes = noted === undefined ? ['https', 'http'] : [noted];
  return schemes.map((scheme) => `${scheme}://${host}${target}`);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
