import type { Clock, Timer } from '../../clock.js';
import { visible } from '../visible.js';
import type { Feed } from './feed.js';
import type { Batch, Faults, Hello } from './types.js';
import { deliverySummary, taskSummary } from './views.js';

/** Ten batches a second. */
export const batchEveryMs = 100;
const mostTasks = 500;
const mostDeliveries = 500;
const mostDebugger = 200;
/** A workspace is told whole: one with more workers than this at most once a second. */
const manyWorkers = 50;
const largeEveryMs = 1_000;
/** A comment now and then finds out that a reader has gone. */
const aliveEveryMs = 15_000;
/** A reader that takes nothing for so long is hung up on: it comes back by itself if it is there. */
const hungAfterMs = 30_000;

/** Where a reader's messages go: an HTTP answer. */
export interface Sink {
  /** @returns false while it cannot take more: {@link drained} is called then. */
  write(text: string): boolean;
  end(): void;
}

interface Reader {
  readonly sink: Sink;
  /** One workspace alone; undefined: all. */
  readonly workspace: string | undefined;
  /** Workspaces are told as the rows that changed, instead of whole. */
  readonly rows: boolean;
  /** Everything up to here has been told. */
  seq: number;
  /** When each workspace was told, by SID: its change, and the time. */
  readonly workspaces: Map<string, { readonly seq: number; readonly at: number }>;
  faults: string;
  /** Since when it has taken nothing; undefined: it takes. */
  fullSince: number | undefined;
}

/**
 * Tells readers what changed. Nothing waits in memory for a slow one: each has a number up to which it knows, and when it
 * can take more it gets the states of that moment.
 */
export class Stream {
  readonly #feed: Feed;
  readonly #clock: Clock;
  /** The emulator's time. */
  readonly #now: () => number;
  readonly #faults: () => Faults;
  readonly #readers = new Set<Reader>();
  #timer: Timer | undefined;
  #alive: Timer | undefined;
  #toldAt = Number.NEGATIVE_INFINITY;
  #instance: string;

