import { type Clock, systemClock } from '../clock.js';
import { ConfigurationError } from '../errors.js';
import type { IdempotencyStore } from '../idempotency/store/store.js';
import { refuseUnknownKeys } from '../near-miss.js';
import { ACCOUNT_SID, WORKSPACE_SID } from '../sids.js';
import type { Requester, RetryNotice, RetryOptions } from './request.js';
import { fetchTransport, nodeTransport } from './transport.js';

/** What {@link createTaskRouterClient} takes. Whatever is left out is read from the environment, as named. */
export interface TaskRouterClientOptions {
  /** `AC…`. Environment: `TWILIO_ACCOUNT_SID`. */
  readonly accountSid?: string | undefined;
  /** Of a list, the first one is used. Environment: `TWILIO_AUTH_TOKEN`, a list with commas. */
  readonly authToken?: string | readonly string[] | undefined;
  /** `SK…`, instead of an auth token. Environment: `TWILIO_API_KEY`. */
  readonly apiKey?: string | undefined;
  /** Environment: `TWILIO_API_SECRET`. */
  readonly apiSecret?: string | undefined;
  /** The workspace of `client.tasks` and all the others. Environment: `TWILIO_WORKSPACE_SID`. */
  readonly workspaceSid?: string | undefined;
  /** Another place than Twilio: scheme, host and port. Environment: `TASKROUTER_BASE_URL`. */
  readonly baseUrl?: string | undefined;
  /** Twilio region, such as `ie1`. Environment: `TWILIO_REGION`. */
  readonly region?: string | undefined;
  /** Twilio edge, such as `dublin`. Environment: `TWILIO_EDGE`. */
  readonly edge?: string | undefined;
  /** Default: Node's own HTTP client with open connections, which is twice as fast as the global `fetch`. */
  readonly fetch?: typeof fetch | undefined;
  /** The longest one attempt may take, in milliseconds. Default 12,000. */
  readonly timeoutMs?: number | undefined;
  /** The longest a call may take, retries and waits included, in milliseconds. Default 30,000. */
  readonly budgetMs?: number | undefined;
  readonly retry?: RetryOptions | undefined;
  /** Told before each retry, for logs and metrics. */
  readonly onRetry?: ((notice: RetryNotice) => void) | undefined;
  /** Where idempotency keys are kept, for several processes: `redisStore(redis)`. Default: this process's memory. */
  readonly store?: IdempotencyStore | undefined;
  /** How long after a lost creation a task gets to show before it is looked up, in milliseconds. Default 2,000. */
  readonly settleMs?: number | undefined;
  /** For tests. */
  readonly clock?: Clock | undefined;
  /** For tests: a number in [0, 1). */
  readonly random?: (() => number) | undefined;
  /** Default: `process.env`. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
}

export interface ClientConfig {
  readonly accountSid: string;
  readonly workspaceSid: string | undefined;
  readonly requester: Requester;
  readonly store: IdempotencyStore | undefined;
  readonly settleMs: number;
}

/**
 * Timers that keep the process alive: a script that waits for a retry has nothing else that would, and must not end in
 * the middle of it.
 */
const waitingClock: Clock = { ...systemClock, setTimeout: (run, ms) => setTimeout(run, ms) };

const CLIENT_OPTIONS = [
  ...['accountSid', 'authToken', 'apiKey', 'apiSecret', 'workspaceSid', 'baseUrl', 'region', 'edge', 'fetch'],
  ...['timeoutMs', 'budgetMs', 'retry', 'onRetry', 'store', 'settleMs', 'clock', 'random', 'env'],
] as const satisfies ReadonlyArray<keyof TaskRouterClientOptions>;

const RETRY_OPTIONS = ['retries', 'minDelayMs', 'maxDelayMs'] as const satisfies ReadonlyArray<
  keyof RetryOptions
>;

/** @throws {ConfigurationError} on what is missing or malformed, without showing it. */
export function readConfig(options: TaskRouterClientOptions): ClientConfig {
  refuseUnknownKeys(options, CLIENT_OPTIONS, 'createTaskRouterClient');
  refuseUnknownKeys(options.retry, RETRY_OPTIONS, 'createTaskRouterClient, retry');
  const env = options.env ?? process.env;
  const accountSid = options.accountSid ?? given(env.TWILIO_ACCOUNT_SID);
  if (accountSid === undefined || !ACCOUNT_SID.test(accountSid)) {
    fail('accountSid (or TWILIO_ACCOUNT_SID) must be an account SID: AC and 32 hexadecimal digits');
  }
  const workspaceSid = options.workspaceSid ?? given(env.TWILIO_WORKSPACE_SID);
  if (workspaceSid !== undefined && !WORKSPACE_SID.test(workspaceSid)) {
    fail('workspaceSid (or TWILIO_WORKSPACE_SID) must be a workspace SID: WS and 32 hexadecimal digits');
  }
  const { retries = 4, minDelayMs = 200, maxDelayMs = 5_000 } = options.retry ?? {};
  if (!Number.isInteger(retries) || retries < 0) fail('retry.retries must be a whole number, 0 or more');
  const origin = originOf(options, env);
  return {
    accountSid,
    workspaceSid,
    store: options.store,
    settleMs: positive('settleMs', options.settleMs ?? 2_000),
    requester: {
      transport: options.fetch === undefined ? nodeTransport(origin) : fetchTransport(origin, options.fetch),
      clock: options.clock ?? waitingClock,
      random: options.random ?? Math.random,
      headers: {
        authorization: authorizationOf(options, env, accountSid),
        'user-agent': `taskrouter-kit (node ${process.versions.node})`,
      },
      timeoutMs: positive('timeoutMs', options.timeoutMs ?? 12_000),
      budgetMs: positive('budgetMs', options.budgetMs ?? 30_000),
      retry: {
        retries,
        minDelayMs: positive('retry.minDelayMs', minDelayMs),
        maxDelayMs: positive('retry.maxDelayMs', maxDelayMs),
      },
      onRetry: options.onRetry,
    },
  };
}

type Env = Readonly<Record<string, string | undefined>>;

/** An empty variable is one that is not set. */
function given(value: string | undefined): string | undefined {
  return value === undefined || value.trim() === '' ? undefined : value.trim();
}

function fail(what: string): never {
  throw new ConfigurationError('invalid-client-options', `createTaskRouterClient: ${what}.`);
}

function positive(name: string, value: number): number {
  return Number.isFinite(value) && value > 0
    ? value
    : fail(`${name} must be a number of milliseconds above 0`);
}

/** HTTP basic: the account with its token, or a key with its secret. Source: twilio.com/docs/usage/requests-to-twilio. */
function authorizationOf(options: TaskRouterClientOptions, env: Env, accountSid: string): string {
  const { authToken, apiKey, apiSecret } = options;
  const said = authToken !== undefined || apiKey !== undefined || apiSecret !== undefined;
  const key = said ? apiKey : given(env.TWILIO_API_KEY);
  const secret = said ? apiSecret : given(env.TWILIO_API_SECRET);
  const tokens = said ? authToken : given(env.TWILIO_AUTH_TOKEN);
  const list = typeof tokens === 'string' ? tokens.split(',') : (tokens ?? []);
  const token = list.map((one) => one.trim()).find((one) => one !== '');
  if (key !== undefined && secret !== undefined) return basic(key, secret);
  if (key !== undefined || secret !== undefined)
    fail('apiKey and apiSecret belong together; one of them is missing');
  if (token === undefined) {
    fail(
      'give authToken, or apiKey and apiSecret (or set TWILIO_AUTH_TOKEN, or TWILIO_API_KEY and TWILIO_API_SECRET)',
    );
  }
  return basic(accountSid, token);
}

function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

/** Twilio's host, with edge and region before its domain. Source: twilio.com/docs/global-infrastructure/edge-locations. */
function originOf(options: TaskRouterClientOptions, env: Env): string {
  const said =
    options.baseUrl ?? (options.region || options.edge ? undefined : given(env.TASKROUTER_BASE_URL));
  if (said !== undefined) {
    const url = URL.canParse(said) ? new URL(said) : undefined;
    const bare = url && `${url.pathname}${url.search}${url.hash}${url.username}${url.password}` === '/';
    if (!url || !bare || !/^https?:$/.test(url.protocol)) {
      fail(
        'baseUrl (or TASKROUTER_BASE_URL) must be a scheme, a host and maybe a port, as in http://localhost:4010',
      );
    }
    return url.origin;
  }
  const edge = options.edge ?? given(env.TWILIO_EDGE);
  const region = options.region ?? given(env.TWILIO_REGION) ?? (edge === undefined ? undefined : 'us1');
  const parts = [edge, region].filter((part) => part !== undefined);
  if (!parts.every((part) => /^[a-z0-9-]+$/.test(part)))
    fail('region and edge are lower-case names, such as ie1 and dublin');
  return `https://${['taskrouter', ...parts].join('.')}.twilio.com`;
}
