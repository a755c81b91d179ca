import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEmulator } from 'taskrouter-kit/emulator';
import { afterAll, describe, expect, test } from 'vitest';
import { run } from './running.js';

const folder = mkdtempSync(join(tmpdir(), 'proxy-'));
const emulator = await createEmulator({ port: 0 });
afterAll(async () => {
  await emulator.close();
  rmSync(folder, { recursive: true });
});

/** Without Java on the path: its trust store takes seconds to make. */
const ENV = { XDG_DATA_HOME: folder, TMPDIR: folder, JAVA_HOME: '' };
const proxy = (command: readonly string[], ...options: string[]) =>
  run(['proxy', '--url', emulator.url, ...options, '--', ...command], {
    ...ENV,
    TWILIO_ACCOUNT_SID: emulator.accountSid,
    TWILIO_AUTH_TOKEN: emulator.authToken,
    PATH: join(process.execPath, '..'),
  });

const CLIENT = `
  const twilio = require('twilio');
  twilio(process.env.TWILIO_ACCOUNT_SID, process.env.TWILIO_AUTH_TOKEN).taskrouter.v1.workspaces
    .create({ friendlyName: 'Through the proxy' })
    .then(({ url }) => { console.log(url); process.exitCode = 3; });`;

describe('taskrouter proxy', () => {
  test('runs the official client against the local TaskRouter, and ends with its exit code', async () => {
    const command = proxy([process.execPath, '-e', CLIENT]);
    expect(await command.exited).toBe(3);
    expect(command.stdout()).toMatch(/^https:\/\/taskrouter\.twilio\.com\/v1\/Workspaces\/WS\w{32}\n$/);
    expect([...emulator.workspaces.values()].map(({ workspace }) => workspace.friendlyName)).toEqual([
      'Through the proxy',
    ]);
    // Nothing is left but the certificate.
    expect(readdirSync(folder).filter((name) => name.startsWith('taskrouter-proxy'))).toEqual([]);
  });

  test('passes signals on, and says which one ended the command', async () => {
    const waits =
      "process.on('SIGTERM', () => process.exit(9)); console.log('up'); setInterval(() => {}, 1000);";
    const polite = proxy([process.execPath, '-e', waits]);
    await polite.shows(/up/);
    expect(await polite.stop('SIGTERM')).toBe(9);
    const plain = proxy([process.execPath, '-e', "console.log('up'); setInterval(() => {}, 1000);"]);
    await plain.shows(/up/);
    expect(await plain.stop('SIGINT')).toBe(130);
    expect(existsSync(join(folder, 'taskrouter-kit', 'proxy.pem'))).toBe(true);
  });

  test('says what cannot be run, and when no TaskRouter answers', async () => {
    const missing = proxy(['no-such-command']);
    expect(await missing.exited).toBe(127);
    expect(missing.stderr()).toContain('There is no command "no-such-command"');
    const away = run(['proxy', '--url', 'http://127.0.0.1:1', '--', 'true'], ENV);
    expect(await away.exited).toBe(1);
    expect(away.stderr()).toContain('No local TaskRouter answers at http://127.0.0.1:1');
    expect(await run(['proxy', '--url', 'nowhere', '--', 'true'], ENV).exited).toBe(2);
  });
});
