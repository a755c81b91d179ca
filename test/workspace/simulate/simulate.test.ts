import { describe, expect, test } from 'vitest';
import { planOf, report, run, SMALL } from './plans.js';

/** Everything happens at known times: one arrival a minute from 08:01 to 08:59. */
const everyMinute = (handling: string | number, more: object = {}) => ({
  ...SMALL,
  replications: 1,
  tasks: { Calls: { arrivals: [{ from: '08:00', every: '1m' }], handling, ...more } },
});
const withStaff = (plan: object, ...schedule: (readonly [string, number])[]) => ({
  ...plan,
  staff: { Day: { schedule: schedule.map(([from, count]) => ({ from, count })) } },
});

describe('figures', () => {
  test('who finds somebody free does not wait', () => {
    const { total, staff } = report(withStaff(everyMinute('30s'), ['08:00', 1]));
    expect(total).toMatchObject({
      offered: 59,
      answered: 59,
      abandoned: 0,
      moved: 0,
      probWait: 0,
      waitMean: 0,
    });
    expect(total).toMatchObject({ waitP50: 0, waitP90: 0, queueLengthMean: 0, serviceLevel: { 20: 1 } });
    // 59 times half a minute of 60 minutes.
    expect(staff.Day?.occupancy).toBeCloseTo(29.5 / 60, 10);
  });

  test('waits add up in front of one worker who takes longer than the next arrival', () => {
    const plan = { ...withStaff(everyMinute('90s'), ['08:00', 1]), period: { from: '08:00', to: '08:05' } };
    // Arrivals at 1, 2, 3, 4 min; begun at 1, 2.5, 4, 5.5 min; the last ends at 7 min.
    const { total, queues, staff } = report(plan);
    expect(total).toMatchObject({ offered: 4, probWait: 0.75, waitMean: 45, waitAnsweredMean: 45 });
    expect(total.waitP50).toBeCloseTo(30, 1);
    expect(total.serviceLevel).toEqual({ 20: 0.25 });
    // Of the waits 30, 60 and 90 s, all but the last 30 s lie within the five minutes.
    expect(total.queueLengthMean).toBeCloseTo((180 - 30) / 300, 10);
    expect(queues.Calls).toEqual(total);
    expect(staff.Day?.occupancy).toBeCloseTo(6 / 7, 10);
  });

  test('who leaves is abandoned: counted with its wait, and against the service level only after the limit', () => {
    const plan = withStaff({ ...everyMinute('1h', { patience: '15s' }), serviceLevel: ['10s', '20s'] }, [
      '08:00',
      1,
    ]);
    const { total } = report(plan);
    expect(total).toMatchObject({ offered: 59, answered: 1, abandoned: 58, waitAnsweredMean: 0 });
    expect(total.waitMean).toBeCloseTo((58 * 15) / 59, 10);
    expect(total.serviceLevel).toEqual({ 10: 1 / 59, 20: 1 });
    expect(total.serviceLevelAnswered).toEqual({ 10: 1, 20: 1 });
  });

  test('patience 0 leaves unless somebody is free at that instant', () => {
    const { total } = report(withStaff(everyMinute('90s', { patience: 0 }), ['08:00', 1]));
    expect(total).toMatchObject({ answered: 30, abandoned: 29, probWait: 0, waitMean: 0 });
  });

  test('handling 0 frees the worker at once', () => {
    const { total, staff } = report(withStaff(everyMinute(0), ['08:00', 1]));
    expect(total).toMatchObject({ answered: 59, waitMean: 0 });
    expect(staff.Day?.occupancy).toBe(0);
  });

  test('a step that times out moves the task: offered in both queues, once in total', () => {
    const definition = {
      taskQueues: {
        First: { targetWorkers: "team == 'first'" },
        Second: { targetWorkers: "team == 'second'" },
      },
      workflows: {
        Calls: {
          filters: [
            {
              name: 'All',
              expression: '1==1',
              targets: [{ queue: 'First', timeout: '30s' }, { queue: 'Second' }],
            },
          ],
        },
      },
    };
    const plan = {
      ...everyMinute('10s'),
      staff: { Second: { attributes: { team: 'second' }, schedule: [{ from: '08:00', count: 1 }] } },
    };
    const { total, queues } = report(plan, definition);
    expect(queues.First).toMatchObject({
      offered: 59,
      answered: 0,
      moved: 59,
      waitMean: 30,
      serviceLevel: { 20: 0 },
    });
    expect(queues.Second).toMatchObject({ offered: 59, answered: 59, moved: 0, waitMean: 0 });
    expect(total).toMatchObject({ offered: 59, answered: 59, moved: 0, waitMean: 30 });
  });

  test('the end of the workflow is an abandonment', () => {
    const definition = {
      taskQueues: { First: {} },
      workflows: {
        Calls: { filters: [{ expression: '1==1', targets: [{ queue: 'First', timeout: '40s' }] }] },
      },
    };
    const { total, queues } = report(withStaff(everyMinute('10s'), ['08:00', 0]), definition);
    expect(total).toMatchObject({ offered: 59, abandoned: 59, waitMean: 40 });
    expect(queues.First).toMatchObject({ abandoned: 59, moved: 0 });
  });

  test('what arrives in the warm-up is not counted, but is in the way', () => {
    const plan = {
      ...withStaff(everyMinute('90s'), ['08:00', 1]),
      period: { from: '08:00', to: '08:05', warmUp: '3m' },
    };
    const { total } = report(plan);
    // Those of 3 and 4 min, begun at 4 and 5.5 min.
    expect(total).toMatchObject({ offered: 2, waitMean: 75 });
    // From 3 min on: the second waits no more, the third 60 s, the fourth 60 s until the end of the period.
    expect(total.queueLengthMean).toBeCloseTo(120 / 120, 10);
  });

  test('nothing arrives: figures of nothing are null, and staff is idle', () => {
    const plan = {
      ...SMALL,
      tasks: { Calls: { arrivals: [{ from: '08:00', poisson: { perMinute: 0 } }], handling: 60 } },
    };
    const { total, staff } = report(plan);
    expect(total).toMatchObject({
      offered: 0,
      probWait: null,
      waitMean: null,
      waitP90: null,
      queueLengthMean: 0,
    });
    expect(total.serviceLevel).toEqual({ 20: null });
    expect(total.ci).toEqual({ waitMean: null, serviceLevel: { 20: null } });
    expect(staff.Day).toEqual({ occupancy: 0, ci: { occupancy: [0, 0] } });
  });

  test('nobody works: every task waits until TaskRouter gives it up', () => {
    const plan = withStaff(everyMinute('10s', { timeout: '10m' }), ['08:00', 0]);
    const { total, staff } = report(plan);
    expect(total).toMatchObject({ offered: 59, answered: 0, abandoned: 59, waitMean: 600 });
    expect(staff.Day?.occupancy).toBeNull();
  });

  test('one day has no confidence interval', () => {
    expect(report({ ...SMALL, replications: 1 }).total.ci).toEqual({
      waitMean: null,
      serviceLevel: { 20: null },
    });
  });
});

