import { createEmulator, type Emulator } from 'taskrouter-kit/emulator';
import { afterEach, describe, expect, test } from 'vitest';
import { type Received, type Reply, startEndpoint } from './endpoint.js';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

async function world(
  reply: (request: Received) => Reply | Promise<Reply>,
  workers = ['Ann'],
  maxReservedWorkers = 1,
) {
  const endpoint = await startEndpoint(reply);
  const emulator = await createEmulator({ clock: 'virtual' });
  open.push(endpoint, emulator);
  const { workspaceSid } = emulator.seed({
    eventCallbackUrl: `${endpoint.url}/events`,
    eventsFilter: ['task.created'],
    workers: Object.fromEntries(
      workers.map((name) => [name, { activity: 'Available', channels: { default: { capacity: 10 } } }]),
    ),
    taskQueues: { Q: { maxReservedWorkers } },
    workflows: {
      W: {
        defaultQueue: 'Q',
        assignmentCallbackUrl: `${endpoint.url}/assignment`,
        fallbackAssignmentCallbackUrl: `${endpoint.url}/fallback`,
      },
    },
  });
  return { endpoint, emulator, view: emulator.workspaces.get(workspaceSid)! };
}

const paths = (received: readonly Received[]) => received.map(({ path }) => path);

async function rest(
  emulator: Emulator,
  path: string,
  form?: Record<string, string>,
  headers = {},
): Promise<Response> {
  const authorization = `Basic ${Buffer.from(`${emulator.accountSid}:${emulator.authToken}`).toString('base64')}`;
  return fetch(`${emulator.url}/v1/Workspaces${path}`, {
    method: form ? 'POST' : 'GET',
    body: form ? new URLSearchParams(form) : null,
    headers: { authorization, ...headers },
  });
}

describe('trouble with callbacks, on purpose', () => {
  test('duplicate: the same request comes twice, under one idempotency token', async () => {
    const { endpoint, emulator } = await world(() => ({ instruction: 'accept' }));
    emulator.trouble({ duplicate: { times: 1, callbacks: 'assignment' } });
    await emulator.until(emulator.createTask()).isAssigned();
    await emulator.until(emulator.createTask()).isAssigned();
    await emulator.quiet();
    const assignments = endpoint.received.filter(({ path }) => path === '/assignment');
    expect(assignments).toHaveLength(3);
    const tokens = assignments.map(({ headers }) => headers['i-twilio-idempotency-token']);
    expect(new Set(tokens).size).toBe(2);
    expect(emulator.troubles()).toEqual({});
  });

  test('drop: the callback never arrives, its fallback does', async () => {
    const { endpoint, emulator } = await world(() => ({ instruction: 'accept' }));
    emulator.trouble({ drop: { times: 1, callbacks: 'assignment' } });
    await emulator.until(emulator.createTask()).isAssigned();
    expect(paths(endpoint.received)).not.toContain('/assignment');
    expect(paths(endpoint.received)).toContain('/fallback');
    expect(emulator.deliveries().map(({ outcome }) => outcome)).toContain('dropped');
  });

  test('drop strikes before duplicate: the duplicate of a lost callback arrives, and so does the fallback', async () => {
    const { endpoint, emulator } = await world(() => ({ instruction: 'accept' }));
    emulator.trouble({
      duplicate: { times: 1, callbacks: 'assignment' },
      drop: { times: 1, callbacks: 'assignment' },
    });
    await emulator.until(emulator.createTask()).isAssigned();
    await emulator.quiet();
    const assignments = paths(endpoint.received).filter((path) => path !== '/events');
    expect(assignments.toSorted()).toEqual(['/assignment', '/fallback']);
  });

  test('hangUp: the endpoint answers, but the fallback is asked as well', async () => {
    const { endpoint, emulator } = await world(() => ({ instruction: 'accept' }));
    emulator.trouble({ hangUp: { times: 1, callbacks: 'assignment' } });
    await emulator.until(emulator.createTask()).isAssigned();
    expect(paths(endpoint.received).filter((path) => path !== '/events')).toEqual([
      '/assignment',
      '/fallback',
    ]);
    expect(emulator.debugger()).toMatchObject([{ code: 11205 }]);
  });

  test('hangUp: an endpoint that takes long is hung up on in the middle', async () => {
    const { emulator } = await world(({ path }) =>
      path === '/assignment' ? 'never' : { instruction: 'accept' },
    );
    emulator.trouble({ hangUp: { times: 1, callbacks: 'assignment' } });
    const started = performance.now();
    await emulator.until(emulator.createTask()).isAssigned();
    expect(performance.now() - started).toBeLessThan(3_000);
  });

  test('delay: the callback comes so much later', async () => {
    const { emulator } = await world(() => ({ instruction: 'accept' }));
    emulator.trouble({ delay: { times: 1, ms: 150, callbacks: 'assignment' } });
    const started = performance.now();
    await emulator.until(emulator.createTask()).isAssigned();
    expect(performance.now() - started).toBeGreaterThan(140);
  });

  test('reorder: a later callback overtakes an earlier one', async () => {
    const { endpoint, emulator } = await world(() => ({ instruction: 'accept' }));
    emulator.trouble({ reorder: { times: 1, callbacks: 'assignment' } });
    const started = performance.now();
    const tasks = [emulator.createTask(), emulator.createTask()];
    await emulator.quiet();
    expect(performance.now() - started).toBeLessThan(900);
    const order = endpoint.received
      .filter(({ path }) => path === '/assignment')
      .map(({ form }) => form.TaskSid);
    expect(order).toEqual([tasks[1]!.sid, tasks[0]!.sid]);
  });

  test('reorder: with nothing to overtake it, the callback comes all the same', async () => {
    const { emulator } = await world(() => ({ instruction: 'accept' }));
    emulator.trouble({ reorder: { times: 1, callbacks: 'assignment' } });
    await emulator.until(emulator.createTask()).isAssigned();
  });

  test('strikes events alone when told so', async () => {
    const { endpoint, emulator } = await world(() => ({ instruction: 'accept' }));
    emulator.trouble({ drop: { callbacks: 'event' } });
    await emulator.until(emulator.createTask()).isAssigned();
    await emulator.quiet();
    expect(paths(endpoint.received)).toEqual(['/assignment']);
    emulator.trouble({ drop: false });
    emulator.createTask();
    await emulator.quiet();
    expect(paths(endpoint.received)).toContain('/events');
  });

  test('refuses a switch nobody knows, and sets none of the others then', async () => {
    const { emulator } = await world(() => ({}));
    expect(() => emulator.trouble({ drop: true, droop: true } as never)).toThrow(
      'There is no switch "droop"',
    );
    expect(() => emulator.trouble({ drop: { times: -1 } })).toThrow('takes true, false, a number of times');
    expect(emulator.troubles()).toEqual({});
  });
});

