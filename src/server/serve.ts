import type { RequestListener, Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Router } from 'express';
import { redisStore } from '../idempotency/store/redis/redis-store.js';
import type { IdempotencyStore } from '../idempotency/store/store.js';
import {
  type CallbackOutcome,
  ConfigurationError,
  createTaskRouter,
  type HandlerDefinition,
  memoryStore,
  type TaskRouter,
  TaskRouterKitError,
} from '../index.js';
import type { Logger } from '../log.js';
import { adminRoutes, createApp } from './app.js';
import type { EndpointConfig } from './config.js';
import { type Phase, rareProbe } from './health.js';
import { closeConnections, limitConnections, listen, urlOf } from './http-server.js';
import { createLogger, lineOutputOf, logDeferred } from './logger.js';
import { createMetrics } from './metrics.js';
import { logOutcomes } from './outcomes.js';
import { tellPolicies } from './policies.js';
import { register } from './register.js';

/** The path of the callback routes, on every endpoint. */
export const BASE_PATH = '/taskrouter';

export interface EndpointParts {
  readonly handlers: readonly HandlerDefinition[];
  /** Default: JSON lines on standard output. */
  readonly log?: Logger;
  readonly onOutcome?: (outcome: CallbackOutcome) => void;
  /**
   * Called once it listens, while friendly names may still be looked up. From then on it can be stopped cleanly.
   */
  readonly onListening?: (endpoint: Endpoint) => void;
}

/** A running endpoint. */
export interface Endpoint {
  /** `http://127.0.0.1:3000`; callbacks go to `/taskrouter/assignment` and so on below it. */
  readonly url: string;
  /** Where health and metrics are: the same URL, unless they have a separate port. */
  readonly adminUrl: string;
  readonly log: Logger;
  /**
   * Stops: not ready from now on, takes callbacks for `shutdownDelayMs` more, then waits for the open ones, at most
   * `shutdownTimeoutMs`. `open` are the keys of those that were cut off.
   */
  close(): Promise<{ readonly open: readonly string[]; readonly clean: boolean }>;
}

/**
 * Starts the deployed endpoint: the handlers behind HTTP, with health, metrics, logs and, if configured, Redis.
 *
 * @throws {ConfigurationError} if a handler cannot be registered or the endpoint cannot listen on a port.
 * @example
 * const endpoint = await startEndpoint(readConfig(process.env), { handlers: await loadHandlers() });
 * console.log(endpoint.url);
 * await endpoint.close();
 */
export async function startEndpoint(config: EndpointConfig, parts: EndpointParts): Promise<Endpoint> {
  const log = parts.log ?? createLogger(config);
  const metrics = createMetrics();
  const redis = config.redisUrl ? await connect(config.redisUrl, log) : undefined;
  let phase: Phase = 'starting';
  const servers: Server[] = [];
  let started: TaskRouter | undefined;
  try {
    const store = redis ? redisStore(redis) : memoryStore();
    const taskRouter = createTaskRouter({
      client: await restClient(config, store),
      authToken: config.authTokens,
      accounts: config.accounts,
      publicUrl: config.publicUrl,
      basePath: BASE_PATH,
      store,
      deadlineMs: config.deadlineMs,
      onDeadline: config.onDeadline,
      onStoreError: config.onStoreError,
      explainMismatch: !config.production,
      storeObserver: metrics.observer,
      log,
    });
    started = taskRouter;
    register(taskRouter, parts.handlers);
    taskRouter
      .onOutcome(metrics.outcome)
      .onOutcome(logOutcomes(log, lineOutputOf(log)))
      .onDeferred(metrics.deferred)
      .onDeferred(logDeferred(log));
    if (parts.onOutcome) taskRouter.onOutcome(parts.onOutcome);
    const probe = rareProbe(taskRouter);
    metrics.watch(taskRouter, probe);

    const admin = adminRoutes(
      {
        probe,
        phase: () => phase,
        store: redis ? 'redis' : 'memory',
        onStoreError: config.onStoreError,
      },
      metrics,
    );
    const listener = callbackListener(config, taskRouter, config.adminPort === undefined ? admin : undefined);
    const main = await listen(
      (request, response) => {
        // Clients that keep a connection open should make the next one elsewhere.
        if (phase === 'stopping') response.setHeader('connection', 'close');
        listener(request, response);
      },
      config.port,
      config.host,
      'PORT',
    );
    limitConnections(main, config.maxConnections, log);
    servers.push(main);
    if (config.adminPort !== undefined) {
      const app = createApp((app) => app.use(admin));
      servers.push(await listen(app, config.adminPort, config.adminHost, 'ADMIN_PORT'));
    }
    const url = urlOf(main, config.host);
    const endpoint: Endpoint = {
      url,
      adminUrl: config.adminPort === undefined ? url : urlOf(servers.at(-1)!, config.adminHost),
      log,
      async close() {
        // Callbacks that wait for names cannot be decided here; another process, or a later one, can decide them.
        const { shutdownDelayMs: delayMs, shutdownTimeoutMs: timeoutMs } =
          phase === 'starting' ? { shutdownDelayMs: 0, shutdownTimeoutMs: 0 } : config;
        phase = 'stopping';
        if (delayMs > 0) await sleep(delayMs);
        main.close();
        const result = await taskRouter.close({ timeoutMs });
        await Promise.all(servers.map(closeConnections));
        redis?.disconnect();
        return result;
      },
    };
    parts.onListening?.(endpoint);
    const stopping = () => phase === 'stopping';
    const ready = () => {
      if (phase === 'starting') phase = 'ready';
    };
    await becomeReady(taskRouter, ready, stopping, log);
    if (!stopping()) tellPolicies(log, config, { url, handlers: parts.handlers.length });
    return endpoint;
  } catch (error) {
    for (const server of servers) server.close();
    await started?.close({ timeoutMs: 0 });
    redis?.disconnect();
    throw error;
  }
}

