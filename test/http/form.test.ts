import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MAX_PARAMETERS, parseForm } from '../../src/http/form.js';

const pairsOf = (body: string | Uint8Array) => {
  const parsed = parseForm(body);
  return 'pairs' in parsed ? parsed.pairs : parsed.failure;
};

describe('a form', () => {
  test('is read as URLSearchParams reads it, whatever the names and values', () => {
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^[ +%&=A[\]b'é]*$/));
    const wellFormed = text.filter((value) => !/\p{Surrogate}/u.test(value));
    fc.assert(
      fc.property(fc.array(fc.tuple(wellFormed, wellFormed), { maxLength: 20 }), (pairs) => {
        const body = new URLSearchParams(pairs).toString();
        expect(pairsOf(body)).toEqual([...new URLSearchParams(body)]);
        expect(pairsOf(Buffer.from(body))).toEqual([...new URLSearchParams(body)]);
      }),
      { numRuns: 2_000 },
    );
  });

  test('a long value with many signs is read alike', () => {
    for (const piece of ['+%25a', 'é+你 %2B', '+']) {
      const body = `a=${piece.repeat(2_000)}&b+c=+`;
      expect(pairsOf(body)).toEqual([...new URLSearchParams(body)]);
      expect(pairsOf(Buffer.from(body))).toEqual([...new URLSearchParams(body)]);
    }
  });

  test('written without escapes is read alike', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'aB=&+ é你') }), (body) => {
        expect(pairsOf(Buffer.from(body))).toEqual([...new URLSearchParams(body)]);
      }),
      { numRuns: 2_000 },
    );
  });

  test('never throws: any bytes are pairs, or a failure with a name', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        const parsed = parseForm(bytes);
        expect('pairs' in parsed || ['invalid-utf8', 'invalid-escape'].includes(parsed.failure)).toBe(true);
      }),
      { numRuns: 5_000 },
    );
  });

  test('has at most 1,000 parameters', () => {
    const body = (count: number) => Array.from({ length: count }, (_, i) => `a${i}=1`).join('&');
    expect(pairsOf(body(MAX_PARAMETERS))).toHaveLength(MAX_PARAMETERS);
    expect(pairsOf(body(MAX_PARAMETERS + 1))).toBe('too-many-parameters');
  });

  test('keeps names flat, repeats in order, blanks and empty values', () => {
    expect(pairsOf('A[b]=1&A[b]=2&c=+x+&d=&e')).toEqual([
      ['A[b]', '1'],
      ['A[b]', '2'],
      ['c', ' x '],
      ['d', ''],
      ['e', ''],
    ]);
  });
});
