import { describe, expect, test } from 'vitest';
import { EngineRefusal } from '../../../src/emulator/engine/index.js';
import { World } from './world.js';

const withWorkers = (
  names: string[],
  fields: Record<string, unknown> = {},
  queue: Record<string, unknown> = {},
) => {
  const world = new World();
  world.workflow({ default_filter: { queue: world.queue('Everyone', queue) } }, fields);
  const sids = names.map((name) => world.worker(name));
  world.outputs.length = 0;
  return { world, sids };
};

const refusal = (run: () => unknown): { status: number; code: number } => {
  try {
    run();
  } catch (error) {
    if (error instanceof EngineRefusal) return { status: error.status, code: error.twilioCode };
    throw error;
  }
  throw new Error('nothing was refused');
};

const bad = { status: 400, code: 20001 };

describe('life of a task', () => {
  test('accepted, wrapping, completed: statuses and events in order', () => {
    const { world } = withWorkers(['Ann']);
    const task = world.task();
    expect(world.events()).toEqual([
      'workflow.entered',
      'task-queue.entered',
      'task.created',
      'workflow.target-matched',
      'reservation.created',
    ]);
    world.answer(task, 'accepted');
    expect([task.assignmentStatus, world.events()]).toEqual(['assigned', ['reservation.accepted']]);
    world.update(task, { assignmentStatus: 'wrapping' });
    expect([task.assignmentStatus, world.reservation(task)!.reservationStatus]).toEqual([
      'wrapping',
      'wrapping',
    ]);
    expect(world.events()).toEqual(['task.wrapup', 'reservation.wrapup']);
    world.update(task, { assignmentStatus: 'completed', reason: 'done' });
    expect([task.assignmentStatus, world.reservation(task)!.reservationStatus]).toEqual([
      'completed',
      'completed',
    ]);
    expect(world.events()).toEqual(['task.completed', 'reservation.completed', 'task.updated']);
  });

  test('completing the reservation completes the task', () => {
    const { world } = withWorkers(['Ann']);
    const task = world.task();
    world.answer(task, 'accepted');
    world.answer(task, 'wrapping');
    expect(task.assignmentStatus).toBe('wrapping');
    world.answer(task, 'completed');
    expect([task.assignmentStatus, task.reason]).toEqual(['completed', 'All reservations were completed']);
  });

  test.each([
    ['pending', [], ['canceled']],
    ['reserved', ['reserve'], ['canceled']],
    ['assigned', ['reserve', 'accept'], ['wrapping', 'completed']],
    ['wrapping', ['reserve', 'accept', 'wrap'], ['completed']],
    ['completed', ['reserve', 'accept', 'complete'], []],
    ['canceled', ['cancel'], []],
  ] as const)('a %s task', (status, steps, allowed) => {
    const build = () => {
      const { world } = withWorkers(steps.some((step) => step === 'reserve') ? ['Ann'] : []);
      const task = world.task();
      for (const step of steps) {
        if (step === 'accept') world.answer(task, 'accepted');
        if (step === 'wrap') world.update(task, { assignmentStatus: 'wrapping' });
        if (step === 'complete') world.update(task, { assignmentStatus: 'completed' });
        if (step === 'cancel') world.update(task, { assignmentStatus: 'canceled' });
      }
      expect(task.assignmentStatus).toBe(status);
      return { world, task };
    };
    for (const to of ['pending', 'reserved', 'assigned', 'canceled', 'wrapping', 'completed'] as const) {
      const { world, task } = build();
      const { version } = task;
      const change = () => world.update(task, { assignmentStatus: to, reason: 'r' });
      if ((allowed as readonly string[]).includes(to)) expect(change().assignmentStatus).toBe(to);
      else {
        expect(refusal(change)).toEqual(bad);
        expect([task.assignmentStatus, task.version]).toEqual([status, version]);
      }
    }
  });

  test('attributes cannot change in the request that wraps or completes', () => {
    const { world } = withWorkers(['Ann']);
    const task = world.task();
    world.answer(task, 'accepted');
    expect(refusal(() => world.update(task, { assignmentStatus: 'completed', attributes: '{}' }))).toEqual(
      bad,
    );
    expect(task.assignmentStatus).toBe('assigned');
  });

  test('canceling a reserved task cancels its reservations and frees the worker', () => {
    const { world } = withWorkers(['Ann']);
    const [task, next] = [world.task(), world.task()];
    world.update(task, { assignmentStatus: 'canceled', reason: 'no', attributes: '{"why":1}' });
    expect([world.reservation(task)!.reservationStatus, task.attributes]).toEqual(['canceled', '{"why":1}']);
    expect(world.holders(next)).toEqual(['Ann']);
  });

  test('deleting a task frees its worker, whatever its status', () => {
    const { world } = withWorkers(['Ann']);
    const [task, next] = [world.task(), world.task()];
    world.answer(task, 'accepted');
    world.engine.dispatch('deleteTask', { workspaceSid: world.workspaceSid, sid: task.sid });
    expect(world.holders(next)).toEqual(['Ann']);
    expect(world.view.tasks.size).toBe(1);
    expect(world.events()).toContain('task.deleted');
  });
});

