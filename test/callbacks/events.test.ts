import { sid } from 'taskrouter-kit/testing';
import { expect, test } from 'vitest';
import { gate, world } from './world.js';

test('all handlers of a type run in order, also after one that failed; then 500, and the event may come again', async () => {
  const ran: string[] = [];
  let broken = true;
  const { event } = world((on) =>
    on
      .onEvent('task.created', () => {
        ran.push('first');
        if (broken) throw new Error('boom');
      })
      .onEvent(['task.created', 'task.canceled'], async () => {
        ran.push('second');
      }),
  );
  const again = { Sid: sid('EV', 1), ResourceSid: sid('WT', 1), TaskSid: sid('WT', 1) };
  expect((await event('task.created', again)).status).toBe(500);
  broken = false;
  expect((await event('task.created', again)).status).toBe(204);
  expect((await event('task.created', again)).status).toBe(204);
  expect(ran).toEqual(['first', 'second', 'first', 'second']);
});

test('events of one task run one after another, in the order they came; those of another need not wait', async () => {
  const ran: string[] = [];
  const first = gate();
  const { event, clock } = world((on) =>
    on.onEvent(['task.created', 'task.updated', 'task.canceled'], async ({ type, task }) => {
      if (type === 'task.created') await first.opened;
      ran.push(`${type} ${task.sid.slice(-1)}`);
    }),
  );
  const one = { TaskSid: sid('WT', 1) };
  const answers = [
    event('task.created', one),
    event('task.updated', one),
    event('task.canceled', { TaskSid: sid('WT', 2) }),
  ];
  await clock.advance(10);
  expect(ran).toEqual(['task.canceled 2']);
  first.open();
  await Promise.all(answers);
  expect(ran).toEqual(['task.canceled 2', 'task.created 1', 'task.updated 1']);
});

test('a repeated event, without Sid told by all that was signed, runs nothing', async () => {
  let runs = 0;
  const { event } = world((on) => on.onEvent('worker.created', () => runs++));
  const sids = { WorkspaceSid: sid('WS', 1), ResourceSid: sid('WK', 1), WorkerSid: sid('WK', 1) };
  const fields = { Sid: '', TimestampMs: '1700000000000', ...sids };
  await event('worker.created', fields);
  await event('worker.created', fields);
  await event('worker.created', { ...fields, TimestampMs: '1700000000001' });
  expect(runs).toBe(2);
});

test('handlers that take longer than 10 s are answered 204 and go on; close() waits for them', async () => {
  const slow = gate();
  let ended = false;
  const { event, clock, router } = world((on) =>
    on.onEvent('task.completed', async () => {
      await slow.opened;
      ended = true;
    }),
  );
  const answer = event('task.completed');
  await clock.advance(10_000);
  expect((await answer).status).toBe(204);
  expect(ended).toBe(false);
  const closed = router.close({ timeoutMs: 1_000 });
  slow.open();
  expect(await closed).toMatchObject({ clean: true });
  expect(ended).toBe(true);
});

test('onError hears of event handlers too', async () => {
  const heard: unknown[] = [];
  const { event } = world((on) =>
    on
      .onEvent('activity.created', () => {
        throw new Error('boom');
      })
      .onError((error, context) => {
        heard.push((error as Error).message, context.kind);
      }),
  );
  expect((await event('activity.created')).status).toBe(500);
  expect(heard).toEqual(['boom', 'event']);
});

test('subjects are read from the parameters of their type', async () => {
  const seen: unknown[] = [];
  const { event } = world((on) =>
    on
      .onEvent('worker.activity.update', ({ worker, workerActivity }) =>
        seen.push([worker.name, workerActivity.timeInPreviousActivityMs]),
      )
      .onEvent('reservation.created', ({ reservation, task, taskQueue, workflow }) =>
        seen.push([reservation.sid, task.attributes, taskQueue.name, workflow.sid]),
      )
      .onEvent('activity.updated', ({ activity, description, resourceType }) =>
        seen.push([activity.available, description, resourceType]),
      )
      .onEvent({ unlisted: 'planet.discovered' }, (given) =>
        seen.push(Object.keys(given).filter((key) => ['task', 'worker', 'activity'].includes(key))),
      ),
  );
  await event('worker.activity.update', { WorkerTimeInPreviousActivity: '26' });
  await event('reservation.created', {
    TaskAttributes: '{"a":1}',
    TaskQueueName: 'Support',
    ReservationSid: sid('WR', 1),
    WorkflowSid: sid('WW', 1),
  });
  await event('activity.updated', { ActivityAvailable: 'TRUE' });
  await event('planet.discovered', { TaskSid: sid('WT', 1), ActivitySid: sid('WA', 1) });
  expect(seen).toEqual([
    ['alice', 26_000],
    [sid('WR', 1), { a: 1 }, 'Support', sid('WW', 1)],
    [true, 'activity.updated happened', 'activity'],
    ['task', 'activity'],
  ]);
});

test('an event without a type is 400', async () => {
  const { event } = world(() => {});
  expect(await event('task.created', { EventType: '' })).toMatchObject({ status: 400, code: 'bad-fields' });
});