  /** @param clock - real time: batches are for people. */
  constructor(feed: Feed, clock: Clock, now: () => number, faults: () => Faults) {
    this.#feed = feed;
    this.#clock = clock;
    this.#now = now;
    this.#faults = faults;
    this.#instance = feed.instance;
    feed.onChange(() => this.#plan());
  }

  get readers(): number {
    return this.#readers.size;
  }

  /**
   * Says hello, then tells what changes.
   * @param lastEventId - of the message that came last, where the reader was here before.
   * @returns what to call when the sink takes more again, and when the reader has gone.
   */
  add(
    sink: Sink,
    {
      lastEventId,
      workspace,
      rows = false,
    }: {
      readonly lastEventId?: string | undefined;
      readonly workspace?: string | undefined;
      readonly rows?: boolean;
    } = {},
  ): { readonly drained: () => void; readonly gone: () => void } {
    const feed = this.#feed;
    const { how, seq } = this.#place(lastEventId);
    const reader: Reader = {
      sink,
      workspace,
      rows,
      seq,
      workspaces: new Map(),
      faults: JSON.stringify(this.#faults()),
      fullSince: undefined,
    };
    // The lists are read after hello; a workspace that changed before is in them.
    if (how !== 'resumed') {
      for (const sid of feed.workspaceSids()) {
        reader.workspaces.set(sid, { seq: feed.workspaceSeq(sid), at: 0 });
        // From here on it is known which rows change.
        if (rows) feed.rows(sid);
      }
    }
    this.#readers.add(reader);
    const hello: Hello = { ...feed.info(this.#readers.size), how };
    this.#write(reader, `retry: 1000\nid: ${feed.instance}:${seq}\nevent: hello\ndata: ${line(hello)}\n\n`);
    this.#stayAlive();
    if (how === 'resumed') this.#plan();
    return {
      drained: () => {
        reader.fullSince = undefined;
        this.#plan();
      },
      gone: () => this.#remove(reader),
    };
  }

  /** Ends every reader's stream. */
  close(): void {
    for (const reader of [...this.#readers]) {
      this.#remove(reader);
      reader.sink.end();
    }
  }

  #place(lastEventId: string | undefined): Pick<Hello, 'how'> & { readonly seq: number } {
    const { instance, seq } = this.#feed;
    if (lastEventId === undefined || lastEventId === '') return { how: 'new', seq };
    const [of, told] = lastEventId.split(':');
    if (of !== instance) return { how: 'restarted', seq };
    const from = Number(told);
    if (!Number.isInteger(from) || from > seq || from < 0) return { how: 'new', seq };
    const behind =
      this.#feed.journeys.since(from, mostTasks).more > 0 ||
      this.#feed.deliveries.since(from, mostDeliveries).more > 0 ||
      this.#feed.deliveries.debuggerSince(from, mostDebugger).more > 0;
    return behind ? { how: 'behind', seq } : { how: 'resumed', seq: from };
  }

  #plan(inMs?: number): void {
    if (this.#timer !== undefined || this.#readers.size === 0) return;
    const wait = inMs ?? Math.max(0, this.#toldAt + batchEveryMs - this.#clock.now());
    this.#timer = this.#clock.setTimeout(() => {
      this.#timer = undefined;
      this.#tell();
    }, wait);
  }

  #tell(): void {
    this.#toldAt = this.#clock.now();
    if (this.#instance !== this.#feed.instance) {
      // Another state: everybody begins anew.
      this.#instance = this.#feed.instance;
      this.close();
      return;
    }
    // Most readers know the same: what they are told is put together once.
    const known = new Map<string, string>();
    let later = false;
    for (const reader of [...this.#readers]) {
      if (reader.fullSince !== undefined) {
        if (this.#toldAt - reader.fullSince > hungAfterMs) this.#hangUp(reader);
        continue;
      }
      const batch = this.#batch(reader, known);
      if (batch.held) later = true;
      if (batch.text !== undefined) this.#write(reader, batch.text);
    }
    if (later) this.#plan(largeEveryMs / 4);
  }

  #batch(reader: Reader, known: Map<string, string>): { readonly text?: string; readonly held: boolean } {
    const feed = this.#feed;
    const { seq: from, workspace, rows } = reader;
    const { seq } = feed;
    const { changed, held, heldSince } = this.#workspacesFor(reader);
    const faults = this.#faults();
    const faultsText = JSON.stringify(faults);
    const hasFaults = faultsText !== reader.faults;
    if (from === seq && changed.length === 0 && !hasFaults) return { held };
    const after = (sid: string) => reader.workspaces.get(sid)?.seq ?? from;
    const told = changed.map((sid) => (rows ? `${sid}>${after(sid)}` : sid));
    // Whoever comes back from here must get the rows that are held too.
    const place = rows ? Math.min(seq, heldSince) : seq;
    const key = `${from} ${place} ${workspace ?? ''} ${hasFaults} ${rows} ${told.join()}`;
    let text = known.get(key);
    if (text === undefined) {
      const isHere = (one: { readonly workspaceSid: string }) =>
        workspace === undefined || one.workspaceSid === workspace;
      const tasks = feed.journeys.since(from, mostTasks);
      const deliveries = feed.deliveries.since(from, mostDeliveries);
      const entries = feed.deliveries.debuggerSince(from, mostDebugger);
      const batch: Batch = {
        seq,
        now: this.#now(),
        tasks: tasks.items.filter(isHere).map((journey) => taskSummary(feed, journey)),
        deliveries: deliveries.items.filter(isHere).map(deliverySummary),
        debugger: entries.items.filter(isHere),
        workspaces: rows ? [] : changed.map((sid) => feed.workspace(sid)!),
        rows: rows ? changed.map((sid) => feed.rows(sid, after(sid))!) : [],
        removed: feed.removedSince(from),
        faults: hasFaults ? faults : null,
        more: { tasks: tasks.more, deliveries: deliveries.more, debugger: entries.more },
      };
      text = `id: ${feed.instance}:${place}\nevent: batch\ndata: ${line(batch)}\n\n`;
      known.set(key, text);
    }
    reader.seq = seq;
    reader.faults = faultsText;
    for (const sid of changed) reader.workspaces.set(sid, { seq: feed.workspaceSeq(sid), at: this.#toldAt });
    return { text, held };
  }

  /**
   * The workspaces that a reader does not know as they are. `held`: one of them is told later; `heldSince`: up to where
   * all of those are told.
   */
  #workspacesFor(reader: Reader): {
    readonly changed: readonly string[];
    readonly held: boolean;
    readonly heldSince: number;
  } {
    const changed: string[] = [];
    let heldSince = Number.POSITIVE_INFINITY;
    for (const sid of this.#feed.workspaceSids()) {
      if (reader.workspace !== undefined && reader.workspace !== sid) continue;
      const told = reader.workspaces.get(sid);
      if (told?.seq === this.#feed.workspaceSeq(sid)) continue;
      const isLarge = this.#feed.workerCount(sid) > manyWorkers;
      if (isLarge && told && this.#toldAt - told.at < largeEveryMs) {
        heldSince = Math.min(heldSince, told.seq);
      } else changed.push(sid);
    }
    return { changed, held: heldSince < Number.POSITIVE_INFINITY, heldSince };
  }

  #write(reader: Reader, text: string): void {
    if (!reader.sink.write(text)) reader.fullSince ??= this.#clock.now();
  }

  #hangUp(reader: Reader): void {
    this.#remove(reader);
    reader.sink.end();
  }

  #remove(reader: Reader): void {
    this.#readers.delete(reader);
    if (this.#readers.size > 0) return;
    this.#clock.clearTimeout(this.#timer);
    this.#clock.clearTimeout(this.#alive);
    this.#timer = undefined;
    this.#alive = undefined;
  }

  #stayAlive(): void {
    this.#alive ??= this.#clock.setTimeout(() => {
      this.#alive = undefined;
      const now = this.#clock.now();
      for (const reader of [...this.#readers]) {
        if (reader.fullSince === undefined) this.#write(reader, ': still here\n\n');
        else if (now - reader.fullSince > hungAfterMs) this.#hangUp(reader);
      }
      if (this.#readers.size > 0) this.#stayAlive();
    }, aliveEveryMs);
  }
}

/**
 * JSON on one line: no line break ends it early. U+2028 is one for some readers, and names may hold what a terminal
 * would act on.
 */
const line = (data: object) => visible(JSON.stringify(data));
