import { randomOf } from '../simulation/random.js';
import type { FaultKind } from './history.js';

/** A fault, in milliseconds from the beginning. */
export interface PlannedFault {
  readonly kind: FaultKind;
  readonly process?: number;
  readonly at: number;
  readonly ms: number;
}

/** What a task's handler does. */
export interface PlannedTask {
  readonly at: number;
  readonly does: 'decide' | 'throw' | 'hang' | 'block';
  readonly ms: number;
}

export interface Plan {
  readonly seed: number;
  readonly processes: number;
  readonly faults: readonly PlannedFault[];
  readonly tasks: readonly PlannedTask[];
}

/** How often each fault comes. What gives no excuse for a second run comes more often than what does. */
const WEIGHTS: Readonly<Record<FaultKind, number>> = {
  kill: 4,
  stop: 3,
  clock: 4,
  log: 2,
  descriptors: 2,
  reset: 6,
  refuse: 3,
  swallow: 2,
  slow: 4,
  midReply: 4,
  emptied: 1,
  scripts: 4,
  memory: 2,
  readOnly: 2,
};

/** How long each lasts, in milliseconds; 0: an instant. */
const LASTS: Readonly<Record<FaultKind, readonly [number, number]>> = {
  kill: [200, 1_500],
  stop: [500, 4_000],
  clock: [0, 0],
  log: [500, 2_500],
  descriptors: [300, 1_500],
  reset: [0, 0],
  refuse: [50, 2_500],
  swallow: [100, 2_500],
  slow: [500, 2_000],
  midReply: [0, 0],
  emptied: [0, 0],
  scripts: [0, 0],
  memory: [100, 2_000],
  readOnly: [100, 2_000],
};

const OF_PROCESS: ReadonlySet<FaultKind> = new Set(['kill', 'stop', 'clock', 'log', 'descriptors']);

/** Chooses all that will happen, so that a seed names it. */
export function planOf(seed: number, seconds: number, processes: number, tasksPerSecond: number): Plan {
  const random = randomOf(seed, 'faults');
  const faults: PlannedFault[] = [];
  for (let at = 1_000; at < seconds * 1_000 - 2_000; at += random.int(200, 1_600)) {
    const kind = random.weighted(WEIGHTS);
    const [least, most] = LASTS[kind];
    const fault = { kind, at, ms: random.int(least, most) };
    faults.push(OF_PROCESS.has(kind) ? { ...fault, process: random.int(0, processes - 1) } : fault);
  }
  const tasks = randomOf(seed, 'tasks');
  return {
    seed,
    processes,
    faults,
    tasks: Array.from({ length: seconds * tasksPerSecond }, (_, i) => {
      const at = (i * 1_000) / tasksPerSecond;
      const does = tasks.weighted({ decide: 90, throw: 4, hang: 1, block: 2, slow: 3 });
      if (does === 'slow') return { at, does: 'decide', ms: tasks.int(2_000, 4_500) };
      const ms =
        does === 'block'
          ? tasks.int(50, 600)
          : tasks.weighted({ short: 3, none: 1 }) === 'none'
            ? 0
            : tasks.int(1, 300);
      return { at, does, ms };
    }),
  };
}
