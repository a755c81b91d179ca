import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { ConfigurationError, systemCode } from '../errors.js';
import { problem } from '../http/problem.js';
import {
  type CallbackOutcome,
  createTaskRouter,
  type DeferredOutcome,
  type HandlerDefinition,
  memoryStore,
  type TaskRouter,
} from '../index.js';
import type { Logger } from '../log.js';
import { createTaskRouterClient } from '../rest/index.js';
import { closeConnections, urlOf } from '../server/http-server.js';
import { register } from '../server/register.js';
import { BASE_PATH } from '../server/serve.js';

export interface DevEndpointParts {
  /** The local TaskRouter's account, and the workspace handlers' names are looked up in. */
  readonly account: {
    readonly accountSid: string;
    readonly authToken: string;
    readonly workspaceSid: string;
    readonly baseUrl: string;
  };
  /** Where to listen; undefined: the usual port, or a free one. */
  readonly port: number | undefined;
  readonly log: Logger;
  readonly onOutcome: (outcome: CallbackOutcome) => void;
  readonly onDeferred: (outcome: DeferredOutcome) => void;
}

/** An endpoint whose handlers can be replaced while it runs. */
export interface DevEndpoint {
  /** Below it are `/assignment`, `/assignment/fallback` and `/events`. */
  readonly base: string;
  /**
   * Lets other handlers answer from now on. Callbacks under way end with those they began with; what was answered stays.
   *
   * @throws {ConfigurationError} for handlers that cannot be registered; the ones before go on then.
   */
  use(handlers: readonly HandlerDefinition[]): Promise<void>;
  close(): Promise<{ readonly open: readonly string[]; readonly clean: boolean }>;
}

const HOST = '127.0.0.1';
const USUAL_PORT = 3_000;
/** How long the handlers before may take to end, in milliseconds: deferred runs last the longest. */
const OLD_HANDLERS_MS = 60_000;
const CLOSE_MS = 2_000;

/**
 * Starts the endpoint of `dev`: the library behind HTTP, with the memory store, and a REST client on the local TaskRouter.
 *
 * @throws {ConfigurationError} when the port is taken.
 */
export async function startDevEndpoint(parts: DevEndpointParts): Promise<DevEndpoint> {
  const store = memoryStore();
  const client = createTaskRouterClient({ ...parts.account, store, env: {} });
  let current: TaskRouter | undefined;
  let answerWith: ReturnType<TaskRouter['node']> | undefined;
  const server = await listenOn(parts.port, (request, response) => {
    if (answerWith) return answerWith(request, response);
    const { status, headers, body } = problem(503, 'starting', 'The handlers are still loading.');
    response.writeHead(status, headers).end(body);
  });
  return {
    base: urlOf(server, HOST) + BASE_PATH,
    async use(handlers) {
      const next = createTaskRouter({
        client,
        authToken: parts.account.authToken,
        basePath: BASE_PATH,
        store,
        explainMismatch: true,
        log: parts.log,
      });
      register(next, handlers);
      next.onOutcome(parts.onOutcome).onDeferred(parts.onDeferred);
      await next.ready();
      const before = current;
      current = next;
      answerWith = next.node();
      void before?.close({ timeoutMs: OLD_HANDLERS_MS });
    },
    async close() {
      server.close();
      const result = (await current?.close({ timeoutMs: CLOSE_MS })) ?? { open: [], clean: true };
      await closeConnections(server);
      return result;
    },
  };
}

/** On the usual port if it is free and no other was asked for. */
async function listenOn(
  port: number | undefined,
  listener: Parameters<typeof createServer>[1],
): Promise<Server> {
  const on = async (chosen: number) => {
    const server = createServer(listener);
    await once(server.listen(chosen, HOST), 'listening');
    return server;
  };
  try {
    return await on(port ?? USUAL_PORT);
  } catch (cause) {
    if (port === undefined) return on(0);
    throw portRefused(port, '--port', cause);
  }
}

/** A port that cannot be listened on, and what to do. */
export function portRefused(port: number, option: string, cause: unknown): ConfigurationError {
  const code = systemCode(cause);
  const taken = code === 'EADDRINUSE';
  return new ConfigurationError(
    taken ? 'port-in-use' : 'cannot-listen',
    taken
      ? `Port ${port} is taken: give another one with ${option}, or leave it out to use any free port.`
      : `Nothing can listen on port ${port} (${code}): give another one with ${option}, or leave it out to use any free port.`,
    { cause },
  );
}
