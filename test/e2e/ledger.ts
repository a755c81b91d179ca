import type { DebuggerEntry, Delivery, Emulator, EngineEvent } from 'taskrouter-kit/emulator';

/** What becomes of one task, told by events. */
interface TaskLines {
  readonly reservations: string[];
  readonly accepted: string[];
  readonly ended: string[];
}

/** Ways a reservation stops taking a worker's capacity. */
const CLOSING = new Set(['completed', 'canceled', 'rejected', 'rescinded', 'timeout', 'wrapup']);

/**
 * Hears all that an emulator tells, and keeps books of its own on it: none of its figures is taken from the emulator's
 * state, and capacity is checked at every single event.
 */
export class Ledger {
  readonly tasks = new Map<string, TaskLines>();
  /** The requests of each reservation in the order they ended, duplicates among them. */
  readonly deliveries = new Map<string, Delivery[]>();
  readonly debugger: DebuggerEntry[] = [];
  readonly overCapacity: string[] = [];
  /** Reservations that ended without a decision. */
  canceled = 0;
  /** How many channels of workers were at their capacity at a time, at most. */
  mostFull = 0;
  readonly #capacities: ReadonlyMap<string, number>;
  readonly #open = new Map<string, Set<string>>();
  #full = 0;

  /** @param capacities - by the worker's name and the channel's, with a blank in between. */
  constructor(emulator: Emulator, capacities: ReadonlyMap<string, number>) {
    this.#capacities = capacities;
    emulator.watch((news) => {
      if (news.kind === 'event') this.#event(news);
      else if (news.kind === 'debugger') this.debugger.push(news);
      else listIn(this.deliveries, news.reservationSid ?? '').push(news);
    });
  }

  /** How much of everything there was. */
  figures() {
    const sent = [...this.deliveries.values()];
    const requests = (is: (one: Delivery) => boolean) => sent.flat().filter(is).length;
    const to = (via: Delivery['via']) => sent.filter((all) => all.some((one) => one.via === via)).length;
    const tasks = [...this.tasks.values()];
    return {
      accepted: tasks.reduce((sum, { accepted }) => sum + accepted.length, 0),
      completed: tasks.filter(({ ended }) => ended.join() === 'completed').length,
      canceled: this.canceled,
      requests: requests(() => true),
      /** Callbacks, a fallback counted as one of its own. */
      callbacks: to('primary') + to('fallback'),
      sentTwice: sent.flatMap((all) =>
        (['primary', 'fallback'] as const).filter((via) => all.filter((one) => one.via === via).length === 2),
      ).length,
      answered: requests(({ outcome }) => outcome === 'answered'),
      dropped: requests(({ outcome }) => outcome === 'dropped'),
      hungUp: requests(({ outcome }) => outcome === 'hung up'),
      timedOut: requests(({ outcome }) => outcome === 'timeout'),
      toFallback: to('fallback'),
      /** Reservations that both endpoints answered. */
      answeredByBoth: sent.filter(
        (all) =>
          new Set(all.filter(({ outcome }) => outcome === 'answered').map(({ via }) => via)).size === 2,
      ).length,
      debuggerEntries: this.debugger.length,
      overCapacity: this.overCapacity.length,
      mostFull: this.mostFull,
    };
  }

  #event({ type, data }: EngineEvent): void {
    const [resource, verb = ''] = type.split('.');
    if (resource === 'task') {
      if (verb === 'created') this.tasks.set(data.TaskSid!, { reservations: [], accepted: [], ended: [] });
      if (verb === 'completed' || verb === 'canceled' || verb.includes('deleted')) {
        this.tasks.get(data.TaskSid!)!.ended.push(verb);
      }
    } else if (resource === 'reservation') {
      const task = this.tasks.get(data.TaskSid!)!;
      const sid = data.ReservationSid!;
      if (verb === 'created') task.reservations.push(sid);
      if (verb === 'canceled') this.canceled += 1;
      if (verb === 'accepted') task.accepted.push(sid);
      if (verb === 'created' || CLOSING.has(verb)) {
        this.#occupy(`${data.WorkerName} ${data.TaskChannelUniqueName}`, sid, verb === 'created');
      }
    }
  }

  #occupy(channel: string, sid: string, begins: boolean): void {
    const open = this.#open.get(channel) ?? new Set();
    this.#open.set(channel, open);
    const capacity = this.#capacities.get(channel) ?? 0;
    const wasFull = open.size >= capacity;
    if (begins) open.add(sid);
    else open.delete(sid);
    if (open.size > capacity) this.overCapacity.push(`${channel}: ${open.size} of ${capacity}`);
    this.#full += Number(open.size >= capacity) - Number(wasFull);
    this.mostFull = Math.max(this.mostFull, this.#full);
  }
}

function listIn<T>(lists: Map<string, T[]>, key: string): T[] {
  const list = lists.get(key) ?? [];
  lists.set(key, list);
  return list;
}
