import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import { describe, expect, inject, test } from 'vitest';
import { freePort } from '../support/redis.js';
import {
  callback,
  type EndpointProcess,
  reservation,
  startProcess,
  TOKEN,
  taskrouter,
  until,
} from './endpoint-process.js';

type Finish = { readonly onTestFinished: (end: () => void) => void };

async function start(
  { onTestFinished }: Finish,
  env: Readonly<Record<string, string>> = {},
): Promise<EndpointProcess> {
  const endpoint = await startProcess(env);
  onTestFinished(() => endpoint.kill('SIGKILL'));
  return endpoint;
}

/** Sends a callback, and waits until its handler runs. */
async function inMidHandler({ url }: EndpointProcess, about: ReturnType<typeof reservation>) {
  const answer = callback(url, about).catch(() => 'cut' as const);
  await until(async () => {
    const metrics = await (await fetch(`${url}/metrics`)).text();
    return metrics.includes('taskrouter_callbacks_in_flight 1');
  });
  return { answer };
}

/** The key of a callback's record in Redis. */
function recordOf({ fields }: ReturnType<typeof reservation>): string {
  return `taskrouter:{assignment:${fields.AccountSid}:${fields.WorkspaceSid}:${fields.ReservationSid}}`;
}

describe.concurrent('a signal', () => {
  test('in mid-handler lets the answer go out and ends with 0', async (test) => {
    const endpoint = await start(test);
    const { answer } = await inMidHandler(endpoint, reservation(700));
    endpoint.kill('SIGTERM');
    expect(await answer).toMatchObject({ status: 200 });
    expect(await endpoint.exited).toBe(0);
  });

  test('makes the endpoint unready at once, while it takes callbacks for SHUTDOWN_DELAY_MS', async (test) => {
    const endpoint = await start(test, { SHUTDOWN_DELAY_MS: '1000' });
    expect((await fetch(`${endpoint.url}/readyz`)).status).toBe(200);
    endpoint.kill('SIGTERM');
    await until(async () => (await fetch(`${endpoint.url}/readyz`)).status === 503);
    const ready = await fetch(`${endpoint.url}/readyz`);
    expect(ready.status).toBe(503);
    expect(await ready.json()).toEqual({ status: 'stopping', store: 'memory' });
    expect(ready.headers.get('connection')).toBe('close');
    expect((await callback(endpoint.url, reservation(0))).status).toBe(200);
    expect(await endpoint.exited).toBe(0);
  });

  test('past the limit answers 503, gives the lease back, logs what was cut and ends with 1', async (test) => {
    const redis = new Redis(inject('redisUrl'));
    test.onTestFinished(() => redis.disconnect());
    const endpoint = await start(test, { SHUTDOWN_TIMEOUT_MS: '300', REDIS_URL: inject('redisUrl') });
    const about = reservation(60_000);
    const { answer } = await inMidHandler(endpoint, about);
    expect(await redis.exists(recordOf(about))).toBe(1);
    endpoint.kill('SIGTERM');
    expect(await answer).toMatchObject({ status: 503, body: expect.stringContaining('shutting-down') });
    expect(await endpoint.exited).toBe(1);
    expect(await redis.exists(recordOf(about))).toBe(0);
    expect(endpoint.log.at(-1)).toMatchObject({
      level: 'error',
      open: [
        `assignment:${about.fields.AccountSid}:${about.fields.WorkspaceSid}:${about.fields.ReservationSid}`,
      ],
    });
  });

  test('the second time ends it at once, with 1', async (test) => {
    const endpoint = await start(test);
    const { answer } = await inMidHandler(endpoint, reservation(60_000));
    endpoint.kill('SIGTERM');
    await until(() => endpoint.log.some(({ msg }) => msg === 'The endpoint is stopping'));
    endpoint.kill('SIGINT');
    expect(await endpoint.exited).toBe(1);
    expect(await answer).toBe('cut');
  });
});

test('a signal while friendly names are looked up: callbacks are answered 503, not reset', async (test) => {
  const port = await freePort();
  let ask = () => {};
  const asked = new Promise<void>((resolve) => {
    ask = resolve;
  });
  // Twilio's API, which takes requests and does not answer.
  const api = createServer(() => ask()).listen(0, '127.0.0.1');
  await once(api, 'listening');
  test.onTestFinished(() => {
    api.close().closeAllConnections();
  });
  const child = taskrouter(['serve'], {
    TWILIO_AUTH_TOKEN: TOKEN,
    TWILIO_ACCOUNT_SID: `AC${'1'.repeat(32)}`,
    TWILIO_WORKSPACE_SID: `WS${'2'.repeat(32)}`,
    TASKROUTER_BASE_URL: `http://127.0.0.1:${(api.address() as AddressInfo).port}`,
    HANDLERS_DIR: fileURLToPath(new URL('fixtures/named', import.meta.url)),
    HOST: '127.0.0.1',
    PORT: String(port),
  });
  test.onTestFinished(() => void child.kill('SIGKILL'));
  await asked;
  const url = `http://127.0.0.1:${port}`;
  expect((await fetch(`${url}/readyz`)).status).toBe(503);
  const waiting = callback(url, reservation(0));
  await until(async () =>
    (await (await fetch(`${url}/metrics`)).text()).includes('taskrouter_callbacks_in_flight 1'),
  );
  child.kill('SIGTERM');
  expect(await waiting).toMatchObject({ status: 503, body: expect.stringContaining('shutting-down') });
  expect((await once(child, 'exit'))[0]).toBe(1);
});

test('a log that nobody reads any more does not keep the endpoint from ending', async (test) => {
  const child = taskrouter(['serve'], { TWILIO_AUTH_TOKEN: TOKEN, HOST: '127.0.0.1', PORT: '0' });
  test.onTestFinished(() => void child.kill('SIGKILL'));
  const [line] = (await once(createInterface({ input: child.stdout! }), 'line')) as [string];
  child.stdout!.pause();
  const { url } = JSON.parse(line) as { url: string };
  // More lines than a pipe holds: whoever flushes them at the end would wait for ever.
  const refused = async () => {
    for (let i = 0; i < 500; i += 1) {
      const { status } = await fetch(`${url}/taskrouter/assignment`, {
        method: 'POST',
        body: new URLSearchParams(),
      });
      expect(status).toBe(403);
    }
  };
  await Promise.all(Array.from({ length: 8 }, refused));
  child.kill('SIGTERM');
  expect((await once(child, 'exit'))[0]).toBe(0);
});

test('an endpoint without a token does not start: 2, and the variable is named', async () => {
  const child = taskrouter(['serve'], { PORT: '0' });
  const [stderr, [code]] = await Promise.all([text(child.stderr!), once(child, 'exit')]);
  expect(code).toBe(2);
  expect(stderr).toMatch(/TWILIO_AUTH_TOKEN is missing\. Set it to/);
});
