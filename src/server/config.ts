import { isIP } from 'node:net';
import * as v from 'valibot';
import { ConfigurationError } from '../errors.js';
import { nearMiss } from '../near-miss.js';
import { sidForm, sidPattern } from '../sids.js';
import { parseRedisUrl } from './redis-url.js';

/** The endpoint's configuration: the environment, checked and typed. */
export type EndpointConfig = ReturnType<typeof readConfig>;

/** A whole number of something, within bounds. */
function whole(unit: string, least: number, most: number) {
  return v.pipe(
    v.string(),
    v.check(
      (text) => /^\d{1,9}$/.test(text) && Number(text) >= least && Number(text) <= most,
      `must be a whole number of ${unit} from ${least} to ${most}.`,
    ),
    v.transform(Number),
  );
}

const milliseconds = (least: number, most: number) => whole('milliseconds', least, most);

function port(name: string) {
  return v.pipe(
    v.string(),
    v.check(
      (text) => /^\d{1,5}$/.test(text) && Number(text) <= 65_535,
      `must be a port, such as ${name === 'PORT' ? 3000 : 9090}; 0 lets the system choose one.`,
    ),
    v.transform(Number),
  );
}

function sid(prefix: string, where: string) {
  return v.pipe(
    v.string(),
    v.regex(sidForm(prefix), `must be ${prefix} and 32 hexadecimal digits: see ${where}.`),
  );
}

function url(protocols: readonly string[], example: string) {
  return v.pipe(
    v.string(),
    v.check(
      (text) => URL.canParse(text) && protocols.includes(new URL(text).protocol),
      `must be a URL such as ${example}.`,
    ),
  );
}

/** Finds mistakes that would otherwise show later, on a connection or in the log, with less explanation. */
const redisUrl = v.pipe(
  v.string(),
  v.rawCheck(({ dataset, addIssue }) => {
    const target = dataset.typed ? parseRedisUrl(dataset.value) : undefined;
    if (target && 'problem' in target) addIssue({ message: target.problem });
  }),
);

const TOKEN_MISSING =
  "is missing. Set it to the Auth Token of your account (Twilio Console, Account info): without it the endpoint cannot tell Twilio's requests from forged ones.";

const authTokens = v.pipe(
  v.string(),
  v.transform((text) => text.split(',').map((token) => token.trim())),
  v.check(
    (tokens) => tokens.every((token) => token !== '' && !/\s/.test(token)),
    'must be one Auth Token, or several separated by commas, with no spaces inside a token.',
  ),
);

const ACCOUNT_AND_WORKSPACE = new RegExp(`^${sidPattern('AC')}:${sidPattern('WS')}$`);

const accounts = v.pipe(
  v.string(),
  v.check(
    (text) => text.split(',').every((pair) => ACCOUNT_AND_WORKSPACE.test(pair.trim())),
    'must be pairs of an account and one of its workspaces, AC…:WS…, separated by commas.',
  ),
  v.transform((text) => {
    const workspaces: Record<string, string[]> = {};
    for (const pair of text.split(',')) {
      const [accountSid, workspaceSid] = pair.trim().split(':') as [string, string];
      workspaces[accountSid] ??= [];
      workspaces[accountSid].push(workspaceSid);
    }
    return workspaces;
  }),
);

const PROXY_NAMES = ['loopback', 'linklocal', 'uniquelocal'];

const trustProxy = v.pipe(
  v.string(),
  v.transform((text): boolean | number | readonly string[] => {
    if (text === 'true' || text === 'false') return text === 'true';
    if (/^\d{1,2}$/.test(text)) return Number(text);
    return text.split(',').map((one) => one.trim());
  }),
  v.check(
    (trusted) => !Array.isArray(trusted) || trusted.every(isProxy),
    'must be the number of proxies in front of the endpoint (usually 1), true, false, or a list of their addresses ' +
      'such as 10.0.0.0/8,loopback.',
  ),
);

