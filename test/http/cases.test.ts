import {
  accept,
  createTaskRouter,
  defer,
  reject,
  type TaskRouter,
  type TaskRouterOptions,
} from 'taskrouter-kit';
import { type AssignmentRequestOptions, assignmentRequest, eventRequest, sid } from 'taskrouter-kit/testing';
import twilio from 'twilio';
import { describe, expect, test } from 'vitest';
import { BASE, drivers, type Got, type Sent } from './drivers.js';

const TOKEN = 'a-test-token';
const QUEUE = sid('WQ', 1);
const OFFLINE = sid('WA', 1);

interface Bench {
  readonly send: (sent: Sent) => Promise<Got>;
  /** What ran, in order. */
  readonly ran: string[];
}

function setUp(
  driver: (typeof drivers)[string],
  options: Partial<TaskRouterOptions> = {},
  add?: (router: TaskRouter) => void,
): Bench {
  const ran: string[] = [];
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  const router = createTaskRouter({ authToken: TOKEN, publicUrl: BASE, log, ...options });
  add?.(router);
  router.onAssignment({ queue: QUEUE }, ({ task }) => {
    ran.push(task.sid);
    return accept();
  });
  router.onAssignment(
    { where: ({ worker }) => !worker.attributes.contact_uri },
    reject({ activity: OFFLINE }),
  );
  router.onEvent('task.created', ({ task }) => ran.push(`created ${task.sid}`));
  router.onEvent('task.canceled', () => {
    throw new Error('boom');
  });
  router.otherwise(defer());
  return { send: driver!(router), ran };
}

/** A signed assignment for the queue that `accept()` answers. */
function assignment(options: Partial<AssignmentRequestOptions> = {}, path = '/taskrouter/assignment'): Sent {
  const { fields = {}, ...rest } = options;
  const signed = assignmentRequest({
    url: BASE + path,
    authToken: TOKEN,
    ...rest,
    fields: { TaskQueueSid: QUEUE, ...fields },
  });
  return { path, headers: signed.headers, body: signed.body };
}

const problemOf = (got: Got) => JSON.parse(got.body) as { code: string; detail: string; errors?: unknown[] };

