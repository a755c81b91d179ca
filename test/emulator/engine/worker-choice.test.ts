import { describe, expect, test } from 'vitest';
import { World } from './world.js';

const everyone = () => {
  const world = new World();
  world.workflow();
  return world;
};

describe('which worker', () => {
  test('the one who has gone longest without a task', () => {
    const world = everyone();
    for (const name of ['Ann', 'Ben', 'Cy']) world.worker(name);
    const first = world.task();
    expect(world.holders(first)).toEqual(['Ann']);
    world.answer(first, 'accepted');
    world.answer(first, 'completed');
    expect(['Ben', 'Cy', 'Ann']).toEqual([0, 1, 2].map(() => world.holders(world.task())[0]));
  });

  test('a worker never reserved is idle since it became available', () => {
    const world = everyone();
    const ann = world.worker('Ann', {}, 'Offline');
    world.worker('Ben');
    world.move(ann, 'Available');
    expect(world.holders(world.task())).toEqual(['Ben']);
  });

  test('activity changes do not shorten the idleness of one who was reserved before', () => {
    const world = everyone();
    const ann = world.worker('Ann');
    world.answer(world.task(), 'rejected', { workerActivitySid: world.activity('Offline') });
    world.worker('Ben');
    world.move(ann, 'Available');
    const [task] = [...world.view.tasks.values()];
    expect(world.holders(task!)).toEqual(['Ben']);
    expect(world.holders(world.task())).toEqual(['Ann']);
  });

  test('idle is over all channels, or on this one with ChannelOptimizedRouting', () => {
    for (const channelOptimizedRouting of [false, true]) {
      const world = everyone();
      const { workspaceSid } = world;
      for (const name of ['Ann', 'Ben']) world.worker(name);
      world.engine.dispatch('updateTaskChannel', { workspaceSid, sid: 'chat', channelOptimizedRouting });
      world.task({}, { taskChannel: 'chat' });
      const [ann] = world.view.workers.keys();
      world.engine.dispatch('updateWorkerChannel', {
        workspaceSid,
        workerSid: ann!,
        sid: 'chat',
        capacity: 2,
      });
      world.task({}, { taskChannel: 'voice' });
      world.task({}, { taskChannel: 'voice' });
      // Last on chat: Ann, Ben never. Last on any: Ann (chat), Ben (voice), Ann (voice).
      const next = world.holders(world.task({}, { taskChannel: 'chat' }));
      expect(next).toEqual(['Ben']);
      const after = world.holders(world.task({}, { taskChannel: 'chat' }));
      expect(after).toEqual(['Ann']);
    }
  });

  test('ChannelOptimizedRouting ranks by the last reservation on the channel alone', () => {
    const chosen = [false, true].map((channelOptimizedRouting) => {
      const world = everyone();
      const { workspaceSid } = world;
      for (const name of ['Ann', 'Ben']) world.worker(name);
      world.engine.dispatch('updateTaskChannel', { workspaceSid, sid: 'voice', channelOptimizedRouting });
      // Ann: voice first, Ben: voice, then chat for Ann: on voice Ann is idle for longer, over all Ben is.
      for (const taskChannel of ['voice', 'voice', 'chat']) {
        const task = world.task({}, { taskChannel });
        world.answer(task, 'accepted');
        world.answer(task, 'completed');
      }
      return world.holders(world.task({}, { taskChannel: 'voice' }))[0];
    });
    expect(chosen).toEqual(['Ben', 'Ann']);
  });

  const ordered = (order_by: string, workers: Record<string, Record<string, unknown>>) => {
    const world = new World();
    world.workflow({
      filters: [{ expression: '1==1', targets: [{ queue: world.queue('A'), order_by }] }],
    });
    for (const [name, attributes] of Object.entries(workers)) world.worker(name, attributes);
    return Object.keys(workers).map(() => world.holders(world.task())[0]);
  };

  test('order_by ranks before idleness; ties by the next clause, then idleness; absent last', () => {
    const workers = {
      Ann: {},
      Ben: { level: 1 },
      Cy: { level: 2, age: 40 },
      Dee: { level: 2, age: 30 },
      Eve: { level: 1 },
    };
    expect(ordered('worker.level DESC, worker.age ASC', workers)).toEqual(['Dee', 'Cy', 'Ben', 'Eve', 'Ann']);
    expect(ordered('worker.level ASC', workers)).toEqual(['Ben', 'Eve', 'Cy', 'Dee', 'Ann']);
  });

  test('order_by over something other than integers counts for nothing', () => {
    expect(
      ordered('worker.level DESC', { Ann: { level: 1 }, Ben: { level: 'high' }, Cy: { level: 3 } }),
    ).toEqual(['Ann', 'Ben', 'Cy']);
  });

  test("a target's expression is asked of each pair of task and worker", () => {
    const world = new World();
    world.workflow({
      filters: [
        {
          expression: '1==1',
          targets: [
            {
              queue: world.queue('A'),
              expression: 'task.lang IN worker.langs AND worker.level >= task.level',
            },
          ],
        },
      ],
    });
    world.worker('Ann', { langs: ['fr'], level: 1 });
    world.worker('Ben', { langs: ['fr', 'de'], level: 5 });
    const hard = world.task({ lang: 'fr', level: 3 });
    const none = world.task({ lang: 'it', level: 1 });
    const easy = world.task({ lang: 'fr', level: 1 });
    expect([hard, none, easy].map((task) => world.holders(task))).toEqual([['Ben'], [], ['Ann']]);
  });

  test('a target may ask for the load of another channel, and hears of its change', () => {
    const world = new World();
    world.workflow({
      filters: [
        {
          expression: "kind == 'chat'",
          targets: [{ queue: world.queue('A'), expression: 'worker.channel.voice.assigned_tasks == 0' }],
        },
      ],
      default_filter: { queue: world.queue('B') },
    });
    world.worker('Ann');
    const call = world.task({}, { taskChannel: 'voice' });
    world.answer(call, 'accepted');
    const chat = world.task({ kind: 'chat' }, { taskChannel: 'chat' });
    expect(world.holders(chat)).toEqual([]);
    world.answer(call, 'completed');
    expect(world.holders(chat)).toEqual(['Ann']);
  });

  test('an activity expression does not reach into activities that take no tasks', () => {
    const world = new World();
    const expression = "worker.activity_name == 'Unavailable'";
    world.workflow({ filters: [{ expression: '1==1', targets: [{ queue: world.queue('A'), expression }] }] });
    world.worker('Ann', {}, 'Unavailable');
    expect(world.holders(world.task())).toEqual([]);
  });
});
