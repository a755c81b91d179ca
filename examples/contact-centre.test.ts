// A whole contact centre in one test file: three queues, skills, escalation, two channels with capacity, wrapping,
// a call that is rejected and offered again, and an agent who lets one time out. No port, no account and no waiting:
// callbacks go straight into the handlers, and the clock moves only when a test says so.
import { createTaskRouter, defer, reject } from 'taskrouter-kit';
import { createEmulator, type EmulatorSnapshot } from 'taskrouter-kit/emulator';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';

const authToken = 'the-token-of-this-test';
const lunch: { sid?: string } = {};

// Agents answer by themselves; a caller on the block list is offered to nobody.
const taskRouter = createTaskRouter({ authToken })
  .onAssignment({ where: ({ task }) => task.attributes.blocked === true }, () =>
    reject({ activity: lunch.sid! }),
  )
  .otherwise(defer());

const emulator = await createEmulator({
  authToken,
  clock: 'virtual',
  port: false,
  fetch: taskRouter.fetch(),
});

const url = 'http://centre.test/taskrouter/assignment';
const centre = {
  multiTaskEnabled: true,
  timeoutActivity: 'Offline',
  activities: { Lunch: { available: false } },
  workers: {
    Ann: {
      activity: 'Available',
      attributes: { skills: ['billing'], level: 1 },
      channels: { voice: { capacity: 1 }, chat: { capacity: 2 } },
    },
    Bob: { activity: 'Offline', attributes: { skills: ['billing', 'tech'], level: 1 } },
    Eve: { activity: 'Offline', attributes: { skills: ['billing', 'tech'], level: 3 } },
  },
  taskQueues: {
    Billing: { targetWorkers: "skills HAS 'billing' AND level == 1" },
    Experts: { targetWorkers: 'level >= 3' },
    Everyone: {},
  },
  workflows: {
    Support: {
      assignmentCallbackUrl: url,
      taskReservationTimeout: 30,
      filters: [
        {
          name: 'Billing',
          expression: "topic == 'billing'",
          targets: [
            { queue: 'Billing', timeout: 60 },
            { queue: 'Experts', priority: 10 },
          ],
        },
        {
          name: 'Tech',
          expression: "topic == 'tech'",
          targets: [{ queue: 'Everyone', expression: "worker.skills HAS 'tech'" }],
        },
      ],
      defaultQueue: 'Everyone',
    },
  },
} as const;

let opened: EmulatorSnapshot;

beforeAll(async () => {
  emulator.seed(centre);
  lunch.sid = emulator.activity('Lunch').sid;
  opened = await emulator.snapshot();
});
beforeEach(() => emulator.restore(opened));
afterAll(() => emulator.close());

test('a bill goes to the agent who knows bills, who accepts, wraps up and completes it', async () => {
  const ann = emulator.agent('Ann');
  const task = emulator.createTask({ taskChannel: 'voice', attributes: { topic: 'billing' } });

  await emulator.until(task).isReservedFor('Ann');
  await ann.accept();
  expect(emulator.task(task)).toMatchObject({
    assignmentStatus: 'assigned',
    taskQueue: 'Billing',
    workers: ['Ann'],
  });
  await ann.wrapUp();
  await emulator.until(task).isWrapping();
  await ann.complete();

  const steps = emulator.eventsOf(task).map(({ type }) => type);
  expect(steps.filter((type) => type.startsWith('reservation.'))).toEqual([
    'reservation.created',
    'reservation.accepted',
    'reservation.wrapup',
    'reservation.completed',
  ]);
});

test('a skill decides within a queue: only the technician is offered a fault', async () => {
  const task = emulator.createTask({ attributes: { topic: 'tech' } });
  await emulator.until(task).isIn('Everyone');
  expect(emulator.task(task).workers).toEqual([]);
  await emulator.agent('Bob').goTo('Available');
  await emulator.until(task).isReservedFor('Bob');
});

test('a bill nobody takes within a minute is escalated to the experts, with a higher priority', async () => {
  await emulator.agent('Ann').goTo('Lunch');
  await emulator.agent('Eve').goTo('Available');
  const task = emulator.createTask({ attributes: { topic: 'billing' } });

  await emulator.advance('59s');
  await emulator.until(task).isIn('Billing');
  await emulator.advance('1s');
  await emulator.until(task).isReservedFor('Eve');
  expect(emulator.task(task)).toMatchObject({ taskQueue: 'Experts', priority: 10 });
});

test('an agent has one call and two chats at a time; a third chat waits until one is completed', async () => {
  const ann = emulator.agent('Ann');
  const call = emulator.createTask({ taskChannel: 'voice', attributes: { topic: 'billing' } });
  const [first, second, third] = [1, 2, 3].map((n) =>
    emulator.createTask({ taskChannel: 'chat', attributes: { topic: 'billing', n } }),
  );

  await ann.accept({ task: call });
  await ann.accept({ task: first! });
  await ann.accept({ task: second! });
  expect(emulator.task(third!).assignmentStatus).toBe('pending');

  // Wrapping still takes room.
  await ann.wrapUp({ task: first! });
  expect(emulator.task(third!).assignmentStatus).toBe('pending');
  await ann.complete({ task: first! });
  await emulator.until(third!).isReservedFor('Ann');
});

test('a call that is rejected is offered to the next agent', async () => {
  const task = emulator.createTask({ taskChannel: 'voice', attributes: { topic: 'billing' } });
  await emulator.until(task).isReservedFor('Ann');
  await emulator.agent('Ann').reject({ activity: 'Lunch' });
  await emulator.agent('Bob').goTo('Available');
  await emulator.agent('Bob').accept();

  await emulator.until(task).isAssignedTo('Bob');
  expect(emulator.worker('Ann').activity).toBe('Lunch');
});

test('an agent who does not answer in time goes offline, and the call waits for another', async () => {
  const task = emulator.createTask({ taskChannel: 'voice', attributes: { topic: 'billing' } });
  await emulator.until(task).isReservedFor('Ann');
  await emulator.advance('30s');

  await emulator.until(task).isPending();
  expect(emulator.worker('Ann').activity).toBe('Offline');
  expect(emulator.eventsOf(task).map(({ type }) => type)).toContain('reservation.timeout');
});

test('a blocked caller is offered to nobody: the handler rejects for the agent', async () => {
  const task = emulator.createTask({ attributes: { topic: 'billing', blocked: true } });
  await emulator.quiet();
  await emulator.until(task).isPending();
  expect(emulator.worker('Ann').activity).toBe('Lunch');
  await emulator.advance('1d');
  await emulator.until(task).isCanceled();
});
