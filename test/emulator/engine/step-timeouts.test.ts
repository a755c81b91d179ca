import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createEngine, type EngineOptions, type Task } from '../../../src/emulator/engine/index.js';
import { World } from './world.js';

/** Three steps of 10 s in the queues One, Two and Three; only `One` has workers. */
function steps(
  options: Omit<EngineOptions, 'now'> = {},
  fields: object = {},
  targets: object[] = [{}, {}, {}],
) {
  const world = new World(options);
  const names = ['One', 'Two', 'Three'];
  const queues = names.map((name) => world.queue(name, name === 'One' ? {} : { targetWorkers: '1==0' }));
  world.workflow(
    {
      filters: [
        {
          expression: 'go == 1',
          targets: targets.map((target, index) => ({ queue: queues[index], timeout: 10, ...target })),
        },
        {
          expression: 'back == 1',
          targets: [
            { queue: queues[1], timeout: 10 },
            { queue: queues[2], timeout: 10 },
          ],
        },
      ],
    },
    { taskReservationTimeout: 5, ...fields },
  );
  return world;
}

/** Where a task is at each second, without repetitions: `0 One`. */
function way(world: World, task: Task, seconds: number): string[] {
  const seen: string[] = [];
  for (let second = 0; second <= seconds; second++) {
    if (second > 0) world.advance(1);
    const now = task.assignmentStatus === 'canceled' ? 'canceled' : world.queueOf(task);
    if (seen.at(-1)?.endsWith(` ${now}`) !== true) seen.push(`${second} ${now}`);
  }
  return seen;
}

describe('the timeouts of a filter’s steps add up', () => {
  test('an offer that ends late does not push the later ones back', () => {
    const world = steps();
    const task = world.task({ go: 1 });
    world.advance(8);
    world.worker('Ann');
    expect(task.assignmentStatus).toBe('reserved');
    expect(way(world, task, 25)).toEqual(['0 One', '5 Two', '12 Three', '22 canceled']);
  });

  test('an offer that outlives several steps passes over them, priorities and events included', () => {
    const world = steps({}, { taskReservationTimeout: 23 }, [{}, { priority: 7 }, {}]);
    world.worker('Ann');
    const task = world.task({ go: 1 });
    world.events();
    world.advance(23);
    expect([world.queueOf(task), task.priority]).toEqual(['Three', 7]);
    expect(world.events().filter((type) => type !== 'worker.activity.update')).toEqual([
      'reservation.timeout',
      'task-queue.timeout',
      'task-queue.moved',
      'task-queue.entered',
      'workflow.target-matched',
      'task-queue.timeout',
      'task-queue.moved',
      'task-queue.entered',
      'workflow.target-matched',
    ]);
    world.advance(6);
    expect(task.assignmentStatus).toBe('pending');
    world.advance(1);
    expect([task.assignmentStatus, task.reason]).toEqual(['canceled', 'Task canceled on Workflow timeout']);
  });

  test('an offer that outlives the whole filter goes to the next filter, whose time begins then', () => {
    const world = steps({}, { taskReservationTimeout: 40 });
    world.worker('Ann');
    const task = world.task({ go: 1, back: 1 });
    world.advance(40);
    expect(way(world, task, 25)).toEqual(['0 Two', '10 Three', '20 canceled']);
  });

  test('a skipped step counts with its timeout, one without a timeout does not', () => {
    const skipped = steps({}, {}, [{ skip_if: '1==1' }, {}, {}]);
    expect(way(skipped, skipped.task({ go: 1 }), 35)).toEqual(['0 Two', '20 Three', '30 canceled']);
    const endless = steps({}, {}, [{ skip_if: '1==1', timeout: undefined }, {}, {}]);
    expect(way(endless, endless.task({ go: 1 }), 35)).toEqual(['0 Two', '10 Three', '20 canceled']);
  });

  test('a filter entered again by a re-evaluation or by new attributes begins anew', () => {
    const world = steps();
    const task = world.task({ go: 1 });
    world.advance(15);
    expect(world.queueOf(task)).toBe('Two');
    const { workspaceSid } = world;
    world.engine.dispatch('updateWorkflow', { workspaceSid, sid: task.workflowSid, reEvaluateTasks: true });
    expect(way(world, task, 12)).toEqual(['0 One', '10 Two']);
    world.update(task, { attributes: '{"back":1}' });
    expect(way(world, task, 25)).toEqual(['0 Two', '10 Three', '20 canceled']);
  });

  test('new attributes that match the same filter leave the clock as it is', () => {
    const world = steps();
    const task = world.task({ go: 1 });
    world.advance(7);
    world.update(task, { attributes: '{"go":1,"more":2}' });
    expect(way(world, task, 25)).toEqual(['0 One', '3 Two', '13 Three', '23 canceled']);
  });

  test('a snapshot keeps when the filter was entered', () => {
    const world = steps();
    const task = world.task({ go: 1 });
    world.advance(12);
    const engine = createEngine({ now: () => world.time, snapshot: world.engine.snapshot() });
    const again = engine.workspaces.get(world.workspaceSid)!.tasks.get(task.sid)!;
    engine.runTimersUntil(world.time + 8_000);
    expect(again.taskQueueSid).toBe([...world.view.taskQueues.keys()][2]);
    engine.runTimersUntil(world.time + 17_999);
    expect(again.assignmentStatus).toBe('pending');
    engine.runTimersUntil(world.time + 18_000);
    expect(again.assignmentStatus).toBe('canceled');
  });

  test('without workers each deadline is the sum so far, whatever the timeouts', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 6 }), (timeouts) => {
        const world = new World();
        const queues = timeouts.map((_, index) => world.queue(`Q${index}`, { targetWorkers: '' }));
        const targets = timeouts.map((timeout, index) => ({ queue: queues[index], timeout }));
        world.workflow({ filters: [{ expression: '1==1', targets }] });
        const task = world.task();
        let sum = 0;
        for (const [index, timeout] of timeouts.entries()) {
          world.advance(timeout - 1);
          expect(world.queueOf(task)).toBe(`Q${index}`);
          sum += timeout;
          world.advance(1);
          expect(world.time - task.dateCreated).toBe(sum * 1_000);
        }
        expect(task.assignmentStatus).toBe('canceled');
      }),
      { numRuns: 50 },
    );
  });
});

