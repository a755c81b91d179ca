import { describe, expect, test } from 'vitest';
import { refused, World, withWorkers } from './world.js';

/** The groups of twilio.com/docs/taskrouter/api/event/reference, with what is only observed. */
const task = [
  ...['TaskSid', 'TaskAttributes', 'TaskAge', 'TaskPriority', 'TaskAssignmentStatus', 'TaskDateCreated'],
  ...['TaskQueueEnteredDate', 'TaskVirtualStartTime', 'TaskVersion', 'TaskIgnoreCapacity'],
  ...['TaskChannelSid', 'TaskChannelUniqueName', 'WorkflowSid', 'WorkflowName'],
  ...['TaskQueueSid', 'TaskQueueName', 'TaskQueueTargetExpression'],
];
const worker = [
  ...['WorkerSid', 'WorkerName', 'WorkerAttributes', 'WorkerActivitySid', 'WorkerActivityName'],
  'WorkerVersion',
];
const failed = [...task, 'ReservationSid', 'ReservationVersion'];
const reservation = [...failed, ...worker];
const workerChannel = [
  ...worker,
  ...['WorkerChannelAvailable', 'WorkerChannelAvailableCapacity', 'WorkerChannelPreviousCapacity'],
  ...['WorkerChannelTaskCount', 'TaskChannelSid', 'TaskChannelUniqueName'],
];
const activity = ['ActivitySid', 'ActivityName', 'ActivityAvailable'];
const channel = [
  ...['TaskChannelSid', 'TaskChannelName', 'TaskChannelUniqueName'],
  'TaskChannelOptimizedRouting',
];
const queue = ['TaskQueueSid', 'TaskQueueName', 'TaskQueueTargetExpression'];
const workflow = ['WorkflowSid', 'WorkflowName'];

const parameters: Readonly<Record<string, readonly string[]>> = {
  'activity.created': activity,
  'activity.updated': activity,
  'activity.deleted': activity,
  'reservation.created': reservation,
  'reservation.accepted': reservation,
  'reservation.rejected': reservation,
  'reservation.timeout': reservation,
  'reservation.canceled': [...reservation, 'TaskCanceledReason'],
  'reservation.rescinded': reservation,
  'reservation.wrapup': reservation,
  'reservation.completed': reservation,
  'reservation.failed': failed,
  'task.created': task,
  'task.updated': [...task, 'TaskCompletedReason'],
  'task.canceled': [...task, 'TaskCanceledReason', 'Reason'],
  'task.wrapup': [...task, ...worker],
  'task.completed': [...task, ...worker, 'TaskCompletedReason'],
  'task.deleted': task,
  'task.system-deleted': task,
  'task-channel.created': channel,
  'task-channel.updated': channel,
  'task-channel.deleted': channel,
  'task-queue.created': queue,
  'task-queue.deleted': queue,
  'task-queue.expression.updated': queue,
  'task-queue.entered': task,
  'task-queue.timeout': task,
  'task-queue.moved': task,
  'worker.created': worker,
  'worker.deleted': worker,
  'worker.attributes.update': worker,
  'worker.activity.update': [
    ...worker,
    ...['WorkerTimeInPreviousActivity', 'WorkerTimeInPreviousActivityMs', 'WorkerPreviousActivitySid'],
    'WorkerPreviousActivityName',
  ],
  'worker.capacity.update': workerChannel,
  'worker.channel.availability.update': workerChannel,
  'workflow.created': workflow,
  'workflow.updated': workflow,
  'workflow.deleted': workflow,
  'workflow.entered': task,
  'workflow.target-matched': [...task, 'WorkflowFilterName', 'WorkflowFilterExpression'],
  'workflow.timeout': task,
  'workflow.skipped': task,
  'workspace.updated': [],
  'workspace.deleted': [],
};

