import { describe, expect, test } from 'vitest';
import { refused, World } from './world.js';

test.each<[string, (world: World) => unknown]>([
  ['attributes that are not JSON', (world) => world.task({}, { attributes: '{' })],
  ['attributes that are no object', (world) => world.task({}, { attributes: '[1]' })],
  ['attributes of more than 4,096 characters', (world) => world.task({ a: 'x'.repeat(4_090) })],
  ['a priority below 0', (world) => world.task({}, { priority: -1 })],
  ['a timeout beyond two weeks', (world) => world.task({}, { timeout: 1_209_601 })],
  ['an unknown channel', (world) => world.task({}, { taskChannel: 'pigeon' })],
  ['an unknown workflow', (world) => world.task({}, { workflowSid: 'WW0' })],
  ['an unknown routing target', (world) => world.task({}, { routingTarget: 'WK0' })],
  ['a start time in the future', (world) => world.task({}, { virtualStartTime: world.time + 1 })],
  ['a start time before 1900', (world) => world.task({}, { virtualStartTime: Date.UTC(1899, 11, 31) })],
  ['two workers of one name', (world) => [world.worker('Ann'), world.worker('ANN')]],
  ['a name of 65 characters', (world) => world.worker('x'.repeat(65))],
  ['an empty name', (world) => world.queue(' ')],
  ['a hyphen in TargetWorkers', (world) => world.queue('A', { targetWorkers: 'skill-level > 3' })],
  ['more than 50 reserved workers', (world) => world.queue('A', { maxReservedWorkers: 51 })],
  [
    'a reservation timeout of more than a day',
    (world) => world.workflow(undefined, { taskReservationTimeout: 86_401 }),
  ],
])('%s is refused with 400, and nothing changes', (_name, run) => {
  const world = new World();
  world.workflow();
  refused(() => run(world));
  expect(world.view.tasks.size).toBe(0);
});

test.each([
  ['not JSON', '{', 'Configuration is not JSON'],
  ['no task_routing', '{}', 'configuration.task_routing is missing'],
  ['nothing to route by', '{"task_routing":{}}', 'neither filters nor a default_filter'],
  [
    'no expression',
    '{"task_routing":{"filters":[{"targets":[]}]}}',
    'task_routing.filters[0].expression is missing',
  ],
  [
    'no targets',
    '{"task_routing":{"filters":[{"expression":"1==1"}]}}',
    'task_routing.filters[0].targets has no',
  ],
  [
    'no queue on the first target',
    '{"task_routing":{"filters":[{"expression":"1==1","targets":[{}]}]}}',
    'task_routing.filters[0].targets[0].queue is missing',
  ],
  [
    'an unknown queue',
    '{"task_routing":{"default_filter":{"queue":"WQ0"}}}',
    'task_routing.default_filter.queue is no',
  ],
  [
    'a bad filter expression',
    '{"task_routing":{"filters":[{"expression":"a ==","targets":[]}]}}',
    'task_routing.filters[0].expression: line 1, column 5',
  ],
  [
    'a bad target',
    '{"task_routing":{"default_filter":{"queue":"Q","expression":"a==1"}}}',
    'default_filter.expression: ',
  ],
  [
    'a bad skip_if',
    '{"task_routing":{"default_filter":{"queue":"Q","skip_if":"worker.a==1"}}}',
    'default_filter.skip_if: ',
  ],
  [
    'a bad order_by',
    '{"task_routing":{"default_filter":{"queue":"Q","order_by":"level"}}}',
    'default_filter.order_by: ',
  ],
  [
    'a bad timeout',
    '{"task_routing":{"default_filter":{"queue":"Q","timeout":"soon"}}}',
    'default_filter.timeout is not',
  ],
  [
    'a timeout of 0',
    '{"task_routing":{"default_filter":{"queue":"Q","timeout":0}}}',
    'default_filter.timeout is not',
  ],
  [
    'a known worker that is no path',
    '{"task_routing":{"default_filter":{"queue":"Q","known_worker_sid":"WK1 == 1 AND task.a"}}}',
    'default_filter.known_worker_sid',
  ],
  [
    'two known workers',
    '{"task_routing":{"default_filter":{"queue":"Q","known_worker_sid":"task.a","known_worker_friendly_name":"task.b"}}}',
    'only one can be given',
  ],
])('a configuration with %s is refused and the place named', (_name, configuration, message) => {
  const world = new World();
  const queue = world.queue('A');
  const text = configuration.replaceAll('"queue":"Q"', `"queue":"${queue}"`);
  expect(refused(() => world.workflow({}, { configuration: text }))).toContain(message);
});

test('a refused update leaves everything as it was', () => {
  const world = new World();
  const queue = world.queue('A');
  const sid = world.workflow({ default_filter: { queue } });
  const ann = world.worker('Ann', { a: 1 });
  const { workspaceSid } = world;
  const copy = () => JSON.stringify(world.engine.snapshot());
  const before = copy();
  refused(() =>
    world.engine.dispatch('updateWorker', {
      workspaceSid,
      sid: ann,
      friendlyName: 'Bea',
      attributes: '{"a":2}',
      activitySid: 'WA0',
    }),
  );
  refused(() =>
    world.engine.dispatch('updateWorkflow', { workspaceSid, sid, friendlyName: 'New', configuration: '{' }),
  );
  refused(() =>
    world.engine.dispatch('updateTaskQueue', {
      workspaceSid,
      sid: queue,
      friendlyName: 'B',
      targetWorkers: '(',
    }),
  );
  expect(copy()).toBe(before);
});

describe('versions', () => {
  test('they start at 0 and rise with every change, the router included; a stale If-Match is 412', () => {
    const world = new World();
    world.workflow();
    const task = world.task();
    expect(task.version).toBe(0);
    world.update(task, { attributes: '{"a":1}', ifMatch: 0 });
    expect(task.version).toBe(1);
    world.worker('Ann');
    expect(task.version).toBe(2);
    refused(() => world.update(task, { priority: 3, ifMatch: 1 }), 412);
    expect(task.priority).toBe(0);
    const { workspaceSid } = world;
    refused(() => world.engine.dispatch('deleteTask', { workspaceSid, sid: task.sid, ifMatch: 1 }), 412);
    refused(() => world.answer(task, 'accepted', { ifMatch: 9 }), 412);
    refused(
      () =>
        world.engine.dispatch('updateWorker', {
          workspaceSid,
          sid: [...world.view.workers.keys()][0]!,
          ifMatch: 9,
        }),
      412,
    );
  });
});
