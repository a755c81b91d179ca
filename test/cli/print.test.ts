import { afterEach, expect, test, vi } from 'vitest';
import { paint, print } from '../../src/cli/print.js';

const { isTTY } = process.stdout;
afterEach(() => {
  process.stdout.isTTY = isTTY;
  vi.unstubAllEnvs();
});

test.each([
  ['a terminal', true, '', '\u001b[31mtext\u001b[39m'],
  ['a terminal of somebody who wants no colours', true, '1', 'text'],
  ['a pipe', false, '', 'text'],
])('colours on %s', (_where, terminal, noColor, expected) => {
  process.stdout.isTTY = terminal;
  vi.stubEnv('NO_COLOR', noColor);
  expect(paint('red', 'text')).toBe(expected);
});

test.each([
  ['a terminal', true, '\u001b[31mred\u001b[39m Ann\\u001b[2J\\u001b]0;x\\u0007\\u009b1m\\u202e\nnext\n'],
  ['a pipe', false, 'red Ann\\u001b[2J\\u001b]0;x\\u0007\\u009b1m\\u202e\nnext\n'],
])('control characters of others are shown escaped on %s', (_where, terminal, expected) => {
  process.stdout.isTTY = terminal;
  vi.stubEnv('NO_COLOR', '');
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  try {
    print(`${paint('red', 'red')} Ann\u001b[2J\u001b]0;x\u0007\u009b1m\u202e\nnext`);
    expect(write).toHaveBeenCalledWith(expected);
  } finally {
    write.mockRestore();
  }
});
