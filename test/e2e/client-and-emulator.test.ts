import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import {
  accept,
  conference,
  createTaskRouter,
  type DeferredOutcome,
  defer,
  type TaskRouter,
} from 'taskrouter-kit';
import { createEmulator, type Emulator } from 'taskrouter-kit/emulator';
import {
  createTaskRouterClient,
  type TaskRouterClient,
  TaskRouterConflictError,
  TaskRouterRateLimitError,
} from 'taskrouter-kit/rest';
import { beforeEach, expect, onTestFinished, test } from 'vitest';

// The package's REST client and the package's TaskRouter, which know each other by HTTP alone.

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

let emulator: Emulator;
beforeEach(async () => {
  emulator = await createEmulator();
  return () => emulator.close();
});

function clientOf(workspaceSid?: string, options: object = {}): TaskRouterClient {
  const { accountSid, authToken, url: baseUrl } = emulator;
  return createTaskRouterClient({ accountSid, authToken, baseUrl, workspaceSid, settleMs: 50, ...options });
}

/** One available worker, one queue, and a workflow that asks `assignmentCallbackUrl`. */
function seed(assignmentCallbackUrl?: string) {
  return emulator.seed({
    workers: { Alice: { activity: 'Available', attributes: { contact_uri: '+15005550006' } } },
    taskQueues: { Support: {} },
    workflows: {
      Main: { defaultQueue: 'Support', ...(assignmentCallbackUrl ? { assignmentCallbackUrl } : {}) },
    },
  });
}

