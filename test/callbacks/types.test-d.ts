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
} from 'taskrouter-kit';
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
router.onEvent('task.newly-invented', ({ task, worker }) => [task?.sid, worker?.sid]);

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
