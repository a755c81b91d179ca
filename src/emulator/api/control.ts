import express, { type ErrorRequestHandler, Router } from 'express';
import { ConfigurationError } from '../../errors.js';
import { refuseUnknownKeys } from '../../near-miss.js';
import { EngineRefusal, formatExplanation } from '../engine/index.js';
import { explainedAt } from '../feed/views.js';
import type { Emulator } from '../interface.js';
import { visibleLines } from '../visible.js';
import { callRoutes } from './calls.js';
import { type FeedParts, feedRoutes } from './feed.js';
import { newTask } from './new-task.js';
import { respond } from './respond.js';
import { sameOrigin } from './same-origin.js';
import { playStaff } from './staff.js';
import { newToken } from './token.js';

/** What the emulator's own routes need of it. */
export type Controlled = Pick<
  Emulator,
  | 'accessToken'
  | 'createTask'
  | 'enqueue'
  | 'calls'
  | 'hangUp'
  | 'staff'
  | 'updateParticipant'
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
export function controlRoutes(emulator: Controlled, hosts: readonly string[], parts: FeedParts): Router {
  const router = Router();
  const clock = () => ({ clock: emulator.clock, now: new Date(emulator.now()).toISOString() });
  router.use(sameOrigin(hosts), express.json(), express.urlencoded({ extended: false }));
  router.use(feedRoutes(parts));
  router.get('/clock', (_request, response) => respond(response, clock()));
  router.post('/clock', async (request, response) => {
    const given = fields(request.body);
    refuseUnknownKeys(given, ['advance'], 'the clock');
    await emulator.advance(given.advance as string);
    respond(response, clock());
  });
  router.get(['/faults', '/trouble'], (_request, response) => respond(response, emulator.troubles()));
  router.post(['/faults', '/trouble'], (request, response) => {
    emulator.trouble(fields(request.body));
    respond(response, emulator.troubles());
  });
  router.delete('/faults', (_request, response) => {
    emulator.trouble(Object.fromEntries(Object.keys(emulator.troubles()).map((name) => [name, false])));
    respond(response, emulator.troubles());
  });
  router.get('/deliveries', (_request, response) => respond(response, { deliveries: emulator.deliveries() }));
  router.get('/debugger', (_request, response) => respond(response, { entries: emulator.debugger() }));
  router.post('/tasks', newTask(emulator));
  router.post('/tokens', newToken(emulator));
  router.use('/calls', callRoutes(emulator));
  router.post('/staff', playStaff(emulator));
  router.get('/tasks/:sid/explain', (request, response) => {
    const explanation = explainedAt(parts.feed, parts.world, request.params.sid, momentOf(request.query.at));
    // A text is for a terminal.
    if (request.accepts(['json', 'text']) === 'text')
      response.type('text/plain').send(`${visibleLines(formatExplanation(explanation))}\n`);
    else respond(response, explanation);
  });
  router.use((_request, response) => void response.status(404).json({ message: noSuchRoute }));
  router.use(refused);
  return router;
}

/** A moment in milliseconds since 1970. */
function momentOf(at: unknown): number | undefined {
  if (at === undefined) return undefined;
  if (typeof at === 'string' && /^\d{1,15}$/.test(at)) return Number(at);
  throw new ConfigurationError('bad-query', 'at must be a moment: whole milliseconds since 1970.');
}

const noSuchRoute =
  'There is no such route under /_emulator, or not with this method: GET /_emulator/openapi.json lists them.';

/** The fields of a body. In a form everything is a string: `2` and `true` are read as JSON would have them. */
function fields(body: unknown): Readonly<Record<string, unknown>> {
  if (typeof body !== 'object' || body === null) return {};
  return Object.fromEntries(Object.entries(body).map(([name, value]) => [name, readValue(value)]));
}

function readValue(value: unknown): unknown {
  if (value === 'true' || value === 'false') return value === 'true';
  return typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value;
}

const statuses: Readonly<Record<string, number>> = { 'real-clock': 409, 'too-many-replays': 429 };

const refused: ErrorRequestHandler = (error: unknown, _request, response, next) => {
  if (error instanceof ConfigurationError) {
    response.status(statuses[error.code] ?? 400).json({ code: error.code, message: error.message });
  } else if (error instanceof EngineRefusal) {
    response.status(error.status).json({ code: error.twilioCode, message: error.message });
  } else {
    next(error);
  }
};
