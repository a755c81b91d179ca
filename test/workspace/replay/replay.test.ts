import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { createEmulator } from 'taskrouter-kit/emulator';
import { replay, replayText } from 'taskrouter-kit/workspace';
import { describe, expect, onTestFinished, test } from 'vitest';
import { replay as command } from '../../../src/cli/replay.js';
import { Survival } from '../../../src/workspace/replay/survival.js';
import { captured } from '../../cli/output.js';
import { folderWith } from '../simulate/plans.js';

const EIGHT = Date.UTC(2026, 2, 2, 8);
let made = 0;

/** An Event resource, so many seconds after eight. */
const event = (seconds: number, type: string, data: object, more: object = {}) => {
  made += 1;
  return {
    sid: `EV${made}`,
    workspace_sid: 'WS1',
    event_type: type,
    event_date_ms: EIGHT + seconds * 1_000,
    event_data: data,
    ...more,
  };
};
const task = (number: number, more: object = {}) => ({
  task_sid: `WT${number}`,
  task_attributes: '{"type":"call"}',
  task_channel_unique_name: 'voice',
  task_queue_name: 'Calls',
  workflow_name: 'Calls',
  ...more,
});
const ann = {
  worker_sid: 'WK1',
  worker_name: 'Ann',
  worker_attributes: '{"skills":["calls"]}',
  worker_activity_name: 'Available',
};
const held = (number: number, worker: object = ann) => ({
  ...task(number),
  ...worker,
  reservation_sid: `WR${number}`,
});

/** Ann takes one call after the other; the third caller leaves. */
const DAY = [
  event(0, 'worker.activity.update', { ...ann, worker_previous_activity_name: 'Offline' }),
  event(10, 'task.created', task(1)),
  event(10, 'reservation.created', held(1)),
  event(12, 'reservation.accepted', held(1)),
  event(20, 'task.created', task(2)),
  event(30, 'task.created', task(3)),
  event(50, 'task.canceled', task(3)),
  event(72, 'reservation.completed', held(1)),
  event(72, 'task.completed', task(1)),
  event(72, 'reservation.created', held(2)),
  event(75, 'reservation.accepted', held(2)),
  event(105, 'reservation.completed', held(2)),
  event(105, 'task.completed', task(2)),
];

const CALLS = {
  taskQueues: { Calls: { targetWorkers: "skills HAS 'calls'" } },
  workflows: { Calls: { defaultQueue: 'Calls' } },
};

async function replayed(events: unknown, definition: object = CALLS, options: object = {}) {
  const isText = typeof events === 'string' || Buffer.isBuffer(events);
  const folder = folderWith({ 'config.json': JSON.stringify(definition) });
  writeFileSync(join(folder, 'events.json'), isText ? events : JSON.stringify(events));
  return replay([join(folder, 'events.json')], { config: join(folder, 'config.json'), ...options });
}

async function refusal(events: unknown, definition?: object, options?: object): Promise<string> {
  const error = await replayed(events, definition, options).catch((one: Error) => one);
  return error instanceof Error ? error.message : 'nothing was refused';
}

