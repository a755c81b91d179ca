import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { fitting } from '../../src/cli/status-line.js';

const program = fileURLToPath(new URL('./screen-program.ts', import.meta.url));
const node = [process.execPath, '--import', 'tsx', program];

/** What a terminal of so many columns has on it in the end, and the bytes it was sent. */
async function onTerminal(kind: string, columns: number, env: Record<string, string> = {}) {
  const command = `stty cols ${columns}; exec ${node.map((word) => `'${word}'`).join(' ')} ${kind}`;
  const bytes = await output('script', ['-qec', command, '/dev/null'], { TERM: 'xterm', ...env });
  return { bytes, lines: rendered(bytes) };
}

function output(file: string, args: readonly string[], env: Record<string, string>): Promise<string> {
  const { NO_COLOR: _, ...rest } = process.env;
  return new Promise((resolve) => {
    const child = execFile(file, args, { env: { ...rest, ...env } }, (_error, stdout) => resolve(stdout));
    child.stdin?.end();
  });
}

/** A terminal that knows what the screen uses: erase to the end, up, colours. */
function rendered(bytes: string): readonly string[] {
  const rows = [''];
  let row = 0;
  let column = 0;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: terminals are told by control characters.
  for (const [token] of bytes.matchAll(/\u001b\[[\d;]*[A-Za-z]|[\s\S]/g)) {
    if (token === '\r') column = 0;
    else if (token === '\n') {
      row += 1;
      column = 0;
      rows[row] ??= '';
    } else if (token === '\u001b[J' || token === '\u001b[K') {
      rows.length = row + 1;
      rows[row] = rows[row]!.slice(0, column);
    } else if (token.startsWith('\u001b')) {
      if (token.endsWith('A')) row -= Number(token.slice(2, -1));
    } else {
      rows[row] = rows[row]!.slice(0, column) + token + rows[row]!.slice(column + 1);
      column += 1;
    }
  }
  return rows.map((text) => text.trimEnd());
}

const ROWS = ['a task', 'a handler says', 'and complains', 'half', 'a row'];

describe.skipIf(!existsSync('/usr/bin/script'))('the screen of dev on a terminal', () => {
  test('has a status line below whatever is written, and leaves nothing of it behind', async () => {
    const { bytes, lines } = await onTerminal('ends', 80);
    expect(bytes.split('waiting 2 · reserved 1 · answered 40 · p95 3 ms').length - 1).toBe(3);
    expect(lines).toEqual([...ROWS, 'the end', '']);
  });

  test('says as much as fits, and erases the line when something else ends the process', async () => {
    const { bytes, lines } = await onTerminal('dies', 40);
    expect(bytes).toContain('waiting 2 · reserved 1 · answered 40');
    expect(bytes).not.toContain('p95');
    expect(lines).toEqual([...ROWS, '']);
  });

  test('has no status line on a dumb terminal, and no colour with NO_COLOR', async () => {
    const [dumb, plain] = await Promise.all([
      onTerminal('ends', 80, { TERM: 'dumb' }),
      onTerminal('ends', 80, { NO_COLOR: '1' }),
    ]);
    expect(dumb.bytes).not.toContain('waiting');
    expect(plain.bytes).toContain('waiting 2');
    expect(plain.bytes).not.toMatch(/\[\d+m/);
  });
});

test.skipIf(!existsSync('/usr/bin/script'))(
  'the progress of apply fits the terminal, and leaves its lines alone',
  async () => {
    const [wide, narrow] = await Promise.all([onTerminal('apply', 80), onTerminal('apply', 24)]);
    const ended = [
      '✔ [1/2] created task queue "客服 \\u202e"',
      '✖ [2/2] create worker "Ann": refused',
      'the end',
      '',
    ];
    expect(wide.bytes).toContain('0/2 · create task queue "客服 \\u202e" · and 1 more');
    expect(narrow.bytes).toContain('0/2');
    expect(narrow.bytes).not.toContain('0/2 · create');
    expect([wide.lines, narrow.lines]).toEqual([ended, ended]);
  },
);

test('into a pipe there is neither status line nor colour, and with JSON nothing but objects', async () => {
  const [pipe, json] = await Promise.all(
    ['ends', 'json'].map((kind) => output(node[0]!, [...node.slice(1), kind], {})),
  );
  expect(pipe).toBe('a task\na handler says\nhalf a row\nthe end\n');
  const lines = json!.trimEnd().split('\n');
  expect(lines.pop()).toBe('the end');
  expect(lines.map((line) => JSON.parse(line).event)).toEqual(['step', 'step']);
});

test('the last parts of a status line go first', () => {
  expect(fitting(['aaa', 'bbb', 'ccc'], 9)).toBe('aaa · bbb');
  expect(fitting(['aaa', 'bbb'], 8)).toBe('aaa');
  expect(fitting(['aaa'], 2)).toBe('');
  expect([fitting(['客服🎧'], 6), fitting(['客服🎧'], 5)]).toEqual(['客服🎧', '']);
});
