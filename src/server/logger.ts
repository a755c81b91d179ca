import { pino } from 'pino';
import type { CallbackOutcome, DeferredOutcome } from '../index.js';
import type { Logger } from '../log.js';
import type { EndpointConfig } from './config.js';
import { logOutput } from './log-output.js';
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

interface LineOutput {
  readonly destination: { write(line: string): void };
  readonly clean: (line: string) => string;
  /** Whether its level includes the lines of callbacks. */
  readonly info: boolean;
}

/** The outputs of the loggers made here. */
const lineOutputs = new WeakMap<Logger, LineOutput>();

function secretsOf({
  authTokens,
  rest,
  redisUrl,
}: Pick<EndpointConfig, 'authTokens' | 'rest' | 'redisUrl'>): string[] {
  const { password = '' } = redisUrl === undefined ? {} : new URL(redisUrl);
  return [...authTokens, rest.apiSecret ?? '', password, decodeURIComponent(password)];
}

/**
 * Writes one line for each callback. For our own output the line is built right here, because pino takes longer for it
 * than all of the callback's bookkeeping. Its content has been checked by then (SIDs, our own words); only the name of a
 * handler may need quoting or redaction, which is done once.
 */
export function logOutcomes(log: Logger): (outcome: CallbackOutcome) => void {
  const output = lineOutputs.get(log);
  if (output === undefined) return (outcome) => log.info(fieldsOf(outcome), 'callback');
  if (!output.info) return () => {};
  const { destination, clean } = output;
  const handlers = new Map<string, string>();
  const quoted = (handler: string) => {
    let text = handlers.get(handler);
    if (text === undefined) {
      text = clean(JSON.stringify(handler));
      handlers.set(handler, text);
    }
    return text;
  };
  return (outcome) => {
    const { reason, handler, instruction, workspaceSid, taskSid, workerSid, reservationSid, eventType } =
      outcome;
    let line = `{"level":"info","time":${Date.now()},"route":"${outcome.route}","verdict":"${outcome.verdict}","status":${outcome.status}`;
    if (reason !== undefined) line += `,"reason":"${reason}"`;
    if (handler !== undefined) line += `,"handler":${quoted(handler)}`;
    if (instruction !== undefined) line += `,"instruction":"${instruction}"`;
    line += `,"ms":${Math.round(outcome.durationMs * 100) / 100}`;
    if (outcome.degraded) line += ',"degraded":true';
    if (workspaceSid !== undefined) line += `,"workspaceSid":"${workspaceSid}"`;
    if (taskSid !== undefined) line += `,"taskSid":"${taskSid}"`;
    if (workerSid !== undefined) line += `,"workerSid":"${workerSid}"`;
    if (reservationSid !== undefined) line += `,"reservationSid":"${reservationSid}"`;
    if (eventType !== undefined) line += `,"eventType":"${eventType}"`;
    destination.write(`${line},"msg":"callback"}\n`);
  };
}

/** The fields of a callback's line; pino leaves out undefined ones. */
function fieldsOf(outcome: CallbackOutcome): object {
  return {
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
  };
}

/** Writes one line for each deferred answer. */
export function logDeferred(log: Logger): (outcome: DeferredOutcome) => void {
  return ({ error: _logged, ...outcome }) => log.info(outcome, 'deferred answer');
}
