import twilio from 'twilio';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { API_KEY, type Centre, call, connect, SECRET, sign, startCentre } from './centre.js';

const WORKER = ({ workers }: Centre, name: keyof Centre['workers'] = 'Ann') => `Workers/${workers[name]}`;
const inSeconds = (seconds: number) => Math.floor(Date.now() / 1_000) + seconds;
const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** The claims of a token, not checked. */
const claimsOf = (token: string) =>
  JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()) as Record<string, unknown>;

describe('an access token', () => {
  test("of Twilio's own library opens calls and a socket", async () => {
    const centre = await startCentre();
    const { AccessToken } = twilio.jwt;
    const token = new AccessToken(centre.emulator.accountSid, API_KEY, SECRET, { identity: 'ann', ttl: 60 });
    const { workspaceSid, workers } = centre;
    token.addGrant(new AccessToken.TaskRouterGrant({ workspaceSid, workerSid: workers.Ann, role: 'worker' }));
    const answer = await call(centre, token.toJwt(), 'GET', WORKER(centre));
    expect(answer).toMatchObject({ status: 200, body: { payload: { friendly_name: 'Ann', version: 0 } } });
    const { token_lifetime: lifetime, ...init } = await connect(centre, token.toJwt()).next('init');
    expect(init).toEqual({
      channel_id: workers.Ann,
      account_sid: centre.emulator.accountSid,
      workspace_sid: workspaceSid,
    });
    expect(lifetime).toBeGreaterThan(50_000);
    expect(lifetime).toBeLessThanOrEqual(60_000);
  });

  test('that was good is refused once it has expired, and once its worker is deleted', async () => {
    const centre = await startCentre();
    const { emulator, workers } = centre;
    const [ann, bob] = await Promise.all(['Ann', 'Bob'].map((name) => emulator.accessToken(name)));
    const ask = (token: string) => call(centre, token, 'GET', 'Activities');
    expect([(await ask(ann!)).status, (await ask(bob!)).status]).toEqual([200, 200]);
    const auth = Buffer.from(`${emulator.accountSid}:${emulator.authToken}`).toString('base64');
    const url = `${emulator.url}/v1/Workspaces/${centre.workspaceSid}/Workers/${workers.Bob}`;
    await fetch(url, { method: 'DELETE', headers: { authorization: `Basic ${auth}` } });
    expect((await ask(bob!)).body.code).toBe(20106);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3_601_000 });
    onTestFinished(() => void vi.useRealTimers());
    expect((await ask(ann!)).body.code).toBe(20104);
  });

  test('is made by the emulator with the first of its keys, or with one of its own', async () => {
    const centre = await startCentre();
    const claims = claimsOf(await centre.emulator.accessToken('Ann', { role: 'supervisor', ttl: 30 }));
    expect(claims).toMatchObject({
      iss: API_KEY,
      sub: centre.emulator.accountSid,
      grants: { identity: 'Ann', task_router: { worker_sid: centre.workers.Ann, role: 'supervisor' } },
    });
    expect(Number(claims.exp) - Number(claims.iat)).toBe(30);
    const keyless = await startCentre({ apiKeys: {} });
    const own = await keyless.emulator.accessToken('Ann');
    expect((await call(keyless, own, 'GET', WORKER(keyless))).status).toBe(200);
  });

  test.each([
    ['Anne', {}, /Did you mean "Ann"\?/],
    ['Ann', { role: 'superviser' }, /Did you mean 'supervisor'\?/],
    ['Ann', { ttl: 86_401 }, /1 to 86400/],
    ['Ann', { ttl: 0.5 }, /1 to 86400/],
    ['Ann', { TTL: 5 }, /Did you mean "ttl"\?/],
    [undefined, { role: 'worker' }, /name one/],
    [undefined, { workspaceSid: 'WS1' }, /no workspace/],
  ])('is not made for %s with %j', async (worker, options, message) => {
    const { emulator } = await startCentre();
    await expect(emulator.accessToken(worker, options as object)).rejects.toThrow(message);
  });

  test('is good on a virtual clock as long as on the wall', async () => {
    const centre = await startCentre();
    const token = await centre.emulator.accessToken('Ann', { ttl: 60 });
    await centre.emulator.advance('1d');
    expect((await call(centre, token, 'GET', WORKER(centre))).status).toBe(200);
  });
});

