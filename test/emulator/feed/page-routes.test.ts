import type { WorkspaceFinding } from 'taskrouter-kit/emulator';
import { expect, test } from 'vitest';
import { start } from '../open.js';
import { ask } from './answers.js';

test('presets: the project’s own go before built-in ones of the same name, and a broken one says why', async () => {
  const emulator = await start({
    inspector: {
      presets: async () => [
        { name: 'chat', task: { attributes: { type: 'refund' }, priority: 5 } },
        { name: 'broken', error: 'presets/broken.json:3:1: a comma is missing' },
      ],
    },
  });
  const { body } = await ask(emulator, 'GET', '/presets');
  const names = body.presets.map(({ name }: { name: string }) => name);
  expect(names).toEqual(['chat', 'broken', 'call', 'sms', 'ticket']);
  expect(body.presets[0]).toMatchObject({
    own: true,
    attributes: { type: 'refund' },
    priority: 5,
    preset: null,
  });
  expect(body.presets[1]).toMatchObject({ error: 'presets/broken.json:3:1: a comma is missing' });
  expect(body.presets[2]).toMatchObject({ own: false, preset: 'call', taskChannel: 'voice' });
  const [call] = body.kinds;
  expect(call).toMatchObject({ name: 'call', attributes: { direction: 'inbound' } });
  expect(call.attributes.call_sid).toMatch(/^CA[0-9a-f]{32}$/);
});

test('findings: what lint says of the workspace as it is now; nothing where nobody checks', async () => {
  const finding: WorkspaceFinding = {
    ...({ rule: 'syntax', severity: 'error', message: 'no' } as const),
    docs: 'https://example.com/#syntax',
    ...{ workflow: null, queue: null, place: '' },
  };
  const emulator = await start({
    inspector: {
      lint: ({ workers }) => [...workers.values()].map(({ sid }) => ({ ...finding, place: sid })),
    },
  });
  const { workspaceSid, workers } = emulator.seed({ workers: { Ada: {} } });
  const { body } = await ask(emulator, 'GET', `/workspaces/${workspaceSid}/findings`);
  expect(body.findings).toEqual([{ ...finding, place: workers.Ada }]);
  const missing = await ask(emulator, 'GET', `/workspaces/WS${'0'.repeat(32)}/findings`);
  expect(missing.status).toBe(404);
  const plain = await start();
  const seeded = plain.seed({});
  expect((await ask(plain, 'GET', `/workspaces/${seeded.workspaceSid}/findings`)).body.findings).toEqual([]);
});

test('a task that has ended says who had accepted it', async () => {
  const emulator = await start();
  emulator.seed({
    workers: { Ada: { activity: 'Available' } },
    taskQueues: { All: {} },
    workflows: { Help: { defaultQueue: 'All' } },
  });
  const { sid } = emulator.createTask();
  const { body: task } = await ask(emulator, 'GET', `/tasks/${sid}`);
  expect(task.acceptedBy).toBeNull();
  const reservation = `/reservations/${task.reservations[0].sid}`;
  await ask(emulator, 'POST', reservation, { action: 'accept' });
  await ask(emulator, 'POST', reservation, { action: 'complete' });
  const { body } = await ask(emulator, 'GET', `/tasks/${sid}`);
  expect(body).toMatchObject({ status: 'completed', workers: [], acceptedBy: { name: 'Ada' } });
});
