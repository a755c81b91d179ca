import * as v from 'valibot';
import type { Clock } from '../clock.js';
import { ConfigurationError } from '../errors.js';
import type { VirtualClock } from '../virtual-clock.js';
import type { Calls } from './calls/calls.js';
import type { DebuggerEntry, Delivery, DeliveryLog } from './delivery/log.js';
import type { Driver } from './driver.js';
import type { Engine } from './engine/index.js';
import { type SavedState, savedState } from './storage/data-file.js';
import type { EventLog } from './world/event-log.js';
import type { FaultSwitches, Faults } from './world/faults.js';

/** Everything an emulator held at one moment. Opaque: give it back to `restore`. Plain data, to be kept as it is. */
export interface EmulatorSnapshot extends SavedState {
  readonly deliveries: readonly Delivery[];
  readonly debugger: readonly DebuggerEntry[];
  readonly trouble: FaultSwitches;
}

export interface StateParts {
  readonly engine: Pick<Engine, 'snapshot' | 'restore'>;
  readonly driver: Pick<Driver, 'rearm'>;
  readonly clock: Clock;
  /** The clock, if it is virtual. */
  readonly virtual: VirtualClock | undefined;
  readonly events: EventLog;
  readonly calls: Pick<Calls, 'state' | 'replace'>;
  readonly deliveries: DeliveryLog;
  readonly faults: Faults;
  /** Resolves when no callback is under way. */
  readonly quiet: () => Promise<void>;
  /** Everything may have changed. */
  readonly changed: () => void;
}

/** Takes and brings back the state of a running emulator, between two callbacks and never in one. */
export function createState(parts: StateParts) {
  const { engine, driver, clock, virtual, events, calls, deliveries, faults } = parts;

  /** An answer belongs to the state that asked; an `advance` under way goes to its end first. */
  const settled = () => (virtual ? virtual.advance(0, parts.quiet) : parts.quiet());

  const saved = (): SavedState => ({
    savedAt: clock.now(),
    engine: engine.snapshot(),
    events: events.snapshot(),
    calls: calls.state(),
  });

  function replaced(): void {
    driver.rearm();
    parts.changed();
  }

  return {
    /** What is kept over a restart. */
    saved,
    async snapshot(): Promise<EmulatorSnapshot> {
      await settled();
      return structuredClone({
        ...saved(),
        deliveries: deliveries.deliveries(),
        debugger: deliveries.debugger(),
        trouble: faults.switches(),
      });
    },
    async restore(given: EmulatorSnapshot): Promise<void> {
      if (!v.is(savedState, given) || !Array.isArray(given.deliveries) || !Array.isArray(given.debugger)) {
        throw new ConfigurationError(
          'bad-snapshot',
          'restore takes what snapshot() gave: await emulator.restore(await emulator.snapshot()).',
        );
      }
      await settled();
      const snapshot = structuredClone(given);
      engine.restore(snapshot.engine);
      faults.replace(snapshot.trouble);
      virtual?.jumpTo(snapshot.savedAt);
      events.replace(snapshot.events);
      deliveries.replace(snapshot.deliveries, snapshot.debugger);
      calls.replace(snapshot.calls);
      replaced();
    },
    async reset(): Promise<void> {
      await settled();
      engine.restore();
      faults.replace({});
      events.replace([]);
      deliveries.replace([], []);
      calls.replace({ legs: [], conferences: [] });
      replaced();
    },
  };
}
