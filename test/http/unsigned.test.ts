import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import express from 'express';
import { createTaskRouter, defer, signRequest, type TaskRouterOptions } from 'taskrouter-kit';
import { assignmentRequest, sid } from 'taskrouter-kit/testing';
import { afterEach, describe, expect, test } from 'vitest';
import { heldBytes, MAX_UNFINISHED_BYTES } from '../../src/http/unfinished-bodies.js';

const BASE = 'https://hooks.example.com';
const PATH = '/taskrouter/assignment';
const TOKEN = 'a-test-token';
const FORM = 'Content-Type: application/x-www-form-urlencoded';
const WRONG = `X-Twilio-Signature: ${'A'.repeat(27)}=`;

const servers: Server[] = [];
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const server of servers.splice(0)) server.close().closeAllConnections();
  // The bodies that were open have been let go: nothing is counted for ever.
  await expect.poll(heldBytes).toBe(0);
});

async function listen(
  options: Partial<TaskRouterOptions> = {},
  how: 'node' | 'express' = 'node',
): Promise<number> {
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  const router = createTaskRouter({ authToken: TOKEN, publicUrl: BASE, log, ...options }).otherwise(defer());
  const server = createServer(
    how === 'node' ? router.node() : express().use('/taskrouter', router.express()),
  );
  servers.push(server);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return (server.address() as AddressInfo).port;
}

/** Sends bytes as they are, and resolves with the first answer as soon as its head and body are there. */
async function exchange(
  port: number,
  text: string,
): Promise<{ status: number; code: string | undefined; head: string }> {
  const socket = connect(port, '127.0.0.1');
  sockets.push(socket);
  socket.write(text);
  let got = '';
  for await (const chunk of socket) {
    got += String(chunk);
    const answers = got.split(/(?=HTTP\/1\.1 [2-5])/).filter((part) => /^HTTP\/1\.1 [2-5]/.test(part));
    const [head, body = ''] = answers[0]?.split('\r\n\r\n') ?? [];
    if (head !== undefined && (body.endsWith('}') || /content-length: 0/i.test(head))) {
      return { status: Number(head.slice(9, 12)), code: /"code":"([\w-]+)"/.exec(body)?.[1], head: got };
    }
  }
  throw new Error(`The connection ended: ${got}`);
}

const head = (...headers: string[]) => [`POST ${PATH} HTTP/1.1`, ...headers, '', ''].join('\r\n');

function signed(path = PATH, base = BASE) {
  return assignmentRequest({ url: base + path, authToken: TOKEN });
}

describe('a request whose signature header has not the form of one', () => {
  const forms: ReadonlyArray<readonly [string, readonly string[], string]> = [
    ['none', [], 'missing-signature'],
    ['an empty one', ['X-Twilio-Signature:'], 'missing-signature'],
    ['a short one', ['X-Twilio-Signature: abc='], 'malformed-signature'],
    ['two', [WRONG, WRONG], 'malformed-signature'],
  ];
  const bodies: ReadonlyArray<readonly [string, readonly string[], string]> = [
    ['half a body', ['Content-Length: 100'], 'a=1'],
    ['a chunked body without end', ['Transfer-Encoding: chunked'], '3\r\na=1\r\n'],
    ['a body that waits for 100 Continue', ['Content-Length: 100', 'Expect: 100-continue'], ''],
  ];
  for (const [what, headers, code] of forms) {
    test.each(bodies)(
      `${what}: 403 at once, with %s, and no look-up of tokens`,
      async (_body, more, body) => {
        let asked = 0;
        const port = await listen({
          authToken: async () => {
            asked += 1;
            return TOKEN;
          },
        });
        const got = await exchange(port, head('Host: x', FORM, ...headers, ...more) + body);
        expect([got.status, got.code, asked]).toEqual([403, code, 0]);
      },
    );
  }

  test('the same through fetch(): the body is never read', async () => {
    const router = createTaskRouter({ authToken: TOKEN, publicUrl: BASE }).otherwise(defer());
    const body = new ReadableStream(
      {
        pull() {
          throw new Error('somebody read it');
        },
      },
      { highWaterMark: 0 },
    );
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const init = { method: 'POST', headers, body, duplex: 'half' } as RequestInit;
    expect((await router.fetch()(new Request(BASE + PATH, init))).status).toBe(403);
  });
});

