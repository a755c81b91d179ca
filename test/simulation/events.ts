/** What an event is to a process: decides the order in which a process that stood still gets to what has piled up. */
export type EventKind = 'timer' | 'input' | 'after';

/** Who an event happens to: it waits while that process stands still, and never happens once it is dead. */
export interface Subject {
  readonly dead: boolean;
  readonly paused: boolean;
  /** What has piled up while it stood still. */
  readonly backlog: Event[];
}

export interface Event {
  at: number;
  order: number;
  readonly kind: EventKind;
  readonly subject: Subject | undefined;
  readonly run: () => void;
  cancelled: boolean;
}

/** Time, and all that is to happen: whatever comes first happens next, and all promises it settles are followed up. */
export class Events {
  now: number;
  #made = 0;
  #happened = 0;
  readonly #heap: Event[] = [];

  constructor(start: number) {
    this.now = start;
  }

  get happened(): number {
    return this.#happened;
  }

  in(ms: number, subject: Subject | undefined, kind: EventKind, run: () => void): Event {
    const event = { at: this.now + Math.max(0, ms), order: 0, kind, subject, run, cancelled: false };
    this.#push(event);
    return event;
  }

  /** Puts events that had to wait back: they happen now, one after the other. */
  again(events: readonly Event[]): void {
    for (const event of events) {
      event.at = this.now;
      this.#push(event);
    }
  }

  /** Lets time pass until `until`. */
  async run(until: number): Promise<void> {
    await settled();
    for (;;) {
      const event = this.#heap[0];
      if (event === undefined || event.at > until) break;
      this.#pop();
      const { subject } = event;
      if (event.cancelled || subject?.dead) continue;
      this.now = event.at;
      if (subject?.paused) {
        subject.backlog.push(event);
        continue;
      }
      this.#happened += 1;
      event.cancelled = true;
      event.run();
      await settled();
    }
    this.now = until;
  }

  #push(event: Event): void {
    event.order = this.#made++;
    const heap = this.#heap;
    let place = heap.push(event) - 1;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (isBefore(heap[parent]!, event)) break;
      heap[place] = heap[parent]!;
      place = parent;
    }
    heap[place] = event;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop()!;
    if (heap.length === 0) return;
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child += 1;
      if (isBefore(last, heap[child]!)) break;
      heap[place] = heap[child]!;
      place = child;
    }
    heap[place] = last;
  }
}

const isBefore = (one: Event, other: Event) =>
  one.at < other.at || (one.at === other.at && one.order < other.order);

/** A turn of the event loop: by its end every chain of settled promises has run out. */
const settled = () =>
  new Promise<void>((resolve) => {
    setImmediate(resolve);
  });
