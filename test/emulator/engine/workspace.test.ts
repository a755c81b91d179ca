import { describe, expect, test } from 'vitest';
import { createEngine } from '../../../src/emulator/engine/index.js';
import { refused, World } from './world.js';

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

describe('what is in use cannot be deleted', () => {
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

  test('a queue may go once only tasks that have left it remember a workflow that named it', () => {
    const { made, queue, workflow, workspaceSid } = world();
    made.worker('Ann');
    const assigned = made.task();
    made.answer(assigned, 'accepted');
    const waiting = made.task();
    const elsewhere = JSON.stringify({ task_routing: { default_filter: { queue: made.queue('Other') } } });
    const remove = () => made.engine.dispatch('deleteTaskQueue', { workspaceSid, sid: queue });
    made.engine.dispatch('updateWorkflow', { workspaceSid, sid: workflow, configuration: elsewhere });
    expect(refused(remove)).toContain('pending or reserved tasks');
    made.engine.dispatch('updateWorkflow', { workspaceSid, sid: workflow, reEvaluateTasks: true });
    expect(made.queueOf(waiting)).toBe('Other');
    remove();
    expect(() => createEngine({ snapshot: made.engine.snapshot(), now: () => made.time })).not.toThrow();
    made.answer(assigned, 'completed');
    expect(assigned.assignmentStatus).toBe('completed');
    expect(made.holders(waiting)).toEqual(['Ann']);
  });

  test('a queue that a waiting task may still come to under an older configuration', () => {
    const { made, queue, workflow, workspaceSid } = world();
    const first = made.queue('First');
    const both = { filters: [{ expression: '1==1', targets: [{ queue: first, timeout: 9 }, { queue }] }] };
    const update = (task_routing: object) =>
      made.engine.dispatch('updateWorkflow', {
        workspaceSid,
        sid: workflow,
        configuration: JSON.stringify({ task_routing }),
      });
    update(both);
    const task = made.task();
    update({ default_filter: { queue: first } });
    const remove = () => made.engine.dispatch('deleteTaskQueue', { workspaceSid, sid: queue });
    expect(refused(remove)).toContain('routes to it');
    made.update(task, { assignmentStatus: 'canceled' });
    remove();
  });

  test('a deleted queue has no workers, whatever its expression asks for', () => {
    const { made, workspaceSid } = world();
    const ann = made.worker('Ann');
    for (const targetWorkers of ['channel.default.assigned_tasks < 5', "activity_name == 'Available'"]) {
      const sid = made.queue('Asking', { targetWorkers });
      expect(made.view.queuesOfWorker(ann)).toHaveLength(2);
      made.engine.dispatch('deleteTaskQueue', { workspaceSid, sid });
      expect(made.view.queuesOfWorker(ann)).toHaveLength(1);
    }
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

describe('a workspace is full', () => {
  test('at 100 activities and 5,000 task queues', () => {
    const { made, workspaceSid } = world();
    const activity = () => made.engine.dispatch('createActivity', { workspaceSid, friendlyName: 'A' });
    while (made.view.activities.size < 100) activity();
    expect(refused(activity)).toContain('100');
    while (made.view.taskQueues.size < 5_000) made.queue('Q');
    expect(refused(() => made.queue('Q'))).toContain('5000');
  });

  test('at 15,000 workers', () => {
    const { made } = world();
    for (let index = 0; index < 15_000; index++) made.worker(`W${index}`, {}, 'Offline');
    expect(refused(() => made.worker('One more'))).toContain('15000');
  });
});
