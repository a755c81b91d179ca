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

  test('a step timeout waits for a pending reservation; steps whose time is up by then are passed through', () => {
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