/** A client for deferred answers and friendly names, if the account is known. */
async function restClient({ rest, authTokens }: EndpointConfig, store: IdempotencyStore) {
  if (rest.accountSid === undefined) return undefined;
  const { createTaskRouterClient } = await import('../rest/index.js');
  return createTaskRouterClient({ ...rest, authToken: authTokens, store });
}

/** How long after a failed look-up of friendly names the next one begins, in milliseconds. */
const LOOK_UP_AGAIN_MS = 5_000;

/** Failures of the name look-up that waiting does not fix, by the error's code, and what to do about each. */
const SLIPS: Readonly<Record<string, string>> = {
  'unknown-name': 'The handlers name something that does not exist',
  authentication:
    'Twilio refuses the credentials; set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN (of a list, the first token is used), ' +
    'or TWILIO_API_KEY and TWILIO_API_SECRET, to those of the account that has the workspace',
  'not-found': 'Twilio does not know this workspace in this account; set TWILIO_WORKSPACE_SID to its SID',
};

/**
 * Looks up friendly names. A mistake in names, credentials or workspace ends the start. An unreachable REST API does not:
 * the endpoint is not ready until the API answers, and callbacks that arrive meanwhile try the look-up themselves.
 */
async function becomeReady(
  taskRouter: TaskRouter,
  ready: () => void,
  stopped: () => boolean,
  log: Logger,
): Promise<void> {
  try {
    await taskRouter.ready();
    ready();
  } catch (error) {
    if (stopped()) return;
    if (error instanceof ConfigurationError) throw error;
    if (error instanceof TaskRouterKitError && Object.hasOwn(SLIPS, error.code)) {
      throw new ConfigurationError(error.code, `${SLIPS[error.code]}: ${error.message}`, { cause: error });
    }
    void lookUpAgain(error);
  }

  async function lookUpAgain(error: unknown): Promise<void> {
    log.error(
      { err: error },
      'Friendly names cannot be looked up, so the endpoint is not ready; trying again',
    );
    await sleep(LOOK_UP_AGAIN_MS, undefined, { ref: false });
    if (!stopped()) await taskRouter.ready().then(ready, lookUpAgain);
  }
}

/** Loads ioredis only if it is used, because the start is faster without it. */
async function connect(url: string, log: Logger) {
  const { connectRedis, firstAttempt } = await import('./redis.js');
  const { checkRedis } = await import('./redis-check.js');
  const redis = connectRedis(url, log);
  try {
    await checkRedis(redis, log, await firstAttempt(redis));
  } catch (error) {
    redis.disconnect();
    throw error;
  }
  return redis;
}

/**
 * Serves everything on one port. With a public URL the callbacks do not need Express, and are answered in front of it.
 * Without one, Express works out the URL that Twilio called from the proxies it trusts.
 */
function callbackListener(
  config: EndpointConfig,
  taskRouter: TaskRouter,
  admin: Router | undefined,
): RequestListener {
  const app = createApp((app) => {
    if (config.trustProxy !== undefined) app.set('trust proxy', config.trustProxy);
    if (config.publicUrl === undefined) app.use(BASE_PATH, taskRouter.express());
    if (admin) app.use(admin);
  });
  if (config.publicUrl === undefined) return app;
  const callbacks = taskRouter.node();
  return (request, response) => callbacks(request, response, () => app(request, response));
}
