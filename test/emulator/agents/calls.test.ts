import { connect as connectTcp } from 'node:net';
import { describe, expect, test } from 'vitest';
import { type Centre, call, connect, post, startCentre } from './centre.js';

const PAGE = { origin: 'http://localhost:5173' };

async function answerOf(url: string, init: RequestInit) {
  const response = await fetch(url, init);
  const text = await response.text();
  return { status: response.status, headers: response.headers, text };
}

describe('web pages', () => {
  test('of this machine may call, after asking with OPTIONS', async () => {
    const { http } = await startCentre();
    const headers = {
      ...PAGE,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'apiversion,clientversion,if-match,content-type',
      'access-control-request-private-network': 'true',
    };
    const asked = await answerOf(http, { method: 'OPTIONS', headers });
    expect(asked.status).toBe(204);
    expect(asked.headers.get('access-control-allow-origin')).toBe(PAGE.origin);
    expect(asked.headers.get('access-control-allow-methods')).toBe('POST');
    expect(asked.headers.get('access-control-allow-private-network')).toBe('true');
    const allowed = asked.headers.get('access-control-allow-headers')!.toLowerCase().split(', ');
    for (const name of ['apiversion', 'clientversion', 'if-match', 'content-type'])
      expect(allowed).toContain(name);
    const refused = await answerOf(http, { method: 'POST', body: '{}', headers: PAGE });
    expect(refused.status).toBe(400);
    expect(refused.headers.get('access-control-allow-origin')).toBe(PAGE.origin);
    expect(refused.headers.get('vary')).toBe('Origin');
  });

  test.each([
    ['http://127.0.0.1:3000', true],
    ['https://[::1]:3000', true],
    ['http://desk.localhost', true],
    ['https://desk.example.com', true],
    ['https://desk.example.com:444', false],
    ['http://desk.example.com', false],
    ['https://evil.example', false],
    ['http://localhost.evil.example', false],
    ['null', false],
    ['garbage', false],
  ])('of the origin %s: %s', async (origin, may) => {
    const centre = await startCentre({ allowOrigins: ['https://desk.example.com'] });
    const token = await centre.emulator.accessToken('Ann');
    const answer = await call(centre, token, 'GET', 'Activities', {}, { origin });
    expect(answer.status).toBe(may ? 200 : 403);
    const socket = connect(centre, token, '', { origin });
    if (may) await socket.next('init');
    else expect(await socket.closed).toMatchObject({ code: 1006 });
    expect(centre.logged.filter((line) => line.includes('--allow-origin'))).toHaveLength(may ? 0 : 1);
  });

  test('of any origin with *, and only origins can be allowed', async () => {
    const centre = await startCentre({ allowOrigins: ['*'] });
    const token = await centre.emulator.accessToken('Ann');
    expect((await call(centre, token, 'GET', 'Activities', {}, { origin: 'null' })).status).toBe(200);
    for (const origin of ['desk.example.com', 'https://desk.example.com/', '', 7])
      await expect(startCentre({ allowOrigins: [origin as string] })).rejects.toMatchObject({
        code: 'bad-origin',
      });
  });
});

