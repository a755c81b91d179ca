import { readFileSync } from 'node:fs';
import { gzip } from 'node:zlib';
import { type Request, type Response, Router } from 'express';
import { actOn, workspaceWith } from '../act.js';
import type { Engine } from '../engine/index.js';
import { notFound } from '../engine/refusal.js';
import { evaluate } from '../feed/evaluate.js';
import type { Feed } from '../feed/feed.js';
import { reservationState, workerState } from '../feed/floor.js';
import { presetsOf } from '../feed/presets.js';
import { readEvaluation, readLog, readWhatIf } from '../feed/questions.js';
import type { Replayer } from '../feed/replay.js';
import type { Stream } from '../feed/stream.js';
import type { DeliveryPage, TaskPage } from '../feed/types.js';
import { deliveryDetail, deliverySummary, taskDetail, taskSummary } from '../feed/views.js';
import { whatIf } from '../feed/what-if.js';
import { findNamed } from '../named.js';
import type { InspectorOptions } from '../options.js';
import type { Staffs } from '../staff/staffs.js';
import { visible } from '../visible.js';
import { CALLBACK_KINDS, DELIVERY_OUTCOMES, RESERVATION_ACTION_NAMES, TASK_STATUSES } from '../vocabulary.js';
import type { InstructionExecutor, World } from '../world/world.js';
import { attributesOf, badField, body, booleanOf, channelsOf, numberOf, oneOf, textOf } from './feed-body.js';
import { deliveryId, one, pageFrom, words } from './feed-query.js';

/** What the routes of the feed need. */
export interface FeedParts {
  readonly feed: Feed;
  readonly stream: Stream;
  readonly replayer: Replayer;
  readonly world: World;
  readonly executor: InstructionExecutor;
  readonly staffs: Pick<Staffs, 'playedBy' | 'takeOver' | 'handBack'>;
  readonly fork: () => Engine;
  readonly coerceNumericStrings: boolean;
  /** What the page shows besides. */
  readonly inspector: InspectorOptions;
  /** 32 new hexadecimal digits. */
  readonly hex: () => string;
}

/** So many readers of the stream at once. */
const mostReaders = 100;

