/** What must compile, and what must not. Checked by the compiler; never run. */
import {
  accept,
  conference,
  createTaskRouter,
  defer,
  defineAssignment,
  defineEvent,
  defineOtherwise,
  type EventContext,
  reject,
} from 'taskrouter-kit';
import { createTaskRouterClient } from 'taskrouter-kit/rest';
import { runHandler } from 'taskrouter-kit/testing';
import * as v from 'valibot';
import * as z from 'zod';

const router = createTaskRouter({ authToken: 'token' });
const Call = z.object({ called: z.string(), age: z.coerce.number() });
const Agent = v.object({ contact_uri: v.string() });

// A schema types the attributes, in where and in the handler; the other side stays unchecked.
router.onAssignment(
  { task: Call, worker: Agent, where: ({ task }) => task.attributes.age.toFixed() === '1' },
  ({ task, worker, remainingMs, signal }) => {
    const called: string = task.attributes.called;
    const uri: string = worker.attributes.contact_uri;
    const left: number = remainingMs();
    const aborted: boolean = signal.aborted;
    // @ts-expect-error: the schema has no such attribute
    task.attributes.missing;
    return called && uri && left && aborted ? conference({ from: called }) : accept();
  },
);

// Without a schema, attributes are unknown, not any.
router.onAssignment({ worker: 'WK00000000000000000000000000000001' }, ({ task, worker }) => {
  // @ts-expect-error: unknown is not a string
  const from: string = task.attributes.from;
  const uri: unknown = worker.attributes.contact_uri;
  return from && uri ? accept() : defer();
});

// A condition that does not exist.
// @ts-expect-error
router.onAssignment({ que: 'WQ' }, accept());

// A handler that returns nothing, or something that is no instruction.
// @ts-expect-error
router.onAssignment({}, () => {});
// @ts-expect-error
router.onAssignment({}, () => 'accept');
// @ts-expect-error
router.onAssignment({}, async () => ({ instruction: 'acept' }));

// A task schema that is no schema.
// @ts-expect-error
router.onAssignment({ task: { type: 'call' } }, accept());

// Options: a token is needed, an unknown one is refused.
// @ts-expect-error
createTaskRouter({});
// @ts-expect-error
createTaskRouter({ authToken: 'token', deadline: 3 });

// Events have the subjects of their type.
router.onEvent('task.wrapup', ({ task, taskQueue }) => {
  const sid: string = task.sid;
  const queue: string = taskQueue.sid;
  return sid + queue;
});
// What recorded events have beyond the documentation is there when it was sent.
router.onEvent('task.completed', ({ task, worker, workspace }) => {
  const name: string | undefined = worker?.name;
  // @ts-expect-error: it may not have been sent
  worker.name;
  return [task.reason, name, workspace?.name];
});
router.onEvent('task.created', ({ taskQueue }) => taskQueue?.sid);
router.onEvent(['workflow.target-matched', 'workflow.timeout'], ({ taskQueue, workflow, taskChannel }) => [
  taskQueue?.name,
  workflow.filterName,
  taskChannel?.uniqueName,
]);
// @ts-expect-error: a workflow that was made is about no queue
router.onEvent('workflow.created', ({ taskQueue }) => taskQueue);
// @ts-expect-error: an activity event has no task
router.onEvent('activity.created', ({ task }) => task);
router.onEvent(['worker.created', 'reservation.accepted'], (event) => {
  const name: string | undefined = event.worker.name;
  // @ts-expect-error: only one of the two has it
  event.reservation;
  if (event.type === 'reservation.accepted') return event.reservation.sid;
  return name;
});
// Twilio adds types: an unknown one may have anything.
router.onEvent({ unlisted: 'task.newly-invented' }, ({ task, worker, type }) => [
  task?.sid,
  worker?.sid,
  type,
]);
router.onEvent(['task.created', { unlisted: 'task.newly-invented' }], ({ task }) => task?.sid);
// @ts-expect-error a slip: reservation.timeout
router.onEvent('reservation.timedout', () => {});
// @ts-expect-error a slip in a list
router.onEvent(['task.created', 'task.cancelled'], () => {});
// @ts-expect-error a slip in a handler file
defineEvent('reservation.timedout', () => {});

