import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { accept, createTaskRouter, defer, type TaskRouterOptions } from 'taskrouter-kit';
import type { Emulator } from 'taskrouter-kit/emulator';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openApi } from '../../../scripts/emulator-openapi.js';
import { start } from '../open.js';
import { ask, isA } from './answers.js';

const authToken = '0123456789abcdef0123456789abcdef';

/** A real endpoint. */
async function endpoint(options: Partial<TaskRouterOptions> = {}): Promise<string> {
  const taskRouter = createTaskRouter({
    authToken,
    basePath: '/taskrouter',
    ...options,
  } as TaskRouterOptions);
  taskRouter.onAssignment({ name: 'take calls' }, () => accept());
  taskRouter.otherwise(defer());
  const server = createServer(taskRouter.node());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/taskrouter`;
}

const centre = (url = '') => ({
  workers: {
    Ada: { activity: 'Available', attributes: { level: 1 } },
    Bob: { activity: 'Offline', attributes: { level: 3 } },
  },
  taskQueues: { Experts: { targetWorkers: 'level >= 2' }, Everyone: {} },
  workflows: {
    Help: {
      filters: [{ name: 'Hard', expression: "type == 'hard'", targets: [{ queue: 'Experts', timeout: 60 }] }],
      defaultQueue: 'Everyone',
      ...(url === '' ? {} : { assignmentCallbackUrl: `${url}/assignment` }),
    },
  },
});

async function served(): Promise<{ emulator: Emulator; taskSid: string }> {
  const emulator = await start({ authToken });
  emulator.seed(centre(await endpoint()));
  const task = emulator.createTask({ attributes: { type: 'call' } });
  await emulator.quiet();
  return { emulator, taskSid: task.sid };
}

test('the OpenAPI file is made of the types: node scripts/emulator-openapi.js', () => {
  const file = readFileSync(new URL('../../../emulator.openapi.json', import.meta.url), 'utf8');
  expect(JSON.parse(file)).toEqual(JSON.parse(JSON.stringify(openApi())));
});

test('a schema that is not met fails', () => {
  expect(() => isA('ClockState', { clock: 'real' })).toThrow();
  expect(() => isA('ClockState', { clock: 'real', now: 'x', other: 1 })).toThrow();
});

describe('a delivery in detail', () => {
  test('has its instruction in both encodings', async () => {
    const { emulator } = await served();
    const { body } = await ask(emulator, 'GET', '/deliveries/1');
    expect(body.instructionAs).toEqual({
      callback: '{"instruction":"accept"}',
      rest: [{ name: 'ReservationStatus', value: 'accepted' }],
    });
  });

  test('has the lines of the log that the endpoint told about its reservation', async () => {
    const { emulator } = await served();
    const { body: before } = await ask(emulator, 'GET', '/deliveries/1');
    expect(before.log).toEqual([]);
    const reservationSid = before.reservationSid;
    const lines = [
      { level: 'warn', message: 'no customer', reservationSid },
      { level: 'info', message: 'of another one', reservationSid: `WR${'0'.repeat(32)}` },
    ];
    expect(await ask(emulator, 'POST', '/log', { lines })).toMatchObject({ status: 201, body: { taken: 2 } });
    const { body } = await ask(emulator, 'GET', '/deliveries/1');
    expect(body.log).toEqual([
      { at: emulator.now(), level: 'warn', message: 'no customer', reservationSid, eventSid: null },
    ]);
    const { status } = await ask(emulator, 'POST', '/log', { lines: [{ level: 'loud', message: '' }] });
    expect(status).toBe(400);
  });
});

describe('lists and details', () => {
  test('the workspace: queues, workers and their load, and why the longest task waits', async () => {
    const emulator = await start();
    const { workspaceSid, taskQueues } = emulator.seed(centre());
    emulator.createTask({ attributes: { type: 'hard' } });
    emulator.createTask({ attributes: { type: 'easy' } });
    const { body } = await ask(emulator, 'GET', '/workspaces');
    const [workspace] = body.workspaces;
    expect(workspace.headline.text).toMatch(/^1 waiting, longest in Experts: Bob is in the activity Offline/);
    expect(workspace.queues[0]).toMatchObject({
      sid: taskQueues.Experts,
      counts: { pending: 1 },
      available: 0,
    });
    const ada = workspace.workers.find((one: { name: string }) => one.name === 'Ada');
    expect(ada.reservations).toHaveLength(1);
    expect(ada.channels.find((one: { uniqueName: string }) => one.uniqueName === 'default').consumed).toBe(1);
    expect((await ask(emulator, 'GET', `/workspaces/${workspaceSid}`)).body).toEqual(workspace);
    expect((await ask(emulator, 'GET', '/workspaces/WS0')).status).toBe(404);
  });

  test('a task with its journey, reservations, callbacks and deadlines', async () => {
    const { emulator, taskSid } = await served();
    const { body } = await ask(emulator, 'GET', `/tasks/${taskSid}`);
    expect(body).toMatchObject({ status: 'assigned', inEngine: true, deliveries: 1 });
    const texts = body.steps.map(({ text }: { text: string }) => text);
    expect(texts).toContain('reserved for Ada');
    expect(texts).toContain('accepted by Ada');
    const reserved = body.steps.find(({ type }: { type: string }) => type === 'reservation.created');
    expect(reserved.deadline).toBe(reserved.at + 120_000);
    expect(body.callbacks).toHaveLength(1);
    expect((await ask(emulator, 'GET', '/tasks/WT0')).status).toBe(404);
  });

  test('the feed keeps the journey of a task that the engine has forgotten, and why it was there', async () => {
    const { emulator, taskSid } = await served();
    const { steps } = (await ask(emulator, 'GET', `/tasks/${taskSid}`)).body;
    await ask(emulator, 'POST', `/tasks/${taskSid}`, { status: 'completed', reason: 'done' });
    await emulator.advance('6m');
    const { body } = await ask(emulator, 'GET', `/tasks/${taskSid}`);
    expect(body).toMatchObject({ inEngine: false, status: 'completed', reason: 'done' });
    expect(body.steps.slice(0, steps.length)).toEqual(steps);
    const last = await ask(emulator, 'GET', `/tasks/${taskSid}/explain`);
    expect(last.body).toMatchObject({ source: 'kept', taskSid });
  });

  test('the explanation at a moment is the one of that moment', async () => {
    const emulator = await start();
    const { workers } = emulator.seed(centre());
    const task = emulator.createTask({ attributes: { type: 'hard' } });
    const then = emulator.now();
    await emulator.advance('10s');
    await ask(emulator, 'POST', `/workers/${workers.Bob}`, { activity: 'Available' });
    const now = (await ask(emulator, 'GET', `/tasks/${task.sid}/explain`)).body;
    expect(now).toMatchObject({ source: 'now', assignmentStatus: 'reserved' });
    const before = (await ask(emulator, 'GET', `/tasks/${task.sid}/explain?at=${then + 5_000}`)).body;
    expect(before).toMatchObject({ source: 'kept', assignmentStatus: 'pending', at: then });
    expect((await ask(emulator, 'GET', `/tasks/${task.sid}/explain?at=${then - 1}`)).status).toBe(404);
    expect((await ask(emulator, 'GET', `/tasks/${task.sid}/explain?at=x`)).status).toBe(400);
  });

  test('pages have all tasks once, newest change first, and filters', async () => {
    const emulator = await start();
    emulator.seed(centre());
    for (let number = 0; number < 25; number += 1)
      emulator.createTask({ attributes: { type: 'hard', number } });
    const seen: string[] = [];
    let before = '';
    for (;;) {
      const { body } = await ask(emulator, 'GET', `/tasks?limit=10${before}`);
      seen.push(...body.tasks.map(({ sid }: { sid: string }) => sid));
      if (body.next === null) break;
      before = `&before=${body.next}`;
    }
    expect([seen.length, new Set(seen).size]).toEqual([25, 25]);
    const found = (await ask(emulator, 'GET', '/tasks?search=%22number%22:7')).body.tasks;
    expect(found).toHaveLength(1);
    expect((await ask(emulator, 'GET', '/tasks?status=assigned,reserved')).body.tasks).toEqual([]);
    expect((await ask(emulator, 'GET', '/tasks?limt=1')).body.message).toContain('Did you mean limit?');
    expect((await ask(emulator, 'GET', '/tasks?limit=1001')).status).toBe(400);
  });
});

describe('deliveries', () => {
  test('handler, verdict and duration come from our endpoint, and the signature was accepted', async () => {
    const { emulator, taskSid } = await served();
    const [summary] = (await ask(emulator, 'GET', `/deliveries?task=${taskSid}`)).body.deliveries;
    expect(summary).toMatchObject({
      handler: { value: 'take calls', why: null },
      verdict: { value: 'ran', why: null },
      instruction: 'accept',
      signature: 'accepted',
      warning: null,
    });
    const { body } = await ask(emulator, 'GET', `/deliveries/${summary.id}`);
    expect(body.taskAttributes).toEqual({ ok: true, value: { type: 'call' } });
    expect(body.timings.endpointMs).toBeGreaterThanOrEqual(0);
    expect(body.signatureVerdict.text).toContain('The endpoint accepted it');
    expect(JSON.stringify(body)).not.toContain(authToken);
    expect((await ask(emulator, 'GET', '/deliveries/99')).status).toBe(404);
    expect((await ask(emulator, 'GET', '/deliveries/x')).status).toBe(404);
  });

  test('an endpoint with another token refuses, and the words say what to do; Twilio would warn', async () => {
    const emulator = await start({ authToken });
    emulator.seed(centre(await endpoint({ authToken: 'f'.repeat(32) })));
    emulator.createTask();
    await emulator.quiet();
    const [summary] = (await ask(emulator, 'GET', '/deliveries?limit=1')).body.deliveries;
    expect(summary).toMatchObject({
      status: 403,
      signature: 'refused',
      warning: { code: 11217, level: 'error' },
    });
    const { body } = await ask(emulator, 'GET', `/deliveries/${summary.id}`);
    expect(body.signatureVerdict.text).toMatch(/refused.*Auth Token/s);
    expect(body.debugger[0]).toMatchObject({ code: 11217, deliveryId: summary.id });
  });

  test('in production the endpoint says nothing, and the dash has its reason', async () => {
    const emulator = await start({ authToken });
    emulator.seed(centre(await endpoint({ explainMismatch: false })));
    emulator.createTask();
    await emulator.quiet();
    const [summary] = (await ask(emulator, 'GET', '/deliveries?limit=1')).body.deliveries;
    expect(summary.handler.value).toBeNull();
    expect(summary.handler.why).toContain('Server-Timing');
  });

  test('a replay runs the handler again under a new key, or gets the stored answer; nothing is acted on', async () => {
    const { emulator, taskSid } = await served();
    const before = JSON.stringify([...emulator.workspaces.values()][0]!.reservationsOfTask(taskSid).length);
    await emulator.advance('30s');
    const again = await ask(emulator, 'POST', '/deliveries/1/replay', {});
    expect(again.status).toBe(201);
    expect(again.body).toMatchObject({
      via: 'replay',
      replayOf: 1,
      verdict: { value: 'ran' },
      signature: 'accepted',
      instruction: 'accept',
    });
    expect(Number(again.body.parameters.Timestamp)).toBe(Math.floor(emulator.now() / 1_000));
    const same = await ask(emulator, 'POST', '/deliveries/1/replay', { newKey: false });
    expect(same.body.verdict.value).toBe('replayed');
    expect((await ask(emulator, 'GET', '/deliveries/1')).body.replays).toEqual([2, 3]);
    expect(JSON.stringify([...emulator.workspaces.values()][0]!.reservationsOfTask(taskSid).length)).toBe(
      before,
    );
    expect((await ask(emulator, 'POST', '/deliveries/77/replay')).status).toBe(404);
    expect((await ask(emulator, 'POST', '/deliveries/1/replay', { newkey: true })).status).toBe(400);
  });
});

describe('what if', () => {
  test('another attribute, another worker: filter, queue and worker, and the running one stays as it is', async () => {
    const emulator = await start();
    const { workers } = emulator.seed(centre());
    const task = emulator.createTask({ attributes: { type: 'hard' } });
    const before = JSON.stringify(await emulator.snapshot());
    const easy = (
      await ask(emulator, 'POST', '/what-if', { task: { sid: task.sid, attributes: { type: 'easy' } } })
    ).body;
    expect(easy).toMatchObject({
      how: 'updated',
      before: { filter: 'Hard', queue: { name: 'Experts' }, workers: [] },
      after: { filter: 'default filter', queue: { name: 'Everyone' }, workers: [{ name: 'Ada' }] },
    });
    expect(easy.changes).toContain('queue: Experts -> Everyone');
    const bob = (
      await ask(emulator, 'POST', '/what-if', {
        task: { sid: task.sid },
        workers: [{ worker: 'Bob', activity: 'Available' }],
      })
    ).body;
    expect(bob.after).toMatchObject({ status: 'reserved', workers: [{ sid: workers.Bob, name: 'Bob' }] });
    const alone = (
      await ask(emulator, 'POST', '/what-if', { workers: [{ worker: 'Bob', activity: 'Available' }] })
    ).body;
    expect(alone.others).toEqual([
      { taskSid: task.sid, before: 'pending in Experts', after: 'reserved in Experts for Bob' },
    ]);
    const later = (await ask(emulator, 'POST', '/what-if', { task: { sid: task.sid }, after: '2m' })).body;
    expect(later.after).toMatchObject({ status: 'canceled', workers: [] });
    expect(later.changes).toContain('status: pending -> canceled');
    expect(JSON.stringify(await emulator.snapshot())).toBe(before);
  });

  test('a task that is with a worker is asked about as if it came again, and so is one that has ended', async () => {
    const { emulator, taskSid } = await served();
    const asked = { task: { sid: taskSid, attributes: { type: 'hard' } } };
    const taken = (await ask(emulator, 'POST', '/what-if', asked)).body;
    expect(taken).toMatchObject({ how: 'made again', after: { queue: { name: 'Experts' } } });
    await ask(emulator, 'POST', `/tasks/${taskSid}`, { status: 'completed' });
    await emulator.advance('10m');
    const ended = (await ask(emulator, 'POST', '/what-if', { task: { sid: taskSid } })).body;
    expect(ended).toMatchObject({ how: 'made again', after: { workers: [{ name: 'Ada' }] } });
  });

  test.each([
    [{}, 400],
    [{ task: { sid: 'WT0' } }, 404],
    [{ workers: [{ worker: 'Adda', activity: 'Available' }] }, 400],
    [{ task: { attributes: [] } }, 400],
    [{ tsk: {} }, 400],
    [{ task: {}, after: '99999d' }, 400],
  ])('%j is refused with %i', async (question, status) => {
    const emulator = await start();
    emulator.seed(centre());
    expect((await ask(emulator, 'POST', '/what-if', question)).status).toBe(status);
  });
});

describe('expressions', () => {
  test('run against a chosen task and worker, with the reasons; what cannot be read says where', async () => {
    const emulator = await start();
    emulator.seed(centre());
    const task = emulator.createTask({ attributes: { type: 'hard', level: 2 } });
    const right = (
      await ask(emulator, 'POST', '/evaluate', {
        kind: 'target',
        expression: 'worker.level >= task.level',
        task: task.sid,
        worker: 'Bob',
      })
    ).body;
    expect(right).toMatchObject({ ok: true, result: true });
    const wrong = (
      await ask(emulator, 'POST', '/evaluate', {
        kind: 'queue',
        expression: 'level > 4',
        worker: { level: 3 },
      })
    ).body;
    expect(wrong).toMatchObject({ ok: true, result: false, reasons: [{ result: false }] });
    const bad = (await ask(emulator, 'POST', '/evaluate', { kind: 'filter', expression: 'a ==' })).body;
    expect(bad).toMatchObject({ ok: false, result: null });
    expect(bad.error.line).toBe(1);
    expect((await ask(emulator, 'POST', '/evaluate', { kind: 'filter' })).status).toBe(400);
  });
});

describe('actions', () => {
  test('act as the worker: reject to another activity, accept, wrap up and complete', async () => {
    const emulator = await start();
    const { workers, workspaceSid } = emulator.seed(centre());
    const view = emulator.workspaces.get(workspaceSid)!;
    const made = await ask(emulator, 'POST', '/tasks', { attributes: { type: 'easy' } });
    expect(made).toMatchObject({ status: 201, body: { workflow: 'Help', taskChannel: 'default' } });
    const [first] = view.reservationsOfTask(made.body.sid);
    const rejected = await ask(emulator, 'POST', `/reservations/${first!.sid}`, {
      action: 'reject',
      activity: 'Unavailable',
    });
    expect(rejected.body.status).toBe('rejected');
    await ask(emulator, 'POST', `/workers/${workers.Ada}`, { activity: 'Available' });
    const second = view.reservationsOfTask(made.body.sid).at(-1)!;
    const path = `/reservations/${second.sid}`;
    expect((await ask(emulator, 'POST', path, { action: 'accept' })).body.status).toBe('accepted');
    expect((await ask(emulator, 'POST', path, { action: 'wrap up' })).body.status).toBe('wrapping');
    expect((await ask(emulator, 'POST', path, { action: 'complete' })).body.status).toBe('completed');
    expect((await ask(emulator, 'POST', path, { action: 'accept' })).status).toBe(400);
    expect((await ask(emulator, 'POST', path, { action: 'acept' })).body.message).toContain('accept');
    const changed = await ask(emulator, 'POST', `/workers/${workers.Ada}`, { activity: 'Availabel' });
    expect(changed.body.message).toContain('Did you mean "Available"?');
  });

  test('the clock and the faults', async () => {
    const emulator = await start();
    expect((await ask(emulator, 'POST', '/clock', { advance: '10s' })).status).toBe(200);
    expect((await ask(emulator, 'POST', '/faults', { drop: 2 })).body).toEqual({ drop: 2 });
    expect((await ask(emulator, 'GET', '/info')).body.faults).toEqual({ drop: 2 });
    expect((await ask(emulator, 'DELETE', '/faults')).body).toEqual({});
  });
});

test('data is data: markup and control characters come back as JSON, escaped for terminals', async () => {
  const emulator = await start();
  const name = '<img src=x onerror=alert(1)>\u009b2J\u2028';
  emulator.seed({ ...centre(), workers: { [name]: { activity: 'Available', attributes: {} } } });
  const task = emulator.createTask({ attributes: { type: '</script>\u0007', long: 'x'.repeat(4_000) } });
  const response = await fetch(`${emulator.url}/_emulator/tasks/${task.sid}`);
  expect(response.headers.get('content-type')).toContain('application/json');
  const text = await response.text();
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
  expect(text).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028]/);
  expect(JSON.parse(text).workers[0].name).toBe(name);
});
