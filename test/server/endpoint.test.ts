import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { accept, defer, defineAssignment, defineEvent, defineOtherwise } from 'taskrouter-kit';
import { assignmentRequest, eventRequest } from 'taskrouter-kit/testing';
import { describe, expect, onTestFinished, test } from 'vitest';
import { callback, reservation, TOKEN } from './endpoint-process.js';
import { metric, startHere } from './in-process.js';

const handlers = [
  defineAssignment({ name: 'chat', where: ({ task }) => task.attributes.type === 'chat' }, accept()),
  defineAssignment({ name: 'broken', where: ({ task }) => task.attributes.type === 'broken' }, () => {
    throw new Error('broken');
  }),
  defineEvent('task.created', () => {}),
  defineOtherwise(defer()),
];

describe('health', () => {
  test('says that it lives and is ready, and where runs are recorded', async () => {
    const { url } = await startHere();
    const health = await fetch(`${url}/healthz`);
    expect([health.status, await health.json()]).toEqual([200, { status: 'ok' }]);
    const ready = await fetch(`${url}/readyz`);
    expect([ready.status, await ready.json()]).toEqual([200, { status: 'ready', store: 'memory' }]);
  });

  test('and metrics move to ADMIN_PORT where that is set', async () => {
    const { url, adminUrl } = await startHere({ ADMIN_PORT: '0' });
    expect(adminUrl).not.toBe(url);
    for (const path of ['/healthz', '/readyz', '/metrics']) {
      expect((await fetch(adminUrl + path)).status).toBe(200);
      expect((await fetch(url + path)).status).toBe(404);
    }
    expect((await callback(url, reservation(0))).status).toBe(200);
    expect((await callback(adminUrl, reservation(0))).status).toBe(404);
  });
});

test('every answer says how long it is, to HTTP/1.0 too', async () => {
  const { url } = await startHere();
  const { hostname, port } = new URL(url);
  for (const path of ['/healthz', '/readyz', '/metrics', '/nothing', '/taskrouter/assignment']) {
    const socket = connect(Number(port), hostname);
    socket.end(`GET ${path} HTTP/1.0\r\n\r\n`);
    const [head = '', ...body] = (await text(socket)).split('\r\n\r\n');
    const said = /^content-length: (\d+)$/im.exec(head)?.[1];
    expect([path, said]).toEqual([path, String(Buffer.byteLength(body.join('\r\n\r\n')))]);
  }
});

test('a path that is nobody’s gets 404 as a problem, and nothing of the server', async () => {
  const { url } = await startHere();
  const response = await fetch(`${url}/taskrouter/nothing`, { method: 'POST' });
  expect(response.status).toBe(404);
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  expect(response.headers.get('x-powered-by')).toBeNull();
});

describe('what Twilio signed', () => {
  const sent = (url: string, signedFor: string, headers: Readonly<Record<string, string>> = {}) => {
    const request = assignmentRequest({
      url: `${signedFor}/taskrouter/assignment`,
      authToken: TOKEN,
      headers,
    });
    return fetch(`${url}/taskrouter/assignment`, request);
  };

  test('is the public URL, where there is one', async () => {
    const { url } = await startHere({ PUBLIC_URL: 'https://hooks.example.com/api' });
    expect((await sent(url, 'https://hooks.example.com/api')).status).toBe(200);
    expect((await sent(url, url)).status).toBe(403);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
  });

  test('is what a trusted proxy says, where there is none', async () => {
    const { url } = await startHere({ TRUST_PROXY: '1' });
    const forwarded = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'hooks.example.com' };
    expect((await sent(url, 'https://hooks.example.com', forwarded)).status).toBe(200);
  });

  test('is not what anybody says who is no trusted proxy', async () => {
    const { url } = await startHere();
    const forwarded = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'hooks.example.com' };
    expect((await sent(url, 'https://hooks.example.com', forwarded)).status).toBe(403);
    expect((await sent(url, url)).status).toBe(200);
  });
});

