import type { Clock } from '../../src/clock.js';
import type { Event, Events, Subject } from './events.js';

/** One life of one process: after its death another begins in the same slot. */
export class Process implements Subject {
  /** `p0.1`: the first life in slot 0. */
  readonly name: string;
  readonly slot: number;
  readonly clock: Clock;
  readonly backlog: Event[] = [];
  dead = false;
  paused = false;
  /** When each answer of Redis was read that came in time. */
  readonly contacts: number[] = [];
  /** How far its clock is ahead of the true time. */
  skew = 0;
  readonly #events: Events;
  readonly #timers = new Set<Event>();

  constructor(name: string, slot: number, events: Events, onError: (error: unknown) => void) {
    this.name = name;
    this.slot = slot;
    this.#events = events;
    this.clock = {
      now: () => Math.floor(events.now) + this.skew,
      setTimeout: (run, ms) => {
        const timer = events.in(ms, this, 'timer', () => {
          this.#timers.delete(timer);
          try {
            run();
          } catch (error) {
            onError(error);
          }
        });
        this.#timers.add(timer);
        return timer;
      },
      clearTimeout: (timer) => {
        if (timer === undefined) return;
        (timer as Event).cancelled = true;
        this.#timers.delete(timer as Event);
      },
      // What has arrived by now is before it in the order of events.
      afterInput: (run) => void events.in(0, this, 'after', run),
    };
  }

  /** Timers of the router that have not fired. */
  get timers(): number {
    return this.#timers.size;
  }

  /** What a handler waits for: no timer of the router's. */
  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.#events.in(ms, this, 'timer', resolve));
  }

  pause(): void {
    this.paused = true;
  }

  /** Timers that are due fire first, then what has come is read, as in Node's event loop. */
  resume(): void {
    this.paused = false;
    const order = { timer: 0, input: 1, after: 2 };
    const waiting = this.backlog.splice(0).sort((one, other) => order[one.kind] - order[other.kind]);
    this.#events.again(waiting);
  }
}
