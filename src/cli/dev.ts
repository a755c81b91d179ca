import { createEmulator, type Emulator } from '../emulator/index.js';
import { stopOnSignals } from '../server/shutdown.js';
import { type AppWatch, watchApp } from './dev-app.js';
import { AppAdvice } from './dev-app-advice.js';
import { type DevEndpoint, portRefused, startDevEndpoint } from './dev-endpoint.js';
import { writeEnvFile, writtenAccount } from './dev-env.js';
import { type LabelledTask, presetTasks, runOnce, sampleTasks, startFeed } from './dev-feed.js';
import { findHandlers, loadDevHandlers, shortPath } from './dev-handlers.js';
import { Journeys } from './dev-journeys.js';
import { watchConfig, watchHandlers } from './dev-live.js';
import { toldToPage } from './dev-log.js';
import { createScreen, type Screen } from './dev-screen.js';
import { MOST_RESERVATIONS } from './dev-tasks.js';
import {
  callbackUrls,
  changeDevWorkspace,
  readAppUrl,
  readWorkspace,
  seedDevWorkspace,
} from './dev-workspace.js';
import { UsageError } from './failure.js';
import { ownModules } from './own-modules.js';
import { pageParts } from './page-parts.js';
import { paint } from './print.js';

export interface DevOptions {
  /** Where an app runs that is to be driven; without it, `dev` starts an endpoint with the handlers. */
  readonly url?: string;
  readonly config?: string;
  /** The environment whose values the workspace file takes. */
  readonly env?: string;
  readonly port?: number;
  readonly emulatorPort?: number;
  readonly writeEnv?: string;
  readonly once?: true;
  readonly json?: true;
  /** False: make no tasks by itself. */
  readonly feed?: boolean;
}

const EMULATOR_PORT = 8_080;

/** How the simulated workers play. */
const PLAYING = { answers: '1500ms', works: '4s', wrapsUp: '1500ms', rests: '10s' } as const;
/**
 * For CI: every task is to be completed, and soon. Who could not be called stays away, because the same call would come
 * again.
 */
const AT_ONCE = {
  ...{ answers: 100, works: 300, wrapsUp: 150, rests: '20s' },
  ...{ rejects: 0, breaks: 0 },
} as const;

/**
 * `taskrouter dev`: a local TaskRouter that drives handlers as they are being written, or an app that runs elsewhere. It
 * prints the way of each task, and takes up each save of handlers and workspace file.
 *
 * @param folder - the handlers; default: `handlers/`.
 * @returns with `once`, 0 if every task was completed, else 1; without, `undefined` while it stays up.
 * @throws {ConfigurationError} when handlers or workspace file cannot be loaded, or a port is taken.
 */
