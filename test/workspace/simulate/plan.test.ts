import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { compareText, figuresOf, reportText, simulate } from '../../../src/workspace/simulate/index.js';
import { folderWith, ONE_QUEUE, SMALL } from './plans.js';

const config = JSON.stringify({ ...ONE_QUEUE, workers: { Ann: { activity: 'Available' } } });

/** The message of what a plan is refused with, without the folder. */
async function refusal(plan: object | string, files: Readonly<Record<string, string>> = {}): Promise<string> {
  const text = typeof plan === 'string' ? plan : JSON.stringify({ config: 'config.json', ...plan }, null, 2);
  const folder = folderWith({ 'config.json': config, ...files, 'plan.yaml': text });
  const days: number[] = [];
  const run = simulate(join(folder, 'plan.yaml'), { onDay: (done) => days.push(done) });
  const error = await run.then(
    () => undefined,
    (one: Error) => one,
  );
  expect(days).toEqual([]);
  return error?.message.replaceAll(`${folder}/`, '') ?? 'nothing was refused';
}

const tasks = (more: object) => ({ ...SMALL, tasks: { Calls: { ...SMALL.tasks.Calls, ...more } } });
const staff = (more: object) => ({ ...SMALL, staff: { Day: { ...SMALL.staff.Day, ...more } } });