describe('what happened, and what would have', () => {
  test('the same workspace makes the same day of it: waits from creation, acceptance after the same ringing', async () => {
    const { happened, replayed: again, notes, from } = await replayed(DAY);
    expect(from).toBe('2026-03-02T08:00:00.000Z');
    expect(happened.total).toMatchObject({
      offered: 3,
      answered: 2,
      abandoned: 1,
      waitMean: (2 + 55 + 20) / 3,
    });
    expect(happened.staff.Workers!.occupancy).toBeCloseTo(95 / 105, 9);
    expect(again).toEqual(happened);
    expect(notes).toEqual([
      '1 task ended without work, or after the last event: the time of their work is drawn from that of the others.',
    ]);
  });

  test('a workspace in which somebody else helps answers sooner; the file has the workers it names', async () => {
    // Bea was there all day and was never asked.
    const bea = { worker_sid: 'WK2', worker_name: 'Bea', worker_attributes: '{"skills":[]}' };
    const events = [
      ...DAY,
      event(0, 'worker.activity.update', { ...bea, worker_activity_name: 'Available' }),
    ];
    const workers = { Bea: { attributes: { skills: ['calls'] } } };
    const { happened, replayed: now } = await replayed(events, { ...CALLS, workers });
    // She takes the second call after it has rung for three seconds, and is busy until after the third has left.
    expect(now.total).toMatchObject({ answered: 2, abandoned: 1, waitMean: (2 + 3 + 20) / 3 });
    expect(happened.total.waitMean).toBe((2 + 55 + 20) / 3);
  });

  test('events of one instant may come in any order; attributes may be objects, and dates texts', async () => {
    const atOnce = [
      DAY[0]!,
      event(10, 'reservation.accepted', held(1)),
      event(10, 'reservation.created', held(1)),
      event(10, 'task.created', task(1, { task_attributes: { type: 'call' } })),
      ...DAY.slice(4),
    ].map((one) => ({ ...one, event_date_ms: String(one.event_date_ms) }));
    const { happened, replayed: again } = await replayed(atOnce);
    expect(happened.queues.Calls).toMatchObject({ offered: 3, answered: 2, waitMean: (0 + 55 + 20) / 3 });
    expect(again).toEqual(happened);
  });

  test('tasks that a workspace refuses are counted, with the reason', async () => {
    const workflows = {
      Calls: { filters: [{ expression: "type == 'chat'", targets: [{ queue: 'Calls' }] }] },
    };
    const report = await replayed(DAY, { ...CALLS, workflows });
    expect(report.replayed.total.offered).toBe(0);
    expect(replayText(report, 'config.json')).toMatch(/would refuse 3 tasks: The Task matches no filter/);
  });

  test('tasks and workers of before, after and elsewhere are named', async () => {
    const old = { ...held(8), reservation_sid: 'WR8' };
    const events = [
      event(0, 'reservation.completed', old),
      event(1, 'task-queue.timeout', task(9)),
      ...DAY.slice(0, -3).map((one) =>
        JSON.parse(JSON.stringify(one).replaceAll('"task_queue_name":"Calls"', '"task_queue_name":"Old"')),
      ),
    ];
    const { notes } = await replayed(events, { ...CALLS, workers: { Cy: {} } });
    expect(notes).toEqual([
      '1 task waited already as the events begin: replayed from then on, and not counted.',
      '1 task had been accepted before the events begin: left out, so their workers are free too early. Export from before the first task.',
      '1 task still waited as the events end: replayed, and not counted.',
      '3 tasks ended without work, or after the last event: the time of their work is drawn from that of the others.',
      'Queues that the workspace file does not have: "Old".',
      'Workers of the workspace file without an event that day, who take no part: "Cy".',
    ]);
  });

  test('who was answered would have waited for as long as those who left (Kaplan and Meier)', () => {
    const seen = [2, 4, 4, 6].map((time) => ({ time, ended: true }));
    const survival = new Survival([...seen, { time: 5, ended: false }, { time: 9, ended: false }]);
    expect([0.99, 0.84, 0.83, 0.51, 0.49, 0.26, 0.24].map((u) => survival.draw(() => u, -1))).toEqual([
      2,
      2,
      4,
      4,
      6,
      6,
      undefined,
    ]);
    expect(survival.draw(() => 0.99, 4)).toBe(6);
    expect(survival.draw(() => 0.5, 6)).toBeUndefined();
    expect(new Survival([]).isEmpty).toBe(true);
  });
});

describe('events that cannot be used are refused, with what to do', () => {
  const without = (...types: string[]) => DAY.filter(({ event_type: type }) => !types.includes(type));
  const { event_data: _, ...bare } = DAY[0]!;
  test.each<[string, unknown, string]>([
    ['nothing', '', 'events.json is empty.'],
    ['no event', '[]', 'no event is in there.'],
    ['no JSON', 'sid,event_type\nEV1,task.created', 'events.json is no JSON: give it the answers of GET'],
    [
      'a line that is none',
      `${JSON.stringify(DAY[0])}\nINFO done\n${JSON.stringify(DAY[1])}`,
      'events.json:2: this is no JSON: give it',
    ],
    [
      'half a file',
      DAY.map((one) => JSON.stringify(one))
        .join('\n')
        .slice(0, 700),
      'events.json:3: the file ends in the middle of an event or a list: it has been cut short.',
    ],
    ['half a list', JSON.stringify(DAY).slice(0, 700), 'events.json:1: the file ends in the middle of'],
    ['a compressed file', gzipSync(JSON.stringify(DAY)), 'It is compressed (gzip). Unpack it first'],
    ['another encoding', Buffer.from(`\ufeff${JSON.stringify(DAY)}`, 'utf16le'), 'It is not UTF-8.'],
    [
      'an error',
      '{"code":20003,"message":"Authenticate","status":401}',
      'Twilio answered with an error (401).',
    ],
    [
      'an offer without its SID',
      [...DAY, event(60, 'reservation.created', { ...task(3), ...ann })],
      'The reservation.created event of 2026-03-02T08:01:00.000Z has no reservation_sid: export',
    ],
    [
      'nobody on duty',
      JSON.stringify(DAY)
        .replaceAll('"worker_activity_name":"Available"', '"worker_activity_name":"Break"')
        .replaceAll('reservation.created', 'reservation.x'),
      'No worker was available that day, as far as is known: say in the workspace file which of these activities are available: "Break".',
    ],
    ['something else', '{"tasks":[]}', 'event 1 has no event_type: it is no Event resource.'],
    ['a list of something else', [DAY[0], { sid: 'WT1' }], 'event 2 has no event_type'],
    ['seconds', [{ ...DAY[0], event_date_ms: EIGHT / 1_000 }], 'event 1 has seconds in event_date_ms'],
    ['no date', [{ ...DAY[0], event_date_ms: null }], 'event 1 has neither event_date_ms nor a date'],
    ['no data', [bare], 'event 1 has no event_data: export the events with all'],
    [
      'a list without its last page',
      { meta: { next_page_url: 'https://…' }, events: DAY },
      'the list goes on, and its last page is missing. Follow next_page_url',
    ],
    ['one instant', [DAY[1]], 'All events are of one instant'],
    [
      'no creation',
      without('task.created'),
      'No event says that a task was created. Export events of all types',
    ],
    ['no acceptance', without('reservation.accepted'), 'No event says that a task was accepted'],
    [
      'no end',
      without('reservation.completed', 'task.completed'),
      'No event says that an accepted task ended',
    ],
    [
      'two workspaces',
      [...DAY, event(1, 'task.created', task(4), { workspace_sid: 'WS2' })],
      'the events are of 2 workspaces (WS1, WS2). Export those of one.',
    ],
    [
      'a task without attributes',
      [...DAY, event(60, 'task.created', task(4, { task_attributes: undefined }))],
      'The task.created event of task WT4 has no task_attributes. Twilio removes',
    ],
    [
      'a worker without attributes',
      [...DAY, event(60, 'worker.created', { worker_sid: 'WK2', worker_name: 'Bea' })],
      'Events of worker Bea have no worker_attributes.',
    ],
    [
      'a worker whom TaskRouter refuses',
      [
        ...DAY,
        event(60, 'worker.created', { ...ann, worker_sid: 'WK2', worker_name: 'B', worker_attributes: '[' }),
      ],
      'TaskRouter would refuse a worker of that day: ',
    ],
    [
      'a month',
      [...DAY, event(30 * 86_400, 'task.created', task(4))],
      'The events are of 30 days: replay at most a week.',
    ],
    [
      'a workflow that the file does not have',
      [...DAY, event(60, 'task.created', task(4, { workflow_name: 'Callls' }))],
      'The workspace file has no workflow named "Callls". Did you mean "Calls"? Say which workflow stands for it: --workflow "Callls=NAME".',
    ],
    [
      'a channel that the file does not have',
      [...DAY, event(60, 'task.created', task(4, { task_channel_unique_name: 'fax' }))],
      'The workspace file has no task channel named "fax". There is "default", "voice"',
    ],
  ])('%s', async (_name, events, message) => {
    expect(await refusal(events)).toContain(message);
  });

  test('a workflow that was renamed is named', async () => {
    const definition = { ...CALLS, workflows: { 'All calls': { defaultQueue: 'Calls' } } };
    const { replayed: now } = await replayed(DAY, definition, { workflows: { Calls: 'All calls' } });
    expect(now.total.offered).toBe(3);
    expect(await refusal(DAY, CALLS, { workflows: { Cals: 'Calls' } })).toBe(
      'The events have no task of a workflow named "Cals". Did you mean "Calls"?',
    );
  });
});

