import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import express from 'express';
import express4 from 'express4';
import {
  accept,
  type CallbackOutcome,
  createTaskRouter,
  defer,
  type TaskRouter,
  type TaskRouterOptions,
} from 'taskrouter-kit';
import { assignmentRequest } from 'taskrouter-kit/testing';
import { afterEach, describe, expect, test } from 'vitest';

const BASE = 'https://hooks.example.com';
const TOKEN = 'a-test-token';
const silent = { debug() {}, info() {}, warn() {}, error() {} };

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});

function router(options: Partial<TaskRouterOptions> = {}): TaskRouter {
  return createTaskRouter({ authToken: TOKEN, publicUrl: BASE, basePath: '', log: silent, ...options });
}

async function listen(listener: Parameters<typeof createServer>[1]): Promise<number> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

function post(port: number): Promise<Response> {
  const { headers, body } = assignmentRequest({ url: `${BASE}/assignment`, authToken: TOKEN });
  return fetch(`http://127.0.0.1:${port}/assignment`, { method: 'POST', headers, body });
}

const boom = () => {
  throw new Error('boom');
};

/** What on-headers did before 1.1 (compression, morgan, express-session): of a list it expects pairs. */
function pairedWriteHead(response: ServerResponse): void {
  const writeHead = response.writeHead;
  response.writeHead = ((status: number, headers: object) => {
    const entries = Array.isArray(headers)
      ? headers.map(([name, value]) => [name, value])
      : Object.entries(headers);
    for (const [name, value] of entries) response.setHeader(name, value);
    return writeHead.call(response, status);
  }) as typeof response.writeHead;
}

test.each([
  ['Express 5', express],
  ['Express 4', express4],
] as const)('%s: middleware with a writeHead of its own leaves the headers whole', async (_name, make) => {
  const app = make();
  app.use((_request: unknown, response: ServerResponse, next: () => void) => {
    pairedWriteHead(response);
    next();
  });
  app.use(router().otherwise(accept()).express());
  const response = await post(await listen(app));
  expect(response.headers.get('content-type')).toBe('application/json');
  expect(response.headers.get('content-length')).toBe('24');
  expect(await response.json()).toEqual({ instruction: 'accept' });
});

describe.each([
  ['a fixed instruction', accept()],
  ['an async handler', async () => accept()],
] as const)('%s', (_name, handler) => {
  test.each(['writeHead', 'end'] as const)(
    'an answer that %s refuses ends the connection, told once',
    async (method) => {
      const outcomes: CallbackOutcome[] = [];
      const errors: string[] = [];
      const log = { ...silent, error: (_fields: object, message: string) => errors.push(message) };
      const listener = router({ log })
        .otherwise(handler)
        .onOutcome((outcome) => outcomes.push(outcome))
        .node();
      const port = await listen((request, response) => {
        response[method] = boom;
        listener(request, response);
      });
      await expect(post(port)).rejects.toThrow();
      expect(outcomes.map(({ status }) => status)).toEqual([200]);
      expect(errors).toEqual(['The answer of a callback could not be written']);
    },
  );

  test('an onOutcome listener that rejects is logged, and the process goes on', async () => {
    const errors: string[] = [];
    const log = { ...silent, error: (_fields: object, message: string) => errors.push(message) };
    const listener = router({ log })
      .otherwise(handler)
      .onOutcome(async () => boom())
      .node();
    expect((await post(await listen(listener))).status).toBe(200);
    await expect.poll(() => errors).toEqual(['An onOutcome listener failed']);
  });

  test('a logger that throws costs no answer', async () => {
    const listener = router({ log: { debug: boom, info: boom, warn: boom, error: boom } })
      .otherwise(handler)
      .onOutcome(boom)
      .node();
    expect((await post(await listen(listener))).status).toBe(200);
  });
});

test('what a handler returns need not be a promise of the language: then() is enough', async () => {
  const thenable = {
    // biome-ignore lint/suspicious/noThenProperty: query builders and other realms make such
    then(resolve: (decision: unknown) => void) {
      resolve(accept());
    },
  };
  const listener = router()
    .otherwise(() => thenable as never)
    .node();
  expect(await (await post(await listen(listener))).json()).toEqual({ instruction: 'accept' });
});

test('fetch: a body somebody else holds is answered 500, not waited for', async () => {
  const handle = router().otherwise(accept()).fetch();
  const request = new Request(
    `${BASE}/assignment`,
    assignmentRequest({ url: `${BASE}/assignment`, authToken: TOKEN }),
  );
  request.body?.getReader();
  const response = await handle(request);
  expect(response.status).toBe(500);
  expect(await response.json()).toMatchObject({ code: 'body-consumed' });
});

test('what came of a body that took too long is let go, while its connection stays open', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const held = () => {
    collect();
    return process.memoryUsage().arrayBuffers;
  };
  const reasons: Array<string | undefined> = [];
  const listener = router({ deadlineMs: 3_000 })
    .otherwise(defer())
    .onOutcome(({ reason }) => reasons.push(reason))
    .node();
  const port = await listen(listener);
  const before = held();
  const head =
    'POST /assignment HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n' +
    `X-Twilio-Signature: ${'A'.repeat(27)}=\r\nContent-Length: 250000\r\n\r\n`;
  const sockets = Array.from({ length: 60 }, () => {
    const socket = connect(port, '127.0.0.1').on('error', () => {});
    socket.write(head + 'a'.repeat(240_000));
    return socket;
  });
  await expect.poll(() => held() - before, { timeout: 2_800 }).toBeGreaterThan(10_000_000);
  await expect.poll(() => reasons.length, { timeout: 5_000 }).toBe(60);
  expect(new Set(reasons)).toEqual(new Set(['body-slow']));
  await expect.poll(() => held() - before, { timeout: 2_000 }).toBeLessThan(2_000_000);
  expect(sockets.every(({ destroyed }) => !destroyed)).toBe(true);
  for (const socket of sockets) socket.destroy();
});
