import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { createEmulator } from 'taskrouter-kit/emulator';
import { describe, expect, test } from 'vitest';
import { start } from '../open.js';
import { at, authorization, emulator, get, post, useWorld, workers, workspaceSid } from './world.js';

/** What clients in use send and expect, beyond the pages' examples. */

useWorld();

const debuggerMessages = () => emulator.debugger().map(({ level, message }) => `${level}: ${message}`);

describe('a multipart body', () => {
  const multipart = async (path: string, body: FormData | string, headers: Record<string, string> = {}) => {
    const response = await fetch(emulator.url + path, {
      method: 'POST',
      body,
      headers: { authorization: authorization(), ...headers },
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  const formOf = (fields: readonly (readonly [string, string | Blob])[]) => {
    const form = new FormData();
    for (const [name, value] of fields) form.append(name, value);
    return form;
  };

  test('is a form: fields, text beyond ASCII, a file, a name that comes twice', async () => {
    const attributes = JSON.stringify({ name: 'Zoë', line: 'a\r\n--b' });
    const task = await multipart(
      at('/Tasks'),
      formOf([
        ['Attributes', new Blob([attributes])],
        ['Priority', '7'],
      ]),
    );
    expect([task.status, task.body.attributes, task.body.priority]).toEqual([201, attributes, 7]);
    const updated = await multipart(at(`/Tasks/${task.body.sid}`), formOf([['Priority', '8']]));
    expect(updated.body.priority).toBe(8);
    const twice = await multipart(
      at('/Activities'),
      formOf([
        ['FriendlyName', 'A'],
        ['FriendlyName', 'B'],
      ]),
    );
    expect(twice.status).toBe(400);
  });

  test('as the oldest Node client and curl write it', async () => {
    const boundary = '--------------------------012345678901234567890123';
    const part = `--${boundary}\r\nContent-Disposition: form-data; name="FriendlyName"\r\n\r\nLunch\r\n`;
    for (const end of [`--${boundary}--`, `--${boundary}--\r\n`]) {
      const made = await multipart(at('/Activities'), part + end, {
        'content-type': `multipart/form-data; boundary=${boundary}`,
      });
      expect([made.status, made.body.friendly_name]).toEqual([201, 'Lunch']);
    }
  });

  test.each([
    ['multipart/form-data', 'x'],
    ['multipart/form-data; boundary=b', '--c\r\n'],
    ['multipart/form-data; boundary=b', '--b\r\nContent-Disposition: form-data; name="Frien'],
  ])('that cannot be read is 400: %s', async (type, body) => {
    const answer = await multipart(at('/Activities'), body, { 'content-type': type });
    expect([answer.status, answer.body.code]).toEqual([400, 20001]);
  });

  test('has at most 1,000 fields and 4 MB', async () => {
    const many = formOf(Array.from({ length: 1_001 }, (_, index) => [`A${index}`, 'x'] as const));
    expect((await multipart(at('/Activities'), many)).status).toBe(400);
    const large = formOf([['FriendlyName', 'x'.repeat(4_300_000)]]);
    expect((await multipart(at('/Activities'), large)).status).toBe(413);
  });
});

describe('the answer to a change comes before routing goes on', () => {
  test('a new task is pending, and so is one whose new attributes find somebody', async () => {
    const { body: workflow } = await get(at('/Workflows'));
    const [one] = (await get(at('/TaskQueues'))).body.task_queues as { sid: string }[];
    const [{ sid }] = workflow.workflows as [{ sid: string }];
    const filters = [{ expression: "go == 'yes'", targets: [{ queue: one!.sid }] }];
    const two = [...emulator.workspaces.get(workspaceSid)!.taskQueues.keys()][1];
    const configuration = JSON.stringify({ task_routing: { filters, default_filter: { queue: two } } });
    await post(at(`/Workflows/${sid}`), { Configuration: configuration });
    const made = await post(at('/Tasks'), { Attributes: '{"go":"yes"}' });
    expect([made.body.assignment_status, made.headers.get('etag')]).toEqual(['pending', '0']);
    const path = at(`/Tasks/${made.body.sid}`);
    expect((await get(path)).body.assignment_status).toBe('reserved');
    await post(path, { AssignmentStatus: 'canceled', Reason: 'no' });

    const waiting = await post(at('/Tasks'), {});
    const changed = await post(at(`/Tasks/${waiting.body.sid}`), { Attributes: '{"go":"yes"}' });
    expect([changed.body.assignment_status, changed.headers.get('etag')]).toEqual(['pending', '2']);
    expect((await get(at(`/Tasks/${waiting.body.sid}`))).body.assignment_status).toBe('reserved');
  });

  test('a worker who is given a task at once is answered in the activity that was asked for', async () => {
    const single = emulator.seed({
      multiTaskEnabled: false,
      activities: { Busy: { available: false } },
      taskQueues: { Q: { reservationActivity: 'Busy' } },
      workflows: { W: { defaultQueue: 'Q' } },
      workers: { Cat: {} },
    });
    emulator.createTask({ workspaceSid: single.workspaceSid });
    const path = `/v1/Workspaces/${single.workspaceSid}/Workers/${single.workers.Cat}`;
    const { body } = await post(path, { ActivitySid: single.activities.Available! });
    expect(body.activity_name).toBe('Available');
    expect((await get(path)).body.activity_name).toBe('Busy');
  });
});

test('lists of events may be separated by blanks, commas or both', async () => {
  const attributes = JSON.stringify({ call_sid: `CA${'1'.repeat(32)}`, from: '+15005550010' });
  const [one] = emulator.workspaces.get(workspaceSid)!.taskQueues.keys();
  const { body: task } = await post(at('/Tasks'), { Attributes: attributes, RoutingTarget: one! });
  const [reservation] = emulator.workspaces.get(workspaceSid)!.reservationsOfTask(String(task.sid));
  const path = at(`/Tasks/${task.sid}/Reservations/${reservation!.sid}`);
  const update = { Instruction: 'conference', From: '+15005550006', To: 'client:ann' };
  const events = (list: string) => ({
    ...update,
    StatusCallback: 'http://127.0.0.1:9/',
    StatusCallbackEvent: list,
  });
  expect((await post(path, events('initiated nonsense'))).status).toBe(400);
  expect((await post(path, events(' initiated, ringing\tanswered  completed'))).status).toBe(200);
  expect((await get(at('/Tasks?AssignmentStatus=assigned%20reserved'))).body.tasks).toHaveLength(1);
});

test('the template EMPTY is NONE, and the debugger says so', async () => {
  for (const [template, queues] of [
    ['empty', 0],
    ['NONE', 0],
    ['FIFO', 1],
  ] as const) {
    const made = await post('/v1/Workspaces', { FriendlyName: 'W', Template: template });
    expect(made.status).toBe(201);
    expect(emulator.workspaces.get(String(made.body.sid))!.taskQueues.size).toBe(queues);
  }
  expect((await post('/v1/Workspaces', { FriendlyName: 'W', Template: 'FULL' })).status).toBe(400);
  expect(debuggerMessages()).toEqual([
    'warning: Template=EMPTY is not documented and is treated as NONE: write NONE',
  ]);
});

test('channels go by their unique names in any case of letters', async () => {
  const task = await post(at('/Tasks'), { TaskChannel: 'VOICE' });
  expect(task.body.task_channel_unique_name).toBe('voice');
  expect((await get(at('/TaskChannels/Chat'))).body.unique_name).toBe('chat');
  const channel = await post(at(`/Workers/${workers.Ann}/Channels/Sms`), { Capacity: '4' });
  expect(channel.body).toMatchObject({ task_channel_unique_name: 'sms', configured_capacity: 4 });
  expect((await get(at('/RealTimeStatistics?TaskChannel=Voice'))).body.total_tasks).toBe(1);
  const twin = await post(at('/TaskChannels'), { FriendlyName: 'Voice', UniqueName: 'Voice' });
  expect(twin.status).toBe(400);
});

describe('a proxy on this machine', () => {
  const urls = async (headers: Record<string, string>) => {
    const { port } = new URL(emulator.url);
    const answer = await new Promise<string>((resolve, reject) => {
      request(
        { host: '127.0.0.1', port, path: at(), headers: { authorization: authorization(), ...headers } },
        (response) => text(response).then(resolve, reject),
      )
        .on('error', reject)
        .end();
    });
    return JSON.parse(answer).links.tasks;
  };

  test('says by X-Forwarded-Proto that it was called by https', async () => {
    const host = 'taskrouter.example';
    const under = at('/Tasks');
    expect(await urls({ host, 'x-forwarded-proto': 'https' })).toBe(`https://${host}${under}`);
    expect(await urls({ host, 'x-forwarded-proto': 'HTTPS, http' })).toBe(`https://${host}${under}`);
    expect(await urls({ host, 'x-forwarded-proto': 'http, https' })).toBe(`http://${host}${under}`);
    expect(await urls({ host, 'x-forwarded-proto': 'gopher' })).toBe(`http://${host}${under}`);
    expect(await urls({ host })).toBe(`http://${host}${under}`);
  });
});

describe('API keys', () => {
  const sid = 'SK0123456789abcdef0123456789abcdef';
  const other = `SK${'f'.repeat(32)}`;
  const status = async (url: string, user: string, password: string) =>
    (
      await fetch(`${url}/v1/Workspaces`, {
        headers: { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` },
      })
    ).status;

  test('open the API with their own secrets, beside the token', async () => {
    const { url, accountSid, authToken } = await start({ apiKeys: { [sid]: 'a:b', [other]: 'c' } });
    expect(await status(url, sid, 'a:b')).toBe(200);
    expect(await status(url, other, 'c')).toBe(200);
    expect(await status(url, accountSid, authToken)).toBe(200);
    for (const [user, password] of [
      [sid, 'c'],
      [other, 'a:b'],
      [sid, authToken],
      [accountSid, 'c'],
      [sid, ''],
      [`${sid}:a`, 'b:'],
      ['', ''],
    ] as const) {
      expect(await status(url, user, password), `${user}:${password}`).toBe(401);
    }
  });

  test.each([
    { SK1: 'x' },
    { [sid]: '' },
    { [`AC${'0'.repeat(32)}`]: 'x' },
    { [sid]: undefined as unknown as string },
  ])('%j is no list of keys', async (apiKeys) => {
    await expect(createEmulator({ apiKeys })).rejects.toMatchObject({ code: 'bad-api-key' });
  });
});

describe('worker. before a name', () => {
  test('is the same in TargetWorkers, whatever changes later', async () => {
    const queue = async (expression: string) =>
      String(
        (await post(at('/TaskQueues'), { FriendlyName: expression, TargetWorkers: expression })).body.sid,
      );
    const named = await queue('worker.level > 1');
    const active = await queue("worker.activity_name == 'Available'");
    const loaded = await queue('worker.channel.voice.configured_capacity > 1');
    const inQueue = (sid: string) =>
      emulator.workspaces
        .get(workspaceSid)!
        .workersOfQueue(sid)
        .map(({ friendlyName }) => friendlyName);
    expect([named, active, loaded].map(inQueue)).toEqual([['Ann'], ['Ann'], []]);
    const [available] = [...emulator.workspaces.get(workspaceSid)!.activities.values()].filter(
      (activity) => activity.available,
    );
    await post(at(`/Workers/${workers.Bob}`), { ActivitySid: available!.sid });
    await post(at(`/Workers/${workers.Bob}/Channels/voice`), { Capacity: '3' });
    expect([named, active, loaded].map(inQueue)).toEqual([['Ann'], ['Ann', 'Bob'], ['Bob']]);
    const asked = encodeURIComponent('{"level":"5"}');
    const list = await get(at(`/TaskQueues?EvaluateWorkerAttributes=${asked}`));
    expect((list.body.task_queues as { sid: string }[]).map(({ sid }) => sid)).toContain(named);
  });
});
