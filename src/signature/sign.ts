import * as crypto from 'node:crypto';
import { ConfigurationError } from '../errors.js';

/** Form parameters in the order they were received. A name may come more than once. */
export type FormPairs = ReadonlyArray<readonly [name: string, value: string]>;

/** Form parameters as pairs, or as the flat record a body parser makes. */
export type FormParams = FormPairs | Readonly<Record<string, string | readonly string[]>>;

export interface SignRequest {
  /** The complete URL, query included. A fragment is left out of the signature, as Twilio leaves it out. */
  readonly url: string;
  /** The decoded form parameters of a POST. Absent for GET and for JSON. */
  readonly params?: FormParams | undefined;
  /** The account's primary Auth Token. API keys never sign callbacks. */
  readonly authToken: string;
}

/**
 * The value Twilio sends as `X-Twilio-Signature`: base64 (28 characters) of the HMAC-SHA1, keyed with the Auth
 * Token, of the URL followed by every parameter name and value. Names are sorted by code unit, the values of a
 * repeated name are sorted and said once each, nothing is trimmed.
 *
 * A JSON body is not part of it: pass `withBodyHash(url, body)` as the URL.
 *
 * @throws {ConfigurationError} when the token is empty: everybody could sign with that.
 * @see twilio.com/docs/usage/webhooks/webhooks-security
 * @example
 * const headers = {
 *   'x-twilio-signature': signRequest({ url: 'https://example.com/assignment', params: { TaskAge: '0' }, authToken }),
 * };
 */
export function signRequest({ url, params, authToken }: SignRequest): string {
  if (authToken === '') {
    throw new ConfigurationError(
      'empty-auth-token',
      "The Auth Token to sign with is empty. Pass the account's token.",
    );
  }
  return hmacSha1(authToken, withoutFragment(url) + formTail(params));
}

/**
 * The URL with the query parameter `bodySHA256` that Twilio adds when it posts JSON: 64 lower case hexadecimal
 * digits, the SHA-256 of the raw body. A string counts as UTF-8. A fragment stays at the end.
 *
 * @see twilio.com/docs/usage/security
 * @example
 * const url = withBodyHash('https://example.com/events?a=1', body); // …?a=1&bodySHA256=44136f…
 * const signature = signRequest({ url, authToken });
 */
export function withBodyHash(url: string, body: string | Uint8Array): string {
  const base = withoutFragment(url);
  return `${base}${base.includes('?') ? '&' : '?'}bodySHA256=${bodyHash(body)}${url.slice(base.length)}`;
}

/** SHA-256 of a body in lower case hexadecimal digits. */
export function bodyHash(body: string | Uint8Array): string {
  return crypto.createHash('sha256').update(body).digest('hex');
}

/** The URL up to its fragment, which is for the client alone and never signed. */
export function withoutFragment(url: string): string {
  const hash = url.indexOf('#');
  return hash === -1 ? url : url.slice(0, hash);
}

/** SHA-1 works on blocks of so many bytes, and makes so many. */
const BLOCK = 64;
const DIGEST = 20;

/** Room for the text of nearly every callback. */
const MOST = 16 * 1024;

// Each text is put behind the inner key here, and the result of that behind the outer key. Nothing waits in between.
const inner = Buffer.alloc(BLOCK + MOST);
const outer = Buffer.alloc(BLOCK + DIGEST);

/** A key as HMAC uses it: the token, padded to a block, under each of the two masks. */
interface Key {
  readonly inner: Uint8Array;
  readonly outer: Uint8Array;
}

// Bounded, because a token function may know many accounts, and emptied when full, because a key is easily made again.
const keys = new Map<string, Key>();
const MOST_KEYS = 1_000;

function keyOf(token: string): Key {
  let key = keys.get(token);
  if (key === undefined) {
    const bytes = Buffer.from(token);
    const block = Buffer.alloc(BLOCK);
    (bytes.length > BLOCK ? crypto.hash('sha1', bytes, 'buffer') : bytes).copy(block);
    key = { inner: block.map((byte) => byte ^ 0x36), outer: block.map((byte) => byte ^ 0x5c) };
    if (keys.size >= MOST_KEYS) keys.clear();
    keys.set(token, key);
  }
  return key;
}

/**
 * The HMAC-SHA1 of a string in UTF-8, in base64. By two hashes, as RFC 2104 defines it, because an `Hmac` object takes nearly twice
 * as long and leaves more for the garbage collector. Property tests hold it equal to one. Long texts, and platforms whose
 * `node:crypto` lacks `hash`, get an `Hmac` object.
 */
export function hmacSha1(token: string, text: string): string {
  if (3 * text.length > MOST || crypto.hash === undefined) {
    return crypto.createHmac('sha1', token).update(text).digest('base64');
  }
  const key = keyOf(token);
  inner.set(key.inner);
  const end = BLOCK + inner.write(text, BLOCK);
  outer.set(key.outer);
  outer.write(crypto.hash('sha1', inner.subarray(0, end), 'binary'), BLOCK, 'binary');
  return crypto.hash('sha1', outer, 'base64');
}

