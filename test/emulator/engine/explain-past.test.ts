import { describe, expect, test } from 'vitest';
import { createEngine, formatExplanation, type Task } from '../../../src/emulator/engine/index.js';
import { World } from './world.js';

const explained = (world: World, task: Task) => world.engine.explain(world.workspaceSid, task.sid);
const texts = (world: World, task: Task) => explained(world, task).decisions.map(({ text }) => text);
const nobody = (world: World, task: Task) =>
  texts(world, task).filter((text) => text.startsWith('found nobody eligible'));
const why = (world: World, task: Task, name = 'Ann') =>
  explained(world, task).workers.find(({ workerName }) => workerName === name)!.why;

interface Setting {
  readonly worker?: Record<string, unknown>;
  readonly activity?: string;
  readonly targetWorkers?: string;
  readonly target?: Record<string, unknown>;
  readonly task?: Record<string, unknown>;
}

/** Ann, one queue, one filter with one target, one task. */
function setting({ worker = {}, activity = 'Available', targetWorkers = '1==1', target, task }: Setting) {
  const world = new World();
  const queue = world.queue('Sales', { targetWorkers });
  const filters = [{ filter_friendly_name: 'all', expression: '1==1', targets: [{ queue, ...target }] }];
  const workflow = world.workflow({ filters });
  const ann = world.worker('Ann', worker, activity);
  return { world, queue, workflow, ann, task: world.task(task ?? {}) };
}

describe('why a worker is not taken, with values and types', () => {
  test.each<[string, Setting, RegExp]>([
    [
      'a text under HAS',
      { worker: { s: 'a' }, targetWorkers: "s HAS 'a'" },
      /s is 'a'; s is a string, and HAS/,
    ],
    [
      'a list under CONTAINS',
      { worker: { s: ['a'] }, targetWorkers: "s CONTAINS 'a'" },
      /s is a list.*use HAS/,
    ],
    ['a number under CONTAINS', { worker: { s: 5 }, targetWorkers: "s CONTAINS '5'" }, /s is a number/],
    [
      'a number kept as a text',
      { worker: { l: '5' }, targetWorkers: 'l >= 3' },
      /l is '5'; l is a string, 3 is a number/,
    ],
    [
      'a text equal to a number',
      { worker: { l: '5' }, targetWorkers: 'l == 5' },
      /l is a string, 5 is a number/,
    ],
    [
      'a list under ==',
      { worker: { s: ['a'] }, targetWorkers: "s == 'a'" },
      /s is a list, and == compares single/,
    ],
    [
      'a list under !=',
      { worker: { s: ['a'] }, targetWorkers: "s != 'b'" },
      /s is a list, and != compares single/,
    ],
    ['an object under ==', { worker: { s: { a: 1 } }, targetWorkers: 's == 1' }, /s is an object/],
    [
      'numbers in a list',
      { worker: { s: [1, 2] }, targetWorkers: "s HAS '1'" },
      /the list has 1, a number, and not '1'/,
    ],
    [
      'a text under IN',
      { worker: { s: 'a', t: 'ab' }, targetWorkers: 's IN t' },
      /t is a string, and IN searches a list/,
    ],
    ['a value that is too low', { worker: { l: 2 }, targetWorkers: 'l >= 3' }, /l >= 3 is false \(l is 2\)/],
    ['a missing attribute', { targetWorkers: 'a.b.c == 1' }, /a\.b\.c has no value/],
    ['an empty expression', { targetWorkers: '' }, /the queue Sales has an empty expression/],
    [
      'the step’s expression',
      { target: { expression: 'worker.x == task.y' }, worker: { x: 1 }, task: { y: 2 } },
      /step's expression is false: worker\.x == task\.y is false \(worker\.x is 1; task\.y is 2\)/,
    ],
    ['no known worker', { target: { known_worker_sid: 'task.a.b' } }, /task\.a\.b has no value \(40154\)/],
    [
      'a known worker that is no text',
      { target: { known_worker_sid: 'task.a' }, task: { a: 5 } },
      /is 5, .*\(40154\)/,
    ],
    [
      'a known worker nobody is',
      { target: { known_worker_friendly_name: 'task.a' }, task: { a: 'Zoe' } },
      /task\.a is 'Zoe', but no worker here has that name \(40154\)/,
    ],
    [
      'a known worker outside the queue',
      { target: { known_worker_friendly_name: 'task.a' }, task: { a: 'ann' }, targetWorkers: 'l == 1' },
      /not in the queue Sales: .*\(40152\)/,
    ],
  ])('%s', (_what, given, expected) => {
    const { world, task } = setting(given);
    expect(why(world, task).join('; ')).toMatch(expected);
    // The same is in what was noted then.
    expect(nobody(world, task)[0]).toMatch(expected);
  });

  test('a worker with this very task is not called full, one with another task is', () => {
    const { world, task } = setting({});
    expect(why(world, task)).toEqual([
      expect.stringMatching(/^has this task: reservation WR\w+ is pending$/),
    ]);
    const other = world.task();
    expect(why(world, other)).toEqual(['the channel default is full: 1 of 1']);
    world.answer(task, 'accepted');
    expect(why(world, task)).toEqual([expect.stringMatching(/is accepted$/)]);
  });

  test('a long value is cut, and control characters are escaped', () => {
    const { world, task } = setting({
      worker: { s: `\u001b[31m${'x'.repeat(500)}` },
      targetWorkers: "s == 'a'",
    });
    const [reason] = why(world, task);
    expect(reason).toContain("'\\u001b[31mxxx");
    expect(reason!.length).toBeLessThan(150);
  });

  test('who moved a worker, and when', () => {
    const { world, task, ann } = setting({});
    world.advance(120);
    const at = new Date(world.time).toISOString();
    expect(why(world, task)).toEqual([
      expect.stringMatching(
        `Offline, which takes no tasks, since ${at}: moved by the timeout of reservation WR`,
      ),
    ]);
    world.advance(5);
    world.move(ann, 'Unavailable');
    expect(why(world, task)[0]).toMatch(
      /Unavailable.*since 2026-01-01T00:02:05.000Z: moved by an update of the worker/,
    );
    const again = createEngine({ now: () => world.time, snapshot: world.engine.snapshot() });
    expect(again.explain(world.workspaceSid, task.sid)).toEqual(explained(world, task));
  });
});

