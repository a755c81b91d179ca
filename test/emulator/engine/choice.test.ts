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

describe('known worker', () => {
  const known = (key: string, value: string) => {
    const world = new World();
    const first = world.queue('First', { targetWorkers: 'team == 1' });
    world.workflow({
      filters: [
        {
          expression: '1==1',
          targets: [{ queue: first, [key]: value, timeout: 60 }, { queue: world.queue('Rest') }],
        },
      ],
    });
    const ann = world.worker('Ann', { team: 1 });
    world.worker('Ben', { team: 1 });
    world.worker('Cy', { team: 2 });
    world.outputs.length = 0;
    const alerts = () => world.outputs.flatMap((output) => (output.kind === 'alert' ? [output.code] : []));
    return { world, ann, alerts };
  };

  test('by SID: only that worker, and the task waits for it', () => {
    const { world, ann, alerts } = known('known_worker_sid', 'task.agent.sid');
    const [taken, waiting] = [0, 1].map(() => world.task({ agent: { sid: ann } }));
    expect([world.holders(taken!), world.holders(waiting!)]).toEqual([['Ann'], []]);
    world.answer(taken!, 'accepted');
    world.answer(taken!, 'completed');
    expect(world.holders(waiting!)).toEqual(['Ann']);
    expect(alerts()).toEqual([]);
  });

  test('by friendly name, in any case', () => {
    const { world } = known('known_worker_friendly_name', 'task.agent');
    expect(world.holders(world.task({ agent: 'BEN' }))).toEqual(['Ben']);
  });

  test.each([
    [{ agent: 'Cy' }, [40152]],
    [{ agent: 'Zed' }, [40154]],
    [{}, [40154]],
    [{ agent: 7 }, [40154]],
    [{ agent: null }, []],
  ])('%j waits for the step timeout, alerts %j', (attributes, codes) => {
    const { world, alerts } = known('known_worker_friendly_name', 'task.agent');
    const task = world.task(attributes);
    expect([world.holders(task), alerts()]).toEqual([[], codes]);
    world.advance(60);
    expect(world.holders(task)).toEqual(['Ann']);
  });
});

describe('routing target', () => {
  test('a worker: at once, whatever its activity and capacity', () => {
    const world = everyone();
    const ann = world.worker('Ann', {}, 'Offline');
    const tasks = [0, 1].map(() => world.task({}, { routingTarget: ann }));
    expect(tasks.map((task) => world.holders(task))).toEqual([['Ann'], ['Ann']]);
    expect(tasks[0]!.ignoreCapacity).toBe(true);
  });

  test('with IgnoreCapacity off: when it is available and free', () => {
    const world = everyone();
    const ann = world.worker('Ann', {}, 'Offline');
    world.worker('Ben');
    const tasks = [0, 1].map(() => world.task({}, { routingTarget: ann, ignoreCapacity: false }));
    expect(tasks.map((task) => world.holders(task))).toEqual([[], []]);
    world.move(ann, 'Available');
    expect(tasks.map((task) => world.holders(task))).toEqual([['Ann'], []]);
  });

  test('a queue: past the filters; a workflow: into that one', () => {
    const world = new World();
    const [a, b] = ['A', 'B'].map((name) => world.queue(name));
    const sid = world.workflow({ default_filter: { queue: a } });
    const other = world.workflow({ default_filter: { queue: b } });
    expect(world.queueOf(world.task({}, { workflowSid: sid, routingTarget: b }))).toBe('B');
    expect(world.task({}, { routingTarget: other }).workflowSid).toBe(other);
  });
});
