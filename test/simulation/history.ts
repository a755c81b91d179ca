import type { Plan } from './plan.js';
import type { Entry } from './trace.js';
import type { Played } from './world.js';

/** From when to when, in milliseconds of the true time. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

type Of<K extends Entry['kind']> = Entry & { readonly kind: K };

/** One call of a handler. */
export interface Run {
  readonly run: number;
  readonly life: string;
  readonly from: number;
  readonly decidedAt: number | undefined;
  readonly threwAt: number | undefined;
}

/** What a trace says about each process: the ground on which exceptions are proven. */
export class History {
  readonly plan: Plan;
  readonly trace: readonly Entry[];
  readonly end: number;
  readonly #start: number;
  readonly #contacts: Played['contacts'];
  readonly #outages = new Map<string, Span[]>();
  readonly #pauses = new Map<string, Span[]>();
  readonly #died = new Map<string, number>();
  readonly #born = new Map<string, number>();
  readonly #gaveUp = new Map<string, number>();
  readonly emptied: readonly number[];
  readonly #byKind = new Map<string, Entry[]>();

  constructor(played: Played) {
    this.plan = played.plan;
    this.trace = played.trace;
    this.end = played.end;
    this.#start = played.start;
    this.#contacts = played.contacts;
    for (const entry of this.trace) listOf(this.#byKind, entry.kind).push(entry);
    this.emptied = this.all('emptied').map(({ at }) => at);
    for (const { life, at } of this.all('born')) this.#born.set(life, at);
    for (const { life, at } of this.all('died')) this.#died.set(life, at);
    for (const { life, at, timeoutMs } of this.all('closing')) this.#gaveUp.set(life, at + timeoutMs);
    const paused = new Map<string, number>();
    for (const entry of this.trace) {
      if (entry.kind === 'paused') paused.set(entry.life, entry.at);
      else if (entry.kind === 'resumed' || entry.kind === 'died') {
        const from = paused.get(entry.life);
        if (from !== undefined) listOf(this.#pauses, entry.life).push({ from, to: entry.at });
        paused.delete(entry.life);
      }
    }
    for (const life of this.lives) this.#outages.set(life, this.#outagesOf(life));
  }

  get lives(): readonly string[] {
    return [...this.#born.keys()];
  }

  all<K extends Entry['kind']>(kind: K): readonly Of<K>[] {
    return (this.#byKind.get(kind) ?? []) as Of<K>[];
  }

  /** When it died, or the end of time. */
  diedAt(life: string): number {
    return this.#died.get(life) ?? Number.POSITIVE_INFINITY;
  }

  /** When it gave up what was running: the limit of its close(). */
  gaveUpAt(life: string): number {
    return this.#gaveUp.get(life) ?? Number.POSITIVE_INFINITY;
  }

  closingAt(life: string): number {
    return this.all('closing').find((entry) => entry.life === life)?.at ?? Number.POSITIVE_INFINITY;
  }

  pausesOf(life: string): readonly Span[] {
    return this.#pauses.get(life) ?? [];
  }

  /** When the store could not be reached from this process. What follows at once upon another is one. */
  outagesOf(life: string): readonly Span[] {
    return this.#outages.get(life) ?? [];
  }

  /** When its clock jumped ahead by more than `ms`: seen from inside, it stood still until then. */
  jumpsAhead(life: string, ms: number): readonly number[] {
    const slot = slotOf(life);
    return this.plan.faults.flatMap((fault) =>
      fault.kind === 'jump' && fault.slot === slot && fault.byMs > ms ? [this.#start + fault.atMs] : [],
    );
  }

  /** Whether an answer of the store was read by this process after `from` and before `to`. */
  hadContact(life: string, from: number, to: number): boolean {
    return (this.#contacts.get(life) ?? []).some((at) => at > from && at < to);
  }

  runsOf(reservation: string): Run[] {
    const runs = this.all('run').filter((entry) => entry.reservation === reservation);
    const at = (kind: 'decided' | 'threw', run: number) =>
      this.all(kind).find((entry) => entry.reservation === reservation && entry.run === run)?.at;
    return runs.map(({ run, life, at: from }) => ({
      run,
      life,
      from,
      decidedAt: at('decided', run),
      threwAt: at('threw', run),
    }));
  }

  /** From the plan, not from what the router says. */
  #outagesOf(life: string): Span[] {
    const slot = slotOf(life);
    const spans = this.plan.faults.flatMap((fault): Span[] => {
      const from = this.#start + fault.atMs;
      switch (fault.kind) {
        case 'reset':
          return fault.slot === slot ? [{ from, to: from + fault.forMs }] : [];
        case 'cut':
          return fault.slot === slot ? [{ from, to: from + fault.forMs + 50 }] : [];
        case 'slow':
          // Two scripts, one after the other, are to be done within one timeout.
          return fault.slot === slot && 2 * fault.byMs + this.plan.redisMs[1] > 100
            ? [{ from, to: from + fault.forMs }]
            : [];
        case 'redis down':
          return [{ from, to: from + fault.forMs + 100 }];
        case 'redis stalls':
        case 'redis refuses':
          return [{ from, to: from + fault.forMs }];
        default:
          return [];
      }
    });
    const merged: Span[] = [];
    for (const span of spans.sort((one, other) => one.from - other.from)) {
      const last = merged.at(-1);
      // Between two that close no try need get through: each waits for its timeout.
      if (last !== undefined && span.from - last.to < 400) {
        merged[merged.length - 1] = { from: last.from, to: Math.max(last.to, span.to) };
      } else {
        merged.push(span);
      }
    }
    return merged;
  }
}

/** `p1.2` is the second life in slot 1. */
const slotOf = (life: string): number => Number(life.slice(1, life.indexOf('.')));

function listOf<T>(map: Map<string, T[]>, key: string): T[] {
  const list = map.get(key) ?? [];
  map.set(key, list);
  return list;
}
