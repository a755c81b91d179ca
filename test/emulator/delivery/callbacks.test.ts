import {
  createEmulator,
  type Emulator,
  type EmulatorOptions,
  type WorkspaceDefinition,
} from 'taskrouter-kit/emulator';
import twilio from 'twilio';
import { afterEach, describe, expect, test } from 'vitest';
import { type Received, type Reply, startEndpoint } from './endpoint.js';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

/** An endpoint, and an emulator with one available worker whose workflow asks it. */
async function world(
  reply: (request: Received) => Reply | Promise<Reply>,
  { options = {}, workspace = {} }: { options?: EmulatorOptions; workspace?: WorkspaceDefinition } = {},
) {
  const endpoint = await startEndpoint(reply);
  const emulator = await createEmulator({ clock: 'virtual', ...options });
  open.push(endpoint, emulator);
  const seeded = emulator.seed({
    workers: { Ann: { activity: 'Available', attributes: { contact_uri: 'client:ann' } } },
    taskQueues: { Q: {} },
    workflows: {
      W: {
        defaultQueue: 'Q',
        assignmentCallbackUrl: `${endpoint.url}/assignment`,
        fallbackAssignmentCallbackUrl: `${endpoint.url}/fallback`,
      },
    },
    ...workspace,
  });
  return { endpoint, emulator, seeded, view: emulator.workspaces.get(seeded.workspaceSid)! };
}

const codes = (emulator: Emulator) => emulator.debugger().map(({ code }) => code);
const onlyReservation = (emulator: Emulator) => {
  const [view] = emulator.workspaces.values();
  return [...view!.reservations.values()].map(({ reservationStatus }) => reservationStatus);
};

