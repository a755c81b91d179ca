import { describe, expect, test } from 'vitest';
import { ACCOUNT_SID, ANY_SID, sidForm, sidPattern } from '../src/sids.js';

const DIGITS = '0123456789abcdefABCDEF0123456789';

describe('the form of a SID', () => {
  test('is its prefix and 32 hexadecimal digits, and nothing around them', () => {
    expect(ACCOUNT_SID.test(`AC${DIGITS}`)).toBe(true);
    for (const wrong of [
      `WS${DIGITS}`,
      `AC${DIGITS}0`,
      `AC${DIGITS.slice(1)}`,
      `AC${DIGITS.slice(1)}g`,
      ` AC${DIGITS}`,
      `AC${DIGITS}\n`,
    ]) {
      expect(ACCOUNT_SID.test(wrong), JSON.stringify(wrong)).toBe(false);
    }
  });

  test('holds for each of several prefixes from end to end', () => {
    const form = sidForm('WK|WQ');
    expect(
      [`WK${DIGITS}`, `WQ${DIGITS}`, `WK${DIGITS}WQ`, 'WK', `xWQ${DIGITS}`].map((text) => form.test(text)),
    ).toEqual([true, true, false, false, false]);
  });

  test('takes any two capital letters where any resource is meant', () => {
    expect([`WK${DIGITS}`, `wk${DIGITS}`, `W${DIGITS}`].map((text) => ANY_SID.test(text))).toEqual([
      true,
      false,
      false,
    ]);
  });

  test('can stand inside a longer pattern', () => {
    const pair = new RegExp(`^${sidPattern('AC|SK')}:x$`);
    expect(pair.test(`SK${DIGITS}:x`)).toBe(true);
    expect(pair.test('AC')).toBe(false);
  });
});