describe('life of a reservation', () => {
  test('a timeout moves the worker to the timeout activity and the task on', () => {
    const { world, sids } = withWorkers(['Ann', 'Ben'], { taskReservationTimeout: 20 });
    const task = world.task();
    world.events();
    world.advance(20);
    expect(world.events()).toEqual(['reservation.timeout', 'worker.activity.update', 'reservation.created']);
    expect(world.holders(task)).toEqual(['Ben']);
    expect(world.view.workers.get(sids[0]!)!.activitySid).toBe(world.activity('Offline'));
  });

  test('the default reservation timeout is two minutes', () => {
    const { world } = withWorkers(['Ann']);
    const task = world.task();
    world.advance(119);
    expect(world.holders(task)).toEqual(['Ann']);
    world.advance(1);
    expect([world.holders(task), task.assignmentStatus]).toEqual([[], 'pending']);
  });

  test('a failed callback cancels the reservation and leaves the worker where it is', () => {
    const { world, sids } = withWorkers(['Ann', 'Ben']);
    const task = world.task();
    const { sid } = world.reservation(task)!;
    world.engine.dispatch('callbackFailed', { workspaceSid: world.workspaceSid, sid });
    expect(world.view.reservations.get(sid)!.reservationStatus).toBe('canceled');
    expect(world.view.workers.get(sids[0]!)!.activitySid).toBe(world.activity('Available'));
    expect(world.holders(task)).toEqual(['Ben']);
  });

  test('while the worker rings the reservation does not time out', () => {
    const { world } = withWorkers(['Ann'], { taskReservationTimeout: 20 });
    const task = world.task();
    const params = { workspaceSid: world.workspaceSid, sid: world.reservation(task)!.sid };
    world.engine.dispatch('workerRinging', params);
    world.advance(60);
    expect(world.reservation(task)!.reservationStatus).toBe('pending');
    world.engine.dispatch('workerAnswered', { ...params, taskAttributes: { worker_call_sid: 'CA1' } });
    expect([task.assignmentStatus, task.attributes]).toEqual(['assigned', '{"worker_call_sid":"CA1"}']);
  });

  test('a worker who does not answer loses the reservation, not the activity', () => {
    const { world } = withWorkers(['Ann', 'Ben']);
    const task = world.task();
    const { sid } = world.reservation(task)!;
    world.engine.dispatch('workerDidNotAnswer', { workspaceSid: world.workspaceSid, sid });
    expect([world.view.reservations.get(sid)!.reservationStatus, world.holders(task)]).toEqual([
      'canceled',
      ['Ben'],
    ]);
  });

  test('the end of the call wraps the task and moves the worker to the activity after work', () => {
    const { world, sids } = withWorkers(['Ann']);
    const task = world.task();
    world.answer(task, 'accepted');
    const params = { workspaceSid: world.workspaceSid, sid: world.reservation(task)!.sid };
    world.engine.dispatch('callEnded', { ...params, postWorkActivitySid: world.activity('Unavailable') });
    expect(task.assignmentStatus).toBe('wrapping');
    expect(world.view.workers.get(sids[0]!)!.activitySid).toBe(world.activity('Unavailable'));
  });

  test('a failed instruction only says so', () => {
    const { world } = withWorkers(['Ann']);
    const task = world.task();
    world.events();
    const { sid } = world.reservation(task)!;
    world.engine.dispatch('instructionFailed', { workspaceSid: world.workspaceSid, sid });
    expect([world.events(), task.assignmentStatus]).toEqual([['reservation.failed'], 'reserved']);
  });

  test('only a pending reservation can be accepted or rejected', () => {
    const { world } = withWorkers(['Ann']);
    const task = world.task();
    for (const status of ['wrapping', 'completed', 'pending', 'timeout', 'canceled', 'rescinded'] as const) {
      expect(refusal(() => world.answer(task, status as 'accepted'))).toEqual(bad);
    }
    world.answer(task, 'accepted');
    for (const status of ['accepted', 'rejected'] as const) {
      expect(() => world.answer(task, status)).toThrow(
        /is already in state \[accepted\] and cannot be updated/,
      );
    }
    world.answer(task, 'completed');
    expect(refusal(() => world.answer(task, 'completed'))).toEqual(bad);
  });

  test('moving to unavailable keeps pending reservations, unless they are to be rejected', () => {
    const { world, sids } = withWorkers(['Ann']);
    const task = world.task();
    world.move(sids[0]!, 'Unavailable');
    expect(world.holders(task)).toEqual(['Ann']);
    expect(refusal(() => world.move(sids[0]!, 'Available', true))).toEqual(bad);
    world.move(sids[0]!, 'Offline', true);
    expect([world.reservation(task)!.reservationStatus, task.assignmentStatus]).toEqual([
      'rejected',
      'pending',
    ]);
  });

  test('the thousandth move from pending to reserved cancels the task', () => {
    const { world } = withWorkers(['Ann']);
    const task = world.task();
    for (let index = 1; index < 999; index++) world.answer(task, 'rejected');
    expect([task.assignmentStatus, task.assignmentCount]).toEqual(['reserved', 999]);
    world.answer(task, 'rejected');
    expect([task.assignmentStatus, task.reason]).toEqual(['canceled', 'Max assignment count exceeded']);
  });
});