describe('an assignment callback', () => {
  test('carries exactly the 12 documented parameters, signed so that Twilio’s own validator accepts it', async () => {
    const { emulator, endpoint } = await world(() => ({ instruction: 'accept' }));
    const task = emulator.createTask({ attributes: { name: 'Zoë', empty: '' } });
    expect((await emulator.until(task).isAssigned()).assignmentStatus).toBe('assigned');
    const [request] = endpoint.received;
    expect(Object.keys(request!.form).sort()).toEqual([
      'AccountSid',
      'ReservationSid',
      'TaskAge',
      'TaskAttributes',
      'TaskPriority',
      'TaskQueueSid',
      'TaskSid',
      'Timestamp',
      'WorkerAttributes',
      'WorkerSid',
      'WorkflowSid',
      'WorkspaceSid',
    ]);
    expect(request!.form.TaskAttributes).toBe('{"name":"Zoë","empty":""}');
    const signature = String(request!.headers['x-twilio-signature']);
    const url = `${endpoint.url}/assignment`;
    expect(twilio.validateRequest(emulator.authToken, signature, url, { ...request!.form })).toBe(true);
    expect(twilio.validateRequest('another', signature, url, { ...request!.form })).toBe(false);
    expect(request!.headers['content-type']).toMatch(/^application\/x-www-form-urlencoded/);
    expect(request!.headers['i-twilio-idempotency-token']).toMatch(
      /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
    );
  });

  test('carries names and the channel only with the switch for unconfirmed parameters', async () => {
    const { emulator, endpoint } = await world(() => ({ instruction: 'accept' }), {
      options: { unconfirmedParameters: true },
    });
    await emulator.until(emulator.createTask()).isAssigned();
    expect(endpoint.received[0]!.form).toMatchObject({ WorkerName: 'Ann', TaskChannelUniqueName: 'default' });
  });

  test('leaves the fragment and the credentials out of the signed URL, and sends the latter when asked', async () => {
    const { emulator, endpoint } = await world(({ headers }) =>
      headers.authorization === undefined
        ? { status: 401, headers: { 'www-authenticate': 'Basic realm="x"' } }
        : { instruction: 'accept' },
    );
    const [view] = emulator.workspaces.values();
    const [workflow] = view!.workflows.values();
    const url = `${endpoint.url.replace('//', '//user:p%40ss@')}/a?b=c%20d#rc=2&rt=500`;
    await rest(emulator, `/Workflows/${workflow!.sid}`, { AssignmentCallbackUrl: url });
    await emulator.until(emulator.createTask()).isAssigned();
    const [first, second] = endpoint.received;
    expect(first!.path).toBe('/a?b=c%20d');
    expect(second!.headers.authorization).toBe(`Basic ${Buffer.from('user:p@ss').toString('base64')}`);
    const signature = String(second!.headers['x-twilio-signature']);
    expect(
      twilio.validateRequest(emulator.authToken, signature, `${endpoint.url}/a?b=c%20d`, { ...second!.form }),
    ).toBe(true);
  });

  test.each([
    ['a status that is not 200', { status: 500, text: '{"instruction":"accept"}' }, 11217],
    ['another 2xx', { status: 202, text: '{"instruction":"accept"}' }, 11217],
    ['a redirect', { status: 307, headers: { location: '/elsewhere' } }, 11217],
    ['another media type', { type: 'text/html', text: '{"instruction":"accept"}' }, 40000],
    ['a media type like it', { type: 'application/hal+json', text: '{"instruction":"accept"}' }, 40000],
    ['one that begins like it', { type: 'application/json-seq', text: '{"instruction":"accept"}' }, 40000],
  ])('goes to the fallback URL after %s', async (_what, reply, code) => {
    const { emulator, endpoint } = await world(({ path }) =>
      path === '/fallback' ? { instruction: 'accept' } : reply,
    );
    await emulator.until(emulator.createTask()).isAssigned();
    expect(endpoint.received.map(({ path }) => path)).toEqual(['/assignment', '/fallback']);
    expect(codes(emulator)).toEqual([code]);
    expect(emulator.deliveries().map(({ via, status }) => [via, status])).toEqual([
      ['primary', 'status' in reply ? reply.status : 200],
      ['fallback', 200],
    ]);
  });

  test('that nobody answers in 5 s of real time goes to the fallback URL, virtual clock or not', async () => {
    const { emulator } = await world(({ path }) =>
      path === '/fallback' ? { instruction: 'accept' } : 'never',
    );
    const task = emulator.createTask();
    const started = performance.now();
    await emulator.until(task, { withinMs: 7_000 }).isAssigned();
    expect(performance.now() - started).toBeGreaterThan(4_900);
    expect(emulator.deliveries()[0]).toMatchObject({ outcome: 'timeout', via: 'primary' });
    expect(codes(emulator)).toEqual([11205]);
  });

  test('that fails at both URLs cancels the reservation, and the task is routed on', async () => {
    const { emulator, view } = await world(({ form }) =>
      form.WorkerAttributes?.includes('bob') ? { instruction: 'accept' } : { status: 503 },
    );
    await rest(emulator, '/Workers', {
      FriendlyName: 'Bob',
      Attributes: '{"contact_uri":"client:bob"}',
      ActivitySid: [...view.activities.values()][1]!.sid,
    });
    await emulator.until(emulator.createTask()).isAssigned();
    expect(onlyReservation(emulator)).toEqual(['canceled', 'accepted']);
  });

  test.each([
    ['{}', { type: 'application/json', text: '{}' }, []],
    ['an empty body', { type: 'application/json', text: '' }, []],
    ['no instruction', { type: 'application/json', text: '{"activity_sid":"x"}' }, [40005]],
    ['no JSON', { type: 'application/json', text: 'accept' }, [40001]],
    [
      'an instruction nobody knows',
      { type: 'application/json', text: '{"instruction":"transfer"}' },
      [55555],
    ],
    ['a reject without activity', { type: 'application/json', text: '{"instruction":"reject"}' }, [40100]],
    [
      'a dequeue of a task that is no call',
      { type: 'application/json', text: '{"instruction":"dequeue"}' },
      [40140],
    ],
    ['a bad timeout', { text: '{"instruction":"conference","timeout":1000}' }, [14233]],
  ])('answered with %s leaves the reservation pending until its timeout', async (_what, reply, expected) => {
    const { emulator, view } = await world(() => reply);
    const task = emulator.createTask();
    await emulator.quiet();
    expect(onlyReservation(emulator)).toEqual(['pending']);
    expect(codes(emulator)).toEqual(expected);
    const failed = expected.some((code) => code !== 40001 && code !== 40005);
    const events = await rest(emulator, `/Events?EventType=reservation.failed&TaskSid=${task.sid}`);
    expect(events.events).toHaveLength(failed ? 1 : 0);
    await emulator.advance('2m');
    expect(onlyReservation(emulator)[0]).toBe('timeout');
    const [worker] = view.workers.values();
    expect(view.activities.get(worker!.activitySid)!.friendlyName).toBe('Offline');
  });

  test('answered with reject moves the worker and gives the task back', async () => {
    const { emulator, view } = await world(({ form }) => ({
      instruction: 'reject',
      activity_sid: activityOf(form),
    }));
    const activityOf = (form: Record<string, string>) =>
      [...emulator.workspaces.get(form.WorkspaceSid!)!.activities.values()][2]!.sid;
    const task = emulator.createTask();
    await emulator.quiet();
    expect(onlyReservation(emulator)).toEqual(['rejected']);
    expect(view.tasks.get(task.sid)!.assignmentStatus).toBe('pending');
    const [worker] = view.workers.values();
    expect(view.activities.get(worker!.activitySid)!.friendlyName).toBe('Unavailable');
  });

  test('whose answer comes after the reservation has ended changes nothing and is told to the debugger', async () => {
    const { emulator, view } = await world(async ({ form }) => {
      await rest(emulator, `/Tasks/${form.TaskSid}/Reservations/${form.ReservationSid}`, {
        ReservationStatus: 'accepted',
      });
      return { instruction: 'accept' };
    });
    const task = emulator.createTask();
    await emulator.quiet();
    expect(view.tasks.get(task.sid)!.assignmentStatus).toBe('assigned');
    expect(emulator.debugger()[0]!.message).toContain('already in state [accepted]');
  });
});

