import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { scripted } from './scripted.js';
import { sid, WORKSPACE } from './sids.js';

const TASK = sid('WT');

describe('a resource', () => {
  test('has camel case, dates, objects, and its version', async () => {
    const json = {
      sid: TASK,
      attributes: '{"type":"call","Deep_Key":{"a_b":1}}',
      addons: '{}',
      date_created: '2026-01-02T03:04:05Z',
      date_updated: 'Fri, 02 Jan 2026 03:04:05 +0000',
      task_queue_entered_date: null,
      priority: 3,
      links: { workspace: 'https://…' },
    };
    const { client } = scripted(() => ({ json, headers: { etag: '7' } }));
    const task = await client.tasks.fetch(TASK);
    expect(task).toMatchObject({
      attributes: { type: 'call', Deep_Key: { a_b: 1 } },
      dateCreated: new Date('2026-01-02T03:04:05Z'),
      dateUpdated: new Date('2026-01-02T03:04:05Z'),
      taskQueueEnteredDate: null,
      priority: 3,
      etag: '7',
      raw: {},
    });
  });

  test('keeps under raw what is not known, and what cannot be read', async () => {
    const json = { sid: TASK, attributes: '{"type":', date_created: 'soon', brand_new: 1 };
    const { client } = scripted(() => ({ json }));
    const task = await client.tasks.fetch(TASK);
    expect(task.raw).toEqual({ attributes: '{"type":', date_created: 'soon', brand_new: 1 });
    expect(task.attributes).toEqual({});
    expect(task.dateCreated).toBeNull();
  });

  test('of a workspace has its events as a list', async () => {
    const { client } = scripted(() => ({ json: { events_filter: 'task.created, task.deleted' } }));
    expect((await client.workspaces.fetch(WORKSPACE)).eventsFilter).toEqual(['task.created', 'task.deleted']);
  });

  test('of statistics is in camel case all the way down, numbers as names stay', async () => {
    const json = {
      split_by_wait_time: { '5': { above: { tasks_canceled: 1 } } },
      tasks_by_priority: { '0': 4 },
      wait_duration_until_accepted: { avg: 1, min: 0, max: 2, total: 3 },
    };
    const { client } = scripted(() => ({ json }));
    const statistics = await client.statistics.workspace.cumulative({ splitByWaitTime: [5] });
    expect(statistics.splitByWaitTime).toEqual({ '5': { above: { tasksCanceled: 1 } } });
    expect(statistics.waitDurationUntilAccepted?.max).toBe(2);
  });
});

describe('a schema', () => {
  const Call = z.object({ type: z.literal('call'), at: z.string().transform((text) => new Date(text)) });

  test('gives the attributes its type', async () => {
    const { client } = scripted(() => ({
      json: { sid: TASK, attributes: '{"type":"call","at":"2026-01-02"}' },
    }));
    const task = await client.tasks.fetch(TASK, { schema: Call });
    expect(task.attributes.at.getUTCFullYear()).toBe(2026);
  });

  test('that refuses them says where, and not what was there', async () => {
    const { client } = scripted(() => ({ json: { sid: TASK, attributes: '{"type":"secret-value"}' } }));
    const error: Error = await client.tasks.fetch(TASK, { schema: Call }).then(
      () => expect.unreachable(),
      (one: Error) => one,
    );
    expect(error).toMatchObject({
      code: 'invalid-attributes',
      message: `The attributes of ${TASK} do not fit the schema (at: type, at).`,
    });
    expect(error.message).not.toContain('secret-value');
  });

  test('is asked for every item of a list', async () => {
    const tasks = ['{"type":"call","at":"2026-01-02"}', '{}'].map((attributes) => ({
      sid: TASK,
      attributes,
    }));
    const { client } = scripted(() => ({ json: { tasks, meta: {} } }));
    const seen: number[] = [];
    const reading = (async () => {
      for await (const task of client.tasks.list({}, { schema: Call }))
        seen.push(task.attributes.at.getTime());
    })();
    await expect(reading).rejects.toMatchObject({ code: 'invalid-attributes' });
    expect(seen).toHaveLength(1);
  });
});

