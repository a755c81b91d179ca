import type { RecordedKinds, WorkspaceDefinition } from 'taskrouter-kit/workspace';
import { applyPlan, planWorkspace } from 'taskrouter-kit/workspace';
import { describe, expect, test } from 'vitest';
import { account, clientOf } from './account.js';

const own = account();
let count = 0;
/** A definition of a workspace of its own. */
const named = <D extends WorkspaceDefinition>(definition: D) => ({
  friendlyName: `Plan ${count++}`,
  ...definition,
});

const sidOf = (name: string) =>
  [...own.emulator.workspaces.values()].find(({ workspace }) => workspace.friendlyName === name)!.workspace
    .sid;

const brief = async (definition: WorkspaceDefinition, options = {}) =>
  (await own.plan(definition, options)).plan.changes.map(
    ({ action, kind, name, from, blockedBy }) =>
      `${action} ${kind} ${from === undefined ? '' : `${from} -> `}${name}${blockedBy === undefined ? '' : ` blocked: ${blockedBy}`}`,
  );

describe('a plan', () => {
  test('has exactly the documented shape', async () => {
    const definition = named({ taskQueues: { A: {} } });
    await own.apply(definition);
    const { plan } = await own.plan({ ...definition, taskQueues: { A: { taskOrder: 'LIFO' }, B: {} } });
    expect(plan).toEqual({
      format: 1,
      workspace: { name: definition.friendlyName, sid: sidOf(definition.friendlyName) },
      inSync: false,
      summary: { create: 1, update: 1, rename: 0, delete: 0, kept: 0 },
      changes: [
        {
          action: 'update',
          kind: 'taskQueue',
          name: 'A',
          sid: expect.stringMatching(/^WQ/),
          cause: 'unknown',
          fields: [{ path: 'taskOrder', before: 'FIFO', after: 'LIFO' }],
        },
        {
          action: 'create',
          kind: 'taskQueue',
          name: 'B',
          cause: 'unknown',
          fields: [
            { path: 'targetWorkers', before: null, after: '1 == 1' },
            { path: 'maxReservedWorkers', before: null, after: 1 },
            { path: 'taskOrder', before: null, after: 'FIFO' },
          ],
        },
      ],
    });
  });

  test('shows neither order nor whitespace, spelling, or a number that is a text', async () => {
    const definition = named({
      taskQueues: { A: { targetWorkers: "(skills HAS 'x') AND level>=2" } },
      workers: { Ann: { attributes: { b: 1, a: { d: [1, 2], c: null } } } },
      workflows: {
        W: {
          filters: [
            {
              name: 'F',
              expression: "type=='call'",
              targets: [
                { queue: 'A', timeout: '30s', priority: 5, orderBy: 'worker.level desc' },
                { priority: 1 },
              ],
            },
          ],
          defaultQueue: 'A',
        },
      },
    });
    await own.apply(definition);
    const sid = sidOf(definition.friendlyName);
    const inside = own.client.workspace(sid);
    const queue = (await inside.taskQueues.list().all())[0]!;
    const workflow = (await inside.workflows.list().all())[0]!;
    await inside.taskQueues.update(queue.sid, { targetWorkers: 'skills >- "x" and level >= 2.0' });
    await inside.workers.update((await inside.workers.list().all())[0]!.sid, {
      attributes: { a: { c: null, d: [1, 2] }, b: 1 },
    });
    await inside.workflows.update(workflow.sid, {
      configuration: {
        task_routing: {
          default_filter: { queue: queue.sid },
          filters: [
            {
              friendly_name: 'F',
              targets: [
                {
                  priority: '5',
                  timeout: '30',
                  order_by: ' worker.level DESC',
                  queue: queue.sid,
                  skip_if: null,
                },
                { queue: queue.sid, priority: '1' },
              ],
              expression: ' type = "call" ',
            },
          ],
        },
      } as never,
    });
    expect(await brief(definition)).toEqual([]);
  });

  test('shows a changed workflow filter by filter and step by step', async () => {
    const step = { queue: 'A', timeout: 30 };
    const definition = named({
      taskQueues: { A: {}, B: {} },
      workflows: {
        W: {
          filters: [
            { name: 'One', expression: 'a == 1', targets: [step, { priority: 2 }] },
            { name: 'Two', expression: 'b == 1', targets: [step] },
            { name: 'Gone', expression: 'c == 1', targets: [step] },
          ],
          defaultQueue: 'A',
        },
      },
    });
    await own.apply(definition);
    const { plan } = await own.plan({
      ...definition,
      workflows: {
        W: {
          filters: [
            { name: 'Two', expression: 'b == 2', targets: [{ queue: 'B', timeout: 30 }] },
            { name: 'One', expression: 'a == 1', targets: [{ queue: 'A', timeout: 40 }] },
            { name: 'New', expression: 'd == 1', targets: [step] },
          ],
          defaultQueue: 'B',
        },
      },
    });
    expect(plan.changes[0]!.fields.map(({ path }) => path)).toEqual([
      'filters[One].targets[0].timeout',
      'filters[One].targets[1]',
      'filters[Two].expression',
      'filters[Two].targets[0].queue',
      'filters[Gone]',
      'filters[New]',
      'filters',
      'defaultQueue',
    ]);
  });

  test('leaves alone a kind whose key is absent, even with prune', async () => {
    const definition = named({ taskQueues: { A: {} }, workers: { Ann: {} } });
    await own.apply(definition);
    const { friendlyName } = definition;
    expect(await brief({ friendlyName }, { prune: true })).toEqual([]);
    expect(await brief({ friendlyName, workers: {} }, { prune: true })).toEqual(['delete worker Ann']);
    expect((await own.plan({ friendlyName, workers: {} })).plan).toMatchObject({
      inSync: true,
      summary: { kept: 1, delete: 0 },
    });
  });

  test('deletes no queue that a workflow still names, no activity in use, nothing with live tasks', async () => {
    const definition = named({
      activities: { Lunch: {} },
      taskQueues: { A: {}, B: {}, C: {} },
      workers: { Ann: { activity: 'Lunch' }, Busy: { activity: 'Available' } },
      workflows: { W: { defaultQueue: 'A' }, Old: { defaultQueue: 'C' } },
    });
    await own.apply(definition);
    const { friendlyName } = definition;
    const workspaceSid = sidOf(friendlyName);
    own.emulator.createTask({ workspaceSid, workflow: 'Old', attributes: {} });
    const options = { prune: true };
    expect(await brief({ friendlyName, activities: {}, taskQueues: {} }, options)).toEqual([
      'delete taskQueue A blocked: the workflow "W" still routes to it',
      'delete taskQueue B',
      'delete taskQueue C blocked: the workflow "Old" still routes to it',
      'delete activity Lunch blocked: the worker "Ann" is in it',
    ]);
    expect(await brief({ friendlyName, workflows: {}, workers: {} }, options)).toEqual([
      'delete workflow W',
      'delete workflow Old blocked: it has live tasks: let them end, or use --force',
      'delete worker Ann',
      'delete worker Busy blocked: it has live tasks: let them end, or use --force',
    ]);
    expect(await brief({ friendlyName, workflows: {}, workers: {} }, { ...options, force: true })).toEqual([
      'delete workflow W',
      'delete workflow Old',
      'delete worker Ann',
      'delete worker Busy',
    ]);
    const moved = { Lunch: {}, Dinner: {} };
    const both = { friendlyName, activities: moved, taskQueues: { B: { assignmentActivity: 'Dinner' } } };
    await own.apply({ ...both, workers: undefined });
    // A queue that moves to another activity does not hold the one it leaves.
    expect(
      await brief(
        { friendlyName, activities: { Lunch: {} }, taskQueues: { B: { assignmentActivity: 'Lunch' } } },
        options,
      ),
    ).toContain('delete activity Dinner');
    // What Twilio refuses all the same is kept, and the rest is done.
    expect(await own.apply({ friendlyName, workflows: {} }, { ...options, force: true })).toMatchObject({
      done: 1,
      kept: 1,
    });
  });

  test('never compares the activity of a worker, nor attributes and channels that are not defined', async () => {
    const definition = named({ workers: { Ann: { activity: 'Available', attributes: { a: 1 } } } });
    await own.apply(definition);
    const inside = own.client.workspace(sidOf(definition.friendlyName));
    const [ann] = await inside.workers.list().all();
    expect(ann!.activityName).toBe('Available');
    await inside.workers.update(ann!.sid, { activitySid: 'Offline' });
    expect(await brief(definition)).toEqual([]);
    expect(await brief({ ...definition, workers: { Ann: {} } })).toEqual([]);
  });

  test('says what TaskRouter cannot change', async () => {
    const definition = named({ activities: { Lunch: { available: false } } });
    await own.apply(definition);
    const other = { ...definition, multiTaskEnabled: false, activities: { Lunch: { available: true } } };
    expect(await brief(other)).toEqual([
      expect.stringMatching(/^update workspace .* blocked: TaskRouter does not turn multitasking off/),
      expect.stringMatching(/^update activity Lunch blocked: TaskRouter never changes whether/),
    ]);
    expect(await own.apply(other)).toMatchObject({ done: 0, kept: 2 });
  });

  test('compares what is odd in a live configuration, and makes it as defined', async () => {
    const definition = named({
      taskQueues: { A: {} },
      workflows: { W: { filters: [{ name: 'F', expression: 'a == 1', targets: [{ queue: 'A' }] }] } },
    });
    await own.apply(definition);
    const inside = own.client.workspace(sidOf(definition.friendlyName));
    const [queue] = await inside.taskQueues.list().all();
    const [workflow] = await inside.workflows.list().all();
    await inside.workflows.update(workflow!.sid, {
      configuration: {
        task_routing: {
          filters: [
            {
              friendly_name: 'F',
              expression: 'a==1',
              targets: [{ task_queue_sid: queue!.sid, legacy: true }],
              x: 1,
            },
          ],
          default_filter: { queue: queue!.sid, expression: '1==1' },
          y: { z: 1 },
        },
      } as never,
    });
    const { plan } = await own.plan(definition);
    expect(plan.changes[0]!.fields).toEqual([
      { path: 'filters[F].targets[0].legacy', before: true, after: null },
      { path: 'filters[F].x', before: 1, after: null },
      { path: 'defaultQueue', before: 'A', after: null },
      { path: 'defaultFilter.expression', before: '1 == 1', after: null },
      { path: 'configuration.y', before: { z: 1 }, after: null },
    ]);
    await own.apply(definition);
    expect(await brief(definition)).toEqual([]);
  });

  test('refuses an activity of every workspace that this one has no more, unless the definition has it', async () => {
    const definition = named({ taskQueues: { A: { reservationActivity: 'Unavailable' } } });
    await own.apply(definition);
    const { activities } = own.client.workspace(sidOf(definition.friendlyName));
    const [unavailable] = await activities.list({ friendlyName: 'Unavailable' }).all();
    await activities.update(unavailable!.sid, { friendlyName: 'Away' });
    await expect(own.plan(definition)).rejects.toThrow(
      'The workspace has no activity "Unavailable" any more: someone has renamed or deleted it. Write it under activities',
    );
    const listed = { ...definition, activities: { Unavailable: {} } };
    await own.apply(listed);
    expect(await brief(listed)).toEqual([]);
  });

  test('finds a worker again whose name differs only in case', async () => {
    const definition = named({ workers: { Ann: {} } });
    await own.apply(definition);
    expect(await brief({ ...definition, workers: { ANN: {} } })).toEqual(['rename worker Ann -> ANN']);
  });

  test('refuses names that fit several resources, with their SIDs', async () => {
    const definition = named({ taskQueues: { A: {} } });
    await own.apply(definition);
    const sid = sidOf(definition.friendlyName);
    await own.client.workspace(sid).taskQueues.create({ friendlyName: 'A' });
    await expect(own.plan(definition)).rejects.toThrow(
      /has 2 task queues named "A": WQ\w+, WQ\w+\. .*rename or delete/,
    );
    await own.client.workspaces.create({ friendlyName: definition.friendlyName });
    await expect(own.plan(definition)).rejects.toThrow(
      /2 workspaces are named .*Choose one by its SID with --workspace/,
    );
    await own.client
      .workspace(sid)
      .taskQueues.delete((await own.client.workspace(sid).taskQueues.list().all())[1]!.sid);
    expect(await brief(definition, { workspace: sid })).toEqual([]);
  });

  test('takes another workspace by name, and renames one that is given by SID', async () => {
    const definition = named({ taskQueues: { A: {} } });
    await own.apply(definition, { workspace: 'A second one' });
    expect(await brief(definition, { workspace: 'A second one' })).toEqual([]);
    const sid = sidOf('A second one');
    expect(await brief(definition, { workspace: sid })).toEqual([
      `rename workspace A second one -> ${definition.friendlyName}`,
    ]);
    await own.apply(definition, { workspace: sid });
    expect(await brief(definition)).toEqual([]);
    await expect(own.plan({ taskQueues: {} })).rejects.toThrow('Nothing says which workspace to use');
    await expect(own.plan(definition, { workspace: `WS${'0'.repeat(32)}` })).rejects.toThrow(
      'has no workspace WS',
    );
  });

  test.each([
    [
      'a name that is too long',
      { taskQueues: { ['x'.repeat(65)]: {} } },
      'the name has 65 characters; Twilio accepts 64',
    ],
    [
      'workers that differ only in case',
      { workers: { Ann: {}, ANN: {} } },
      'differs from "Ann" only in case',
    ],
    [
      'attributes that are too long',
      { workers: { A: { attributes: { a: 'x'.repeat(5_000) } } } },
      'Twilio accepts 4096',
    ],
    ['a unique name that is none', { taskChannels: { 'a-b': {} } }, 'a unique name has only letters'],
    [
      'an expression that is none',
      { taskQueues: { A: { targetWorkers: 'a-b == 1' } } },
      'cannot contain a hyphen',
    ],
    [
      'an order that is none',
      {
        taskQueues: { A: {} },
        workflows: { W: { filters: [{ expression: '1==1', targets: [{ queue: 'A', orderBy: 'level' }] }] } },
      },
      'expecting worker.<attribute>',
    ],
  ])('refuses %s before anything is sent', async (_what, definition, message) => {
    await expect(own.plan(named(definition))).rejects.toThrow(message);
  });
});

