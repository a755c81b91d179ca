import { describe, expect, test } from 'vitest';
import { at, emulator, get, post, send, useWorld, workers, workspaceSid } from './world.js';

useWorld();

describe('If-Match', () => {
  /** A task that Ann has on offer. */
  const offered = () => {
    const view = emulator.workspaces.get(workspaceSid)!;
    const [one] = view.taskQueues.values();
    const task = emulator.createTask({ routingTarget: one!.sid });
    return { task: task.sid, reservation: view.reservationsOfTask(task.sid)[0]!.sid };
  };
  const version = async (path: string) => Number((await get(path)).headers.get('etag'));

  test('is asked of every update and deletion that takes it; a stale one changes nothing', async () => {
    const { task, reservation } = offered();
    const underTask = at(`/Tasks/${task}/Reservations/${reservation}`);
    const underWorker = at(`/Workers/${workers.Ann}/Reservations/${reservation}`);
    const calls: [string, string, Record<string, string>][] = [
      ['POST', at(`/Tasks/${task}`), { Priority: '3' }],
      ['POST', at(`/Tasks/${task}`), { AssignmentStatus: 'canceled', Reason: 'no' }],
      ['DELETE', at(`/Tasks/${task}`), {}],
      ['POST', at(`/Workers/${workers.Bob}`), { Attributes: '{}' }],
      ['DELETE', at(`/Workers/${workers.Bob}`), {}],
      ...[underTask, underWorker].flatMap((path): [string, string, Record<string, string>][] => [
        ['POST', path, { ReservationStatus: 'accepted' }],
        ['POST', path, { ReservationStatus: 'rejected' }],
        ['POST', path, { Instruction: 'accept' }],
        ['POST', path, { Instruction: 'reject' }],
        [
          'POST',
          path,
          { Instruction: 'call', CallFrom: '+15551110000', CallUrl: 'https://a.example', CallAccept: 'true' },
        ],
      ]),
    ];
    for (const [method, path, form] of calls) {
      const before = await get(path);
      for (const stale of ['41', '"41"', 'W/"41"', 'none']) {
        const body = method === 'POST' ? new URLSearchParams(form) : undefined;
        const answer = await send(method, path, body, { 'if-match': stale });
        expect([answer.status, answer.body.code], `${method} ${path} ${JSON.stringify(form)}`).toEqual([
          412, 20412,
        ]);
      }
      expect((await get(path)).body).toEqual(before.body);
    }
  });

  test('of the present version, bare or quoted, or * lets the change through', async () => {
    const { task, reservation } = offered();
    const path = at(`/Workers/${workers.Ann}/Reservations/${reservation}`);
    const accept = { ReservationStatus: 'accepted' };
    expect((await post(path, accept, { 'if-match': `"${await version(path)}"` })).status).toBe(200);
    const taskPath = at(`/Tasks/${task}`);
    const wrap = { AssignmentStatus: 'wrapping' };
    expect((await post(taskPath, wrap, { 'if-match': String(await version(taskPath)) })).status).toBe(200);
    expect((await post(taskPath, { Priority: '2' }, { 'if-match': '*' })).status).toBe(200);
    expect((await send('DELETE', taskPath, undefined, { 'if-match': '*' })).status).toBe(204);
  });

  test('of a worker counts what it can take: capacity, availability of a channel, new reservations', async () => {
    const path = at(`/Workers/${workers.Bob}`);
    const changed = (await get(path)).body.date_updated;
    expect(await version(path)).toBe(0);
    await post(`${path}/Channels/default`, { Capacity: '2' });
    expect(await version(path)).toBe(1);
    await post(`${path}/Channels/default`, { Available: 'false' });
    expect(await version(path)).toBe(2);
    await post(`${path}/Channels/default`, { Capacity: '2', Available: 'false' });
    expect(await version(path)).toBe(2);
    const { task, reservation } = offered();
    const ann = at(`/Workers/${workers.Ann}`);
    expect(await version(ann)).toBe(1);
    await post(at(`/Tasks/${task}/Reservations/${reservation}`), { ReservationStatus: 'accepted' });
    expect(await version(ann)).toBe(1);
    const stale = await post(ann, { Attributes: '{}' }, { 'if-match': '0' });
    expect(stale.status).toBe(412);
    expect((await get(path)).body.date_updated).toBe(changed);
  });

  test('of something that is not there is 404', async () => {
    const missing = await post(at('/Tasks/WT1'), { Priority: '1' }, { 'if-match': '0' });
    expect(missing.status).toBe(404);
  });
});

describe('what an update is refused with', () => {
  const accept = { ReservationStatus: 'accepted' };

  test('410 for accepting a rescinded reservation, 400 for every other one that is not pending', async () => {
    const view = emulator.workspaces.get(workspaceSid)!;
    const [one] = view.taskQueues.values();
    await post(at(`/TaskQueues/${one!.sid}`), { MaxReservedWorkers: '2', TargetWorkers: 'level > 0' });
    const available = [...view.activities.values()].find((activity) => activity.available)!.sid;
    await post(at(`/Workers/${workers.Bob}`), { ActivitySid: available });
    const task = emulator.createTask({ routingTarget: one!.sid });
    const [first, second] = view
      .reservationsOfTask(task.sid)
      .map(({ sid }) => at(`/Tasks/${task.sid}/Reservations/${sid}`));
    expect((await post(first!, accept)).status).toBe(200);
    expect(await post(second!, accept)).toMatchObject({ status: 410, body: { code: 20410 } });
    expect(await post(second!, { Instruction: 'accept' })).toMatchObject({ status: 410 });
    for (const ReservationStatus of [
      'rejected',
      'wrapping',
      'completed',
      'canceled',
      'pending',
      'timeout',
      'rescinded',
    ]) {
      const answer = await post(second!, { ReservationStatus });
      expect([answer.status, answer.body.code], ReservationStatus).toEqual([400, 20001]);
    }
    expect((await post(first!, accept)).body.message).toMatch(
      /^Reservation WR\w{32} is already in state \[accepted\] and cannot be updated to \[accepted\]$/,
    );
    expect(
      (
        await post(first!, {
          Instruction: 'redirect',
          RedirectCallSid: `CA${'0'.repeat(32)}`,
          RedirectUrl: 'https://a.example',
        })
      ).body.message,
    ).toMatch(
      /^Unable to execute Redirect instruction. Reservation WR\w{32} is not currently in a Pending state.$/,
    );
  });

  test('pending reservations of a worker are rejected only on the way to an activity that takes no tasks', async () => {
    const view = emulator.workspaces.get(workspaceSid)!;
    const path = at(`/Workers/${workers.Ann}`);
    const [offline, available] = [...view.activities.keys()];
    const message = 'Unable to reject pending reservations when updating to an Available activity state.';
    for (const form of [{}, { ActivitySid: available! }]) {
      const answer = await post(path, { ...form, RejectPendingReservations: 'true' });
      expect(answer).toMatchObject({ status: 400, body: { message } });
    }
    expect((await post(path, { ActivitySid: offline!, RejectPendingReservations: 'true' })).status).toBe(200);
  });
});
