import express, { type Express, type Request, type RequestHandler, Router } from 'express';
import type { Logger } from '../../log.js';
import { notFound } from '../engine/refusal.js';
import type { RestFaults } from '../world/rest-faults.js';
import type { InstructionExecutor, World } from '../world/world.js';
import { basicAuth } from './auth.js';
import { errorHandler, sendError } from './errors.js';
import { restFaults } from './faults.js';
import type { Links } from './formatters/links.js';
import type { Params, Values } from './kinds.js';
import { isLoopbackAddress } from './loopback.js';
import { multipart } from './multipart.js';
import type { Operation, paging } from './operation.js';
import { operations } from './operations.js';
import { pageOf } from './page.js';

export interface AppOptions {
  readonly world: World;
  readonly executor: InstructionExecutor;
  readonly log: Logger;
  readonly faults: RestFaults;
  /** Answers the calls of agents: `/v1/wschannels`, which is no part of REST and takes tokens of its own. */
  readonly agents: RequestHandler;
  /** Routes beside Twilio's: what is under `/_emulator`. */
  readonly control: Router;
  /** What is under `/mcp`. */
  readonly mcp: Router;
  /** The page; undefined: none. */
  readonly inspector: Router | undefined;
}

/** Room for a configuration of 1,038,576 bytes, every one of them percent-encoded. */
const LIMIT = '4mb';

/** Twilio reads forms of both kinds. JSON is for one operation alone, and no form is for that. */
const bodies = {
  form: [express.urlencoded({ extended: false, limit: LIMIT }), ...multipart(LIMIT)],
  json: [express.json({ limit: LIMIT })],
};

/** TaskRouter's REST API as an Express app, and the emulator's own routes. */
export function createApp({
  world,
  executor,
  log,
  faults,
  agents,
  control,
  mcp,
  inspector,
}: AppOptions): Express {
  const app = express();
  app.disable('x-powered-by');
  // An ETag here is the version of a resource, not the hash of an answer.
  app.disable('etag');
  app.use('/_emulator', control);
  app.use('/mcp', mcp);
  if (inspector) app.use(inspector);
  app.use('/v1/wschannels', agents);
  app.use('/v1', basicAuth(world), restFaults(faults));
  app.use(routes(world, executor));
  app.use((request) => {
    throw notFound(request.path.replace(/^\/v1/, ''));
  });
  app.use(errorHandler(log));
  return app;
}

function routes(world: World, executor: InstructionExecutor): Router {
  const router = Router({ caseSensitive: true });
  // A fixed name goes before a placeholder: Workers/Statistics is not the worker named Statistics.
  const paths = [...new Set(operations.map(({ path }) => path))].sort(
    (a, b) => placeholders(a) - placeholders(b),
  );
  for (const path of paths) {
    const route = router.route(path.replaceAll(/\{(\w+)\}/g, ':$1'));
    for (const operation of operations) {
      if (operation.path !== path) continue;
      const method = operation.method.toLowerCase() as 'get' | 'post' | 'delete';
      const body = Object.values(operation.params).includes('queues') ? bodies.json : bodies.form;
      route[method](body, handlerOf(operation, world, executor));
    }
    route.all((_request, response) => sendError(response, 405, 20004, 'Method not allowed'));
  }
  return router;
}

const placeholders = (path: string) => path.split('{').length;

function handlerOf(operation: Operation, world: World, executor: InstructionExecutor): RequestHandler {
  return async (request, response) => {
    const params = await operation.read(parametersOf(operation, request));
    const links = linksOf(world, request);
    const path = request.params as Readonly<Record<string, string>>;
    const answer = operation.run({ world, executor, path, params, links });
    if (answer === undefined) {
      response.status(204).end();
    } else if ('items' in answer) {
      const called = new URL(request.originalUrl, originOf(request));
      response.json(pageOf(answer, params as Values<Params> & Values<typeof paging>, called));
    } else {
      if (answer.version !== undefined) response.set('ETag', String(answer.version));
      response.status(answer.status).json(answer.body);
    }
  };
}

function parametersOf({ method }: Operation, request: Request): Readonly<Record<string, unknown>> {
  const given = method === 'POST' ? request.body : request.query;
  const ifMatch = request.get('if-match');
  return { ...given, 'If-Match': ifMatch };
}

/**
 * What the client called, or the address it came in by when its Host header is no host. Only a proxy on this machine
 * says by `X-Forwarded-Proto` that it was called by https.
 */
function originOf(request: Request): string {
  const { headers, socket } = request;
  const [forwarded = ''] = (request.get('x-forwarded-proto') ?? '').split(',', 1);
  const secure = forwarded.trim().toLowerCase() === 'https' && isLoopbackAddress(socket.remoteAddress);
  const origin = `${secure ? 'https' : 'http'}://${headers.host}`;
  if (headers.host !== undefined && URL.canParse(origin)) return origin;
  return `http://${socket.localAddress?.includes(':') ? `[${socket.localAddress}]` : socket.localAddress}:${socket.localPort}`;
}

/** URLs under the host the client called, so that it can follow them whatever name it knows the emulator by. */
function linksOf(world: World, request: Request): Links {
  const origin = originOf(request);
  return { accountSid: world.accountSid, now: world.now(), url: (path) => `${origin}/v1${path}` };
}