describe('what was noted stays as it was', () => {
  const blocked: Setting = { worker: { level: 1 }, targetWorkers: 'level >= 3' };

  test.each<[string, (s: ReturnType<typeof setting>) => unknown]>([
    [
      'the worker’s attributes',
      ({ world, ann }) => world.change('updateWorker', { sid: ann, attributes: '{"level":2}' }),
    ],
    [
      'the worker’s name',
      ({ world, ann }) => world.change('updateWorker', { sid: ann, friendlyName: 'Anna' }),
    ],
    ['the worker’s activity', ({ world, ann }) => world.move(ann, 'Offline')],
    [
      'the worker’s capacity',
      ({ world, ann }) =>
        world.change('updateWorkerChannel', { workerSid: ann, sid: 'default', capacity: 0 }),
    ],
    ['the worker’s existence', ({ world, ann }) => world.change('deleteWorker', { sid: ann })],
    [
      'the queue’s expression',
      ({ world, queue }) => world.change('updateTaskQueue', { sid: queue, targetWorkers: 'level >= 9' }),
    ],
    [
      'the queue’s name',
      ({ world, queue }) => world.change('updateTaskQueue', { sid: queue, friendlyName: 'New' }),
    ],
    ['the task’s attributes', ({ world, task }) => world.update(task, { attributes: '{"a":1}' })],
    [
      'the workflow',
      ({ world, queue, workflow }) => {
        const filters = [{ filter_friendly_name: 'new', expression: '1==1', targets: [{ queue }] }];
        world.change('updateWorkflow', {
          sid: workflow,
          configuration: JSON.stringify({ task_routing: { filters } }),
          reEvaluateTasks: true,
        });
      },
    ],
    [
      'the activity’s name',
      ({ world }) =>
        world.change('updateActivity', { sid: world.activity('Available'), friendlyName: 'Ready' }),
    ],
  ])('%s may change', (_what, change) => {
    const given = setting(blocked);
    const { world, task } = given;
    const before = [
      'routed by filter "all"',
      'entered target 1 of filter "all", queue Sales',
      'found nobody eligible: Ann: is not in the queue Sales: level >= 3 is false (level is 1)',
    ];
    // Not asked before the change: it is put into words only afterwards.
    world.advance(1);
    change(given);
    expect(texts(world, task).slice(0, 3)).toEqual(before);
    const engine = createEngine({ now: () => world.time, snapshot: world.engine.snapshot() });
    expect(
      engine
        .explain(world.workspaceSid, task.sid)
        .decisions.slice(0, 3)
        .map(({ text }) => text),
    ).toEqual(before);
  });

  test('a reservation names its worker after a rename and a deletion', () => {
    const { world, task, ann } = setting({});
    world.answer(task, 'rejected', { workerActivitySid: world.activity('Offline') });
    const { workspaceSid } = world;
    world.engine.dispatch('updateWorker', { workspaceSid, sid: ann, friendlyName: 'Zoe' });
    world.engine.dispatch('deleteWorker', { workspaceSid, sid: ann });
    expect(texts(world, task)).toContain('reserved for Ann: idle for longest of those eligible');
    expect(texts(world, task)).toContain('reservation rejected (Ann)');
  });

  test('in a large workspace nobody is told in numbers, those of that moment', () => {
    const world = new World();
    world.workflow({ default_filter: { queue: world.queue('Sales', { targetWorkers: 'level > 1' }) } });
    const sids = Array.from({ length: 12 }, (_, level) =>
      world.worker(`worker ${level}`, { level }, level < 6 ? 'Offline' : 'Available'),
    );
    for (let index = 0; index < 6; index++) world.task();
    const task = world.task();
    const text =
      'found nobody eligible: of 12 workers 10 are in the queue Sales, 6 of these in an activity that takes tasks, ' +
      '0 of these free on the channel default';
    world.move(sids[11]!, 'Offline');
    expect(nobody(world, task)).toEqual([text]);
  });
});

