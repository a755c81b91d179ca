import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  createEngine,
  type Engine,
  type EngineOutput,
  type EngineSnapshot,
  seededSid,
} from '../../../src/emulator/engine/index.js';
import { World } from './world.js';

/** Every kind of thing a snapshot has to carry, deleted ones included. */
function busy(sid = seededSid(1)) {
  const world = new World({ sid });
  const { workspaceSid } = world;
  const [a, b] = [
    world.queue('A', { targetWorkers: 'level > 1', maxReservedWorkers: 2 }),
    world.queue('B', { taskOrder: 'LIFO' }),
  ];
  const workflowSid = world.workflow({
    filters: [
      {
        expression: "type == 'a'",
        targets: [
          { queue: a, timeout: 50, priority: 3 },
          { queue: b, expression: 'worker.skills HAS task.skill' },
        ],
      },
    ],
    default_filter: { queue: b, skip_if: '1==2' },
  });
  for (const [name, level] of [
    ['Ann', 1],
    ['Ben', 2],
    ['Cy', 3],
  ] as const)
    world.worker(name, { level, skills: ['x'] });
  world.engine.dispatch('updateTaskChannel', { workspaceSid, sid: 'voice', channelOptimizedRouting: true });
  const task = world.task({ type: 'a', skill: 'x' });
  world.answer(task, 'accepted');
  const ringing = world.task({}, { taskChannel: 'voice' });
  world.engine.dispatch('workerRinging', { workspaceSid, sid: world.reservation(ringing)!.sid });
  for (let index = 0; index < 6; index++)
    world.task({ type: index % 2 ? 'a' : 'b', skill: 'x' }, { priority: index });
  world.task({}, { routingTarget: [...world.view.workers.keys()][0]!, ignoreCapacity: false });
  // An older configuration still has tasks; the new one is for later ones.
  const configuration = JSON.stringify({ task_routing: { default_filter: { queue: a } } });
  world.engine.dispatch('updateWorkflow', { workspaceSid, sid: workflowSid, configuration });
  world.task();
  // A deleted worker, queue and workflow that an ended task still points to.
  const queue = world.queue('Gone');
  const gone = world.workflow({ default_filter: { queue } }, { friendlyName: 'Gone' });
  const away = world.engine.dispatch('createActivity', { workspaceSid, friendlyName: 'Away' }).sid;
  world.engine.dispatch('createTaskChannel', { workspaceSid, friendlyName: 'Fax', uniqueName: 'fax' });
  const dee = world.worker('Dee', {}, 'Away');
  const ended = world.task({}, { workflowSid: gone, taskChannel: 'video', routingTarget: dee });
  world.answer(ended, 'accepted');
  world.answer(ended, 'completed');
  world.engine.dispatch('deleteWorkflow', { workspaceSid, sid: gone });
  world.engine.dispatch('deleteTaskQueue', { workspaceSid, sid: queue });
  world.engine.dispatch('deleteWorker', { workspaceSid, sid: dee });
  world.engine.dispatch('deleteActivity', { workspaceSid, sid: away });
  world.engine.dispatch('deleteTaskChannel', { workspaceSid, sid: 'fax' });
  return world;
}

const overTheWire = (snapshot: EngineSnapshot): EngineSnapshot => JSON.parse(JSON.stringify(snapshot));

test('an engine made from a snapshot has the same state', () => {
  const world = busy();
  const snapshot = overTheWire(world.engine.snapshot());
  const again = createEngine({ now: () => world.time, snapshot });
  expect(overTheWire(again.snapshot())).toEqual(snapshot);
  expect(again.nextTimerAt()).toBe(world.engine.nextTimerAt());
  expect(again.workspaces.get(world.workspaceSid)!.workers.size).toBe(3);
});

