import { createEmulator, type Emulator, twilioOptions } from 'taskrouter-kit/emulator';
import twilio, { type RestException } from 'twilio';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

let emulator: Emulator;
let client: twilio.Twilio;

beforeEach(async () => {
  emulator = await createEmulator({ clock: 'virtual' });
  client = twilio(emulator.accountSid, emulator.authToken, emulator.twilioOptions());
});
afterEach(() => emulator.close());

const failure = (promise: Promise<unknown>): Promise<RestException> =>
  promise.then(
    () => Promise.reject(new Error('it was carried out')),
    (error) => error,
  );

/** A workspace with one queue, one workflow and one available worker. */
async function support() {
  const workspace = await client.taskrouter.v1.workspaces.create({ friendlyName: 'Support' });
  const ws = client.taskrouter.v1.workspaces(workspace.sid);
  const available = (await ws.activities.list({ friendlyName: 'Available' }))[0]!;
  const queue = await ws.taskQueues.create({ friendlyName: 'English', targetWorkers: 'languages HAS "en"' });
  const worker = await ws.workers.create({
    friendlyName: 'Alice',
    attributes: JSON.stringify({ languages: ['en'] }),
    activitySid: available.sid,
  });
  const configuration = JSON.stringify({ task_routing: { default_filter: { queue: queue.sid } } });
  const workflow = await ws.workflows.create({ friendlyName: 'Default', configuration });
  return { workspace, ws, available, queue, worker, workflow };
}

