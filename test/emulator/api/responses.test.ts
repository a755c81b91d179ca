import { createEmulator, type Emulator } from 'taskrouter-kit/emulator';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { operations } from '../../../src/emulator/api/operations.js';
import { checkedApi, openApi } from '../../support/checked-api.js';

let emulator: Emulator;
beforeAll(async () => {
  emulator = await createEmulator({ clock: 'virtual' });
});
afterAll(() => emulator.close());

describe('the table of operations', () => {
  test('has the 61 operations of Twilio’s API, each once', () => {
    expect(operations).toHaveLength(61);
    expect(new Set(operations.map(({ id }) => id)).size).toBe(61);
    expect(new Set(operations.map(({ method, path }) => `${method} ${path}`)).size).toBe(61);
  });

  test.runIf(openApi)('has the methods, paths and parameters of the OpenAPI file', () => {
    // The one request body without a schema there.
    const bulk = 'CreateTaskQueueBulkRealTimeStatistics';
    const known = (one: { id: string; method: string; path: string }, params: readonly string[]) => [
      `${one.id} ${one.method} ${one.path}`,
      one.id === bulk ? [] : [...new Set(params)].sort(),
    ];
    const ours = operations.map((one) => known(one, Object.keys(one.params)));
    const theirs = openApi!.operations.map((one) => known(one, one.params));
    expect(new Map(ours as never)).toEqual(new Map(theirs as never));
  });

  test.skipIf(openApi)(
    'was not compared: Twilio’s OpenAPI file is not here; name it in TASKROUTER_OPENAPI',
    () => {
      console.warn('Twilio’s OpenAPI file is not here: answers are checked by status and form alone.');
    },
  );
});

describe('every answer of the 61 operations', () => {
  test('fits the schema of the OpenAPI file', async () => {
    const { call, called } = checkedApi(emulator);
    const sid = ({ body }: Awaited<ReturnType<typeof call>>) => String(body.sid);
    const WorkspaceSid = sid(await call('CreateWorkspace', {}, { FriendlyName: 'All', Template: 'FIFO' }));
    const ws = { WorkspaceSid };
    await call('ListWorkspace', {}, { FriendlyName: 'All' });
    await call('FetchWorkspace', { Sid: WorkspaceSid });
    await call('UpdateWorkspace', { Sid: WorkspaceSid }, { EventsFilter: 'task.created' });

    const activity = sid(await call('CreateActivity', ws, { FriendlyName: 'Ready', Available: 'true' }));
    const spare = sid(await call('CreateActivity', ws, { FriendlyName: 'Spare' }));
    await call('ListActivity', ws, { Available: 'true', PageSize: 1 });
    await call('FetchActivity', { ...ws, Sid: activity });
    await call('UpdateActivity', { ...ws, Sid: spare }, { FriendlyName: 'Unused' });
    await call('DeleteActivity', { ...ws, Sid: spare });

    const channel = { FriendlyName: 'Mail', UniqueName: 'mail', ChannelOptimizedRouting: 'true' };
    await call('CreateTaskChannel', ws, channel);
    await call('ListTaskChannel', ws);
    await call('FetchTaskChannel', { ...ws, Sid: 'mail' });
    await call('UpdateTaskChannel', { ...ws, Sid: 'mail' }, { FriendlyName: 'E-mail' });

    const queue = sid(
      await call('CreateTaskQueue', ws, { FriendlyName: 'Q', ReservationActivitySid: activity }),
    );
    await call('ListTaskQueue', ws, { Ordering: 'DateUpdated:desc', EvaluateWorkerAttributes: '{"a":"6"}' });
    await call('FetchTaskQueue', { ...ws, Sid: queue });
    await call('UpdateTaskQueue', { ...ws, Sid: queue }, { TargetWorkers: 'a != 1' });

    const seedForm = { task_routing: { filters: [], default_filter: { task_queue_sid: queue } } };
    const created = await call('CreateWorkflow', ws, {
      FriendlyName: 'W',
      Configuration: JSON.stringify(seedForm),
      AssignmentCallbackUrl: 'http://127.0.0.1:1/assignment',
    });
    const workflow = sid(created);
    expect(JSON.parse(created.body.configuration!)).toEqual({
      task_routing: { filters: [], default_filter: { queue } },
    });
    await call('ListWorkflow', ws);
    await call('FetchWorkflow', { ...ws, Sid: workflow });
    await call(
      'UpdateWorkflow',
      { ...ws, Sid: workflow },
      { AssignmentCallbackUrl: '', ReEvaluateTasks: 'true' },
    );

    const worker = sid(await call('CreateWorker', ws, { FriendlyName: 'Ann', ActivitySid: activity }));
    await call('ListWorker', ws, {
      TargetWorkersExpression: "activity_name == 'Ready'",
      TaskQueueSid: queue,
    });
    await call('FetchWorker', { ...ws, Sid: worker });
    await call('UpdateWorker', { ...ws, Sid: worker }, { Attributes: '{"level":1}' });
    await call('ListWorkerChannel', { ...ws, WorkerSid: worker });
    await call('FetchWorkerChannel', { ...ws, WorkerSid: worker, Sid: 'default' });
    await call('UpdateWorkerChannel', { ...ws, WorkerSid: worker, Sid: 'default' }, { Capacity: 2 });

    const task = sid(await call('CreateTask', ws, { WorkflowSid: workflow, RoutingTarget: worker }));
    await call('ListTask', ws, {
      AssignmentStatus: 'pending,reserved',
      Ordering: 'Priority:desc,DateCreated:asc',
    });
    await call('FetchTask', { ...ws, Sid: task });
    await call('UpdateTask', { ...ws, Sid: task }, { Priority: 3 });
    const listed = await call('ListTaskReservation', { ...ws, TaskSid: task });
    const Sid = String((listed.body.reservations as unknown as { sid: string }[])[0]!.sid);
    await call('FetchTaskReservation', { ...ws, TaskSid: task, Sid });
    await call('UpdateTaskReservation', { ...ws, TaskSid: task, Sid }, { ReservationStatus: 'accepted' });
    await call('ListWorkerReservation', { ...ws, WorkerSid: worker });
    await call('FetchWorkerReservation', { ...ws, WorkerSid: worker, Sid });
    await emulator.advance('3s');
    await call(
      'UpdateWorkerReservation',
      { ...ws, WorkerSid: worker, Sid },
      { ReservationStatus: 'wrapping' },
    );

    for (const { id } of operations.filter((one) => one.id.includes('Statistics'))) {
      const path = { ...ws, TaskQueueSid: queue, WorkflowSid: workflow, WorkerSid: worker };
      const bulk = id === 'CreateTaskQueueBulkRealTimeStatistics';
      await call(
        id,
        path,
        bulk ? { queueSids: [queue, `WQ${'0'.repeat(32)}`] } : { SplitByWaitTime: '5,10' },
      );
    }
    const events = await call('ListEvent', ws, { TaskSid: task });
    const [event] = events.body.events as unknown as { sid: string }[];
    await call('FetchEvent', { ...ws, Sid: event!.sid });

    await call('DeleteTask', { ...ws, Sid: task });
    await call('DeleteWorker', { ...ws, Sid: worker });
    await call('DeleteWorkflow', { ...ws, Sid: workflow });
    await call('DeleteTaskQueue', { ...ws, Sid: queue });
    await call('DeleteTaskChannel', { ...ws, Sid: 'mail' });
    await call('DeleteWorkspace', { Sid: WorkspaceSid });
    expect(operations.map(({ id }) => id).filter((id) => !called.has(id))).toEqual([]);
  });
});