/**
 * Whether a well-formed signature was made over exactly one of these URLs. This is true of nearly every genuine request,
 * and takes one HMAC and nothing else. `verifyRequest` judges the rest.
 */
export function isSignedExactly(
  signature: string,
  urls: readonly string[],
  params: FormParams,
  authTokens: readonly string[],
): boolean {
  const tail = formTail(params);
  for (const url of urls) if (signer(signature, url + tail, authTokens) !== -1) return true;
  return false;
}

/** 20 bytes in base64. */
const SIGNATURE = /^[A-Za-z0-9+/]{27}=$/;

/** Whether a header has the form of a signature. `verifyRequest` says whether it is right. */
export const isSignature = (header: string): boolean => SIGNATURE.test(header);

export const isUsable = (token: string) => token !== '';

/** The index of the token that gives this signature for this text, or -1. */
export function signer(signature: string, text: string, tokens: readonly string[]): number {
  for (let index = 0; index < tokens.length; index++) {
    const token = tokens[index]!;
    if (isUsable(token) && sameSignature(signature, hmacSha1(token, text))) return index;
  }
  return -1;
}

// Always filled whole, and never held across a wait: one pair serves every comparison and saves two allocations.
const left = Buffer.alloc(28);
const right = Buffer.alloc(28);

/** Compares two signatures, both 28 ASCII characters, in constant time. */
function sameSignature(theirs: string, ours: string): boolean {
  left.write(theirs, 'latin1');
  right.write(ours, 'latin1');
  return crypto.timingSafeEqual(left, right);
}

/** What follows the URL in the signed text: names and values, sorted, without separators. */
export function formTail(params: FormParams | undefined): string {
  if (params === undefined) return '';
  const pairs = isPairs(params) ? params : pairsOf(params);
  return isInLastOrder(pairs) ? joined(pairs, lastOrder) : sortedTail(pairs);
}

/**
 * The names of the last short form, as they were sent, and the order in which they are signed. Twilio sends the parameters
 * of one kind of callback in one order, and so hardly any form has to be sorted.
 */
let lastNames: readonly string[] = [];
let lastOrder: readonly number[] = [];

function isInLastOrder(pairs: FormPairs): boolean {
  if (pairs.length !== lastNames.length) return false;
  for (let index = 0; index < pairs.length; index++) if (pairs[index]![0] !== lastNames[index]) return false;
  return true;
}

function joined(pairs: FormPairs, order: readonly number[]): string {
  let tail = '';
  for (let index = 0; index < order.length; index++) {
    const pair = pairs[order[index]!]!;
    tail += pair[0] + pair[1];
  }
  return tail;
}

function sortedTail(pairs: FormPairs): string {
  const sorted = sortPairs(pairs.slice());
  let tail = '';
  let last: readonly [string, string] = ['', ''];
  let distinct = sorted.length <= SHORT;
  for (const pair of sorted) {
    if (pair[0] !== last[0] || pair[1] !== last[1]) tail += pair[0] + pair[1];
    if (pair[0] === last[0]) distinct = false;
    last = pair;
  }
  if (distinct) {
    lastNames = pairs.map(([name]) => name);
    lastOrder = sorted.map((pair) => pairs.indexOf(pair));
  }
  return tail;
}

/** The parameters as pairs, in a new list. */
export function formPairs(params: FormParams): Array<readonly [string, string]> {
  return isPairs(params) ? params.slice() : pairsOf(params);
}

function isPairs(params: FormParams): params is FormPairs {
  return Array.isArray(params);
}

function pairsOf(params: Readonly<Record<string, unknown>>): Array<readonly [string, string]> {
  const pairs: Array<readonly [string, string]> = [];
  for (const name of Object.keys(params)) {
    const value = params[name];
    for (const one of Array.isArray(value) ? value : [value]) pairs.push([name, textOf(one)]);
  }
  return pairs;
}

/**
 * A parser with nested names passes objects, even if the types forbid it. Leaving one out would let an unsigned
 * parameter pass, and its own toString may throw: it counts as the text a plain object has.
 */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  return typeof value === 'object' && value !== null ? '[object Object]' : String(value);
}

/** Up to here moving pairs by hand beats the engine's sort and its calls of a comparator. */
const SHORT = 32;

/** Sorts pairs in place, in the order in which Twilio signs them. */
export function sortPairs(pairs: Array<readonly [string, string]>): Array<readonly [string, string]> {
  if (pairs.length > SHORT) return pairs.sort((a, b) => (isAfter(a, b) ? 1 : isAfter(b, a) ? -1 : 0));
  for (let i = 1; i < pairs.length; i++) {
    const pair = pairs[i]!;
    let at = i;
    while (at > 0 && isAfter(pairs[at - 1]!, pair)) {
      pairs[at] = pairs[at - 1]!;
      at--;
    }
    pairs[at] = pair;
  }
  return pairs;
}

function isAfter(a: readonly [string, string], b: readonly [string, string]): boolean {
  return a[0] > b[0] || (a[0] === b[0] && a[1] > b[1]);
}
