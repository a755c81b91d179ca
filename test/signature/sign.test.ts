import { describe, expect, test } from 'vitest';
import { ConfigurationError } from '../../src/errors.js';
import { signRequest, withBodyHash } from '../../src/signature/sign.js';
import {
  AUTH_TOKEN as authToken,
  CALL,
  OWN_VECTORS,
  TWILIO_VECTORS,
  URL_WITH_QUERY as url,
} from './vectors.js';

describe('signRequest', () => {
  test.each([...TWILIO_VECTORS, ...OWN_VECTORS])('agrees with the known signature: $name', (vector) => {
    expect(signRequest({ url: vector.url, params: vector.params, authToken })).toBe(vector.signature);
  });

  test('gives the same for pairs in any order as for a record', () => {
    const pairs = Object.entries(CALL);
    expect(signRequest({ url, params: pairs, authToken })).toBe('RSOYDt4T1cUTdK1PDd93/VVr8B8=');
    expect(signRequest({ url, params: pairs.toReversed(), authToken })).toBe('RSOYDt4T1cUTdK1PDd93/VVr8B8=');
  });

  test('sorts more parameters than it sorts by hand in the same way', () => {
    const pairs = Array.from({ length: 200 }, (_, i) => [`N${(i * 73) % 200}`, `v${i % 3}`] as const);
    const record = Object.fromEntries(pairs);
    expect(signRequest({ url, params: pairs, authToken })).toBe(
      signRequest({ url, params: record, authToken }),
    );
  });

  test('says a repeated value once and different values each, wherever they stand', () => {
    const params = [
      ['Digits', '5678'],
      ['Sid', 'CA123'],
      ['Digits', '1234'],
      ['SidAccount', 'AC123'],
      ['Digits', '1234'],
    ] as const;
    expect(signRequest({ url, params, authToken })).toBe('IK+Dwps556ElfBT0I3Rgjkr1wJU=');
  });

  test('does not reorder the pairs it was given', () => {
    const pairs = Object.entries(CALL).toReversed();
    const before = structuredClone(pairs);
    signRequest({ url, params: pairs, authToken });
    expect(pairs).toEqual(before);
  });

  test('leaves the fragment out', () => {
    const signature = signRequest({ url: `${url}#rc=2&rt=4000`, params: CALL, authToken });
    expect(signature).toBe('RSOYDt4T1cUTdK1PDd93/VVr8B8=');
  });

  test('refuses an empty token', () => {
    expect(() => signRequest({ url, authToken: '' })).toThrow(ConfigurationError);
  });
});

describe('withBodyHash', () => {
  const hash = '44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a';

  test('adds the parameter to a URL without a query, with one, and before a fragment', () => {
    expect(withBodyHash('https://example.com/events', '{}')).toBe(
      `https://example.com/events?bodySHA256=${hash}`,
    );
    expect(withBodyHash('https://example.com/events?a=1', '{}')).toBe(
      `https://example.com/events?a=1&bodySHA256=${hash}`,
    );
    expect(withBodyHash('https://example.com/events#rc=2', '{}')).toBe(
      `https://example.com/events?bodySHA256=${hash}#rc=2`,
    );
  });

  test('hashes a text as its UTF-8 bytes', () => {
    const bytes = new TextEncoder().encode('{"name":"Zoë"}');
    expect(withBodyHash('https://example.com/', '{"name":"Zoë"}')).toBe(
      withBodyHash('https://example.com/', bytes),
    );
  });

  test('gives the signatures Twilio publishes for JSON bodies', () => {
    for (const { url: signed, body, signature } of TWILIO_VECTORS) {
      if (body === undefined) continue;
      const plain = signed.replace(/[?&]bodySHA256=.*$/, '');
      expect(signRequest({ url: withBodyHash(plain, body), authToken })).toBe(signature);
    }
  });
});
