import { describe, expect, test } from 'vitest';
import { at, emulator, get, post, send, useWorld, workers, workspaceSid } from './world.js';

useWorld();

describe('a request that is none', () => {
  test.each([
    ['no credentials', ''],
    ['another scheme', 'Bearer x'],
    ['no base64', 'Basic %%%'],
    ['a wrong token', `Basic ${Buffer.from('AC:x').toString('base64')}`],
  ])('with %s gets 401 and 20003', async (_what, value) => {
    const answer = await send('GET', at(), undefined, { authorization: value });
    expect(answer).toMatchObject({ status: 401, body: { code: 20003, status: 401 } });
    expect(answer.headers.get('www-authenticate')).toMatch(/^Basic/);
  });

  test('for an unknown path or resource gets 404 and 20404, naming it', async () => {
    expect(await get('/v1/Nothing')).toMatchObject({ status: 404, body: { code: 20404 } });
    const missing = await get(at('/Tasks/WT1'));
    expect(missing.body.message).toBe(
      `The requested resource /Workspaces/${workspaceSid}/Tasks/WT1 was not found`,
    );
    expect((await get(at('/tasks'))).status).toBe(404);
  });

  test('of another method gets 405 and 20004', async () => {
    expect(await send('PUT', at())).toMatchObject({ status: 405, body: { code: 20004 } });
    expect((await send('POST', at('/TaskQueues/Statistics'))).status).toBe(405);
  });

  test('that cannot be read gets 400', async () => {
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

  test('in JSON is a form without parameters, but for the one operation that takes JSON', async () => {
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

  test('with a path in another case, or a method such as OPTIONS, is none of Twilio’s; HEAD is GET', async () => {
    expect((await get(`/v1/workspaces/${workspaceSid}`)).status).toBe(404);
    expect((await get(`/V1/Workspaces/${workspaceSid}`)).status).toBe(404);
    expect((await get(`/v1/Workspaces/${workspaceSid.toLowerCase()}`)).status).toBe(404);
    expect((await send('OPTIONS', at('/Tasks'))).status).toBe(405);
    const task = emulator.createTask();
    const head = await send('HEAD', at(`/Tasks/${task.sid}`));
    expect([head.status, head.headers.get('etag'), head.body]).toEqual([200, '0', {}]);
    expect((await send('HEAD', at('/Tasks/WT1'))).status).toBe(404);
  });

  test('with bad parameters names each of them', async () => {
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
  test('of zero or false is not taken for an absent one', async () => {
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

  test('is read as Twilio reads it: names by case, booleans by 1 and yes, words in any case', async () => {
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

  test('that is a date has a zone, however it is written', async () => {
    for (const time of [
      '2026-01-02T03:04:05Z',
      '2026-01-02T03:04:05.000z',
      '2026-01-02 03:04:05Z',
      '2026-01-02T05:04:05+02:00',
      '2026-01-02T01:34:05-0130',
    ]) {
      const made = await post(at('/Tasks'), { VirtualStartTime: time });
      expect(made.body.virtual_start_time, time).toBe('2026-01-02T03:04:05Z');
    }
    const refused = ['2026-02-30T00:00:00Z', '2026-01-02T25:00:00Z', '1767323045', '1899-12-31T23:59:59Z'];
    const zoneless = [
      '2026-01-02T03:04:05',
      '2026-01-02 03:04:05',
      '2026-01-02',
      '2026-01-02T05:04:05 02:00',
    ];
    for (const time of [...refused, ...zoneless, '']) {
      const made = await post(at('/Tasks'), { VirtualStartTime: time });
      expect(made.status, time).toBe(time === '' ? 201 : 400);
    }
    for (const time of zoneless) {
      for (const list of [
        '/Events',
        '/Statistics',
        '/TaskQueues/Statistics',
        '/Workers/CumulativeStatistics',
      ]) {
        const { status, body } = await get(at(`${list}?EndDate=${encodeURIComponent(time)}`));
        expect([status, body.code], list).toEqual([400, 20001]);
        expect(body.message).toContain('EndDate is not a valid ISO 8601 formatted datetime with a zone');
      }
    }
  });

  test('that is given twice, or is out of its range, is refused', async () => {
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

  test('clears a URL when it is empty', async () => {
    await post(at(), { EventCallbackUrl: 'http://127.0.0.1:1/', EventsFilter: 'task.created' });
    expect((await get(at())).body.event_callback_url).toBe('http://127.0.0.1:1/');
    expect((await post(at(), { EventCallbackUrl: '' })).body.event_callback_url).toBeNull();
  });
});

describe('a task’s life by REST', () => {
  test('refuses the steps that TaskRouter refuses, in its words', async () => {
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

  test('gives a reservation under the wrong task or worker no answer but 404', async () => {
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
  test('count what happened in the window, split by waiting time', async () => {
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

  test('of a window that has passed know who was in which activity then', async () => {
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

  test('of workers are of those who fit every filter', async () => {
    const [one] = emulator.workspaces.get(workspaceSid)!.taskQueues.values();
    const total = async (query: string) =>
      ((await get(`${at('/Workers/Statistics')}?${query}`)).body.realtime as { total_workers: number })
        .total_workers;
    expect(await total('')).toBe(2);
    expect(await total(`TaskQueueSid=${one!.sid}`)).toBe(1);
    expect(await total('TaskQueueName=Two&FriendlyName=Ann')).toBe(0);
    expect(await total(`TaskQueueSid=${one!.sid}&TaskQueueName=Two`)).toBe(0);
  });

  test('say how long workers were in each activity', async () => {
    await emulator.advance('60s');
    const { body } = await get(at(`/Workers/${workers.Ann}/Statistics`));
    const { activity_durations } = body.cumulative as { activity_durations: object[] };
    expect(activity_durations).toContainEqual(
      expect.objectContaining({ friendly_name: 'Available', total: 60 }),
    );
  });
});
