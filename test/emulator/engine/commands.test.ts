import { describe, expect, test } from 'vitest';
import { createEngine, type EngineOutput, EngineRefusal } from '../../../src/emulator/engine/index.js';
import { World } from './world.js';

const refused = (run: () => unknown, status = 400) => {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(EngineRefusal);
    expect((error as EngineRefusal).status).toBe(status);
    return (error as Error).message;
  }
  throw new Error('nothing was refused');
};

describe('workspaces', () => {
  test('a new one has three activities and five channels, both activities of its own set to Offline', () => {
    const world = new World();
    expect(
      [...world.view.activities.values()].map(({ friendlyName, available }) => [friendlyName, available]),
    ).toEqual([
      ['Offline', false],
      ['Available', true],
      ['Unavailable', false],
    ]);
    expect([...world.view.taskChannels.values()].map(({ uniqueName }) => uniqueName)).toEqual([
      'default',
      'voice',
      'sms',
      'chat',
      'video',
    ]);
    const { defaultActivitySid, timeoutActivitySid } = world.view.workspace;
    expect([defaultActivitySid, timeoutActivitySid]).toEqual([
      world.activity('Offline'),
      world.activity('Offline'),
    ]);
  });

  test('the FIFO template routes at once', () => {
    const engine = createEngine();
    const { sid: workspaceSid } = engine.dispatch('createWorkspace', { friendlyName: 'F', template: 'FIFO' });
    const task = engine.dispatch('createTask', { workspaceSid });
    expect(engine.workspaces.get(workspaceSid)!.taskQueues.get(task.taskQueueSid)!.friendlyName).toBe(
      'Sample Queue',
    );
    expect(task.sid).toMatch(/^WT[0-9a-f]{32}$/);
  });

  test('deleting one takes everything with it, timers too', () => {
    const world = new World();
    world.workflow();
    world.worker('Ann');
    world.task();
    world.engine.dispatch('deleteWorkspace', { sid: world.workspaceSid });
    expect([world.engine.workspaces.size, world.engine.nextTimerAt()]).toEqual([0, undefined]);
    refused(() => world.task(), 404);
  });

  test('multitasking cannot be turned off', () => {
    const world = new World();
    const { workspaceSid: sid } = world;
    refused(() => world.engine.dispatch('updateWorkspace', { sid, multiTaskEnabled: false }));
  });

  test('turning multitasking on offers workers what they may now take', () => {
    const world = new World({ singleTasking: true });
    world.workflow();
    world.worker('Ann');
    const [, chat] = ['voice', 'chat'].map((taskChannel) => world.task({}, { taskChannel }));
    world.engine.dispatch('updateWorkspace', { sid: world.workspaceSid, multiTaskEnabled: true });
    expect(world.holders(chat!)).toEqual(['Ann']);
  });
});

describe('what is in use cannot be deleted', () => {
  const world = () => {
    const made = new World();
    const queue = made.queue('A');
    return {
      made,
      queue,
      workflow: made.workflow({ default_filter: { queue } }),
      workspaceSid: made.workspaceSid,
    };
  };

  test('an activity of the workspace or of a worker', () => {
    const { made, workspaceSid } = world();
    const remove = (name: string) =>
      made.engine.dispatch('deleteActivity', { workspaceSid, sid: made.activity(name) });
    made.worker('Ann');
    refused(() => remove('Offline'));
    refused(() => remove('Available'));
    remove('Unavailable');
    expect(made.view.activities.size).toBe(2);
  });

  test('a queue of waiting tasks or of a workflow', () => {
    const { made, queue, workflow, workspaceSid } = world();
    const remove = () => made.engine.dispatch('deleteTaskQueue', { workspaceSid, sid: queue });
    const task = made.task();
    expect(refused(remove)).toContain('pending or reserved tasks');
    made.update(task, { assignmentStatus: 'canceled' });
    expect(refused(remove)).toContain('routes to it');
    made.engine.dispatch('deleteWorkflow', { workspaceSid, sid: workflow });
    remove();
    expect(made.view.taskQueues.size).toBe(0);
  });

  test('a workflow of waiting tasks', () => {
    const { made, workflow, workspaceSid } = world();
    const remove = () => made.engine.dispatch('deleteWorkflow', { workspaceSid, sid: workflow });
    made.worker('Ann');
    const task = made.task();
    refused(remove);
    made.answer(task, 'accepted');
    remove();
    made.answer(task, 'completed');
    expect(task.assignmentStatus).toBe('completed');
  });

  test('a worker who holds a task', () => {
    const { made, workspaceSid } = world();
    const sid = made.worker('Ann');
    const remove = () => made.engine.dispatch('deleteWorker', { workspaceSid, sid });
    const task = made.task();
    refused(remove);
    made.answer(task, 'accepted');
    made.answer(task, 'completed');
    remove();
    expect(made.holders(made.task())).toEqual([]);
  });

  test('a built-in channel, or one with tasks', () => {
    const { made, workspaceSid } = world();
    const remove = (sid: string) => made.engine.dispatch('deleteTaskChannel', { workspaceSid, sid });
    made.engine.dispatch('createTaskChannel', { workspaceSid, friendlyName: 'Fax', uniqueName: 'fax' });
    made.worker('Ann');
    const task = made.task({}, { taskChannel: 'fax' });
    expect(made.holders(task)).toEqual(['Ann']);
    refused(() => remove('voice'));
    refused(() => remove('fax'));
    made.engine.dispatch('deleteTask', { workspaceSid, sid: task.sid });
    remove('fax');
    expect(made.view.workerChannels([...made.view.workers.keys()][0]!)).toHaveLength(5);
  });
});

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
    'task_routing.filters[0].targets holds no',
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

