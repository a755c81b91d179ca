import { createTaskRouterClient, type TaskRouterClient } from 'taskrouter-kit/rest';
import twilio from 'twilio';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RestServer, startRestServer } from '../support/rest-server.js';
import { reservationCalls } from './oracle/reservations.js';
import type { Official } from './oracle/samples.js';
import { setupCalls } from './oracle/setup.js';
import { statisticsCalls } from './oracle/statistics.js';
import { workCalls } from './oracle/work.js';
import { ACCOUNT, CREDENTIALS, TOKEN, WORKSPACE } from './sids.js';
import { SPEC } from './spec.js';

// The official client and ours make the same calls against one recorder, and every request must be the same.

/** The official client has no base URL: its requests are turned to the recorder as they leave. */
function toRecorder(url: string): twilio.RequestClient {
  const client = new twilio.RequestClient();
  const send = client.request.bind(client);
  client.request = (options) => {
    options.uri = options.uri.replace('https://taskrouter.twilio.com', url);
    return send(options);
  };
  return client;
}

const calls = [...setupCalls, ...workCalls, ...reservationCalls, ...statisticsCalls];

let server: RestServer;
let ours: TaskRouterClient;
let official: Official;

beforeAll(async () => {
  const lists = Object.values(SPEC).flatMap(({ list }) => list ?? []);
  const json = {
    ...Object.fromEntries(lists.map((key) => [key, []])),
    sid: 'XX',
    attributes: '{}',
    meta: { next_page_url: null },
  };
  server = await startRestServer(({ method }) =>
    method === 'DELETE' ? { status: 204 } : { status: 200, json },
  );
  ours = createTaskRouterClient({ ...CREDENTIALS, baseUrl: server.url });
  official = twilio(ACCOUNT, TOKEN, { httpClient: toRecorder(server.url) }).taskrouter.v1;
});

afterAll(() => server.close());

/** What a call puts on the wire. */
async function requestOf(call: () => Promise<unknown>) {
  server.requests.length = 0;
  await call();
  const [request, ...more] = server.requests;
  expect(more).toEqual([]);
  const { method, path, fields, headers, body } = request!;
  return {
    http: `${method} ${path}`,
    fields: [...fields].sort(([a, x], [b, y]) => (a + x < b + y ? -1 : 1)),
    json: headers['content-type'] === 'application/json' ? JSON.parse(body) : undefined,
    ifMatch: headers['if-match'],
    authorization: headers.authorization,
  };
}

test('every operation of the official client is called', () => {
  expect(calls.map(([operation]) => operation.replace(/ .*/, '')).sort()).toEqual(
    expect.arrayContaining(Object.keys(SPEC)),
  );
});

describe.each(calls)('%s', (_name, byUs, byThem) => {
  test('is the same request', async () => {
    const mine = await requestOf(() => byUs(ours));
    const theirs = await requestOf(() => byThem(official.workspaces(WORKSPACE), official));
    expect(mine).toEqual(theirs);
  });
});
