import {
  createEmulator,
  type EmulatorEvent,
  SeedRefusal,
  type WorkspaceDefinition,
} from 'taskrouter-kit/emulator';
import { describe, expect, test } from 'vitest';
import { start } from './open.js';

type Answer = Readonly<Record<string, unknown>>;

const centre = {
  workers: {
    Ann: { activity: 'Available' },
    Bob: { activity: 'Available', channels: { default: { capacity: 3 } } },
  },
  taskQueues: { First: { targetWorkers: 'level > 1' }, All: {} },
  workflows: {
    Escalation: {
      filters: [
        {
          name: 'Hard',
          expression: 'hard == true',
          targets: [
            { queue: 'First', timeout: 60 },
            { queue: 'All', priority: 9 },
          ],
        },
      ],
      defaultQueue: 'All',
      taskReservationTimeout: 30,
    },
  },
} as const;

describe('seed', () => {
  test('makes everything by name and gives the SIDs', async () => {
    const emulator = await start();
    const { workspaceSid, workers, workflows, taskQueues, activities } = emulator.seed(centre);
    const view = emulator.workspaces.get(workspaceSid)!;
    expect(view.workers.get(workers.Bob)!.activitySid).toBe(activities.Available);
    expect(
      view.workerChannels(workers.Bob).find(({ configuredCapacity }) => configuredCapacity === 3),
    ).toBeDefined();
    expect(JSON.parse(view.workflows.get(workflows.Escalation)!.configuration)).toEqual({
      task_routing: {
        filters: [
          {
            filter_friendly_name: 'Hard',
            expression: 'hard == true',
            targets: [
              { queue: taskQueues.First, timeout: 60 },
              { queue: taskQueues.All, priority: 9 },
            ],
          },
        ],
        default_filter: { queue: taskQueues.All },
      },
    });
  });

  test('leaves nothing behind when a name or a value is wrong', async () => {
    const emulator = await start();
    expect(() => emulator.seed({ workers: { Ann: { activity: 'Lunch' } } })).toThrow(
      'workers.Ann.activity: the definition has no activity named "Lunch"; it has Offline, Available, Unavailable.',
    );
    expect(() => emulator.seed({ taskQueues: { Q: { targetWorkers: 'a ==' } } })).toThrow('TargetWorkers');
    expect(emulator.workspaces.size).toBe(0);
  });

  test('says where in the definition TaskRouter refuses something', async () => {
    const emulator = await start();
    const taskQueues = { 'Support EN': {} };
    const refused = (definition: WorkspaceDefinition) => {
      try {
        emulator.seed(definition);
      } catch (error) {
        if (error instanceof SeedRefusal) return error.message.split('\n')[0];
        throw error;
      }
      return 'nothing';
    };
    expect(refused({ taskQueues: { 'Support EN': { targetWorkers: 'a ==' } } })).toMatch(
      /^taskQueues\["Support EN"\]\.targetWorkers: TargetWorkers/,
    );
    const targets = [{ queue: 'Support EN' }, { orderBy: 'nothing' }];
    expect(
      refused({ taskQueues, workflows: { W: { filters: [{ expression: 'a == 1', targets }] } } }),
    ).toMatch(/^workflows\.W\.filters\[0\]\.targets\[1\]\.orderBy: /);
    const configuration = {
      task_routing: { filters: [{ expression: 'a ==', targets: [{ queue: 'Support EN' }] }] },
    };
    expect(refused({ taskQueues, workflows: { W: { configuration } } })).toMatch(
      /^workflows\.W\.configuration\.task_routing\.filters\[0\]\.expression: /,
    );
    expect(emulator.workspaces.size).toBe(0);
  });

  test("takes Twilio's own configuration with names in place of SIDs, and times as texts", async () => {
    const emulator = await start();
    const { workspaceSid, taskQueues, workflows } = emulator.seed({
      taskQueues: { First: {}, 'Everyone else': {} },
      workflows: {
        W: {
          taskReservationTimeout: '1m',
          configuration: {
            task_routing: {
              filters: [
                {
                  filter_friendly_name: 'Hard',
                  expression: 'hard == true',
                  targets: [
                    { queue: 'First', timeout: '90s', priority: '5' },
                    { task_queue_sid: 'Everyone else' },
                  ],
                },
              ],
              default_filter: { queue: 'Everyone else' },
            },
          },
        },
      },
    });
    const workflow = emulator.workspaces.get(workspaceSid)!.workflows.get(workflows.W)!;
    expect(workflow.taskReservationTimeout).toBe(60);
    expect(JSON.parse(workflow.configuration)).toEqual({
      task_routing: {
        filters: [
          {
            filter_friendly_name: 'Hard',
            expression: 'hard == true',
            targets: [
              { queue: taskQueues.First, timeout: 90, priority: 5 },
              { task_queue_sid: taskQueues['Everyone else'] },
            ],
          },
        ],
        default_filter: { queue: taskQueues['Everyone else'] },
      },
    });
  });

  test('changes a workspace in place: SIDs stay, tasks go by the new routing, what tasks need is kept', async () => {
    const warnings: string[] = [];
    const nothing = () => {};
    const log = {
      debug: nothing,
      info: nothing,
      error: nothing,
      warn: (_f: object, text: string) => void warnings.push(text),
    };
    const emulator = await start({ log });
    const before = {
      taskQueues: { Old: { targetWorkers: 'a == 1', maxReservedWorkers: 5 }, Same: {} },
      workers: { Ann: { activity: 'Available' }, Ben: {} },
      workflows: { W: { defaultQueue: 'Old' }, Gone: { defaultQueue: 'Same' } },
    } as const satisfies WorkspaceDefinition;
    const seeded = emulator.seed(before);
    const task = emulator.createTask({ workflow: 'W' });
    const view = emulator.workspaces.get(seeded.workspaceSid)!;
    const ann = view.workers.get(seeded.workers.Ann)!;

    const after = {
      friendlyName: 'Renamed',
      activities: { Break: {} },
      taskQueues: { Same: { targetWorkers: 'b == 1' }, New: {} },
      workers: {
        Ann: { activity: 'Break', attributes: { level: 3 }, channels: { default: { capacity: 4 } } },
      },
      workflows: { W: { defaultQueue: 'New', taskReservationTimeout: '7s' } },
    } as const satisfies WorkspaceDefinition;
    const changed = emulator.seed(after, { workspaceSid: seeded.workspaceSid });
    expect(changed.workers.Ann).toBe(seeded.workers.Ann);
    expect(changed.workflows.W).toBe(seeded.workflows.W);
    expect(view.workspace.friendlyName).toBe('Renamed');
    expect([...view.taskQueues.values()].map(({ friendlyName }) => friendlyName)).toEqual(['Same', 'New']);
    expect([...view.workers.values()].map(({ friendlyName }) => friendlyName)).toEqual(['Ann']);
    expect([...view.workflows.keys()]).toEqual([seeded.workflows.W]);
    // A worker's activity is theirs; everything else follows the definition.
    expect(ann.activitySid).toBe(seeded.activities.Available);
    expect(ann.attributes).toBe('{"level":3}');
    expect((await emulator.until(task).isReserved()).taskQueueSid).toBe(changed.taskQueues.New);
    expect(warnings).toEqual([]);

    // The task is Ann's now: a definition without her queue leaves what it needs, and says so.
    emulator.seed(
      { taskQueues: { Same: {} }, workflows: { Other: { defaultQueue: 'Same' } } },
      { workspaceSid: seeded.workspaceSid },
    );
    expect(view.workflows.has(seeded.workflows.W)).toBe(true);
    expect(warnings.join('\n')).toMatch(/workflows\.W is kept: Cannot delete workflow/);
  });

  test('changes nothing when the new definition is refused', async () => {
    const emulator = await start();
    const { workspaceSid } = emulator.seed(centre);
    const snapshot = () =>
      JSON.stringify(
        [...emulator.workspaces.get(workspaceSid)!.taskQueues.values()].map(({ sid, targetWorkers }) => [
          sid,
          targetWorkers,
        ]),
      );
    const before = snapshot();
    const bad = { taskQueues: { First: { targetWorkers: 'level > 5' }, All: { targetWorkers: 'a ==' } } };
    expect(() => emulator.seed(bad, { workspaceSid })).toThrow('taskQueues.All.targetWorkers');
    expect(snapshot()).toBe(before);
    expect(() => emulator.seed(centre, { workspaceSid: 'WS0' })).toThrow('There is no workspace WS0');
    expect(() => emulator.seed(centre, { workspace: workspaceSid } as object)).toThrow(
      'Did you mean "workspaceSid"?',
    );
  });

  test('gives the same SIDs for the same seed', async () => {
    const sids = async (seed: number) => (await start({ seed })).seed(centre).workers.Ann;
    expect(await sids(7)).toBe(await sids(7));
    expect(await sids(7)).not.toBe(await sids(8));
  });
});