describe('several reservations at once', () => {
  const three = () => withWorkers(['Ann', 'Ben', 'Cy'], {}, { maxReservedWorkers: 2 });

  test('the best candidates are reserved together, as one move', () => {
    const { world } = three();
    const task = world.task();
    expect([world.holders(task), task.assignmentCount]).toEqual([['Ann', 'Ben'], 1]);
  });

  test('the first acceptance wins, the others are rescinded, and accepting one of those is 410', () => {
    const { world } = three();
    const task = world.task();
    world.answer(task, 'accepted');
    const [first, second] = world.view.reservationsOfTask(task.sid);
    expect([first!.reservationStatus, second!.reservationStatus]).toEqual(['rescinded', 'accepted']);
    const { workspaceSid } = world;
    const late = () =>
      world.engine.dispatch('updateReservation', {
        workspaceSid,
        sid: first!.sid,
        reservationStatus: 'accepted',
      });
    expect(refusal(late)).toEqual({ status: 410, code: 20410 });
  });

  test('the task is pending again only when all have ended', () => {
    const { world } = three();
    const task = world.task();
    const [first, second] = world.view.reservationsOfTask(task.sid);
    const { workspaceSid } = world;
    const reject = (sid: string) =>
      world.engine.dispatch('updateReservation', { workspaceSid, sid, reservationStatus: 'rejected' });
    reject(first!.sid);
    expect([task.assignmentStatus, world.holders(task)]).toEqual(['reserved', ['Ben']]);
    reject(second!.sid);
    expect([task.assignmentStatus, world.holders(task)]).toEqual(['reserved', ['Cy', 'Ann']]);
  });
});

