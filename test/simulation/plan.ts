import { type Random, randomOf } from './random.js';

/** Everything that is to happen in one world, as data: it is made from the seed, and shrunk by leaving parts out. */
export interface Plan {
  readonly seed: number;
  readonly processes: number;
  /** `memory`: each process has a store of its own, so there is one process. */
  readonly store: 'redis' | 'memory';
  readonly onStoreError: 'continue' | 'fail';
  readonly onDeadline: 'fail' | 'defer' | 'fixed';
  readonly deadlineMs: number;
  readonly limitMs: number;
  /** Round trip to Redis, least and most. */
  readonly redisMs: readonly [number, number];
  /** Redis knows the scripts from the beginning. */
  readonly warm: boolean;
  readonly reservations: readonly ReservationPlan[];
  readonly faults: readonly Fault[];
}

export interface ReservationPlan {
  readonly name: string;
  readonly atMs: number;
  /** Which process gets the first request, and which the fallback. */
  readonly slots: readonly [number, number];
  /** What happens to the first request and to the fallback on their way. */
  readonly way: readonly [Way, Way];
  /** Requests besides those two. */
  readonly duplicates: readonly Duplicate[];
  /** How the handler behaves in its first run, second, … The last one goes for all that follow. */
  readonly runs: readonly Behaviour[];
  readonly rest: RestWay;
}

export type Way = 'ok' | 'request lost' | 'reply lost';
export type RestWay = 'ok' | 'request lost' | 'reply lost' | 'refused' | 'slow';

export interface Duplicate {
  readonly afterMs: number;
  readonly slot: number;
  readonly path: 'primary' | 'fallback';
}

export type InstructionKind = 'accept' | 'reject' | 'conference' | 'call' | 'dequeue' | 'redirect';

export interface Behaviour {
  /** `0`: returns at once, without a promise. */
  readonly afterMs: number;
  readonly does: 'answer' | 'throw' | 'hang' | 'defer' | 'rest';
  readonly instruction: InstructionKind;
  readonly heedsSignal: boolean;
  readonly deferred: Deferred | undefined;
}

export interface Deferred {
  readonly afterMs: number;
  readonly does: 'decide' | 'throw' | 'hang';
  readonly withinMs: number | undefined;
  readonly onFailure: InstructionKind | undefined;
}

export type Fault =
  | { readonly kind: 'kill'; readonly atMs: number; readonly slot: number; readonly restartMs: number }
  | { readonly kind: 'pause'; readonly atMs: number; readonly slot: number; readonly forMs: number }
  | { readonly kind: 'jump'; readonly atMs: number; readonly slot: number; readonly byMs: number }
  | {
      readonly kind: 'close';
      readonly atMs: number;
      readonly slot: number;
      readonly timeoutMs: number;
      readonly restartMs: number;
    }
  /** The connection breaks; the client is back after `forMs`. */
  | { readonly kind: 'reset'; readonly atMs: number; readonly slot: number; readonly forMs: number }
  /** Nothing gets through, without a word. `drops`: what was sent meanwhile is gone, else it comes late. */
  | {
      readonly kind: 'cut';
      readonly atMs: number;
      readonly slot: number;
      readonly forMs: number;
      readonly drops: boolean;
    }
  | {
      readonly kind: 'slow';
      readonly atMs: number;
      readonly slot: number;
      readonly forMs: number;
      readonly byMs: number;
    }
  | { readonly kind: 'redis down'; readonly atMs: number; readonly forMs: number; readonly empties: boolean }
  | { readonly kind: 'redis stalls'; readonly atMs: number; readonly forMs: number }
  /** About every second script is refused, as by a Redis whose memory is nearly full; pings are answered. */
  | { readonly kind: 'redis refuses'; readonly atMs: number; readonly forMs: number }
  | { readonly kind: 'redis emptied'; readonly atMs: number }
  | { readonly kind: 'script flush'; readonly atMs: number };

/** What rings: sent twice, a phone rings twice. */
export const RINGING: ReadonlySet<string> = new Set(['conference', 'call', 'dequeue', 'redirect']);

/** Within this time the reservations come, and the faults. */
const BUSY_MS = 8_000;

export function planOf(seed: number): Plan {
  const random = randomOf(seed, 'plan');
  const kind = randomOf(seed, 'kind');
  const store = kind.weighted({ redis: 9, memory: 1 });
  const onStoreError = kind.weighted({ continue: 9, fail: 1 });
  const processes = store === 'memory' ? 1 : random.int(2, 3);
  const slot = () => random.int(0, processes - 1);
  const reservations = Array.from({ length: random.int(1, 3) }, (_, i) =>
    reservationOf(random, `r${i}`, slot),
  );
  const moments = reservations.map(({ atMs }) => atMs);
  // Many worlds have no fault, or one: those show most clearly what a fault does.
  const faults = Array.from(
    { length: random.weighted({ 0: 1, 1: 4, 2: 4, 3: 2, 4: 1 }) as unknown as number },
    () => faultOf(random, slot, moments, store),
  );
  return {
    seed,
    processes,
    store,
    onStoreError,
    onDeadline: random.weighted({ fail: 3, defer: 3, fixed: 1 }),
    deadlineMs: random.pick([1_000, 4_000, 4_000, 4_800]),
    limitMs: random.pick([2_000, 5_000, 8_000]),
    redisMs: random.pick([
      [1, 2],
      [1, 2],
      [1, 20],
      [10, 60],
    ] as const),
    warm: random.chance(0.7),
    reservations,
    faults: faults.sort((one, other) => one.atMs - other.atMs),
  };
}

