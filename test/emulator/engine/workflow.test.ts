import { describe, expect, test } from 'vitest';
import { World } from './world.js';

describe('filters', () => {
  test('the first filter that matches wins, later ones are not asked', () => {
    const world = new World();
    const [a, b, c] = ['A', 'B', 'C'].map((name) => world.queue(name));
    world.workflow({
      filters: [
        { expression: "type == 'x'", targets: [{ queue: a }] },
        { expression: 'value > 5', targets: [{ queue: b }] },
        { expression: '1==1', targets: [{ queue: c }] },
      ],
    });
    expect(world.queueOf(world.task({ type: 'x', value: 9 }))).toBe('A');
    expect(world.queueOf(world.task({ value: 9 }))).toBe('B');
    expect(world.queueOf(world.task())).toBe('C');
  });

  test('nothing matches: the default filter, and without one the task is refused', () => {
    const world = new World();
    const filters = [{ expression: "type == 'x'", targets: [{ queue: world.queue('A') }] }];
    const withDefault = world.workflow({ filters, default_filter: { queue: world.queue('Rest') } });
    const without = world.workflow({ filters });
    expect(world.queueOf(world.task({}, { workflowSid: withDefault }))).toBe('Rest');
    expect(() => world.task({}, { workflowSid: without })).toThrow(/matches no filter/);
    expect(world.view.tasks.size).toBe(1);
  });

  test("the target's priority rules over the caller's, at creation and in updates", () => {
    const world = new World();
    const queue = world.queue('A');
    world.workflow({
      filters: [{ expression: 'set == true', targets: [{ queue, priority: '7' }] }],
      default_filter: { queue },
    });
    const ruled = world.task({ set: true }, { priority: 3 });
    const free = world.task({}, { priority: 3 });
    expect([ruled.priority, free.priority]).toEqual([7, 3]);
    world.update(ruled, { priority: 1 });
    world.update(free, { priority: 1 });
    expect([ruled.priority, free.priority]).toEqual([7, 1]);
  });

  test('the older key task_queue_sid and the label friendly_name are read', () => {
    const world = new World();
    const task_queue_sid = world.queue('Old');
    world.workflow({
      filters: [{ friendly_name: 'Gold', expression: '1==1', targets: [{ task_queue_sid, priority: '2' }] }],
    });
    const task = world.task();
    expect(world.queueOf(task)).toBe('Old');
    expect(world.engine.explain(world.workspaceSid, task.sid).filters[0]!.name).toBe('Gold');
  });
});

