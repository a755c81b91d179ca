import { describe, expect, test } from 'vitest';
import { createEngine, type EngineOptions, type Task } from '../../../src/emulator/engine/index.js';
import { backoffMs } from '../../../src/emulator/engine/matching/backoff.js';
import { World } from './world.js';

const fields = { assignmentCallbackUrl: 'https://a.example' };

function failing(options: Omit<EngineOptions, 'now'> = {}, queue: Record<string, unknown> = {}) {
  const world = new World(options);
  const sid = world.workflow({ default_filter: { queue: world.queue('Everyone', queue) } }, fields);
  const ann = world.worker('Ann');
  return { world, sid, ann, task: world.task() };
}

/** Every pending reservation of the task fails. */
function fail(world: World, task: Task): void {
  const { workspaceSid } = world;
  for (const { sid, reservationStatus } of [...world.view.reservationsOfTask(task.sid)]) {
    if (reservationStatus === 'pending') world.engine.dispatch('callbackFailed', { workspaceSid, sid });
  }
}

/** How long the task waits before it is offered again, in ms; 0: it was at once. */
function waitOf(world: World, task: Task): number {
  const began = world.time;
  for (let rounds = 0; task.assignmentStatus === 'pending' && rounds < 10; rounds++) {
    world.time = world.engine.nextTimerAt() ?? world.time;
    world.engine.runTimersUntil(world.time);
  }
  return world.time - began;
}

test('three rounds at once, then 100 ms, doubling to 10 s', () => {
  const { world, task } = failing();
  const waits: number[] = [];
  for (let round = 0; round < 13; round++) {
    fail(world, task);
    waits.push(waitOf(world, task));
  }
  expect(waits).toEqual([0, 0, 0, 100, 200, 400, 800, 1_600, 3_200, 6_400, 10_000, 10_000, 10_000]);
  expect(waits).toEqual(waits.map((_, index) => backoffMs(index + 1)));
});

test('its worker is free for others meanwhile', () => {
  const { world, task } = failing();
  for (let round = 0; round < 4; round++) fail(world, task);
  expect(task.assignmentStatus).toBe('pending');
  const other = world.task();
  expect(world.holders(other)).toEqual(['Ann']);
  world.advance(1);
  expect(task.assignmentStatus).toBe('pending');
  world.answer(other, 'accepted');
  world.answer(other, 'completed');
  expect(world.holders(task)).toEqual(['Ann']);
});

describe('any usable answer ends it', () => {
  test('a decision', () => {
    const { world, task } = failing();
    for (let round = 0; round < 4; round++) fail(world, task);
    waitOf(world, task);
    const { workspaceSid } = world;
    world.engine.dispatch('callbackAnswered', { workspaceSid, sid: world.reservation(task)!.sid });
    world.answer(task, 'rejected');
    for (let round = 0; round < 3; round++) {
      fail(world, task);
      expect(task.assignmentStatus).toBe('reserved');
    }
  });

  test('one that comes late, for a reservation that has ended, offers the task at once', () => {
    const { world, task } = failing();
    for (let round = 0; round < 5; round++) {
      fail(world, task);
      waitOf(world, task);
    }
    fail(world, task);
    expect(task.assignmentStatus).toBe('pending');
    const { workspaceSid } = world;
    world.engine.dispatch('callbackAnswered', { workspaceSid, sid: world.reservation(task)!.sid });
    expect(task.assignmentStatus).toBe('reserved');
  });

  test('a round with one answer and one failure has failed at most once', () => {
    const world = new World();
    const queue = world.queue('Everyone', { maxReservedWorkers: 2 });
    world.workflow({ default_filter: { queue } }, fields);
    for (const name of ['Ann', 'Ben']) world.worker(name);
    const task = world.task();
    const { workspaceSid } = world;
    for (let round = 0; round < 10; round++) {
      const [first, second] = world.view.reservationsOfTask(task.sid).slice(-2);
      world.engine.dispatch('callbackFailed', { workspaceSid, sid: first!.sid });
      world.engine.dispatch('callbackAnswered', { workspaceSid, sid: second!.sid });
      world.engine.dispatch('updateReservation', {
        workspaceSid,
        sid: second!.sid,
        reservationStatus: 'rejected',
      });
      expect(task.assignmentStatus).toBe('reserved');
    }
  });

  test('an answer about a reservation that is gone changes nothing', () => {
    const { world } = failing();
    const { workspaceSid } = world;
    world.engine.dispatch('callbackAnswered', { workspaceSid, sid: 'WR0' });
    world.engine.dispatch('callbackAnswered', { workspaceSid: 'WS0', sid: 'WR0' });
  });
});