describe('a list', () => {
  /** Pages of two. Their addresses are those of the plain host, as a regional one may answer. */
  const pages = (count: number) =>
    scripted(
      ({ url }) => {
        const from = Number(url.searchParams.get('PageToken')?.slice(2) ?? 0);
        const tasks = [from, from + 1].filter((n) => n < count).map((n) => ({ sid: sid('WT', n) }));
        const more = from + 2 < count;
        const next = `https://taskrouter.twilio.com${url.pathname}?Priority=1&PageSize=2&PageToken=PA${from + 2}`;
        return { json: { tasks, meta: { next_page_url: more ? next : null } } };
      },
      { region: 'ie1' },
    );

  test('asks for nothing until it is read', () => {
    const { client, requests } = pages(5);
    client.tasks.list({ priority: 1 });
    expect(requests).toEqual([]);
  });

  test('follows next_page_url to its end, at its own host', async () => {
    const { client, requests } = pages(5);
    const sids: string[] = [];
    for await (const task of client.tasks.list({ priority: 1 })) sids.push(task.sid);
    expect(sids).toEqual([0, 1, 2, 3, 4].map((n) => sid('WT', n)));
    expect(requests.map(({ url }) => url.search)).toEqual([
      '?Priority=1',
      '?Priority=1&PageSize=2&PageToken=PA2',
      '?Priority=1&PageSize=2&PageToken=PA4',
    ]);
    expect(new Set(requests.map(({ url }) => url.host))).toEqual(new Set(['taskrouter.ie1.twilio.com']));
  });

  test('follows an address that names the default port', async () => {
    const { client, requests } = scripted(
      ({ url }) => {
        const next = `HTTPS://taskrouter.twilio.com:443${url.pathname}?PageToken=PA2`;
        return {
          json: { tasks: [], meta: { next_page_url: url.searchParams.has('PageToken') ? null : next } },
        };
      },
      { baseUrl: 'http://localhost:4010' },
    );
    expect(await client.tasks.list().all({ limit: 1 })).toEqual([]);
    expect(requests.at(-1)?.url.href).toBe(
      `http://localhost:4010/v1/Workspaces/${WORKSPACE}/Tasks?PageToken=PA2`,
    );
  });

  test('stops asking when the reader stops', async () => {
    const { client, requests } = pages(100);
    for await (const task of client.tasks.list()) if (task.sid === sid('WT', 3)) break;
    expect(requests).toHaveLength(2);
  });

  test('has a first item, or none', async () => {
    const { client, requests } = pages(5);
    expect((await client.tasks.list().first())?.sid).toBe(sid('WT', 0));
    expect(requests[0]?.url.search).toBe('?PageSize=1');
    expect(await pages(0).client.tasks.list().first()).toBeUndefined();
  });

  test('can be had whole, or up to a limit', async () => {
    const { client, requests } = pages(7);
    expect(await client.tasks.list().all()).toHaveLength(7);
    expect(await client.tasks.list().all({ limit: 3 })).toHaveLength(3);
    expect(await client.tasks.list({ pageSize: 2 }).all({ limit: 0 })).toEqual([]);
    expect(
      requests.map(({ url }) => url.searchParams.get('PageSize')).filter((size) => size !== '2'),
    ).toEqual(['1000', '3']);
  });
});

test('the lists Twilio caps go out three a second, and others at once', async () => {
  const { client, clock, requests } = scripted(() => ({ json: { tasks: [], workers: [], meta: {} } }));
  const start = clock.now();
  const times: number[] = [];
  const capped = Array.from({ length: 7 }, () =>
    client.tasks
      .list({ evaluateTaskAttributes: '1 == 1' })
      .all()
      .then(() => times.push(clock.now() - start)),
  );
  await Promise.all([
    client.workers.list({ targetWorkersExpression: '1 == 1' }).all(),
    client.tasks.list().all(),
  ]);
  expect(clock.now()).toBe(start);
  await clock.advance(3_000);
  await Promise.all(capped);
  expect(times).toEqual([0, 0, 0, 1_050, 1_050, 1_050, 2_100]);
  expect(requests).toHaveLength(9);
});

test('a call whose turn at a capped list comes too late fails at once, and takes no turn from later ones', async () => {
  const { client, clock, requests } = scripted(() => ({ json: { tasks: [], meta: {} } }));
  const call = (budgetMs: number) =>
    client.tasks.list({ evaluateTaskAttributes: '1 == 1' }, { budgetMs }).all();
  const calls = Array.from({ length: 1_000 }, () =>
    call(1_500).then(
      () => 'done',
      ({ code }) => code,
    ),
  );
  await clock.advance(1_500);
  const ends = await Promise.all(calls);
  expect(ends.filter((end) => end === 'done')).toHaveLength(6);
  expect(ends.filter((end) => end === 'timeout')).toHaveLength(994);
  await clock.advance(1_000);
  await call(1);
  expect(requests).toHaveLength(7);
});
