import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkDefinition, type WorkspaceDefinition } from '../../../src/workspace/definition/index.js';
import { demandOf } from '../../../src/workspace/simulate/day/demand.js';
import { rosterOf, workersOf } from '../../../src/workspace/simulate/day/roster.js';
import { runDay } from '../../../src/workspace/simulate/day/run-day.js';
import { DayLedger, type Departure, RunLedger } from '../../../src/workspace/simulate/figures/day-ledger.js';
import { ONE_QUEUE, planOf, report, SMALL } from './plans.js';

/** Each task's wait, in the order of arrival. */
function waits(plan: object, definition: WorkspaceDefinition = ONE_QUEUE): readonly number[] {
  const read = planOf(plan);
  const { from, to } = read.period;
  const queues = Object.keys(definition.taskQueues ?? {}).length;
  const run = new RunLedger({
    queues,
    groups: read.staff.length,
    serviceLevels: [],
    from,
    to,
    countFrom: from,
  });
  const found: { created: number; wait: number }[] = [];
  const ledger = new (class extends DayLedger {
    override settled(how: Exclude<Departure, 'moved'>, created: number, at: number): void {
      found.push({ created, wait: at - created });
      super.settled(how, created, at);
    }
  })(run);
  runDay({
    definition: checkDefinition(definition),
    choices: {},
    period: read.period,
    kinds: read.tasks,
    demand: demandOf(read, 1),
    staff: read.staff.map(workersOf),
    roster: rosterOf(read),
    ledger,
  });
  return found.sort((a, b) => a.created - b.created).map(({ wait }) => wait);
}

const seed = fc.integer({ min: 0, max: 4_294_967_295 });
const handling = fc.oneof(
  fc.constant({ exponential: { mean: '3m' } }),
  fc.constant({ gamma: { mean: '3m', shape: 0.5 } }),
  fc.constant({ lognormal: { mean: '3m', sd: '4m' } }),
  fc.constant('3m'),
);
const plan = (more: object, perMinute: number, time: object | string, count: number) => ({
  ...SMALL,
  ...more,
  tasks: { Calls: { arrivals: [{ from: '08:00', poisson: { perMinute } }], handling: time } },
  staff: { Day: { schedule: [{ from: '08:00', count }] } },
});

describe('properties', () => {
  test('with more staff nobody waits longer, task by task, where the oldest goes first and nobody leaves', () => {
    fc.assert(
      fc.property(
        seed,
        handling,
        fc.double({ min: 0.5, max: 4, noNaN: true }),
        fc.integer({ min: 1, max: 8 }),
        (s, h, r, n) => {
          const less = waits(plan({ seed: s }, r, h, n));
          const more = waits(plan({ seed: s }, r, h, n + 1));
          expect(more.length).toBe(less.length);
          expect(more.every((wait, index) => wait <= less[index]!)).toBe(true);
        },
      ),
      { numRuns: 25 },
    );
  });

  test('with more staff the mean wait is shorter, also where they leave', () => {
    const mean = (count: number) => {
      const base = plan({ replications: 10 }, 3, { exponential: { mean: '3m' } }, count);
      return report({
        ...base,
        tasks: { Calls: { ...base.tasks.Calls, patience: { exponential: { mean: '2m' } } } },
      }).total.waitMean!;
    };
    const means = [6, 8, 10, 12].map(mean);
    expect(means).toEqual(means.toSorted((a, b) => b - a));
  });

  test('a workflow whose queues share nobody equals separate workspaces', () => {
    const names = ['Red', 'Blue'];
    const kind = (name: string, perMinute: number) => ({
      attributes: { type: name },
      arrivals: [{ from: '08:00', poisson: { perMinute } }],
      handling: { exponential: { mean: '2m' } },
      patience: { exponential: { mean: '1m' } },
    });
    const definition = {
      taskQueues: Object.fromEntries(names.map((name) => [name, { targetWorkers: `team == '${name}'` }])),
      workflows: {
        All: {
          filters: names.map((name) => ({ expression: `type == '${name}'`, targets: [{ queue: name }] })),
        },
      },
    };
    const tasks = { Red: kind('Red', 2), Blue: kind('Blue', 1) };
    const team = (name: string, count: number) => ({
      attributes: { team: name },
      schedule: [{ from: '08:00', count }],
    });
    const staff = { Red: team('Red', 5), Blue: team('Blue', 2) };
    const of = (name: 'Red' | 'Blue') => ({
      ...SMALL,
      tasks: { [name]: tasks[name] },
      staff: { [name]: staff[name] },
    });
    fc.assert(
      fc.property(seed, (s) => {
        const together = report({ ...SMALL, tasks, staff, seed: s }, definition);
        for (const name of ['Red', 'Blue'] as const) {
          const alone = report({ ...of(name), seed: s }, definition);
          expect(together.queues[name]).toEqual(alone.queues[name]);
          expect(alone.total).toEqual(alone.queues[name]);
        }
      }),
      { numRuns: 10 },
    );
  });

  test('workers with two skills each come close to workers with all (Wallace and Whitt)', () => {
    const skills = ['a', 'b', 'c', 'd'];
    const definition = {
      taskQueues: Object.fromEntries(skills.map((name) => [name, { targetWorkers: `skills HAS '${name}'` }])),
      workflows: {
        All: {
          filters: skills.map((name) => ({ expression: `type == '${name}'`, targets: [{ queue: name }] })),
        },
      },
    };
    const tasks = Object.fromEntries(
      skills.map((name) => [
        name,
        {
          attributes: { type: name },
          arrivals: [{ from: '08:00', poisson: { perMinute: 1.7 } }],
          handling: { exponential: { mean: '2m' } },
        },
      ]),
    );
    const groups = (sets: readonly (readonly string[])[], count: number) =>
      Object.fromEntries(
        sets.map((set) => [
          set.join(''),
          { attributes: { skills: set }, schedule: [{ from: '08:00', count }] },
        ]),
      );
    const period = { from: '08:00', to: '16:00', warmUp: '30m' };
    const mean = (staff: object) =>
      report({ ...SMALL, replications: 5, period, tasks, staff }, definition).total.waitMean!;
    const one = mean(
      groups(
        skills.map((skill) => [skill]),
        4,
      ),
    );
    const two = mean(
      groups(
        [
          ['a', 'b'],
          ['b', 'c'],
          ['c', 'd'],
          ['d', 'a'],
        ],
        4,
      ),
    );
    const all = mean(groups([skills], 16));
    expect(all).toBeLessThan(two);
    // Most of what all skills would bring is there with two.
    expect(one - two).toBeGreaterThan(0.8 * (one - all));
  });
});
