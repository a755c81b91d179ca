import { createAssignments } from './callbacks/assignment/handle-assignment.js';
import { createBackground } from './callbacks/background.js';
import type { AssignmentContext, BadAttributesContext } from './callbacks/context.js';
import type { ChosenEvent, EventChoice, EventHandler } from './callbacks/event-types.js';
import { createEvents } from './callbacks/handle-event.js';
import { type AssignmentHandler, type HandlerOf, readAnswer } from './callbacks/routing/handler.js';
import type { AnyMatch, AssignmentMatch } from './callbacks/routing/match.js';
import {
  type DeferredOutcome,
  type ErrorHandler,
  type Middleware,
  Registry,
} from './callbacks/routing/registry.js';
import { createRouting, type Routing } from './callbacks/routing/routing.js';
import { ConfigurationError } from './errors.js';
import { createCore } from './http/core.js';
import { type ExpressHandler, expressAdapter } from './http/express.js';
import { type FetchHandler, type FetchOptions, fetchAdapter } from './http/fetch.js';
import { type NodeHandler, nodeAdapter } from './http/node.js';
import type { CallbackOutcome } from './http/outcome.js';
import { createSignatureCheck } from './http/signature-check.js';
import type { AdapterParts } from './http/types.js';
import { createIdempotency } from './idempotency/engine.js';
import { leasesFor } from './idempotency/lease.js';
import type { StoreState } from './idempotency/store/store.js';
import type { Instruction } from './instructions/index.js';
import { refuseUnknownKeys } from './near-miss.js';
import { readOptions, type TaskRouterOptions } from './options.js';
import type { ReservationHandle, WorkspaceClient } from './rest/index.js';
import { createTokenSource, explainSignature } from './signature/index.js';
import type { OutputOf, Schema } from './standard-schema.js';

/** How much longer than `maxAgeMs` answers are kept, in milliseconds: clocks differ, and a body takes its time. */
const KEPT_LONGER_MS = 300_000;

// Handlers get the whole client and reservation; callbacks/ itself knows REST by the little it uses.
declare module './callbacks/client.js' {
  interface HandlerClient extends WorkspaceClient {}
  interface HandlerReservation extends ReservationHandle {}
}

/**
 * Answers TaskRouter's callbacks with the handlers registered on it. Register first, mount then: `express()`,
 * `node()`, `fetch()` and `ready()` end registration.
 */