describe.each(Object.entries(drivers))('through %s', (_name, driver) => {
  test('a signed assignment is answered 200 with the instruction of its handler', async () => {
    const { send, ran } = setUp(driver);
    const got = await send(assignment());
    expect(got.status).toBe(200);
    expect(got.headers['content-type']).toMatch(/^application\/json/);
    expect(got.body).toBe('{"instruction":"accept"}');
    expect(ran).toHaveLength(1);
  });

  test('odd parameters are part of the signature and no trouble: A[b], blanks, plus, non-ASCII, repeats', async () => {
    const { send } = setUp(driver);
    const fields = { 'A[b]': ' x ', 'A[c][]': '+', Zoë: '你 %2B', Empty: '', __proto__x: "O'Hara" };
    expect((await send(assignment({ fields }))).status).toBe(200);
  });

  test('a body signed by the official package is taken', async () => {
    const { send } = setUp(driver);
    const path = '/taskrouter/assignment';
    const { fields } = assignmentRequest({
      url: BASE + path,
      authToken: 'unused',
      fields: { TaskQueueSid: QUEUE, 'A[b]': 'ü +' },
    });
    const signature = twilio.getExpectedTwilioSignature(TOKEN, BASE + path, fields);
    const headers = { 'content-type': 'application/x-www-form-urlencoded', 'x-twilio-signature': signature };
    const got = await send({ path, headers, body: new URLSearchParams(fields).toString() });
    expect([got.status, got.body]).toEqual([200, '{"instruction":"accept"}']);
  });

  test('what no handler fits goes to otherwise', async () => {
    const { send } = setUp(driver);
    const got = await send(assignment({ fields: { TaskQueueSid: sid('WQ', 2) } }));
    expect([got.status, got.body]).toEqual([200, '{}']);
  });

  test('a fixed instruction answers by itself', async () => {
    const { send } = setUp(driver);
    const got = await send(assignment({ worker: {}, fields: { TaskQueueSid: sid('WQ', 2) } }));
    expect(got.body).toBe(`{"instruction":"reject","activity_sid":"${OFFLINE}"}`);
  });

  test('a repeated reservation gets the stored answer, and its handler does not run again', async () => {
    const { send, ran } = setUp(driver);
    const sent = assignment();
    const first = await send(sent);
    expect(await send(sent).then(({ body }) => body)).toBe(first.body);
    expect(ran).toHaveLength(1);
  });

  test('the fallback gets the answer of the primary', async () => {
    const { send, ran } = setUp(driver);
    const fields = {
      AccountSid: sid('AC'),
      ReservationSid: sid('WR'),
      TaskSid: sid('WT'),
      WorkerSid: sid('WK'),
      WorkflowSid: sid('WW'),
      WorkspaceSid: sid('WS'),
    };
    await send(assignment({ fields }));
    const got = await send(
      assignment({ fields: { ...fields, TaskAge: '7' } }, '/taskrouter/assignment/fallback'),
    );
    expect([got.status, got.body]).toEqual([200, '{"instruction":"accept"}']);
    expect(ran).toHaveLength(1);
  });

  test('the same reservation with other SIDs is a conflict', async () => {
    const { send, ran } = setUp(driver);
    const fields = { AccountSid: sid('AC'), ReservationSid: sid('WR'), WorkspaceSid: sid('WS') };
    await send(assignment({ fields }));
    const got = await send(assignment({ fields }));
    expect([got.status, problemOf(got).code]).toEqual([409, 'other-callback']);
    expect(ran).toHaveLength(1);
  });

  test.each([
    [
      'a byte of the body',
      (sent: Sent) => ({ ...sent, body: String(sent.body).replace('TaskAge=0', 'TaskAge=1') }),
    ],
    ['a byte of the URL', (sent: Sent) => ({ ...sent, path: `${sent.path}?x=1` })],
    [
      'a byte of the signature',
      (sent: Sent) => {
        const signature = sent.headers!['x-twilio-signature']!;
        const other = signature[0] === 'A' ? 'B' : 'A';
        return { ...sent, headers: { ...sent.headers, 'x-twilio-signature': other + signature.slice(1) } };
      },
    ],
  ])('one changed byte is 403, and no handler runs: %s', async (_what, change) => {
    const { send, ran } = setUp(driver);
    const got = await send(change(assignment()));
    expect([got.status, problemOf(got).code]).toEqual([403, 'signature-mismatch']);
    expect(ran).toEqual([]);
  });

  test('no signature is 403', async () => {
    const { send, ran } = setUp(driver);
    const sent = assignment();
    const got = await send({ ...sent, headers: { 'content-type': sent.headers!['content-type']! } });
    expect([got.status, problemOf(got).code]).toEqual([403, 'missing-signature']);
    expect(ran).toEqual([]);
  });

  test('every bad field is named with its rule, and no value is repeated', async () => {
    const { send, ran } = setUp(driver);
    const got = await send(
      assignment({ fields: { ReservationSid: 'secret-value', TaskSid: undefined, TaskAge: 'secret-age' } }),
    );
    expect([got.status, got.headers['content-type']]).toEqual([400, 'application/problem+json']);
    expect(problemOf(got).errors).toEqual([
      { field: 'TaskSid', rule: 'is missing: it must be WT followed by 32 hexadecimal digits' },
      { field: 'TaskAge', rule: 'must be a whole number of seconds' },
      { field: 'ReservationSid', rule: 'must be WR followed by 32 hexadecimal digits' },
    ]);
    expect(got.body).not.toContain('secret');
    expect(ran).toEqual([]);
  });

  test('what is optional may be missing', async () => {
    const { send } = setUp(driver);
    const missing = {
      WorkflowSid: undefined,
      TaskAge: undefined,
      TaskPriority: undefined,
      Timestamp: undefined,
    };
    expect((await send(assignment({ fields: missing }))).status).toBe(200);
  });

  test('attributes that are not a JSON object are 400 without onBadAttributes', async () => {
    const { send, ran } = setUp(driver);
    for (const task of ['{"broken', '[1]', 'null']) {
      const got = await send(assignment({ task }));
      expect([got.status, problemOf(got).errors]).toEqual([
        400,
        [{ field: 'TaskAttributes', rule: 'must be a JSON object' }],
      ]);
    }
    expect(ran).toEqual([]);
  });

  test('two attributes of 4,096 CJK characters are taken', async () => {
    const { send } = setUp(driver);
    const long = JSON.stringify({ note: '語'.repeat(4_085) });
    const sent = assignment({ task: long, worker: long });
    expect(String(sent.body).length).toBeGreaterThan(70_000);
    expect((await send(sent)).status).toBe(200);
  });

  test.each([
    ['a wrong method', { method: 'GET' }, 405, 'wrong-method'],
    [
      'multipart',
      { headers: { 'content-type': 'multipart/form-data; boundary=x' }, body: '--x--' },
      415,
      'wrong-media-type',
    ],
    ['JSON', { headers: { 'content-type': 'application/json' }, body: '{}' }, 415, 'wrong-media-type'],
    ['10 MB', { body: Buffer.alloc(10_000_000, 'a') }, 413, 'body-too-large'],
    [
      '10,000 keys',
      { body: Array.from({ length: 10_000 }, (_, i) => `k${i}=`).join('&') },
      413,
      'body-too-many-parameters',
    ],
    ['bytes that are not UTF-8', { body: Buffer.from([0x61, 0x3d, 0xff, 0xfe]) }, 400, 'body-invalid-utf8'],
    ['escapes that are not UTF-8', { body: 'a=%ff%fe' }, 400, 'body-invalid-utf8'],
    ['half an escape', { body: 'a=%4' }, 400, 'body-invalid-escape'],
    ['nothing', { body: '' }, 403, 'signature-mismatch'],
    ['a __proto__ that is not signed', { body: '__proto__=x&constructor=y' }, 403, 'signature-mismatch'],
  ])('%s is refused with a clear text', async (_what, change, status, code) => {
    const { send, ran } = setUp(driver);
    // Without the form of a signature, nothing else would be looked at.
    const headers = {
      'content-type': 'application/x-www-form-urlencoded',
      'x-twilio-signature': `${'A'.repeat(27)}=`,
    };
    const got = await send({ path: '/taskrouter/assignment', headers, ...change } as Sent);
    expect([got.status, problemOf(got).code]).toEqual([status, code]);
    expect(problemOf(got).detail.length).toBeGreaterThan(10);
    if (status === 405) expect(got.headers.allow).toBe('POST');
    expect(ran).toEqual([]);
  });

  test('a signed __proto__ is a parameter like any other', async () => {
    const { send } = setUp(driver);
    const fields = Object.fromEntries([
      ['__proto__', 'x'],
      ['constructor', 'y'],
      ['toString', 'z'],
    ]);
    const given = Object.assign(Object.create(null) as object, fields);
    expect((await send(assignment({ fields: given as Record<string, string> }))).status).toBe(200);
  });

  test('a documented parameter sent twice with different values is 403', async () => {
    const { send, ran } = setUp(driver);
    const { signRequest } = await import('taskrouter-kit');
    const sent = assignment();
    const pairs = [
      ...new URLSearchParams(String(sent.body)),
      ['ReservationSid', sid('WR')] as [string, string],
    ];
    const signature = signRequest({ url: BASE + sent.path, params: pairs, authToken: TOKEN });
    const got = await send({
      ...sent,
      headers: { ...sent.headers, 'x-twilio-signature': signature },
      body: new URLSearchParams(pairs).toString(),
    });
    expect([got.status, problemOf(got).code]).toEqual([403, 'ambiguous-parameters']);
    expect(problemOf(got).detail).toMatch(/^ReservationSid is sent with two values\./);
    expect(ran).toEqual([]);
  });

  test('a timestamp older than a day is 403; one in an unknown form is let through', async () => {
    const { send } = setUp(driver);
    const old = String(Math.floor(Date.now() / 1_000) - 90_000);
    const got = await send(assignment({ fields: { Timestamp: old } }));
    expect([got.status, problemOf(got).code]).toEqual([403, 'stale-timestamp']);
    expect((await send(assignment({ fields: { Timestamp: 'yesterday' } }))).status).toBe(200);
  });

  test('an unknown path is 404', async () => {
    const { send } = setUp(driver);
    expect((await send(assignment({}, '/taskrouter/other'))).status).toBe(404);
    expect((await send(assignment({}, '/taskrouter'))).status).toBe(404);
  });

  test('an event is answered 204 once its handlers ran, and a repeated one runs nothing', async () => {
    const { send, ran } = setUp(driver);
    const path = '/taskrouter/events';
    const task = sid('WT');
    const signed = eventRequest({
      url: BASE + path,
      authToken: TOKEN,
      type: 'task.created',
      fields: { TaskSid: task },
    });
    for (let i = 0; i < 2; i++) {
      const got = await send({ path, headers: signed.headers, body: signed.body });
      expect([got.status, got.body, got.headers['content-type']]).toEqual([204, '', 'application/json']);
    }
    expect(ran).toEqual([`created ${task}`]);
  });

  test('an event nobody handles is 204, one whose handler throws is 500', async () => {
    const { send } = setUp(driver);
    const path = '/taskrouter/events';
    for (const [type, status] of [
      ['worker.created', 204],
      ['task.canceled', 500],
    ] as const) {
      const signed = eventRequest({ url: BASE + path, authToken: TOKEN, type });
      expect((await send({ path, headers: signed.headers, body: signed.body })).status).toBe(status);
    }
  });

  test('a handler that throws is 500, and the fallback request runs it again', async () => {
    let runs = 0;
    const { send } = setUp(driver, {}, (router) =>
      router.onAssignment({ queue: sid('WQ', 9) }, () => {
        runs++;
        if (runs === 1) throw new Error('first time');
        return accept();
      }),
    );
    const fields = {
      TaskQueueSid: sid('WQ', 9),
      AccountSid: sid('AC'),
      ReservationSid: sid('WR'),
      TaskSid: sid('WT'),
      WorkerSid: sid('WK'),
      WorkflowSid: sid('WW'),
      WorkspaceSid: sid('WS'),
    };
    const got = await send(assignment({ fields }));
    expect([got.status, problemOf(got).code]).toEqual([500, 'handler-failed']);
    const again = await send(assignment({ fields }, '/taskrouter/assignment/fallback'));
    expect([again.status, again.body, runs]).toEqual([200, '{"instruction":"accept"}', 2]);
  });

  test('a token that is being replaced: both are taken', async () => {
    const { send } = setUp(driver, { authToken: ['old-token', TOKEN] });
    expect((await send(assignment())).status).toBe(200);
    expect((await send(assignment({ authToken: 'old-token' }))).status).toBe(200);
    expect((await send(assignment({ authToken: 'third-token' }))).status).toBe(403);
  });

  test('a token function is asked by AccountSid; one that fails makes 503', async () => {
    const known = sid('AC', 7);
    const authToken = async (accountSid: string) => {
      if (accountSid === sid('AC', 8)) throw new Error('vault is down');
      return accountSid === known ? TOKEN : undefined;
    };
    const { send } = setUp(driver, { authToken });
    expect((await send(assignment({ fields: { AccountSid: known } }))).status).toBe(200);
    expect((await send(assignment({ fields: { AccountSid: sid('AC', 6) } }))).status).toBe(403);
    expect((await send(assignment({ fields: { AccountSid: sid('AC', 8) } }))).status).toBe(503);
  });

  test('made-up accounts: 50 look-ups at once, 503 beyond; a verified account goes on', async () => {
    const real = sid('AC', 7);
    const waiting: Array<() => void> = [];
    const authToken = (accountSid: string) =>
      accountSid === real
        ? TOKEN
        : new Promise<undefined>((resolve) => waiting.push(() => resolve(undefined)));
    const { send } = setUp(driver, { authToken });
    expect((await send(assignment({ fields: { AccountSid: real } }))).status).toBe(200);
    const flood = Array.from({ length: 50 }, (_, n) =>
      send(assignment({ fields: { AccountSid: sid('AC', 100 + n) } })),
    );
    await expect.poll(() => waiting.length).toBe(50);
    const beyond = await send(assignment({ fields: { AccountSid: sid('AC', 999) } }));
    expect([beyond.status, problemOf(beyond).code]).toEqual([503, 'too-many-lookups']);
    expect((await send(assignment({ fields: { AccountSid: real } }))).status).toBe(200);
    for (const answer of waiting) answer();
    expect(new Set((await Promise.all(flood)).map(({ status }) => status))).toEqual(new Set([403]));
  });
});
