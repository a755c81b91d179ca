import { describe, expect, test } from 'vitest';
import { World } from './world.js';

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
