import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
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
  it('dev --once brings one task of each kind to its end, needs nothing, and ends with 0', async () => {
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

  it('--help ends with 0 and has examples, of each command too', async () => {
    const [all, one] = await Promise.all([
      run(['--help']),
      run(['send', '--help'], { TWILIO_AUTH_TOKEN: TOKEN }),
    ]);
    expect(all).toMatchObject({ code: 0, stdout: expect.stringContaining('Examples:') });
    expect(one).toMatchObject({ code: 0, stdout: expect.stringContaining('Examples:') });
    expect(one.stdout).not.toContain(TOKEN);
  });

  it.each([
    ['an unknown command', ['bogus'], /unknown command/],
    [
      'an unknown kind',
      ['send', 'bogus', '--url', 'http://127.0.0.1/'],
      /Allowed choices are assignment, event/,
    ],
    ['a missing option', ['send', 'assignment'], /required option '--url/],
    ['a port that is none', ['dev', '--port', 'x'], /must be a port/],
    ['a task that is none', ['explain', 'x'], /WT and 32/],
    ['a missing token', ['doctor'], /set TWILIO_AUTH_TOKEN/],
  ])('ends with 2 for %s', async (_what, args, message) => {
    const { code, stderr } = await run(args);
    expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
  });

  it('doctor reads standard input', async () => {
    const url = 'https://hooks.example.com/taskrouter/assignment';
    const args = ['doctor', '--url', url, '--signature', 'x'];
    const { code, stdout } = await run(args, { TWILIO_AUTH_TOKEN: TOKEN }, 'TaskAge=0');
    expect([code, stdout]).toEqual([1, expect.stringContaining('not 28 characters of base64')]);
  });
});
