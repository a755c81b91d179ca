import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import express4 from 'express4';
import supertest from 'supertest';
import { accept, ConfigurationError, createTaskRouter, defer, expressServerOptions } from 'taskrouter-kit';
import { assignmentRequest } from 'taskrouter-kit/testing';
import { describe, expect, onTestFinished, test } from 'vitest';

const authToken = 'token';
const publicUrl = 'https://hooks.example.com';

describe.each([
  ['5', express],
  ['4', express4 as unknown as typeof express],
])('an Express %s app on a server with expressServerOptions', (_version, framework) => {
  async function start() {
    const app = framework();
    const taskRouter = createTaskRouter({ authToken, publicUrl }).onAssignment(accept()).otherwise(defer());
    Object.assign(app.request, { before: () => 'added before' });
    const server = createServer(expressServerOptions(app), app);
    Object.assign(app.response, { after: () => 'added after' });
    app.use('/taskrouter', taskRouter.express());
    app.get('/:name', (request, response) => {
      const { before } = request as unknown as { before(): string };
      const { after } = response as unknown as { after(): string };
      response.json([request.params.name, request.get('x-header'), request.app === app, before(), after()]);
    });
    server.listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    return { app, server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
  }

  test('gets requests and responses whose prototypes it need not change', async () => {
    const { app, server, url } = await start();
    const born: boolean[] = [];
    server.prependListener('request', (request, response) => {
      born.push(Object.getPrototypeOf(request) === app.request);
      born.push(Object.getPrototypeOf(response) === app.response);
    });
    await fetch(`${url}/a`);
    expect(born).toEqual([true, true]);
  });

  test('works as before, with what was added to its requests and responses', async () => {
    const { url } = await start();
    const answer = await fetch(`${url}/a`, { headers: { 'x-header': 'value' } });
    expect(await answer.json()).toEqual(['a', 'value', true, 'added before', 'added after']);
    expect((await fetch(`${url}/a/b`)).status).toBe(404);
  });

  test('shares what is added later with apps mounted before, and keeps its own where it is mounted itself', async () => {
    const [outer, app, inner] = [framework(), framework(), framework()];
    Object.assign(app.request, { kept: 'kept' });
    app.use('/inner', inner);
    expressServerOptions(app);
    Object.assign(app.request, { later: 'added later' });
    outer.use('/app', app);
    const answer: express.RequestHandler = (request, response) => {
      const { kept, later } = request as unknown as Record<string, string>;
      response.json([kept, later, request.app === inner, request.app === app]);
    };
    inner.get('/', answer);
    app.get('/', answer);
    const { body: seenInside } = await supertest(outer).get('/app/inner');
    expect(seenInside).toEqual(['kept', 'added later', true, false]);
    expect((await supertest(outer).get('/app')).body).toEqual(['kept', 'added later', false, true]);
  });

  test('answers callbacks', async () => {
    const { url } = await start();
    const callback = assignmentRequest({ url: `${publicUrl}/taskrouter/assignment`, authToken });
    const answer = await fetch(`${url}/taskrouter/assignment`, callback);
    expect([answer.status, await answer.text()]).toEqual([200, '{"instruction":"accept"}']);
  });
});

test('refuses what is not an Express app', () => {
  expect(() => expressServerOptions({} as express.Express)).toThrow(ConfigurationError);
  expect(() => expressServerOptions(undefined as never)).toThrow(/pass the Express app/);
});
