import type { Clock, Timer } from '../clock.js';
import { ConfigurationError } from '../errors.js';
import { refuseUnknownKeys } from '../near-miss.js';
import { actOn } from './act.js';
import type { PhoneBehaviour, Ring } from './calls/phones.js';
import { type EngineEvent, EngineRefusal, type Reservation } from './engine/index.js';
import { findNamed } from './named.js';
import type { EmulatorEvent } from './options.js';
import type { ReservationActionName } from './vocabulary.js';
import { type Duration, durationMs } from './world/duration.js';
import type { InstructionExecutor, World } from './world/world.js';

/** How simulated agents play. Lengths of time are means: each is drawn anew, from the seed. */
export interface StaffOptions {
  /** Who plays, by friendly name or SID. Default: every worker there is. */
  readonly workers?: readonly string[] | undefined;
  /** The same seed plays the same, on a virtual clock. Default: 1. */
  readonly seed?: number | undefined;
  /** Until an offer or a ringing phone is answered. Default: 3 s. */
  readonly answers?: Duration | undefined;
  /** How long a conversation, or the work on a task, takes. Default: 1 minute. */
  readonly works?: Duration | undefined;
  /** How long wrapping up takes. Default: 10 s. */
  readonly wrapsUp?: Duration | undefined;
  /** The share of offers that are rejected, and of ringing phones that are declined. Default: 0.05. */
  readonly rejects?: number | undefined;
  /** The share that is let go by, until it times out. Default: 0. */
  readonly misses?: number | undefined;
  /** The share of completed tasks after which an agent takes a break. Default: 0.1. */
  readonly breaks?: number | undefined;
  /** How long a break takes; whoever is put into an activity that takes no tasks comes back after that, too. Default: 1 minute. */
  readonly rests?: Duration | undefined;
}

/** Agents that play. */
export interface Staff {
  /** They stop: nothing more happens by itself. */
  stop(): void;
}

export interface StaffParts {
  readonly world: World;
  readonly executor: Pick<InstructionExecutor, 'accept'>;
  readonly clock: Clock;
  readonly watch: (watcher: (event: EmulatorEvent) => void) => () => void;
}

const SHARES = ['rejects', 'misses', 'breaks'] as const;
const KEYS = ['workers', 'seed', 'answers', 'works', 'wrapsUp', 'rests', ...SHARES];
/** An answer to the assignment callback that leaves the decision to the agent's screen. */
const LEFT_OPEN = new Set([undefined, 'defer', 'redirect', 'call']);

/** Workers who answer, reject, work, wrap up and take breaks, by the commands that REST gives. */
export class PlayingStaff implements Staff {
  readonly #parts: StaffParts;
  readonly #options: StaffOptions;
  /** Everybody's own numbers: what one does moves nobody else's. */
  readonly #draws = new Map<string, () => number>();
  readonly #timers = new Set<Timer>();
  readonly #unwatch: () => void;

  /** @throws {ConfigurationError} for an unknown option, a share outside 0 to 1, a bad length of time or an unknown worker. */
  constructor(parts: StaffParts, options: StaffOptions = {}) {
    refuseUnknownKeys(options, KEYS, 'staff');
    for (const name of SHARES) {
      const share = options[name];
      if (share === undefined || (typeof share === 'number' && share >= 0 && share <= 1)) continue;
      throw new ConfigurationError('bad-option', `staff: ${name} is a share from 0 to 1.`);
    }
    for (const time of [options.answers, options.works, options.wrapsUp, options.rests]) {
      if (time !== undefined) durationMs(time);
    }
    this.#parts = parts;
    this.#options = options;
    const views = [...parts.world.workspaces.values()];
    const all = options.workers?.map((name) => findNamed(parts.world, 'worker', name));
    const workers = all ?? views.flatMap((view) => [...view.workers.values()]);
    const { seed = 1 } = options;
    for (const [index, { sid, workspaceSid }] of workers.entries()) {
      this.#draws.set(sid, random(seed * 65_537 + index));
      this.#comeBack(workspaceSid, sid, options.answers ?? '3s');
    }
    this.#unwatch = parts.watch((news) => this.#hear(news));
  }

