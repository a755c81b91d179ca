import { afterEach, expect, it, vi } from 'vitest';
import { paint } from '../../src/cli/print.js';

const { isTTY } = process.stdout;
afterEach(() => {
  process.stdout.isTTY = isTTY;
  vi.unstubAllEnvs();
});

it.each([
  ['a terminal', true, '', '\u001b[31mtext\u001b[39m'],
  ['a terminal of somebody who wants no colours', true, '1', 'text'],
  ['a pipe', false, '', 'text'],
])('colours on %s', (_where, terminal, noColor, expected) => {
  process.stdout.isTTY = terminal;
  vi.stubEnv('NO_COLOR', noColor);
  expect(paint('red', 'text')).toBe(expected);
});