function isProxy(text: string): boolean {
  const [address = '', bits, ...more] = text.split('/');
  const most = isIP(address) === 6 ? 128 : 32;
  const inRange = bits === undefined || (/^[1-9]\d{0,2}$/.test(bits) && Number(bits) <= most);
  return PROXY_NAMES.includes(text) || (isIP(address) !== 0 && inRange && more.length === 0);
}

/** Every variable the endpoint reads, by name. */
const ENVIRONMENT = v.object(
  {
    TWILIO_AUTH_TOKEN: authTokens,
    TWILIO_API_KEY: v.optional(sid('SK', 'API keys in the Twilio Console')),
    TWILIO_API_SECRET: v.optional(v.string()),
    TWILIO_ACCOUNT_SID: v.optional(sid('AC', 'Account info in the Twilio Console')),
    TWILIO_WORKSPACE_SID: v.optional(sid('WS', 'TaskRouter in the Twilio Console')),
    TASKROUTER_BASE_URL: v.optional(url(['http:', 'https:'], 'http://127.0.0.1:8080')),
    ACCOUNTS: v.optional(accounts),
    PUBLIC_URL: v.optional(
      v.pipe(
        url(['http:', 'https:'], 'https://hooks.example.com'),
        v.check((text) => !/[?#\s]/.test(text), 'must end before the query and the fragment.'),
      ),
    ),
    PORT: v.optional(port('PORT'), '3000'),
    HOST: v.optional(v.string()),
    ADMIN_PORT: v.optional(port('ADMIN_PORT')),
    MAX_CONNECTIONS: v.optional(whole('connections', 10, 100_000), '5000'),
    ADMIN_HOST: v.optional(v.string()),
    REDIS_URL: v.optional(redisUrl),
    HANDLERS_DIR: v.optional(v.string()),
    TRUST_PROXY: v.optional(trustProxy),
    LOG_LEVEL: v.optional(
      v.picklist(['debug', 'info', 'warn', 'error', 'silent'], 'must be debug, info, warn, error or silent.'),
      'info',
    ),
    CALLBACK_DEADLINE_MS: v.optional(milliseconds(500, 4_800), '4000'),
    ON_DEADLINE: v.optional(
      v.picklist(
        ['fail', 'defer'],
        'must be fail (answer 504, and the fallback request joins the run) or defer (answer {} and decide over REST).',
      ),
      'fail',
    ),
    ON_STORE_ERROR: v.optional(
      v.picklist(
        ['continue', 'fail'],
        'must be continue (run; each process detects only its own duplicates) or fail (answer 503).',
      ),
      'continue',
    ),
    SHUTDOWN_DELAY_MS: v.optional(milliseconds(0, 600_000), '0'),
    SHUTDOWN_TIMEOUT_MS: v.optional(milliseconds(0, 600_000), '25000'),
    NODE_ENV: v.optional(v.string()),
  },
  // The one variable that has no default.
  TOKEN_MISSING,
);

/** The names of the variables; docs/configuration.md has a row for each. */
export const VARIABLES: readonly string[] = Object.keys(ENVIRONMENT.entries);

/**
 * Reads the endpoint's configuration from environment variables. An empty variable counts as absent, as compose files
 * write it.
 *
 * @throws {ConfigurationError} `bad-environment` naming every variable that is missing or malformed and how to fix it,
 *   never a value.
 * @example
 * const config = readConfig(process.env);
 */
export function readConfig(env: Readonly<Record<string, string | undefined>>) {
  const given = Object.fromEntries(VARIABLES.flatMap((name) => (env[name] ? [[name, env[name]]] : [])));
  const parsed = v.safeParse(ENVIRONMENT, given);
  const problems = parsed.success ? [] : parsed.issues.map(describe);
  if (!given.TWILIO_API_KEY !== !given.TWILIO_API_SECRET) {
    problems.push('TWILIO_API_KEY and TWILIO_API_SECRET belong together: set both or neither.');
  }
  if (given.ON_DEADLINE === 'defer' && !given.TWILIO_ACCOUNT_SID) {
    problems.push('ON_DEADLINE=defer applies decisions over REST: set TWILIO_ACCOUNT_SID as well.');
  }
  if (given.ADMIN_PORT && given.ADMIN_PORT !== '0' && given.ADMIN_PORT === (given.PORT ?? '3000')) {
    problems.push('ADMIN_PORT must differ from PORT, or be left out.');
  }
  if (given.ADMIN_HOST && !given.ADMIN_PORT) {
    problems.push('ADMIN_HOST says where ADMIN_PORT listens: set ADMIN_PORT as well.');
  }
  problems.push(...misspelt(env));
  if (!parsed.success || problems.length > 0) {
    throw new ConfigurationError(
      'bad-environment',
      `The endpoint does not start until its environment is fixed:\n${problems.map((line) => `  ${line}`).join('\n')}`,
    );
  }
  const read = parsed.output;
  return {
    authTokens: read.TWILIO_AUTH_TOKEN,
    /** For the REST API, which is used if the account is given. Callbacks can be answered without it. */
    rest: {
      apiKey: read.TWILIO_API_KEY,
      apiSecret: read.TWILIO_API_SECRET,
      accountSid: read.TWILIO_ACCOUNT_SID,
      workspaceSid: read.TWILIO_WORKSPACE_SID,
      baseUrl: read.TASKROUTER_BASE_URL,
    },
    /** The workspaces each account may speak for; undefined: any. */
    accounts: read.ACCOUNTS,
    publicUrl: read.PUBLIC_URL,
    port: read.PORT,
    /** Undefined: every interface. */
    host: read.HOST,
    /** Where health and metrics are served; undefined: beside the callbacks. */
    adminPort: read.ADMIN_PORT,
    maxConnections: read.MAX_CONNECTIONS,
    /** Health and metrics need no password, so by default they listen on this machine only. */
    adminHost: read.ADMIN_HOST ?? '127.0.0.1',
    redisUrl: read.REDIS_URL,
    handlersDir: read.HANDLERS_DIR,
    trustProxy: read.TRUST_PROXY,
    logLevel: read.LOG_LEVEL,
    deadlineMs: read.CALLBACK_DEADLINE_MS,
    onDeadline: read.ON_DEADLINE,
    onStoreError: read.ON_STORE_ERROR,
    shutdownDelayMs: read.SHUTDOWN_DELAY_MS,
    shutdownTimeoutMs: read.SHUTDOWN_TIMEOUT_MS,
    production: read.NODE_ENV === 'production',
  };
}

/** Shorter names are close to variables of other programs: HOME is one letter from HOST and harmless. */
const SHORTEST_COMPARED = 8;

/**
 * Finds variables whose names are close to ours, if ours is not set: `CALLBACK_DEADLNE_MS` would silently leave the
 * default in force. If ours is set, even to an empty value, the other one belongs to another program.
 */
function misspelt(env: Readonly<Record<string, string | undefined>>): string[] {
  const candidates = VARIABLES.filter((name) => name.length >= SHORTEST_COMPARED && env[name] === undefined);
  return Object.keys(env).flatMap((name) => {
    if (VARIABLES.includes(name) || !env[name]) return [];
    const inMs = `${name.replace(/_(?:S|SEC|SECS|SECONDS|MILLISECONDS)$/, '')}_MS`;
    const meant = candidates.includes(inMs) ? inMs : nearMiss(name, candidates, name.length < 12 ? 1 : 2);
    return meant === undefined
      ? []
      : [
          `${name} is not a known variable. Did you mean ${meant}? If it belongs to another program, set ${meant}= (empty).`,
        ];
  });
}

function describe(issue: v.BaseIssue<unknown>): string {
  return `${v.getDotPath(issue) ?? 'The environment'} ${issue.message}`;
}