describe('the virtual clock', () => {
  test('stands still until it is advanced, and then goes timer by timer', async () => {
    const emulator = await start();
    const { workspaceSid } = emulator.seed(centre);
    const before = emulator.now();
    const task = emulator.createTask({ attributes: { hard: true } });
    expect(emulator.explain(task.sid).assignmentStatus).toBe('pending');
    await emulator.advance('59s');
    expect(emulator.workspaces.get(workspaceSid)!.tasks.get(task.sid)!.assignmentStatus).toBe('pending');
    await emulator.advance('1s');
    expect((await emulator.until(task).isReserved()).priority).toBe(9);
    expect(emulator.now()).toBe(before + 60_000);
    const times: [string, number][] = [];
    emulator.watch((news) => {
      if (news.kind === 'event' && news.type === 'reservation.timeout')
        times.push([news.type, news.at - before]);
    });
    await emulator.advance('5m');
    expect(times).toEqual([
      ['reservation.timeout', 90_000],
      ['reservation.timeout', 120_000],
    ]);
  });

  test.each([
    ['before the first timer', { hard: false }, '2s'],
    ['before the timer after the one that made it', { hard: true }, '62s'],
  ])('waits for a request under way %s', async (_when, attributes, time) => {
    let answered = 0;
    const emulator = await start({
      fetch: async () => {
        await new Promise((resolve) => setTimeout(resolve, 30));
        answered += 1;
        return Response.json({ instruction: 'accept' });
      },
    });
    const { Escalation } = centre.workflows;
    const { workspaceSid } = emulator.seed({
      ...centre,
      workflows: {
        W: { ...Escalation, assignmentCallbackUrl: 'http://127.0.0.1:1/', taskReservationTimeout: 1 },
      },
    });
    const task = emulator.createTask({ attributes });
    await emulator.advance(time);
    expect(answered).toBe(1);
    expect(emulator.workspaces.get(workspaceSid)!.tasks.get(task.sid)!.assignmentStatus).toBe('assigned');
  });

  test('advances one call after the other', async () => {
    const emulator = await start();
    const before = emulator.now();
    await Promise.all([emulator.advance('1m'), emulator.advance(500), emulator.advance('1h30m')]);
    expect(emulator.now()).toBe(before + 60_500 + 5_400_000);
  });

  test('is the only one that advances, and only by a duration', async () => {
    const real = await start({ clock: 'real' });
    await expect(real.advance('1s')).rejects.toThrow("createEmulator({ clock: 'virtual' })");
    const emulator = await start();
    await expect(emulator.advance('soon')).rejects.toThrow('A duration is');
    await expect(emulator.advance(-1)).rejects.toThrow('A duration is');
  });

  test('with a real clock, timers run by themselves', async () => {
    const emulator = await start({ clock: 'real' });
    emulator.seed({
      ...centre,
      workflows: { W: { defaultQueue: 'All', taskReservationTimeout: 1 } },
      workers: { Ann: { activity: 'Available' } },
    });
    const task = emulator.createTask();
    await emulator.until(task).isReserved();
    await emulator.until(task).isPending();
  });
});

