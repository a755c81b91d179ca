import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEmulator } from 'taskrouter-kit/emulator';
import { afterAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { rest, startWorkers } from '../../src/cli/dev-workers.js';
import CENTRE from '../../src/cli/sample-centre.js';
import { until } from '../server/endpoint-process.js';
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
      `Port ${port} is taken: give another one with --port, or none for any that is free.\n`,
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

describe('the simulated workers', () => {
  test('say what the emulator refuses them', async () => {
    const emulator = await createEmulator();
    onTestFinished(() => emulator.close());
    const { workspaceSid } = emulator.seed(CENTRE);
    await expect(rest(emulator, `${workspaceSid}/Tasks/WT0`, { Reason: 'x' })).rejects.toThrow(
      /Tasks\/WT0 was refused: 404 .*20404/,
    );
    await expect(rest({ ...emulator, authToken: 'x' }, workspaceSid, {})).rejects.toThrow('401');
  });

  test('accept what was left open, complete it, and are silent once ended', async () => {
    const refused: unknown[] = [];
    const endpoint = createServer((_request, response) => {
      response.setHeader('content-type', 'application/json').end('{}');
    }).listen(0, '127.0.0.1');
    onTestFinished(() => void endpoint.close());
    await new Promise((resolve) => endpoint.once('listening', resolve));
    const emulator = await createEmulator();
    onTestFinished(() => emulator.close());
    const centre = emulator.seed(CENTRE);
    const end = startWorkers(emulator, centre, 20, (error) => refused.push(error));
    await rest(emulator, `${centre.workspaceSid}/Workflows/${centre.workflows['Who helps']}`, {
      AssignmentCallbackUrl: `http://127.0.0.1:${(endpoint.address() as AddressInfo).port}/`,
    });
    const task = emulator.createTask({ taskChannel: 'ticket' });
    await emulator.until(task).isCompleted();
    expect(refused).toEqual([]);

    // Somebody else is faster: the worker's own click is refused, and says so.
    const other = emulator.createTask({ taskChannel: 'ticket' });
    await until(() => emulator.deliveries().some(({ taskSid }) => taskSid === other.sid));
    const [reservation] = emulator.workspaces.get(centre.workspaceSid)!.reservationsOfTask(other.sid);
    const path = `${centre.workspaceSid}/Tasks/${other.sid}/Reservations/${reservation!.sid}`;
    await rest(emulator, path, { ReservationStatus: 'rejected' });
    await until(() => refused.length > 0);
    expect(String(refused[0])).toContain('was refused: 4');
    end();
  });
});
