import { createEmulator } from 'taskrouter-kit/emulator';
import { findStuckTasks, sweepTasks } from 'taskrouter-kit/workspace';
import { expect, test } from 'vitest';
import { clientOf } from './account.js';

test('finds what is stuck by Twilio’s clock, and ends it by the state it is in', async () => {
  const emulator = await createEmulator({ clock: 'virtual' });
  try {
    const { workspaceSid } = emulator.seed({
      friendlyName: 'Sweep',
      workers: { Ann: { activity: 'Available' }, Ben: { activity: 'Available' } },
      taskQueues: { A: {} },
      workflows: { W: { defaultQueue: 'A' } },
    });
    const client = clientOf(emulator);
    const inside = client.workspace(workspaceSid);
    const first = emulator.createTask({ workspaceSid, attributes: { n: 1 } });
    const second = emulator.createTask({ workspaceSid, attributes: { n: 2 } });
    for (const task of [first, second]) {
      const [reservation] = await inside.reservations.list(task.sid).all();
      await inside.reservations.accept(task.sid, reservation!.sid);
    }
    await inside.tasks.wrapUp(second.sid);
    const waiting = emulator.createTask({ workspaceSid, attributes: { n: 3 } });
    await emulator.advance('3h');
    const fresh = emulator.createTask({ workspaceSid, attributes: { n: 4 } });
    const stuck = await findStuckTasks(client, workspaceSid, { olderThan: 7_200 });
    expect(stuck.map(({ sid, state, queue }) => [sid, state, queue])).toEqual(
      expect.arrayContaining([
        [first.sid, 'assigned', 'A'],
        [second.sid, 'wrapping', 'A'],
      ]),
    );
    expect(stuck).toHaveLength(2);
    expect(Math.min(...stuck.map(({ idleSeconds }) => idleSeconds))).toBeGreaterThanOrEqual(3 * 3_600);
    expect(await findStuckTasks(client, workspaceSid, { olderThan: 4 * 3_600 })).toEqual([]);
    const [ann] = await inside.workers.list({ friendlyName: 'Ann' }).all();
    const ofAnn = await findStuckTasks(client, workspaceSid, { olderThan: 7_200, worker: 'Ann' });
    expect(ofAnn).toHaveLength(1);
    expect((await inside.workerReservations.list(ann!.sid).all()).map(({ taskSid }) => taskSid)).toContain(
      ofAnn[0]!.sid,
    );

    const all = await findStuckTasks(client, workspaceSid, {
      olderThan: 7_200,
      states: ['assigned', 'wrapping', 'pending', 'reserved'],
    });
    expect(all.map(({ sid }) => sid)).toContain(waiting.sid);
    const results: string[] = [];
    // It ends by itself before it is swept.
    await inside.tasks.complete(first.sid);
    await sweepTasks(client, workspaceSid, all, (task, result) => results.push(`${task.state} ${result}`));
    expect(results.toSorted()).toEqual(['assigned completed', 'pending canceled', 'wrapping completed']);
    expect((await inside.tasks.fetch(fresh.sid)).assignmentStatus).not.toBe('canceled');
  } finally {
    await emulator.close();
  }
});
