import { ConfigurationError } from '../errors.js';
import { nearMiss, refuseUnknownKeys } from '../near-miss.js';
import { ACCOUNT_SID, API_KEY_SID } from '../sids.js';
import { hostnameOf } from './api/same-origin.js';
import type { PhoneBehaviour } from './calls/phones.js';
import type { EmulatorOptions } from './options.js';

type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === 'string' && value !== '';
const isFlag: Check = (value) => typeof value === 'boolean';
const isFunction: Check = (value) => typeof value === 'function';
const isCount: Check = (value) => Number.isSafeInteger(value) && Number(value) >= 0;
const isPort: Check = (value) => value === false || (isCount(value) && Number(value) <= 65_535);
const isLogger: Check = (value) =>
  typeof value === 'object' &&
  value !== null &&
  ['debug', 'info', 'warn', 'error'].every((level) => isFunction((value as Record<string, unknown>)[level]));
const isObject: Check = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

const oneOf = (...values: readonly string[]): readonly [check: Check, form: string] => [
  (value) => typeof value === 'string' && values.includes(value),
  values.map((value) => `'${value}'`).join(' or '),
];

/** Every option of an emulator: its check, and the form to name in the error. The value is never shown. */
const OPTIONS: Readonly<Record<keyof EmulatorOptions, readonly [check: Check, form: string]>> = {
  clock: [(value) => value === 'real' || value === 'virtual', "'real' or 'virtual'"],
  accountSid: [
    (value) => typeof value === 'string' && ACCOUNT_SID.test(value),
    'AC and 32 hexadecimal digits',
  ],
  authToken: [isText, 'a string'],
  apiKeys: [isObject, 'an object of secrets by SID'],
  seed: [(value) => typeof value === 'number' && Number.isFinite(value), 'a number'],
  port: [isPort, 'a port from 0 to 65535, or false'],
  host: [isText, 'a host name or an address'],
  allowHosts: [Array.isArray, 'a list of host names and addresses'],
  allowOrigins: [Array.isArray, 'a list of origins'],
  inspector: [(value) => isFlag(value) || isObject(value), 'true, false, or an object'],
  dataFile: [isText, 'the path of a file'],
  unconfirmedParameters: [isFlag, 'true or false'],
  phones: [(value) => isFunction(value) || isObject(value), 'a behaviour or a function that returns one'],
  choices: [isObject, 'an object'],
  log: [isLogger, 'an object with the methods debug, info, warn and error'],
  fetch: [isFunction, 'a function such as the global fetch'],
};

const CHOICES: Readonly<Record<keyof NonNullable<EmulatorOptions['choices']>, readonly [Check, string]>> = {
  purgeAfterMs: [isCount, 'a number of milliseconds'],
  maxAssignments: [(value) => isCount(value) && value !== 0, 'a whole number above 0'],
  rerouteOnAttributes: [isFlag, 'true or false'],
  coerceNumericStrings: [isFlag, 'true or false'],
  stepTimeoutsFrom: oneOf('filter-entered', 'task-created', 'step-entered'),
  afterReservationTimeout: oneOf('same-step', 'next-step'),
  callbackBackoff: [isFlag, 'true or false'],
  lenientExpressions: [isFlag, 'true or false'],
  noContent: oneOf('defer', 'fail'),
};

/** @throws {ConfigurationError} for an unknown option, one of the wrong form, or two that contradict each other. */
export function checkOptions(options: EmulatorOptions): void {
  checkFields(options, OPTIONS, 'createEmulator');
  checkFields(options.choices, CHOICES, 'createEmulator choices');
  checkApiKeys(options.apiKeys);
  checkHosts(options.allowHosts);
  checkOrigins(options.allowOrigins);
  if (options.phones !== undefined && typeof options.phones !== 'function') checkPhone(options.phones);
  if (options.seed !== undefined && options.dataFile !== undefined) {
    throw new ConfigurationError(
      'seed-and-data-file',
      'seed and dataFile cannot be used together: after a restart, the seed would give out the same SIDs again.',
    );
  }
}

function checkApiKeys(apiKeys: Readonly<Record<string, string>> = {}): void {
  for (const [sid, secret] of Object.entries(apiKeys)) {
    if (API_KEY_SID.test(sid) && isText(secret)) continue;
    throw new ConfigurationError(
      'bad-api-key',
      'apiKeys maps the SID of each key, SK and 32 hexadecimal digits, to its secret, which is not empty.',
    );
  }
}

function checkHosts(hosts: readonly string[] = []): void {
  for (const host of hosts) {
    if (typeof host === 'string' && hostnameOf(host) !== undefined) continue;
    throw new ConfigurationError(
      'bad-host',
      `allowHosts holds ${JSON.stringify(host)}, which is not a host: write only a name or an address, such as emulator.`,
    );
  }
}

function checkOrigins(origins: readonly string[] = []): void {
  for (const origin of origins) {
    if (origin === '*' || origin === 'null') continue;
    if (typeof origin === 'string' && URL.canParse(origin) && new URL(origin).origin === origin) continue;
    throw new ConfigurationError(
      'bad-origin',
      `allowOrigins holds ${JSON.stringify(origin)}, which is not an origin: write only scheme, host and port, such as https://desk.example.com.`,
    );
  }
}

function checkFields(
  given: object | undefined,
  fields: Readonly<Record<string, readonly [check: Check, form: string]>>,
  what: string,
): void {
  refuseUnknownKeys(given, Object.keys(fields), what);
  for (const [name, value] of Object.entries(given ?? {})) {
    const [check, form] = fields[name]!;
    if (value === undefined || check(value)) continue;
    const wrong = value === '' ? 'is empty' : `is not ${form}`;
    throw new ConfigurationError('bad-option', `${what}: ${name} ${wrong}; leave it out for the default.`);
  }
}

/** The keys of each behaviour besides `does`; each is a number of milliseconds. */
const BEHAVIOURS: Readonly<Record<PhoneBehaviour['does'], readonly string[]>> = {
  answer: ['afterMs', 'talkMs'],
  'hang up': ['afterMs'],
  'not answer': [],
};

/**
 * A phone's behaviour, checked: a function may return anything.
 * @throws {ConfigurationError}
 */
export function checkPhone(behaviour: PhoneBehaviour): PhoneBehaviour {
  const given: unknown = behaviour;
  const does = isObject(given) ? (given as { readonly does?: unknown }).does : undefined;
  if (typeof does !== 'string' || !Object.hasOwn(BEHAVIOURS, does)) {
    const meant = typeof does === 'string' ? nearMiss(does, Object.keys(BEHAVIOURS)) : undefined;
    throw new ConfigurationError(
      'bad-option',
      `phones: does must be 'answer', 'hang up' or 'not answer'.${meant === undefined ? '' : ` Did you mean '${meant}'?`}`,
    );
  }
  const known = BEHAVIOURS[does as PhoneBehaviour['does']];
  refuseUnknownKeys(given, ['does', ...known], `phones '${does}'`);
  for (const [name, value] of Object.entries(behaviour)) {
    if (name === 'does' || value === undefined) continue;
    const forever = name === 'talkMs' && value === Number.POSITIVE_INFINITY;
    if (!forever && !(typeof value === 'number' && Number.isFinite(value) && value >= 0)) {
      throw new ConfigurationError(
        'bad-option',
        `phones '${does}': ${name} must be a number of milliseconds.`,
      );
    }
  }
  return behaviour;
}
