import type { Clock, Timer } from '../clock.js';
import type { Engine } from './engine/interface.js';

/** Runs an engine's timers by a clock. */
export interface Driver {
  /** {@link Engine.dispatch}, with the timer set anew afterwards. */
  readonly dispatch: Engine['dispatch'];
  /** Sets the timer anew, after the engine's state was replaced. */
  rearm(): void;
  /** Lets go of the clock: no timer of the engine runs any more. */
  stop(): void;
}

/** The longest wait that timers of JavaScript know. */
const LONGEST_WAIT_MS = 2 ** 31 - 1;

export function drive(engine: Engine, clock: Clock): Driver {
  let timer: Timer;
  let armedFor: number | undefined;
  let stopped = false;

  function arm(): void {
    const at = engine.nextTimerAt();
    if (stopped || at === armedFor) return;
    if (armedFor !== undefined) clock.clearTimeout(timer);
    armedFor = at;
    if (at !== undefined) timer = clock.setTimeout(fire, Math.min(at - clock.now(), LONGEST_WAIT_MS));
  }

  function fire(): void {
    armedFor = undefined;
    engine.runTimersUntil(clock.now());
    arm();
  }

  arm();
  return {
    dispatch(name, params, seen) {
      try {
        return engine.dispatch(name, params, seen);
      } finally {
        arm();
      }
    },
    rearm: arm,
    stop() {
      stopped = true;
      if (armedFor !== undefined) clock.clearTimeout(timer);
    },
  };
}