function reservationOf(random: Random, name: string, slot: () => number): ReservationPlan {
  const way = (): Way => random.weighted({ ok: 10, 'request lost': 1, 'reply lost': 1 });
  return {
    name,
    atMs: random.int(0, BUSY_MS / 2),
    slots: [slot(), slot()],
    way: [way(), way()],
    duplicates: Array.from(
      { length: random.weighted({ 0: 3, 1: 4, 2: 2, 4: 1 }) as unknown as number },
      () => ({
        afterMs: random.pick([0, 1, random.int(0, 100), random.int(0, 5_000), random.int(0, 15_000)]),
        slot: slot(),
        path: random.pick(['primary', 'primary', 'fallback'] as const),
      }),
    ),
    runs: Array.from({ length: random.int(1, 2) }, () => behaviourOf(random)),
    rest: random.weighted({ ok: 8, 'request lost': 1, 'reply lost': 1, refused: 1, slow: 1 }),
  };
}

const INSTRUCTIONS = ['accept', 'reject', 'conference', 'conference', 'call', 'dequeue', 'redirect'] as const;

function behaviourOf(random: Random): Behaviour {
  const does = random.weighted({ answer: 7, throw: 1, hang: 0.5, defer: 4, rest: 1.5 });
  return {
    afterMs: random.pick([
      0,
      0,
      random.int(1, 60),
      random.int(100, 3_900),
      random.int(3_900, 4_900),
      random.int(4_000, 9_000),
    ]),
    does,
    instruction: random.pick(INSTRUCTIONS),
    heedsSignal: random.chance(0.7),
    deferred:
      does === 'defer'
        ? {
            afterMs: random.pick([1, random.int(1, 400), random.int(400, 4_000), random.int(4_000, 9_000)]),
            does: random.weighted({ decide: 6, throw: 1, hang: 0.5 }),
            withinMs: random.chance(0.3) ? random.int(500, 6_000) : undefined,
            onFailure: random.chance(0.4) ? random.pick(INSTRUCTIONS) : undefined,
          }
        : undefined,
  };
}

const OF_REDIS = {
  reset: 4,
  cut: 4,
  slow: 2,
  'redis down': 2,
  'redis stalls': 1.5,
  'redis refuses': 1.5,
  'redis emptied': 1,
  'script flush': 1.5,
};
const OF_PROCESSES = { kill: 4, pause: 3, jump: 1.5, close: 2 };

function faultOf(
  random: Random,
  slot: () => number,
  moments: readonly number[],
  store: Plan['store'],
): Fault {
  const kind = random.weighted<Fault['kind']>(
    (store === 'redis' ? { ...OF_PROCESSES, ...OF_REDIS } : OF_PROCESSES) as Record<Fault['kind'], number>,
  );
  // Most faults come while something is going on.
  const atMs = random.chance(0.8)
    ? random.pick(moments) + random.pick([random.int(0, 30), random.int(0, 600), random.int(0, 5_000)])
    : random.int(0, BUSY_MS);
  const shortOrLong = () => random.pick([random.int(50, 500), random.int(1_400, 6_000)]);
  switch (kind) {
    case 'kill':
      return { kind, atMs, slot: slot(), restartMs: random.pick([200, 2_000, 20_000]) };
    case 'pause':
      return {
        kind,
        atMs,
        slot: slot(),
        forMs: random.pick([random.int(20, 700), random.int(1_700, 7_000)]),
      };
    case 'jump':
      return {
        kind,
        atMs,
        slot: slot(),
        byMs: random.pick([-1, 1]) * random.pick([40, 900, 5_000, 3_600_000]),
      };
    case 'close':
      return {
        kind,
        atMs,
        slot: slot(),
        timeoutMs: random.pick([0, 300, 5_000]),
        restartMs: random.pick([0, 1_000]),
      };
    case 'reset':
      return { kind, atMs, slot: slot(), forMs: 50 };
    case 'cut':
      return { kind, atMs, slot: slot(), forMs: shortOrLong(), drops: random.chance(0.5) };
    case 'slow':
      return { kind, atMs, slot: slot(), forMs: shortOrLong(), byMs: random.pick([20, 60, 150]) };
    case 'redis down':
      return { kind, atMs, forMs: shortOrLong(), empties: random.chance(0.3) };
    case 'redis stalls':
    case 'redis refuses':
      return { kind, atMs, forMs: shortOrLong() };
    case 'redis emptied':
    case 'script flush':
      return { kind, atMs };
  }
}
