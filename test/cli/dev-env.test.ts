import { chmodSync, lstatSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { writeEnvFile, writtenAccount } from '../../src/cli/dev-env.js';

const VARIABLES = { TWILIO_ACCOUNT_SID: `AC${'a'.repeat(32)}`, TWILIO_AUTH_TOKEN: 'local' };
const BEGIN = '# taskrouter dev: begin. These lines are rewritten each time taskrouter dev starts.';
const BLOCK = `${BEGIN}\nTWILIO_ACCOUNT_SID=${VARIABLES.TWILIO_ACCOUNT_SID}\nTWILIO_AUTH_TOKEN=local\n# taskrouter dev: end\n`;

function folder(): (name: string) => string {
  const made = mkdtempSync(join(tmpdir(), 'dev-env-'));
  onTestFinished(() => rmSync(made, { recursive: true }));
  return (name) => join(made, name);
}

test.each([
  ['an empty file', '', BLOCK],
  ['no line break at the end', 'A=1', `A=1\n${BLOCK}`],
  ['comments and quotes', '# mine\nB="x y" # why\n', `# mine\nB="x y" # why\n${BLOCK}`],
  ['lines of Windows', 'A=1\r\n', `A=1\r\n${BLOCK.replaceAll('\n', '\r\n')}`],
  ['a block of before', `A=1\n${BLOCK.replace('local', 'old')}B=2\n`, `A=1\nB=2\n${BLOCK}`],
  [
    'a line somebody put into the block',
    BLOCK.replace('# taskrouter dev: end', 'MINE=1\n$&'),
    `MINE=1\n${BLOCK}`,
  ],
  [
    'a block whose end was cut off',
    `A=1\n${BEGIN}\nTWILIO_AUTH_TOKEN=old\nMINE=1\n`,
    `A=1\nMINE=1\n${BLOCK}`,
  ],
])('into a file with %s, and the second time nothing changes', (_what, before, after) => {
  const file = folder()('.env');
  writeFileSync(file, before);
  writeEnvFile(file, VARIABLES);
  expect(readFileSync(file, 'utf8')).toBe(after);
  writeEnvFile(file, VARIABLES);
  expect(readFileSync(file, 'utf8')).toBe(after);
  expect(writtenAccount(file)).toEqual({
    accountSid: VARIABLES.TWILIO_ACCOUNT_SID,
    authToken: VARIABLES.TWILIO_AUTH_TOKEN,
  });
});

test('names that other lines set too are told', () => {
  const file = folder()('.env');
  writeFileSync(file, 'export TWILIO_AUTH_TOKEN="production"\n');
  expect(writeEnvFile(file, VARIABLES)).toEqual(['TWILIO_AUTH_TOKEN']);
});

test('a symbolic link stays one, also where it leads to a file that is yet to be made', () => {
  const path = folder();
  symlinkSync('target', path('link'));
  for (let turn = 0; turn < 2; turn += 1) {
    writeEnvFile(path('link'), VARIABLES);
    expect(lstatSync(path('link')).isSymbolicLink()).toBe(true);
    expect(readFileSync(path('target'), 'utf8')).toBe(BLOCK);
  }
});

test('a file that may not be written stays as it is', () => {
  const file = folder()('.env');
  writeFileSync(file, 'A=1\n');
  chmodSync(file, 0o444);
  expect(() => writeEnvFile(file, VARIABLES)).toThrow(/cannot be written \(EACCES\)/);
  expect(readFileSync(file, 'utf8')).toBe('A=1\n');
});
