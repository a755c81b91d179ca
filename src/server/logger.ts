import { pino } from 'pino';
import type { CallbackOutcome } from '../index.js';
import type { Logger } from '../log.js';
import type { EndpointConfig } from './config.js';
import { lineRedactor, redactFields } from './redact.js';

/** How long a line may wait to be written with others, in milliseconds. */
const FLUSH_MS = 100;

/**
 * The endpoint's logger: JSON lines on standard output, written a few at a time and all of them at exit. Tokens,
 * signatures, phone numbers and attributes are redacted, also where a handler logs them.
 *
 * @param destination - where the lines go; default: standard output.
 */
export function createLogger(
  config: Pick<EndpointConfig, 'logLevel' | 'authTokens' | 'rest' | 'redisUrl'>,
  destination: { write(line: string): void } = pino.destination({
    dest: 1,
    sync: false,
    minLength: 4_096,
    periodicFlush: FLUSH_MS,
  }),
): Logger {
  return pino(
    {
      level: config.logLevel,
      // The host and the process id are the platform's to add, and the same on each line.
      base: null,
      formatters: { level: (label) => ({ level: label }), log: redactFields },
      serializers: { err: (error: Error) => redactFields({ ...pino.stdSerializers.err(error) }) },
      hooks: { streamWrite: lineRedactor(secretsOf(config)) },
    },
    destination,
  );
}

function secretsOf({
  authTokens,
  rest,
  redisUrl,
}: Pick<EndpointConfig, 'authTokens' | 'rest' | 'redisUrl'>): string[] {
  const { password = '' } = redisUrl === undefined ? {} : new URL(redisUrl);
  return [...authTokens, rest.apiSecret ?? '', password, decodeURIComponent(password)];
}

/** Writes one line for each callback. Fields that say nothing are left out by pino. */
export function logOutcomes(log: Logger): (outcome: CallbackOutcome) => void {
  return ({ durationMs, degraded, ...outcome }) => {
    const ms = Math.round(durationMs * 100) / 100;
    log.info(degraded ? { ...outcome, ms, degraded } : { ...outcome, ms }, 'callback');
  };
}