export interface TaskRouter {
  /**
   * Handles the assignments that fit a match; the first registered match wins. Without a match: all that are left.
   *
   * @throws {ConfigurationError} for a match that can never be evaluated, for a handler that can never run, and for one
   * that needs something this router lacks.
   * @example
   * taskRouter.onAssignment({ queue: 'WQ…', task: z.object({ from: z.string() }) }, ({ task }) =>
   *   conference({ from: task.attributes.from }));
   */
  onAssignment<TS extends Schema | undefined = undefined, WS extends Schema | undefined = undefined>(
    match: AssignmentMatch<TS, WS>,
    handler: AssignmentHandler<OutputOf<NoInfer<TS>>, OutputOf<NoInfer<WS>>>,
  ): this;
  onAssignment(handler: AssignmentHandler): this;
  /**
   * Handles the assignments that no other handler matches. Required: mounting without it throws.
   *
   * @example taskRouter.otherwise(defer());
   */
  otherwise(handler: AssignmentHandler): this;
  /**
   * Handles assignments whose attributes are not a JSON object, and unmatched ones whose attributes some handler's
   * schema refused; `problems` says which. Without it: 400 for the first, `otherwise` for the second.
   */
  onBadAttributes(handler: HandlerOf<BadAttributesContext>): this;
  /**
   * Handles the events of a type, or of several. All handlers of a type run, in the order of registration. Write a type
   * that this version does not list as `{ unlisted: 'task.paused' }`.
   *
   * @throws {ConfigurationError} for a type that is not listed; it names the nearest type that is.
   * @example taskRouter.onEvent('task.completed', ({ task, log }) => log.info({ taskSid: task.sid }, 'done'));
   */
  onEvent<const C extends EventChoice>(
    types: C | readonly C[],
    handler: EventHandler<NoInfer<ChosenEvent<C>>>,
  ): this;
  /**
   * Says what happens when a handler throws, or when Twilio would refuse its instruction: a fixed instruction, or a
   * function that gets the error and may return one. Without an instruction: 500, and the fallback request runs the
   * handler again.
   *
   * @example taskRouter.onError((error) => { sentry.capture(error); });
   */
  onError(handler: Instruction | ErrorHandler): this;
  /**
   * Calls `listener` with how each deferred answer ended: applied over REST, refused because the reservation was no longer
   * pending, failed, unknown, or left to the agent's own screen and the timeout.
   */
  onDeferred(listener: (outcome: DeferredOutcome) => void): this;
  /** Calls `listener` with how each request ended, refused ones too, for metrics. It must be quick; its errors are logged. */
  onOutcome(listener: (outcome: CallbackOutcome) => void): this;
  /**
   * Wraps every handler, the first registered outermost.
   *
   * @example
   * taskRouter.use(async (context, next) => {
   *   const started = Date.now();
   *   const decision = await next();
   *   context.log.info({ ms: Date.now() - started }, 'handled');
   *   return decision;
   * });
   */
  use(middleware: Middleware): this;
  /**
   * Ends registration. Resolves when callbacks can be answered: friendly names have been looked up, by one list call for
   * each kind. Callbacks that arrive earlier wait. Rejects if a name is unknown or REST fails; you may call it again.
   */
  ready(): Promise<void>;
  /** A middleware for Express 4 or 5. Mount it on a separate path: `app.use('/taskrouter', taskRouter.express())`. */
  express(): ExpressHandler;
  /** A listener for `node:http`, answering below `basePath`. @example createServer(taskRouter.node()) */
  node(): NodeHandler;
  /** A function from `Request` to `Response`, answering below `basePath`. */
  fetch(options?: FetchOptions): FetchHandler;
  /** `degraded` while the idempotency store cannot be reached. */
  readonly storeState: StoreState;
  /** Asks the store whether it takes writes; never rejects. */
  probeStore(): Promise<StoreState>;
  /** The keys of the callbacks in flight. */
  readonly active: Iterable<string>;
  /**
   * Takes no new callbacks (503) and waits for handlers and for the work given to `after`. At the limit it aborts their
   * `signal`, answers waiting requests with 503 and releases the leases.
   *
   * @returns the keys of the callbacks that were cut short, and whether everything ended.
   */
  close(options?: {
    readonly timeoutMs?: number;
  }): Promise<{ readonly open: readonly string[]; readonly clean: boolean }>;
}

/**
 * Makes a router for TaskRouter's assignment and event callbacks.
 *
 * @throws {ConfigurationError} when an option is missing, unknown or of the wrong form.
 * @example
 * const taskRouter = createTaskRouter({ authToken: process.env.TWILIO_AUTH_TOKEN });
 * taskRouter.onAssignment({ queue: 'WQ…' }, dequeue({ postWorkActivity: 'WA…' }));
 * taskRouter.otherwise(defer());
 * app.use('/taskrouter', taskRouter.express());
 */
