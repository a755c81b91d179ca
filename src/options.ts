import type { ClientOption } from './callbacks/client.js';
import type { AssignmentContext } from './callbacks/context.js';
import { MAX_DEFER_MS } from './callbacks/routing/handler.js';
import { type Clock, systemClock } from './clock.js';
import { ConfigurationError } from './errors.js';
import { type Accounts, readAccounts } from './http/accounts.js';
import { readPublicUrl } from './http/public-url.js';
import { memoryStore } from './idempotency/store/memory-store.js';
import type { IdempotencyStore } from './idempotency/store/store.js';
import type { IdempotencyObserver } from './idempotency/types.js';
import { type Instruction, isInstruction } from './instructions/index.js';
import { consoleLogger, type Logger } from './log.js';
import { refuseUnknownKeys } from './near-miss.js';
import type { AuthToken } from './signature/index.js';

/** How a router is set up. Only `authToken` is required. */
export interface TaskRouterOptions {
  /**
   * The account's Auth Token, several while one replaces another, or a function of the AccountSid. The AccountSid is
   * not verified yet when the function is called: use it to choose a token and for nothing else.
   */
  readonly authToken: AuthToken | undefined;
  /**
   * The workspaces of each account: `{ 'AC…': ['WS…'] }`. A callback or event of any other pair is refused with 403, so
   * one account's token cannot act for a workspace of another. Default: any workspace of an account whose signature
   * is right. Set it if `authToken` is a function or holds tokens of several accounts.
   */
  readonly accounts?: Readonly<Record<string, readonly string[]>> | undefined;
  /**
   * The URL you gave Twilio, up to the path this app sees: `https://hooks.example.com`. Default: the URL as Express sees
   * it (mind `trust proxy`), as the socket shows it under `node()`, and `request.url` under `fetch()`.
   */
  readonly publicUrl?: string | undefined;
  /** The path before `/assignment` for `node()` and `fetch()`. Default `/taskrouter`; Express takes its mount path. */
  readonly basePath?: string | undefined;
  /** Where runs and answers are recorded. Default: {@link memoryStore}, which does not see duplicates in other processes. */
  readonly store?: IdempotencyStore | undefined;
  /**
   * How long one operation of the store may take, in milliseconds. Default 250. Never more than a third of a run's lease,
   * which is 0.6 of `deadlineMs`, between 400 and 1,500: 500 for the default deadline.
   */
  readonly storeTimeoutMs?: number | undefined;
  /**
   * What happens while the store cannot be reached. `continue` (default) runs handlers, and each process detects only its
   * own duplicates; `fail` answers 503.
   */
  readonly onStoreError?: 'continue' | 'fail' | undefined;
  /** The time from the arrival of a request to its answer, in milliseconds, 500 to 4,800. Default 4,000; Twilio waits 5,000. */
  readonly deadlineMs?: number | undefined;
  /**
   * What happens at the deadline. `fail` (default) answers 504, and the fallback request joins the run with a full
   * deadline. `defer` answers `{}` and applies the handler's decision over REST; it needs a client. A fixed instruction
   * becomes the final answer.
   */
  readonly onDeadline?: 'fail' | 'defer' | Instruction | undefined;
  /**
   * How long a deferred answer may take after its `{}`, in milliseconds, unless `defer` says otherwise. Default 30,000.
   * With Redis, another process takes over from one that died; with the memory store, nothing takes over.
   */
  readonly deferLimitMs?: number | undefined;
  /**
   * A REST client (`createTaskRouterClient` of `taskrouter-kit/rest`), or one for each AccountSid. Enables deferred answers,
   * friendly names, matches on `channel`, and `client` and `reservation` in handlers. A function cannot look up names in
   * matches, because no account is known before a callback arrives.
   */
  readonly client?: ClientOption | undefined;
  /**
   * How old a callback's Timestamp may be, in milliseconds. Default 24 hours; `false`: any age. Answers are kept for five
   * minutes longer, so a copy of a callback is either refused or gets the stored answer. With `false` they are kept for a
   * day, and an older copy runs again. So does an old copy without a Timestamp, and a copy whose answer the memory store
   * had no room to keep.
   */
  readonly maxAgeMs?: number | false | undefined;
  /** Returns a task's channel, for matches on `channel`, if the callback does not name it. */
  readonly channelOf?:
    | ((context: AssignmentContext) => string | undefined | Promise<string | undefined>)
    | undefined;
  /** Where to log. Default: warnings and errors to the console. A pino logger works as it is. */
  readonly log?: Logger | undefined;
  /**
   * Logs why a signature does not match, and what would match: at most once in 10 seconds, for requests of at most 16 KiB,
   * and within 25 ms. Default: on outside production (`NODE_ENV`).
   */
  readonly explainMismatch?: boolean | undefined;
  /** Is told about verdicts and store failures, for metrics. */
  readonly storeObserver?: IdempotencyObserver | undefined;
  /** The clock for deadlines, leases and ages. Default: the machine's clock; tests pass a fake one. */
  readonly clock?: Clock | undefined;
  /** A number in [0, 1), for the jitter of polls. For tests. */
  readonly random?: (() => number) | undefined;
}

