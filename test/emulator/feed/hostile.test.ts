import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Emulator } from '../../../src/emulator/index.js';
import { start } from '../open.js';
import { ask } from './answers.js';

const centre = {
  workers: {
    Ada: { activity: 'Available', attributes: { level: 1 } },
    Bob: { activity: 'Available', attributes: { level: 3 } },
    Cleo: { activity: 'Offline', attributes: { level: 5 } },
  },
  taskQueues: { Experts: { targetWorkers: 'level >= 2' }, Everyone: {} },
  workflows: {
    Help: {
      filters: [
        { expression: "type == 'hard'", targets: [{ queue: 'Experts', timeout: 60 }, { queue: 'Everyone' }] },
      ],
      defaultQueue: 'Everyone',
    },
  },
};

describe('what nobody meant is refused, with what to do', () => {
  let emulator: Emulator;
  beforeEach(async () => {
    emulator = await start();
    emulator.seed(centre);
  });

  test.each([
    ['/tasks?status=pendig', 400, 'There is no status "pendig". Did you mean pending?'],
    [
      '/tasks?status=pending,elsewhere',
      400,
      'There is no status "elsewhere". It is one of pending, reserved,',
    ],
    ['/tasks?limit=0', 400, 'limit must be from 1 to 1000.'],
    ['/deliveries?outcome=answerd', 400, 'Did you mean answered?'],
    ['/deliveries?callback=assignments', 400, 'Did you mean assignment?'],
    ['/deliveries/abc', 404, '/Deliveries/abc'],
  ])('GET %s', async (path, status, message) => {
    const answer = await ask(emulator, 'GET', path);
    expect([answer.status, answer.body.message]).toEqual([status, expect.stringContaining(message)]);
  });

  test.each([
    ['/tasks', { workflow: 'Hlep' }, 'There is no workflow named "Hlep". Did you mean "Help"?'],
    ['/tasks', { taskChannel: 'voise' }, 'There is no task channel named "voise". Did you mean "voice"?'],
    ['/tasks', { taskQueue: 'experts' }, 'Did you mean "Experts"?'],
    ['/clock', { advnace: '1s' }, 'Did you mean "advance"?'],
    ['/what-if', { workers: [{ worker: 'Ada', capacity: { voise: 1 } }] }, 'Did you mean "voice"?'],
    ['/what-if', { workers: 'Ada' }, 'workers: must be a list'],
    ['/what-if', { workers: [{ activity: 'Offline' }] }, 'workers.0.worker: is missing'],
    [
      '/what-if',
      { workers: [{ worker: 'Ada' }] },
      'workers.0: say what would be different for "Ada": activity',
    ],
    ['/what-if', { workers: [{ worker: 'Ada', capacity: {} }] }, 'workers.0: say what would be different'],
    ['/what-if', { wrokers: [] }, 'wrokers: is not a key here. Did you mean "workers"?'],
    [
      '/what-if',
      { task: { atributes: {} } },
      'task.atributes: is not a key here. Did you mean "attributes"?',
    ],
    [
      '/what-if',
      { workers: [{ worker: 'Ada', nope: 1 }] },
      'workers.0.nope: is not a key here. Keys: worker, activity',
    ],
    ['/what-if', { task: 5 }, 'task: must be an object'],
    [
      '/evaluate',
      { expresion: 'a == 1', kind: 'queue' },
      'expresion: is not a key here. Did you mean "expression"?',
    ],
    ['/evaluate', { kind: 'queue' }, 'expression: is missing'],
    ['/evaluate', { expression: 'a == 1', kind: 'que' }, 'kind: must be queue, filter or target'],
  ])('POST %s %j', async (path, body, message) => {
    const answer = await ask(emulator, 'POST', path, body);
    expect([answer.status, answer.body.message]).toEqual([400, expect.stringContaining(message)]);
  });

  test.each([
    [{ nope: { capacity: 1 } }, 'There is no task channel named "nope"'],
    [{ voice: { capacity: 1.5 } }, 'channels.voice.capacity must be a whole number'],
    [{ voice: { available: 'yes' } }, 'channels.voice.available must be true or false'],
    [{ voice: null }, 'channels.voice must be an object'],
  ])('a change of a worker with channels %j changes nothing at all', async (channels, message) => {
    const { sid } = emulator.worker('Ada');
    const changes = {
      activity: 'Offline',
      attributes: { level: 9 },
      channels: { chat: { capacity: 7 }, ...channels },
    };
    const answer = await ask(emulator, 'POST', `/workers/${sid}`, changes);
    expect([answer.status, answer.body.message]).toEqual([400, expect.stringContaining(message)]);
    expect(emulator.worker('Ada')).toMatchObject({ activity: 'Available', attributes: '{"level":1}' });
  });
});

test('what if touches nothing, whatever is asked', async () => {
  const emulator = await start();
  emulator.seed(centre);
  const tasks = ['hard', 'easy', 'hard', 'easy', 'hard'].map((type) =>
    emulator.createTask({ attributes: { type } }),
  );
  await emulator.agent('Ada').accept();
  await ask(emulator, 'POST', `/tasks/${tasks[4]!.sid}`, { status: 'canceled' });
  await emulator.quiet();
  const some = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: undefined, freq: 2 });
  const question = fc.record({
    task: some(
      fc.record({
        sid: some(fc.constantFrom(...tasks.map(({ sid }) => sid), `WT${'0'.repeat(32)}`)),
        attributes: some(fc.constantFrom({}, { type: 'hard' }, { type: 'easy', level: 4 })),
        priority: some(fc.constantFrom(0, 5, -1)),
        taskChannel: some(fc.constantFrom('voice', 'default', 'nope')),
      }),
    ),
    workers: some(
      fc.array(
        fc.record({
          worker: fc.constantFrom('Ada', 'Bob', 'Cleo', 'Dan'),
          activity: some(fc.constantFrom('Available', 'Offline', 'Nowhere')),
          attributes: some(fc.constantFrom({}, { level: 4 })),
          capacity: some(fc.constantFrom({ voice: 3 }, { default: 0 })),
        }),
        { maxLength: 3 },
      ),
    ),
    after: some(fc.constantFrom('5s', '2m', '3h', '2d')),
  });
  const seen = async () => {
    const [workspaces, list] = await Promise.all(
      ['/workspaces', '/tasks?limit=100'].map((path) => ask(emulator, 'GET', path)),
    );
    return JSON.stringify([await emulator.snapshot(), workspaces!.body, list!.body, emulator.deliveries()]);
  };
  const before = await seen();
  const statuses = new Set<number>();
  await fc.assert(
    fc.asyncProperty(question, async (body) => {
      const { status } = await ask(emulator, 'POST', '/what-if', JSON.parse(JSON.stringify(body)));
      statuses.add(status);
      expect(await seen()).toBe(before);
    }),
    { numRuns: 120 },
  );
  expect([...statuses].sort()).toEqual([200, 400, 404]);
});
