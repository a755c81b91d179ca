import { beforeEach, expect, test, vi } from 'vitest';
import { signRequest, verifyRequest } from '../../src/signature/index.js';
import { isSignedExactly } from '../../src/signature/sign.js';

const compared = vi.hoisted(() => [] as [number, number][]);
vi.mock('node:crypto', async (importOriginal) => {
  const crypto = await importOriginal<typeof import('node:crypto')>();
  const timingSafeEqual: typeof crypto.timingSafeEqual = (left, right) => {
    compared.push([left.byteLength, right.byteLength]);
    return crypto.timingSafeEqual(left, right);
  };
  return { ...crypto, timingSafeEqual };
});
beforeEach(() => {
  compared.length = 0;
});

const url = 'https://hooks.example.com/taskrouter/assignment';
const params = [['TaskSid', 'WT1']] as const;
const RIGHT = signRequest({ url, params, authToken: 'token' });

/** A signature of which so many characters are right. */
function matching(characters: number): string {
  const wrong = RIGHT[characters] === 'A' ? 'B' : 'A';
  return `${RIGHT.slice(0, characters)}${wrong}${RIGHT.slice(characters + 1, 27)}=`;
}

test.each(Array.from({ length: 27 }, (_, characters) => characters))(
  'a signature of which %i characters are right is compared whole, in constant time, with every token and form of the URL',
  (characters) => {
    const signature = matching(characters);
    expect(isSignedExactly(signature, [url], params, ['token', 'other'])).toBe(false);
    expect(compared).toEqual([
      [28, 28],
      [28, 28],
    ]);
    expect(verifyRequest({ signature, url, params, authTokens: ['token', 'other'] }).valid).toBe(false);
    // The URL as it is and with its port.
    expect(compared).toEqual(Array(6).fill([28, 28]));
  },
);

test.each([0, 1, 26, 27, 29, 56, 10_000])('a header of %i characters is compared with nothing', (length) => {
  const signature = RIGHT.repeat(400).slice(0, length);
  expect(verifyRequest({ signature, url, params, authTokens: 'token' }).valid).toBe(false);
  expect(compared).toEqual([]);
});

test('the hash of a body is compared in constant time as well', () => {
  const signedUrl = `${url}?bodySHA256=${'a'.repeat(64)}`;
  const signature = signRequest({ url: signedUrl, authToken: 'token' });
  const result = verifyRequest({ signature, url: signedUrl, rawBody: '{}', authTokens: 'token' });
  expect(result).toEqual({ valid: false, reason: 'body-hash-mismatch' });
  expect(compared.at(-1)).toEqual([64, 64]);
});