describe('until', () => {
  test('rejects with the explanation when the task can no longer get there', async () => {
    const emulator = await start();
    emulator.seed({ ...centre, workers: {} });
    const task = emulator.createTask({ timeout: 10 });
    const waiting = emulator.until(task).isAssigned();
    const rejected = expect(waiting).rejects.toThrow(
      /will not be assigned any more: it is canceled[\s\S]*default filter/,
    );
    await emulator.advance('10s');
    await rejected;
  });

  test('rejects after its limit of real time, saying how things stand', async () => {
    const emulator = await start();
    emulator.seed({ ...centre, workers: {} });
    const task = emulator.createTask();
    await expect(emulator.until(task, { withinMs: 30 }).isReserved()).rejects.toThrow(
      /is pending and not reserved after 30 ms[\s\S]*queue All/,
    );
  });
});

describe('createTask', () => {
  test('takes names for what the API wants SIDs for', async () => {
    const emulator = await start();
    const { workflows } = emulator.seed({
      ...centre,
      workflows: { ...centre.workflows, Other: { defaultQueue: 'All' } },
    });
    expect(emulator.createTask({ workflow: 'Other' }).workflowSid).toBe(workflows.Other);
    expect(() => emulator.createTask({ workflow: 'None' })).toThrow('There is no workflow named "None".');
    expect(() => emulator.createTask()).toThrow('WorkflowSid field is required');
    emulator.seed(centre);
    expect(() => emulator.createTask()).toThrow('There are 2 workspaces: say which with workspaceSid');
  });
});

