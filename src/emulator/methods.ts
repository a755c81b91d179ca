import type { Clock } from '../clock.js';
import { ConfigurationError } from '../errors.js';
import { refuseUnknownKeys } from '../near-miss.js';
import type { VirtualClock } from '../virtual-clock.js';
import { makeAccessToken } from './agents/tokens/access-token.js';
import type { Calls } from './calls/calls.js';
import { clockHint } from './clock-hint.js';
import type { DeliveryLog } from './delivery/log.js';
import { createEngine, type Engine, formatExplanation } from './engine/index.js';
import { notFound } from './engine/refusal.js';
import { callsView, enqueueCall } from './enqueue.js';
import type { Feed } from './feed/feed.js';
import { allEvents, inTest } from './in-test.js';
import type { Emulator } from './interface.js';
import type { EmulatorEvent, EmulatorOptions } from './options.js';
import { seedWorkspace } from './seed.js';
import type { Staffs } from './staff/staffs.js';
import type { createState } from './state.js';
import { taskFields } from './task-fields.js';
import { twilioOptions } from './twilio-options.js';
import { plainTask, sidOfTask, until } from './until.js';
import { durationMs } from './world/duration.js';
import type { InstructionExecutor, World } from './world/world.js';

export interface MethodParts {
  readonly options: EmulatorOptions;
  readonly engine: Engine;
  readonly world: World;
  readonly clock: Clock;
  /** The clock, if it is virtual. */
  readonly virtual: VirtualClock | undefined;
  readonly calls: Calls;
  readonly executor: InstructionExecutor;
  readonly staffs: Staffs;
  readonly deliveries: DeliveryLog;
  readonly feed: Feed;
  readonly state: ReturnType<typeof createState>;
  /** Who hears every change, and who hears everything that happens. */
  readonly changes: Set<() => void>;
  readonly watchers: Set<(event: EmulatorEvent) => void>;
  /** 32 new hexadecimal digits. */
  readonly hex: () => string;
  /** For callbacks, and for what is not TaskRouter's. */
  readonly fetch: typeof globalThis.fetch;
  readonly url: () => string;
  /** Resolves when no callback is under way. */
  readonly quiet: () => Promise<void>;
  /** Something changed that is no event. */
  readonly changed: () => void;
}

/** What an emulator offers, but for its port and its end. */
export function emulatorMethods(parts: MethodParts): Omit<Emulator, 'url' | 'listen' | 'close'> {
  const { options, engine, world, clock, virtual, calls, executor, staffs } = parts;
  const { deliveries, feed, state, changes, watchers, hex, quiet, changed } = parts;
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
  const nextTimerAt = () => {
    const times = [engine.nextTimerAt(), ...calls.nextAt()].filter((at) => at !== undefined);
    return times.length === 0 ? undefined : Math.min(...times);
  };
  const waiting = {
    ...{ world, executor, staffs, quiet, workspaceOf },
    onChange(change: () => void) {
      changes.add(change);
      return () => void changes.delete(change);
    },
    explain: explainText,
    clockHint: () => (virtual ? clockHint(clock.now(), nextTimerAt()) : ''),
  };

  return {
    ...inTest(waiting),
    get events() {
      return allEvents(waiting);
    },
    snapshot: state.snapshot,
    restore: state.restore,
    reset: state.reset,
    accountSid: world.accountSid,
    authToken: world.authToken,
    workspaces: engine.workspaces,
    now: clock.now,
    clock: virtual ? 'virtual' : 'real',
    seed: (definition, seeding = {}) =>
      seedWorkspace(world, definition, seeding, () => createEngine({ ...options.choices, now: clock.now })),
    createTask: (task = {}) => plainTask(world.dispatch('createTask', taskFields(world, task, hex))),
    enqueue: (call = {}) => enqueueCall({ world, calls, hex }, call),
    calls: () => callsView(calls),
    staff: (playing) => staffs.start(playing),
    hangUp: (callSid) => calls.hangUp(callSid),
    updateParticipant(callSid, change) {
      refuseUnknownKeys(change, ['hold', 'muted', 'endConferenceOnExit'], 'updateParticipant');
      calls.updateParticipant(calls.get(callSid)?.taskSid ?? '', { callSid }, change);
      changed();
    },
    until(task, waits = {}) {
      const taskSid = sidOfTask(task, 'until');
      return until(waiting, { workspaceSid: workspaceOf(taskSid), sid: taskSid }, waits);
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
      changed();
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
    accessToken: (worker, access) => makeAccessToken(world, worker, access),
    twilioOptions: (others) => twilioOptions(parts.url(), { fetch: parts.fetch, ...others }),
  };
}

/** Dates are written with four digits of the year. */
const LATEST_TIME = Date.UTC(9999, 0);

function checkTime(time: number): void {
  if (time <= LATEST_TIME) return;
  throw new ConfigurationError('bad-duration', 'The clock would pass the year 9998: advance by less.');
}