describe('outputs', () => {
  test('the assignment callback carries the documented parameters as they were, and the others apart', () => {
    const world = new World();
    world.workflow(undefined, {
      assignmentCallbackUrl: 'https://a.example',
      fallbackAssignmentCallbackUrl: 'https://b.example',
    });
    const task = world.task({ type: 'x' }, { priority: 4 });
    world.advance(7);
    world.worker('Ann', { level: 1 });
    const due = world.outputs.find((output) => output.kind === 'assignment')!;
    expect(due).toMatchObject({
      url: 'https://a.example',
      fallbackUrl: 'https://b.example',
      taskSid: task.sid,
    });
    expect(Object.keys(due.parameters).sort()).toEqual([
      'ReservationSid',
      'TaskAge',
      'TaskAttributes',
      'TaskPriority',
      'TaskQueueSid',
      'TaskSid',
      'Timestamp',
      'WorkerAttributes',
      'WorkerSid',
      'WorkflowSid',
      'WorkspaceSid',
    ]);
    expect(due.parameters).toMatchObject({
      TaskAge: '7',
      TaskPriority: '4',
      TaskAttributes: '{"type":"x"}',
      WorkerAttributes: '{"level":1}',
    });
    expect(due.undocumented).toMatchObject({ WorkerName: 'Ann', TaskChannelUniqueName: 'default' });
  });

  test('events carry the groups of their type, every value a string', () => {
    const world = new World();
    world.workflow();
    const ann = world.worker('Ann', {}, 'Offline');
    const task = world.task();
    world.advance(3);
    world.move(ann, 'Available');
    world.update(task, { assignmentStatus: 'canceled', reason: 'no' });
    const data = (type: string) => {
      const event = world.outputs.findLast((output) => output.kind === 'event' && output.type === type);
      if (event?.kind !== 'event') throw new Error(`no ${type}`);
      for (const value of Object.values(event.data)) expect(value).toBeTypeOf('string');
      return event.data;
    };
    expect(data('task.created')).not.toHaveProperty('TaskQueueSid');
    expect(data('task.canceled')).toMatchObject({
      TaskSid: task.sid,
      TaskCanceledReason: 'no',
      TaskAge: '3',
      WorkflowSid: task.workflowSid,
      TaskQueueSid: task.taskQueueSid,
    });
    expect(data('reservation.created')).toMatchObject({
      TaskAssignmentStatus: 'reserved',
      WorkerName: 'Ann',
      TaskQueueName: 'Everyone',
    });
    expect(data('worker.activity.update')).toMatchObject({
      WorkerActivityName: 'Available',
      WorkerPreviousActivityName: 'Offline',
      WorkerTimeInPreviousActivity: '3',
    });
  });

  test('a listener may dispatch: everyone hears everything in one order', () => {
    const world = new World();
    world.workflow();
    world.worker('Ann');
    const heard: string[][] = [[], []];
    const hear = (index: number) => (output: EngineOutput) => {
      if (output.kind !== 'event') return;
      heard[index]!.push(output.type);
      if (index === 0 && output.type === 'reservation.created') {
        const { workspaceSid } = world;
        world.engine.dispatch('updateReservation', {
          workspaceSid,
          sid: output.resourceSid,
          reservationStatus: 'accepted',
        });
      }
    };
    world.engine.subscribe(hear(0));
    const stop = world.engine.subscribe(hear(1));
    const task = world.task();
    expect(task.assignmentStatus).toBe('assigned');
    expect(heard[0]!.slice(-2)).toEqual(['reservation.created', 'reservation.accepted']);
    expect(heard[1]).toEqual(heard[0]);
    stop();
    world.task();
    expect(heard[1]!.length).toBeLessThan(heard[0]!.length);
  });

  test('timers run at their own times, also when a command comes late', () => {
    const world = new World();
    const queue = world.queue('A');
    world.workflow({ filters: [{ expression: '1==1', targets: [{ queue, timeout: 10 }, { timeout: 10 }] }] });
    const created = world.time;
    world.task();
    expect(world.engine.nextTimerAt()).toBe(created + 10_000);
    world.time += 3_600_000;
    world.worker('Ann');
    const timeouts = world.outputs.flatMap((output) =>
      output.kind === 'event' && output.type === 'task-queue.timeout' ? [output.at - created] : [],
    );
    expect(timeouts).toEqual([10_000, 20_000]);
    expect(() => world.engine.runTimersUntil(Number.NaN)).toThrow(RangeError);
  });
});
