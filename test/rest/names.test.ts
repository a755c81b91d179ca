import { TaskRouterApiError, UnknownNameError } from 'taskrouter-kit/rest';
import { describe, expect, test } from 'vitest';
import { nearMisses } from '../../src/near-miss.js';
import { scripted } from './scripted.js';
import { sid, WORKSPACE } from './sids.js';

/** A workspace whose names may change while the test looks on. */
function workspace(activities: Record<string, string>) {
  return scripted(({ method, url, form }) => {
    const last = url.pathname.split('/').at(-1) ?? '';
    if (method === 'GET' && last === 'Activities') {
      const items = Object.entries(activities).map(([friendly_name, one]) => ({ sid: one, friendly_name }));
      return { json: { activities: items, meta: {} } };
    }
    if (method === 'GET' && last === 'TaskChannels') {
      return {
        json: { channels: [{ sid: sid('TC'), unique_name: 'voice', friendly_name: 'Voice' }], meta: {} },
      };
    }
    if (method === 'GET' && last === 'TaskQueues') {
      const twins = [1, 2].map((n) => ({ sid: sid('WQ', n), friendly_name: 'Twins' }));
      return { json: { task_queues: [...twins, { sid: sid('WQ', 3), friendly_name: 'Sales' }], meta: {} } };
    }
    const wanted = form.get('ActivitySid') ?? (last.startsWith('WA') ? last : undefined);
    if (wanted && !Object.values(activities).includes(wanted)) return { status: 404, json: { code: 20404 } };
    return { json: {} };
  });
}

const lists = (requests: ReturnType<typeof workspace>['requests'], name = 'Activities') =>
  requests.filter(({ method, url }) => method === 'GET' && url.pathname.endsWith(name)).length;

describe('resolve', () => {
  test('reads one list for any number of names, and keeps it', async () => {
    const { client, requests } = workspace({ Offline: sid('WA', 1), Break: sid('WA', 2) });
    const both = await Promise.all([
      client.names.resolve('activity', 'Offline'),
      client.names.resolve('activity', 'Break'),
    ]);
    expect(both).toEqual([sid('WA', 1), sid('WA', 2)]);
    expect(await client.names.resolve('activity', 'Offline')).toBe(sid('WA', 1));
    expect(requests).toHaveLength(1);
    expect(requests[0]?.url.pathname).toContain(WORKSPACE);
  });

  test('gives a SID back without a request', async () => {
    const { client, requests } = workspace({});
    expect(await client.names.resolve('activity', sid('WA', 5))).toBe(sid('WA', 5));
    expect(requests).toEqual([]);
  });

  test('takes the unique name and the friendly name of a task channel', async () => {
    const { client } = workspace({});
    expect(await client.names.resolve('taskChannel', 'voice')).toBe(sid('TC'));
    expect(await client.names.resolve('taskChannel', 'Voice')).toBe(sid('TC'));
  });

  test('keeps workspaces apart', async () => {
    const { client, requests } = workspace({ Offline: sid('WA', 1) });
    await client.names.resolve('activity', 'Offline');
    await client.names.resolve('activity', 'Offline', { workspaceSid: sid('WS', 2) });
    expect(requests.map(({ url }) => url.pathname.split('/')[3])).toEqual([WORKSPACE, sid('WS', 2)]);
  });

  test('names the near misses of a name nobody has', async () => {
    const { client } = workspace({ Offline: sid('WA', 1), Break: sid('WA', 2) });
    const error = await client.names.resolve('activity', 'ofline').catch((one: unknown) => one);
    expect(error).toBeInstanceOf(UnknownNameError);
    expect(error).toMatchObject({
      code: 'unknown-name',
      nearMisses: ['Offline'],
      message: 'no activity is named "ofline" in this workspace; did you mean "Offline"?',
    });
    await expect(client.names.resolve('activity', 'Something else')).rejects.toThrow(
      /the workspace has "Offline", "Break"/,
    );
  });

  test('refuses a name that several have', async () => {
    const { client } = workspace({});
    await expect(client.names.resolve('taskQueue', 'Twins')).rejects.toThrow(/2 resources .* write the SID/);
    expect(client.names.get('taskQueue', 'Twins')).toBeUndefined();
  });

  test('looks again for a name that is not there, but not in a list that is young', async () => {
    const activities: Record<string, string> = { Offline: sid('WA', 1) };
    const { client, clock, requests } = workspace(activities);
    await client.names.prime(['activity', 'activity']);
    activities.Lunch = sid('WA', 2);
    await expect(client.names.resolve('activity', 'Lunch')).rejects.toThrow(UnknownNameError);
    expect(requests).toHaveLength(1);
    await clock.advance(1_000);
    expect(await client.names.resolve('activity', 'Lunch')).toBe(sid('WA', 2));
    expect(requests).toHaveLength(2);
  });
});

