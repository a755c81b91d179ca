// A vitest test of handlers against a TaskRouter of one's own: no account, no tunnel, and no waiting.
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { accept, createTaskRouter, reject } from 'taskrouter-kit';
import { createEmulator, type Emulator } from 'taskrouter-kit/emulator';
import { afterAll, beforeAll, expect, test } from 'vitest';

let emulator: Emulator;
let server: Server;
let workspaceSid: string;
let names: { readonly Available: string; readonly Offline: string };

beforeAll(async () => {
  emulator = await createEmulator({ clock: 'virtual' });

  const taskRouter = createTaskRouter({ authToken: emulator.authToken })
    .onAssignment({ where: ({ task }) => task.attributes.language === 'en' }, accept())
    .otherwise(() => reject({ activity: names.Offline }));
  server = createServer(taskRouter.node()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  const seeded = emulator.seed({
    workers: {
      Alice: {
        activity: 'Available',
        attributes: { languages: ['en'] },
        channels: { default: { capacity: 5 } },
      },
      Bob: { activity: 'Available', attributes: { languages: ['fr'] } },
    },
    taskQueues: { English: { targetWorkers: "languages HAS 'en'" }, Everyone: {} },
    workflows: {
      Support: {
        assignmentCallbackUrl: `http://127.0.0.1:${port}/taskrouter/assignment`,
        filters: [
          {
            name: 'English',
            expression: "language == 'en'",
            targets: [{ queue: 'English', timeout: 120 }, { queue: 'Everyone' }],
          },
        ],
        defaultQueue: 'Everyone',
      },
    },
  });
  workspaceSid = seeded.workspaceSid;
  names = seeded.activities;
});

afterAll(async () => {
  await emulator.close();
  server.close();
});

test('a task in English goes to a worker who speaks it', async () => {
  const task = emulator.createTask({ attributes: { language: 'en' } });
  await emulator.until(task).isAssigned();
  const [reservation] = emulator.workspaces.get(workspaceSid)!.reservationsOfTask(task.sid);
  expect(emulator.workspaces.get(workspaceSid)!.workers.get(reservation!.workerSid)!.friendlyName).toBe(
    'Alice',
  );
});

test('nobody hears of a task whose language no handler knows: each worker who is asked goes offline', async () => {
  const task = emulator.createTask({ attributes: { language: 'nl' } });
  await emulator.quiet();
  expect((await emulator.until(task).isPending()).assignmentStatus).toBe('pending');
  expect(emulator.explain(task.sid).text).toContain('default filter');
});

test('two minutes of waiting pass at once', async () => {
  const task = emulator.createTask({ attributes: { language: 'en' } });
  await emulator.until(task).isPending();
  const view = emulator.workspaces.get(workspaceSid)!;
  const before = view.taskQueues.get(view.tasks.get(task.sid)!.taskQueueSid)!.friendlyName;
  await emulator.advance('2m');
  const after = view.taskQueues.get(view.tasks.get(task.sid)!.taskQueueSid)!.friendlyName;
  expect([before, after]).toEqual(['English', 'Everyone']);
});