export function createTaskRouter(given: TaskRouterOptions): TaskRouter {
  const options = readOptions(given ?? { authToken: undefined });
  const { log, publicUrl, basePath, clock } = options;
  const { client } = options;
  const can = {
    names: client !== undefined && typeof client !== 'function',
    channel: client !== undefined || options.channelOf !== undefined,
    rest: client !== undefined,
  };
  const registry = new Registry(can);
  const outcomes: Array<(outcome: CallbackOutcome) => void> = [];
  const background = createBackground(clock);
  const idempotency = createIdempotency({
    store: options.store,
    clock,
    log,
    ...leasesFor(options.deadlineMs, options.storeTimeoutMs),
    hiccupMs: Math.floor(options.deadlineMs / 4),
    onStoreError: options.onStoreError,
    ...(options.maxAgeMs === false ? {} : { ttlMs: options.maxAgeMs + KEPT_LONGER_MS }),
    ...(options.random ? { random: options.random } : {}),
    ...(options.storeObserver ? { observer: options.storeObserver } : {}),
  });
  const tokens = createTokenSource(options.authToken, { clock });
  const checkSignature = createSignatureCheck(tokens, {
    clock,
    log,
    explain: options.explainMismatch ? (request) => explainSignature(request).text : undefined,
  });
  let parts: AdapterParts | undefined;
  let routing: Routing | undefined;

  /** Ends registration; the core is made once, from what was registered. */
  function mount(): AdapterParts {
    if (parts) return parts;
    registry.seal();
    const { onDeadline } = options;
    routing = createRouting(registry, { client, channelOf: options.channelOf, log, clock });
    const assignments = createAssignments(registry, {
      idempotency,
      log,
      clock,
      background,
      client,
      can,
      routing,
      onDeadline:
        onDeadline === 'fail' || onDeadline === 'defer'
          ? onDeadline
          : readAnswer(onDeadline, 'onDeadline', can),
      deferLimitMs: options.deferLimitMs,
      loud: options.explainMismatch,
    });
    const handle = createCore({
      assignments,
      events: createEvents(registry, { idempotency, log, background, client }),
      authTokens: tokens.fixed,
      checkSignature,
      clock,
      log,
      deadlineMs: options.deadlineMs,
      maxAgeMs: options.maxAgeMs,
      accounts: options.accounts,
      serverTiming: options.explainMismatch,
      onOutcome: outcomes,
    });
    parts = { handle, clock, publicUrl, basePath };
    return parts;
  }

  const router: TaskRouter = {
    onAssignment(...args: [unknown, unknown] | [unknown]) {
      const [match, handler] = args.length === 1 ? [{}, args[0]] : args;
      registry.addAssignment(match as AnyMatch, handler as HandlerOf<AssignmentContext>);
      return router;
    },
    otherwise(handler) {
      registry.setOtherwise(handler);
      return router;
    },
    onBadAttributes(handler) {
      registry.setBadAttributes(handler);
      return router;
    },
    onEvent(types, handler) {
      registry.addEvent(types, handler);
      return router;
    },
    onError(handler) {
      registry.setError(handler);
      return router;
    },
    onDeferred(listener) {
      registry.addDeferred(listener);
      return router;
    },
    onOutcome(listener) {
      outcomes.push(listener);
      return router;
    },
    use(middleware) {
      registry.addMiddleware(middleware);
      return router;
    },
    async ready() {
      mount();
      await routing?.ready();
    },
    express: () => expressAdapter(mount()),
    node: () => nodeAdapter(mount()),
    fetch: (how) => {
      refuseUnknownKeys(how, ['waitUntil'], 'fetch');
      if (how?.waitUntil !== undefined && typeof how.waitUntil !== 'function') {
        throw new ConfigurationError(
          'bad-option',
          'fetch: waitUntil must be a function that takes a promise, such as (work) => ctx.waitUntil(work).',
        );
      }
      if (options.onDeadline === 'defer' && !how?.waitUntil) {
        throw new ConfigurationError(
          'bad-option',
          "onDeadline 'defer' keeps working after the answer: pass your platform's waitUntil to fetch().",
        );
      }
      return fetchAdapter(mount(), how);
    },
    get storeState() {
      return idempotency.storeState;
    },
    probeStore: () => idempotency.probe(),
    active: idempotency.active,
    async close(how = {}) {
      refuseUnknownKeys(how, ['timeoutMs'], 'close');
      const { timeoutMs = 25_000 } = how;
      if (!(typeof timeoutMs === 'number' && timeoutMs >= 0)) {
        throw new ConfigurationError(
          'bad-option',
          'close: timeoutMs must be a number of milliseconds, 0 or more.',
        );
      }
      const until = clock.now() + timeoutMs;
      const { open } = await idempotency.close({ timeoutMs });
      const idle = await background.idle(Math.max(0, until - clock.now()));
      return { open, clean: open.length === 0 && idle };
    },
  };
  return router;
}