describe('trouble with REST, on purpose', () => {
  test('tooManyRequests: 429 with Retry-After, so many times', async () => {
    const { emulator } = await world(() => ({}));
    emulator.trouble({ tooManyRequests: { times: 2, retryAfterS: 3 } });
    const answers = [await rest(emulator, ''), await rest(emulator, ''), await rest(emulator, '')];
    expect(answers.map(({ status }) => status)).toEqual([429, 429, 200]);
    expect(answers[0]!.headers.get('retry-after')).toBe('3');
    expect(await answers[0]!.json()).toMatchObject({ code: 20429, status: 429 });
  });

  test('serverError: nothing is carried out; lostAnswer: it is, but no answer comes', async () => {
    const { emulator } = await world(() => ({}));
    emulator.trouble({ serverError: 1 });
    expect((await rest(emulator, '', { FriendlyName: 'A' })).status).toBe(500);
    expect(emulator.workspaces.size).toBe(1);
    emulator.trouble({ lostAnswer: 1 });
    await expect(rest(emulator, '', { FriendlyName: 'B' })).rejects.toThrow();
    expect(emulator.workspaces.size).toBe(2);
  });

  test('preconditionFailed: 412 for a request that carries If-Match', async () => {
    const { emulator, view } = await world(() => ({}));
    const [worker] = view.workers.keys();
    emulator.trouble({ preconditionFailed: 1 });
    const path = `/${view.workspace.sid}/Workers/${worker}`;
    expect((await rest(emulator, path, { FriendlyName: 'A' })).status).toBe(200);
    const version = String(view.workers.get(worker!)!.version);
    expect((await rest(emulator, path, { FriendlyName: 'B' }, { 'if-match': version })).status).toBe(412);
    expect((await rest(emulator, path, { FriendlyName: 'B' }, { 'if-match': version })).status).toBe(200);
  });

  test('doubleAccept: another worker is faster, and the loser gets 410', async () => {
    const { emulator, view } = await world(() => ({}), ['Ann', 'Bob'], 2);
    const task = emulator.createTask();
    const [first, second] = view.reservationsOfTask(task.sid);
    emulator.trouble({ doubleAccept: 1 });
    const path = `/${view.workspace.sid}/Tasks/${task.sid}/Reservations/${first!.sid}`;
    expect((await rest(emulator, path, { ReservationStatus: 'accepted' })).status).toBe(410);
    expect([first!.reservationStatus, second!.reservationStatus]).toEqual(['rescinded', 'accepted']);
  });
});