describe('targets and timeouts', () => {
  function escalation(defaultFilter = true) {
    const world = new World();
    const [first, second, later, rest] = ['First', 'Second', 'Later', 'Rest'].map((name) =>
      world.queue(name),
    );
    world.workflow({
      filters: [
        {
          expression: '1==1',
          targets: [
            { queue: first, timeout: '30' },
            { timeout: 20, priority: 5 },
            { queue: second, timeout: 10 },
          ],
        },
        { expression: 'never == 1', targets: [{ queue: first }] },
        { expression: '1==1', targets: [{ queue: later, timeout: 40 }] },
      ],
      ...(defaultFilter ? { default_filter: { queue: rest } } : {}),
    });
    world.events();
    return world;
  }

  test('a task goes from target to target, to the next matching filter, and out: never to the default filter', () => {
    const world = escalation();
    const task = world.task();
    const at = () => `${world.queueOf(task)} ${task.priority} ${task.assignmentStatus}`;
    const seen = [at()];
    for (const seconds of [29, 1, 20, 10, 39, 1]) {
      world.advance(seconds);
      seen.push(at());
    }
    expect(seen).toEqual([
      'First 0 pending',
      'First 0 pending',
      'First 5 pending',
      'Second 5 pending',
      'Later 5 pending',
      'Later 5 pending',
      'Later 5 canceled',
    ]);
    expect(task.reason).toBe('Task canceled on Workflow timeout');
  });

  test('its events, in order', () => {
    const world = escalation();
    world.task();
    world.advance(100);
    expect(world.events()).toEqual([
      'workflow.entered',
      'task-queue.entered',
      'task.created',
      'workflow.target-matched',
      'task-queue.timeout',
      'workflow.target-matched',
      'task-queue.timeout',
      'task-queue.moved',
      'task-queue.entered',
      'workflow.target-matched',
      'task-queue.timeout',
      'task-queue.moved',
      'task-queue.entered',
      'workflow.target-matched',
      'task-queue.timeout',
      'workflow.timeout',
      'task.canceled',
    ]);
  });

  test('a step timeout waits for a pending reservation, and counts from entering the step', () => {
    const world = escalation();
    world.worker('Ann');
    const task = world.task();
    world.advance(60);
    expect([task.assignmentStatus, world.queueOf(task)]).toEqual(['reserved', 'First']);
    world.move(world.reservation(task)!.workerSid, 'Offline', true);
    expect([task.assignmentStatus, task.priority]).toEqual(['pending', 5]);
  });

  test('reservation and step time out at once, one worker: worker to the timeout activity, task canceled', () => {
    const world = new World();
    const queue = world.queue('A');
    world.workflow(
      { filters: [{ expression: '1==1', targets: [{ queue, timeout: 30 }] }] },
      { taskReservationTimeout: 30 },
    );
    const ann = world.worker('Ann');
    const task = world.task();
    world.advance(30);
    expect(world.reservation(task)!.reservationStatus).toBe('timeout');
    expect(world.view.workers.get(ann)!.activitySid).toBe(world.activity('Offline'));
    expect([task.assignmentStatus, task.reason]).toEqual(['canceled', 'Task canceled on Workflow timeout']);
  });

  test('without a timeout a task stays until its TTL', () => {
    const world = new World();
    world.workflow();
    const task = world.task({}, { timeout: 3_600 });
    world.advance(3_599);
    expect(task.assignmentStatus).toBe('pending');
    world.advance(1);
    expect([task.assignmentStatus, task.reason]).toEqual(['canceled', 'Task TTL Exceeded']);
  });

  test('the TTL runs while a task is reserved, and cancels its reservation', () => {
    const world = new World();
    world.workflow();
    world.worker('Ann');
    const task = world.task({}, { timeout: 60 });
    world.advance(60);
    expect([task.assignmentStatus, world.reservation(task)!.reservationStatus]).toEqual([
      'canceled',
      'canceled',
    ]);
  });

  test('an assigned task is deleted by the system after 24 hours, and its capacity is free', () => {
    const world = new World();
    world.workflow();
    world.worker('Ann');
    const task = world.task();
    world.answer(task, 'accepted');
    world.advance(86_399);
    expect(world.view.tasks.has(task.sid)).toBe(true);
    world.events();
    world.advance(1);
    expect(world.view.tasks.has(task.sid)).toBe(false);
    expect(world.events()).toContain('task.system-deleted');
    expect(world.holders(world.task())).toEqual(['Ann']);
  });

  test('a completed or canceled task can be read for five minutes', () => {
    const world = new World();
    world.workflow();
    const task = world.task();
    world.update(task, { assignmentStatus: 'canceled', reason: 'no' });
    world.advance(299);
    expect(world.view.tasks.has(task.sid)).toBe(true);
    world.advance(1);
    expect(world.view.tasks.has(task.sid)).toBe(false);
    expect(() => world.update(task, { priority: 1 })).toThrow('was not found');
  });
});

describe('skip_if', () => {
  const skipping = (skip_if: string, more: Record<string, unknown> = {}) => {
    const world = new World();
    const [first, second] = ['First', 'Second'].map((name) =>
      world.queue(name, { targetWorkers: `team == '${name}'` }),
    );
    world.workflow({
      filters: [{ expression: '1==1', targets: [{ queue: first, skip_if, timeout: 60 }, { queue: second }] }],
      ...more,
    });
    return world;
  };

  test('a target is skipped at once when nobody can be reserved and it is true', () => {
    const world = skipping('workers.available == 0');
    expect(world.queueOf(world.task())).toBe('Second');
  });

  test('it is not asked when somebody can be reserved', () => {
    const world = skipping('1==1');
    world.worker('Ann', { team: 'First' });
    const taken = world.task();
    const next = world.task();
    expect([world.queueOf(taken), world.queueOf(next)]).toEqual(['First', 'Second']);
  });

  test('counts look at activity, not at capacity', () => {
    const world = skipping('workers.available == 0');
    world.worker('Ann', { team: 'First' });
    world.task();
    expect(world.queueOf(world.task())).toBe('First');
  });

  test('it is asked again when a worker of the queue changes activity', () => {
    const world = skipping('workers.available == 0');
    const ann = world.worker('Ann', { team: 'First' });
    world.task();
    const waiting = [world.task(), world.task()];
    world.move(ann, 'Offline');
    expect(waiting.map((task) => world.queueOf(task))).toEqual(['Second', 'Second']);
  });

  test('it is asked again when a reservation of the task fails', () => {
    const world = skipping('workers.unavailable == 1');
    const ann = world.worker('Ann', { team: 'First' });
    const task = world.task();
    world.answer(task, 'rejected', { workerActivitySid: world.activity('Unavailable') });
    expect(world.queueOf(task)).toBe('Second');
    expect(world.view.workers.get(ann)!.activitySid).toBe(world.activity('Unavailable'));
  });

  test('an activity can be counted by SID', () => {
    const world = new World();
    const queue = world.queue('A');
    world.workflow({
      filters: [
        {
          expression: '1==1',
          targets: [
            { queue, skip_if: `workers.${world.activity('Unavailable')} >= 2` },
            { queue: world.queue('B') },
          ],
        },
      ],
    });
    const task = world.task();
    world.worker('Ann', {}, 'Unavailable');
    expect(world.queueOf(task)).toBe('A');
    world.worker('Ben', {}, 'Unavailable');
    expect(world.queueOf(task)).toBe('B');
  });

  test('all matching filters skipped: the default filter; without one the task leaves', () => {
    const only = (defaultFilter: boolean) => {
      const world = new World();
      const rest = defaultFilter ? { default_filter: { queue: world.queue('Rest') } } : {};
      const targets = [{ queue: world.queue('A'), skip_if: '1==1' }];
      world.workflow({
        filters: [
          { expression: '1==1', targets },
          { expression: '1==1', targets },
        ],
        ...rest,
      });
      world.events();
      return { world, task: world.task() };
    };
    const kept = only(true);
    expect(kept.world.queueOf(kept.task)).toBe('Rest');
    const left = only(false);
    expect([left.task.assignmentStatus, left.task.reason]).toEqual([
      'canceled',
      'Task canceled on Workflow skipped',
    ]);
    expect(left.world.events()).toEqual(expect.arrayContaining(['workflow.skipped', 'task.canceled']));
  });

  test('one filter left by timeout closes the default filter', () => {
    const world = new World();
    const queue = world.queue('A');
    world.workflow({
      filters: [
        { expression: '1==1', targets: [{ queue, timeout: 10 }] },
        { expression: '1==1', targets: [{ queue, skip_if: '1==1' }] },
      ],
      default_filter: { queue },
    });
    const task = world.task();
    world.advance(10);
    expect([task.assignmentStatus, task.reason]).toEqual(['canceled', 'Task canceled on Workflow timeout']);
  });
});

