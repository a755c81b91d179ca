import { describe, expect, test } from 'vitest';
import { createEngine } from '../../../src/emulator/engine/index.js';
import { World, withWorkers } from './world.js';

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

  test('a queue may ask for load: its workers come and go with their work', () => {
    const world = new World();
    const idle = world.queue('Idle', { targetWorkers: 'channel.voice.assigned_tasks == 0' });
    const default_filter = { queue: world.queue('Everyone') };
    world.workflow({ filters: [{ expression: 'idle == true', targets: [{ queue: idle }] }], default_filter });
    world.worker('Ann');
    const call = world.task({}, { taskChannel: 'voice' });
    world.answer(call, 'accepted');
    const chat = world.task({ idle: true }, { taskChannel: 'chat' });
    expect(world.holders(chat)).toEqual([]);
    world.answer(call, 'completed');
    expect(world.holders(chat)).toEqual(['Ann']);
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

  test('an offer that comes to nothing gives the worker the activity from before it, unless it has another by now', () => {
    const offer = () => {
      const world = new World({ singleTasking: true });
      const { workspaceSid } = world;
      const { sid } = world.engine.dispatch('createActivity', { workspaceSid, friendlyName: 'Reserved' });
      const queue = world.queue('A', { reservationActivitySid: sid, maxReservedWorkers: 2 });
      world.workflow({ default_filter: { queue } });
      const workers = ['Ann', 'Ben'].map((name) => world.worker(name));
      const task = world.task();
      const activities = () =>
        workers.map((worker) => {
          const { activitySid } = world.view.workers.get(worker)!;
          return world.view.activities.get(activitySid)!.friendlyName;
        });
      expect(activities()).toEqual(['Reserved', 'Reserved']);
      return { world, workspaceSid, task, workers, activities };
    };

    const rejected = offer();
    rejected.world.answer(rejected.task, 'rejected');
    expect(rejected.activities()).toEqual(['Reserved', 'Available']);

    const elsewhere = offer();
    elsewhere.world.answer(elsewhere.task, 'rejected', {
      workerActivitySid: elsewhere.world.activity('Offline'),
    });
    expect(elsewhere.activities()).toEqual(['Reserved', 'Offline']);

    const rescinded = offer();
    rescinded.world.answer(rescinded.task, 'accepted');
    expect(rescinded.activities()).toEqual(['Available', 'Reserved']);

    const canceled = offer();
    canceled.world.move(canceled.workers[0]!, 'Unavailable');
    canceled.world.update(canceled.task, { assignmentStatus: 'canceled' });
    expect(canceled.activities()).toEqual(['Unavailable', 'Available']);

    const { world, workspaceSid, task, activities } = offer();
    world.engine.dispatch('callbackFailed', { workspaceSid, sid: world.reservation(task)!.sid });
    expect(activities()).toEqual(['Reserved', 'Available']);
    const again = createEngine({ snapshot: world.engine.snapshot(), now: () => world.time });
    again.dispatch('deleteTask', { workspaceSid, sid: task.sid });
    const [ann] = again.workspaces.get(workspaceSid)!.workers.values();
    expect(ann!.activitySid).toBe(world.activity('Available'));
  });

  test('without such activities one task at a time holds all the same', () => {
    const world = new World({ singleTasking: true });
    world.workflow();
    world.worker('Ann');
    const tasks = ['voice', 'chat'].map((taskChannel) => world.task({}, { taskChannel }));
    expect(tasks.map((task) => world.holders(task).length)).toEqual([1, 0]);
    world.answer(tasks[0]!, 'accepted');
    world.answer(tasks[0]!, 'completed');
    expect(tasks.map((task) => world.holders(task).length)).toEqual([0, 1]);
  });
});
