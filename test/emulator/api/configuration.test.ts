import { createEmulator } from 'taskrouter-kit/emulator';
import { expect, onTestFinished, test } from 'vitest';
import { checkedApi } from '../../support/checked-api.js';

/** The form of older documents: queues as `task_queue_sid`, the name of a filter as `friendly_name`. */
const older = (queue: string) => ({
  task_routing: {
    filters: [
      {
        friendly_name: 'Gold Tickets',
        expression: "customer_value == 'Gold'",
        targets: [{ task_queue_sid: queue, priority: '2' }],
      },
    ],
    default_filter: { task_queue_sid: queue },
  },
});
const present = (queue: string) => ({
  task_routing: {
    filters: [
      {
        filter_friendly_name: 'Gold Tickets',
        expression: "customer_value == 'Gold'",
        targets: [{ queue, priority: '2' }],
      },
    ],
    default_filter: { queue },
  },
});

test('a configuration with older names is kept with the present ones, and whoever wrote it is told', async () => {
  const warnings: string[] = [];
  const ignore = () => {};
  const log = {
    debug: ignore,
    info: ignore,
    error: ignore,
    warn: (_fields: object, message?: string) => warnings.push(message ?? ''),
  };
  const emulator = await createEmulator({ log });
  onTestFinished(() => emulator.close());
  const { workspaceSid, taskQueues } = emulator.seed({ taskQueues: { Support: {} } });
  const { call } = checkedApi(emulator);
  const ws = { WorkspaceSid: workspaceSid };
  const queue = taskQueues.Support;

  const written = JSON.stringify(present(queue), undefined, 2);
  const { body } = await call('CreateWorkflow', ws, { FriendlyName: 'W', Configuration: written });
  expect(body.configuration).toBe(written);
  expect(warnings).toEqual([]);

  const created = await call('CreateWorkflow', ws, {
    FriendlyName: 'V',
    Configuration: JSON.stringify(older(queue)),
  });
  expect(JSON.parse(created.body.configuration!)).toEqual(present(queue));
  const updated = await call(
    'UpdateWorkflow',
    { ...ws, Sid: body.sid! },
    { Configuration: JSON.stringify(older(queue)) },
  );
  expect(JSON.parse(updated.body.configuration!)).toEqual(present(queue));
  expect(warnings).toEqual([
    expect.stringContaining('task_queue_sid'),
    expect.stringContaining('task_queue_sid'),
  ]);
});