describe('metrics and the log', () => {
  test('tell each callback with its handler, verdict, status and instruction', async () => {
    const endpoint = await startHere({}, handlers);
    const { url, lines } = endpoint;
    const chat = assignmentRequest({
      url: `${url}/taskrouter/assignment`,
      authToken: TOKEN,
      task: { type: 'chat' },
    });
    await fetch(chat.url, chat);
    await fetch(chat.url, chat);
    const broken = assignmentRequest({
      url: `${url}/taskrouter/assignment/fallback`,
      authToken: TOKEN,
      task: { type: 'broken' },
    });
    await fetch(broken.url, broken);
    const event = eventRequest({ url: `${url}/taskrouter/events`, authToken: TOKEN, type: 'task.created' });
    await fetch(event.url, event);
    const forged = assignmentRequest({ url: `${url}/taskrouter/assignment`, authToken: 'another' });
    await fetch(forged.url, forged);

    const count = (labels: string) => metric(endpoint, `taskrouter_callbacks_total{${labels}}`);
    const ran = 'route="assignment",verdict="ran",status="200",handler="chat",instruction="accept"';
    expect(await count(ran)).toBe(1);
    const replayed = 'route="assignment",verdict="replayed",status="200",handler="",instruction="accept"';
    expect(await count(replayed)).toBe(1);
    const failed = 'route="fallback",verdict="failed",status="500",handler="broken",instruction=""';
    expect(await count(failed)).toBe(1);
    expect(await count('route="events",verdict="ran",status="204",handler="",instruction=""')).toBe(1);
    expect(await metric(endpoint, 'taskrouter_signature_failures_total{reason="signature-mismatch"}')).toBe(
      1,
    );
    expect(
      await metric(endpoint, 'taskrouter_idempotency_results_total{status="answered",verdict="replayed"}'),
    ).toBe(1);
    expect(
      await metric(endpoint, 'taskrouter_callback_duration_seconds_count{route="assignment",handler="chat"}'),
    ).toBe(1);
    expect(await metric(endpoint, 'taskrouter_store_up')).toBe(1);
    expect(await metric(endpoint, 'taskrouter_callbacks_in_flight')).toBe(0);
    expect(await metric(endpoint, 'process_start_time_seconds')).toBeGreaterThan(0);

    const told = lines.filter(({ message }) => message === 'callback');
    expect(told).toHaveLength(5);
    expect(told[0]).toMatchObject({
      level: 'info',
      fields: {
        route: 'assignment',
        verdict: 'ran',
        status: 200,
        handler: 'chat',
        instruction: 'accept',
        ms: expect.any(Number),
        reservationSid: chat.fields.ReservationSid,
        taskSid: chat.fields.TaskSid,
        workerSid: chat.fields.WorkerSid,
      },
    });
  });
});

test('a request whose body is still on its way when the endpoint stops gets an answer, not a cut', async () => {
  const { url, close } = await startHere();
  const { headers, body } = assignmentRequest({ url: `${url}/taskrouter/assignment`, authToken: TOKEN });
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  const head = Object.entries({ ...headers, host: new URL(url).host, 'content-length': body.length });
  socket.write(`POST /taskrouter/assignment HTTP/1.1\r\n`);
  socket.write(`${head.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body.slice(0, 100)}`);
  await sleep(50);
  const closed = close();
  await sleep(50);
  socket.write(body.slice(100));
  const answer = await text(socket);
  expect(answer).toMatch(/^HTTP\/1\.1 503 .*shutting-down/s);
  expect(await closed).toEqual({ open: [], clean: true });
});

describe('the start', () => {
  test('says in one line which policies hold, without a secret', async () => {
    const { lines } = await startHere({ PUBLIC_URL: 'https://user:hush@hooks.example.com/api' });
    const line = lines.find(({ message }) => message === 'endpoint ready');
    expect(line?.fields).toMatchObject({
      publicUrl: 'https://hooks.example.com/api',
      store: 'memory',
      deadlineMs: 4_000,
      onDeadline: 'fail',
      onStoreError: 'continue',
      tokens: 1,
    });
    expect(JSON.stringify(line)).not.toMatch(new RegExp(`hush|${TOKEN}`));
  });

  test('warns in production when signatures will fail behind a proxy', async () => {
    const warned = async (env: Readonly<Record<string, string>>) => {
      const { lines } = await startHere({ NODE_ENV: 'production', ...env });
      return lines.some(({ level, message }) => level === 'warn' && message.startsWith('Neither PUBLIC_URL'));
    };
    expect(await warned({})).toBe(true);
    expect(await warned({ TRUST_PROXY: '1' })).toBe(false);
    expect(await warned({ PUBLIC_URL: 'https://hooks.example.com' })).toBe(false);
  });

  test('refuses a port that is taken, and says which variable to change', async () => {
    const { url } = await startHere();
    await expect(startHere({ PORT: new URL(url).port })).rejects.toThrow(/EADDRINUSE.*set PORT/);
  });

  test('refuses handlers that cannot be registered', async () => {
    const twice = [defineOtherwise(defer()), defineOtherwise(defer())];
    await expect(startHere({}, twice)).rejects.toThrow(/otherwise is registered twice/);
  });
});
