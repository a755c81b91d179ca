import { UnknownNameError } from 'taskrouter-kit/rest';
import { describe, expect, test } from 'vitest';
import { scripted } from './scripted.js';
import { sid } from './sids.js';

/** A workspace with two queues whose SIDs may change. */
function workspace(queues: Record<string, string> = { Sales: sid('WQ', 1), Support: sid('WQ', 2) }) {
  return scripted(({ method, url, form }) => {
    if (method === 'GET' && url.pathname.endsWith('/TaskQueues')) {
      const items = Object.entries(queues).map(([friendly_name, one]) => ({ sid: one, friendly_name }));
      return { json: { task_queues: items, meta: {} } };
    }
    const used = form.get('Configuration')?.match(/WQ\w{32}/g) ?? [];
    const known = used.every((one) => Object.values(queues).includes(one) || one === sid('WQ', 9));
    return known ? { json: {} } : { status: 400, json: { code: 20001 } };
  });
}
const sent = ({ requests }: ReturnType<typeof workspace>) =>
  JSON.parse(requests.at(-1)?.form.get('Configuration') ?? 'null');

describe('queues inside a workflow configuration may be written by name', () => {
  const configuration = {
    task_routing: {
      filters: [
        {
          expression: "queue == 'Sales'",
          targets: [
            { queue: 'Sales', timeout: 30, known_worker_sid: 'task.agent' },
            { expression: 'worker.level > 1' },
            { queue: sid('WQ', 9) },
          ],
        },
        { expression: '1==1', targets: [{ task_queue_sid: 'Support' }] },
      ],
      default_filter: { queue: 'Support', priority: 2 },
    },
  };
  const written = {
    task_routing: {
      filters: [
        {
          expression: "queue == 'Sales'",
          targets: [
            { queue: sid('WQ', 1), timeout: 30, known_worker_sid: 'task.agent' },
            { expression: 'worker.level > 1' },
            { queue: sid('WQ', 9) },
          ],
        },
        { expression: '1==1', targets: [{ task_queue_sid: sid('WQ', 2) }] },
      ],
      default_filter: { queue: sid('WQ', 2), priority: 2 },
    },
  };

  test('in creations and updates; what was given stays as it is', async () => {
    const world = workspace();
    const before = structuredClone(configuration);
    await world.client.workflows.create({ friendlyName: 'W', configuration });
    expect(sent(world)).toEqual(written);
    await world.client.workflows.update(sid('WW'), { configuration });
    expect(sent(world)).toEqual(written);
    expect(configuration).toEqual(before);
    expect(world.requests.filter(({ method }) => method === 'GET')).toHaveLength(1);
  });

  test('SIDs alone need no list', async () => {
    const world = workspace();
    await world.client.workflows.create({
      friendlyName: 'W',
      configuration: { task_routing: { default_filter: { queue: sid('WQ', 1) } } },
    });
    expect(world.requests).toHaveLength(1);
  });

  test('a name nobody has is an error with the near miss, and nothing is sent', async () => {
    const world = workspace();
    const error = await world.client.workflows
      .create({ friendlyName: 'W', configuration: { task_routing: { default_filter: { queue: 'Suport' } } } })
      .catch((one: unknown) => one);
    expect(error).toBeInstanceOf(UnknownNameError);
    expect((error as Error).message).toContain('did you mean "Support"?');
    expect(world.requests.every(({ method }) => method === 'GET')).toBe(true);
  });

  test('a name that stands for another queue meanwhile is read again', async () => {
    const queues = { Sales: sid('WQ', 1) };
    const world = workspace(queues);
    await world.client.names.prime(['taskQueue']);
    queues.Sales = sid('WQ', 7);
    await world.client.workflows.create({
      friendlyName: 'W',
      configuration: { task_routing: { default_filter: { queue: 'Sales' } } },
    });
    expect(sent(world).task_routing.default_filter.queue).toBe(sid('WQ', 7));
  });

  test.each([
    [{}],
    [{ task_routing: null }],
    [{ task_routing: { filters: {}, default_filter: 3 } }],
    [{ task_routing: { filters: [null, { targets: [1, { queue: 4 }, { queue: '' }] }] } }],
  ])('%j is left for Twilio to judge', async (configuration) => {
    const world = workspace();
    await world.client.workflows.create({ friendlyName: 'W', configuration: configuration as never });
    expect(sent(world)).toEqual(configuration);
  });
});

describe('an argument that is no SID is an error in the words of the call', () => {
  const { client } = scripted(() => ({}));
  const id = (prefix: string) => sid(prefix);
  test.each([
    [
      'tasks.fetch',
      () => client.tasks.fetch('abc'),
      'the task SID must be WT and 32 hexadecimal digits, but was "abc"',
    ],
    [
      'tasks.fetch',
      () => client.tasks.fetch(undefined as never),
      'the task SID must be WT and 32 hexadecimal digits, but was left out',
    ],
    ['tasks.fetch', () => client.tasks.fetch(7 as never), 'was of type number'],
    ['tasks.fetch', () => client.tasks.fetch(id('WK')), `but was "${id('WK')}", the SID of a worker`],
    ['tasks.complete', () => client.tasks.complete('abc'), 'the task SID must be WT'],
    ['tasks.cancel', () => client.tasks.cancel('abc'), 'the task SID must be WT'],
    ['tasks.patchAttributes', () => client.tasks.patchAttributes('abc', {}), 'the task SID must be WT'],
    ['workers.patchAttributes', () => client.workers.patchAttributes('abc', {}), 'the worker SID must be WK'],
    ['reservations.accept', () => client.reservations.accept('abc', id('WR')), 'the task SID must be WT'],
    [
      'reservations.fetch',
      () => client.reservations.fetch(id('WT'), 'abc'),
      'the reservation SID must be WR',
    ],
    [
      'workerReservations.reject',
      () => client.workerReservations.reject('abc', id('WR')),
      'the worker SID must be WK',
    ],
    ['events.fetch', () => client.events.fetch(`EV${'x'.repeat(99)}`), `was "EV${'x'.repeat(38)}"`],
    [
      'taskChannels.fetch',
      () => client.taskChannels.fetch('..'),
      'the task channel SID must be TC… or a unique name, but was ".."',
    ],
  ] as const)('%s', async (called, call, message) => {
    const error: Error = await Promise.resolve(call()).then(
      () => new Error('it was sent'),
      (one) => one,
    );
    expect(error.message).toMatch(new RegExp(`^${called}: `));
    expect(error.message).toContain(message);
  });
});