test('it goes on exactly as the first would have', () => {
  let issued = 0;
  const sid = (prefix: string) => {
    issued += 1;
    return `${prefix}${issued}`;
  };
  const world = busy(sid);
  const snapshot = overTheWire(world.engine.snapshot());
  const [issuedBefore, timeBefore] = [issued, world.time];
  const waitUntil = (engine: Engine) => {
    const said: unknown[] = [];
    engine.subscribe((output) => said.push(output));
    const view = engine.workspaces.get(world.workspaceSid)!;
    const { workspaceSid } = world;
    for (let round = 0; round < 60; round++) {
      world.time += 7_000;
      const open = [...view.reservations.values()].filter(
        ({ reservationStatus }) => reservationStatus === 'pending',
      );
      const reservation = open[round % Math.max(1, open.length)];
      if (reservation) {
        const reservationStatus = round % 3 === 0 ? 'rejected' : 'accepted';
        engine.dispatch('updateReservation', { workspaceSid, sid: reservation.sid, reservationStatus });
      }
      const held = [...view.tasks.values()].find(({ assignmentStatus }) => assignmentStatus === 'assigned');
      if (held) engine.dispatch('updateTask', { workspaceSid, sid: held.sid, assignmentStatus: 'completed' });
      const worker = [...view.workers.values()][round % 3]!;
      const activitySid = [...view.activities.keys()][round % 2 === 0 ? 1 : 0]!;
      engine.dispatch('updateWorker', { workspaceSid, sid: worker.sid, activitySid });
    }
    return { said, end: engine.snapshot() };
  };
  const first = waitUntil(world.engine);
  issued = issuedBefore;
  world.time = timeBefore;
  const second = waitUntil(createEngine({ now: () => world.time, sid, snapshot }));
  expect(first.said.length).toBeGreaterThan(60);
  expect(second).toEqual(first);
});

test('a snapshot of an older form says which one it is', () => {
  const snapshot = { ...busy().engine.snapshot(), version: 1 } as unknown as EngineSnapshot;
  expect(() => createEngine({ snapshot })).toThrow('has version 1, but this release reads version 3');
});

test.each<[string, (snapshot: Record<string, unknown>) => unknown]>([
  ['of another version', (snapshot) => ({ ...snapshot, version: 2 })],
  ['without workspaces', ({ workspaces: _workspaces, ...rest }) => rest],
  ['whose worker is in no activity', (snapshot) => damage(snapshot, (ws) => ws.activities.splice(0))],
  ['whose task has no workflow', (snapshot) => damage(snapshot, (ws) => ws.workflows.splice(0))],
  ['whose reservation has no task', (snapshot) => damage(snapshot, (ws) => ws.tasks.splice(0))],
  ['with a worker twice', (snapshot) => damage(snapshot, ({ workers }) => workers.push(workers[0]))],
  ['whose tasks are no list', (snapshot) => damage(snapshot, (ws) => Object.assign(ws, { tasks: {} }))],
  [
    'whose worker has attributes that are no JSON',
    (snapshot) => changed(snapshot, 'workers', 'attributes', '{'),
  ],
  ['whose task has an unknown status', (snapshot) => changed(snapshot, 'tasks', 'assignmentStatus', 'lost')],
  ['whose task has a priority in words', (snapshot) => changed(snapshot, 'tasks', 'priority', 'high')],
  ['whose task is at a step that is not there', (snapshot) => changed(snapshot, 'tasks', 'target', 9)],
  ['whose worker has a rank in words', (snapshot) => changed(snapshot, 'workers', 'idleRank', 'first')],
  ['whose worker holds more than it has', (snapshot) => changed(snapshot, 'workers', 'openReservations', 7)],
  [
    'whose task was made in a year no date has',
    (snapshot) => changed(snapshot, 'tasks', 'dateCreated', 1e300),
  ],
  [
    'whose queue is of another workspace',
    (snapshot) => changed(snapshot, 'taskQueues', 'workspaceSid', 'WS0'),
  ],
  [
    "whose queue's expression cannot be read",
    (snapshot) => changed(snapshot, 'taskQueues', 'targetWorkers', '=='),
  ],
])('a snapshot %s is refused', (_name, change) => {
  const snapshot = change(overTheWire(busy().engine.snapshot()) as Record<string, unknown>);
  expect(() => createEngine({ snapshot: snapshot as EngineSnapshot })).toThrow(
    expect.objectContaining({ code: 'SNAPSHOT_INVALID' }),
  );
});

test('a snapshot with any one value changed is refused as a whole, or the engine made of it works', () => {
  const text = JSON.stringify(busy().engine.snapshot());
  const places = pathsIn(JSON.parse(text));
  const value = fc.constantFrom<unknown>(
    null,
    true,
    -1,
    0,
    2,
    0.5,
    1e308,
    '',
    'x',
    'WK0',
    '{"a":',
    [],
    {},
    undefined,
  );
  let refused = 0;
  fc.assert(
    fc.property(fc.constantFrom(...places), value, (path, put) => {
      const snapshot = replaced(text, path, put);
      let engine: Engine;
      try {
        engine = createEngine({ now: () => 0, snapshot });
      } catch (error) {
        expect(error).toMatchObject({ code: 'SNAPSHOT_INVALID' });
        refused += 1;
        return;
      }
      use(engine);
    }),
    { numRuns: 500 },
  );
  expect(refused).toBeGreaterThan(250);
});