describe('refused with 401, at calls and at sockets, is a token', () => {
  const other = `${'f'.repeat(32)}`;
  const refusals: readonly [string, number, string, (centre: Centre) => string | Promise<string>][] = [
    ['that is none', 20101, 'Invalid Access Token', () => 'garbage'],
    ['that is empty', 20101, 'Invalid Access Token', () => ''],
    ['that is far too long', 20101, 'Invalid Access Token', () => 'a.b.'.repeat(3_500)],
    ['with a header that is no object', 20101, 'Invalid Access Token', () => `${encode([])}.${encode({})}.x`],
    [
      'that expired a second ago',
      20104,
      'Access Token expired or expiration date invalid',
      (c) => sign(c, { claims: { exp: inSeconds(-1) } }),
    ],
    [
      'that never expires',
      20104,
      'Access Token expired or expiration date invalid',
      (c) => sign(c, { claims: { exp: undefined as never } }),
    ],
    [
      'that is not valid yet',
      20105,
      'Access Token not yet valid',
      (c) => sign(c, { claims: { nbf: inSeconds(30) } }),
    ],
    [
      'that lives for more than a day',
      20157,
      'Expiration Time Exceeds Maximum Time Allowed',
      (c) => sign(c, { claims: { exp: inSeconds(86_500) } }),
    ],
    [
      'of another account',
      20103,
      'Invalid Access Token issuer/subject',
      (c) => sign(c, { claims: { sub: `AC${other}` } }),
    ],
    [
      'of a key that is not there',
      20103,
      'Invalid Access Token issuer/subject',
      (c) => sign(c, { claims: { iss: `SK${other}` } }),
    ],
    [
      'whose issuer is a name of every object',
      20103,
      'Invalid Access Token issuer/subject',
      (c) => sign(c, { claims: { iss: '__proto__' } }),
    ],
    [
      'signed with the Auth Token under the name of a key',
      20107,
      'Invalid Access Token signature',
      (c) => sign(c, { secret: c.emulator.authToken }),
    ],
    [
      'signed with another secret',
      20107,
      'Invalid Access Token signature',
      (c) => sign(c, { secret: 'another' }),
    ],
    [
      'whose claims were changed',
      20107,
      'Invalid Access Token signature',
      async (c) => {
        const [header, , signature] = (await sign(c)).split('.');
        const claims = { ...claimsOf(await sign(c)), exp: inSeconds(600) };
        return `${header}.${encode(claims)}.${signature}`;
      },
    ],
    [
      'with alg none',
      20102,
      'Invalid Access Token header',
      async (c) => {
        const claims = (await sign(c)).split('.')[1];
        return `${encode({ alg: 'none', typ: 'JWT', cty: 'twilio-fpa;v=1' })}.${claims}.`;
      },
    ],
    ['with HS512', 20102, 'Invalid Access Token header', (c) => sign(c, { header: { alg: 'HS512' } })],
    ['without cty', 20102, 'Invalid Access Token header', (c) => sign(c, { header: { cty: undefined } })],
    [
      'that names a key by kid',
      20107,
      'Invalid Access Token signature',
      (c) => sign(c, { header: { kid: '../../dev/null' }, secret: 'x' }),
    ],
    [
      'with a critical extension that nobody knows',
      20101,
      'Invalid Access Token',
      async (c) => {
        const [, claims, signature] = (await sign(c)).split('.');
        const header = { alg: 'HS256', cty: 'twilio-fpa;v=1', crit: ['exp'], exp: 1 };
        return `${encode(header)}.${claims}.${signature}`;
      },
    ],
    [
      'without a TaskRouter grant',
      20106,
      'Invalid Access Token grants',
      (c) => sign(c, { claims: { grants: { identity: 'ann' } } }),
    ],
    [
      'for another workspace',
      20106,
      'Invalid Access Token grants',
      (c) => sign(c, { grant: { workspace_sid: `WS${other}` } }),
    ],
    [
      'for a worker that is not there',
      20106,
      'Invalid Access Token grants',
      (c) => sign(c, { grant: { worker_sid: `WK${other}` } }),
    ],
    [
      'for a worker that is an object',
      20106,
      'Invalid Access Token grants',
      (c) => sign(c, { grant: { worker_sid: { length: 34 } } }),
    ],
    [
      'with a role that does not exist',
      20106,
      'Invalid Access Token grants',
      (c) => sign(c, { grant: { role: 'constructor' } }),
    ],
    [
      'of a worker, without the worker',
      20106,
      'Invalid Access Token grants',
      (c) => sign(c, { grant: { worker_sid: undefined } }),
    ],
  ];

  test.each(refusals)('%s', async (_name, code, words, make) => {
    const centre = await startCentre();
    const token = await make(centre);
    const answer = await call(centre, token, 'GET', WORKER(centre));
    expect(answer.body).toMatchObject({ code, status: 401 });
    expect(answer.status).toBe(401);
    expect(answer.body.message).toMatch(new RegExp(`^${words}: \\w`));
    const socket = connect(centre, token);
    const { code: closeCode, reason } = await socket.closed;
    expect([closeCode, socket.heard]).toEqual([1008, []]);
    expect(reason).toMatch(new RegExp(`^${words}: \\w`));
    // Nothing of a token is in the answer or in any log.
    const parts = token.split('.').filter((part) => part.length > 10);
    for (const text of [...centre.logged, JSON.stringify(answer.body), reason])
      for (const part of parts) expect(text).not.toContain(part);
  });

  test('of a worker that was deleted, whose socket is closed', async () => {
    const centre = await startCentre();
    const token = await sign(centre, { grant: { worker_sid: centre.workers.Bob } });
    const socket = connect(centre, token);
    await socket.next('init');
    const auth = Buffer.from(`${centre.emulator.accountSid}:${centre.emulator.authToken}`).toString('base64');
    const url = `${centre.emulator.url}/v1/Workspaces/${centre.workspaceSid}/${WORKER(centre, 'Bob')}`;
    await fetch(url, { method: 'DELETE', headers: { authorization: `Basic ${auth}` } });
    expect(await socket.closed).toEqual({ code: 1008, reason: 'The worker was deleted' });
    expect(await call(centre, token, 'GET', WORKER(centre, 'Bob'))).toMatchObject({ status: 401 });
  });
});

