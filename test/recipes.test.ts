import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { accept, createTaskRouter, defer, type TaskRouter } from 'taskrouter-kit';
import { assignmentRequest, type SignedRequest, sid } from 'taskrouter-kit/testing';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { buildServer as inFrontOfExpress } from '../examples/recipes/express.js';
import { buildServer } from '../examples/recipes/fastify.js';
import '../examples/recipes/handler.test.js';
import { buildApp } from '../examples/recipes/hono.js';
import { lambdaHandler } from '../examples/recipes/lambda.js';
import { routerFor } from '../examples/recipes/two-accounts.js';

const authToken = 'f'.repeat(32);
const publicUrl = 'https://hooks.example.com';
const url = `${publicUrl}/taskrouter/assignment`;
const router = () =>
  createTaskRouter({ authToken, publicUrl })
    .onAssignment({ where: ({ task }) => task.attributes.type === 'chat' }, accept())
    .otherwise(defer());
const genuine = assignmentRequest({ url, authToken, task: { type: 'chat', text: 'a b+c & "ü"' } });
const forged = assignmentRequest({ url, authToken: 'e'.repeat(32), task: { type: 'chat' } });

/** What each recipe must do: answer a genuine callback, and refuse a forged one. */
async function check(answer: (request: SignedRequest) => Promise<{ status: number; body: string }>) {
  expect(await answer(genuine)).toEqual({ status: 200, body: '{"instruction":"accept"}' });
  expect(await answer(forged)).toMatchObject({ status: 403 });
}
const read = async (response: Response) => ({ status: response.status, body: await response.text() });

describe('the recipes answer genuine callbacks and refuse forged ones', () => {
  test('in front of Express, which gets every other request', async () => {
    const app = express().use((request, response) => void response.send(`the app at ${request.path}`));
    const server = inFrontOfExpress(router(), app).listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    await check(async (request) => read(await fetch(`${base}/taskrouter/assignment`, request)));
    expect(await (await fetch(`${base}/other`)).text()).toBe('the app at /other');
  });

  test('Fastify', async () => {
    const server = buildServer(router());
    onTestFinished(() => server.close());
    server.post('/other', async (request) => request.body);
    const base = await server.listen({ port: 0, host: '127.0.0.1' });
    await check(async (request) => read(await fetch(`${base}/taskrouter/assignment`, request)));
    const json = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"a":1}' };
    expect(await (await fetch(`${base}/other`, json)).json()).toEqual({ a: 1 });
  });

  test('Hono', async () => {
    const app = buildApp(router());
    await check(async (request) => read(await app.request('/taskrouter/assignment', request)));
  });

  test('Next', async () => {
    vi.stubEnv('TWILIO_AUTH_TOKEN', authToken);
    onTestFinished(() => void vi.unstubAllEnvs());
    const { POST } = await import('../examples/recipes/next.js');
    // Next hands on the URL it was called by, which is not the public one.
    await check(async ({ headers, body }) => {
      const request = { method: 'POST', headers, body };
      return read(await POST(new Request('http://localhost:3000/taskrouter/assignment', request)));
    });
  });

  test('Lambda, with a body as text and in base64', async () => {
    const handler = lambdaHandler(router());
    for (const isBase64Encoded of [false, true]) {
      await check(async ({ headers, body }) => {
        const { statusCode, body: answer } = await handler({
          rawPath: '/taskrouter/assignment',
          rawQueryString: '',
          headers: { host: 'abc.lambda-url.eu-central-1.on.aws', ...headers },
          requestContext: { http: { method: 'POST' } },
          body: isBase64Encoded ? Buffer.from(body).toString('base64') : body,
          isBase64Encoded,
        });
        return { status: statusCode, body: answer };
      });
    }
  });

  test('two accounts, each with its own token', async () => {
    const [one, other] = [sid('AC'), sid('AC')];
    const answer = routerFor(
      new Map([
        [one, authToken],
        [other, 'e'.repeat(32)],
      ]),
    ).fetch();
    const status = async (accountSid: string, token: string) => {
      const request = assignmentRequest({ url, authToken: token, fields: { AccountSid: accountSid } });
      return (await answer(new Request(request.url, request))).status;
    };
    expect(await status(one, authToken)).toBe(200);
    expect(await status(other, 'e'.repeat(32))).toBe(200);
    expect(await status(other, authToken)).toBe(403);
    expect(await status(sid('AC'), authToken)).toBe(403);
  });

  test('the migrated handler', async () => {
    vi.stubEnv('TWILIO_AUTH_TOKEN', authToken);
    vi.stubEnv('WRAP_UP', sid('WA', 1));
    vi.stubEnv('OFFLINE', sid('WA', 2));
    onTestFinished(() => void vi.unstubAllEnvs());
    const { app, taskRouter } = (await import('../examples/recipes/migrated.js')) as {
      app: import('express').Express;
      taskRouter: TaskRouter;
    };
    const server = app.listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const call = { call_sid: sid('CA', 1) };
    const send = async (worker: object) => {
      const request = assignmentRequest({ url: `${publicUrl}/assignment`, authToken, task: call, worker });
      return (await fetch(`http://127.0.0.1:${port}/assignment`, request)).json();
    };
    expect(await send({ contact_uri: 'client:alice' })).toMatchObject({ instruction: 'dequeue' });
    expect(await send({})).toEqual({ instruction: 'reject', activity_sid: sid('WA', 2) });
    await taskRouter.close();
  });
});

test('docs/recipes.md shows the code that is tested', () => {
  const page = readFileSync(new URL('../docs/recipes.md', import.meta.url), 'utf8');
  for (const name of [
    'express',
    'fastify',
    'hono',
    'next',
    'lambda',
    'handler.test',
    'migrated',
    'two-accounts',
  ]) {
    const code = readFileSync(new URL(`../examples/recipes/${name}.ts`, import.meta.url), 'utf8');
    expect(page.includes(`\`\`\`ts\n${code}\`\`\``), name).toBe(true);
  }
});