export async function dev(folder: string | undefined, options: DevOptions): Promise<number | undefined> {
  checkOptions(folder, options);
  const app = options.url === undefined ? undefined : readAppUrl(options.url);
  const place = app === undefined ? findHandlers(folder, process.env) : undefined;
  const modules = await ownModules();
  const since = Date.now();
  const workspace = await readWorkspace(options.config, modules, options.env);

  const screen = createScreen(options.json === true, () => status(emulator, journeys));
  const emulator = await createEmulator({
    ...(options.writeEnv === undefined ? {} : writtenAccount(options.writeEnv)),
    port: false,
    inspector: options.once === undefined ? pageParts(async () => modules) : false,
    // The move that cancels the task is one that leads to no reservation.
    choices: { maxAssignments: MOST_RESERVATIONS + 1 },
    log: screen.log,
  });
  const journeys = new Journeys(screen, (sid) => nameOfQueue(emulator, sid));
  const closers: (() => unknown)[] = [() => screen.close()];
  let endpoint: DevEndpoint | undefined;
  const close = async () => {
    for (const one of closers.splice(0).reverse()) await one();
    await emulator.close();
    return (await endpoint?.close()) ?? { open: [], clean: true };
  };
  try {
    await listen(emulator, options.emulatorPort);
    const seeded = seedDevWorkspace(emulator, workspace);
    const account = {
      accountSid: emulator.accountSid,
      authToken: emulator.authToken,
      workspaceSid: seeded.workspaceSid,
      baseUrl: emulator.url,
    };
    const variables = variablesOf(account);
    if (app === undefined) {
      endpoint = await startDevEndpoint({
        account,
        port: options.port,
        log: toldToPage(screen.log, () => emulator.url),
        onOutcome: (outcome) => journeys.outcome(outcome),
        onDeferred: (outcome) => journeys.deferred(outcome),
      });
      // Handlers that read the environment get the local account, and never one of production.
      Object.assign(process.env, variables, activityVariables(seeded.activities));
      delete process.env.TWILIO_API_KEY;
      delete process.env.TWILIO_API_SECRET;
    }
    const urls = callbackUrls(app ?? endpoint!.base);
    const loaded = place && (await loadDevHandlers(place, modules));
    if (endpoint && loaded) await endpoint.use(loaded.handlers);
    changeDevWorkspace(emulator, workspace, seeded.workspaceSid, urls, app);
    const doubled = options.writeEnv === undefined ? [] : writeEnvFile(options.writeEnv, variables);

    let label: string | undefined;
    let reachable: AppWatch | undefined;
    const advice = app === undefined ? undefined : adviceAbout(app, screen, options.writeEnv);
    emulator.watch((news) => {
      // An app that is down gets no events; that it is down has been said.
      if (news.kind === 'debugger' && news.code === 11205 && reachable?.up() === false) return;
      journeys.news(news, label);
      if (news.kind === 'delivery') advice?.hear(news);
    });
    closers.push(emulator.staff(options.once ? AT_ONCE : PLAYING).stop);
    const make = ({ label: name, ...task }: LabelledTask) => {
      label = name;
      try {
        return emulator.createTask({ workspaceSid: seeded.workspaceSid, ...task });
      } finally {
        label = undefined;
      }
    };
    tellStart(screen, {
      emulator,
      target: app ?? endpoint!.base,
      account,
      variables,
      options,
      doubled,
      workspace: workspace.file,
    });
    if (options.once) {
      const tasks =
        workspace.file === undefined
          ? sampleTasks()
          : await presetTasks(emulator, seeded.workspaceSid, modules);
      const code = await runOnce(emulator, tasks, make);
      await close();
      return code;
    }
    if (endpoint && loaded && place)
      closers.push(watchHandlers({ endpoint, place, files: loaded.files, since, modules, screen }));
    const again = () => readWorkspace(options.config, modules, options.env);
    if (workspace.file !== undefined) {
      closers.push(
        watchConfig({
          workspace,
          since,
          screen,
          again,
          apply: (next) => changeDevWorkspace(emulator, next, seeded.workspaceSid, urls, app),
        }),
      );
    }
    if (app !== undefined) reachable = await lookForApp(app, screen, closers);
    tellWhatToDo(screen, emulator, workspace.file === undefined && options.feed !== false);
    stopOnSignals({ log: screen.log, close }, undefined, (err) =>
      screen.log.error(
        { err },
        'Uncaught error: in production it stops the endpoint. Look for a promise without await',
      ),
    );
    if (workspace.file === undefined && options.feed !== false)
      closers.push(startFeed(make, () => reachable?.up() ?? true));
    return undefined;
  } catch (error) {
    await close();
    throw error;
  }
}

function checkOptions(folder: string | undefined, options: DevOptions): void {
  if (options.url === undefined) return;
  if (folder !== undefined)
    throw new UsageError('Give handlers, or --url for an app that has its own, but not both.');
  if (options.port !== undefined)
    throw new UsageError(
      '--port is where the endpoint listens, but with --url your app is the endpoint: leave one of them out.',
    );
}

/** On the usual port if it is free and no other was asked for. */
async function listen(emulator: Emulator, port: number | undefined): Promise<void> {
  try {
    await emulator.listen(port ?? EMULATOR_PORT);
  } catch (cause) {
    if (port !== undefined) throw portRefused(port, '--emulator-port', cause);
    await emulator.listen(0);
  }
}

/** Says what to do about callbacks that the app refuses. */
function adviceAbout(app: string, screen: Screen, file: string | undefined): AppAdvice {
  return new AppAdvice({
    app,
    tokenIsIn: file === undefined ? 'printed above' : `of ${file}`,
    tell: (text, facts) => screen.event(paint('yellow', `  ! ${text}`), { ...facts, message: text }),
  });
}

/** Says when the app comes and goes. */
function lookForApp(app: string, screen: Screen, closers: (() => unknown)[]): Promise<AppWatch> {
  let first = true;
  return watchApp(app, (up, why) => {
    if (up && !first)
      screen.event(paint('green', `  Your app answers at ${app}`), { event: 'app-up', url: app });
    if (!up)
      screen.problem(
        `Nothing answers at ${app} (${why}): start your app there; it gets tasks as soon as it is up.`,
        'warn',
      );
    first = false;
  }).then((watch) => {
    closers.push(watch.stop);
    return watch;
  });
}