describe('watch', () => {
  test('tells events, requests and debugger entries as they happen, until it is ended', async () => {
    const emulator = await start({ fetch: async () => Response.json({}, { status: 500 }) });
    const news: EmulatorEvent[] = [];
    const stop = emulator.watch((one) => void news.push(one));
    emulator.seed({
      ...centre,
      workers: {},
      eventCallbackUrl: 'http://127.0.0.1:1/',
      eventsFilter: ['workflow.created'],
    });
    await emulator.quiet();
    expect(new Set(news.map(({ kind }) => kind))).toEqual(new Set(['event', 'delivery', 'debugger']));
    stop();
    const before = news.length;
    emulator.seed(centre);
    expect(news).toHaveLength(before);
  });
});

describe('the routes under /_emulator', () => {
  test('move the clock, set switches, and show deliveries, the debugger and explanations', async () => {
    const emulator = await start({ fetch: async () => Response.json({ activity: 1 }) });
    emulator.seed({
      ...centre,
      workflows: { W: { defaultQueue: 'All', assignmentCallbackUrl: 'http://127.0.0.1:1/' } },
    });
    const task = emulator.createTask();
    await emulator.quiet();
    const post = (path: string, body: object) =>
      fetch(`${emulator.url}/_emulator${path}`, {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json' },
      });
    const get = async (path: string): Promise<Answer> =>
      JSON.parse(await (await fetch(`${emulator.url}/_emulator${path}`)).text());
    const before = emulator.now();
    expect(await (await post('/clock', { advance: '2s' })).json()).toMatchObject({ clock: 'virtual' });
    expect(emulator.now()).toBe(before + 2_000);
    expect((await post('/clock', { advance: 'x' })).status).toBe(400);
    expect(await (await post('/trouble', { drop: 2 })).json()).toEqual({ drop: 2 });
    expect((await get('/deliveries')).deliveries).toMatchObject([
      { via: 'primary', status: 200, taskSid: task.sid },
    ]);
    expect((await get('/debugger')).entries).toMatchObject([{ code: 40005, level: 'warning' }]);
    expect(await get(`/tasks/${task.sid}/explain`)).toMatchObject({
      taskSid: task.sid,
      assignmentStatus: 'reserved',
    });
    const text = await fetch(`${emulator.url}/_emulator/tasks/${task.sid}/explain`, {
      headers: { accept: 'text/plain' },
    });
    expect(await text.text()).toContain(`Task ${task.sid} is reserved`);
    expect((await fetch(`${emulator.url}/_emulator/tasks/WT0/explain`)).status).toBe(404);
    const real = await start({ clock: 'real' });
    expect(
      (
        await fetch(`${real.url}/_emulator/clock`, {
          method: 'POST',
          body: new URLSearchParams({ advance: '1s' }),
        })
      ).status,
    ).toBe(409);
  });
});

describe('listening', () => {
  test('begins when told, at most once, and ends with close()', async () => {
    const emulator = await start({ port: false });
    expect(() => emulator.url).toThrow('Call listen(port)');
    await emulator.listen(0);
    const { url } = emulator;
    expect((await fetch(`${url}/v1/Workspaces`)).status).toBe(401);
    expect(() => emulator.listen(0)).toThrow('listens already');
    await Promise.all([emulator.close(), emulator.close()]);
    await expect(fetch(`${url}/v1/Workspaces`)).rejects.toThrow();
  });

  test('after close(), what would change it says so; what looks at it goes on', async () => {
    const emulator = await start({ port: false });
    emulator.seed({ workers: { Ann: {} }, taskQueues: { Q: {} }, workflows: { W: { defaultQueue: 'Q' } } });
    const ann = emulator.agent('Ann');
    const task = emulator.createTask();
    const snapshot = await emulator.snapshot();
    await emulator.close();
    for (const act of [
      () => emulator.createTask(),
      () => emulator.seed({}),
      () => emulator.enqueue(),
      () => emulator.staff(),
      () => emulator.agent('Ann'),
      () => emulator.until(task),
      () => emulator.trouble({ drop: 1 }),
      () => emulator.listen(0),
    ])
      expect(act).toThrow(/^The emulator is closed, and \w+\(\) would do nothing: call it before close\(\)/);
    await expect(emulator.advance('1s')).rejects.toThrow('advance() would do nothing');
    await expect(emulator.restore(snapshot)).rejects.toThrow('restore() would do nothing');
    await expect(ann.goTo('Available')).rejects.toThrow('The emulator is closed');
    expect(emulator.task(task).assignmentStatus).toBe('pending');
    expect(emulator.events.map(({ type }) => type)).toContain('task.created');
  });

  test('refuses an account that cannot be one', async () => {
    await expect(createEmulator({ accountSid: 'AC1' })).rejects.toThrow('accountSid is not AC');
    await expect(createEmulator({ authToken: '' })).rejects.toThrow('authToken is empty');
  });
});