describe('a plan that cannot be used is refused with file, line, path and what to write, and nothing is simulated', () => {
  test.each<[string, object, string]>([
    [
      'a key that is misspelt',
      { ...SMALL, tasks: {}, taks: {} },
      'plan.yaml:20:3: taks: is not a key here. Did you mean "tasks"?',
    ],
    [
      'a distribution that is misspelt',
      tasks({ handling: { exponentail: { mean: 1 } } }),
      'tasks.Calls.handling.exponentail: is not a key here. Did you mean "exponential"?',
    ],
    [
      'a distribution without its mean',
      tasks({ handling: { exponential: {} } }),
      'tasks.Calls.handling.exponential.mean: is missing.',
    ],
    [
      'two distributions in one',
      tasks({ patience: { exponential: { mean: 1 }, gamma: { mean: 1, shape: 1 } } }),
      'tasks.Calls.patience: must have one of deterministic, exponential',
    ],
    [
      'a mean that is no time',
      tasks({ handling: { exponential: { mean: 'soon' } } }),
      "tasks.Calls.handling.exponential.mean: must be a length of time up to 366d: seconds, or a text such as '90s' or '2m'.",
    ],
    [
      'a time without end',
      tasks({ patience: '367d' }),
      "tasks.Calls.patience: must be a length of time up to 366d: seconds, or a text such as '90s' or '2m'",
    ],
    [
      'a misspelt from',
      tasks({ handling: [{ form: '08:00', exponential: { mean: 1 } }] }),
      'tasks.Calls.handling[0].form: is not a key here. Did you mean "from"?',
    ],
    [
      'a from without a list',
      tasks({ handling: { from: '08:00', exponential: { mean: 1 } } }),
      'tasks.Calls.handling.from: goes into a list: [{ from, … }, { from, … }]',
    ],
    ['a time below 0', tasks({ handling: -1 }), 'tasks.Calls.handling: must be a length of time'],
    [
      'a rate that is no number',
      tasks({ arrivals: [{ from: '08:00', poisson: { perMinute: 'many' } }] }),
      'tasks.Calls.arrivals[0].poisson.perMinute: must be a number, 0 or more.',
    ],
    [
      'a time of day that is none',
      tasks({ arrivals: [{ from: '8 h', poisson: { perMinute: 1 } }] }),
      "tasks.Calls.arrivals[0].from: must be a time of day such as '08:30'.",
    ],
    ['no arrivals', tasks({ arrivals: [] }), 'tasks.Calls.arrivals: must hold at least one entry'],
    ['arrivals without end', tasks({ arrivals: [{ from: '08:00', every: 0 }] }), 'tasks: arrive without end'],
    [
      'far too many arrivals',
      tasks({ arrivals: [{ from: '08:00', poisson: { perMinute: 999_999 } }] }),
      'tasks: arrive about 59999940 a day: at most 10000000 can be simulated.',
    ],
    [
      'arrivals in the wrong order',
      tasks({
        arrivals: [
          { from: '08:30', every: 1 },
          { from: '08:10', every: 1 },
        ],
      }),
      'tasks.Calls.arrivals[1].from: must be later than the entry before',
    ],
    [
      'handling that begins too late',
      tasks({ handling: [{ from: '08:30', deterministic: 1 }] }),
      'tasks.Calls.handling[0].from: must not be later than the beginning of the period',
    ],
    [
      'a list of distributions with a slip',
      tasks({ handling: [{ from: '08:00', gamma: { mean: 1, shape: 0 } }] }),
      'tasks.Calls.handling[0].gamma.shape: must be more than 0.',
    ],
    [
      'a workflow that does not exist',
      tasks({ workflow: 'Cals' }),
      'tasks.Calls.workflow: the definition has no workflow named "Cals". Did you mean "Calls"?',
    ],
    [
      'a channel that does not exist',
      tasks({ taskChannel: 'vioce' }),
      'tasks.Calls.taskChannel: the definition has no task channel named "vioce". Did you mean "voice"?',
    ],
    [
      'attributes that TaskRouter refuses',
      tasks({ attributes: { text: 'x'.repeat(5_000) } }),
      'tasks.Calls: TaskRouter would refuse it: Attributes is longer than 4096 characters.',
    ],
    [
      'a count that is no whole number',
      staff({ schedule: [{ from: '08:00', count: 1.5 }] }),
      'staff.Day.schedule[0].count: must be a whole number from 0 to 15000.',
    ],
    [
      'more staff than a workspace holds',
      { ...SMALL, staff: { A: staff({}).staff.Day, B: { schedule: [{ from: '08:00', count: 15_000 }] } } },
      'staff: holds 15006 workers: a workspace has at most 15000.',
    ],
    [
      'schedules that overlap',
      staff({
        schedule: [
          { from: '08:00', count: 1 },
          { from: '08:00', count: 2 },
        ],
      }),
      'staff.Day.schedule[1].from: must be later than the entry before',
    ],
    [
      'groups whose names differ in case alone',
      { ...SMALL, staff: { Day: SMALL.staff.Day, day: SMALL.staff.Day } },
      'staff.day: differs from "Day" in case alone: its workers would have the same names.',
    ],
    [
      'a name that no object can hold',
      { ...SMALL, staff: JSON.parse('{"__proto__":{"schedule":[{"from":"08:00","count":3}]}}') },
      'staff.__proto__: cannot be a name in a definition: choose another one.',
    ],
    [
      'a period of no length',
      { ...SMALL, period: { from: '08:00', to: '08:00' } },
      'period.to: must be another time than from.',
    ],
    [
      'a warm-up that leaves nothing',
      { ...SMALL, period: { from: '08:00', to: '09:00', warmUp: '1h' } },
      'period.warmUp: must be shorter than the period.',
    ],
    [
      'a service level twice',
      { ...SMALL, serviceLevel: ['20s', 20] },
      'serviceLevel: holds the same time twice.',
    ],
    [
      'a seed that is no whole number',
      { ...SMALL, seed: 1.5 },
      'seed: must be a whole number from 0 to 4294967295.',
    ],
    ['no days', { ...SMALL, replications: 0 }, 'replications: must be a whole number from 1 to 100000.'],
    [
      'busyness below 0',
      { ...SMALL, busyness: -1 },
      'busyness: must be a number from 0 to 1000000, or one of deterministic',
    ],
  ])('%s', async (_name, plan, message) => {
    expect(await refusal(plan)).toContain(message);
  });

  test.each([
    [
      'NaN',
      'period: {from: "08:00", to: "09:00"}\nstaff: {}\ntasks: {C: {arrivals: [{from: "08:00", poisson: {perMinute: .nan}}], handling: .nan}}',
      'tasks.C.arrivals[0].poisson.perMinute: must be a number',
    ],
    ['a list', '- 1', 'plan.yaml:1:1: The file must be an object'],
    ['nothing', '', 'plan.yaml: The file must be an object'],
    ['broken YAML', 'a: [', 'plan.yaml:'],
  ])('a file that holds %s', async (_name, text, message) => {
    expect(await refusal(text)).toContain(message);
  });

  test.each([
    ['garbage', '12\nx\n', 'times.csv:2: column 1 holds "x": it must be a length of time'],
    ['a time below 0', '12\n-3\n', 'times.csv:2: column 1 holds "-3"'],
    ['a time below 0 on its first line', '-3\n12\n', 'times.csv:1: column 1 holds "-3"'],
    ['nothing', '\n', 'times.csv is empty'],
    ['only names', 'talk\n', 'times.csv holds no value below its first line.'],
    ['an empty cell', '12\n""\n', 'times.csv:2: column 1 holds ""'],
  ])('values of a file with %s', async (_name, csv, message) => {
    const found = await refusal(tasks({ handling: { empirical: 'times.csv' } }), { 'times.csv': csv });
    expect(found).toContain('plan.yaml:20:9: tasks.Calls.handling.empirical: ');
    expect(found).toContain(message);
  });

  test('a column that is misspelt, and a file that is not there', async () => {
    const column = tasks({ handling: { empirical: { file: 'times.csv', column: 'tlak' } } });
    expect(await refusal(column, { 'times.csv': 'agent,talk\nAnn,1\n' })).toContain('Did you mean "talk"?');
    expect(await refusal(tasks({ handling: { empirical: 'times.csv' } }))).toContain(
      'times.csv: There is no such file.',
    );
    expect(await refusal(tasks({ handling: { empirical: '.' } }))).toContain('It is a folder');
  });

  test('a plan that is not there, or names no workspace file', async () => {
    await expect(simulate('nowhere.yaml')).rejects.toThrow('The plan nowhere.yaml: There is no such file.');
    await expect(simulate('plan.txt')).rejects.toThrow(
      'plan.txt is not a plan: its name must end in .yaml, .yml or .json.',
    );
    const folder = folderWith({ 'plan.json': JSON.stringify(SMALL) });
    await expect(simulate(join(folder, 'plan.json'))).rejects.toThrow('names no workspace file');
  });

  test('a workspace file that TaskRouter would refuse is refused with its own place', async () => {
    const bad = JSON.stringify(
      { ...ONE_QUEUE, taskQueues: { Calls: { targetWorkers: 'skills HAS' } } },
      null,
      2,
    );
    expect(await refusal(SMALL, { 'config.json': bad })).toMatch(
      /config\.json:4:\d+: taskQueues\.Calls\.targetWorkers: /,
    );
  });
});

