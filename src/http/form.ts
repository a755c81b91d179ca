import { isAscii, isUtf8 } from 'node:buffer';
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
  const bytes = typeof body === 'string' ? Buffer.from(body) : asBuffer(body);
  const plain = isAscii(bytes);
  if (!plain && !isUtf8(bytes)) return { failure: 'invalid-utf8' };
  // One character a byte, so that a place in the text is the place in the body.
  const text = bytes.toString('latin1');
  const pairs: Array<readonly [string, string]> = [];
  let start = 0;
  // The next signs that have to be replaced; without any, a name or value is a piece of the text as it is.
  let percent = plain ? placeOf('%', text, 0) : 0;
  let plus = plain ? placeOf('+', text, 0) : 0;
  const names = lastNames;
  let renamed = false;
  while (start < text.length) {
    let end = text.indexOf('&', start);
    if (end === -1) end = text.length;
    if (end > start) {
      if (pairs.length === MAX_PARAMETERS) return { failure: 'too-many-parameters' };
      let equals = text.indexOf('=', start);
      if (equals === -1 || equals > end) equals = end;
      if (percent >= end && plus >= end) {
        const last = names[pairs.length];
        const same = last !== undefined && last.length === equals - start && text.startsWith(last, start);
        if (!same) renamed = true;
        pairs.push([same ? last : text.slice(start, equals), text.slice(equals + 1, end)]);
      } else {
        const name = decoded(bytes, start, equals);
        const value = decoded(bytes, equals + 1, end);
        if (name === undefined || value === undefined) {
          return { failure: BAD_ESCAPE.test(text) ? 'invalid-escape' : 'invalid-utf8' };
        }
        pairs.push([name, value]);
        if (plain && percent < end) percent = placeOf('%', text, end);
        if (plain && plus < end) plus = placeOf('+', text, end);
      }
    }
    start = end + 1;
  }
  if (renamed && pairs.length <= MOST_LAST_NAMES) lastNames = pairs.map(([name]) => name);
  return { pairs };
}

/**
 * The names of the last short form, as they were sent. The next form mostly has the same ones, and a string that has been looked
 * up before is found sooner than a copy of it.
 */
let lastNames: readonly string[] = [];
const MOST_LAST_NAMES = 64;

const BAD_ESCAPE = /%(?![0-9a-fA-F]{2})/;

const asBuffer = (body: Uint8Array): Buffer =>
  Buffer.isBuffer(body) ? body : Buffer.from(body.buffer, body.byteOffset, body.byteLength);

/** The next place of a sign from `start` on, or the end. */
function placeOf(sign: string, text: string, start: number): number {
  const place = text.indexOf(sign, start);
  return place === -1 ? text.length : place;
}

/** Where text is put together; as long as the longest body. */
let scratch = Buffer.alloc(4_096);

/** The text of a piece of the body; undefined if it has an escape that is none, or if its escapes are not UTF-8. */
function decoded(bytes: Buffer, start: number, end: number): string | undefined {
  if (end - start > scratch.length) scratch = Buffer.alloc(end - start);
  let length = 0;
  let plain = true;
  for (let at = start; at < end; at++) {
    let byte = bytes[at]!;
    if (byte === PLUS) {
      byte = BLANK;
    } else if (byte === PERCENT) {
      if (at + 2 >= end) return undefined;
      const high = DIGITS[bytes[at + 1]!]!;
      const low = DIGITS[bytes[at + 2]!]!;
      if (high === NONE || low === NONE) return undefined;
      byte = high * 16 + low;
      at += 2;
    }
    if (byte > 0x7f) plain = false;
    scratch[length] = byte;
    length += 1;
  }
  if (plain) return scratch.toString('latin1', 0, length);
  return isUtf8(scratch.subarray(0, length)) ? scratch.toString('utf8', 0, length) : undefined;
}

const PERCENT = 0x25;
const PLUS = 0x2b;
const BLANK = 0x20;

const NONE = 0xff;

/** What each hexadecimal digit is worth, by its code. */
const DIGITS = Uint8Array.from({ length: 256 }, (_, code) => {
  const character = String.fromCharCode(code);
  return /[0-9a-fA-F]/.test(character) ? Number.parseInt(character, 16) : NONE;
});

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