describe('staff', () => {
  test('whoever has to go finishes the task in hand, and stays in the occupancy until then', () => {
    const plan = {
      ...withStaff(everyMinute('10m'), ['08:00', 1], ['08:02', 0]),
      period: { from: '08:00', to: '08:02' },
    };
    const { total, staff } = report(plan);
    expect(total).toMatchObject({ offered: 1, answered: 1 });
    // There from 0 to 11 min, busy from 1 to 11 min.
    expect(staff.Day?.occupancy).toBeCloseTo(10 / 11, 10);
  });

  test('the last of the schedule stays until the last task is done', () => {
    const plan = { ...withStaff(everyMinute('10m'), ['08:00', 1]), period: { from: '08:00', to: '08:04' } };
    const { total } = report(plan);
    expect(total).toMatchObject({ offered: 3, answered: 3, waitMean: (0 + 9 + 18) * 20 });
  });

  test('a schedule may begin before the period, and pass midnight', () => {
    const plan = {
      ...withStaff(everyMinute('30s'), ['20:00', 1], ['00:30', 2]),
      period: { from: '23:00', to: '01:00' },
      tasks: {
        Calls: {
          arrivals: [
            { from: '23:30', every: '1m' },
            { from: '00:30', every: '20s' },
          ],
          handling: '30s',
        },
      },
    };
    const { total } = report(plan);
    // 59 in the first hour; then 89, every 20 s, with two workers for 30 s each.
    expect(total).toMatchObject({ offered: 59 + 89, waitMean: 0 });
  });

  test('channels of staff say how many tasks each takes', () => {
    const plan = {
      ...everyMinute('2m'),
      staff: { Day: { channels: { default: { capacity: 3 } }, schedule: [{ from: '08:00', count: 1 }] } },
    };
    expect(report(plan).total).toMatchObject({ waitMean: 0, answered: 59 });
  });

  test('a single-tasking queue that moves its workers to another activity gets them back after the task', () => {
    const definition = {
      multiTaskEnabled: false,
      activities: { Reserved: {}, Busy: {} },
      taskQueues: { Calls: { reservationActivity: 'Reserved', assignmentActivity: 'Busy' } },
      workflows: { Calls: { defaultQueue: 'Calls' } },
    };
    expect(report(withStaff(everyMinute('30s'), ['08:00', 1]), definition).total.answered).toBe(59);
  });
});

describe('streams', () => {
  test('the same seed brings the same day, another seed another', () => {
    expect(report(SMALL)).toEqual(report(SMALL));
    expect(report({ ...SMALL, seed: 2 }).total.waitMean).not.toBe(report(SMALL).total.waitMean);
  });

  test('what one kind of task does to the routing changes no other stream', () => {
    const more = {
      ...SMALL,
      tasks: { ...SMALL.tasks, Chats: { arrivals: [{ from: '08:00', every: '10m' }], handling: 1 } },
    };
    const arrivals = (plan: object) => run(plan).days.map(({ total }) => total.offered);
    expect(arrivals(more)).toEqual(arrivals(SMALL).map((offered) => offered + 5));
  });

  test('busyness multiplies the arrivals of a day', () => {
    const plan = { ...SMALL, replications: 20 };
    const twice = report({ ...plan, busyness: 2 }).total.offered / report(plan).total.offered;
    expect(twice).toBeGreaterThan(1.9);
    expect(twice).toBeLessThan(2.1);
    expect(report({ ...plan, busyness: 0 }).total.offered).toBe(0);
  });

  test('values of a CSV file are drawn', () => {
    const plan = everyMinute({ empirical: { file: 'times.csv', column: 'talk' } } as unknown as string);
    const files = { 'times.csv': 'agent;talk\n"Ann; B.";90\nBob;90s\n' };
    const read = planOf(withStaff(plan, ['08:00', 1]), files);
    expect(read.tasks[0]?.handling[0]?.value).toEqual({ kind: 'empirical', values: [90_000, 90_000] });
  });
});
