import { createEmulator, type Emulator } from 'taskrouter-kit/emulator';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

let emulator: Emulator;
let workspace: string;
let sids: {
  readonly Ann: string;
  readonly Bob: string;
  readonly A: string;
  readonly B: string;
  readonly W: string;
};
let last: NewTask;

type NewTask = ReturnType<Emulator['createTask']>;
type Body = Readonly<Record<string, unknown>>;

async function call(path: string, form?: Record<string, string>): Promise<Body> {
  const credentials = Buffer.from(`${emulator.accountSid}:${emulator.authToken}`).toString('base64');
  const response = await fetch(`${emulator.url}/v1/Workspaces/${workspace}${path}`, {
    method: form ? 'POST' : 'GET',
    body: form ? new URLSearchParams(form) : null,
    headers: { authorization: `Basic ${credentials}` },
  });
  expect(response.status, path).toBeLessThan(300);
  return (await response.json()) as Body;
}

/** `0` for every number and wait of cumulative statistics, save what is given. */
const counts = (given: Body) => ({
  reservations_created: 0,
  reservations_accepted: 0,
  reservations_rejected: 0,
  reservations_timed_out: 0,
  reservations_canceled: 0,
  reservations_rescinded: 0,
  ...given,
});
const once = (seconds: number) => ({ avg: seconds, min: seconds, max: seconds, total: seconds });

/** 160 seconds in a small contact centre, each number of which can be counted by hand. */
beforeAll(async () => {
  emulator = await createEmulator({ clock: 'virtual' });
  // Near the end of a second, where rounding shows.
  await emulator.advance(`${1_900 - (emulator.now() % 1_000)}ms`);
  const seeded = emulator.seed({
    workers: { Ann: { activity: 'Available' }, Bob: {} },
    taskQueues: {
      A: { targetWorkers: "friendly_name == 'Ann'" },
      B: { targetWorkers: "friendly_name == 'Bob'" },
    },
    workflows: {
      W: { filters: [{ expression: '1==1', targets: [{ queue: 'A', timeout: 10 }, { queue: 'B' }] }] },
    },
  });
  workspace = seeded.workspaceSid;
  sids = { ...seeded.workers, ...seeded.taskQueues, ...seeded.workflows };
  const view = emulator.workspaces.get(workspace)!;
  const activity = (name: string) =>
    [...view.activities.values()].find((one) => one.friendlyName === name)!.sid;
  const reservation = ({ sid }: NewTask) =>
    `/Tasks/${sid}/Reservations/${view.reservationsOfTask(sid)[0]!.sid}`;

  const first = emulator.createTask();
  await emulator.advance('3s200ms');
  await call(reservation(first), { ReservationStatus: 'accepted' });
  const second = emulator.createTask({ priority: 5 });
  await emulator.advance('17s'); // at 10 s it moves to B
  await call(`/Workers/${sids.Bob}`, { ActivitySid: activity('Available') });
  await emulator.advance('2s');
  const reject = { ReservationStatus: 'rejected', WorkerActivitySid: activity('Unavailable') };
  await call(reservation(second), reject);
  await emulator.advance('3s');
  await call(`/Tasks/${second.sid}`, { AssignmentStatus: 'canceled', Reason: 'gone' });
  last = emulator.createTask();
  await emulator.advance('5s');
  await call(`/Tasks/${first.sid}`, { AssignmentStatus: 'completed', Reason: 'done' });
  // Ann has it from now on, for the two minutes of a reservation; then it moves to B.
  await emulator.advance('130s');
});
afterAll(() => emulator.close());

