import express, { type ErrorRequestHandler, Router } from 'express';
import { ConfigurationError } from '../../errors.js';
import { EngineRefusal } from '../engine/index.js';
import type { Emulator } from '../interface.js';
import { visibleLines } from '../visible.js';
import { newTask } from './new-task.js';
import { respond } from './respond.js';
import { sameOrigin } from './same-origin.js';

/** What the emulator's own routes need of it. */
export type Controlled = Pick<
  Emulator,
  | 'createTask'
  | 'workspaces'
  | 'accountSid'
  | 'clock'
  | 'now'
  | 'advance'
  | 'deliveries'
  | 'debugger'
  | 'explain'
  | 'trouble'
  | 'troubles'
>;

/**
 * The emulator's own routes, beside Twilio's. They ask for no credentials: the port is this machine's alone unless a
 * host was given, and web pages of others are kept out.
 *
 * @param hosts - the names beside those of this machine by which they may be called.
 */
export function controlRoutes(emulator: Controlled, hosts: readonly string[]): Router {
  const router = Router();
  const clock = () => ({ clock: emulator.clock, now: new Date(emulator.now()).toISOString() });
  router.use(sameOrigin(hosts), express.json(), express.urlencoded({ extended: false }));
  router.get('/clock', (_request, response) => respond(response, clock()));
  router.post('/clock', async (request, response) => {
    await emulator.advance(fields(request.body).advance as string);
    respond(response, clock());
  });
  router.get('/trouble', (_request, response) => respond(response, emulator.troubles()));
  router.post('/trouble', (request, response) => {
    emulator.trouble(fields(request.body));
    respond(response, emulator.troubles());
  });
  router.get('/deliveries', (_request, response) => respond(response, { deliveries: emulator.deliveries() }));
  router.get('/debugger', (_request, response) => respond(response, { entries: emulator.debugger() }));
  router.post('/tasks', newTask(emulator));
  router.get('/tasks/:sid/explain', (request, response) => {
    const { text, ...explanation } = emulator.explain(request.params.sid);
    // A text is for a terminal.
    if (request.accepts(['json', 'text']) === 'text')
      response.type('text/plain').send(`${visibleLines(text)}\n`);
    else respond(response, explanation);
  });
  router.use((_request, response) => void response.status(404).json({ message: noSuchRoute }));
  router.use(refused);
  return router;
}

const noSuchRoute =
  'There is no such route: /_emulator has GET and POST clock, GET and POST trouble, GET deliveries, GET debugger, ' +
  'POST tasks and GET tasks/{sid}/explain.';

/** The fields of a body. In a form everything is a text: `2` and `true` are read as JSON would have them. */
function fields(body: unknown): Readonly<Record<string, unknown>> {
  if (typeof body !== 'object' || body === null) return {};
  return Object.fromEntries(Object.entries(body).map(([name, value]) => [name, readValue(value)]));
}

function readValue(value: unknown): unknown {
  if (value === 'true' || value === 'false') return value === 'true';
  return typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value;
}

const refused: ErrorRequestHandler = (error: unknown, _request, response, next) => {
  if (error instanceof ConfigurationError) {
    response
      .status(error.code === 'real-clock' ? 409 : 400)
      .json({ code: error.code, message: error.message });
  } else if (error instanceof EngineRefusal) {
    response.status(error.status).json({ code: error.twilioCode, message: error.message });
  } else {
    next(error);
  }
};
