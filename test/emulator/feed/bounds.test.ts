import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Delivery } from '../../../src/emulator/delivery/log.js';
import { DeliveryStore } from '../../../src/emulator/feed/deliveries.js';
import { Feed } from '../../../src/emulator/feed/feed.js';
import { start } from '../open.js';
import { ask } from './answers.js';

const delivery = (id: number, attributes: string): Delivery => ({
  kind: 'delivery',
  id,
  callback: 'assignment',
  via: 'primary',
  at: id,
  ms: 3,
  url: 'http://127.0.0.1:3000/taskrouter/assignment',
  workspaceSid: 'WS',
  eventType: 'reservation.created',
  taskSid: `WT${id}`,
  reservationSid: `WR${id}`,
  outcome: 'answered',
  status: 200,
  instruction: 'accept',
  token: randomBytes(16).toString('hex'),
  parameters: { TaskSid: `WT${id}`, TaskAttributes: attributes, WorkerAttributes: '{"skills":["fr"]}' },
  answer: '{"instruction":"accept"}',
});

const heap = () => {
  global.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
};

test('10,000 deliveries with attributes of 4 KB take less than 64 MiB, and all can be read', () => {
  const feed = emptyFeed();
  const before = heap();
  const facts = Array.from(
    { length: 60 },
    (_, index) => `"field ${index}":"a value of ${index} as people have it"`,
  );
  for (let id = 1; id <= 10_500; id += 1) feed.hear(delivery(id, `{"number":${id},${facts.join(',')}}`));
  expect(feed.info(0).kept).toMatchObject({ deliveries: 10_000, droppedDeliveries: 500 });
  expect(feed.info(0).kept.bytes).toBeLessThan(64 << 20);
  if (global.gc) expect(heap() - before).toBeLessThan(64 << 20);
  expect(feed.deliveries.get(500)).toBeUndefined();
  expect(feed.deliveries.get(501)!.delivery.parameters.TaskAttributes).toContain('"number":501,');
});

test('what cannot be compressed pushes the oldest out before memory does', () => {
  const store = new DeliveryStore(10_000, 1 << 20);
  for (let id = 1; id <= 200; id += 1) store.add(delivery(id, randomBytes(20_000).toString('base64')), id);
  expect(store.bytes).toBeLessThan(1 << 20);
  expect(store.size).toBeGreaterThan(10);
  expect(store.size + store.dropped).toBe(200);
  expect(store.get(200)).toBeDefined();
});

function emptyFeed(): Feed {
  const world = {
    accountSid: 'AC',
    now: () => 0,
    workspaces: new Map(),
    explain: () => {
      throw new Error('nothing to explain');
    },
    faults: { list: () => ({}) },
    events: { snapshot: () => [] },
  };
  return new Feed({ world: world as never, clock: 'virtual', restarted: false });
}

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
