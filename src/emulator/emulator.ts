import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { dateClock, systemClock } from '../clock.js';
import { ConfigurationError } from '../errors.js';
import { consoleLogger } from '../log.js';
import { refuseUnknownKeys } from '../near-miss.js';
import { createVirtualClock } from '../virtual-clock.js';
import { createAgents } from './agents/agents.js';
import { makeAccessToken } from './agents/tokens/access-token.js';
import { createApp } from './api/app.js';
import { controlRoutes } from './api/control.js';
import { inspectorRoutes } from './api/inspector.js';
import { mcpRoutes } from './api/mcp.js';
import { Calls } from './calls/calls.js';
import type { PhoneBehaviour, Ring } from './calls/phones.js';
import { checkOptions, checkPhone } from './check-options.js';
import { clockHint } from './clock-hint.js';
import { Deliverer } from './delivery/deliver.js';
import { createInstructionExecutor } from './delivery/execute-instruction.js';
import { DeliveryLog } from './delivery/log.js';
import { CallbackSender } from './delivery/sender.js';
import { drive } from './driver.js';
import { createEngine, type EngineOutput, formatExplanation, seededSid } from './engine/index.js';
import { notFound } from './engine/refusal.js';
import { randomSid } from './engine/sid.js';
import { callsView, enqueueCall } from './enqueue.js';
import { Feed } from './feed/feed.js';
import { Replayer } from './feed/replay.js';
import { Stream } from './feed/stream.js';
import { forkEngine } from './fork.js';
import { allEvents, inTest } from './in-test.js';
import type { Emulator } from './interface.js';
import { leniencies } from './lenient.js';
import type { EmulatorEvent, EmulatorOptions } from './options.js';
import { seedWorkspace } from './seed.js';
import { listening } from './server.js';
import { PlayingStaff } from './staff.js';
import { createState } from './state.js';
import { damaged, readDataFile } from './storage/data-file.js';
import { type DataLock, lockDataFile } from './storage/data-lock.js';
import { createSaver } from './storage/saver.js';
import { taskFields } from './task-fields.js';
import { twilioOptions } from './twilio-options.js';
import { plainTask, sidOfTask, until } from './until.js';
import { visible } from './visible.js';
import { durationMs } from './world/duration.js';
import { EventLog } from './world/event-log.js';
import { Faults } from './world/faults.js';
import type { World } from './world/world.js';

/**
 * Starts a TaskRouter of one's own: REST API, routing and signed callbacks on this machine.
 *
 * @throws {ConfigurationError} for a bad option or a data file that is damaged, in use or cannot be written; the system's
 * error when the port is taken.
 * @example
 * const emulator = await createEmulator({ clock: 'virtual' });
 * emulator.seed({
 *   workers: { Alice: { activity: 'Available' } },
 *   taskQueues: { Support: {} },
 *   workflows: { Default: { defaultQueue: 'Support', assignmentCallbackUrl: `${myServer}/taskrouter/assignment` } },
 * });
 * const task = emulator.createTask({ attributes: { type: 'ticket' } });
 * await emulator.until(task).isAssigned();
 * await emulator.close();
 */
export async function createEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  checkOptions(options);
  const lock = options.dataFile === undefined ? undefined : lockDataFile(options.dataFile);
  try {
    return await start(options, lock);
  } catch (error) {
    lock?.release();
    throw error;
  }
}

