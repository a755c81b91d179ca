import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { run } from './running.js';

// Several processes at once, each with a compiler.
vi.setConfig({ testTimeout: 120_000 });

const folder = mkdtempSync(join(tmpdir(), 'dev-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A folder with one file of handlers. */
function handlers(name: string, text: string): Readonly<Record<string, string>> {
  const path = join(folder, name);
  mkdirSync(path);
  writeFileSync(join(path, 'package.json'), '{"type":"module"}');
  writeFileSync(join(path, 'index.ts'), text);
  return { HANDLERS_DIR: path };
}

const THROWS = `
  import { accept, defineAssignment, defineOtherwise } from 'taskrouter-kit';
  const chat = ({ task }) => task.attributes.type === 'chat';
  export default [
    defineAssignment({ where: chat }, accept()),
    defineOtherwise(() => { throw new Error('the CRM is away'); }),
  ];`;

describe.concurrent('dev', () => {
  test('shows the first task, stops on Ctrl-C with 0, and leaves nothing behind', async () => {
    const dev = run(['dev', '--port', '0']);
    const [, url] = await dev.shows(/TaskRouter (\S+), endpoint/);
    await dev.shows(/created +WT/);
    expect(dev.stdout()).toContain(`explain <taskSid> --url ${url}\n`);
    expect((await fetch(`${url}/_emulator/clock`)).status).toBe(200);
    expect(await dev.stop('SIGINT')).toBe(0);
    await expect(fetch(`${url}/_emulator/clock`)).rejects.toThrow();
    expect(dev.stderr()).toBe('');
    // No colours: it is no terminal.
    expect(dev.stdout()).not.toContain('\u001b');
  });

  test('on a port that is taken ends with 1 and says what to do', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    const dev = run(['dev', '--port', String(port)]);
    expect(await dev.exited).toBe(1);
    server.close();
    expect(dev.stderr()).toBe(
      `Port ${port} is taken: give another one with --port, or leave it out to use any free port.\n`,
    );
  });

  test('with handlers that cannot be read ends with 2 and names file and place', async () => {
    const dev = run(['dev', '--port', '0'], handlers('syntax', 'export default [ ;'));
    expect(await dev.exited).toBe(2);
    expect(dev.stderr()).toMatch(/handlers in .*index\.ts cannot be loaded: [\s\S]*index\.ts:1:17/);
  });

  test('gives up a task whose handler always throws after five reservations, and shows the stack once', async () => {
    const dev = run(['dev', '--port', '0'], handlers('throws', THROWS));
    await dev.shows(/call 1 +canceled +Max assignment count exceeded: 5 reservations here, 1,000 at Twilio/);
    expect(await dev.stop('SIGTERM')).toBe(0);
    expect(dev.stdout().match(/call 1 +reserved/g)).toHaveLength(5);
    expect(dev.stdout().match(/Error: the CRM is away\n +at /g)).toHaveLength(1);
    expect(dev.stdout()).toContain('! An assignment handler failed: the CRM is away\n');
    expect(dev.stdout().split('\n').length).toBeLessThan(100);
  });

  test('--once ends with 1 and says which tasks were not completed', async () => {
    const dev = run(['dev', '--once', '--port', '0'], handlers('once', THROWS));
    expect(await dev.exited).toBe(1);
    expect(dev.stderr()).toMatch(/^call: Task WT\w{32} will not be completed any more: it is canceled\.$/m);
    expect(dev.stderr()).toMatch(/^4 of 5 tasks were not completed\.$/m);
    expect(dev.stderr()).not.toMatch(/^chat:/m);
    expect(dev.stdout()).toMatch(/chat 3 +completed/);
  });
});