describe('what a task waits for', () => {
  test('a step, its skip_if and until when', () => {
    const { world, task } = setting({
      target: { timeout: 30, skip_if: 'workers.available == 0', expression: 'worker.x == 1' },
    });
    expect(explained(world, task).now).toEqual([
      'waits at target 1 of filter "all", queue Sales, until 2026-01-01T00:00:30.000Z (the step\'s timeout)',
      'skip_if does not hold: workers.available == 0 is false (workers.available is 1)',
    ]);
  });

  test('a known worker of another workspace, or outside the queue', () => {
    const given = setting({ target: { known_worker_sid: 'task.a' }, targetWorkers: 'l == 1' });
    const { world, ann } = given;
    const { sid: workspaceSid } = world.engine.dispatch('createWorkspace', { friendlyName: 'Other' });
    const other = world.engine.dispatch('createWorker', { workspaceSid, friendlyName: 'Far' }).sid;
    expect(explained(world, world.task({ a: other })).now[1]).toContain('is of another workspace (40155)');
    expect(explained(world, world.task({ a: ann })).now[1]).toMatch(/names Ann, who is not in.*\(40152\)/);
  });

  test('a worker’s answer, a ringing phone, and that it will be routed again', () => {
    const { world, task, workflow } = setting({});
    expect(explained(world, task).now).toEqual([
      'waits for Ann to accept it, until 2026-01-01T00:02:00.000Z',
    ]);
    const { workspaceSid } = world;
    world.engine.dispatch('workerRinging', { workspaceSid, sid: world.reservation(task)!.sid });
    world.engine.dispatch('updateWorkflow', { workspaceSid, sid: workflow, reEvaluateTasks: true });
    expect(explained(world, task).now).toEqual([
      'waits for Ann to accept it, while the phone rings',
      'will be routed again if nobody accepts it, because the workflow changed',
    ]);
    world.answer(task, 'rejected');
    expect(texts(world, task)).toContain(
      'routed again by filter "all": a re-evaluation of the workflow was asked for',
    );
  });

  test('that its workflow was changed, or deleted, since', () => {
    const { world, task, workflow, queue } = setting({});
    world.answer(task, 'accepted');
    world.advance(3);
    const { workspaceSid } = world;
    const configuration = JSON.stringify({ task_routing: { default_filter: { queue } } });
    world.engine.dispatch('updateWorkflow', { workspaceSid, sid: workflow, configuration });
    expect(explained(world, task).now).toEqual([
      'is accepted by Ann',
      'its workflow was changed at 2026-01-01T00:00:03.000Z; it follows the configuration before that',
    ]);
    const engine = createEngine({ now: () => world.time, snapshot: world.engine.snapshot() });
    expect(engine.explain(workspaceSid, task.sid)).toEqual(explained(world, task));
    world.engine.dispatch('deleteWorkflow', { workspaceSid, sid: workflow });
    expect(formatExplanation(explained(world, task))).toContain('  its workflow has been deleted\n');
  });

  test('how it ended, which step it was skipped from and why', () => {
    const { world, task } = setting({ activity: 'Offline', target: { skip_if: 'workers.available == 0' } });
    expect(explained(world, task).now).toEqual(['ended because: Task canceled on Workflow skipped']);
    expect(texts(world, task)).toContain(
      'left target 1 of filter "all": skip_if was true: workers.available == 0 is true',
    );
  });
});