describe('routing again', () => {
  const byType = () => {
    const world = new World();
    const [a, b] = ['A', 'B'].map((name) => world.queue(name));
    const filters = [
      { expression: "type == 'a'", targets: [{ queue: a, timeout: 100 }] },
      { expression: '1==1', targets: [{ queue: b }] },
    ];
    return { world, a, b, filters, sid: world.workflow({ filters }) };
  };

  test('changed attributes that match another filter first route a pending task from the top', () => {
    const { world } = byType();
    const task = world.task();
    world.update(task, { attributes: '{"type":"a"}' });
    expect(world.queueOf(task)).toBe('A');
  });

  test('changed attributes that match the same filter leave the step and its clock alone', () => {
    const { world } = byType();
    const task = world.task({ type: 'a' });
    world.advance(60);
    world.update(task, { attributes: '{"type":"a","more":1}' });
    world.advance(40);
    expect(world.queueOf(task)).toBe('B');
  });

  test('attributes changed while reserved route the task when its reservation fails', () => {
    const { world } = byType();
    world.worker('Ann');
    const task = world.task();
    world.update(task, { attributes: '{"type":"a"}' });
    expect(world.queueOf(task)).toBe('B');
    world.answer(task, 'rejected', { workerActivitySid: world.activity('Offline') });
    expect(world.queueOf(task)).toBe('A');
  });

  test('with rerouteOnAttributes off only the present step is tried again', () => {
    const world = new World({ rerouteOnAttributes: false });
    const [a, b] = ['A', 'B'].map((name) => world.queue(name));
    world.workflow({
      filters: [
        { expression: "type == 'a'", targets: [{ queue: a }] },
        { expression: '1==1', targets: [{ queue: b, expression: 'task.skill IN worker.skills' }] },
      ],
    });
    world.worker('Ann', { skills: ['fr'] });
    const task = world.task({ skill: 'de' });
    world.update(task, { attributes: '{"skill":"fr","type":"a"}' });
    expect([world.queueOf(task), world.holders(task)]).toEqual(['B', ['Ann']]);
  });

  test('a new configuration is for new tasks, unless waiting ones are to be evaluated again', () => {
    const { world, a, sid } = byType();
    const { workspaceSid } = world;
    const configuration = JSON.stringify({ task_routing: { default_filter: { queue: a } } });
    const before = world.task();
    world.engine.dispatch('updateWorkflow', { workspaceSid, sid, configuration });
    expect([before, world.task()].map((task) => world.queueOf(task))).toEqual(['B', 'A']);
    world.engine.dispatch('updateWorkflow', { workspaceSid, sid, reEvaluateTasks: true });
    expect(world.queueOf(before)).toBe('A');
  });

  test('a task keeps following the configuration it began with, through its timeouts', () => {
    const { world, b, sid } = byType();
    const task = world.task({ type: 'a' });
    const configuration = JSON.stringify({ task_routing: { default_filter: { queue: b } } });
    world.engine.dispatch('updateWorkflow', { workspaceSid: world.workspaceSid, sid, configuration });
    world.advance(100);
    expect([task.assignmentStatus, world.queueOf(task)]).toEqual(['pending', 'B']);
  });
});