/** The routes of the feed, below the guard of `/_emulator`: emulator.openapi.json describes them. */
export function feedRoutes(parts: FeedParts): Router {
  const { feed, stream, replayer, world, executor, staffs } = parts;
  const router = Router();
  const page = () => ({ seq: feed.seq, now: world.now() });

  router.get('/info', (_request, response) => tell(response, feed.info(stream.readers)));
  router.get('/openapi.json', (_request, response) => void response.type('json').send(openApi()));
  router.get('/stream', (request, response) => read(stream, request, response));

  router.get('/rows', (_request, response) =>
    tell(response, { ...page(), rows: [...feed.workspaceSids()].map((sid) => feed.rows(sid)!) }),
  );
  router.get('/workspaces', (_request, response) =>
    tell(response, { ...page(), workspaces: feed.workspaces() }),
  );
  router.get('/workspaces/:sid', (request, response) => {
    const workspace = feed.workspace(request.params.sid);
    if (!workspace) throw notFound(`/Workspaces/${request.params.sid}`);
    tell(response, workspace);
  });
  router.get('/workspaces/:sid/findings', (request, response) => {
    const view = world.workspaces.get(request.params.sid);
    if (!view) throw notFound(`/Workspaces/${request.params.sid}`);
    tell(response, { findings: parts.inspector.lint?.(view) ?? [] });
  });
  router.get('/presets', async (_request, response) => {
    const { accountSid } = world;
    tell(response, presetsOf((await parts.inspector.presets?.()) ?? [], { accountSid, hex: parts.hex }));
  });

  router.get('/tasks', (request, response) => tell(response, taskPage(feed, request, page())));
  router.get('/tasks/:sid', (request, response) =>
    tell(response, taskDetail(feed, world, request.params.sid)),
  );
  router.post('/tasks/:sid', (request, response) => {
    const { sid } = request.params;
    const action = body(request, ['attributes', 'priority', 'status', 'reason'], 'a change of a task');
    const view = workspaceWith(world, 'tasks', sid);
    world.dispatch('updateTask', {
      workspaceSid: view.workspace.sid,
      sid,
      attributes: attributesOf(action),
      priority: numberOf(action, 'priority'),
      assignmentStatus: oneOf(action, 'status', ['canceled', 'completed', 'wrapping'] as const),
      reason: textOf(action, 'reason'),
    });
    tell(response, taskDetail(feed, world, sid));
  });

  router.get('/deliveries', (request, response, next) => {
    if (Object.keys(request.query).length === 0) next();
    else tell(response, deliveryPage(feed, request, page()));
  });
  router.get('/deliveries/:id', (request, response) =>
    tell(response, deliveryDetail(feed, world.authToken, deliveryId(request))),
  );
  router.post('/deliveries/:id/replay', async (request, response) => {
    const newKey = booleanOf(body(request, ['newKey'], 'a replay'), 'newKey');
    const id = await replayer.replay(deliveryId(request), newKey === undefined ? {} : { newKey });
    response.status(201);
    tell(response, deliveryDetail(feed, world.authToken, id));
  });

  router.post('/what-if', (request, response) => {
    const { fork } = parts;
    const { workspaces, now } = world;
    tell(response, whatIf(readWhatIf(request.body), { feed, workspaces, now, fork }));
  });
  router.post('/evaluate', (request, response) =>
    tell(response, evaluate(readEvaluation(request.body), parts)),
  );

  router.post('/log', (request, response) => {
    const { lines } = readLog(request.body);
    const at = world.now();
    feed.log.add(
      lines.map(({ reservationSid = null, eventSid = null, level, message }) => ({
        ...{ at, level, message, reservationSid, eventSid },
      })),
    );
    response.status(201);
    tell(response, { taken: lines.length });
  });

  router.post('/reservations/:sid', (request, response) => {
    const { sid } = request.params;
    const given = body(request, ['action', 'activity'], 'an action');
    const action = oneOf(given, 'action', RESERVATION_ACTION_NAMES);
    if (action === undefined) throw badField('action', RESERVATION_ACTION_NAMES.join(', '));
    const view = workspaceWith(world, 'reservations', sid);
    const workspaceSid = view.workspace.sid;
    const activity = textOf(given, 'activity');
    const activitySid =
      activity === undefined ? undefined : findNamed(world, 'activity', activity, { workspaceSid }).sid;
    tell(response, reservationState(view, actOn(world, executor, workspaceSid, sid, action, activitySid)));
  });
  router.get('/workers/:sid', (request, response) => {
    const { sid } = request.params;
    const view = workspaceWith(world, 'workers', sid);
    tell(response, workerState(view, view.workers.get(sid)!, staffs.playedBy(sid)));
  });
  router.post('/workers/:sid', (request, response) => {
    const { sid } = request.params;
    const keys = ['activity', 'attributes', 'rejectPendingReservations', 'takenOver', 'channels'];
    const given = body(request, keys, 'a change of a worker');
    const view = workspaceWith(world, 'workers', sid);
    const workspaceSid = view.workspace.sid;
    const activity = textOf(given, 'activity');
    const activitySid =
      activity === undefined ? undefined : findNamed(world, 'activity', activity, { workspaceSid }).sid;
    const attributes = attributesOf(given);
    const channels = channelsOf(world, workspaceSid, given);
    const rejectPendingReservations = booleanOf(given, 'rejectPendingReservations');
    const takenOver = booleanOf(given, 'takenOver');
    if (activitySid !== undefined || attributes !== undefined || rejectPendingReservations !== undefined) {
      world.dispatch('updateWorker', {
        workspaceSid,
        sid,
        activitySid,
        attributes,
        rejectPendingReservations,
      });
    }
    for (const channel of channels) {
      world.dispatch('updateWorkerChannel', { workspaceSid, workerSid: sid, ...channel });
    }
    const worker = view.workers.get(sid)!;
    if (takenOver === true) staffs.takeOver(worker);
    if (takenOver === false) staffs.handBack(worker);
    tell(response, workerState(view, worker, staffs.playedBy(sid)));
  });
  return router;
}

