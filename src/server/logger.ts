import { pino } from 'pino';
import type { DeferredOutcome } from '../index.js';
import type { Logger } from '../log.js';
import type { EndpointConfig } from './config.js';
import { logOutput } from './log-output.js';
import type { LineOutput } from './outcomes.js';
import { errorFields, lineRedactor, redactFields } from './redact.js';

/**
 * The endpoint's logger. It writes JSON lines to standard output, a few at a time, and the rest at exit. Tokens,
 * signatures, phone numbers and attributes are redacted, even if a handler logs them.
 *
 * @param destination - where the lines go; default: standard output.
 */
export function createLogger(
  config: Pick<EndpointConfig, 'logLevel' | 'authTokens' | 'rest' | 'redisUrl'>,
  destination: { write(line: string): void } = logOutput(),
): Logger {
  const clean = lineRedactor(secretsOf(config));
  const log = pino(
    {
      level: config.logLevel,
      // The platform adds the host and the process ID, and they are the same on each line.
      base: null,
      formatters: { level: (label) => ({ level: label }), log: redactFields },
      serializers: { err: (error: unknown) => (error instanceof Error ? errorFields(error) : error) },
      hooks: { streamWrite: clean },
    },
    destination,
  );
  lineOutputs.set(log, { destination, clean, info: log.isLevelEnabled('info') });
  return log;
}

/** The outputs of the loggers made here, for lines that need no pino. */
const lineOutputs = new WeakMap<Logger, LineOutput>();

/** The output of a logger made here. */
export const lineOutputOf = (log: Logger): LineOutput | undefined => lineOutputs.get(log);

function secretsOf({
  authTokens,
  rest,
  redisUrl,
}: Pick<EndpointConfig, 'authTokens' | 'rest' | 'redisUrl'>): string[] {
  const { password = '' } = redisUrl === undefined ? {} : new URL(redisUrl);
  return [...authTokens, rest.apiSecret ?? '', password, decodeURIComponent(password)];
}

/** Writes one line for each deferred answer. */
export function logDeferred(log: Logger): (outcome: DeferredOutcome) => void {
  return ({ error: _logged, ...outcome }) => log.info(outcome, 'deferred answer');
}