describe('a state', () => {
  const recorder = () => {
    const states = new Map<string, RecordedKinds>();
    return {
      options: { recorded: (sid: string) => states.get(sid) },
      apply: async (definition: WorkspaceDefinition) =>
        applyPlan(own.client, await own.plan(definition, { recorded: (sid) => states.get(sid) }), {
          settleMs: 1,
          previous: (sid) => states.get(sid),
          record: async (sid, kinds) => void states.set(sid, kinds),
        }),
    };
  };
  const base = {
    activities: { Lunch: {} },
    taskQueues: { A: { targetWorkers: 'level == 1' }, B: { targetWorkers: 'level == 2' } },
    workers: { Ann: { attributes: { phone: '+15005550006' } } },
    workflows: { W: { defaultQueue: 'A' } },
  };

  test('tells drift from changes of the definition', async () => {
    const { options, apply } = recorder();
    const definition = named(base);
    await apply(definition);
    const inside = own.client.workspace(sidOf(definition.friendlyName));
    const [a] = await inside.taskQueues.list({ friendlyName: 'A' }).all();
    const [ann] = await inside.workers.list().all();
    await inside.taskQueues.update(a!.sid, { maxReservedWorkers: 7 });
    await inside.workers.update(ann!.sid, { attributes: { phone: '+15005550007' } });
    const mine = { ...definition, taskQueues: { ...base.taskQueues, B: { targetWorkers: 'level == 3' } } };
    const { plan } = await own.plan({ ...mine, workflows: { W: { defaultQueue: 'B' } } }, options);
    expect(plan.changes.map(({ name, cause }) => [name, cause])).toEqual([
      ['A', 'drift'],
      ['B', 'definition'],
      ['Ann', 'drift'],
      ['W', 'definition'],
    ]);
  });

  test('knows again what was renamed in the workspace, and in the definition', async () => {
    const { options, apply } = recorder();
    const definition = named(base);
    await apply(definition);
    const inside = own.client.workspace(sidOf(definition.friendlyName));
    const [a] = await inside.taskQueues.list({ friendlyName: 'A' }).all();
    await inside.taskQueues.update(a!.sid, { friendlyName: 'Renamed by hand' });
    expect(await brief(definition, options)).toEqual(['rename taskQueue Renamed by hand -> A']);
    await apply(definition);
    const renamed = {
      ...definition,
      taskQueues: { 'A new name': base.taskQueues.A, B: base.taskQueues.B },
      workflows: { W: { defaultQueue: 'A new name' } },
    };
    expect(await brief(renamed, options)).toEqual(['rename taskQueue A -> A new name']);
    await apply(renamed);
    expect(await brief(renamed, options)).toEqual([]);
    // A workflow is known again although the queue it names is renamed too.
    const both = {
      ...renamed,
      taskQueues: { 'A newer name': base.taskQueues.A, B: base.taskQueues.B },
      workflows: { 'W too': { defaultQueue: 'A newer name' } },
    };
    expect(await brief(both, options)).toEqual([
      'rename taskQueue A new name -> A newer name',
      'rename workflow W -> W too',
    ]);
    // Another worker, of whom nothing is said, is another one.
    expect(await brief({ ...renamed, workers: { Zed: {} } }, options)).toEqual(['create worker Zed']);
    // Without a state it is another queue.
    expect(await brief(definition)).toEqual(['create taskQueue A', 'update workflow W']);
  });

  test('renames no task channel, shows of a renamed worker its name alone, and counts no event type twice', async () => {
    const { options, apply } = recorder();
    const definition = named({
      eventsFilter: ['task.created', 'task.created'] as const,
      taskChannels: { letters: { friendlyName: 'L' } },
      workers: { Ann: { attributes: { a: 1 }, channels: { voice: { capacity: 2 } } } },
    });
    await apply(definition);
    expect(await brief(definition, options)).toEqual([]);
    const other = {
      ...definition,
      taskChannels: { mails: { friendlyName: 'L' } },
      workers: { Anna: definition.workers.Ann },
    };
    const { plan } = await own.plan(other, options);
    expect(plan.changes.map(({ action, name, fields }) => [action, name, fields.length])).toEqual([
      ['create', 'mails', 2],
      ['rename', 'Anna', 0],
    ]);
    await apply(other);
    expect(await brief(other, options)).toEqual([]);
  });

  test('holds no value of anything', async () => {
    let text = '';
    const definition = named(base);
    await applyPlan(own.client, await own.plan(definition), {
      record: async (_sid, kinds) => {
        text = JSON.stringify(kinds);
      },
    });
    expect(text).toContain('Ann');
    expect(text).not.toContain('5550006');
    expect(text).not.toContain('level');
  });
});