test('another callback URL offers the task at once', () => {
  const { world, sid, task } = failing();
  for (let round = 0; round < 6; round++) {
    fail(world, task);
    if (round < 5) waitOf(world, task);
  }
  const { workspaceSid } = world;
  world.engine.dispatch('updateWorkflow', { workspaceSid, sid, friendlyName: 'Other' });
  expect(task.assignmentStatus).toBe('pending');
  world.engine.dispatch('updateWorkflow', { workspaceSid, sid, assignmentCallbackUrl: 'https://b.example' });
  expect(task.assignmentStatus).toBe('reserved');
});

test('step deadlines run on, and the wait goes with the task to the next step', () => {
  const world = new World();
  const [one, two] = [world.queue('One'), world.queue('Two')];
  const targets = [{ queue: one, timeout: 13 }, { queue: two }];
  world.workflow({ filters: [{ expression: '1==1', targets }] }, fields);
  world.worker('Ann');
  const task = world.task();
  while (world.time < task.dateCreated + 12_700) {
    fail(world, task);
    waitOf(world, task);
  }
  fail(world, task);
  expect(task.assignmentStatus).toBe('pending');
  world.advance(1);
  expect([world.queueOf(task), task.assignmentStatus]).toEqual(['Two', 'pending']);
  world.advance(10);
  expect(task.assignmentStatus).toBe('reserved');
});

test('a change of its attributes or channel does not end the wait; its cancellation does', () => {
  const { world, task } = failing();
  for (let round = 0; round < 4; round++) fail(world, task);
  world.update(task, { attributes: '{"a":1}', taskChannel: 'chat', priority: 3 });
  expect(task.assignmentStatus).toBe('pending');
  world.update(task, { assignmentStatus: 'canceled', reason: 'no' });
  world.advance(1);
  expect(task.assignmentStatus).toBe('canceled');
});

test('a snapshot keeps the wait and the count', () => {
  const { world, task } = failing();
  for (let round = 0; round < 7; round++) {
    fail(world, task);
    if (round < 6) waitOf(world, task);
  }
  const engine = createEngine({ now: () => world.time, snapshot: world.engine.snapshot() });
  const again = engine.workspaces.get(world.workspaceSid)!.tasks.get(task.sid)!;
  engine.runTimersUntil(world.time + 799);
  expect(again.assignmentStatus).toBe('pending');
  engine.runTimersUntil(world.time + 800);
  expect(again.assignmentStatus).toBe('reserved');
});

test('it is explained', () => {
  const { world, task } = failing();
  for (let round = 0; round < 4; round++) fail(world, task);
  const { now, decisions } = world.engine.explain(world.workspaceSid, task.sid);
  const until = new Date(world.time + 100).toISOString();
  expect(now).toContain(`backs off until ${until}: the assignment callbacks of 4 rounds in a row failed`);
  expect(decisions.at(-1)!.text).toBe(
    'backs off for 100 ms: the assignment callbacks of 4 rounds in a row failed',
  );
  expect(decisions.at(-2)!.text).toBe('reservation canceled (Ann): no callback URL gave a usable answer');
});

test('the switch turns it off, and the thousandth assignment still ends it', () => {
  const { world, task } = failing({ callbackBackoff: false, maxAssignments: 20 });
  for (let round = 0; round < 19; round++) fail(world, task);
  expect([task.assignmentStatus, task.reason]).toEqual(['canceled', 'Max assignment count exceeded']);
});