test('the example of the six creations makes a workspace that routes its task', async () => {
  const child = spawn(process.execPath, ['--import', 'tsx', 'examples/six-creations.ts'], {
    cwd: ROOT,
    env: {
      PATH: process.env.PATH,
      TASKROUTER_BASE_URL: emulator.url,
      TWILIO_ACCOUNT_SID: emulator.accountSid,
      TWILIO_AUTH_TOKEN: emulator.authToken,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: 25_000,
  });
  let output = '';
  child.stdout.on('data', (text) => {
    output += String(text);
  });
  const [code] = await once(child, 'close');
  expect(code).toBe(0);
  const lines = output.trim().split('\n');
  expect(lines.map((line) => line.replace(/[A-Z]{2}[0-9a-f]{32}$/, 'SID'))).toEqual([
    'workspace SID',
    'activity SID',
    'worker SID',
    'task queue SID',
    'workflow SID',
    'task SID',
  ]);
  const view = emulator.workspaces.get(lines[0]!.split(' ')[1]!)!;
  const task = view.tasks.get(lines[5]!.split(' ')[1]!)!;
  expect(view.taskQueues.get(task.taskQueueSid)!.friendlyName).toBe('Sales');
});

test('a task by name, its reservation accepted, wrapped up and completed', async () => {
  const { workspaceSid, workers } = seed();
  const client = clientOf(workspaceSid);
  const made = await client.tasks.create({ workflowSid: 'Main', attributes: { order: 17 } });
  const [reservation] = await client.reservations.list(made.sid).all();
  expect(reservation).toMatchObject({ reservationStatus: 'pending', workerSid: workers.Alice });
  await client.reservation(made.sid, reservation!.sid).accept();
  expect((await client.tasks.wrapUp(made.sid, { reason: 'hung up' }))!.assignmentStatus).toBe('wrapping');
  const done = await client.tasks.complete(made.sid, { reason: 'resolved' });
  expect(done).toMatchObject({
    assignmentStatus: 'completed',
    reason: 'resolved',
    attributes: { order: 17 },
  });
  // Once more is no error: it is where it should be.
  expect((await client.tasks.complete(made.sid))!.assignmentStatus).toBe('completed');
  const statistics = await client.statistics.workspace.cumulative({ minutes: 15 });
  expect(statistics).toMatchObject({ tasksCreated: 1, tasksCompleted: 1, reservationsAccepted: 1 });
});

test('a list of 2,500 tasks is read page by page, each task once', async () => {
  const { workspaceSid } = seed();
  for (let i = 0; i < 2_500; i += 1) emulator.createTask({ attributes: { i } });
  const seen = new Set<unknown>();
  for await (const task of clientOf(workspaceSid).tasks.list({ pageSize: 1_000 }))
    seen.add(task.attributes.i);
  expect(seen.size).toBe(2_500);
});

test('twenty patches at once are all kept', async () => {
  const { workspaceSid } = seed();
  const client = clientOf(workspaceSid);
  const { sid } = emulator.createTask({ attributes: { from: '+15005550001' } });
  const numbers = [...Array(20).keys()];
  await Promise.all(numbers.map((n) => client.tasks.patchAttributes(sid, { seen: { [`by${n}`]: true } })));
  const { attributes } = await client.tasks.fetch<{ from: string; seen: object }>(sid);
  expect(attributes.from).toBe('+15005550001');
  expect(Object.keys(attributes.seen)).toHaveLength(20);
});

test('an update under a version that has passed is a conflict', async () => {
  const { workspaceSid } = seed();
  const client = clientOf(workspaceSid);
  const { sid } = emulator.createTask();
  const { etag } = await client.tasks.fetch(sid);
  await client.tasks.update(sid, { priority: 5 });
  await expect(client.tasks.update(sid, { priority: 9, ifMatch: etag })).rejects.toThrow(
    TaskRouterConflictError,
  );
});

test('creations under keys whose answers are lost make one task each', async () => {
  const { workspaceSid } = seed();
  const client = clientOf(workspaceSid);
  await client.names.prime(['workflow']);
  emulator.trouble({ lostAnswer: 12, serverError: 3 });
  const keys = [...Array(15).keys()].map((n) => `order_${n}`);
  const made = await Promise.all(
    [...keys, ...keys].map((idempotencyKey) =>
      client.tasks.create({ workflowSid: 'Main', attributes: { key: idempotencyKey } }, { idempotencyKey }),
    ),
  );
  const { tasks } = emulator.workspaces.get(workspaceSid)!;
  expect(tasks.size).toBe(15);
  expect(new Set(made.map(({ sid }) => sid))).toEqual(new Set(tasks.keys()));
});

test('429 is waited out as Twilio says, or told at once when that takes too long', async () => {
  const { workspaceSid } = seed();
  const client = clientOf(workspaceSid);
  const { sid } = emulator.createTask();
  emulator.trouble({ tooManyRequests: { times: 1, retryAfterS: 0 } });
  expect((await client.tasks.fetch(sid)).sid).toBe(sid);
  emulator.trouble({ tooManyRequests: { times: 1, retryAfterS: 3_600 } });
  await expect(client.tasks.fetch(sid)).rejects.toThrow(TaskRouterRateLimitError);
});

/** An endpoint of these handlers, where the workflow's callbacks go. */
async function endpoint(options: object, register: (taskRouter: TaskRouter) => TaskRouter) {
  let handle: ReturnType<TaskRouter['node']> | undefined;
  const server = createServer((request, response) => handle?.(request, response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const { workspaceSid } = seed(`http://127.0.0.1:${port}/taskrouter/assignment`);
  const client = clientOf(workspaceSid);
  const late: DeferredOutcome[] = [];
  const taskRouter = register(createTaskRouter({ authToken: emulator.authToken, client, ...options }));
  taskRouter.onDeferred((outcome) => late.push(outcome));
  handle = taskRouter.node();
  onTestFinished(async () => {
    await taskRouter.close();
    server.close();
  });
  return { late, client };
}

const updates = () =>
  emulator.deliveries().map(({ status, instruction, via }) => `${via} ${status} ${instruction}`);

test('a decision taken after the answer reaches the reservation by REST', async () => {
  const { late } = await endpoint({}, (taskRouter) =>
    taskRouter.otherwise(() =>
      defer(async ({ task }) => conference({ from: String(task.attributes.called) })),
    ),
  );
  const attributes = { call_sid: `CA${'0'.repeat(32)}`, called: '+15005550001', from: '+15005550002' };
  const task = emulator.createTask({ attributes });
  await emulator.until(task).isAssigned();
  expect(updates()).toEqual(['primary 200 defer']);
  await expect
    .poll(() => late.map(({ outcome, instruction }) => [outcome, instruction]))
    .toEqual([['applied', 'conference']]);
});

test('an instruction sent by REST is applied; for a reservation that has gone it is told', async () => {
  const { late, client } = await endpoint({}, (taskRouter) =>
    taskRouter
      .onAssignment(
        { where: ({ task }) => task.attributes.cancel === true },
        defer(async ({ task, client }) => {
          await client!.tasks.cancel(task.sid, { reason: 'hung up' });
          return accept();
        }),
      )
      .otherwise(accept({ via: 'rest' })),
  );
  const outcomes = () => late.map(({ outcome }) => outcome);
  const first = emulator.createTask();
  await emulator.until(first).isAssigned();
  await expect.poll(outcomes).toEqual(['applied']);
  // Alice is busy until the first is done.
  const second = emulator.createTask({ attributes: { cancel: true } });
  await client.tasks.complete(first.sid);
  await expect.poll(outcomes).toEqual(['applied', 'refused']);
  expect((await client.tasks.fetch(second.sid)).assignmentStatus).toBe('canceled');
});
