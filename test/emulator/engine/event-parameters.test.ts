import { describe, expect, test } from 'vitest';
import { describeEvent, type EngineEvent } from '../../../src/emulator/engine/index.js';
import { World } from './world.js';

/** The last event of a type. */
function last(world: World, type: string): EngineEvent {
  const event = world.outputs.findLast((output) => output.kind === 'event' && output.type === type);
  if (event?.kind !== 'event') throw new Error(`no ${type}`);
  return event;
}

/** Two queues, a filter that goes from one to the other, and Ann in the second. */
function twoSteps() {
  const world = new World();
  const first = world.queue('First', { targetWorkers: 'level > 5' });
  const second = world.queue('Second', { targetWorkers: 'level < 5' });
  const targets = [{ queue: first, timeout: 10 }, { queue: second }];
  const workflow = world.workflow({
    filters: [{ filter_friendly_name: 'Sales', expression: "type == 'sale'", targets }],
    default_filter: { queue: second },
  });
  const ann = world.worker('Ann', { level: 1 });
  return { world, first, second, workflow, ann };
}

describe('the queue an event is about', () => {
  const place = (name: string, expression: string) => ({
    TaskQueueSid: expect.stringMatching(/^WQ/),
    TaskQueueName: name,
    TaskQueueTargetExpression: expression,
    WorkflowName: 'Workflow',
  });

  test('is that of the step; of a move, the one that is left', () => {
    const { world } = twoSteps();
    world.task({ type: 'sale' });
    for (const type of ['workflow.entered', 'task-queue.entered', 'task.created', 'workflow.target-matched'])
      expect(last(world, type).data, type).toMatchObject(place('First', 'level > 5'));
    world.advance(10);
    for (const type of ['task-queue.timeout', 'task-queue.moved'])
      expect(last(world, type).data, type).toMatchObject(place('First', 'level > 5'));
    for (const type of ['task-queue.entered', 'workflow.target-matched', 'reservation.created'])
      expect(last(world, type).data, type).toMatchObject(place('Second', 'level < 5'));
  });

  test('is told by its present name, also when it has been deleted', () => {
    const { world, second } = twoSteps();
    const task = world.task();
    world.answer(task, 'accepted');
    const { workspaceSid } = world;
    world.engine.dispatch('updateTaskQueue', { workspaceSid, sid: second, friendlyName: 'Renamed' });
    world.answer(task, 'completed');
    expect(last(world, 'task.completed').data.TaskQueueName).toBe('Renamed');
  });
});

test('the filter comes with workflow.target-matched, unless none matched', () => {
  const { world } = twoSteps();
  world.task({ type: 'sale' });
  expect(last(world, 'workflow.target-matched').data).toMatchObject({
    WorkflowFilterName: 'Sales',
    WorkflowFilterExpression: "type == 'sale'",
  });
  world.task();
  expect(last(world, 'workflow.target-matched').data).not.toHaveProperty('WorkflowFilterName');
});

describe('the worker comes with task.wrapup and task.completed', () => {
  const worker = { WorkerName: 'Ann', WorkerAttributes: '{"level":1}', WorkerActivityName: 'Available' };

  test('when a caller wraps and completes the task', () => {
    const { world } = twoSteps();
    const task = world.task();
    world.answer(task, 'accepted');
    world.update(task, { assignmentStatus: 'wrapping' });
    world.update(task, { assignmentStatus: 'completed' });
    expect(last(world, 'task.wrapup').data).toMatchObject(worker);
    expect(last(world, 'task.completed').data).toMatchObject(worker);
    expect(last(world, 'task.updated').data).not.toHaveProperty('WorkerSid');
  });

  test('when the reservation is completed, and when a call ends', () => {
    const { world } = twoSteps();
    const task = world.task();
    world.answer(task, 'accepted');
    world.answer(task, 'completed');
    expect(last(world, 'task.completed').data).toMatchObject(worker);
    const call = world.task();
    world.answer(call, 'accepted');
    const { workspaceSid } = world;
    world.engine.dispatch('callEnded', { workspaceSid, sid: world.reservation(call)!.sid });
    expect(last(world, 'task.wrapup').data).toMatchObject({ ...worker, TaskSid: call.sid });
  });
});

