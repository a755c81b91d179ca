import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hmacSha1 } from '../../src/signature/sign.js';

const byNode = (token: string, text: string) => createHmac('sha1', token).update(text).digest('base64');

/** Lone surrogates too, as hostile requests have them. */
const anyText = fc.string({ unit: 'binary', maxLength: 200 }).map((text) => `${text}\ud800`);

test('is the HMAC of Node, whatever key and text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 150 }), anyText, (token, text) => {
      expect(hmacSha1(token, text)).toBe(byNode(token, text));
    }),
  );
});

test('is the HMAC of Node for keys and texts of every length around a block and around the longest it hashes itself', () => {
  for (const length of [0, 1, 19, 20, 63, 64, 65, 128]) {
    const token = 'k'.repeat(length);
    for (const textLength of [0, 1, 55, 64, 5_460, 5_461, 5_462, 5_463, 100_000]) {
      const text = '€'.repeat(textLength);
      expect(hmacSha1(token, text)).toBe(byNode(token, text));
    }
  }
});

test('is right for more keys than it keeps', () => {
  for (let index = 0; index < 2_100; index++) {
    const token = `token ${index}`;
    expect(hmacSha1(token, 'text')).toBe(byNode(token, 'text'));
  }
});
