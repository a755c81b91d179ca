import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { Bounds } from '../../../src/emulator/feed/bounds.js';
import { DeliveryStore } from '../../../src/emulator/feed/deliveries.js';
import type { Kept } from '../../../src/emulator/feed/types.js';
import { start } from '../open.js';
import { ask } from './answers.js';
import { delivery } from './sample-delivery.js';

const run = promisify(execFile);

/** What a feed holds, and what its memory comes to, measured in a process that can collect garbage. */
async function measured(
  kind: 'compressible' | 'random',
  tasks: number,
): Promise<Kept & { readonly used: number }> {
  const program = fileURLToPath(new URL('./measure-heap.ts', import.meta.url));
  const args = ['--expose-gc', '--import', 'tsx', program, kind, String(tasks)];
  return JSON.parse((await run(process.execPath, args)).stdout);
}

test('10,000 deliveries of tasks with attributes of 4 KB, with their journeys, take less than 64 MiB', async () => {
  const { used, ...kept } = await measured('compressible', 11_500);
  expect(kept).toMatchObject({ deliveries: 10_000, droppedDeliveries: 1_500 });
  expect(used).toBeLessThan(64 << 20);
  expect(used).toBeLessThan(kept.bytes);
}, 60_000);

test('what was let go is in memory no more: what cannot be compressed stays below 64 MiB too', async () => {
  const { used, ...kept } = await measured('random', 7_000);
  expect(kept.droppedDeliveries).toBeGreaterThan(2_000);
  expect(used).toBeLessThan(64 << 20);
}, 60_000);

test('deliveries that are kept can be read, and those that went cannot', () => {
  const store = new DeliveryStore(new Bounds(100, 1 << 20));
  for (let id = 1; id <= 150; id += 1) store.add(delivery(id, `{"number":${id}}`), id);
  expect(store.get(50)).toBeUndefined();
  expect(store.get(51)!.delivery.parameters.TaskAttributes).toBe('{"number":51}');
  expect([...store.newest()].map(({ id }) => id)).toEqual(Array.from({ length: 100 }, (_, at) => 150 - at));
});

test('what cannot be compressed pushes the oldest out before memory does', () => {
  const store = new DeliveryStore(new Bounds(10_000, 1 << 20));
  for (let id = 1; id <= 200; id += 1) store.add(delivery(id, randomBytes(20_000).toString('base64')), id);
  expect(store.bounds.bytes).toBeLessThan(1 << 20);
  expect(store.size).toBeGreaterThan(10);
  expect(store.size + store.bounds.dropped).toBe(200);
  expect(store.get(200)).toBeDefined();
});

test('journeys are bounded too: 10,000 of the newest ended, in memory that is counted', async () => {
  const emulator = await start();
  const { workspaceSid } = emulator.seed({ taskQueues: { Q: {} }, workflows: { W: { defaultQueue: 'Q' } } });
  for (let number = 0; number < 10_100; number += 1) {
    emulator.createTask({ attributes: { number }, timeout: 1 });
    if (number % 1_000 === 999) await emulator.advance('10m');
  }
  const { kept } = (await ask(emulator, 'GET', '/info')).body;
  expect(kept).toMatchObject({ tasks: 10_000, droppedTasks: 100 });
  expect(kept.bytes).toBeLessThan(kept.mostBytes);
  expect(emulator.workspaces.get(workspaceSid)!.tasks.size).toBeLessThan(1_200);
}, 60_000);

test('a task that is offered again and again keeps its first and its newest steps', async () => {
  const emulator = await start({ choices: { maxAssignments: 200 } });
  emulator.seed({
    workers: { Ada: { activity: 'Available' } },
    taskQueues: { Q: {} },
    workflows: { W: { defaultQueue: 'Q' } },
  });
  const task = emulator.createTask();
  for (let round = 0; round < 120; round += 1) await emulator.agent('Ada').reject();
  const { body } = await ask(emulator, 'GET', `/tasks/${task.sid}`);
  expect(body.steps.length).toBe(200);
  expect(body.droppedSteps).toBeGreaterThan(20);
  expect(body.steps.some(({ type }: { type: string }) => type === 'task.created')).toBe(true);
});

test('after a restart it says what is lost, and journeys are told from the data file', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'feed-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const dataFile = join(folder, 'data.json');
  const first = await start({ dataFile });
  expect((await ask(first, 'GET', '/info')).body.lost).toEqual({
    restarted: false,
    before: null,
    text: null,
  });
  first.seed({
    workers: { Ada: { activity: 'Available' } },
    taskQueues: { Q: {} },
    workflows: { W: { defaultQueue: 'Q' } },
  });
  const task = first.createTask();
  const { steps } = (await ask(first, 'GET', `/tasks/${task.sid}`)).body;
  await first.close();
  const second = await start({ dataFile });
  const { lost } = (await ask(second, 'GET', '/info')).body;
  expect(lost.restarted).toBe(true);
  expect(lost.text).toContain('are lost');
  const again = (await ask(second, 'GET', `/tasks/${task.sid}`)).body;
  expect(again.status).toBe('reserved');
  expect(again.steps.map(({ text }: { text: string }) => text)).toEqual(
    steps.map(({ text }: { text: string }) => text),
  );
});
