import { describe, expect, test } from 'vitest';
import { World } from './world.js';

const everyone = () => {
  const world = new World();
  world.workflow();
  return world;
};

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

test('a known worker of another workspace is told apart', () => {
  const world = new World();
  const queue = world.queue('A');
  world.workflow({ filters: [{ expression: '1==1', targets: [{ queue, known_worker_sid: 'task.agent' }] }] });
  const { sid: workspaceSid } = world.engine.dispatch('createWorkspace', { friendlyName: 'Other' });
  const { sid: agent } = world.engine.dispatch('createWorker', { workspaceSid, friendlyName: 'Ann' });
  world.task({ agent });
  expect(world.outputs).toContainEqual(expect.objectContaining({ kind: 'alert', code: 40155 }));
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
