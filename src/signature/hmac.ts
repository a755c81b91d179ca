import * as crypto from 'node:crypto';

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
 * The HMAC-SHA1 of a text in UTF-8, in base64. By two hashes, as RFC 2104 defines it, because an `Hmac` object takes nearly twice
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
