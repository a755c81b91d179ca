import { randomBytes } from 'node:crypto';
import type { DebuggerEntry, Delivery } from '../delivery/log.js';
import type { EngineEvent, Explanation } from '../engine/index.js';
import type { EmulatorEvent } from '../options.js';
import { Recent } from '../world/recent.js';
import type { World } from '../world/world.js';
import { Bounds } from './bounds.js';
import { DeliveryStore } from './deliveries.js';
import { type FloorParts, workspaceHead, workspaceLists, workspaceState } from './floor.js';
import { JourneyStore } from './journeys.js';
import { KeptExplanations } from './kept-explanations.js';
import { LogLines } from './log-lines.js';
import { RowLog } from './row-log.js';
import type { Info, Kept, Lost, WorkspaceRows, WorkspaceState } from './types.js';

export const mostDeliveries = 10_000;
const mostTasks = 10_000;
/** 64 MiB in all. */
const budget = { deliveries: 34 << 20, journeys: 24 << 20, explanations: 6 << 20 } as const;
const mostBytes = budget.deliveries + budget.journeys + budget.explanations;

/** More workers make an explanation too dear to keep at each step. */
const mostExplainedWorkers = 200;
const mostWaits = 500;

export interface FeedOptions {
  readonly world: Pick<World, 'accountSid' | 'now' | 'workspaces' | 'explain' | 'faults' | 'events'>;
  readonly clock: 'real' | 'virtual';
  /** The state was read from a file. */
  readonly restarted: boolean;
  /** Who plays a worker. Default: nobody. */
  readonly playedBy?: FloorParts['playedBy'];
  /** Real time, in milliseconds. Default: the process' own. */
  readonly realNow?: () => number;
}

/**
 * What a page, a terminal or a tool looks at: it hears everything, and keeps the way of each task and each delivery
 * longer than the engine does. It only listens: nothing here changes the emulator.
 */
export class Feed {
  instance = '';
  deliveries!: DeliveryStore;
  journeys!: JourneyStore;
  explanations!: KeptExplanations;
  log!: LogLines;
  readonly #options: FeedOptions;
  #startedAt = 0;
  readonly #waits = new Map<string, Recent<number>>();
  /** When each workspace changed last, by SID. */
  readonly #workspaces = new Map<string, number>();
  readonly #removed = new Map<string, number>();
  readonly #listeners = new Set<() => void>();
  /** The task, version and time that was explained last. */
  #lastExplained = '';
  #seq = 0;
  #restarted = false;
  readonly #floor: FloorParts;
  readonly #states = new Map<string, { readonly seq: number; readonly state: WorkspaceState }>();
  readonly #rows = new Map<string, RowLog>();