async function start(options: EmulatorOptions, lock: DataLock | undefined): Promise<Emulator> {
  const { accountSid = `AC${newHex()}`, authToken = newHex(), log = consoleLogger } = options;
  const saved = lock && readDataFile(lock.file);
  const virtual =
    options.clock === 'virtual' ? createVirtualClock(Math.max(Date.now(), saved?.savedAt ?? 0)) : undefined;
  const clock = virtual ?? dateClock;
  const sid = options.seed === undefined ? randomSid : seededSid(options.seed);
  const hex = () => sid('EV').slice(2);
  const engine = readable(lock?.file, () =>
    createEngine({ ...options.choices, now: clock.now, sid, ...(saved ? { snapshot: saved.engine } : {}) }),
  );
  const driver = drive(engine, clock);
  const keys = Object.entries(options.apiKeys ?? {});
  const world: World = {
    accountSid,
    authToken,
    now: clock.now,
    workspaces: engine.workspaces,
    apiKeys: new Map(keys.length > 0 ? keys : [[`SK${newHex()}`, newHex()]]),
    lenientExpressions: options.choices?.lenientExpressions ?? true,
    dispatch(name, params, seen) {
      // Not every change is an event.
      saver?.changed();
      const result = driver.dispatch(name, params, seen);
      if (result) feed.touch('workspaceSid' in result ? result.workspaceSid : result.sid);
      if (result && 'workspaceSid' in result) {
        for (const message of leniencies(name, params)) world.warn(result.workspaceSid, message);
      }
      return result;
    },
    explain: engine.explain,
    events: new EventLog(),
    faults: new Faults(),
    log,
    warn(workspaceSid, message) {
      // Who watches hears of it below.
      if (watchers.size === 0) log.warn({ workspaceSid }, visible(message));
      const about = { workspaceSid, taskSid: undefined, reservationSid: undefined };
      deliveries.debug({ ...about, at: clock.now(), code: 20001, level: 'warning', message });
    },
  };
  for (const event of saved?.events ?? []) world.events.add(event);

  const watchers = new Set<(event: EmulatorEvent) => void>();
  const changes = new Set<() => void>();
  const feed = new Feed({ world, clock: virtual ? 'virtual' : 'real', restarted: saved !== undefined });
  const emit = (event: EmulatorEvent) => {
    try {
      feed.hear(event);
    } catch (error) {
      log.error({ error }, 'the feed of the emulator threw');
    }
    for (const watcher of watchers) {
      try {
        watcher(event);
      } catch (error) {
        log.error({ error }, 'a watcher of the emulator threw');
      }
    }
  };
  const deliveries = new DeliveryLog(emit);
  const {
    phones: behaviour = { does: 'answer' },
    fetch = globalThis.fetch,
    unconfirmedParameters = false,
    choices: { noContent = 'defer' } = {},
  } = options;
  const staffs = new Set<PlayingStaff>();
  const rule = (ring: Ring): PhoneBehaviour => {
    for (const staff of staffs) {
      const played = staff.phone(ring);
      if (played) return played;
    }
    return typeof behaviour === 'function' ? checkPhone(behaviour(ring)) : behaviour;
  };
  const sender = new CallbackSender({ world, deliveries, fetch, noContent, hex });
  const calls = new Calls({ world, clock, sender, hex });
  const executor = createInstructionExecutor({ world, calls, rule });
  const deliverer = new Deliverer({ world, executor, log, sender, unconfirmedParameters, noContent });
  const agents = createAgents({
    world,
    executor,
    participants: calls,
    allowOrigins: options.allowOrigins ?? [],
  });
  const quiet = () => sender.quiet();
  const changed = () => {
    saver?.changed();
    for (const change of changes) change();
  };
  const { events, faults } = world;
  const state = createState({
    ...{ engine, driver, clock, virtual, events, calls, deliveries, faults, quiet },
    changed() {
      feed.replaced(deliveries.deliveries(), deliveries.debugger());
      agents.replaced();
      changed();
    },
  });
  const saver = lock && createSaver(lock.file, state.saved, log);

  const hear = (output: EngineOutput): void => {
    if (output.kind === 'event') {
      world.events.add(output);
      agents.hear(output);
      emit(output);
      deliverer.event(output);
      calls.hear(output);
    } else if (output.kind === 'assignment') {
      deliverer.assignment(output);
    } else {
      deliveries.debug({ ...output, reservationSid: undefined });
    }
    changed();
  };
  engine.subscribe(hear);
  if (saved) calls.replace(saved.calls);

  const workspaceOf = (taskSid: string): string => {
    for (const [workspaceSid, { tasks }] of world.workspaces) if (tasks.has(taskSid)) return workspaceSid;
    throw notFound(`/Tasks/${taskSid}`);
  };
  const explain: Emulator['explain'] = (taskSid) => {
    const explanation = engine.explain(workspaceOf(taskSid), taskSid);
    return { ...explanation, text: formatExplanation(explanation) };
  };
  const explainText = (taskSid: string) => {
    try {
      return explain(taskSid).text;
    } catch {
      return '';
    }
  };

  const onChange = (change: () => void) => {
    changes.add(change);
    return () => void changes.delete(change);
  };
  const nextTimerAt = () => {
    const times = [engine.nextTimerAt(), ...calls.nextAt()].filter((at) => at !== undefined);
    return times.length === 0 ? undefined : Math.min(...times);
  };
  const waiting = {
    ...{ world, executor, onChange, quiet, workspaceOf },
    explain: explainText,
    clockHint: () => (virtual ? clockHint(clock.now(), nextTimerAt()) : ''),
  };

  const emulator: Omit<Emulator, 'url' | 'listen' | 'close' | 'events'> = {
    ...inTest(waiting),
    snapshot: state.snapshot,
    restore: state.restore,
    reset: state.reset,
    accountSid,
    authToken,
    workspaces: engine.workspaces,
    now: clock.now,
    clock: virtual ? 'virtual' : 'real',
    seed: (definition, seeding = {}) =>
      seedWorkspace(world, definition, seeding, () => createEngine({ ...options.choices, now: clock.now })),
    createTask: (task = {}) => plainTask(world.dispatch('createTask', taskFields(world, task, hex))),
    enqueue: (call = {}) => enqueueCall({ world, calls, hex }, call),
    calls: () => callsView(calls),
    staff(options) {
      const staff = new PlayingStaff({ world, executor, clock, watch: emulator.watch }, options);
      staffs.add(staff);
      return {
        stop() {
          staffs.delete(staff);
          staff.stop();
        },
      };
    },
    hangUp: (callSid) => calls.hangUp(callSid),
    updateParticipant(callSid, change) {
      refuseUnknownKeys(change, ['hold', 'muted', 'endConferenceOnExit'], 'updateParticipant');
      calls.updateParticipant(calls.get(callSid)?.taskSid ?? '', { callSid }, change);
      changed();
    },
    until(task, options = {}) {
      const taskSid = sidOfTask(task, 'until');
      return until(waiting, { workspaceSid: workspaceOf(taskSid), sid: taskSid }, options);
    },
    async advance(duration) {
      const ms = durationMs(duration);
      if (!virtual) {
        throw new ConfigurationError(
          'real-clock',
          "Only a virtual clock advances: createEmulator({ clock: 'virtual' }).",
        );
      }
      checkTime(clock.now() + ms);
      await virtual.advance(ms, quiet);
      saver?.changed();
      feed.touch();
    },
    quiet,
    explain,
    trouble(switches) {
      world.faults.set(switches);
      feed.touch();
    },
    troubles: () => world.faults.list(),
    deliveries: () => deliveries.deliveries(),
    debugger: () => deliveries.debugger(),
    watch(watcher) {
      watchers.add(watcher);
      return () => void watchers.delete(watcher);
    },
    accessToken: (worker, options) => makeAccessToken(world, worker, options),
    twilioOptions: (others) => twilioOptions(server.url, { fetch, ...others }),
  };

  const { host = '127.0.0.1' } = options;
  const hosts = [host, ...(options.allowHosts ?? [])];
  const replayer = new Replayer({ feed, world, deliveries, fetch, hex });
  const stream = new Stream(feed, systemClock, clock.now, () => world.faults.list());
  const parts = {
    ...{ feed, stream, replayer, world, executor },
    fork: () => forkEngine(engine, options.choices ?? {}, clock.now()),
    coerceNumericStrings: options.choices?.coerceNumericStrings ?? false,
  };
  const app = createApp({
    world,
    executor,
    log,
    agents: agents.http,
    control: controlRoutes(emulator, hosts, parts),
    mcp: mcpRoutes(hosts),
    inspector: options.inspector ? inspectorRoutes(hosts) : undefined,
  });
  const httpServer = createServer(app);
  agents.serve(httpServer);
  const server = listening(httpServer, host);
  let closing: Promise<void> | undefined;
  const close = async () => {
    driver.stop();
    for (const staff of staffs) staff.stop();
    stream.close();
    await Promise.all([sender.close(), replayer.close(), agents.close()]);
    await server.close();
    try {
      saver?.close();
    } finally {
      calls.stop();
      lock?.release();
    }
  };
  if (options.port !== false) {
    try {
      await server.listen(options.port ?? 0);
    } catch (error) {
      await close();
      throw error;
    }
  }
  return {
    ...emulator,
    get url() {
      return server.url;
    },
    get events() {
      return allEvents(waiting);
    },
    listen: server.listen,
    close: () => {
      closing ??= close();
      return closing;
    },
  };
}

const newHex = () => randomBytes(16).toString('hex');

/** Dates are written with four digits of the year. */
const latestTime = Date.UTC(9999, 0);

function checkTime(time: number): void {
  if (time <= latestTime) return;
  throw new ConfigurationError('bad-duration', 'The clock would pass the year 9998: advance by less.');
}

/** What the engine makes of a snapshot it cannot use is an error of the file it came from. */
function readable<T>(dataFile: string | undefined, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (dataFile === undefined || !(cause instanceof ConfigurationError)) throw cause;
    throw damaged(dataFile, 'its state cannot be restored', cause);
  }
}