test('get answers from what is known, without a request', async () => {
  const { client, requests } = workspace({ Offline: sid('WA', 1) });
  expect(client.names.get('activity', 'Offline')).toBeUndefined();
  await client.names.prime(['activity', 'taskQueue']);
  expect(client.names.get('activity', 'Offline')).toBe(sid('WA', 1));
  expect(client.names.get('taskQueue', 'Sales')).toBe(sid('WQ', 3));
  expect(requests).toHaveLength(2);
});

describe('a name in a call', () => {
  test('goes out as a SID, in the form and in the path', async () => {
    const { client, requests } = workspace({ Break: sid('WA', 2) });
    await client.workers.update(sid('WK'), { activitySid: 'Break' });
    await client.activities.fetch('Break');
    await client.statistics.taskQueues.realTime('Sales');
    expect(requests[1]?.form.get('ActivitySid')).toBe(sid('WA', 2));
    expect(requests[2]?.url.pathname).toMatch(new RegExp(`/Activities/${sid('WA', 2)}$`));
    expect(requests.at(-1)?.url.pathname).toMatch(
      new RegExp(`/TaskQueues/${sid('WQ', 3)}/RealTimeStatistics$`),
    );
  });

  test('is looked up again when Twilio no longer knows its SID', async () => {
    const activities: Record<string, string> = { Break: sid('WA', 2) };
    const { client, requests } = workspace(activities);
    await client.names.prime(['activity']);
    activities.Break = sid('WA', 3);
    await client.workers.update(sid('WK'), { activitySid: 'Break' });
    expect(
      requests.filter(({ method }) => method === 'POST').map(({ form }) => form.get('ActivitySid')),
    ).toEqual([sid('WA', 2), sid('WA', 3)]);
  });

  test('that still means the same is not sent twice', async () => {
    const { client, requests } = workspace({ Break: sid('WA', 2) });
    await client.names.prime(['activity']);
    const refusing = client.taskQueues.create({ friendlyName: 'Q', reservationActivitySid: 'Break' });
    await refusing;
    expect(lists(requests)).toBe(1);
    const failing = scripted(({ method }) =>
      method === 'GET'
        ? { json: { activities: [{ sid: sid('WA', 2), friendly_name: 'Break' }], meta: {} } }
        : { status: 400, json: { code: 20001 } },
    );
    await expect(failing.client.workers.create({ friendlyName: 'x', activitySid: 'Break' })).rejects.toThrow(
      TaskRouterApiError,
    );
    expect(failing.requests.filter(({ method }) => method === 'POST')).toHaveLength(1);
  });

  test('that this client has just made is known at once', async () => {
    const activities: Record<string, string> = { Offline: sid('WA', 1) };
    const { client, requests } = workspace(activities);
    await client.names.prime(['activity']);
    activities.Lunch = sid('WA', 2);
    await client.activities.create({ friendlyName: 'Lunch' });
    expect(await client.names.resolve('activity', 'Lunch')).toBe(sid('WA', 2));
    expect(lists(requests)).toBe(2);
  });

  test('is resolved in an instruction', async () => {
    const { client, requests } = workspace({ Offline: sid('WA', 1) });
    await client.reservations.reject(sid('WT'), sid('WR'), { activity: 'Offline' });
    expect(Object.fromEntries(requests[1]?.form ?? [])).toEqual({
      ReservationStatus: 'rejected',
      WorkerActivitySid: sid('WA', 1),
    });
  });
});

test("a worker's channel is found by its unique name", async () => {
  const channels = [1, 2].map((n) => ({
    sid: sid('WC', n),
    task_channel_sid: sid('TC', n),
    task_channel_unique_name: `c${n}`,
  }));
  const { client, requests } = scripted(() => ({ json: { channels, meta: {} } }));
  await client.workerChannels.update(sid('WK'), 'c2', { capacity: 3 });
  expect(requests.at(-1)?.url.pathname).toMatch(new RegExp(`/Channels/${sid('WC', 2)}$`));
  await expect(client.workerChannels.fetch(sid('WK'), 'fax')).rejects.toThrow(/no channel "fax"/);
});

test('near misses come nearest first, at most three', () => {
  expect(nearMisses('Suport', ['Support', 'Sport', 'Sales', 'Supporter'])).toEqual(['Support', 'Sport']);
  expect(nearMisses('SALES', ['sales', 'Sale', 'Bales', 'Tales', 'Males'])).toEqual([
    'sales',
    'Sale',
    'Bales',
  ]);
  expect(nearMisses('x', [])).toEqual([]);
});
