import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { dateClock, systemClock } from '../clock.js';
import { ConfigurationError } from '../errors.js';
import { consoleLogger } from '../log.js';
import { createVirtualClock } from '../virtual-clock.js';
import { createAgents } from './agents/agents.js';
import { createApp } from './api/app.js';
import { controlRoutes } from './api/control.js';
import { inspectorRoutes } from './api/inspector.js';
import { mcpRoutes } from './api/mcp.js';
import { Calls } from './calls/calls.js';
import type { PhoneBehaviour, Ring } from './calls/phones.js';
import { checkOptions, checkPhone } from './check-options.js';
import { refuseClosed, refusingOnceClosed } from './closed.js';
import { Deliverer } from './delivery/deliver.js';
import { createInstructionExecutor } from './delivery/execute-instruction.js';
import { DeliveryLog } from './delivery/log.js';
import { CallbackSender } from './delivery/sender.js';
import { drive } from './driver.js';
import { createEngine, type EngineOutput, seededSid } from './engine/index.js';
import { randomSid } from './engine/sid.js';
import { Feed } from './feed/feed.js';
import { Replayer } from './feed/replay.js';
import { Stream } from './feed/stream.js';
import { forkEngine } from './fork.js';
import type { Emulator } from './interface.js';
import { leniencies } from './lenient.js';
import { emulatorMethods } from './methods.js';
import type { EmulatorEvent, EmulatorOptions } from './options.js';
import { listening } from './server.js';
import { Staffs } from './staff/staffs.js';
import { createState } from './state.js';
import { damaged, readDataFile } from './storage/data-file.js';
import { type DataLock, lockDataFile } from './storage/data-lock.js';
import { createSaver } from './storage/saver.js';
import { visible } from './visible.js';
import { EventLog } from './world/event-log.js';
import { Faults } from './world/faults.js';
import { RestFaults } from './world/rest-faults.js';
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
      if (closed) refuseClosed(name);
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
  const feed = new Feed({
    ...{ world, clock: virtual ? 'virtual' : 'real', restarted: saved !== undefined },
    playedBy: (workerSid) => staffs.playedBy(workerSid),
  });
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
  const rule = (ring: Ring): PhoneBehaviour =>
    staffs.phone(ring) ?? (typeof behaviour === 'function' ? checkPhone(behaviour(ring)) : behaviour);
  const sender = new CallbackSender({ world, deliveries, fetch, noContent, hex });
  const calls = new Calls({ world, clock, sender, hex });
  const executor = createInstructionExecutor({ world, calls, rule });
  const staffs: Staffs = new Staffs({
    ...{ world, executor, clock, calls },
    watch(watcher) {
      watchers.add(watcher);
      return () => void watchers.delete(watcher);
    },
    changed: (workspaceSid) => feed.touch(workspaceSid),
  });
  const deliverer = new Deliverer({ world, executor, log, sender, unconfirmedParameters, noContent });
  const restFaults = new RestFaults(world.faults);
  const agents = createAgents({
    world,
    executor,
    faults: restFaults,
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
      staffs.replaced();
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

  const methods = emulatorMethods({
    ...{ options, engine, world, clock, virtual, calls, executor, staffs, deliveries, feed, state },
    ...{ changes, watchers, hex, fetch, quiet, changed },
    url: () => server.url,
  });

  const { host = '127.0.0.1' } = options;
  const hosts = [host, ...(options.allowHosts ?? [])];
  const replayer = new Replayer({ feed, world, deliveries, fetch, hex });
  const stream = new Stream(feed, systemClock, clock.now, () => world.faults.list());
  const parts = {
    ...{ feed, stream, replayer, world, executor, staffs },
    fork: () => forkEngine(engine, options.choices ?? {}, clock.now()),
    coerceNumericStrings: options.choices?.coerceNumericStrings ?? false,
    inspector: typeof options.inspector === 'object' ? options.inspector : {},
    hex,
  };
  const app = createApp({
    world,
    executor,
    log,
    faults: restFaults,
    agents: agents.http,
    control: controlRoutes(methods, hosts, parts),
    mcp: mcpRoutes(hosts),
    inspector: options.inspector ? inspectorRoutes(hosts) : undefined,
  });
  const httpServer = createServer(app);
  agents.serve(httpServer);
  const server = listening(httpServer, host);
  let closing: Promise<void> | undefined;
  let closed = false;
  const close = async () => {
    driver.stop();
    staffs.stop();
    stream.close();
    await Promise.all([sender.close(), replayer.close(), agents.close()]);
    await server.close();
    try {
      saver?.close();
    } finally {
      calls.stop();
      lock?.release();
      closed = true;
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
  const emulator: Emulator = Object.defineProperties(methods as Emulator, {
    url: { get: () => server.url, enumerable: true },
    listen: { value: server.listen, enumerable: true, configurable: true },
    close: { value: () => (closing ??= close()), enumerable: true },
  });
  return refusingOnceClosed(emulator, () => closed);
}

const newHex = () => randomBytes(16).toString('hex');

/** What the engine makes of a snapshot it cannot use is an error of the file it came from. */
function readable<T>(dataFile: string | undefined, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (dataFile === undefined || !(cause instanceof ConfigurationError)) throw cause;
    throw damaged(dataFile, 'its state cannot be restored', cause);
  }
}
