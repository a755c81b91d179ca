import type { CommandName, Commands } from './command-types.js';
import type { EngineOutput } from './events/outputs.js';
import type { Explanation } from './explain/explain-types.js';
import type { EngineObserver } from './observer.js';
import type { EngineSnapshot } from './snapshot/snapshot-data.js';
import type { SidPrefix, WorkspaceView } from './types.js';

/** The choices Twilio's documents leave open, and what a simulation injects. See docs/emulator-fidelity.md. */
export interface EngineOptions {
  /** The present in milliseconds. Default: `Date.now`. A value below an earlier one counts as that earlier one. */
  readonly now?: () => number;
  /** A new SID of 34 characters. Default: random. */
  readonly sid?: (prefix: SidPrefix) => string;
  /** How long a completed or canceled task can still be read, in milliseconds. Default: 300,000. */
  readonly purgeAfterMs?: number;
  /** The move from pending to reserved that cancels a task. Default: 1,000. */
  readonly maxAssignments?: number;
  /** Does a change of a pending task's attributes route it again? Default: true. */
  readonly rerouteOnAttributes?: boolean;
  /** Does `"6"` compare as 6 in expressions? Default: false. */
  readonly coerceNumericStrings?: boolean;
  /**
   * From when the timeouts of a filter's steps count. `filter-entered` (default) and `task-created`: a step ends when
   * the timeouts of the filter's steps up to and including it, added up, have passed since then. `step-entered`: each
   * timeout counts alone, from when its step was entered.
   */
  readonly stepTimeoutsFrom?: 'filter-entered' | 'task-created' | 'step-entered';
  /** Where a task goes on after a reservation timed out within its step's time. Default: `same-step`. */
  readonly afterReservationTimeout?: 'same-step' | 'next-step';
  /**
   * Does a task wait before it is offered again when its assignment callbacks fail? The first three rounds in a row
   * that fail do not wait; then 100 ms, doubling to 10 s. Any usable answer ends that. Default: true.
   */
  readonly callbackBackoff?: boolean;
  /**
   * Are expressions taken that live configurations hold though no page allows them (`! =`, a tail after a complete
   * expression, a leading `*`)? Default: true, with a warning in the debugger. False: they are refused.
   */
  readonly lenientExpressions?: boolean;
  /** Hears what happens to tasks without the cost of events. For simulations. */
  readonly observer?: EngineObserver;
  /** A state to begin with, from {@link Engine.snapshot}. */
  readonly snapshot?: EngineSnapshot;
}

/**
 * TaskRouter without a network: state, routing and timers. It does no I/O and starts no timer of its own: whoever
 * drives it sleeps until `nextTimerAt()` and then calls `runTimersUntil(now)`.
 */
export interface Engine {
  /**
   * Carries out one command, first running the timers that are due, and returns the resource as it is afterwards
   * (live: later commands change it).
   *
   * @param seen - sees the resource before routing goes on, as Twilio answers it: a new task is still pending.
   * @throws {EngineRefusal} when TaskRouter would refuse; nothing has changed then (due timers excepted).
   */
  dispatch<N extends CommandName>(
    name: N,
    params: Commands[N]['params'],
    seen?: (resource: Commands[N]['result']) => void,
  ): Commands[N]['result'];
  /**
   * Hears everything the engine says, in order, before the call that caused it returns. A listener may dispatch; it
   * must not throw: what others have still to hear would be lost. Returns the function that ends it.
   */
  subscribe(listener: (output: EngineOutput) => void): () => void;
  /** When the next timer is due, in milliseconds since 1970; undefined: no timer. */
  nextTimerAt(): number | undefined;
  /**
   * Runs every timer due at or before `time`, earliest first, each at its own time. Returns how many ran.
   * @throws {RangeError} when `time` is not a finite number.
   */
  runTimersUntil(time: number): number;
  /** The workspaces, in order of creation. */
  readonly workspaces: ReadonlyMap<string, WorkspaceView>;
  /** Why a task is where it is. @throws {EngineRefusal} 404 for a task that does not exist (any more). */
  explain(workspaceSid: string, taskSid: string): Explanation;
  /** The whole state as plain JSON data. */
  snapshot(): EngineSnapshot;
  /**
   * Replaces the whole state by that of a snapshot; without one, by that of a new engine. Nobody is told. `workspaces`
   * stays the same map; what was read from it before is of the old state.
   * @throws {ConfigurationError} (`SNAPSHOT_INVALID`) for a snapshot that cannot be used; nothing has changed then.
   */
  restore(snapshot?: EngineSnapshot): void;
}
