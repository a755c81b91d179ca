import { randomBytes } from 'node:crypto';
import { createEmulator, type Emulator } from '../emulator/index.js';
import { ConfigurationError } from '../errors.js';
import type { CallbackOutcome } from '../index.js';
import type { Logger } from '../log.js';
import { readConfig } from '../server/config.js';
import { loadHandlers } from '../server/load-handlers.js';
import { BASE_PATH, type Endpoint, startEndpoint } from '../server/serve.js';
import { stopOnSignals } from '../server/shutdown.js';
import { CENTRE, kindsOfTask, MOST_RESERVATIONS } from './dev-centre.js';
import { Journeys } from './dev-journeys.js';
import { rest, startWorkers } from './dev-workers.js';
import { EXIT } from './failure.js';
import { paint, print } from './print.js';

export interface DevOptions {
  readonly port?: number;
  readonly once?: true;
}

const USUAL_PORT = 3_000;
const FEED_MS = 3_000;
const ONCE_LIMIT_MS = 15_000;

/**
 * `taskrouter dev`: a TaskRouter with a small contact centre and an endpoint with the handlers and the memory store, on
 * this machine alone. It feeds a task every few seconds and prints the way of each.
 *
 * @returns with `once`, 0 if a task of each kind was completed, else 1; without, `undefined` while it stays up.
 * @throws ConfigurationError when the handlers cannot be loaded or the port is taken.
 */
export async function dev({ port, once }: DevOptions): Promise<number | undefined> {
  const [ringMs, talkMs, workMs] = once ? [100, 300, 300] : [1_500, 5_000, 3_000];
  const log = screenLogger();
  const emulator = await createEmulator({
    phones: { does: 'answer', afterMs: ringMs, talkMs },
    // The move that cancels the task is one that leads to no reservation.
    choices: { maxAssignments: MOST_RESERVATIONS + 1 },
    log,
  });
  const centre = emulator.seed(CENTRE);
  const journeys = new Journeys(
    new Map(Object.entries(centre.taskQueues).map(([name, queueSid]) => [queueSid, name])),
  );
  // The handlers read them as they load. Those of a real account are unknown here.
  process.env.OFFLINE_ACTIVITY_SID = centre.activities.Offline;
  process.env.WRAP_UP_ACTIVITY_SID = centre.activities['Wrap-up'];
  let endpoint: Endpoint;
  try {
    endpoint = await start(emulator.authToken, port, log, (outcome) => journeys.outcome(outcome));
  } catch (error) {
    await emulator.close();
    throw error;
  }
  await connect(emulator, endpoint.url + BASE_PATH, centre);
  const stopWorkers = startWorkers(emulator, centre, workMs, (error) => log.warn({}, String(error)));
  let label = '';
  emulator.watch((news) => journeys.news(news, label));
  let feed: NodeJS.Timeout | undefined;
  const close = async () => {
    clearInterval(feed);
    stopWorkers();
    await emulator.close();
    return endpoint.close();
  };
  print(
    `${paint('bold', 'taskrouter dev')}  TaskRouter ${emulator.url}, endpoint ${endpoint.url + BASE_PATH}\n`,
  );

  const kinds = kindsOfTask(() => `CA${randomBytes(16).toString('hex')}`);
  let made = 0;
  const next = () => {
    const { label: kind, ...task } = kinds[made++ % kinds.length]!;
    label = kind;
    return emulator.createTask(task);
  };
  if (once) {
    const ended = kinds.map(() => emulator.until(next(), { withinMs: ONCE_LIMIT_MS }).isCompleted());
    const results = await Promise.allSettled(ended);
    await close();
    const failed = results.flatMap((result, index) =>
      result.status === 'rejected' ? [`${kinds[index]!.label}: ${firstLine(result.reason)}`] : [],
    );
    for (const line of failed) console.error(line);
    if (failed.length > 0) console.error(`${failed.length} of ${kinds.length} tasks were not completed.`);
    return failed.length === 0 ? EXIT.ok : EXIT.failed;
  }
  print('Press Ctrl-C to stop. After a change in handlers/, start again. To see why a task is where it is:');
  // From the sources there is no `taskrouter` on the path.
  const command = import.meta.url.endsWith('.ts') ? 'npx tsx src/cli/main.ts' : 'npx taskrouter';
  print(`  ${command} explain <taskSid> --url ${emulator.url}\n`);
  stopOnSignals({ log, close });
  next();
  feed = setInterval(next, FEED_MS);
  return undefined;
}

/** Tells the workflow and the workspace where the endpoint is, as one does in the Console. */
async function connect(
  emulator: Emulator,
  base: string,
  {
    workspaceSid,
    workflows,
  }: { readonly workspaceSid: string; readonly workflows: { readonly 'Who helps': string } },
): Promise<void> {
  await rest(emulator, `${workspaceSid}/Workflows/${workflows['Who helps']}`, {
    AssignmentCallbackUrl: `${base}/assignment`,
    FallbackAssignmentCallbackUrl: `${base}/assignment/fallback`,
  });
  await rest(emulator, workspaceSid, { EventCallbackUrl: `${base}/events` });
}

/** On the usual port if it is free and no other was asked for. */
async function start(
  authToken: string,
  port: number | undefined,
  log: Logger,
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
      { handlers, onOutcome, log },
    );
  try {
    return await on(port ?? USUAL_PORT);
  } catch (error) {
    const taken = error instanceof ConfigurationError && error.code === 'port-in-use';
    if (!taken) throw error;
    if (port === undefined) return on(0);
    throw new ConfigurationError(
      'port-in-use',
      `Port ${port} is taken: give another one with --port, or none for any that is free.`,
      { cause: error },
    );
  }
}

/** Warnings and errors as lines between the rows; everything else is in the rows. */
function screenLogger(): Logger {
  const shown = new Set<string>();
  return {
    debug: () => {},
    info: () => {},
    warn: (_fields, message) => print(paint('yellow', `  ! ${message}`)),
    error: (fields, message) => {
      const error = 'err' in fields && fields.err instanceof Error ? fields.err : undefined;
      // Where it comes from is said once: the same error comes with every reservation.
      const again = error?.stack === undefined || shown.has(error.stack);
      if (error?.stack !== undefined) shown.add(error.stack);
      const detail = error === undefined ? '' : again ? `: ${firstLine(error)}` : `\n${error.stack}`;
      print(paint('red', `  ! ${message}${detail}`));
    },
  };
}

const firstLine = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n', 1)[0]!;