// Handlers have the whole client of their workspace, and the reservation.
router.onAssignment({ name: 'by REST' }, async ({ client, reservation, task }) => {
  const sid: string = reservation.sid;
  await client.tasks.patchAttributes(task.sid, { seen: true });
  const { reservationStatus } = await reservation.accept();
  const status: string = reservationStatus;
  // @ts-expect-error: a client of one workspace has no workspaces
  client.workspaces;
  // @ts-expect-error: an option that accept does not have
  await reservation.accept({ from: sid });
  // @ts-expect-error: a call needs a URL
  await reservation.call({ from: status });
  return defer();
});

// A deferred handler has the context of its handler, typed by its schema, and its own outer variables.
router.onAssignment({ name: 'late', task: Call }, ({ task }) =>
  defer(async () => conference({ from: task.attributes.called }), { withinMs: 8_000, onFailure: reject() }),
);
router.onAssignment({ name: 'late too', task: Call }, ({ log }) =>
  defer(async ({ task, client, signal }) => {
    const called: string = task.attributes.called;
    log.info({ called: called.length }, 'late');
    await client.tasks.fetch(task.sid, { signal });
    return conference({ from: called });
  }),
);
router.onAssignment({ name: 'late and wrong', task: Call }, (_context) =>
  defer(async ({ task }) => {
    // @ts-expect-error: the schema has no such attribute
    task.attributes.missing;
    return accept();
  }),
);
// @ts-expect-error: a deferred handler returns an instruction
defer(async () => {});
// @ts-expect-error: a deferred handler cannot defer again
defer(async () => defer());
// @ts-expect-error: what stands in for a failed handler is an instruction
defer(async () => accept(), { onFailure: defer() });

router.onDeferred(({ outcome, reservationSid, takenOver }) => {
  const one: 'applied' | 'refused' | 'failed' | 'unknown' | 'left' = outcome;
  return [one, reservationSid.length, takenOver];
});

// The client: one, or one for each account; deferred answers at the deadline.
const client = createTaskRouterClient();
createTaskRouter({ authToken: 'token', client, onDeadline: 'defer', deferLimitMs: 20_000 });
createTaskRouter({ authToken: 'token', client: () => client, onDeadline: accept() });
// @ts-expect-error
createTaskRouter({ authToken: 'token', client, onDeadline: 'later' });
// @ts-expect-error: bare credentials are no client
createTaskRouter({ authToken: 'token', client: { accountSid: 'AC', authToken: 'token' } });
runHandler(({ client: own }) => (own ? accept() : defer()), { client });

// The same in files.
defineAssignment({ task: Call }, ({ task }) => conference({ from: task.attributes.called }));
// @ts-expect-error
defineAssignment({ task: Call }, ({ task }) => conference({ from: task.attributes.age }));
defineEvent('worker.activity.update', ({ workerActivity }) => workerActivity.timeInPreviousActivityMs);
defineOtherwise(() => defer());
// @ts-expect-error
defineOtherwise(() => {});

const reservation = (event: EventContext<'reservation.created'>): string => event.reservation.sid;
reservation.name;

// A late decision is typed as its handler is, whether or not the handler looks at its context.
router.onAssignment({ queue: 'WQ' }, () =>
  defer(async ({ task, signal }) => (task.attributes.vip && !signal.aborted ? accept() : reject())),
);
router.onAssignment(async () => defer(({ task }) => (task.attributes.vip ? accept() : reject())));
router.onAssignment({ task: Call }, () => defer(({ task }) => conference({ from: task.attributes.called })));
router.onAssignment({ worker: Agent }, () =>
  defer(({ task, worker }) =>
    task.attributes.vip && worker.attributes.contact_uri.length ? accept() : reject(),
  ),
);
router.onAssignment({ task: Call, worker: Agent }, () =>
  // @ts-expect-error: the schema has no such attribute
  defer(({ worker }) => (worker.attributes.missing ? accept() : reject())),
);
router.onAssignment({ task: Call }, ({ task }) =>
  task.attributes.age > 1 ? accept() : defer((late) => conference({ from: late.task.attributes.called })),
);
router.onAssignment(
  { task: Call },
  defer(({ task }) => conference({ from: task.attributes.called })),
);
router.otherwise(defer(({ task }) => (task.attributes.vip ? accept() : reject()), { withinMs: 9_000 }));
defineAssignment({ task: Call }, () => defer(({ task }) => conference({ from: task.attributes.called })));
defineAssignment({ queue: 'WQ' }, () => defer(({ task }) => (task.attributes.vip ? accept() : reject())));
defineOtherwise(() => defer(({ task }) => (task.attributes.vip ? accept() : reject())));
