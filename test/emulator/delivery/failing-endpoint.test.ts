import { createEmulator, type Emulator, type EmulatorOptions } from 'taskrouter-kit/emulator';
import { afterEach, expect, test } from 'vitest';
import { type Reply, startEndpoint } from './endpoint.js';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

async function world(reply: () => Reply, options: EmulatorOptions = {}) {
  const endpoint = await startEndpoint(reply);
  const emulator = await createEmulator({ clock: 'virtual', ...options });
  open.push(endpoint, emulator);
  const { workspaceSid } = emulator.seed({
    workers: { Ann: { activity: 'Available' } },
    taskQueues: { Q: {} },
    workflows: { W: { assignmentCallbackUrl: `${endpoint.url}/`, defaultQueue: 'Q' } },
  });
  return { endpoint, emulator, view: emulator.workspaces.get(workspaceSid)! };
}

const entries = (emulator: Emulator) => emulator.debugger().map(({ code, level }) => [code, level]);

test('an answer of 204 leaves the reservation pending, and the debugger warns once', async () => {
  const { endpoint, emulator, view } = await world(() => ({ status: 204 }));
  const task = emulator.createTask();
  await emulator.advance('60s');
  expect(endpoint.received).toHaveLength(1);
  expect(view.tasks.get(task.sid)!.assignmentStatus).toBe('reserved');
  expect(entries(emulator)).toEqual([[40000, 'warning']]);
  expect(emulator.debugger()[0]!.message).toContain('undocumented: answer 200 and {}');
  expect(emulator.deliveries()[0]).toMatchObject({ status: 204, instruction: 'defer' });
});

test.each<[string, () => Reply, EmulatorOptions]>([
  ['500', () => ({ status: 500, text: '{"instruction":"accept"}' }), {}],
  ['202', () => ({ status: 202, text: '{}' }), {}],
  ['html', () => ({ type: 'text/html', text: 'accept' }), {}],
  ['204 with the switch', () => ({ status: 204 }), { choices: { noContent: 'fail' } }],
])(
  'an endpoint that answers %s is asked four times at once, then on the emulator’s clock',
  async (_what, reply, options) => {
    const { endpoint, emulator, view } = await world(reply, options);
    const task = emulator.createTask();
    await emulator.advance('99ms');
    expect(endpoint.received).toHaveLength(4);
    await emulator.advance('1ms');
    expect(endpoint.received).toHaveLength(5);
    await emulator.advance('1900ms');
    expect(endpoint.received).toHaveLength(8);
    expect(view.tasks.get(task.sid)!.assignmentStatus).toBe('pending');
    expect(emulator.deliveries().every(({ instruction }) => instruction === undefined)).toBe(true);
    expect(emulator.explain(task.sid).text).toContain('backs off until');
  },
);

test('an endpoint that works again is not waited for any more', async () => {
  let works = false;
  const { endpoint, emulator, view } = await world(() => (works ? {} : { status: 500 }));
  const task = emulator.createTask();
  await emulator.advance('2s');
  works = true;
  await emulator.advance('2s');
  const asked = endpoint.received.length;
  expect(view.tasks.get(task.sid)!.assignmentStatus).toBe('reserved');
  works = false;
  await emulator.advance('2m');
  const [worker] = view.workers.values();
  expect(view.activities.get(worker!.activitySid)!.friendlyName).toBe('Offline');
  expect(endpoint.received).toHaveLength(asked);
});

test('with the switch nobody waits', async () => {
  const options: EmulatorOptions = { choices: { callbackBackoff: false, maxAssignments: 30 } };
  const { endpoint, emulator, view } = await world(() => ({ status: 500 }), options);
  const task = emulator.createTask();
  await emulator.quiet();
  expect(endpoint.received).toHaveLength(29);
  expect(view.tasks.get(task.sid)!.assignmentStatus).toBe('canceled');
});

test('events carry the description, and may be answered with any 2xx', async () => {
  const { endpoint, emulator, view } = await world(() => ({ status: 202 }));
  const sid = view.workspace.sid;
  await fetch(`${emulator.url}/v1/Workspaces/${sid}`, {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from(`${emulator.accountSid}:${emulator.authToken}`).toString('base64')}`,
    },
    body: new URLSearchParams({ EventCallbackUrl: `${endpoint.url}/events`, EventsFilter: 'task.created' }),
  });
  const task = emulator.createTask();
  await emulator.advance('50ms');
  const [event] = endpoint.received.filter(({ path }) => path === '/events');
  expect(event!.form).toMatchObject({
    EventDescription: `Task ${task.sid} created`,
    TaskQueueName: 'Q',
    WorkflowName: 'W',
  });
  const failed = emulator.debugger().filter(({ message }) => message.includes('event callback'));
  expect(failed).toEqual([]);
});
