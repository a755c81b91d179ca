import { createTaskRouter, reject } from 'taskrouter-kit';
import { AgentWaitError, TaskWaitError } from 'taskrouter-kit/emulator';
import { describe, expect, test } from 'vitest';
import { start } from './open.js';

const centre = {
  multiTaskEnabled: true,
  activities: { Break: { available: false } },
  workers: {
    Ann: { activity: 'Available', attributes: { level: 1 } },
    Bob: { activity: 'Offline', attributes: { level: 2 } },
  },
  taskQueues: { All: {}, Experts: { targetWorkers: 'level > 1' } },
  workflows: {
    Support: {
      filters: [
        { expression: 'hard == true', targets: [{ queue: 'Experts', timeout: 60 }, { queue: 'All' }] },
      ],
      defaultQueue: 'All',
      taskReservationTimeout: 30,
    },
  },
} as const;

async function opened() {
  const emulator = await start({ port: false });
  emulator.seed(centre);
  return emulator;
}

describe('an agent', () => {
  test('waits for an offer that comes later', async () => {
    const emulator = await opened();
    const bob = emulator.agent('Bob');
    const accepted = bob.accept();
    const task = emulator.createTask({ attributes: { hard: true } });
    await bob.goTo('Available');
    expect(await accepted).toMatchObject({ sid: task.sid, assignmentStatus: 'assigned' });
    expect(bob.activity).toBe('Available');
  });

  test('lets a handler that is at work decide first', async () => {
    const authToken = 'token';
    let breakSid = '';
    const taskRouter = createTaskRouter({ authToken }).otherwise(async () => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      return reject({ activity: breakSid });
    });
    const emulator = await start({ authToken, port: false, fetch: taskRouter.fetch() });
    emulator.seed({
      ...centre,
      workflows: { W: { defaultQueue: 'All', assignmentCallbackUrl: 'http://x.test/taskrouter/assignment' } },
    });
    breakSid = emulator.activity('Break').sid;
    emulator.createTask();
    await expect(emulator.agent('Ann').accept({ withinMs: 300 })).rejects.toThrow(
      /Ann has no offer to accept in 300 ms\.\nAnn is in Break, where no tasks come[\s\S]*is rejected\./,
    );
  });

  test('that is not there is an error with the near miss, at once', async () => {
    const emulator = await opened();
    expect(() => emulator.agent('Anne')).toThrow('There is no worker named "Anne". Did you mean "Ann"?');
    expect(() => emulator.agent('Zacharias')).toThrow('There is "Ann", "Bob".');
    await expect(emulator.agent('Ann').goTo('Brake')).rejects.toThrow('Did you mean "Break"?');
    await expect(emulator.agent('Ann').reject({ activity: 'Lunch' })).rejects.toThrow(
      'no activity named "Lunch"',
    );
    // @ts-expect-error no such option
    await expect(emulator.agent('Ann').accept({ within: 1 })).rejects.toThrow('Did you mean "withinMs"?');
  });

  test('whose offer never comes says what the task waits for, and how long the clock must be advanced', async () => {
    const emulator = await opened();
    const task = emulator.createTask({ attributes: { hard: true } });
    const failing = emulator.agent('Ann').accept({ withinMs: 20 });
    await expect(failing).rejects.toThrow(AgentWaitError);
    const message = String(await failing.catch((error: unknown) => error));
    expect(message).toContain('Ann has no offer to accept in 20 ms.');
    expect(message).toContain(`Task ${task.sid} is pending: waits at`);
    expect(message).toContain('queue Experts');
    expect(message).toContain('Ann: is not in the queue Experts: level > 1 is false (level is 1)');
    expect(message).toContain("The next timer is due in 1m: await emulator.advance('1m').");
    await emulator.advance('1m');
    await emulator.agent('Ann').accept({ task });
  });

  test('takes no promise for a task, and no time that is none', async () => {
    const emulator = await opened();
    const ann = emulator.agent('Ann');
    const task = emulator.createTask({ attributes: {} });
    const promised = Promise.resolve(task) as unknown as typeof task;
    for (const misuse of [
      () => ann.accept({ task: promised }),
      async () => emulator.until(promised),
      async () => emulator.eventsOf(promised),
      async () => emulator.task(promised),
    ])
      await expect(misuse()).rejects.toThrow(/the task must be its SID.*await it first/);
    await expect(ann.accept({ task: null as never })).rejects.toThrow(/^agent: the task must be its SID/);
    expect(() => emulator.until(undefined as never)).toThrow(/^until: the task must be its SID/);
    for (const withinMs of [Number.NaN, Number.POSITIVE_INFINITY, -1, '5' as never]) {
      await expect(ann.accept({ withinMs })).rejects.toThrow(/^withinMs must be a number of milliseconds/);
      expect(() => emulator.until(task, { withinMs })).toThrow(/^withinMs must be a number of milliseconds/);
    }
    expect(emulator.task(task).assignmentStatus).toBe('reserved');
    await emulator.reset();
    expect(() => ann.activity).toThrow(/^Ann is no longer a worker/);
    await expect(ann.goTo('Offline')).rejects.toThrow(/^Ann is no longer a worker/);
  });

  test('fails at once for a task that went elsewhere or has ended', async () => {
    const emulator = await opened();
    const task = emulator.createTask();
    await emulator.agent('Ann').accept({ task });
    await expect(emulator.agent('Bob').accept({ task })).rejects.toThrow('Ann has already accepted it');
    await emulator.agent('Ann').complete();
    await expect(emulator.agent('Ann').wrapUp({ task })).rejects.toThrow('it is completed');
    await emulator.advance('10m');
    await expect(emulator.agent('Ann').wrapUp({ task })).rejects.toThrow('no such task (any more)');
  });
});