  stop(): void {
    this.#unwatch();
    for (const timer of this.#timers) this.#parts.clock.clearTimeout(timer);
    this.#timers.clear();
    this.#draws.clear();
  }

  /** What one of them does with a ringing phone; undefined: somebody else's. */
  phone({ worker }: Ring): PhoneBehaviour | undefined {
    const draw = this.#draws.get(worker.sid);
    if (!draw) return undefined;
    const { rejects = 0.05, misses = 0, answers = '3s', works = '1m' } = this.#options;
    const luck = draw();
    if (luck < misses) return { does: 'not answer' };
    const afterMs = drawn(answers, draw);
    return luck < misses + rejects
      ? { does: 'hang up', afterMs }
      : { does: 'answer', afterMs, talkMs: drawn(works, draw) };
  }

  #hear(news: EmulatorEvent): void {
    if (news.kind === 'delivery') {
      const { callback, status, instruction, workspaceSid, reservationSid = '' } = news;
      if (callback !== 'assignment' || status !== 200 || !LEFT_OPEN.has(instruction)) return;
      const reservation = this.#parts.world.workspaces.get(workspaceSid)?.reservations.get(reservationSid);
      if (reservation) this.#decide(reservation);
    } else if (news.kind === 'event') this.#event(news);
  }

  #event({ type, workspaceSid, data }: EngineEvent): void {
    const { WorkerSid: workerSid = '', ReservationSid: sid = '' } = data;
    const draw = this.#draws.get(workerSid);
    const view = this.#parts.world.workspaces.get(workspaceSid);
    if (!draw || !view) return;
    const { works = '1m', wrapsUp = '10s', breaks = 0.1 } = this.#options;
    if (type === 'reservation.created') {
      const reservation = view.reservations.get(sid);
      // Who answers the callback decides first.
      if (reservation && view.workflows.get(reservation.workflowSid)?.assignmentCallbackUrl === '')
        this.#decide(reservation);
    } else if (type === 'reservation.accepted' && data.TaskChannelUniqueName !== 'voice') {
      this.#later(drawn(works, draw), () => this.#act(workspaceSid, sid, 'wrap up'));
    } else if (type === 'reservation.wrapup') {
      this.#later(drawn(wrapsUp, draw), () => this.#act(workspaceSid, sid, 'complete'));
    } else if (type === 'reservation.completed' && draw() < breaks) {
      const rest = [...view.activities.values()].find(({ available }) => !available);
      if (rest) this.#goTo(workspaceSid, workerSid, rest.sid);
    } else if (type === 'worker.activity.update') {
      this.#comeBack(workspaceSid, workerSid, this.#options.rests ?? '1m');
    }
  }

  #decide({ workspaceSid, sid, workerSid }: Reservation): void {
    const draw = this.#draws.get(workerSid);
    if (!draw) return;
    const { rejects = 0.05, misses = 0, answers = '3s' } = this.#options;
    const luck = draw();
    if (luck < misses) return;
    const action = luck < misses + rejects ? 'reject' : 'accept';
    this.#later(drawn(answers, draw), () => this.#act(workspaceSid, sid, action));
  }

  /** Back to work after a while, from an activity that takes no tasks. */
  #comeBack(workspaceSid: string, workerSid: string, after: Duration): void {
    const view = this.#parts.world.workspaces.get(workspaceSid);
    const activity = view?.activities.get(view.workers.get(workerSid)?.activitySid ?? '');
    const draw = this.#draws.get(workerSid);
    if (!view || !draw || activity?.available !== false) return;
    const work = [...view.activities.values()].find(({ available }) => available);
    if (work) this.#later(drawn(after, draw), () => this.#goTo(workspaceSid, workerSid, work.sid));
  }

  #goTo(workspaceSid: string, sid: string, activitySid: string): void {
    this.#try(() => this.#parts.world.dispatch('updateWorker', { workspaceSid, sid, activitySid }));
  }

  #act(workspaceSid: string, sid: string, action: ReservationActionName): void {
    this.#try(() => actOn(this.#parts.world, this.#parts.executor, workspaceSid, sid, action));
  }

  /** What is refused came too late: the reservation or the worker has changed meanwhile. */
  #try(act: () => unknown): void {
    try {
      act();
    } catch (error) {
      if (!(error instanceof EngineRefusal)) throw error;
    }
  }

  #later(ms: number, act: () => void): void {
    const timer = this.#parts.clock.setTimeout(() => {
      this.#timers.delete(timer);
      act();
    }, ms);
    this.#timers.add(timer);
  }
}

/** A length of time around its mean: the sum of two exponential ones, so that short and very long ones are rare. */
function drawn(mean: Duration, draw: () => number): number {
  const part = () => -Math.log(1 - draw());
  return Math.max(1, Math.round((durationMs(mean) / 2) * (part() + part())));
}

/** Numbers from 0 to 1 that repeat with the seed: mulberry32. */
function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
