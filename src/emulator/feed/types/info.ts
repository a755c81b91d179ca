/** A name with its SID. */
export interface Named {
  readonly sid: string;
  readonly name: string;
}

// GET /_emulator/info

export interface Info {
  /** A new one with each start of the process: what was kept under another one is gone. */
  readonly instance: string;
  /** The newest `seq`. */
  readonly seq: number;
  readonly startedAt: number;
  readonly accountSid: string;
  readonly clock: 'real' | 'virtual';
  readonly now: number;
  /** The faults that are on, and how often they still strike; true: without end. */
  readonly faults: Faults;
  readonly kept: Kept;
  readonly lost: Lost;
  readonly readers: number;
}

export type Faults = Readonly<Record<string, number | true>>;

/** What the feed holds now, and what it has let go because it keeps 10,000 of each and 64 MiB in all. */
export interface Kept {
  readonly deliveries: number;
  readonly droppedDeliveries: number;
  readonly tasks: number;
  readonly droppedTasks: number;
  readonly bytes: number;
  readonly mostBytes: number;
}

/** What a restart has cost. */
export interface Lost {
  /** The state was read from a data file: the emulator has run before. */
  readonly restarted: boolean;
  /** Deliveries, debugger entries and explanations of before then are gone; null: nothing is lost. */
  readonly before: number | null;
  /** For people: `Deliveries, … before 2026-11-25T16:00:00.000Z are lost: …`. Null: nothing is lost. */
  readonly text: string | null;
}
