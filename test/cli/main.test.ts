import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { TOKEN, taskrouter } from '../server/endpoint-process.js';

/** Runs the command line to its end. */
async function run(args: readonly string[], env: Readonly<Record<string, string>> = {}, stdin = '') {
  const child = taskrouter(args, env);
  child.stdin!.end(stdin);
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout!),
    text(child.stderr!),
    once(child, 'exit') as Promise<[number | null]>,
  ]);
  return { code, stdout, stderr };
}

describe.concurrent('taskrouter', () => {
  test('dev --once brings one task of each kind to its end, needs nothing, and ends with 0', async () => {
    const { code, stdout, stderr } = await run(['dev', '--once', '--port', '0']);
    expect(stderr).toBe('');
    for (const [task, decision] of [
      ['call 1', 'voice-conference -> 200 conference'],
      ['front desk 2', 'voice-dequeue -> 200 dequeue'],
      ['chat 3', 'chat -> 200 accept'],
      ['no phone 4', 'unreachable-worker -> 200 reject'],
      ['ticket 5', 'otherwise -> 200 defer'],
    ] as const) {
      expect(stdout).toMatch(new RegExp(`${task} +callback +${decision} `));
      expect(stdout).toMatch(new RegExp(`${task} +completed`));
    }
    expect(stdout).toMatch(/no phone 4 +event +reservation\.rejected -> event handlers -> 204/);
    expect(stdout).not.toContain('\u001b');
    expect(code).toBe(0);
  });

  test('--help ends with 0 and has examples, of each command too', async () => {
    const all = await run(['--help']);
    const list = all.stdout.split('Examples:')[0]!;
    const commands = [...list.matchAll(/^ {2}([a-z]+)/gm)].map(([, name]) => name!);
    expect(commands).toEqual(
      expect.arrayContaining(['serve', 'dev', 'emulate', 'explain', 'send', 'doctor']),
    );
    for (const args of [[], ...commands.filter((name) => name !== 'help').map((name) => [name])]) {
      const help = await run([...args, '--help'], { TWILIO_AUTH_TOKEN: 'not-to-be-shown' });
      expect(help, args.join()).toMatchObject({ code: 0, stdout: expect.stringContaining('Examples:') });
      expect(help.stdout).not.toContain('not-to-be-shown');
      expect(help.stdout).not.toContain('default: []');
    }
  }, 90_000);

  test('what cannot be written is no success; whoever reads a part of it does no harm', async () => {
    const commandLine = (to: string) =>
      `"${process.execPath}" --import ${import.meta.resolve('tsx')} src/cli/main.ts --help ${to}`;
    const full = spawnSync('sh', ['-c', commandLine('> /dev/full')], { encoding: 'utf8' });
    expect([full.status, full.stderr]).toEqual([
      1,
      'The output cannot be written (ENOSPC): what was printed is not complete.\n',
    ]);
    const part = spawnSync('sh', ['-c', `${commandLine('')} | true`], { encoding: 'utf8' });
    expect([part.status, part.stderr]).toEqual([0, '']);
  });

  test('a command that is cut short by what it loads does not look done', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'cut-short-')), 'workspace.mjs');
    writeFileSync(file, 'export default await new Promise(() => {});');
    const { code, stderr } = await run(['lint', file]);
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^The command ended before it was done: /)]);
  });

  test('--version prints that of the package', async () => {
    const { version } = createRequire(import.meta.url)('../../package.json') as { version: string };
    expect(await run(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });

  test.each([
    ['an unknown command', ['bogus'], /unknown command/],
    [
      'an unknown kind',
      ['send', 'bogus', '--url', 'http://127.0.0.1/'],
      /Allowed choices are assignment, event/,
    ],
    ['a missing option', ['send', 'assignment'], /required option '--url/],
    ['a port that is none', ['dev', '--port', 'x'], /must be a port/],
    ['a task that is none', ['explain', 'x'], /WT and 32/],
    ['a missing token', ['doctor'], /Set TWILIO_AUTH_TOKEN/],
  ])('ends with 2 for %s', async (_what, args, message) => {
    const { code, stderr } = await run(args);
    expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
  });

  test('doctor reads standard input', async () => {
    const url = 'https://hooks.example.com/taskrouter/assignment';
    const args = ['doctor', '--url', url, '--signature', 'x'];
    const { code, stdout } = await run(args, { TWILIO_AUTH_TOKEN: TOKEN }, 'TaskAge=0');
    expect([code, stdout]).toEqual([1, expect.stringContaining('not 28 characters of base64')]);
  });
});
