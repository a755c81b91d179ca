import { pino } from 'pino';
import type { CallbackOutcome, DeferredOutcome } from '../index.js';
import type { Logger } from '../log.js';
import type { EndpointConfig } from './config.js';
import { logOutput } from './log-output.js';
import { errorFields, lineRedactor, redactFields } from './redact.js';

/**
 * The endpoint's logger: JSON lines on standard output, written a few at a time and all of them at exit. Tokens,
 * signatures, phone numbers and attributes are redacted, also where a handler logs them.
 *
 * @param destination - where the lines go; default: standard output.
 */
export function createLogger(
  config: Pick<EndpointConfig, 'logLevel' | 'authTokens' | 'rest' | 'redisUrl'>,
  destination: { write(line: string): void } = logOutput(),
): Logger {
  return pino(
    {
      level: config.logLevel,
      // The host and the process id are the platform's to add, and the same on each line.
      base: null,
      formatters: { level: (label) => ({ level: label }), log: redactFields },
      serializers: { err: (error: unknown) => (error instanceof Error ? errorFields(error) : error) },
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

/**
 * Writes one line for each callback; pino leaves out what is undefined. The fields are named one by one because this
 * runs for each callback: spreading the outcome takes longer than writing the line.
 */
export function logOutcomes(log: Logger): (outcome: CallbackOutcome) => void {
  return (outcome) => {
    log.info(
      {
        route: outcome.route,
        verdict: outcome.verdict,
        status: outcome.status,
        reason: outcome.reason,
        handler: outcome.handler,
        instruction: outcome.instruction,
        ms: Math.round(outcome.durationMs * 100) / 100,
        degraded: outcome.degraded || undefined,
        workspaceSid: outcome.workspaceSid,
        taskSid: outcome.taskSid,
        workerSid: outcome.workerSid,
        reservationSid: outcome.reservationSid,
        eventType: outcome.eventType,
      },
      'callback',
    );
  };
}

/** Writes one line for each deferred answer. */
export function logDeferred(log: Logger): (outcome: DeferredOutcome) => void {
  return ({ error: _logged, ...outcome }) => log.info(outcome, 'deferred answer');
}
