import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { ConfigurationError } from '../errors.js';
import type { CallbackOutcome } from '../index.js';
import type { Logger } from '../log.js';
import { readConfig } from '../server/config.js';
import { loadHandlers } from '../server/load-handlers.js';
import { BASE_PATH, type Endpoint, startEndpoint } from '../server/serve.js';
import { stopOnSignals } from '../server/shutdown.js';
import { exchange } from './exchange.js';
import { EXIT } from './failure.js';
import { milliseconds, paint, print } from './print.js';
import { SAMPLE_ENVIRONMENT, type Sample, samples } from './samples.js';

export interface DevOptions {
  readonly port?: number;
  readonly once?: true;
}

const USUAL_PORT = 3_000;

/**
 * `taskrouter dev`: an endpoint on this machine alone, with a random token and the memory store, and one signed callback
 * of each kind sent to it. Then it stays up and shows each further callback.
 *
 * @returns with `once`, 0 if every sample was answered, else 1; without, `undefined` while it stays up.
 * @throws ConfigurationError when the handlers cannot be loaded or the port is taken.
 */
export async function dev({ port, once }: DevOptions): Promise<number | undefined> {
  for (const [name, value] of Object.entries(SAMPLE_ENVIRONMENT)) process.env[name] ||= value;
  const authToken = randomBytes(16).toString('hex');
  const seen = new Map<string, CallbackOutcome>();
  let sending = true;
  const endpoint = await start(authToken, port, (outcome) => {
    if (sending) seen.set(idOf(outcome), outcome);
    else printRow('a callback', outcome);
  });
  const base = endpoint.url + BASE_PATH;
  print(`${paint('bold', 'taskrouter dev')}  ${base}  memory store, random token\n`);
  print(paint('dim', row('REQUEST', 'PATH', 'HANDLER', 'ANSWER', 'TIME')));

  let answered = true;
  for (const sample of samples(base, authToken)) {
    const answer = await exchange(sample.kind, sample.request.url, sample.request);
    const outcome = seen.get(idOfSample(sample));
    if (outcome) printRow(sample.label, outcome);
    if ('failure' in answer) print(paint('red', `  ${sample.label}: ${answer.failure}`));
    else if (answer.body !== '') print(paint('dim', `      ${answer.body}`));
    answered &&= 'status' in answer && (answer.status === 200 || answer.status === 204);
  }
  sending = false;
  if (once) {
    await endpoint.close();
    return answered ? EXIT.ok : EXIT.failed;
  }
  stopOnSignals(endpoint);
  print(
    `\nUp until Ctrl-C. Change handlers/ and start again, or send a callback of your own:\n${tryLine(base, authToken)}\n`,
  );
  return undefined;
}

/** On the usual port if it is free and no other was asked for. */
async function start(
  authToken: string,
  port: number | undefined,
  onOutcome: (outcome: CallbackOutcome) => void,
): Promise<Endpoint> {
  const handlers = await loadHandlers(process.env.HANDLERS_DIR);
  const on = (chosen: number) =>
    startEndpoint(
      readConfig({
        TWILIO_AUTH_TOKEN: authToken,
        HOST: '127.0.0.1',
        PORT: String(chosen),
        SHUTDOWN_TIMEOUT_MS: '2000',
      }),
      { handlers, onOutcome, log: screenLogger },
    );
  try {
    return await on(port ?? USUAL_PORT);
  } catch (error) {
    const taken = error instanceof ConfigurationError && error.code === 'port-in-use';
    if (!taken || port !== undefined) throw error;
    return on(0);
  }
}

/** What names a callback both where it is sent and where it is answered. */
function idOf({ reservationSid, eventType }: CallbackOutcome): string {
  return reservationSid ?? eventType ?? '';
}

function idOfSample({ kind, request }: Sample): string {
  return request.fields[kind === 'assignment' ? 'ReservationSid' : 'EventType'] ?? '';
}

const PATHS: Readonly<Record<CallbackOutcome['route'], string>> = {
  assignment: '/assignment',
  fallback: '/assignment/fallback',
  events: '/events',
};

function printRow(label: string, outcome: CallbackOutcome): void {
  const { route, status, handler, instruction, verdict, durationMs, reason } = outcome;
  const who = handler ?? (route === 'events' && verdict === 'ran' ? 'event handlers' : verdict);
  const what = `${status} ${instruction ?? reason ?? ''}`;
  const line = row(label, PATHS[route], who, what, milliseconds(durationMs));
  print(status < 300 ? line : paint('red', line));
}

function row(request: string, path: string, handler: string, answer: string, time: string): string {
  return `  ${request.padEnd(28)}${path.padEnd(22)}${handler.padEnd(20)}${answer.padEnd(24)}${time.padStart(7)}`;
}

/** The command as it can be run where this one was: from the sources there is no `taskrouter` yet. */
function tryLine(base: string, authToken: string): string {
  const fromSources = import.meta.url.endsWith('.ts');
  const command = fromSources
    ? 'npx tsx src/cli/main.ts'
    : `node ${fileURLToPath(new URL('main.js', import.meta.url))}`;
  return `  TWILIO_AUTH_TOKEN=${authToken} ${command} send assignment --url ${base}/assignment --task '{"type":"chat"}'`;
}

/** Warnings and errors as lines between the rows; everything else is in the rows. */
const screenLogger: Logger = {
  debug: () => {},
  info: () => {},
  warn: (_fields, message) => print(paint('yellow', `  ! ${message}`)),
  error: (fields, message) => {
    const error = 'err' in fields && fields.err instanceof Error ? `\n${fields.err.stack}` : '';
    print(paint('red', `  ! ${message}${error}`));
  },
};