describe('the official twilio package, unchanged', () => {
  test('drives the whole life of a task', async () => {
    const { workspace, ws, worker, queue } = await support();
    const offline = await ws.activities.create({ friendlyName: 'Lunch', available: false });
    const channel = await ws.taskChannels.create({ friendlyName: 'Mail', uniqueName: 'mail' });
    await ws.workers(worker.sid).workerChannels('mail').update({ capacity: 2 });
    const task = await ws.tasks.create({ attributes: '{"type":"ticket"}', taskChannel: 'mail', priority: 5 });
    expect(task).toMatchObject({ assignmentStatus: 'pending', taskChannelSid: channel.sid, priority: 5 });
    expect((await ws.tasks(task.sid).fetch()).assignmentStatus).toBe('reserved');
    const [reservation] = await ws.tasks(task.sid).reservations.list();
    expect(reservation).toMatchObject({ reservationStatus: 'pending', workerName: 'Alice' });
    await ws.tasks(task.sid).reservations(reservation!.sid).update({ reservationStatus: 'accepted' });
    expect((await ws.tasks(task.sid).fetch()).assignmentStatus).toBe('assigned');
    const byWorker = await ws.workers(worker.sid).reservations(reservation!.sid).fetch();
    expect(byWorker.reservationStatus).toBe('accepted');
    await ws.tasks(task.sid).update({ assignmentStatus: 'wrapping' });
    const done = await ws.tasks(task.sid).update({ assignmentStatus: 'completed', reason: 'solved' });
    expect(done).toMatchObject({ assignmentStatus: 'completed', reason: 'solved' });
    const statistics = await ws.taskQueues(queue.sid).cumulativeStatistics().fetch();
    expect(statistics).toMatchObject({ reservationsAccepted: 1, tasksCompleted: 1, tasksEntered: 1 });
    const realTime = await ws.realTimeStatistics().fetch();
    expect(realTime).toMatchObject({ totalWorkers: 1, totalTasks: 0 });
    const bulk = await ws.taskQueues.bulkRealTimeStatistics.create({ queueSids: [queue.sid] } as never);
    expect(bulk.taskQueueResponseCount).toBe(1);
    const types = (await ws.events.list({ taskSid: task.sid })).map(({ eventType }) => eventType);
    expect(types).toContain('reservation.accepted');
    expect(types).toContain('task.completed');
    await ws.workers(worker.sid).update({ activitySid: offline.sid });
    expect((await ws.workers(worker.sid).fetch()).available).toBe(false);
    await ws.workers(worker.sid).remove();
    expect(await client.taskrouter.v1.workspaces(workspace.sid).remove()).toBe(true);
    expect((await failure(ws.fetch())).status).toBe(404);
  });

  test('pages through 2,500 tasks, each seen once, forwards and back', async () => {
    const { workspace, ws, worker } = await support();
    await ws.workers(worker.sid).workerChannels('default').update({ capacity: 0 });
    for (let made = 0; made < 2_500; made += 1) emulator.createTask({ workspaceSid: workspace.sid });
    const tasks = await ws.tasks.list({ pageSize: 700 });
    expect(new Set(tasks.map(({ sid }) => sid)).size).toBe(2_500);
    const first = await ws.tasks.page({ pageSize: 1_000 });
    const second = (await first.nextPage())!;
    const back = (await second.previousPage())!;
    expect(back.instances.map(({ sid }) => sid)).toEqual(first.instances.map(({ sid }) => sid));
    expect(first.previousPageUrl).toBeUndefined();
  });

  test('is refused with 412 on a stale ETag, and nothing changes', async () => {
    const { ws, worker } = await support();
    await ws.workers(worker.sid).update({ attributes: '{"languages":["en"],"level":1}', ifMatch: '0' });
    const error = await failure(ws.workers(worker.sid).update({ attributes: '{}', ifMatch: '0' }));
    expect(error.status).toBe(412);
    expect((await ws.workers(worker.sid).fetch()).attributes).toContain('level');
  });

  test('reads errors with Twilio’s codes', async () => {
    const { ws } = await support();
    expect(await failure(ws.workers.create({ friendlyName: 'alice' }))).toMatchObject({
      status: 400,
      code: 20001,
    });
    const missing = await failure(ws.tasks('WT00000000000000000000000000000000').fetch());
    expect(missing).toMatchObject({ status: 404, code: 20404 });
    const stranger = twilio(emulator.accountSid, 'wrong', emulator.twilioOptions());
    expect(await failure(stranger.taskrouter.v1.workspaces.list())).toMatchObject({
      status: 401,
      code: 20003,
    });
  });

  test('reaches the emulator with a region and an edge set, page after page', async () => {
    const there = twilio(emulator.accountSid, emulator.authToken, {
      ...emulator.twilioOptions(),
      region: 'ie1',
      edge: 'dublin',
    });
    for (const friendlyName of ['a', 'b', 'c']) emulator.seed({ friendlyName });
    expect(await there.taskrouter.v1.workspaces.list({ pageSize: 1 })).toHaveLength(3);
  });

  describe('for other products', () => {
    const asked: string[] = [];
    const answer = { sid: `CA${'0'.repeat(32)}` };
    beforeEach(() => void asked.splice(0));

    test('goes its own way by the HTTP client it is given', async () => {
      class Recorder extends twilio.RequestClient {
        override async request(options: { uri: string }) {
          asked.push(options.uri);
          return { statusCode: 200, body: answer, headers: {} } as never;
        }
      }
      const both = twilio(
        emulator.accountSid,
        emulator.authToken,
        twilioOptions(emulator.url, { httpClient: new Recorder() }),
      );
      await both.taskrouter.v1.workspaces.create({ friendlyName: 'Support' });
      await both.calls(answer.sid).fetch();
      await both.flexApi.v1.configuration().fetch();
      expect(asked.map((uri) => new URL(uri).host)).toEqual(['api.twilio.com', 'flex-api.twilio.com']);
      expect(emulator.workspaces.size).toBe(1);
    });

    test('goes to where it was addressed without one', async () => {
      const fetch: typeof globalThis.fetch = async (url, { method, body } = {}) => {
        asked.push(`${method} ${url} ${body}`);
        return Response.json(answer, { status: 201 });
      };
      const both = twilio(emulator.accountSid, emulator.authToken, emulator.twilioOptions({ fetch }));
      await both.messages.create({ to: '+15005550010', from: '+15005550006', body: 'a&b' });
      expect(asked).toEqual([
        `POST https://api.twilio.com/2010-04-01/Accounts/${emulator.accountSid}/Messages.json ` +
          'To=%2B15005550010&From=%2B15005550006&Body=a%26b',
      ]);
    });
  });
});