describe('the other readings', () => {
  test('step-entered: each timeout counts alone', () => {
    const world = steps({ stepTimeoutsFrom: 'step-entered' });
    const task = world.task({ go: 1 });
    world.advance(8);
    world.worker('Ann');
    expect(way(world, task, 30)).toEqual(['0 One', '5 Two', '15 Three', '25 canceled']);
  });

  test('task-created: a filter that is entered later has less time left, or none', () => {
    const world = steps({ stepTimeoutsFrom: 'task-created' });
    const task = world.task({ go: 1 });
    world.advance(5);
    world.update(task, { attributes: '{"back":1}' });
    expect(way(world, task, 20)).toEqual(['0 Two', '5 Three', '15 canceled']);
  });

  test('next-step: a reservation that times out takes the task to the next step, which ends when it would have', () => {
    const world = steps({ afterReservationTimeout: 'next-step' }, { taskReservationTimeout: 5 });
    const task = world.task({ go: 1 });
    world.advance(3);
    world.worker('Ann');
    world.worker('Ben');
    expect(way(world, task, 30)).toEqual(['0 One', '5 Two', '17 Three', '27 canceled']);
  });

  test('next-step: a rejection does not, nor does a timeout at the last step', () => {
    const world = steps({ afterReservationTimeout: 'next-step' }, {}, [{ timeout: 60 }]);
    world.worker('Ann');
    world.worker('Ben');
    const task = world.task({ go: 1 });
    world.answer(task, 'rejected');
    expect(world.queueOf(task)).toBe('One');
    world.advance(5);
    expect([world.queueOf(task), task.assignmentStatus]).toEqual(['One', 'reserved']);
  });

  test('a reading that does not exist is refused', () => {
    const wrong = { stepTimeoutsFrom: 'creation' } as unknown as EngineOptions;
    expect(() => createEngine(wrong)).toThrow(/stepTimeoutsFrom is filter-entered or task-created or/);
    expect(() => createEngine({ afterReservationTimeout: 'x' } as unknown as EngineOptions)).toThrow(
      /afterReservationTimeout/,
    );
  });
});
