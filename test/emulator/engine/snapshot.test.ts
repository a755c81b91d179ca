import { expect, test } from 'vitest';
import {
  createEngine,
  type Engine,
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
  const goOn = (engine: Engine) => {
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
  const first = goOn(world.engine);
  issued = issuedBefore;
  world.time = timeBefore;
  const second = goOn(createEngine({ now: () => world.time, sid, snapshot }));
  expect(first.said.length).toBeGreaterThan(60);
  expect(second).toEqual(first);
});

test.each<[string, (snapshot: Record<string, unknown>) => unknown]>([
  ['of another version', (snapshot) => ({ ...snapshot, version: 2 })],
  ['without workspaces', ({ workspaces: _workspaces, ...rest }) => rest],
  ['whose worker is in no activity', (snapshot) => damage(snapshot, (ws) => ws.activities.splice(0))],
  ['whose task has no workflow', (snapshot) => damage(snapshot, (ws) => ws.workflows.splice(0))],
  ['whose reservation has no task', (snapshot) => damage(snapshot, (ws) => ws.tasks.splice(0))],
])('a snapshot %s is refused', (_name, change) => {
  const snapshot = change(overTheWire(busy().engine.snapshot()) as Record<string, unknown>);
  expect(() => createEngine({ snapshot: snapshot as EngineSnapshot })).toThrow(
    expect.objectContaining({ code: 'SNAPSHOT_INVALID' }),
  );
});

type Lists = Record<'activities' | 'workflows' | 'tasks', unknown[]>;

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