describe('a simulated phone', () => {
  const call = { call_sid: `CA${'1'.repeat(32)}`, to: '+15017122661' };

  test('answered at once under a conference accepts, and the task gains the conference', async () => {
    const { emulator } = await world(() => ({ instruction: 'conference', from: '+15017122661' }));
    const task = await emulator.until(emulator.createTask({ attributes: call })).isAssigned();
    expect(JSON.parse(task.attributes)).toMatchObject({
      ...call,
      conference: { participants: { customer: call.call_sid, worker: expect.stringMatching(/^CA/) } },
    });
    await emulator.advance('30s');
    expect((await emulator.until(task).isWrapping()).assignmentStatus).toBe('wrapping');
  });

  test('that rings stops the reservation’s own timer, and accepts when it is answered', async () => {
    const { emulator, view } = await world(() => ({ instruction: 'dequeue' }), {
      options: { phones: { does: 'answer', afterMs: 150_000, talkMs: 60_000 } },
    });
    const task = emulator.createTask({ attributes: call });
    await emulator.quiet();
    await emulator.advance('2m');
    expect(onlyReservation(emulator)).toEqual(['pending']);
    await emulator.advance('30s');
    expect(onlyReservation(emulator)).toEqual(['accepted']);
    expect(JSON.parse(view.tasks.get(task.sid)!.attributes).worker_call_sid).toMatch(/^CA/);
  });

  test.each([
    ['is not answered', { does: 'not answer' } as const, '20s'],
    ['is declined', { does: 'hang up', afterMs: 3_000 } as const, '3s'],
  ])('that %s cancels the reservation', async (_what, phones, after) => {
    let asked = 0;
    const { emulator } = await world(
      () => {
        asked += 1;
        return asked === 1 ? { instruction: 'dequeue', timeout: 20 } : {};
      },
      { options: { phones } },
    );
    emulator.createTask({ attributes: call });
    await emulator.quiet();
    expect(onlyReservation(emulator)).toEqual(['pending']);
    await emulator.advance(after);
    expect(onlyReservation(emulator)[0]).toBe('canceled');
  });

  test('whose rule throws is logged, and the emulator goes on', async () => {
    const logged: string[] = [];
    const nothing = () => {};
    const log = {
      debug: nothing,
      info: nothing,
      warn: nothing,
      error: (_: object, text: string) => void logged.push(text),
    };
    const phones = () => {
      throw new Error('no such phone');
    };
    const { emulator } = await world(() => ({ instruction: 'dequeue' }), { options: { phones, log } });
    emulator.createTask({ attributes: call });
    await emulator.quiet();
    expect(logged).toEqual(['an answer could not be acted on']);
    expect(onlyReservation(emulator)).toEqual(['pending']);
  });

  test('moves the worker to the activity after work when the call ends', async () => {
    const { emulator, view } = await world(({ form }) => ({
      instruction: 'dequeue',
      post_work_activity_sid: [...emulator.workspaces.get(form.WorkspaceSid!)!.activities.values()][2]!.sid,
    }));
    await emulator.until(emulator.createTask({ attributes: call })).isAssigned();
    await emulator.advance('30s');
    const [worker] = view.workers.values();
    expect(view.activities.get(worker!.activitySid)!.friendlyName).toBe('Unavailable');
  });

  test.each([
    [{ instruction: 'call', from: '+15017122661', accept: true }, 'accepted'],
    [{ instruction: 'call', from: '+15017122661' }, 'pending'],
    [{ instruction: 'redirect', call_sid: call.call_sid, accept: true }, 'accepted'],
    [{ instruction: 'redirect', call_sid: call.call_sid }, 'pending'],
  ])('%j leaves the reservation %s', async (reply, status) => {
    const { emulator } = await world(({ path, headers }) =>
      path === '/twiml'
        ? { type: 'text/xml', text: '<Response><Say>Hello</Say></Response>' }
        : { ...reply, url: `http://${headers.host}/twiml` },
    );
    emulator.createTask({ attributes: call });
    await emulator.quiet();
    expect(onlyReservation(emulator)).toEqual([status]);
  });

  test('is rung by a REST instruction too, which is refused once the reservation is not pending', async () => {
    const { emulator, view } = await world(() => ({}));
    const task = emulator.createTask({ attributes: call });
    await emulator.quiet();
    const [reservation] = view.reservations.values();
    const path = `/Tasks/${task.sid}/Reservations/${reservation!.sid}`;
    const first = await rest(emulator, path, {
      Instruction: 'Conference',
      From: '+15017122661',
      Record: 'true',
    });
    expect(first.reservation_status).toBe('accepted');
    const second = await rest(emulator, path, { Instruction: 'conference', From: '+15017122661' });
    expect(second).toMatchObject({ status: 400, code: 20001 });
    expect(second.message).toContain('Unable to execute Conference instruction.');
  });
});