describe('genuine callbacks in odd packets are answered', () => {
  test.each([
    ['in one piece', (body: string) => [`Content-Length: ${body.length}`, body]],
    [
      'chunked',
      (body: string) => ['Transfer-Encoding: chunked', `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`],
    ],
    [
      'after 100 Continue',
      (body: string) => [`Content-Length: ${body.length}\r\nExpect: 100-continue`, body],
    ],
  ])('%s', async (_what, send) => {
    const port = await listen();
    const { headers, body } = signed();
    const [length, bytes] = send(body);
    const text = head('Host: x', FORM, `X-Twilio-Signature: ${headers['x-twilio-signature']}`, length!);
    expect((await exchange(port, text + bytes)).status).toBe(200);
  });

  test('HTTP/1.0 without Host, where publicUrl says what was called', async () => {
    const port = await listen();
    const { headers, body } = signed();
    const lines = [
      FORM,
      `X-Twilio-Signature: ${headers['x-twilio-signature']}`,
      `Content-Length: ${body.length}`,
    ];
    const text = [`POST ${PATH} HTTP/1.0`, ...lines, '', body].join('\r\n');
    expect((await exchange(port, text)).status).toBe(200);
  });
});

describe.each(['node', 'express'] as const)('the Host header, through %s', (how) => {
  test('two are 400, whatever they say and however they are written', async () => {
    for (const options of [{}, { publicUrl: undefined }]) {
      const port = await listen(options, how);
      for (const second of ['Host: x', 'HOST: y']) {
        const got = await exchange(port, head('Host: x', second, FORM, WRONG, 'Content-Length: 0'));
        expect([got.status, got.code]).toEqual([400, 'bad-host']);
      }
    }
  });

  test('one that is more than a host is 400 where the URL is made of it, and of no account elsewhere', async () => {
    const asHost = await listen({ publicUrl: undefined }, how);
    const aside = await listen({}, how);
    for (const host of ['u:p@h', 'h/x?AccountSid', 'h#', 'a b']) {
      const text = head(`Host: ${host}`, FORM, WRONG, 'Content-Length: 0');
      expect((await exchange(asHost, text)).code).toBe('bad-host');
      expect((await exchange(aside, text)).code).toBe('signature-mismatch');
    }
  });

  test.each(['localhost', '127.0.0.1:3000', '[::1]:3000', 'under_score.example.com'])(
    'a callback to %s is answered without publicUrl',
    async (host) => {
      const port = await listen({ publicUrl: undefined }, how);
      const { headers, body } = signed(PATH, `http://${host}`);
      const more = [`X-Twilio-Signature: ${headers['x-twilio-signature']}`, `Content-Length: ${body.length}`];
      expect((await exchange(port, head(`Host: ${host}`, FORM, ...more) + body)).status).toBe(200);
    },
  );

  test('a text of a customer cannot be made the host of another callback', async () => {
    // A signed request to some other URL of the account, whose body holds a whole callback.
    const forged = assignmentRequest({
      url: 'unused',
      authToken: TOKEN,
      fields: { WorkerAttributes: undefined },
    });
    const pairs = Object.entries(forged.fields).sort(([a], [b]) => (a < b ? -1 : 1));
    const tail = pairs.flat().join('');
    const url = 'http://h/sms';
    const params = { Body: `${PATH}${tail}` };
    const signature = signRequest({ url, params, authToken: TOKEN });
    const port = await listen({ publicUrl: undefined }, how);
    const body = new URLSearchParams(pairs).toString();
    const more = [`X-Twilio-Signature: ${signature}`, `Content-Length: ${body.length}`];
    expect((await exchange(port, head('Host: h/smsBody', FORM, ...more) + body)).code).toBe('bad-host');
  });
});

