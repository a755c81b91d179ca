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
  it('dev --once shows one callback of each kind, needs nothing, and ends with 0', async () => {
    const { code, stdout, stderr } = await run(['dev', '--once', '--port', '0']);
    expect(stderr).toBe('');
    const rows = stdout
      .split('\n')
      .filter((line) => line.includes(' ms'))
      .map((line) => line.trim().split(/ {2,}/).slice(0, 4));
    expect(rows).toEqual([
      ['a call', '/assignment', 'voice-conference', '200 conference'],
      ['a call for the front desk', '/assignment', 'voice-dequeue', '200 dequeue'],
      ['a chat', '/assignment', 'chat', '200 accept'],
      ['a call, worker unreachable', '/assignment', 'unreachable-worker', '200 reject'],
      ['a task nobody expected', '/assignment', 'otherwise', '200 defer'],
      ['event reservation.timeout', '/events', 'event handlers', '204'],
    ]);
    expect(stdout).not.toContain('\u001b');
    expect(code).toBe(0);
  });

  it('dev stays up, shows a callback that the printed command sends, and ends with 0 on Ctrl-C', async () => {
    const child = taskrouter(['dev', '--port', '0']);
    let stdout = '';
    const shown = (wanted: string) =>
      new Promise<void>((resolve) => {
        child.stdout!.on('data', () => stdout.includes(wanted) && resolve());
      });
    child.stdout!.on('data', (bytes: Buffer) => {
      stdout += bytes.toString();
    });
    await shown('TWILIO_AUTH_TOKEN=');
    const [, token = '', url = ''] = /TWILIO_AUTH_TOKEN=(\w+) .* --url (\S+)/.exec(stdout) ?? [];
    const args = ['send', 'assignment', '--url', url, '--task', '{"type":"chat"}'];
    const [sent] = await Promise.all([run(args, { TWILIO_AUTH_TOKEN: token }), shown('a callback')]);
    expect(sent).toMatchObject({ code: 0, stdout: expect.stringContaining('the instruction is accept') });
    expect(stdout).toMatch(/a callback +\/assignment +chat +200 accept/);
    child.kill('SIGINT');
    const [code] = (await once(child, 'exit')) as [number | null];
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