describe('capacity', () => {
  test('pending, accepted and wrapping count; completed does not', () => {
    const { world, sids } = withWorkers(['Ann']);
    const load = () => {
      const channel = world.view
        .workerChannels(sids[0]!)
        .find(({ consumedCapacity }) => consumedCapacity > 0);
      return [channel?.consumedCapacity ?? 0, channel?.assignedTasks ?? 0];
    };
    const task = world.task();
    const seen = [load()];
    for (const status of ['accepted', 'wrapping', 'completed'] as const) {
      world.answer(task, status);
      seen.push(load());
    }
    expect(seen).toEqual([
      [1, 0],
      [1, 1],
      [1, 0],
      [0, 0],
    ]);
  });

  test('raising it takes waiting tasks at once, lowering it leaves what is there, zero and paused take nothing', () => {
    const { world, sids } = withWorkers(['Ann']);
    const { workspaceSid } = world;
    const set = (fields: { capacity?: number; available?: boolean }) =>
      world.engine.dispatch('updateWorkerChannel', {
        workspaceSid,
        workerSid: sids[0]!,
        sid: 'default',
        ...fields,
      });
    const tasks = [0, 1, 2, 3].map(() => world.task());
    const held = () => tasks.filter((task) => world.holders(task).length > 0).length;
    set({ capacity: 3 });
    expect(held()).toBe(3);
    set({ capacity: 0 });
    expect(held()).toBe(3);
    set({ capacity: 4, available: false });
    expect(held()).toBe(3);
    set({ available: true });
    expect(held()).toBe(4);
  });

  test('channels are independent', () => {
    const { world } = withWorkers(['Ann']);
    const tasks = ['voice', 'chat', 'voice'].map((taskChannel) => world.task({}, { taskChannel }));
    expect(tasks.map((task) => world.holders(task).length)).toEqual([1, 1, 0]);
  });

  test('a task that changes its channel is offered there', () => {
    const { world } = withWorkers(['Ann']);
    const [, second] = [world.task(), world.task()];
    world.update(second, { taskChannel: 'sms' });
    expect(world.holders(second)).toEqual(['Ann']);
  });

  test('a worker who joins the queue by its attributes takes waiting tasks', () => {
    const world = new World();
    world.workflow({ default_filter: { queue: world.queue('A', { targetWorkers: "skills HAS 'x'" }) } });
    const ann = world.worker('Ann');
    const [task, later] = [world.task(), world.task()];
    const { workspaceSid } = world;
    const learn = (attributes: string) =>
      world.engine.dispatch('updateWorker', { workspaceSid, sid: ann, attributes });
    learn('{"skills":["x"]}');
    expect(world.holders(task)).toEqual(['Ann']);
    learn('{"skills":[]}');
    world.answer(task, 'accepted');
    world.answer(task, 'completed');
    expect(world.holders(later)).toEqual([]);
  });

  test('a queue whose expression changes finds its workers anew; an empty one matches nobody', () => {
    const world = new World();
    const sid = world.queue('A', { targetWorkers: '' });
    world.workflow({ default_filter: { queue: sid } });
    world.worker('Ann', { level: 2 });
    const task = world.task();
    expect(world.holders(task)).toEqual([]);
    world.engine.dispatch('updateTaskQueue', {
      workspaceSid: world.workspaceSid,
      sid,
      targetWorkers: 'level > 1',
    });
    expect(world.holders(task)).toEqual(['Ann']);
  });
});

describe('single-tasking', () => {
  test('the worker moves to the reserved and busy activities and has one task at a time', () => {
    const world = new World({ singleTasking: true });
    const { workspaceSid } = world;
    const [reservationActivitySid, assignmentActivitySid] = ['Reserved', 'Busy'].map(
      (friendlyName) => world.engine.dispatch('createActivity', { workspaceSid, friendlyName }).sid,
    );
    const queue = world.queue('A', { reservationActivitySid, assignmentActivitySid });
    world.workflow({ default_filter: { queue } });
    const ann = world.worker('Ann');
    const activity = () => world.view.activities.get(world.view.workers.get(ann)!.activitySid)!.friendlyName;
    const [first, second] = ['voice', 'chat'].map((taskChannel) => world.task({}, { taskChannel }));
    expect([activity(), world.holders(second!)]).toEqual(['Reserved', []]);
    world.answer(first!, 'accepted');
    expect(activity()).toBe('Busy');
    world.update(first!, { assignmentStatus: 'completed' });
    expect([activity(), world.holders(second!)]).toEqual(['Busy', []]);
    world.move(ann, 'Available');
    expect(world.holders(second!)).toEqual(['Ann']);
  });

  test('without such activities one task at a time holds all the same', () => {
    const world = new World({ singleTasking: true });
    world.workflow();
    world.worker('Ann');
    const tasks = ['voice', 'chat'].map((taskChannel) => world.task({}, { taskChannel }));
    expect(tasks.map((task) => world.holders(task).length)).toEqual([1, 0]);
    world.answer(tasks[0]!, 'rejected');
    expect(tasks.flatMap((task) => world.holders(task))).toEqual(['Ann']);
  });
});