const nameOfQueue = (emulator: Emulator, sid: string): string | undefined => {
  for (const { taskQueues } of emulator.workspaces.values()) {
    const queue = taskQueues.get(sid);
    if (queue) return queue.friendlyName;
  }
  return undefined;
};

/** The parts of the status line: `waiting 2 · reserved 1 · answered 40 · p95 3 ms` */
function status(emulator: Emulator, journeys: Journeys): readonly string[] {
  const count = { pending: 0, reserved: 0 };
  for (const { tasks } of emulator.workspaces.values()) {
    for (const { assignmentStatus } of tasks.values()) {
      if (assignmentStatus === 'pending' || assignmentStatus === 'reserved') count[assignmentStatus] += 1;
    }
  }
  const { count: answered, p95 } = journeys.answered;
  const time = p95 === undefined ? '-' : `${p95 < 10 ? p95.toFixed(1) : Math.round(p95)} ms`;
  return [`waiting ${count.pending}`, `reserved ${count.reserved}`, `answered ${answered}`, `p95 ${time}`];
}

type Account = Readonly<Record<'accountSid' | 'authToken' | 'workspaceSid' | 'baseUrl', string>>;

const variablesOf = ({ accountSid, authToken, workspaceSid, baseUrl }: Account) => ({
  TWILIO_ACCOUNT_SID: accountSid,
  TWILIO_AUTH_TOKEN: authToken,
  TWILIO_WORKSPACE_SID: workspaceSid,
  TASKROUTER_BASE_URL: baseUrl,
});

/** `WRAP_UP_ACTIVITY_SID` for the activity `Wrap-up`: what the shipped handlers read, and a habit of others. */
function activityVariables(activities: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(activities).map(([name, sid]) => [
      `${name.toUpperCase().replace(/[^A-Z0-9]+/g, '_')}_ACTIVITY_SID`,
      sid,
    ]),
  );
}

interface Started {
  readonly emulator: Emulator;
  readonly target: string;
  readonly account: Account;
  readonly variables: Readonly<Record<string, string>>;
  readonly options: DevOptions;
  readonly doubled: readonly string[];
  readonly workspace: string | undefined;
}

function tellStart(
  screen: Screen,
  { emulator, target, account, variables, options, doubled, workspace }: Started,
): void {
  const kind = options.url === undefined ? 'endpoint' : 'app';
  screen.event(`${paint('bold', 'taskrouter dev')}  TaskRouter ${emulator.url}, ${kind} ${target}`, {
    event: 'started',
    taskRouter: emulator.url,
    [kind]: target,
    workspace: workspace ?? 'sample centre',
    ...account,
  });
  if (options.url !== undefined && options.writeEnv === undefined)
    screen.line('Set in your app, outside production:');
  for (const [name, value] of Object.entries(variables)) screen.line(paint('dim', `  ${name}=${value}`));
  if (options.writeEnv !== undefined) {
    screen.line(`  Written to ${options.writeEnv}: start your app with node --env-file=${options.writeEnv}`);
    if (doubled.length > 0)
      screen.problem(
        `${options.writeEnv} sets ${doubled.join(', ')} on other lines too: the last line counts.`,
        'warn',
      );
  }
  if (workspace !== undefined)
    screen.line(`  Workspace ${shortPath(workspace)}, watched; its callbacks come here`);
  screen.line();
}

function tellWhatToDo(screen: Screen, emulator: Emulator, feeds: boolean): void {
  // From the sources there is no binary on the path.
  const command = import.meta.url.endsWith('.ts') ? 'npx tsx src/cli/main.ts' : 'npx taskrouter-kit';
  const at = emulator.url === `http://127.0.0.1:${EMULATOR_PORT}` ? '' : ` --url ${emulator.url}`;
  screen.line(
    `Press Ctrl-C to stop.${feeds ? ' A task arrives every few seconds; --no-feed turns that off.' : ''}`,
  );
  screen.line(`  See every task, and why:     ${emulator.url}/`);
  screen.line(`  Create a task:               ${command} trigger call${at}`);
  screen.line(`  Why a task is where it is:   ${command} explain <taskSid> --url ${emulator.url}\n`);
}