describe('cumulative statistics', () => {
  const canceledAfter = 22;

  test('of the workspace', async () => {
    const body = await call('/CumulativeStatistics?SplitByWaitTime=3,22');
    expect(body).toMatchObject({
      ...counts({ reservations_created: 3, reservations_accepted: 1 }),
      reservations_rejected: 1,
      reservations_timed_out: 1,
      tasks_created: 3,
      tasks_completed: 1,
      tasks_canceled: 1,
      tasks_deleted: 0,
      tasks_moved: 2,
      tasks_timed_out_in_workflow: 0,
      avg_task_acceptance_time: 3,
      wait_duration_until_accepted: once(3),
      wait_duration_until_canceled: once(canceledAfter),
      split_by_wait_time: {
        3: {
          above: { tasks_canceled: 1, reservations_accepted: 0 },
          below: { tasks_canceled: 0, reservations_accepted: 1 },
        },
        22: {
          above: { tasks_canceled: 0, reservations_accepted: 0 },
          below: { tasks_canceled: 1, reservations_accepted: 1 },
        },
      },
    });
    expect(await call('/CumulativeStatistics?TaskChannel=voice')).toMatchObject({ tasks_created: 0 });
    expect(await call('/CumulativeStatistics?TaskChannel=default')).toMatchObject({ tasks_created: 3 });
  });

  test('of the workflow', async () => {
    expect(await call(`/Workflows/${sids.W}/CumulativeStatistics`)).toMatchObject({
      ...counts({ reservations_created: 3, reservations_accepted: 1 }),
      reservations_rejected: 1,
      reservations_timed_out: 1,
      tasks_entered: 3,
      tasks_completed: 1,
      tasks_canceled: 1,
      tasks_moved: 2,
      tasks_timed_out_in_workflow: 0,
    });
  });

  test('of each queue', async () => {
    expect(await call(`/TaskQueues/${sids.A}/CumulativeStatistics`)).toMatchObject({
      ...counts({ reservations_created: 2, reservations_accepted: 1, reservations_timed_out: 1 }),
      tasks_entered: 3,
      tasks_moved: 2,
      tasks_completed: 1,
      tasks_canceled: 0,
      wait_duration_until_accepted: once(3),
      wait_duration_in_queue_until_accepted: once(3),
    });
    expect(await call(`/TaskQueues/${sids.B}/CumulativeStatistics`)).toMatchObject({
      ...counts({ reservations_created: 1, reservations_rejected: 1 }),
      tasks_entered: 2,
      tasks_moved: 0,
      tasks_completed: 0,
      tasks_canceled: 1,
      wait_duration_until_canceled: once(canceledAfter),
      wait_duration_in_queue_until_accepted: once(0),
    });
  });

  test('of the workers, together and one by one', async () => {
    const durations = (offline: number, available: number, unavailable: number) =>
      [offline, available, unavailable].map((total) => expect.objectContaining({ total }));
    expect(await call('/Workers/CumulativeStatistics')).toMatchObject({
      ...counts({ reservations_created: 3, reservations_accepted: 1 }),
      reservations_rejected: 1,
      reservations_timed_out: 1,
      activity_durations: durations(10 + 20, 150 + 2, 138),
    });
    expect(await call(`/Workers/${sids.Ann}/Statistics`)).toMatchObject({
      cumulative: {
        ...counts({ reservations_created: 2, reservations_accepted: 1, reservations_timed_out: 1 }),
        activity_durations: durations(10, 150, 0),
      },
    });
    expect(await call(`/Workers/${sids.Bob}/Statistics`)).toMatchObject({
      cumulative: {
        ...counts({ reservations_created: 1, reservations_rejected: 1 }),
        activity_durations: durations(20, 2, 138),
      },
    });
  });
});

describe('real-time statistics', () => {
  const waiting = () => ({
    tasks_by_status: { pending: 1, reserved: 0, assigned: 0, wrapping: 0 },
    tasks_by_priority: { 0: 1 },
    total_tasks: 1,
    longest_task_waiting_age: 135,
    longest_task_waiting_sid: last.sid,
  });
  const none = {
    tasks_by_status: { pending: 0, reserved: 0, assigned: 0, wrapping: 0 },
    tasks_by_priority: {},
    total_tasks: 0,
    longest_task_waiting_age: 0,
    longest_task_waiting_sid: null,
  };
  const workers = (...numbers: number[]) =>
    numbers.map((number) => expect.objectContaining({ workers: number }));

  test('of the workspace and the workflow', async () => {
    const inActivities = { activity_statistics: workers(1, 0, 1), total_workers: 2 };
    expect(await call('/RealTimeStatistics')).toMatchObject({ ...waiting(), ...inActivities });
    expect(await call('/RealTimeStatistics?TaskChannel=voice')).toMatchObject({ ...none, ...inActivities });
    expect(await call(`/Workflows/${sids.W}/RealTimeStatistics`)).toMatchObject(waiting());
    expect(await call('/Workers/RealTimeStatistics')).toMatchObject(inActivities);
  });

  test('of each queue: who is eligible, and who of them is available', async () => {
    const { A, B } = sids;
    const ofA = {
      ...none,
      total_eligible_workers: 1,
      total_available_workers: 0,
      activity_statistics: workers(1, 0, 0),
    };
    const ofB = {
      ...waiting(),
      // It has been in this queue for ten seconds.
      longest_relative_task_age_in_queue: 10,
      longest_relative_task_sid_in_queue: last.sid,
      total_eligible_workers: 1,
      total_available_workers: 0,
      activity_statistics: workers(0, 0, 1),
    };
    expect(await call(`/TaskQueues/${A}/RealTimeStatistics`)).toMatchObject(ofA);
    expect(await call(`/TaskQueues/${B}/RealTimeStatistics`)).toMatchObject(ofB);
    const list = await call('/TaskQueues/Statistics');
    expect(list.task_queues_statistics).toMatchObject([
      { task_queue_sid: A, realtime: ofA, cumulative: { tasks_entered: 3 } },
      { task_queue_sid: B, realtime: ofB, cumulative: { tasks_entered: 2 } },
    ]);
  });
});