test('every type of event is said, with exactly the parameters of its groups', () => {
  const world = new World();
  const { workspaceSid, engine } = world;
  const named = { workspaceSid, friendlyName: 'N' };
  const away = engine.dispatch('createActivity', named).sid;
  engine.dispatch('updateActivity', { workspaceSid, sid: away, friendlyName: 'M' });
  engine.dispatch('deleteActivity', { workspaceSid, sid: away });
  engine.dispatch('createTaskChannel', { ...named, uniqueName: 'fax' });
  engine.dispatch('updateTaskChannel', { workspaceSid, sid: 'fax', friendlyName: 'M' });
  engine.dispatch('deleteTaskChannel', { workspaceSid, sid: 'fax' });
  const spare = world.queue('Spare');
  engine.dispatch('updateTaskQueue', { workspaceSid, sid: spare, targetWorkers: '1==2' });
  engine.dispatch('deleteTaskQueue', { workspaceSid, sid: spare });
  const [one, two] = [world.queue('One', { maxReservedWorkers: 2 }), world.queue('Two')];
  const workflowSid = world.workflow({
    filters: [
      {
        expression: "go == 'away'",
        targets: [
          { queue: one, timeout: 5 },
          { queue: two, timeout: 5 },
        ],
      },
      { expression: "go == 'out'", targets: [{ queue: one, skip_if: '1==1' }] },
      { expression: "go == 'on'", targets: [{ queue: one }] },
    ],
  });
  engine.dispatch('updateWorkflow', { workspaceSid, sid: workflowSid, friendlyName: 'M' });
  world.task({ go: 'away' });
  world.task({ go: 'out' });
  world.advance(10);
  const ann = world.worker('Ann');
  const ben = world.worker('Ben');
  const first = world.task({ go: 'on' });
  const { sid } = world.reservation(first)!;
  engine.dispatch('instructionFailed', { workspaceSid, sid });
  world.answer(first, 'accepted');
  world.update(first, { assignmentStatus: 'wrapping' });
  world.update(first, { assignmentStatus: 'completed', reason: 'done' });
  const second = world.task({ go: 'on' });
  world.answer(second, 'rejected');
  world.advance(120);
  engine.dispatch('deleteTask', { workspaceSid, sid: second.sid });
  world.move(ann, 'Available');
  world.update(world.task({ go: 'on' }), { assignmentStatus: 'canceled', reason: 'no' });
  world.answer(world.task({ go: 'on' }), 'accepted');
  world.advance(86_400);
  engine.dispatch('updateWorker', { workspaceSid, sid: ann, attributes: '{"a":1}' });
  engine.dispatch('updateWorkerChannel', { workspaceSid, workerSid: ann, sid: 'voice', capacity: 2 });
  engine.dispatch('updateWorkerChannel', { workspaceSid, workerSid: ann, sid: 'voice', available: false });
  engine.dispatch('deleteWorker', { workspaceSid, sid: ben });
  engine.dispatch('deleteWorkflow', { workspaceSid, sid: workflowSid });
  engine.dispatch('updateWorkspace', { sid: workspaceSid, friendlyName: 'M' });
  engine.dispatch('deleteWorkspace', { sid: workspaceSid });

  // The last of each type: of a completed reservation that is the one whose task the system deleted.
  const said = new Map(
    world.outputs.flatMap((output) => (output.kind === 'event' ? [[output.type, output.data] as const] : [])),
  );
  const sorted = (names: readonly string[]) => [...names].sort();
  expect(sorted([...said.keys()])).toEqual(sorted(Object.keys(parameters)));
  for (const [type, data] of said) {
    expect(sorted(Object.keys(data)), type).toEqual(sorted(parameters[type]!));
    for (const value of Object.values(data)) expect(value, type).toBeTypeOf('string');
  }
});

describe('the events of one change, in order', () => {
  /** Two workers, both reserved for the same task. */
  const pair = () => {
    const { world, sids } = withWorkers(['Ann', 'Ben'], {}, { maxReservedWorkers: 2 });
    const task = world.task();
    expect(world.events().slice(-2)).toEqual(['reservation.created', 'reservation.created']);
    return { world, sids, task };
  };

  test('one of two accepts', () => {
    const { world, task } = pair();
    world.answer(task, 'accepted');
    expect(world.events()).toEqual(['reservation.accepted', 'reservation.rescinded']);
  });

  test('one rejects and goes to another activity, then the other times out', () => {
    const { world, task } = pair();
    world.answer(task, 'rejected', { workerActivitySid: world.activity('Unavailable') });
    expect(world.events()).toEqual(['reservation.rejected', 'worker.activity.update']);
    world.advance(120);
    expect(world.events()).toEqual(['reservation.timeout', 'worker.activity.update']);
    expect(task.assignmentStatus).toBe('pending');
  });

  test('a reserved task is canceled or deleted', () => {
    const cancel = pair();
    cancel.world.update(cancel.task, { assignmentStatus: 'canceled', reason: 'no' });
    expect(cancel.world.events()).toEqual(['task.canceled', 'reservation.canceled', 'reservation.canceled']);
    const { world, task } = pair();
    world.engine.dispatch('deleteTask', { workspaceSid: world.workspaceSid, sid: task.sid });
    expect(world.events()).toEqual(['reservation.canceled', 'reservation.canceled', 'task.deleted']);
    refused(() => world.update(task, { priority: 1 }), 404);
  });

  test('new attributes route a waiting task from the top, into another queue', () => {
    const world = new World();
    const [one, two] = [world.queue('One'), world.queue('Two')];
    world.workflow({
      filters: [{ expression: "go == 'on'", targets: [{ queue: two }] }],
      default_filter: { queue: one },
    });
    const waiting = world.task();
    world.events();
    world.update(waiting, { attributes: '{"go":"on"}' });
    expect(world.events()).toEqual([
      'task.updated',
      'task-queue.moved',
      'task-queue.entered',
      'workflow.target-matched',
    ]);
  });

  test('a worker goes to an activity that takes no tasks, and rejects what is pending', () => {
    const { world, sids, task } = pair();
    world.move(sids[0]!, 'Offline', true);
    expect(world.events()).toEqual(['worker.activity.update', 'reservation.rejected']);
    expect(world.holders(task)).toEqual(['Ben']);
    world.move(sids[1]!, 'Unavailable', true);
    expect(world.events()).toEqual(['worker.activity.update', 'reservation.rejected']);
    expect(task.assignmentStatus).toBe('pending');
  });

  test('in a single-tasking workspace the activity changes before its reservation is told', () => {
    const world = new World({ singleTasking: true });
    const activities = {
      reservationActivitySid: world.activity('Unavailable'),
      assignmentActivitySid: world.activity('Offline'),
    };
    world.workflow({ default_filter: { queue: world.queue('A', activities) } });
    world.worker('Ann');
    world.events();
    const single = world.task();
    expect(world.events().slice(-2)).toEqual(['worker.activity.update', 'reservation.created']);
    world.answer(single, 'accepted');
    expect(world.events()).toEqual(['worker.activity.update', 'reservation.accepted']);
  });
});