describe('two runs', () => {
  const folder = () =>
    folderWith({
      'config.json': config,
      'same.json': config,
      'plan.json': JSON.stringify({ config: 'config.json', ...SMALL, replications: 10 }),
      'more.json': JSON.stringify({
        config: 'config.json',
        ...SMALL,
        seed: 99,
        staff: { Day: { schedule: [{ from: '08:00', count: 7 }] } },
      }),
      'later.json': JSON.stringify({ ...SMALL, period: { from: '08:00', to: '09:30' } }),
    });

  test('the same workspace over the same days differs by nothing', async () => {
    const at = folder();
    const { report } = await simulate(join(at, 'plan.json'), { compare: join(at, 'same.json') });
    expect(report.compare?.total).toMatchObject({
      offered: 0,
      waitMean: 0,
      waitP90: 0,
      serviceLevel: { 20: 0 },
    });
    expect(report.compare?.total.ci).toEqual({ waitMean: [0, 0], serviceLevel: { 20: [0, 0] } });
  });

  test('another plan is compared over the days of the first: one more shows with ten days', async () => {
    const at = folder();
    const { report } = await simulate(join(at, 'plan.json'), { compare: join(at, 'more.json') });
    expect(report.compare?.total.offered).toBe(0);
    const [, high] = report.compare!.total.ci.waitMean!;
    expect(high).toBeLessThan(0);
  });

  test('another plan is routed by the workspace file it names, unless one is given for both', async () => {
    const unanswered = { ...ONE_QUEUE, taskQueues: { Calls: { targetWorkers: '1 == 2' } } };
    const busier = {
      Calls: { ...SMALL.tasks.Calls, timeout: '3h', arrivals: [{ from: '08:00', every: '9m' }] },
    };
    const at = folderWith({
      'config.json': config,
      'other.json': JSON.stringify(unanswered),
      'plan.json': JSON.stringify({ config: 'config.json', ...SMALL }),
      'changed.json': JSON.stringify({ ...SMALL, config: 'other.json', tasks: busier }),
    });
    const [plan, compare] = [join(at, 'plan.json'), join(at, 'changed.json')];
    const { report, base, other } = await simulate(plan, { compare });
    expect([report.compare!.total.answered < 0, figuresOf(other!).total.answered]).toEqual([true, 0]);
    const text = compareText(report, figuresOf(other!), base.plan, { planFile: 'plan.json', config: 'a' });
    expect(text).toContain(' → 3 h 0 min');
    expect(text).toContain('seed 1, the same random numbers on both sides.');
    expect(text).toContain('Nobody answered a task in the queue Calls: does any of the staff belong to it?');
    const both = await simulate(plan, { compare, config: join(at, 'config.json') });
    expect(figuresOf(both.other!).total.answered).toBeGreaterThan(0);
  });

  test('names of several lines, or with what Markdown acts on, stay in their cell', async () => {
    const queue = 'a|b\\|c\n<img>';
    const definition = { taskQueues: { [queue]: {} }, workflows: { Calls: { defaultQueue: queue } } };
    const at = folderWith({ 'a.json': JSON.stringify(definition), 'plan.json': JSON.stringify(SMALL) });
    const options = { config: join(at, 'a.json'), compare: join(at, 'a.json') };
    const { report, base, other } = await simulate(join(at, 'plan.json'), options);
    const origin = { planFile: 'plan.json', config: 'a' };
    expect(compareText(report, figuresOf(other!), base.plan, origin)).toContain(
      '\n| a\\|b\\\\\\|c \\<img> | ',
    );
    expect(reportText(report, base.plan, origin)).toContain('\na|b\\|c <img>  ');
  });

  test('names that every object has, or that a table has, are names like others', async () => {
    const named = (queue: string) =>
      JSON.stringify({
        taskQueues: { 'All tasks': {}, [queue]: {} },
        workflows: { Calls: { defaultQueue: queue } },
      });
    const same = { 'All tasks': SMALL.staff.Day, valueOf: SMALL.staff.Day };
    const at = folderWith({
      'a.json': named('toString'),
      'b.json': named('valueOf'),
      'plan.json': JSON.stringify({ ...SMALL, tasks: { valueOf: SMALL.tasks.Calls }, staff: same }),
    });
    const options = { config: join(at, 'a.json'), compare: join(at, 'b.json') };
    const { report, base, other } = await simulate(join(at, 'plan.json'), options);
    const text = compareText(report, figuresOf(other!), base.plan, { planFile: 'plan.json', config: 'a' });
    expect(text).toMatch(
      /\| \*\*All tasks\*\* \| 0\.\d s → [^|]*\| [^|]*\|\s[^|]*\|[^|]*\| 1\d\d → 1\d\d \|/,
    );
    expect(text).toMatch(/\n\| All tasks \| – → – \|/);
    expect(text).toContain('Queues that are gone: toString.');
    expect(text).toContain('New queues: valueOf.');
  });

  test('plans of other hours cannot be compared', async () => {
    const at = folder();
    const run = simulate(join(at, 'plan.json'), { compare: join(at, 'later.json') });
    await expect(run).rejects.toThrow('period: must be that of the plan it is compared with.');
  });
});
