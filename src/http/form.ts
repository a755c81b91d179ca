import { isUtf8 } from 'node:buffer';
import type { FormPairs } from '../signature/index.js';

/** The most bytes a callback may have: two legal 4,096-character attributes in CJK take 74 KB encoded. */
export const MAX_BODY_BYTES = 256 * 1024;

/** The most parameters a callback may have. Twilio sends 12 to 40. */
export const MAX_PARAMETERS = 1_000;

/** Why a body is not a form we take. */
export type FormFailure = 'too-many-parameters' | 'invalid-utf8' | 'invalid-escape';

export type ParsedForm = { readonly pairs: FormPairs } | { readonly failure: FormFailure };

/**
 * Reads an `application/x-www-form-urlencoded` body into flat pairs, in the order received. `A[b]` is a name like
 * any other, blanks are kept, `+` is a space. Input that Twilio never sends (bytes or escapes that are not UTF-8, a `%`
 * without two digits) is refused. A guess would be useless, because nobody signed it.
 */
export function parseForm(body: string | Uint8Array): ParsedForm {
  let text: string;
  if (typeof body === 'string') {
    text = body;
  } else {
    if (!isUtf8(body)) return { failure: 'invalid-utf8' };
    text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8');
  }
  const pairs: Array<readonly [string, string]> = [];
  let start = 0;
  try {
    while (start < text.length) {
      let end = text.indexOf('&', start);
      if (end === -1) end = text.length;
      if (end > start) {
        if (pairs.length === MAX_PARAMETERS) return { failure: 'too-many-parameters' };
        let equals = text.indexOf('=', start);
        if (equals === -1 || equals > end) equals = end;
        pairs.push([decode(text.slice(start, equals)), decode(text.slice(equals + 1, end))]);
      }
      start = end + 1;
    }
  } catch {
    return { failure: BAD_ESCAPE.test(text) ? 'invalid-escape' : 'invalid-utf8' };
  }
  return { pairs };
}

const BAD_ESCAPE = /%(?![0-9a-fA-F]{2})/;

function decode(text: string): string {
  const spaced = text.includes('+') ? withBlanks(text) : text;
  return spaced.includes('%') ? decodeURIComponent(spaced) : spaced;
}

/** Above this, the built-in replacement costs more than a copy: it creates one object for each plus sign. */
const LONG = 1_024;

function withBlanks(text: string): string {
  if (text.length < LONG) return text.replaceAll('+', ' ');
  const bytes = Buffer.from(text);
  for (let index = 0; index < bytes.length; index++) if (bytes[index] === PLUS) bytes[index] = BLANK;
  return bytes.toString();
}

const PLUS = 0x2b;
const BLANK = 0x20;

/**
 * The pairs of an object that a body parser left behind. Names that the parser took for paths (`A[b]` as `{ A: { b } }`)
 * become flat again; the signature shows whether that is what was sent. `undefined`: not made from a form.
 */
export function pairsOfParsedBody(body: unknown): FormPairs | undefined {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return undefined;
  const pairs: Array<readonly [string, string]> = [];
  for (const [name, value] of Object.entries(body)) {
    if (!flatten(name, value, pairs, 0)) return undefined;
  }
  return pairs.length === 0 ? undefined : pairs;
}

function flatten(
  name: string,
  value: unknown,
  pairs: Array<readonly [string, string]>,
  depth: number,
): boolean {
  if (typeof value === 'string') {
    pairs.push([name, value]);
    return pairs.length <= MAX_PARAMETERS;
  }
  if (typeof value !== 'object' || value === null || depth === 5) return false;
  const entries = Array.isArray(value)
    ? value.map((one) => [name, one] as const)
    : Object.entries(value).map(([key, one]) => [`${name}[${key}]`, one] as const);
  return entries.every(([path, one]) => flatten(path, one, pairs, depth + 1));
}

/** The first value of a name. */
export function firstValue(pairs: FormPairs, name: string): string | undefined {
  for (const pair of pairs) if (pair[0] === name) return pair[1];
  return undefined;
}