/** The places of every value in plain data. */
function pathsIn(data: unknown, at: readonly string[] = []): (readonly string[])[] {
  if (typeof data !== 'object' || data === null) return [at];
  return [at, ...Object.entries(data).flatMap(([name, value]) => pathsIn(value, [...at, name]))];
}

function replaced(text: string, path: readonly string[], value: unknown): EngineSnapshot {
  if (path.length === 0) return value as EngineSnapshot;
  const data = JSON.parse(text);
  const parent = path.slice(0, -1).reduce((from, name) => from[name], data);
  parent[path.at(-1)!] = value;
  return data;
}

/** Everything that could stumble over a value: explanations, attributes, timers, routing, and the next snapshot. */
function use(engine: Engine): void {
  const said: EngineOutput[] = [];
  engine.subscribe((output) => said.push(output));
  for (const [workspaceSid, view] of engine.workspaces) {
    for (const { sid } of view.tasks.values()) engine.explain(workspaceSid, sid);
    for (const { sid } of view.workers.values()) {
      for (const name of ['Available', 'Offline', 'Available']) {
        const activity = [...view.activities.values()].find(({ friendlyName }) => friendlyName === name);
        if (activity) engine.dispatch('updateWorker', { workspaceSid, sid, activitySid: activity.sid });
      }
    }
    for (const { sid, dateCreated } of view.tasks.values()) {
      expect(new Date(dateCreated).toISOString()).toContain('T');
      engine.dispatch('updateTask', { workspaceSid, sid, attributes: '{"type":"a","skill":"y"}' });
    }
  }
  engine.runTimersUntil((engine.nextTimerAt() ?? 0) + 3 * 86_400_000);
  for (const output of said) expect(JSON.stringify(output)).not.toContain('NaN');
  createEngine({ now: () => 0, snapshot: overTheWire(engine.snapshot()) });
}

type List = 'activities' | 'workflows' | 'tasks' | 'workers' | 'taskQueues';
type Lists = Record<List, unknown[]>;

function changed(snapshot: Record<string, unknown>, list: List, field: string, value: unknown) {
  return damage(snapshot, (workspace) => Object.assign(workspace[list][0]!, { [field]: value }));
}

function damage(snapshot: Record<string, unknown>, change: (workspace: Lists) => void) {
  const [workspace] = snapshot.workspaces as Lists[];
  change(workspace!);
  return snapshot;
}

test('a living worker keeps its name beside a deleted one of the same name', () => {
  const world = new World();
  const { workspaceSid } = world;
  world.workflow({
    default_filter: { queue: world.queue('A'), known_worker_friendly_name: 'task.agent' },
  });
  const first = world.worker('Ann');
  const task = world.task({ agent: 'ann' });
  world.move(first, 'Offline', true);
  world.engine.dispatch('deleteWorker', { workspaceSid, sid: first });
  world.worker('Ann', {}, 'Offline');
  const again = createEngine({ snapshot: world.engine.snapshot(), now: () => world.time });
  const view = again.workspaces.get(workspaceSid)!;
  const [second] = view.workers.values();
  expect(() => again.dispatch('createWorker', { workspaceSid, friendlyName: 'ANN' })).toThrow(
    /same friendly name/,
  );
  again.dispatch('updateWorker', {
    workspaceSid,
    sid: second!.sid,
    activitySid: world.activity('Available'),
  });
  expect(view.tasks.get(task.sid)?.assignmentStatus).toBe('reserved');
});

test('attributes that a call made longer than a caller may are kept', () => {
  const world = new World();
  const { workspaceSid } = world;
  world.workflow();
  world.worker('Ann');
  const task = world.task({ text: 'x'.repeat(4_085) });
  const { sid } = world.reservation(task)!;
  world.engine.dispatch('workerAnswered', { workspaceSid, sid, taskAttributes: { worker_call_sid: 'CA1' } });
  const again = createEngine({ snapshot: world.engine.snapshot(), now: () => world.time });
  expect(again.workspaces.get(workspaceSid)!.tasks.get(task.sid)).toEqual(
    expect.objectContaining({ attributes: task.attributes }),
  );
});
