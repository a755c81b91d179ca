import { createServer } from 'node:http';
import express, { type RequestHandler } from 'express';
import request from 'supertest';
import { accept, createTaskRouter, defer, type TaskRouterOptions } from 'taskrouter-kit';
import { assignmentRequest } from 'taskrouter-kit/testing';
import { describe, expect, test } from 'vitest';

const TOKEN = 'token';
const BASE = 'https://hooks.example.com';
const silent = { debug() {}, info() {}, warn() {}, error() {} };

function middleware(options: Partial<TaskRouterOptions> = {}) {
  return createTaskRouter({ authToken: TOKEN, publicUrl: BASE, log: silent, ...options })
    .onAssignment(accept())
    .otherwise(defer())
    .express();
}

/** Posts a callback signed for `url` to the path the app listens on. */
function post(
  app: express.Express,
  url: string,
  path = new URL(url).pathname,
  fields: Record<string, string> = {},
) {
  const { headers, body } = assignmentRequest({ url, authToken: TOKEN, task: { note: 'a+b ü' }, fields });
  return request(app).post(path).set(headers).send(body);
}

const URL_OF = `${BASE}/taskrouter/assignment`;

/** Reads the stream to its end and keeps nothing. */
const consume: RequestHandler = (incoming, _response, next) => {
  incoming.resume().on('end', () => next());
};

describe('behind a body parser', () => {
  test.each<[string, RequestHandler]>([
    ['express.json()', express.json()],
    ['express.urlencoded({ extended: false })', express.urlencoded({ extended: false })],
    ['express.urlencoded({ extended: true })', express.urlencoded({ extended: true })],
    ['express.raw()', express.raw({ type: () => true })],
    ['express.text()', express.text({ type: () => true })],
  ])('%s a callback is answered, odd keys and repeats included', async (_name, parser) => {
    const app = express().use(parser).use('/taskrouter', middleware());
    const odd = { 'A[b]': 'x', 'A[c]': ' y ', 'list[]': '1', Empty: '' };
    expect((await post(app, URL_OF)).body).toEqual({ instruction: 'accept' });
    if (_name.includes('extended: true')) {
      // qs drops the brackets of a list: what it made cannot be told from `list=1`.
      const { 'list[]': _list, ...tellable } = odd;
      expect((await post(app, URL_OF, undefined, tellable)).status).toBe(200);
    } else {
      expect((await post(app, URL_OF, undefined, odd)).status).toBe(200);
    }
  });

  test.each(['json', 'urlencoded'] as const)('mounted before express.%s() as well', async (parser) => {
    const app = express().use('/taskrouter', middleware()).use(express[parser]());
    expect((await post(app, URL_OF)).status).toBe(200);
  });

  test('that kept req.rawBody, the raw body counts', async () => {
    const keep = express.urlencoded({
      extended: true,
      verify: (incoming, _response, bytes) => {
        (incoming as typeof incoming & { rawBody: Buffer }).rawBody = bytes;
      },
    });
    const app = express().use(keep).use('/taskrouter', middleware());
    expect((await post(app, URL_OF, undefined, { 'list[]': '1' })).status).toBe(200);
  });

  test('a stream that something consumed is answered at once, naming the order of middleware', async () => {
    const app = express().use(consume).use('/taskrouter', middleware());
    const response = await post(app, URL_OF);
    expect([response.status, response.body.code]).toEqual([500, 'body-consumed']);
    expect(response.body.detail).toMatch(/Mount the router before that middleware/);
  });
});

describe('the signed URL', () => {
  test('a proxy that strips the prefix of the public URL, and one that keeps it', async () => {
    const publicUrl = 'https://hooks.example.com/api';
    const signed = 'https://hooks.example.com/api/taskrouter/assignment';
    const stripped = express().use('/taskrouter', middleware({ publicUrl }));
    expect((await post(stripped, signed, '/taskrouter/assignment')).status).toBe(200);
    const kept = express().use('/api/taskrouter', middleware({ publicUrl }));
    expect((await post(kept, signed, '/api/taskrouter/assignment')).status).toBe(200);
  });

  test('a query is part of it', async () => {
    const app = express().use('/taskrouter', middleware());
    expect((await post(app, `${URL_OF}?a=1&b=x+y%20z`, `/taskrouter/assignment?a=1&b=x+y%20z`)).status).toBe(
      200,
    );
  });

  test("without publicUrl it is Express' own view: forwarding headers count behind a trusted proxy alone", async () => {
    const make = (trust: boolean) => {
      const app = express();
      if (trust) app.set('trust proxy', 'loopback');
      return app.use('/taskrouter', middleware({ publicUrl: undefined }));
    };
    const forwarded = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'hooks.example.com' };
    expect((await post(make(true), URL_OF).set(forwarded)).status).toBe(200);
    expect((await post(make(false), URL_OF).set(forwarded)).status).toBe(403);
    expect(
      (await post(make(true), URL_OF).set('host', 'hooks.example.com').set('x-forwarded-proto', 'https'))
        .status,
    ).toBe(200);
    expect(
      (await post(make(false), 'http://inner.example/taskrouter/assignment').set('host', 'inner.example'))
        .status,
    ).toBe(200);
  });

  test('under node() without publicUrl it is the scheme of the socket and the Host header', async () => {
    const router = createTaskRouter({ authToken: TOKEN, log: silent }).otherwise(defer());
    const signed = assignmentRequest({ url: 'http://inner.example/taskrouter/assignment', authToken: TOKEN });
    const response = await request(createServer(router.node()))
      .post('/taskrouter/assignment')
      .set(signed.headers)
      .set('host', 'inner.example')
      .send(signed.body);
    expect(response.status).toBe(200);
  });
});

test('a path that is not ours goes on to the app', async () => {
  const app = express().use('/taskrouter', middleware());
  app.get('/taskrouter/other', (_request, response) => {
    response.send('mine');
  });
  expect((await request(app).get('/taskrouter/other')).text).toBe('mine');
});