test('pages of the list of an emulator, put together in any order, are a day; so are its events in camel case', async () => {
  const emulator = await createEmulator({ clock: 'virtual' });
  onTestFinished(() => emulator.close());
  emulator.seed({ ...CALLS, workers: { Ann: { activity: 'Available', attributes: { skills: ['calls'] } } } });
  emulator.createTask({ attributes: { type: 'call' } });
  await emulator.advance('5s');
  await emulator.agent('Ann').accept();
  await emulator.advance('40s');
  await emulator.agent('Ann').complete();
  const [workspaceSid] = emulator.workspaces.keys();
  const at = `${emulator.url}/v1/Workspaces/${workspaceSid}`;
  const authorization = `Basic ${btoa(`${emulator.accountSid}:${emulator.authToken}`)}`;
  const pages: string[] = [];
  for (let next: string | null = `${at}/Events?PageSize=6`; next !== null; ) {
    const page: string = await (await fetch(next, { headers: { authorization } })).text();
    pages.push(page);
    next = JSON.parse(page).meta.next_page_url;
  }
  expect(pages.length).toBeGreaterThan(2);
  const events = pages.flatMap((page) => JSON.parse(page).events);
  const camel = events.map((one) => ({
    eventType: one.event_type,
    eventDate: one.event_date,
    eventData: JSON.parse(
      JSON.stringify(one.event_data).replaceAll(/_([a-z])(?=\w*":)/g, (_, letter) => letter.toUpperCase()),
    ),
  }));
  const folder = folderWith({ 'config.json': JSON.stringify(CALLS), 'camel.json': JSON.stringify(camel) });
  writeFileSync(join(folder, 'pages.json'), pages.toReversed().join(''));
  const config = join(folder, 'config.json');
  for (const name of ['pages.json', 'camel.json']) {
    const { happened, replayed: now } = await replay([join(folder, name)], { config });
    expect([name, happened.total.answered, happened.total.waitMean]).toEqual([name, 1, 5]);
    expect(now).toEqual(happened);
  }
  const files = pages.map((page, index) => {
    const file = join(folder, `page-${index}.json`);
    writeFileSync(file, page);
    return file;
  });
  const options = { config, workflow: [], serviceLevel: ['2s', '10'] };
  const { code, output } = await captured(() => command(files, options));
  expect(code).toBe(0);
  expect(output).toMatch(/within 2 s +within 10 s/);
  expect(output).toMatch(/All tasks +1 → 1 +1 → 1 +0 → 0 +5\.0 s → 5\.0 s/);
});