describe('until', () => {
  test('isReservedFor fails at once when another accepted, and waits while another only has the offer', async () => {
    const emulator = await opened();
    const task = emulator.createTask();
    await emulator.agent('Bob').goTo('Available');
    const forBob = emulator.until(task).isReservedFor('Bob');
    await emulator.agent('Ann').reject({ activity: 'Break' });
    await forBob;
    await emulator.agent('Bob').accept();
    await emulator.until(task).isReservedFor('Bob');
    await expect(emulator.until(task).isReservedFor('Ann')).rejects.toThrow(
      `Task ${task.sid} will not be reserved for Ann any more: it went to Bob (assigned).`,
    );
    await expect(emulator.until(task).isIn('Experts')).rejects.toThrow('it was accepted from All');
    await expect(emulator.until(task).isIn('Expert')).rejects.toThrow('Did you mean "Experts"?');
  });

  test('says how far a stopped clock must go', async () => {
    const emulator = await opened();
    const task = emulator.createTask({ attributes: { hard: true } });
    const failing = emulator.until(task, { withinMs: 20 }).isIn('All');
    await expect(failing).rejects.toThrow(TaskWaitError);
    await expect(failing).rejects.toThrow(
      /is pending and not in All after 20 ms[\s\S]*emulator\.advance\('1m'\)/,
    );
  });
});

describe('snapshot, restore and reset', () => {
  test('brings back tasks, activities, time, events, deliveries and switches', async () => {
    const emulator = await opened();
    const task = emulator.createTask({ attributes: { hard: true } });
    emulator.trouble({ drop: { times: 3, callbacks: 'event' } });
    await emulator.advance('20s');
    const snapshot = JSON.parse(JSON.stringify(await emulator.snapshot()));
    const [now, events] = [emulator.now(), emulator.events];

    await emulator.advance('40s');
    await emulator.agent('Ann').accept();
    await emulator.agent('Bob').goTo('Break');
    emulator.trouble({ drop: false, duplicate: true });
    for (let times = 0; times < 2; times += 1) {
      await emulator.restore(snapshot);
      expect(emulator.now()).toBe(now);
      expect(emulator.events).toEqual(events);
      expect(emulator.troubles()).toEqual({ drop: 3 });
      expect(emulator.task(task)).toMatchObject({ taskQueue: 'Experts', assignmentStatus: 'pending' });
      expect(emulator.worker('Bob').activity).toBe('Offline');
      await emulator.advance('39s');
      await emulator.until(task).isIn('Experts');
      await emulator.advance('1s');
      await emulator.until(task).isReservedFor('Ann');
    }
  });

  test('gives no SID twice, so that a handler knows no reservation of before', async () => {
    const emulator = await start({ port: false, seed: 1 });
    emulator.seed(centre);
    const snapshot = await emulator.snapshot();
    const sids = new Set<string>();
    for (let times = 0; times < 3; times += 1) {
      await emulator.restore(snapshot);
      sids.add(emulator.createTask().sid);
    }
    expect(sids.size).toBe(3);
  });

  test('reset empties everything; a task of before is gone for those who wait for it', async () => {
    const emulator = await opened();
    const task = emulator.createTask({ attributes: { hard: true } });
    const waiting = emulator.until(task).isAssigned();
    const gone = expect(waiting).rejects.toThrow('it is gone');
    await emulator.reset();
    await gone;
    expect(emulator.workspaces.size).toBe(0);
    expect(emulator.events).toEqual([]);
    emulator.seed(centre);
    expect(emulator.createTask().assignmentStatus).toBe('reserved');
  });

  test('refuses what is no snapshot, and loses nothing', async () => {
    const emulator = await opened();
    const snapshot = await emulator.snapshot();
    await expect(emulator.restore({} as never)).rejects.toThrow('restore takes what snapshot() gave');
    const damaged = { ...snapshot, engine: { ...snapshot.engine, workspaces: [{}] } };
    await expect(emulator.restore(damaged)).rejects.toThrow('damaged');
    expect(emulator.worker('Ann').activity).toBe('Available');
  });
});

describe('look-ups by name', () => {
  test('want a workspace where two have the name', async () => {
    const emulator = await opened();
    const { workspaceSid } = emulator.seed(centre);
    expect(() => emulator.worker('Ann')).toThrow('2 workspaces have a worker named "Ann": say which');
    expect(emulator.worker('Ann', { workspaceSid }).workspaceSid).toBe(workspaceSid);
    expect(() => emulator.worker('Ann', { workspaceSid: 'WS0' })).toThrow('There is no workspace "WS0"');
  });

  test('give plain resources', async () => {
    const emulator = await opened();
    expect(emulator.taskQueue('Experts').targetWorkers).toBe('level > 1');
    expect(emulator.workflow('Support').taskReservationTimeout).toBe(30);
    expect(emulator.taskChannel('voice').uniqueName).toBe('voice');
    const { sid } = emulator.activity('Break');
    expect(emulator.activity(sid).friendlyName).toBe('Break');
    for (const one of [emulator.worker('Ann'), emulator.taskQueue('All'), emulator.workflow('Support')])
      expect(structuredClone(one)).toEqual(one);
  });
});