describe('an event callback', () => {
  test('is sent for the types of the filter alone, with the fields of its groups', async () => {
    const { emulator, endpoint, seeded } = await world(({ path }) =>
      path === '/events' ? { status: 204 } : { instruction: 'accept' },
    );
    await rest(emulator, '', {
      EventCallbackUrl: `${endpoint.url}/events`,
      EventsFilter: 'task.created, reservation.accepted',
    });
    const task = emulator.createTask({ attributes: { a: 1 } });
    await emulator.until(task).isAssigned();
    await emulator.quiet();
    const events = endpoint.received.filter(({ path }) => path === '/events');
    expect(events.map(({ form }) => form.EventType).sort()).toEqual(['reservation.accepted', 'task.created']);
    const accepted = events.find(({ form }) => form.EventType === 'reservation.accepted')!.form;
    expect(accepted).toMatchObject({
      AccountSid: emulator.accountSid,
      WorkspaceSid: seeded.workspaceSid,
      ResourceType: 'reservation',
      TaskSid: task.sid,
      TaskAttributes: '{"a":1}',
      WorkerName: 'Ann',
      Sid: expect.stringMatching(/^EV/),
      TimestampMs: String(emulator.now()),
    });
  });

  test('is still sent when its workspace is deleted', async () => {
    const { emulator, endpoint } = await world(() => ({ status: 204 }));
    await rest(emulator, '', {
      EventCallbackUrl: `${endpoint.url}/events`,
      EventsFilter: 'workspace.deleted',
    });
    await rest(emulator, '', undefined, 'DELETE');
    await emulator.quiet();
    expect(endpoint.received.map(({ form }) => form.EventType)).toEqual(['workspace.deleted']);
  });

  test('that fails is told to the debugger and not sent again', async () => {
    const { emulator, endpoint } = await world(() => ({ status: 500 }));
    await rest(emulator, '', {
      EventCallbackUrl: `${endpoint.url}/events`,
      EventsFilter: 'activity.created',
    });
    await rest(emulator, '/Activities', { FriendlyName: 'Lunch' });
    await emulator.quiet();
    expect(endpoint.received).toHaveLength(1);
    expect(codes(emulator)).toEqual([11217]);
  });
});

/** A request to the API, below the only workspace. */
async function rest(
  emulator: Emulator,
  path: string,
  form?: Readonly<Record<string, string>>,
  method = form ? 'POST' : 'GET',
) {
  const [sid] = emulator.workspaces.keys();
  const authorization = `Basic ${Buffer.from(`${emulator.accountSid}:${emulator.authToken}`).toString('base64')}`;
  const body = form ? new URLSearchParams(form) : null;
  const response = await fetch(`${emulator.url}/v1/Workspaces/${sid}${path}`, {
    method,
    body,
    headers: { authorization },
  });
  const text = await response.text();
  return text === '' ? {} : JSON.parse(text);
}
