import { describe, expect, test } from 'vitest';
import { World } from './world.js';

const everyone = () => {
  const world = new World();
  world.workflow();
  return world;
};

describe('which task', () => {
  test('FIFO: higher priority, then earlier virtual start time, then the order of creation', () => {
    const world = everyone();
    const ann = world.worker('Ann', {}, 'Offline');
    world.advance(100);
    const tasks = {
      late: world.task(),
      early: world.task({}, { virtualStartTime: world.time - 50_000 }),
      late2: world.task(),
      urgent: world.task({}, { priority: 1 }),
      raised: world.task(),
    };
    world.update(tasks.raised, { priority: 2 });
    world.move(ann, 'Available');
    expect(drain(world, tasks)).toEqual(['raised', 'urgent', 'early', 'late', 'late2']);
  });

  test('LIFO: the newest first, whatever its priority', () => {
    const world = new World();
    world.workflow({ default_filter: { queue: world.queue('A', { taskOrder: 'LIFO' }) } });
    const ann = world.worker('Ann', {}, 'Offline');
    const tasks = { first: world.task({}, { priority: 9 }), second: world.task(), third: world.task() };
    world.advance(10);
    const old = world.task({}, { virtualStartTime: world.time - 9_999 });
    world.move(ann, 'Available');
    expect(drain(world, { ...tasks, old })).toEqual(['old', 'third', 'second', 'first']);
  });

  test('a queue that turns LIFO turns its waiting tasks', () => {
    const world = everyone();
    const ann = world.worker('Ann', {}, 'Offline');
    const tasks = { first: world.task(), second: world.task() };
    const [sid] = world.view.taskQueues.keys();
    world.engine.dispatch('updateTaskQueue', {
      workspaceSid: world.workspaceSid,
      sid: sid!,
      taskOrder: 'LIFO',
    });
    world.move(ann, 'Available');
    expect(drain(world, tasks)).toEqual(['second', 'first']);
  });

  test.each(['FIFO', 'LIFO'] as const)('PrioritizeQueueOrder %s drains that kind of queue first', (order) => {
    const world = new World();
    world.workflow({
      filters: [
        { expression: 'lifo == true', targets: [{ queue: world.queue('L', { taskOrder: 'LIFO' }) }] },
      ],
      default_filter: { queue: world.queue('F') },
    });
    const { workspaceSid: sid } = world;
    world.engine.dispatch('updateWorkspace', { sid, prioritizeQueueOrder: order });
    const ann = world.worker('Ann', {}, 'Offline');
    const tasks = {
      fifo: world.task({}),
      lifo: world.task({ lifo: true }),
      fifo2: world.task({}, { priority: 1 }),
    };
    world.move(ann, 'Available');
    expect(drain(world, tasks)).toEqual(
      order === 'FIFO' ? ['fifo2', 'fifo', 'lifo'] : ['lifo', 'fifo2', 'fifo'],
    );
  });

  test('FIFO queues of one worker are merged by priority and time', () => {
    const world = new World();
    world.workflow({
      filters: [{ expression: 'b == true', targets: [{ queue: world.queue('B') }] }],
      default_filter: { queue: world.queue('A') },
    });
    const ann = world.worker('Ann', {}, 'Offline');
    const tasks = {
      a: world.task(),
      b: world.task({ b: true }),
      urgentB: world.task({ b: true }, { priority: 1 }),
      a2: world.task(),
    };
    world.move(ann, 'Available');
    expect(drain(world, tasks)).toEqual(['urgentB', 'a', 'b', 'a2']);
  });

  test('a rejected task does not go before one with a higher priority', () => {
    const world = everyone();
    world.worker('Ann');
    const low = world.task();
    const high = world.task({}, { priority: 5 });
    world.answer(low, 'rejected');
    expect([world.holders(high), world.holders(low)]).toEqual([['Ann'], []]);
  });

  test('a rejected task goes to one who was idle for longer, if there is one', () => {
    const world = everyone();
    for (const name of ['Ben', 'Ann']) world.worker(name);
    const [earlier, task] = [world.task(), world.task()];
    world.answer(earlier, 'accepted');
    world.answer(earlier, 'completed');
    expect(world.holders(task)).toEqual(['Ann']);
    world.answer(task, 'rejected');
    expect(world.holders(task)).toEqual(['Ben']);
  });

  test('a worker whose best task goes to another takes the next best', () => {
    const world = new World();
    const queue = world.queue('A');
    const targets = [{ queue, expression: 'task.skill IN worker.skills' }];
    world.workflow({ filters: [{ expression: 'skill != null', targets }], default_filter: { queue } });
    world.worker('Ben');
    world.worker('Ann', { skills: ['fr'] });
    const [earlier, urgent, french] = [
      world.task(),
      world.task({}, { priority: 5 }),
      world.task({ skill: 'fr' }),
    ];
    world.answer(earlier, 'accepted');
    world.answer(earlier, 'completed');
    world.answer(urgent, 'rejected');
    expect([world.holders(urgent), world.holders(french)]).toEqual([['Ben'], ['Ann']]);
  });

  test('the same worker is not excluded after a rejection', () => {
    const world = everyone();
    world.worker('Ann');
    const task = world.task();
    world.answer(task, 'rejected');
    expect([world.holders(task), task.assignmentCount]).toEqual([['Ann'], 2]);
  });

  /** Lets the workers take and complete everything; the order in which that happened. */
  function drain(world: World, tasks: Record<string, ReturnType<World['task']>>): string[] {
    const order: string[] = [];
    for (;;) {
      const entry = Object.entries(tasks).find(([, task]) => task.assignmentStatus === 'reserved');
      if (!entry) return order;
      order.push(entry[0]);
      world.answer(entry[1], 'accepted');
      world.answer(entry[1], 'completed');
    }
  }
});

test('workers who become free at once: the task that goes first is served first', () => {
  const world = new World();
  const queue = world.queue('Everyone', { maxReservedWorkers: 2 });
  world.workflow({
    filters: [
      { expression: 'skill != null', targets: [{ queue, expression: 'worker.skills HAS task.skill' }] },
    ],
    default_filter: { queue },
  });
  world.worker('Ann', { skills: [] });
  world.worker('Ben', { skills: ['en'] });
  const ringing = world.task();
  expect(world.holders(ringing)).toEqual(['Ann', 'Ben']);
  const needsBen = world.task({ skill: 'en' });
  world.time += 1_000;
  const anyone = world.task();
  world.update(ringing, { assignmentStatus: 'canceled', reason: 'hung up' });
  expect([world.holders(needsBen), world.holders(anyone)]).toEqual([['Ben'], ['Ann']]);
});
