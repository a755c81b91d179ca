import type { RequestListener, Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Router } from 'express';
import { redisStore } from '../idempotency/redis-store.js';
import {
  type CallbackOutcome,
  createTaskRouter,
  type HandlerDefinition,
  memoryStore,
  type TaskRouter,
} from '../index.js';
import type { Logger } from '../log.js';
import { adminRoutes, createApp } from './app.js';
import type { EndpointConfig } from './config.js';
import type { Phase } from './health.js';
import { closeConnections, listen, urlOf } from './http-server.js';
import { createLogger, logOutcomes } from './logger.js';
import { createMetrics } from './metrics.js';
import { tellPolicies } from './policies.js';
import { register } from './register.js';

/** Where the callback routes are, on every endpoint. */
export const BASE_PATH = '/taskrouter';

export interface EndpointParts {
  readonly handlers: readonly HandlerDefinition[];
  /** Default: JSON lines on standard output. */
  readonly log?: Logger;
  readonly onOutcome?: (outcome: CallbackOutcome) => void;
}

/** A running endpoint. */
export interface Endpoint {
  /** `http://127.0.0.1:3000`; callbacks go to `/taskrouter/assignment` and so on below it. */
  readonly url: string;
  /** Where health and metrics are: the same, unless they have a port of their own. */
  readonly adminUrl: string;
  readonly log: Logger;
  /**
   * Stops: not ready from now on, takes callbacks for `shutdownDelayMs` more, then waits for the open ones, at most
   * `shutdownTimeoutMs`. `open` are the keys of those that were cut.
   */
  close(): Promise<{ readonly open: readonly string[]; readonly clean: boolean }>;
}

/**
 * Starts the deployed endpoint: the handlers behind HTTP, with health, metrics, logs and, if configured, Redis.
 *
 * @throws ConfigurationError when a handler cannot be registered or a port cannot be listened on.
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
  try {
    const taskRouter = createTaskRouter({
      authToken: config.authTokens,
      publicUrl: config.publicUrl,
      basePath: BASE_PATH,
      store: redis ? redisStore(redis) : memoryStore(),
      deadlineMs: config.deadlineMs,
      onDeadline: config.onDeadline,
      onStoreError: config.onStoreError,
      explainMismatch: !config.production,
      storeObserver: metrics.observer,
      log,
    });
    register(taskRouter, parts.handlers);
    taskRouter.onOutcome(metrics.outcome).onOutcome(logOutcomes(log));
    if (parts.onOutcome) taskRouter.onOutcome(parts.onOutcome);
    metrics.watch(taskRouter);

    const admin = adminRoutes(
      {
        taskRouter,
        phase: () => phase,
        store: redis ? 'redis' : 'memory',
        onStoreError: config.onStoreError,
      },
      metrics,
    );
    const listener = callbackListener(config, taskRouter, config.adminPort === undefined ? admin : undefined);
    const main = await listen(
      (request, response) => {
        // Whoever keeps a connection open is to make the next one elsewhere.
        if (phase === 'stopping') response.setHeader('connection', 'close');
        listener(request, response);
      },
      config.port,
      config.host,
      'PORT',
    );
    servers.push(main);
    if (config.adminPort !== undefined) {
      const app = createApp((app) => app.use(admin));
      servers.push(await listen(app, config.adminPort, config.host, 'ADMIN_PORT'));
    }
    await taskRouter.ready();
    phase = 'ready';
    const url = urlOf(main, config.host);
    tellPolicies(log, config, { url, handlers: parts.handlers.length });

    return {
      url,
      adminUrl: urlOf(servers.at(-1)!, config.host),
      log,
      async close() {
        phase = 'stopping';
        if (config.shutdownDelayMs > 0) await sleep(config.shutdownDelayMs);
        main.close();
        const result = await taskRouter.close({ timeoutMs: config.shutdownTimeoutMs });
        await Promise.all(servers.map(closeConnections));
        redis?.disconnect();
        return result;
      },
    };
  } catch (error) {
    for (const server of servers) server.close();
    redis?.disconnect();
    throw error;
  }
}

/** ioredis is loaded only where it is used: the start without it is quicker. */
async function connect(url: string, log: Logger) {
  const { connectRedis, firstAttempt } = await import('./redis.js');
  const redis = connectRedis(url, log);
  await firstAttempt(redis);
  return redis;
}

/**
 * Everything on one port. With a public URL the callbacks need nothing of Express, and are answered in front of it;
 * without one, what Twilio called is Express' view of the proxies it trusts.
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
