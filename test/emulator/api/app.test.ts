import { request as httpRequest } from 'node:http';
import { createEmulator, type Emulator } from 'taskrouter-kit/emulator';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

let emulator: Emulator;
let authorization: string;
let workspaceSid: string;
let workers: { readonly Ann: string; readonly Bob: string };

beforeEach(async () => {
  emulator = await createEmulator({ clock: 'virtual' });
  authorization = `Basic ${Buffer.from(`${emulator.accountSid}:${emulator.authToken}`).toString('base64')}`;
  const seeded = emulator.seed({
    workers: { Ann: { activity: 'Available', attributes: { level: 2 } }, Bob: { attributes: { level: 1 } } },
    taskQueues: { One: { targetWorkers: 'level > 1' }, Two: { targetWorkers: 'level <= 1' } },
    workflows: { W: { defaultQueue: 'Two' } },
  });
  workspaceSid = seeded.workspaceSid;
  workers = seeded.workers;
});
afterEach(() => emulator.close());

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Readonly<Record<string, unknown>>;
}

async function send(
  method: string,
  path: string,
  body?: string | URLSearchParams,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(new URL(path, `${emulator.url}/`), {
    method,
    body: body ?? null,
    headers: { authorization, ...headers },
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === '' ? {} : JSON.parse(text) };
}
const at = (path = '') => `/v1/Workspaces/${workspaceSid}${path}`;
const get = (path: string) => send('GET', path);
const post = (path: string, form: Record<string, string>, headers?: Record<string, string>) =>
  send('POST', path, new URLSearchParams(form), headers);
const names = ({ body }: Answer, key: string) =>
  (body[key] as { friendly_name: string }[]).map(({ friendly_name }) => friendly_name);

describe('a request that is none', () => {
  it.each([
    ['no credentials', ''],
    ['another scheme', 'Bearer x'],
    ['no base64', 'Basic %%%'],
    ['a wrong token', `Basic ${Buffer.from('AC:x').toString('base64')}`],
  ])('with %s gets 401 and 20003', async (_what, value) => {
    const answer = await send('GET', at(), undefined, { authorization: value });
    expect(answer).toMatchObject({ status: 401, body: { code: 20003, status: 401 } });
    expect(answer.headers.get('www-authenticate')).toMatch(/^Basic/);
  });

  it('for an unknown path or resource gets 404 and 20404, naming it', async () => {
    expect(await get('/v1/Nothing')).toMatchObject({ status: 404, body: { code: 20404 } });
    const missing = await get(at('/Tasks/WT1'));
    expect(missing.body.message).toBe(
      `The requested resource /Workspaces/${workspaceSid}/Tasks/WT1 was not found`,
    );
    expect((await get(at('/tasks'))).status).toBe(404);
  });

  it('of another method gets 405 and 20004', async () => {
    expect(await send('PUT', at())).toMatchObject({ status: 405, body: { code: 20004 } });
    expect((await send('POST', at('/TaskQueues/Statistics'))).status).toBe(405);
  });

  it('that cannot be read gets 400', async () => {
    expect((await get(at('/Workers/%'))).status).toBe(400);
    const json = { 'content-type': 'application/json' };
    expect((await send('POST', at('/TaskQueues/RealTimeStatistics'), '{"queueSids":', json)).status).toBe(
      400,
    );
    expect((await send('POST', at('/TaskQueues/RealTimeStatistics'), '{"queueSids":[]}', json)).status).toBe(
      400,
    );
    expect((await send('POST', at('/TaskQueues/RealTimeStatistics'), '{}', json)).status).toBe(400);
  });

  it('in JSON is a form without parameters, but for the one operation that takes JSON', async () => {
    const json = { 'content-type': 'application/json' };
    const answer = await send('POST', at('/Activities'), '{"FriendlyName":"Lunch"}', json);
    expect(answer).toMatchObject({ status: 400, body: { code: 20001 } });
    const queueSids = [...emulator.workspaces.get(workspaceSid)!.taskQueues.keys()];
    const bulk = await send(
      'POST',
      at('/TaskQueues/RealTimeStatistics'),
      JSON.stringify({ queueSids }),
      json,
    );
    expect(bulk).toMatchObject({ status: 200, body: { task_queue_response_count: 2 } });
  });

  it('with a path in another case, or a method such as OPTIONS, is none of Twilio’s; HEAD is GET', async () => {
    expect((await get(`/v1/workspaces/${workspaceSid}`)).status).toBe(404);
    expect((await get(`/V1/Workspaces/${workspaceSid}`)).status).toBe(404);
    expect((await get(`/v1/Workspaces/${workspaceSid.toLowerCase()}`)).status).toBe(404);
    expect((await send('OPTIONS', at('/Tasks'))).status).toBe(405);
    const task = emulator.createTask();
    const head = await send('HEAD', at(`/Tasks/${task.sid}`));
    expect([head.status, head.headers.get('etag'), head.body]).toEqual([200, '0', {}]);
    expect((await send('HEAD', at('/Tasks/WT1'))).status).toBe(404);
  });

  it('with bad parameters names each of them', async () => {
    const { status, body } = await post(at('/Tasks'), {
      Priority: 'high',
      VirtualStartTime: 'now',
      WorkflowSid: 'W',
    });
    expect(status).toBe(400);
    for (const name of ['Priority', 'VirtualStartTime', 'WorkflowSid']) expect(body.message).toContain(name);
    expect((await post(at('/Workers'), {})).body.message).toBe(
      'Missing required parameter FriendlyName in the post body',
    );
  });
});

describe('a parameter', () => {
  it('of zero or false is not taken for an absent one', async () => {
    const channel = at(`/Workers/${workers.Ann}/Channels/default`);
    const changed = await post(channel, { Capacity: '0', Available: 'false' });
    expect(changed.body).toMatchObject({ configured_capacity: 0, available: false });
    const version = '0';
    expect(
      (await post(at(`/Workers/${workers.Bob}`), { Attributes: '{}' }, { 'if-match': version })).status,
    ).toBe(200);
    expect(
      (await post(at(`/Workers/${workers.Bob}`), { Attributes: '{}' }, { 'if-match': version })).status,
    ).toBe(412);
  });

  it('is read as Twilio reads it: names by case, booleans by 1 and yes, words in any case', async () => {
    expect((await post(at('/Activities'), { FriendlyName: 'A', Available: 'yes' })).body.available).toBe(
      true,
    );
    expect((await post(at('/Activities'), { FriendlyName: 'B', available: 'yes' })).body.available).toBe(
      false,
    );
    expect((await post(at('/TaskQueues'), { FriendlyName: 'Q', TaskOrder: 'lifo' })).body.task_order).toBe(
      'LIFO',
    );
  });

  it('that is a date without a zone is in UTC, however it is written', async () => {
    for (const time of [
      '2026-01-02T03:04:05Z',
      '2026-01-02T03:04:05',
      '2026-01-02 03:04:05',
      '2026-01-02T05:04:05+02:00',
    ]) {
      const made = await post(at('/Tasks'), { VirtualStartTime: time });
      expect(made.body.virtual_start_time, time).toBe('2026-01-02T03:04:05Z');
    }
    for (const time of ['2026-02-30', '2026-01-02T25:00:00Z', '1767323045', '1899-12-31T23:59:59Z', '']) {
      const made = await post(at('/Tasks'), { VirtualStartTime: time });
      expect(made.status, time).toBe(time === '' ? 201 : 400);
    }
  });

  it('that is given twice, or is out of its range, is refused', async () => {
    const twice = await send('POST', at('/Activities'), new URLSearchParams('FriendlyName=A&FriendlyName=B'));
    expect(twice.status).toBe(400);
    const faults: [string, Record<string, string>][] = [
      ['/Tasks', { Timeout: '0' }],
      ['/Tasks', { Timeout: '1209601' }],
      ['/Tasks', { Priority: '-1' }],
      ['/Tasks', { Priority: '2147483648' }],
      ['/Tasks', { Priority: '1.5' }],
      ['/Tasks', { Attributes: '[]' }],
      ['/Tasks', { Attributes: `{"a":"${'x'.repeat(4_089)}"}` }],
      ['/Tasks', { TaskChannel: 'fax' }],
      ['/Tasks', { RoutingTarget: 'WT00000000000000000000000000000000' }],
      ['/Tasks', { VirtualStartTime: '2999-01-01T00:00:00Z' }],
      ['/Workers', { FriendlyName: 'x'.repeat(65) }],
      ['/Workers', { FriendlyName: 'ann' }],
      ['/Workers', { FriendlyName: 'Cy', Attributes: '{"a":' }],
      ['/TaskQueues', { FriendlyName: 'Q', MaxReservedWorkers: '51' }],
      ['/TaskQueues', { FriendlyName: 'Q', TargetWorkers: 'skill-level > 3' }],
      ['/TaskQueues', { FriendlyName: 'Q', TaskOrder: 'FILO' }],
      ['/TaskChannels', { FriendlyName: 'F', UniqueName: '1fax' }],
      ['/TaskChannels', { FriendlyName: 'F', UniqueName: 'voice' }],
      ['/Workflows', { FriendlyName: 'W', Configuration: '{}' }],
      [
        '/Workflows',
        { FriendlyName: 'W', Configuration: '{"task_routing":{}}', TaskReservationTimeout: '1' },
      ],
      [`/Workers/${workers.Ann}/Channels/voice`, { Capacity: '-1' }],
    ];
    for (const [path, form] of faults) {
      const answer = await post(at(path), form);
      expect([answer.status, answer.body.code], JSON.stringify(form)).toEqual([400, 20001]);
    }
    expect((await post(at('/Tasks'), { Attributes: `{"a":"${'é'.repeat(4_088)}"}` })).status).toBe(201);
  });

  it('clears a URL when it is empty', async () => {
    await post(at(), { EventCallbackUrl: 'http://127.0.0.1:1/', EventsFilter: 'task.created' });
    expect((await get(at())).body.event_callback_url).toBe('http://127.0.0.1:1/');
    expect((await post(at(), { EventCallbackUrl: '' })).body.event_callback_url).toBeNull();
  });
});

describe('a page', () => {
  it('has URLs under the host that was called, filters included', async () => {
    const { port } = new URL(emulator.url);
    const body = await new Promise<string>((resolve, reject) => {
      const path = `${at('/Workers')}?PageSize=1&TargetWorkersExpression=level%20%3E%200`;
      const headers = { authorization, host: 'taskrouter.example:81' };
      httpRequest({ host: '127.0.0.1', port, path, headers }, async (response) => {
        let text = '';
        for await (const chunk of response) text += chunk;
        resolve(text);
      })
        .on('error', reject)
        .end();
    });
    const { meta, workers: shown } = JSON.parse(body);
    const next = new URL(meta.next_page_url);
    expect(next.host).toBe('taskrouter.example:81');
    expect(next.searchParams.get('TargetWorkersExpression')).toBe('level > 0');
    expect(next.searchParams.get('PageToken')).toMatch(new RegExp(`^PA${workers.Ann}`));
    expect(shown[0].url).toMatch(/^http:\/\/taskrouter\.example:81\/v1\/Workspaces\//);
  });

  it('goes on where it was when the item it stands on has gone', async () => {
    const first = await get(`${at('/Workers')}?PageSize=1`);
    const next = String((first.body.meta as Record<string, unknown>).next_page_url);
    await emulator.advance('1s');
    await post(at('/Workers'), { FriendlyName: 'Cid' });
    expect((await send('DELETE', at(`/Workers/${workers.Ann}`))).status).toBe(204);
    expect(names(await get(next), 'workers')).toEqual(['Bob']);
  });

  it('asked for by number is refused with 40153, and its first page is not', async () => {
    expect(await get(`${at('/Workers')}?Page=1`)).toMatchObject({ status: 400, body: { code: 40153 } });
    expect((await get(`${at('/Workers')}?Page=0&PageSize=50`)).status).toBe(200);
    expect((await get(`${at('/Workers')}?PageSize=1001`)).status).toBe(400);
    expect((await get(`${at('/Workers')}?PageToken=PA1`)).status).toBe(400);
  });
});

describe('a list', () => {
  it('of workers is filtered by activity, name, queue and expression', async () => {
    const by = async (query: string) => names(await get(`${at('/Workers')}?${query}`), 'workers');
    expect(await by('ActivityName=Available')).toEqual(['Ann']);
    expect(await by('Available=false')).toEqual(['Bob']);
    expect(await by('TaskQueueName=Two')).toEqual(['Bob']);
    expect(await by("TargetWorkersExpression=activity_name%20==%20'Offline'")).toEqual(['Bob']);
    expect((await get(`${at('/Workers')}?TargetWorkersExpression=skill-level%20>%203`)).body).toMatchObject({
      code: 20001,
    });
    await post(at(`/Workers/${workers.Bob}`), {
      ActivitySid: String((await get(at())).body.timeout_activity_sid),
    });
    expect(await by('Ordering=DateStatusChanged:desc')).toHaveLength(2);
    expect((await get(`${at('/Workers')}?Ordering=Shoes`)).status).toBe(400);
  });

  it('of queues is filtered by the attributes a worker would have, numbers in strings included', async () => {
    const query = `EvaluateWorkerAttributes=${encodeURIComponent('{"level":"6"}')}`;
    expect(names(await get(`${at('/TaskQueues')}?${query}`), 'task_queues')).toEqual(['One']);
    expect(names(await get(`${at('/TaskQueues')}?WorkerSid=${workers.Bob}`), 'task_queues')).toEqual(['Two']);
  });

  it('of events is of the last 15 minutes, filtered; an event can be read for 30 days', async () => {
    const task = emulator.createTask();
    await emulator.advance('16m');
    const other = emulator.createTask({ taskChannel: 'voice' });
    const types = async (query: string) =>
      ((await get(`${at('/Events')}?${query}`)).body.events as { event_type: string }[]).map(
        ({ event_type }) => event_type,
      );
    const [view] = emulator.workspaces.values();
    const [workflow] = view!.workflows.values();
    const all = ['workflow.entered', 'task-queue.entered', 'task.created', 'workflow.target-matched'];
    expect(await types(`TaskSid=${other.sid}`)).toEqual(all);
    expect(await types(`TaskSid=${task.sid}`)).toEqual([]);
    expect(await types(`TaskSid=${task.sid}&Minutes=17`)).toEqual(all);
    expect(await types('EventType=task.created')).toEqual(['task.created']);
    expect(await types(`WorkflowSid=${workflow!.sid}`)).toEqual(all);
    expect(await types(`TaskQueueSid=${other.taskQueueSid}`)).toEqual(['task-queue.entered']);
    expect(await types('TaskChannel=voice')).toEqual(all);
    expect(await types('TaskChannel=sms')).toEqual([]);
    expect(await types(`WorkerSid=${workers.Ann}&Minutes=17`)).toEqual(['worker.created']);
    const [event] = (await get(`${at('/Events')}?EventType=task.created`)).body.events as { sid: string }[];
    expect(await types(`Sid=${event!.sid}`)).toEqual(['task.created']);
    expect((await get(at(`/Events/${event!.sid}`))).status).toBe(200);
    const old = new Date(emulator.now() - 31 * 86_400_000).toISOString();
    expect((await get(`${at('/Events')}?StartDate=${old}`)).status).toBe(400);
    await emulator.advance('31d');
    expect((await get(at(`/Events/${event!.sid}`))).status).toBe(404);
  });

  it('of tasks is filtered and ordered', async () => {
    const made = [1, 5, 3].map((priority) =>
      emulator.createTask({ priority, attributes: { kind: `k${priority}` } }),
    );
    const by = async (query: string) =>
      ((await get(`${at('/Tasks')}?${query}`)).body.tasks as { priority: number }[]).map(
        ({ priority }) => priority,
      );
    expect(await by('Ordering=Priority:desc')).toEqual([5, 3, 1]);
    expect(await by("EvaluateTaskAttributes=kind%20==%20'k5'")).toEqual([5]);
    expect(await by('AssignmentStatus=reserved,canceled')).toEqual([]);
    expect(await by('AssignmentStatus=pending&AssignmentStatus=canceled')).toEqual([1, 5, 3]);
    expect(await by('HasAddons=true')).toEqual([]);
    expect((await get(`${at('/Tasks')}?Ordering=DateCreated:asc,VirtualStartTime:asc`)).status).toBe(400);
    expect(made).toHaveLength(3);
  });
});

describe('a task’s life by REST', () => {
  it('refuses the steps that TaskRouter refuses, in its words', async () => {
    const task = emulator.createTask();
    const path = at(`/Tasks/${task.sid}`);
    const wrap = await post(path, { AssignmentStatus: 'wrapping' });
    expect(wrap).toMatchObject({ status: 400, body: { code: 20001 } });
    expect(wrap.body.message).toMatch(/^Cannot wrap up a task/);
    expect((await post(path, { AssignmentStatus: 'reserved' })).status).toBe(400);
    expect((await post(path, { AssignmentStatus: 'canceled', Reason: 'no' })).body.reason).toBe('no');
    await emulator.advance('5m');
    expect((await get(path)).status).toBe(404);
  });

  it('gives a reservation under the wrong task or worker no answer but 404', async () => {
    const available = [...emulator.workspaces.get(workspaceSid)!.activities.values()].find(
      (one) => one.available,
    )!;
    await post(at(`/Workers/${workers.Bob}`), { ActivitySid: available.sid });
    const task = emulator.createTask();
    const other = emulator.createTask();
    const [reservation] = emulator.workspaces.get(workspaceSid)!.reservationsOfTask(task.sid);
    expect((await get(at(`/Tasks/${task.sid}/Reservations/${reservation!.sid}`))).status).toBe(200);
    expect((await get(at(`/Tasks/${other.sid}/Reservations/${reservation!.sid}`))).status).toBe(404);
    expect((await get(at(`/Workers/${workers.Ann}/Reservations/${reservation!.sid}`))).status).toBe(404);
    const both = { ReservationStatus: 'accepted', Instruction: 'accept' };
    expect((await post(at(`/Tasks/${task.sid}/Reservations/${reservation!.sid}`), both)).status).toBe(400);
    expect((await post(at(`/Tasks/${task.sid}/Reservations/${reservation!.sid}`), {})).status).toBe(400);
  });
});

describe('statistics', () => {
  it('count what happened in the window, split by waiting time', async () => {
    const task = emulator.createTask();
    await emulator.advance('8s');
    await post(at(`/Tasks/${task.sid}`), { AssignmentStatus: 'canceled', Reason: 'x' });
    const counted = await get(`${at('/CumulativeStatistics')}?SplitByWaitTime=5,10`);
    expect(counted.body).toMatchObject({
      tasks_created: 1,
      tasks_canceled: 1,
      wait_duration_until_canceled: { avg: 8, min: 8, max: 8, total: 8 },
      split_by_wait_time: {
        5: { above: { tasks_canceled: 1 }, below: { tasks_canceled: 0 } },
        10: { above: { tasks_canceled: 0 }, below: { tasks_canceled: 1 } },
      },
    });
    await emulator.advance('16m');
    expect((await get(at('/CumulativeStatistics'))).body).toMatchObject({
      tasks_created: 0,
      tasks_canceled: 0,
    });
    expect((await get(`${at('/CumulativeStatistics')}?Minutes=60`)).body).toMatchObject({ tasks_created: 1 });
    expect(await get(`${at('/Statistics')}?StartDate=2001-01-01T00:00:00Z`)).toMatchObject({
      status: 400,
      body: { code: 14241 },
    });
  });

  it('of a window that has passed know who was in which activity then', async () => {
    const from = new Date(emulator.now());
    await emulator.advance('60s');
    const to = new Date(emulator.now());
    await emulator.advance('10s');
    const offline = [...emulator.workspaces.get(workspaceSid)!.activities.values()][0]!;
    await post(at(`/Workers/${workers.Ann}`), { ActivitySid: offline.sid });
    await emulator.advance('10s');
    const window = `StartDate=${from.toISOString()}&EndDate=${to.toISOString()}`;
    const { body } = await get(`${at(`/Workers/${workers.Ann}/Statistics`)}?${window}`);
    expect((body.cumulative as { activity_durations: object[] }).activity_durations).toEqual(
      ['Offline', 'Available', 'Unavailable'].map((friendly_name) =>
        expect.objectContaining({ friendly_name, total: friendly_name === 'Available' ? 60 : 0 }),
      ),
    );
  });

  it('of workers are of those who fit every filter', async () => {
    const [one] = emulator.workspaces.get(workspaceSid)!.taskQueues.values();
    const total = async (query: string) =>
      ((await get(`${at('/Workers/Statistics')}?${query}`)).body.realtime as { total_workers: number })
        .total_workers;
    expect(await total('')).toBe(2);
    expect(await total(`TaskQueueSid=${one!.sid}`)).toBe(1);
    expect(await total('TaskQueueName=Two&FriendlyName=Ann')).toBe(0);
    expect(await total(`TaskQueueSid=${one!.sid}&TaskQueueName=Two`)).toBe(0);
  });

  it('say how long workers were in each activity', async () => {
    await emulator.advance('60s');
    const { body } = await get(at(`/Workers/${workers.Ann}/Statistics`));
    const { activity_durations } = body.cumulative as { activity_durations: object[] };
    expect(activity_durations).toContainEqual(
      expect.objectContaining({ friendly_name: 'Available', total: 60 }),
    );
  });
});