describe('roles', () => {
  const offered = ({ emulator, workspaceSid }: Centre) => {
    const task = emulator.createTask({ attributes: {} });
    const reservation = emulator.workspaces.get(workspaceSid)!.reservationsOfTask(task.sid)[0]!;
    return { task: task.sid, reservation: reservation.sid };
  };

  test('a worker touches no other worker, nor what is theirs', async () => {
    const centre = await startCentre();
    const { reservation, task } = offered(centre);
    const bob = await centre.emulator.accessToken('Bob');
    const { Ann, Bob } = centre.workers;
    const calls: readonly [string, string, object?][] = [
      ['GET', `Workers/${Ann}`],
      ['POST', `Workers/${Ann}`, { Attributes: {} }],
      ['GET', `Workers/${Ann}/WorkerChannels`],
      ['GET', `Workers/${Ann}/Reservations`],
      ['GET', `Workers/${Ann}/Reservations/${reservation}`],
      ['POST', `Workers/${Ann}/Reservations/${reservation}`, { ReservationStatus: 'accepted' }],
      ['POST', `Tasks/${task}/Reservations/${reservation}`, { Instruction: 'supervise', Supervisor: Bob }],
      ['GET', `Tasks/${task}`],
      ['POST', `Tasks/${task}`, { Attributes: { stolen: true } }],
      ['POST', 'Tasks', { RoutingTarget: Ann, Attributes: {} }],
      ['POST', 'Tasks', { Attributes: {} }],
      ['GET', 'Workers'],
      ['GET', 'TaskQueues'],
    ];
    for (const [method, url, params] of calls) {
      const answer = await call(centre, bob, method, url, params);
      expect([answer.status, answer.body.code], `${method} ${url}`).toEqual([403, 20003]);
    }
    // By its own path, another worker's reservation is not there.
    const own = await call(centre, bob, 'POST', `Workers/${Bob}/Reservations/${reservation}`, {
      ReservationStatus: 'accepted',
    });
    expect(own.status).toBe(404);
    expect(centre.emulator.task(task)).toMatchObject({ assignmentStatus: 'reserved', attributes: '{}' });
    expect((await call(centre, bob, 'GET', 'Activities')).status).toBe(200);
  });

  test('a supervisor sees and changes other workers, and accepts nothing for them', async () => {
    const centre = await startCentre();
    const { reservation, task } = offered(centre);
    const sue = await centre.emulator.accessToken('Sue', { role: 'supervisor' });
    const { Ann } = centre.workers;
    expect((await call(centre, sue, 'GET', `Workers/${Ann}`)).status).toBe(200);
    expect((await call(centre, sue, 'POST', `Workers/${Ann}`, { Attributes: { a: 1 } })).status).toBe(200);
    expect((await call(centre, sue, 'GET', `Tasks/${task}`)).status).toBe(200);
    const accept = { ReservationStatus: 'accepted' };
    expect(
      (await call(centre, sue, 'POST', `Workers/${Ann}/Reservations/${reservation}`, accept)).status,
    ).toBe(403);
    expect(centre.emulator.worker('Ann').attributes).toBe('{"a":1}');
  });

  test('an admin reads the workspace without being a worker, and has no socket', async () => {
    const centre = await startCentre();
    const admin = await centre.emulator.accessToken(undefined, { role: 'admin' });
    for (const url of ['Workers', 'TaskQueues', 'Activities'])
      expect((await call(centre, admin, 'GET', url)).status, url).toBe(200);
    expect(await connect(centre, admin).closed).toMatchObject({
      code: 1008,
      reason: expect.stringMatching(/^Invalid Access Token grants: a socket is for a worker/),
    });
  });

  test('a token of one workspace opens no other', async () => {
    const centre = await startCentre();
    const second = centre.emulator.seed({ friendlyName: 'Second', workers: { Zoe: {} } });
    const zoe = await centre.emulator.accessToken('Zoe', { role: 'supervisor' });
    expect((await call(centre, zoe, 'GET', WORKER(centre))).status).toBe(403);
    expect(second.workspaceSid).not.toBe(centre.workspaceSid);
  });
});