describe('what is no call', () => {
  const bad = (centre: Centre, token: string): [string, unknown, number][] => {
    const url = `Workspaces/${centre.workspaceSid}/Activities`;
    return [
      ['nothing', '', 400],
      ['no JSON', '{', 400],
      ['a list', [], 400],
      ['null', null, 400],
      ['no url', { method: 'GET', params: {}, token }, 400],
      ['a url that is a list', { url: [url], method: 'GET', params: {}, token }, 400],
      ['params that are a list', { url, method: 'GET', params: [], token }, 400],
      ['a parameter that is a list', { url, method: 'GET', params: { PageSize: [1] }, token }, 400],
      ['DELETE', { url, method: 'DELETE', params: {}, token }, 405],
      ['a method of every object', { url, method: 'toString', params: {}, token }, 405],
      ['another route', { url: `Workspaces/${centre.workspaceSid}/Workflows`, method: 'GET', token }, 404],
      ['a route of every object', { url: 'constructor', method: 'GET', token }, 404],
      ['a path upwards', { url: `${url}/../../..`, method: 'GET', token }, 404],
      ['an empty SID', { url: `Workspaces//Activities`, method: 'GET', token }, 404],
      ['a workspace of every object', { url: 'Workspaces/__proto__/Activities', method: 'GET', token }, 403],
      ['a page of no number', { url, method: 'GET', params: { PageSize: 'x' }, token }, 400],
      ['a page too large', { url, method: 'GET', params: { PageSize: 1_001 }, token }, 400],
      ['a mark from elsewhere', { url, method: 'GET', params: { AfterSid: 'WK0' }, token }, 400],
      ['no token', { url, method: 'GET', params: {} }, 401],
      ['a token that is an object', { url, method: 'GET', params: {}, token: { token } }, 401],
    ];
  };

  test('is answered with JSON, a message and a status of the 400s', async () => {
    const centre = await startCentre();
    const token = await centre.emulator.accessToken('Ann');
    for (const [what, body, status] of bad(centre, token)) {
      const answer = await post(centre.http, typeof body === 'string' ? body : JSON.stringify(body));
      expect([answer.status, typeof answer.body.message], what).toEqual([status, 'string']);
      expect(JSON.stringify(answer.body), what).not.toContain(token);
    }
    for (const method of ['GET', 'PUT', 'DELETE']) {
      const answer = await answerOf(centre.http, { method });
      expect([answer.status, JSON.parse(answer.text).code], method).toEqual([405, 20004]);
    }
    const old = await post(`${centre.http}/AC1/WK1`, '{}');
    expect(old).toMatchObject({
      status: 404,
      body: { message: expect.stringContaining('taskrouter.js v1') },
    });
    expect(centre.logged).toEqual([]);
  });

  test('may be long: 413 above 256 KiB, and the next one is answered', async () => {
    const centre = await startCentre();
    const long = await post(centre.http, `{"url":"${'x'.repeat(300_000)}"}`).catch(() => undefined);
    // The answer may come before all of the body has left; some clients then report the connection instead.
    if (long) expect(long).toMatchObject({ status: 413, body: { code: 20001 } });
    const token = await centre.emulator.accessToken('Ann');
    expect((await call(centre, token, 'GET', 'Activities')).status).toBe(200);
  });

  test('may break off', async () => {
    const centre = await startCentre();
    const { port, hostname } = new URL(centre.http);
    const socket = connectTcp(Number(port), hostname);
    socket.write('POST /v1/wschannels HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"url"');
    await new Promise((resolve) => setTimeout(resolve, 50));
    socket.destroy();
    const token = await centre.emulator.accessToken('Ann');
    expect((await call(centre, token, 'GET', 'Activities')).status).toBe(200);
    expect(centre.logged).toEqual([]);
  });

  test('does not spoil what its parameters are read into', async () => {
    const centre = await startCentre();
    const token = await centre.emulator.accessToken('Ann');
    const url = `Workspaces/${centre.workspaceSid}/Workers/${centre.workers.Ann}`;
    const body = `{"url":"${url}","method":"POST","token":"${token}","params":{"__proto__":{"a":1},"constructor":"x","Attributes":{"__proto__":{"b":2},"toString":"c"}}}`;
    const answer = await post(centre.http, body);
    expect(answer.status).toBe(400);
    const flat = body.replace('"__proto__":{"a":1},', '');
    expect((await post(centre.http, flat)).status).toBe(200);
    expect(centre.emulator.worker('Ann').attributes).toBe('{"__proto__":{"b":2},"toString":"c"}');
    expect(({} as Record<string, unknown>).b).toBeUndefined();
  });
});

