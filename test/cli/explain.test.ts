import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createEmulator } from 'taskrouter-kit/emulator';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { explain } from '../../src/cli/explain.js';
import { captured } from './output.js';

const NO_TASK = `WT${'0'.repeat(32)}`;

async function asked(taskSid: string, url: string) {
  const said: string[] = [];
  const error = vi.spyOn(console, 'error').mockImplementation((message) => void said.push(String(message)));
  try {
    return { ...(await captured(() => explain(taskSid, { url }))), error: said.join('\n') };
  } finally {
    error.mockRestore();
  }
}

async function serving(status: number, body: string): Promise<string> {
  const server = createServer((_request, response) => void response.writeHead(status).end(body)).listen(
    0,
    '127.0.0.1',
  );
  onTestFinished(() => void server.close());
  await new Promise((resolve) => server.once('listening', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('explain', () => {
  test('says why a task is where it is, and ends with 0', async () => {
    const emulator = await createEmulator();
    onTestFinished(() => emulator.close());
    emulator.seed({
      workers: { Ann: { activity: 'Offline' } },
      taskQueues: { All: {} },
      workflows: { W: { defaultQueue: 'All' } },
    });
    const { sid } = emulator.createTask();
    const { code, output, error } = await asked(sid, `${emulator.url}/`);
    expect([code, error]).toEqual([0, '']);
    expect(output).toBe(`${emulator.explain(sid).text}\n`);
    expect(output).toContain(`Task ${sid} is pending`);
    expect(output).toContain('Ann');
  });

  test('ends with 1 for a task the emulator does not know', async () => {
    const emulator = await createEmulator();
    onTestFinished(() => emulator.close());
    expect(await asked(NO_TASK, emulator.url)).toEqual({
      code: 1,
      output: '',
      error: `The emulator at ${emulator.url} has no such task. It forgets completed tasks after a few minutes.`,
    });
  });

  test('ends with 1 where nothing answers, and says how to start an emulator', async () => {
    const emulator = await createEmulator();
    await emulator.close();
    const { code, error } = await asked(NO_TASK, 'http://127.0.0.1:1');
    expect([code, error]).toEqual([
      1,
      'Nothing answers at http://127.0.0.1:1. Start an emulator with taskrouter-kit emulate.',
    ]);
  });

  test.each([
    [404, 'Not here'],
    [404, '{"code":404}'],
    [200, '<html>Hello</html>'],
    [500, ''],
  ])('ends with 1 where something else answers %i', async (status, body) => {
    const { code, output, error } = await asked(NO_TASK, await serving(status, body));
    expect([code, output, error]).toEqual([1, '', expect.stringContaining(`is not an emulator (${status})`)]);
  });

  test('says how the emulator answers to another name', async () => {
    const { code, error } = await asked(
      NO_TASK,
      await serving(403, '{"code":"foreign-host","message":"no"}'),
    );
    expect([code, error]).toEqual([
      1,
      'The emulator does not accept the host name 127.0.0.1. Start it with --allow-host 127.0.0.1.',
    ]);
  });

  test.each([
    ['x', 'http://127.0.0.1:8080'],
    [NO_TASK, '127.0.0.1:8080'],
    [NO_TASK, 'http://'],
  ])('refuses %s at %s', async (taskSid, url) => {
    await expect(explain(taskSid, { url })).rejects.toMatchObject({ code: 'usage' });
  });
});