describe('an apply', () => {
  test('stops between two steps when it is told to, and goes on from there', async () => {
    const definition = named({
      taskQueues: Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`Q${i}`, {}])),
    });
    const stopping = new AbortController();
    const stopped = await applyPlan(own.client, await own.plan(definition), {
      signal: stopping.signal,
      onStep: ({ state, number }) => {
        if (state === 'done' && number >= 5) stopping.abort();
      },
    });
    expect(stopped.left).toBeGreaterThan(0);
    const { plan } = await own.plan(definition);
    expect(plan.summary.create).toBe(stopped.left);
    await own.apply(definition);
    expect(await brief(definition)).toEqual([]);
  });

  test('makes what somebody else has created meanwhile as defined', async () => {
    const definition = named({
      taskQueues: { A: { targetWorkers: 'level == 1' } },
      workers: { Ann: { attributes: { a: 1 } } },
      workflows: { W: { defaultQueue: 'A', taskReservationTimeout: 30 } },
    });
    const { sid } = await own.client.workspaces.create({ friendlyName: definition.friendlyName });
    const planned = await own.plan(definition);
    const inside = own.client.workspace(sid);
    await inside.taskQueues.create({ friendlyName: 'A', targetWorkers: '1==1' });
    await inside.workers.create({ friendlyName: 'Ann', attributes: { b: 1 } });
    await applyPlan(own.client, planned, { settleMs: 1 });
    expect(await brief(definition)).toEqual([]);
  });

  test('creates nothing twice when two run at once', async () => {
    const definition = named({
      activities: { X: {}, Y: {} },
      taskQueues: { A: {}, B: {}, C: {}, D: {} },
      workers: { Ann: {}, Ben: {} },
      workflows: { W: { defaultQueue: 'A' } },
    });
    await own.client.workspaces.create({ friendlyName: definition.friendlyName });
    const others = [0, 1, 2].map(() => clientOf(own.emulator));
    const planned = await Promise.all(others.map((client) => planWorkspace(client, definition)));
    await Promise.allSettled(planned.map((one, index) => applyPlan(others[index]!, one, { settleMs: 300 })));
    await own.apply(definition);
    expect(await brief(definition)).toEqual([]);
    const view = own.emulator.workspaces.get(sidOf(definition.friendlyName))!;
    expect([view.activities.size, view.taskQueues.size, view.workers.size, view.workflows.size]).toEqual([
      5, 4, 2, 1,
    ]);
  });
});
