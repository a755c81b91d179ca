import { SignJWT } from 'jose';
import twilio from 'twilio';
import { describe, expect, test } from 'vitest';
import { allows, readPolicies } from '../../../src/emulator/agents/tokens/policies.js';
import { type Centre, call, connect, startCentre } from './centre.js';

const { TaskRouterCapability, util } = twilio.jwt.taskrouter;

/** The capability token of Twilio's own library for Ann, with these policies beside the default ones. */
function capability(
  centre: Centre,
  more: { url: string; method: string; postFilter?: object; allow?: boolean }[],
) {
  const { accountSid, authToken } = centre.emulator;
  const { workspaceSid, workers } = centre;
  const token = new TaskRouterCapability({
    accountSid,
    authToken,
    workspaceSid,
    channelId: workers.Ann,
  });
  const policies = [
    ...util.defaultEventBridgePolicies(accountSid, workers.Ann),
    ...util.defaultWorkerPolicies('v1', workspaceSid, workers.Ann),
    ...more.map((policy) => new TaskRouterCapability.Policy(policy)),
  ];
  for (const policy of policies) token.addPolicy(policy);
  return token.toJwt();
}

test("a capability token of Twilio's own library does what its policies allow, and nothing else", async () => {
  const centre = await startCentre();
  const { workspaceSid, workers } = centre;
  const worker = `Workers/${workers.Ann}`;
  const url = `https://taskrouter.twilio.com/v1/Workspaces/${workspaceSid}/${worker}`;
  const token = capability(centre, [
    { url, method: 'POST', postFilter: { ActivitySid: { required: true } } },
  ]);
  await connect(centre, token).next('init');

  const statusOf = async (...[method, path, params]: [string, string, object?]) =>
    (await call(centre, token, method, path, params)).status;
  expect(await statusOf('GET', worker)).toBe(200);
  expect(await statusOf('GET', 'Activities')).toBe(200);
  expect(await statusOf('GET', `${worker}/Reservations`)).toBe(200);
  const { Offline } = Object.fromEntries(
    [...centre.emulator.workspaces.get(workspaceSid)!.activities.values()].map((one) => [
      one.friendlyName,
      one.sid,
    ]),
  );
  expect(await statusOf('POST', worker, { ActivitySid: Offline })).toBe(200);
  expect(await statusOf('POST', worker, { Attributes: {} })).toBe(403);
  expect(await statusOf('POST', worker, { ActivitySid: Offline, Attributes: {} })).toBe(403);
  expect(await statusOf('GET', `${worker}/WorkerChannels`)).toBe(403);
  expect(await statusOf('GET', `Workers/${workers.Bob}`)).toBe(403);
  expect(await statusOf('POST', 'Tasks', { Attributes: {} })).toBe(403);
});

describe('a capability token', () => {
  const sign = (centre: Centre, claims: object, secret = centre.emulator.authToken) =>
    new SignJWT({
      iss: centre.emulator.accountSid,
      account_sid: centre.emulator.accountSid,
      workspace_sid: centre.workspaceSid,
      channel: centre.workers.Ann,
      version: 'v1',
      exp: Math.floor(Date.now() / 1_000) + 60,
      policies: [],
      ...claims,
    })
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
      .sign(new TextEncoder().encode(secret));

  test('without the policies of its channel opens neither calls nor a socket', async () => {
    const centre = await startCentre();
    const url = 'https://taskrouter.twilio.com/v1/Workspaces/**';
    const token = await sign(centre, { policies: [{ url, method: 'GET', allow: true }] });
    const answer = await call(centre, token, 'GET', 'Activities');
    expect(answer).toMatchObject({ status: 403, body: { code: 20003 } });
    expect(await connect(centre, token).closed).toMatchObject({
      code: 1008,
      reason: expect.stringMatching(/^Permission Denied: no policy of the token allows GET https:/),
    });
  });

  test.each([
    ['signed with another token', {}, 'another', 20107],
    ['of another account', { account_sid: `AC${'0'.repeat(32)}` }, undefined, 20103],
    ['whose issuer is another account', { iss: `AC${'0'.repeat(32)}` }, undefined, 20103],
    ['whose policies are no list', { policies: { url: '**' } }, undefined, 20106],
    ['with a policy that is none', { policies: [null] }, undefined, 20106],
    ['for another workspace', { workspace_sid: 'WS1' }, undefined, 20106],
    ['for a worker that is not there', { worker_sid: 'WK1' }, undefined, 20106],
  ])('%s is refused', async (_name, claims, secret, code) => {
    const centre = await startCentre();
    const answer = await call(centre, await sign(centre, claims, secret), 'GET', 'Activities');
    expect(answer).toMatchObject({ status: 401, body: { code } });
  });
});