  constructor(options: FeedOptions) {
    this.#options = options;
    const { world } = options;
    this.#floor = {
      explain: world.explain,
      playedBy: options.playedBy ?? (() => null),
      waits: (queueSid) => this.#waits.get(queueSid)?.list() ?? [],
    };
    this.#begin(options.restarted);
  }

  /** The state was replaced by another one: what is kept of the one before is dropped, and readers are told. */
  replaced(deliveries: readonly Delivery[], entries: readonly DebuggerEntry[]): void {
    this.#begin(false);
    for (const one of deliveries) this.deliveries.add(one, this.#next(one.workspaceSid));
    for (const one of entries) this.deliveries.debug(one, this.#next(one.workspaceSid));
    this.#changed();
  }

  /** Events are in a data file and in a snapshot, so that the ways of tasks are told from before. */
  #begin(restarted: boolean): void {
    const { world, realNow = () => performance.now() } = this.#options;
    this.instance = randomBytes(6).toString('hex');
    this.deliveries = new DeliveryStore(new Bounds(mostDeliveries, budget.deliveries));
    this.journeys = new JourneyStore(new Bounds(mostTasks, budget.journeys));
    this.explanations = new KeptExplanations(budget.explanations, realNow);
    this.log = new LogLines();
    this.#waits.clear();
    this.#workspaces.clear();
    this.#states.clear();
    this.#rows.clear();
    this.#restarted = restarted;
    for (const event of world.events.snapshot()) this.#event(event, this.#next(event.workspaceSid), false);
    for (const sid of world.workspaces.keys()) this.#next(sid);
    this.#startedAt = world.now();
  }

  /** Why a task that the engine has is where it is. */
  get explain(): FloorParts['explain'] {
    return this.#floor.explain;
  }

  get seq(): number {
    return this.#seq;
  }

  /** Hears one thing that happened. */
  hear(event: EmulatorEvent): void {
    const seq = this.#next(event.workspaceSid);
    if (event.kind === 'delivery') {
      this.deliveries.add(event, seq);
      this.journeys.delivered(event.taskSid, this.#next(event.workspaceSid));
    } else if (event.kind === 'debugger') {
      this.deliveries.debug(event, seq);
    } else {
      this.#event(event, seq, true);
    }
    this.#changed();
  }

  /** Something changed that is no event: a queue's limit, the clock, a fault. */
  touch(workspaceSid?: string): void {
    this.#next(workspaceSid);
    this.#changed();
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  info(readers: number): Info {
    const { world, clock } = this.#options;
    return {
      instance: this.instance,
      seq: this.#seq,
      startedAt: this.#startedAt,
      accountSid: world.accountSid,
      clock,
      now: world.now(),
      faults: world.faults.list(),
      kept: this.#kept(),
      lost: this.#lost(),
      readers,
    };
  }

  /** A workspace as it stands: worked out once for each change. */
  workspace(sid: string): WorkspaceState | undefined {
    const view = this.#options.world.workspaces.get(sid);
    if (!view) return undefined;
    const seq = this.#workspaces.get(sid) ?? 0;
    const known = this.#states.get(sid);
    if (known?.seq === seq) return known.state;
    const state = workspaceState(view, this.#floor);
    this.#states.set(sid, { seq, state });
    return state;
  }

  workspaces(): readonly WorkspaceState[] {
    return [...this.#options.world.workspaces.keys()].map((sid) => this.workspace(sid)!);
  }

  /** The rows of a workspace that changed after `after`. Default: all of them. */
  rows(sid: string, after = 0): WorkspaceRows | undefined {
    const view = this.#options.world.workspaces.get(sid);
    if (!view) return undefined;
    let log = this.#rows.get(sid);
    if (!log) {
      log = new RowLog();
      this.#rows.set(sid, log);
    }
    const seq = this.workspaceSeq(sid);
    if (log.seq !== seq) log.update(workspaceHead(view, this.#floor), workspaceLists(view, this.#floor), seq);
    return log.since(after);
  }

  workspaceSids(): Iterable<string> {
    return this.#options.world.workspaces.keys();
  }

  workerCount(workspaceSid: string): number {
    return this.#options.world.workspaces.get(workspaceSid)?.workers.size ?? 0;
  }

  /** When a workspace changed last. */
  workspaceSeq(sid: string): number {
    return this.#workspaces.get(sid) ?? 0;
  }

  /** Workspaces that were deleted after `seq`. */
  removedSince(seq: number): readonly string[] {
    return [...this.#removed].filter(([, at]) => at > seq).map(([sid]) => sid);
  }

  #next(workspaceSid: string | undefined): number {
    this.#seq += 1;
    if (workspaceSid !== undefined && this.#options.world.workspaces.has(workspaceSid)) {
      this.#workspaces.set(workspaceSid, this.#seq);
    }
    return this.#seq;
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }

  #event(event: EngineEvent, seq: number, isLive: boolean): void {
    const { workspaceSid, type, data } = event;
    if (type === 'workspace.deleted') {
      this.#workspaces.delete(workspaceSid);
      this.#states.delete(workspaceSid);
      this.#rows.delete(workspaceSid);
      this.#removed.set(workspaceSid, seq);
      const [oldest] = this.#removed.keys();
      if (this.#removed.size > 1_000 && oldest !== undefined) this.#removed.delete(oldest);
      return;
    }
    const view = isLive ? this.#options.world.workspaces.get(workspaceSid) : undefined;
    const before = this.journeys.get(data.TaskSid ?? '')?.waitedMs ?? null;
    const journey = this.journeys.add(event, view, seq);
    if (!journey) return;
    if (before === null && journey.waitedMs !== null) this.#waited(data.TaskQueueSid ?? '', journey.waitedMs);
    if (!view || view.workers.size > mostExplainedWorkers) return;
    const task = view.tasks.get(journey.sid);
    const moment = `${journey.sid} ${task?.version} ${event.at}`;
    if (!task) return;
    if (moment !== this.#lastExplained) {
      if (!this.explanations.afford()) return;
      this.#lastExplained = moment;
      this.explanations.keep(event.at, this.#options.world.explain(workspaceSid, journey.sid) as Explanation);
    }
    this.journeys.explained(journey);
  }

  #waited(queueSid: string, ms: number): void {
    let waits = this.#waits.get(queueSid);
    if (!waits) {
      waits = new Recent(mostWaits);
      this.#waits.set(queueSid, waits);
    }
    waits.push(ms);
  }

  #kept(): Kept {
    return {
      deliveries: this.deliveries.size,
      droppedDeliveries: this.deliveries.bounds.dropped,
      tasks: this.journeys.size,
      droppedTasks: this.journeys.bounds.dropped,
      bytes: this.deliveries.bounds.bytes + this.journeys.bounds.bytes + this.explanations.bytes,
      mostBytes,
    };
  }

  #lost(): Lost {
    if (!this.#restarted) return { restarted: false, before: null, text: null };
    const before = this.#startedAt;
    return {
      restarted: true,
      before,
      text:
        `Deliveries, debugger entries and explanations from before ${new Date(before).toISOString()} are lost: they are not in the data file. ` +
        'Tasks and their steps were read from its events. A callback that was in progress then has no answer: its reservation waits for its timeout.',
    };
  }
}