/** Options with every default filled in. */
export interface ReadOptions {
  readonly authToken: AuthToken;
  readonly accounts: Accounts | undefined;
  readonly publicUrl: string | undefined;
  readonly basePath: string;
  readonly store: IdempotencyStore;
  readonly storeTimeoutMs: number;
  readonly onStoreError: 'continue' | 'fail';
  readonly deadlineMs: number;
  readonly onDeadline: 'fail' | 'defer' | Instruction;
  readonly deferLimitMs: number;
  readonly client: ClientOption | undefined;
  readonly maxAgeMs: number | false;
  readonly channelOf: TaskRouterOptions['channelOf'];
  readonly log: Logger;
  readonly explainMismatch: boolean;
  readonly storeObserver: IdempotencyObserver | undefined;
  readonly clock: Clock;
  readonly random: (() => number) | undefined;
}

const NAMES = [
  'authToken',
  'accounts',
  'publicUrl',
  'basePath',
  'store',
  'storeTimeoutMs',
  'onStoreError',
  'deadlineMs',
  'onDeadline',
  'deferLimitMs',
  'client',
  'maxAgeMs',
  'channelOf',
  'log',
  'explainMismatch',
  'storeObserver',
  'clock',
  'random',
] as const satisfies ReadonlyArray<keyof TaskRouterOptions>;

/**
 * Checks the options and fills in the defaults.
 *
 * @throws {ConfigurationError} with a sentence that says what to write instead.
 */
export function readOptions(options: TaskRouterOptions): ReadOptions {
  refuseUnknownKeys(options, NAMES, 'createTaskRouter');
  const { authToken, publicUrl, basePath = '/taskrouter', clock = systemClock } = options;
  const { onDeadline = 'fail', onStoreError = 'continue', client } = options;
  if (authToken === undefined) {
    throw new ConfigurationError(
      'no-auth-token',
      "authToken is missing. Without it, the router cannot tell Twilio's requests from forged ones. Pass the Auth Token " +
        'of your account (Twilio Console, Account info), for example process.env.TWILIO_AUTH_TOKEN.',
    );
  }
  if (typeof basePath !== 'string' || (basePath !== '' && !/^\/[^?#\s]*[^/?#\s]$/.test(basePath))) {
    throw bad('basePath', "must begin with a slash and not end with one, such as '/taskrouter', or be ''.");
  }
  if (onDeadline !== 'fail' && onDeadline !== 'defer' && !isInstruction(onDeadline)) {
    throw bad('onDeadline', "must be 'fail', 'defer' or an instruction such as reject({ activity: 'WA…' }).");
  }
  if (onDeadline === 'defer' && client === undefined) {
    throw bad(
      'onDeadline',
      "'defer' decides with a REST reservation update: pass the option client, or choose 'fail'.",
    );
  }
  if (client !== undefined && typeof client !== 'function' && !('names' in client && 'workspace' in client)) {
    throw bad(
      'client',
      'must be made by createTaskRouterClient of taskrouter-kit/rest, or a function that returns one.',
    );
  }
  if (onStoreError !== 'continue' && onStoreError !== 'fail') {
    throw bad('onStoreError', "must be 'continue' or 'fail'.");
  }
  for (const [name, methods, example] of OBJECTS) requireMethods(name, options[name], methods, example);
  for (const name of ['channelOf', 'random'] as const) {
    if (options[name] !== undefined && typeof options[name] !== 'function')
      throw bad(name, 'must be a function.');
  }
  return {
    authToken,
    accounts: options.accounts === undefined ? undefined : readAccounts(options.accounts),
    basePath,
    onDeadline,
    deferLimitMs: between('deferLimitMs', options.deferLimitMs ?? 30_000, 1_000, MAX_DEFER_MS),
    client,
    onStoreError,
    publicUrl: publicUrl === undefined ? undefined : readPublicUrl(publicUrl),
    store: options.store ?? memoryStore({ clock }),
    storeTimeoutMs: between('storeTimeoutMs', options.storeTimeoutMs ?? 250, 10, 4_000),
    deadlineMs: between('deadlineMs', options.deadlineMs ?? 4_000, 500, 4_800),
    maxAgeMs:
      options.maxAgeMs === false
        ? false
        : between('maxAgeMs', options.maxAgeMs ?? 86_400_000, 1_000, Number.MAX_SAFE_INTEGER),
    channelOf: options.channelOf,
    log: options.log ?? consoleLogger,
    explainMismatch: options.explainMismatch ?? process.env.NODE_ENV !== 'production',
    storeObserver: options.storeObserver,
    clock,
    random: options.random,
  };
}

/** Options that are objects, with what is called on them: a method that is missing would be noticed in a callback. */
const OBJECTS = [
  ['log', ['debug', 'info', 'warn', 'error'], 'console, or a pino logger'],
  [
    'store',
    ['acquire', 'renew', 'defer', 'complete', 'release', 'ping'],
    'memoryStore() or redisStore(redis)',
  ],
  ['clock', ['now', 'setTimeout', 'clearTimeout'], 'createFakeClock() of taskrouter-kit/testing'],
] as const;

function requireMethods(name: string, value: unknown, methods: readonly string[], example: string): void {
  if (value === undefined) return;
  const given = (typeof value === 'object' || typeof value === 'function' ? value : {}) as Record<
    string,
    unknown
  >;
  const missing = methods.filter((method) => typeof given?.[method] !== 'function');
  if (missing.length === 0) return;
  throw bad(
    name,
    `must have the methods ${methods.join(', ')}, as ${example} has; missing: ${missing.join(', ')}.`,
  );
}

function between(name: string, value: number, least: number, most: number): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw bad(name, `must be a whole number of milliseconds from ${least} to ${most}.`);
}

function bad(name: string, what: string): ConfigurationError {
  return new ConfigurationError('bad-option', `${name} ${what}`);
}