describe('of policies', () => {
  const base = 'https://taskrouter.twilio.com/v1/Workspaces/WS1';
  const may = (policies: object[], url: string, params: object = {}, method = 'GET') =>
    allows(readPolicies(policies)!, { method, url: `${base}${url}`, params: { ...params } });
  const get = (url: string, more: object = {}) => ({
    url: `${base}${url}`,
    method: 'GET',
    allow: true,
    ...more,
  });

  test('none that matches means no, and so does one that says nothing of allow', () => {
    expect(may([], '')).toBe(false);
    expect(may([get('', { allow: undefined })], '')).toBe(false);
    expect(may([get('')], '/Workers')).toBe(false);
    expect(may([get('')], '', {}, 'POST')).toBe(false);
  });

  test('one star is the children, two are everything below, and the list itself', () => {
    expect(may([get('/Workers/*')], '/Workers/WK1')).toBe(true);
    for (const url of ['/Workers', '/Workers/', '/Workers/WK1/Reservations'])
      expect(may([get('/Workers/*')], url), url).toBe(false);
    for (const url of ['/Workers', '/Workers/WK1', '/Workers/WK1/Reservations'])
      expect(may([get('/Workers/**')], url), url).toBe(true);
    expect(may([get('/**')], '1')).toBe(false);
  });

  test('the most specific one decides: the longer path, then the filter; of two alike the one that forbids', () => {
    const all = get('/**');
    const no = { allow: false };
    expect(may([all, get('/Workers/WK1', no)], '/Workers/WK1')).toBe(false);
    expect(may([get('/Workers/WK1', no), all], '/Workers/WK2')).toBe(true);
    expect(may([get('/**', no), get('/Workers/*')], '/Workers/WK1')).toBe(true);
    expect(may([get('/Workers/*', no), get('/Workers/WK1')], '/Workers/WK1')).toBe(true);
    const filtered = get('/Workers', { query_filter: { FriendlyName: 'Ann' } });
    expect(may([filtered, get('/Workers', no)], '/Workers', { FriendlyName: 'Ann' })).toBe(true);
    expect(may([get('/Workers'), get('/Workers', no)], '/Workers')).toBe(false);
  });

  test('a filter says which parameters there are: required, with a value, and no other', () => {
    const filter = { A: { required: true }, B: { required: false, value: 'b' }, C: 'c' };
    const policy = { ...get(''), method: 'POST', post_filter: filter, query_filter: { X: 'only of GET' } };
    const post = (params: object) => may([policy], '', params, 'POST');
    expect(post({ A: 1, C: 'c' })).toBe(true);
    expect(post({ A: 1, B: 'b', C: 'c' })).toBe(true);
    for (const params of [{}, { A: 1 }, { C: 'c' }, { A: 1, C: 'd' }, { A: 1, B: 'x', C: 'c' }])
      expect(post(params), JSON.stringify(params)).toBe(false);
    expect(post({ A: 1, C: 'c', D: 'd' })).toBe(false);
    expect(may([{ ...get(''), query_filter: {} }], '', { Any: 1 })).toBe(true);
    expect(may([{ ...get(''), query_filter: [] }], '', { Any: 1 })).toBe(true);
    expect(may([{ ...get(''), query_filter: { toString: { required: true } } }], '')).toBe(false);
  });

  test('what is no policy is no list of policies', () => {
    for (const bad of [
      null,
      'x',
      {},
      [1],
      [{ url: 1, method: 'GET' }],
      [{ url: '', method: 'GET', post_filter: 7 }],
    ])
      expect(readPolicies(bad), JSON.stringify(bad)).toBeUndefined();
    expect(readPolicies(Array.from({ length: 201 }, () => get('')))).toBeUndefined();
  });
});