describe('why a task was canceled', () => {
  test.each<[string, string | undefined, (world: World) => void]>([
    [
      'its own timeout',
      'Task TTL Exceeded',
      (world) => {
        world.task({}, { timeout: 5 });
        world.advance(5);
      },
    ],
    [
      'its workflow’s timeout',
      'Task canceled on Workflow timeout',
      (world) => {
        world.workflow({
          filters: [{ expression: '1==1', targets: [{ queue: world.queue('Q'), timeout: 5 }] }],
        });
        world.task({}, { workflowSid: [...world.view.workflows.keys()].at(-1) });
        world.advance(5);
      },
    ],
    [
      'a skip',
      'Task canceled on Workflow skipped',
      (world) => {
        world.workflow({ default_filter: { queue: world.queue('Q'), skip_if: '1==1' } });
        world.task({}, { workflowSid: [...world.view.workflows.keys()].at(-1) });
      },
    ],
    [
      'a caller',
      'hung up',
      (world) => {
        world.update(world.task(), { assignmentStatus: 'canceled', reason: 'hung up' });
      },
    ],
    [
      'a caller without a reason',
      undefined,
      (world) => {
        world.update(world.task(), { assignmentStatus: 'canceled' });
      },
    ],
  ])('%s', (_who, reason, cancel) => {
    const world = new World();
    world.workflow();
    cancel(world);
    const event = last(world, 'task.canceled');
    expect([event.data.Reason, event.data.TaskCanceledReason]).toEqual([reason, reason]);
    const own = reason !== undefined && reason !== 'hung up';
    expect(describeEvent(event)).toBe(own ? reason : `Task ${event.resourceSid} canceled`);
  });
});

test('descriptions and resource types, as recorded or worded like these', () => {
  const { world, first, ann } = twoSteps();
  const { workspaceSid, engine } = world;
  const task = world.task({ type: 'sale' });
  world.advance(10);
  const reservation = world.reservation(task)!.sid;
  world.answer(task, 'accepted');
  engine.dispatch('updateWorker', { workspaceSid, sid: ann, attributes: '{"level":2}' });
  world.move(ann, 'Unavailable');
  engine.dispatch('updateWorkerChannel', {
    workspaceSid,
    workerSid: ann,
    sid: 'voice',
    capacity: 2,
    available: false,
  });
  engine.dispatch('updateTaskQueue', { workspaceSid, sid: first, targetWorkers: 'level > 6' });
  engine.dispatch('createActivity', { workspaceSid, friendlyName: 'Lunch' });
  engine.dispatch('createTaskChannel', { workspaceSid, friendlyName: 'Fax', uniqueName: 'fax' });
  engine.dispatch('updateWorkspace', { sid: workspaceSid, friendlyName: 'Centre' });
  const said = (type: string) => {
    const event = last(world, type);
    return `${event.resourceType}: ${describeEvent(event)}`;
  };
  expect(said('task.created')).toBe(`task: Task ${task.sid} created`);
  expect(said('reservation.accepted')).toBe(`reservation: Reservation ${reservation} accepted`);
  expect(said('worker.created')).toBe('worker: Worker Ann created');
  expect(said('worker.attributes.update')).toBe('worker: Worker Ann updated attributes to {"level":2}');
  expect(said('worker.activity.update')).toBe('worker: Worker Ann updated to Unavailable Activity');
  expect(said('worker.capacity.update')).toBe('worker: Worker Ann updated capacity of voice');
  expect(said('worker.channel.availability.update')).toBe(
    'worker: Worker Ann updated availability of voice to false',
  );
  expect(said('task-queue.created')).toMatch(/^taskqueue: TaskQueue WQ\w+ created$/);
  expect(said('task-queue.expression.updated')).toBe(
    `taskqueue: TaskQueue ${first} expression updated to 'level > 6'`,
  );
  expect(said('task-queue.moved')).toBe(`task: Task ${task.sid} moved from TaskQueue ${first}`);
  expect(said('task-queue.timeout')).toBe(`task: Task ${task.sid} timed out in TaskQueue ${first}`);
  expect(said('task-queue.entered')).toMatch(/^task: Task WT\w+ entered TaskQueue WQ\w+$/);
  expect(said('workflow.entered')).toMatch(/^task: Task WT\w+ entered Workflow WW\w+$/);
  expect(said('workflow.target-matched')).toMatch(/^task: Task WT\w+ matched a target with TaskQueue WQ\w+$/);
  expect(said('workflow.created')).toMatch(/^workflow: Workflow WW\w+ created$/);
  expect(said('activity.created')).toBe('activity: Activity Lunch created');
  expect(said('task-channel.created')).toBe('taskchannel: TaskChannel fax created');
  expect(said('workspace.updated')).toBe(`workspace: Workspace ${workspaceSid} updated`);
  for (const output of world.outputs) {
    if (output.kind === 'event') expect(describeEvent(output)).not.toContain('undefined');
  }
});
