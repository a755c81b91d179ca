import { createServer } from 'node:http';
import express from 'express';
import express4 from 'express4';
import request from 'supertest';
import type { TaskRouter } from 'taskrouter-kit';

/** A request to the router under test; the URL it is signed for is `BASE` and the path. */
export interface Sent {
  readonly method?: string;
  /** `/taskrouter/assignment` */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

export interface Got {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

export type Driver = (router: TaskRouter) => (sent: Sent) => Promise<Got>;

/** What Twilio was given in every test that uses a driver. */
export const BASE = 'https://hooks.example.com';

/** supertest, on anything it can listen with. */
function viaHttp(app: Parameters<typeof request>[0]) {
  return async ({ method = 'POST', path, headers = {}, body }: Sent): Promise<Got> => {
    const sending = request(app)
      [method.toLowerCase() as 'post'](path)
      .buffer(true)
      .parse((response, done) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(Buffer.from(chunk)));
        response.on('end', () => done(null, Buffer.concat(chunks).toString()));
      })
      .set(headers);
    const response = await (body === undefined
      ? sending
      : sending.serialize((text) => text as never).send(body));
    return { status: response.status, headers: response.headers, body: response.body as string };
  };
}

export const drivers: Readonly<Record<string, Driver>> = {
  'Express 5': (router) => viaHttp(express().use('/taskrouter', router.express())),
  'Express 4': (router) => viaHttp(express4().use('/taskrouter', router.express())),
  'node:http': (router) => viaHttp(createServer(router.node())),
  fetch: (router) => {
    const handle = router.fetch();
    return async ({ method = 'POST', path, headers = {}, body }) => {
      const init = body === undefined ? {} : { body: typeof body === 'string' ? body : new Uint8Array(body) };
      const response = await handle(new Request(`http://inner.example${path}`, { method, headers, ...init }));
      return {
        status: response.status,
        headers: Object.fromEntries(response.headers),
        body: await response.text(),
      };
    };
  },
};