test('beyond 32 MiB of unfinished bodies the oldest are cut with 503, and callbacks go on', async () => {
  const port = await listen();
  const size = 200 * 1024;
  const count = Math.ceil(MAX_UNFINISHED_BYTES / size) + 20;
  const half = head('Host: x', FORM, WRONG, `Content-Length: ${size + 1}`) + 'a'.repeat(size);
  const first = exchange(port, half);
  const open: Socket[] = [];
  for (let index = 0; index < count; index++) {
    const socket = connect(port, '127.0.0.1').on('error', () => {});
    sockets.push(socket);
    open.push(socket);
    socket.write(half);
  }
  expect(await first).toMatchObject({ status: 503, code: 'body-crowded' });
  expect(heldBytes()).toBeLessThanOrEqual(MAX_UNFINISHED_BYTES);
  const { headers, body } = signed();
  const more = [`X-Twilio-Signature: ${headers['x-twilio-signature']}`, `Content-Length: ${body.length}`];
  expect((await exchange(port, head('Host: x', FORM, ...more) + body)).status).toBe(200);
  expect(open.every((socket) => !socket.destroyed)).toBe(true);
});

test('a forged body at the limit is refused in little time, explained or not', async () => {
  const port = await listen({ explainMismatch: true });
  const body = Array.from({ length: 30 }, (_, index) => `p${index}=${'+%25a'.repeat(1_700)}`).join('&');
  const text = head('Host: x', FORM, WRONG, `Content-Length: ${body.length}`) + body;
  await exchange(port, text);
  const began = process.cpuUsage();
  for (let index = 0; index < 5; index++)
    expect((await exchange(port, text)).code).toBe('signature-mismatch');
  const { user, system } = process.cpuUsage(began);
  // Sender and receiver together; with every form of the URL and an explanation it is hundreds.
  expect((user + system) / 5_000).toBeLessThan(60);
});

test('accounts: a pair that is not listed is 403, for assignments and events alike', async () => {
  const [one, other] = [sid('AC'), sid('AC')];
  const workspace = sid('WS');
  const router = createTaskRouter({ authToken: TOKEN, publicUrl: BASE, accounts: { [one]: [workspace] } });
  let ran = 0;
  router.onEvent('task.created', () => void ran++).otherwise(defer());
  const handle = router.fetch({ waitUntil: () => {} });
  const { eventRequest } = await import('taskrouter-kit/testing');
  const answerTo = async (fields: Record<string, string>) => {
    const url = BASE + PATH;
    const event = { url: `${BASE}/taskrouter/events`, authToken: TOKEN, type: 'task.created', fields };
    const assignment = assignmentRequest({ url, authToken: TOKEN, fields });
    const answers = [await handle(new Request(url, assignment))];
    const sent = eventRequest(event);
    answers.push(await handle(new Request(sent.url, sent)));
    return answers.map(({ status }) => status);
  };
  expect(await answerTo({ AccountSid: one, WorkspaceSid: workspace })).toEqual([200, 204]);
  expect(await answerTo({ AccountSid: other, WorkspaceSid: workspace })).toEqual([403, 403]);
  expect(await answerTo({ AccountSid: one, WorkspaceSid: sid('WS') })).toEqual([403, 403]);
  expect(ran).toBe(1);
});

test.each([
  [{}, /lists no account/],
  [{ AC1: [sid('WS')] }, /not an AccountSid \("AC1"\)/],
  [{ [sid('AC')]: [] }, /must list the workspaces/],
  [{ [sid('AC')]: sid('WS') }, /must list the workspaces/],
  [{ [sid('AC')]: ['WS1'] }, /not a WorkspaceSid .*\("WS1"\)/],
  [[], /must be an object/],
])('accounts of a wrong form end the start: %j', (accounts, message) => {
  expect(() => createTaskRouter({ authToken: TOKEN, accounts: accounts as never })).toThrow(message);
});