/** Worth compressing: a page may be read over a slow network. */
const LARGE = 65_536;

/** JSON that a terminal shows as it is. */
function tell(response: Response, data: object): void {
  const text = visible(JSON.stringify(data));
  response.type('json');
  if (text.length < LARGE) return void response.send(text);
  response.vary('accept-encoding');
  if (response.req.acceptsEncodings('gzip') === false) return void response.send(text);
  gzip(text, { level: 1 }, (error, compressed) => {
    if (error) response.send(text);
    else response.set('content-encoding', 'gzip').send(compressed);
  });
}

/** Beside the sources and beside dist/ alike. */
let document: string | undefined;
function openApi(): string {
  document ??= readFileSync(new URL('../../../emulator.openapi.json', import.meta.url), 'utf8');
  return document;
}

function read(stream: Stream, request: Request, response: Response): void {
  if (stream.readers >= mostReaders) {
    response.status(503).json({
      code: 'too-many-readers',
      message: `${mostReaders} readers already have the stream: close one, such as a page in another tab.`,
    });
    return;
  }
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  });
  const lastEventId = request.get('last-event-id') ?? one(request, 'since');
  const { socket } = request;
  socket.setNoDelay(true);
  const { drained, gone } = stream.add(
    { write: (text) => response.write(text), end: () => void response.destroy() },
    { lastEventId, workspace: one(request, 'workspace'), rows: one(request, 'rows') === 'true' },
  );
  response.on('drain', drained).on('close', gone).on('error', gone);
}

function taskPage(
  feed: Feed,
  request: Request,
  page: { readonly seq: number; readonly now: number },
): TaskPage {
  const [workspace, queue, worker, status, search] = [
    one(request, 'workspace'),
    one(request, 'queue'),
    one(request, 'worker'),
    words(request, 'status', TASK_STATUSES),
    one(request, 'search')?.toLowerCase(),
  ];
  const known = ['workspace', 'queue', 'worker', 'status', 'search', 'limit', 'before', 'after'];
  const { items, next } = pageFrom(
    request,
    known,
    (before) => feed.journeys.newest(before),
    (task) =>
      (workspace === undefined || task.workspaceSid === workspace) &&
      (queue === undefined || task.queue.sid === queue) &&
      (worker === undefined || task.workers.some(({ sid }) => sid === worker)) &&
      (status === undefined || status.includes(task.status)) &&
      (search === undefined ||
        task.sid.toLowerCase().includes(search) ||
        feed.journeys.body(task).attributes.toLowerCase().includes(search)),
  );
  return { ...page, tasks: items.map((task) => taskSummary(feed, task)), next };
}

function deliveryPage(
  feed: Feed,
  request: Request,
  page: { readonly seq: number; readonly now: number },
): DeliveryPage {
  const [task, reservation] = ['task', 'reservation'].map((name) => one(request, name));
  const callback = words(request, 'callback', CALLBACK_KINDS);
  const outcome = words(request, 'outcome', DELIVERY_OUTCOMES);
  const known = ['task', 'reservation', 'callback', 'outcome', 'limit', 'before', 'after'];
  const { items, next } = pageFrom(
    request,
    known,
    (before) => feed.deliveries.newest(before),
    (delivery) =>
      (task === undefined || delivery.taskSid === task) &&
      (reservation === undefined || delivery.reservationSid === reservation) &&
      (callback === undefined || callback.includes(delivery.callback)) &&
      (outcome === undefined || outcome.includes(delivery.outcome)),
  );
  return { ...page, deliveries: items.map(deliverySummary), next };
}