test('the switches for REST strike agents too, once the token is good, and browsers may read why', async () => {
  const centre = await startCentre();
  const { emulator, workers, http } = centre;
  const token = await emulator.accessToken('Ann');
  const ask = (given: unknown = token, headers = {}) =>
    call(centre, given, 'POST', `Workers/${workers.Ann}`, { FriendlyName: 'x' }, headers);
  emulator.trouble({ tooManyRequests: { times: 1, retryAfterS: 7 } });
  expect((await ask('none')).status).toBe(401);
  const body = JSON.stringify({ url: `Workspaces/${centre.workspaceSid}/Activities`, method: 'GET', token });
  const busy = await fetch(http, { method: 'POST', body, headers: { origin: 'http://localhost:1' } });
  expect([busy.status, busy.headers.get('retry-after')]).toEqual([429, '7']);
  expect(busy.headers.get('access-control-allow-origin')).toBe('http://localhost:1');
  expect(await busy.json()).toMatchObject({ code: 20429, message: 'Too Many Requests' });

  emulator.trouble({ serverError: 1 });
  expect((await ask()).body.code).toBe(20500);
  emulator.trouble({ preconditionFailed: 1 });
  expect((await ask(token, { 'if-match': '0' })).body.code).toBe(20412);
  emulator.trouble({ rateLimits: { requests: 0 } });
  expect((await ask()).body.code).toBe(20429);
  emulator.trouble({ rateLimits: false, lostAnswer: 1 });
  const params = { ActivitySid: emulator.activity('Offline').sid };
  await expect(call(centre, token, 'POST', `Workers/${workers.Ann}`, params)).rejects.toThrow();
  expect(emulator.worker('Ann').activity).toBe('Offline');
  expect(emulator.troubles()).toEqual({});
});

test('attributes that are nested too deep are refused, wherever they come in', async () => {
  const centre = await startCentre();
  const { emulator, workers, workspaceSid, http } = centre;
  const deep = `${'['.repeat(45_000)}${']'.repeat(45_000)}`;
  const token = await emulator.accessToken('Ann');
  const url = `Workspaces/${workspaceSid}/Workers/${workers.Ann}`;
  const update = JSON.stringify({ url, method: 'POST', token, params: { Attributes: 0 } });
  const answers = [await post(http, update.replace('0}', `{"a":${deep}}}`))];
  const json = { 'content-type': 'application/json' };
  for (const path of ['tasks', `workers/${workers.Ann}`])
    answers.push(await post(`${emulator.url}/_emulator/${path}`, `{"attributes":{"a":${deep}}}`, json));
  for (const { status, body } of answers) {
    expect(status).toBe(400);
    expect(body.message).toContain('nested too deep');
  }
  expect(centre.logged).toEqual([]);
});

test('every parameter of REST is checked as REST checks it', async () => {
  const centre = await startCentre();
  const token = await centre.emulator.accessToken('Ann');
  const worker = `Workers/${centre.workers.Ann}`;
  const refusals: [string, object, RegExp][] = [
    [worker, { ActivitySid: 'WA1' }, /^ActivitySid is not a SID/],
    [worker, { ActivitySid: `WA${'0'.repeat(32)}` }, /not an Activity/],
    [worker, { Attributes: 'no JSON' }, /Attributes is not JSON/],
    [worker, { Attributes: { long: 'x'.repeat(5_000) } }, /longer than 4096/],
    ['Tasks', { RoutingTarget: centre.workers.Ann, TaskChannelUniqueName: 'nope' }, /TaskChannel/],
  ];
  for (const [url, params, message] of refusals) {
    const answer = await call(centre, token, 'POST', url, params);
    expect(answer.status, JSON.stringify(params)).toBe(400);
    expect(answer.body.message).toMatch(message);
  }
});

test('a list goes on where the page before ended', async () => {
  const centre = await startCentre();
  const admin = await centre.emulator.accessToken();
  const names: unknown[] = [];
  let after: unknown;
  do {
    const params = { PageSize: 1, ...(after ? { AfterSid: after } : {}) };
    const { payload } = (await call(centre, admin, 'GET', 'Workers', params)).body;
    names.push(...(payload!.contents as { friendly_name: string }[]).map((one) => one.friendly_name));
    after = payload!.after_sid;
  } while (after);
  expect(names).toEqual(['Ann', 'Bob', 'Sue']);
  const ordered = { PageSize: 2, Ordering: 'DateStatusChanged:desc' };
  const first = (await call(centre, admin, 'GET', 'Workers', ordered)).body.payload!;
  const { next_token: NextToken } = first.meta as { next_token: string };
  const second = (await call(centre, admin, 'GET', 'Workers', { ...ordered, NextToken })).body.payload!;
  expect([(first.contents as []).length, (second.contents as []).length]).toEqual([2, 1]);
  expect(second).toMatchObject({ after_sid: null, total: 3 });
});
