import type { Clock, Timer } from '../../clock.js';
import { ConfigurationError } from '../../errors.js';
import { actOn } from '../act.js';
import type { PhoneBehaviour, Ring } from '../calls/phones.js';
import { type EngineEvent, EngineRefusal, type Reservation, type Worker } from '../engine/index.js';
import { findNamed } from '../named.js';
import type { EmulatorEvent } from '../options.js';
import type { ReservationActionName } from '../vocabulary.js';
import type { Duration } from '../world/duration.js';
import type { InstructionExecutor, World } from '../world/world.js';
import { type Draw, drawn, random } from './draws.js';
import { checkStaffOptions, type Staff, type StaffAct, type StaffOptions } from './options.js';

export interface StaffParts {
  readonly world: World;
  readonly executor: Pick<InstructionExecutor, 'answer'>;
  readonly clock: Clock;
  readonly watch: (watcher: (event: EmulatorEvent) => void) => () => void;
  /** Does a call to the worker go on for this reservation? */
  readonly isCalling: (reservationSid: string) => boolean;
  /** Does other staff play this worker? */
  readonly isPlayed: (workerSid: string) => boolean;
  readonly isTakenOver: (workerSid: string) => boolean;
}

/** One who plays. */
interface Member {
  readonly sid: string;
  readonly workspaceSid: string;
  /** Their own numbers: what one does moves nobody else's. */
  readonly draw: Draw;
  /** What they are about to do. */
  readonly timers: Set<Timer>;
}

/** An answer to the assignment callback that leaves the decision to the agent's screen. */
const LEFT_OPEN = new Set([undefined, 'defer', 'redirect', 'call']);

/** Workers who answer, reject, work, wrap up and take breaks, by the commands that REST gives. */
export class PlayingStaff implements Staff {
  readonly #parts: StaffParts;
  readonly #options: StaffOptions;
  readonly #members = new Map<string, Member>();
  /** Pending reservations of theirs whose callback has been answered. */
  readonly #answered = new Set<string>();
  /** What is meant to become of pending reservations that they do not decide by a command: it is told when it does. */
  readonly #meant = new Map<string, 'answer' | 'decline' | 'miss'>();
  readonly #unwatch: () => void;
  #joined = 0;

  /**
   * @throws {ConfigurationError} for an unknown option, a share outside 0 to 1, a bad length of time, an unknown worker, or
   * one whom other staff plays.
   */
  constructor(parts: StaffParts, options: StaffOptions = {}) {
    checkStaffOptions(options);
    this.#parts = parts;
    this.#options = options;
    const named = options.workers?.map((name) => findNamed(parts.world, 'worker', name));
    const workers = named ?? this.#everybody();
    const taken = workers.filter(({ sid }) => parts.isPlayed(sid)).map(({ friendlyName }) => friendlyName);
    if (taken.length > 0) {
      throw new ConfigurationError(
        'played-already',
        `Other staff plays ${taken.slice(0, 5).join(', ')}${taken.length > 5 ? ` and ${taken.length - 5} more` : ''} already: stop it first, or name others in workers.`,
      );
    }
    for (const worker of workers) this.#join(worker);
    this.#unwatch = parts.watch((news) => this.#hear(news));
  }

  get workers(): readonly string[] {
    return [...this.#members.values()].map((one) => this.#worker(one)?.friendlyName ?? one.sid);
  }

  plays(workerSid: string): boolean {
    return this.#members.has(workerSid);
  }

  stop(): void {
    this.#unwatch();
    for (const { sid } of this.#members.values()) this.pause(sid);
    this.#members.clear();
  }

  /** What one of them does with a ringing phone; undefined: someone else's. */
  phone({ worker, reservation }: Ring): PhoneBehaviour | undefined {
    const member = this.#members.get(worker.sid);
    if (!member) return undefined;
    const { draw } = member;
    const { rejects = 0.05, misses = 0, answers = '3s', works = '1m' } = this.#options;
    const luck = draw();
    if (luck < misses) {
      this.#meant.set(reservation.sid, 'miss');
      return { does: 'not answer' };
    }
    const afterMs = drawn(answers, draw);
    if (luck < misses + rejects) {
      this.#meant.set(reservation.sid, 'decline');
      return { does: 'hang up', afterMs };
    }
    this.#meant.set(reservation.sid, 'answer');
    return { does: 'answer', afterMs, talkMs: drawn(works, draw) };
  }

  /** Nothing more happens by itself for this worker, until {@link resume}. */
  pause(workerSid: string): void {
    const timers = this.#members.get(workerSid)?.timers ?? new Set();
    for (const timer of timers) this.#parts.clock.clearTimeout(timer);
    timers.clear();
  }

  /** A worker goes on from wherever they are. */
  resume(workerSid: string): void {
    const member = this.#members.get(workerSid);
    if (!member) return;
    this.#comeBack(member);
    const view = this.#view(member);
    for (const reservation of view?.reservationsOfWorker(workerSid) ?? []) {
      const { sid, reservationStatus } = reservation;
      if (reservationStatus === 'pending' && this.#isLeftTo(reservation)) this.#decide(reservation);
      if (reservationStatus === 'accepted') this.#work(member, sid);
      if (reservationStatus === 'wrapping') this.#wrapUp(member, sid);
    }
  }

  /** The whole state was replaced. */
  replaced(): void {
    for (const { sid } of this.#members.values()) this.pause(sid);
    if (this.#options.workers === undefined) for (const worker of this.#everybody()) this.#join(worker);
    for (const { sid } of this.#members.values()) if (!this.#parts.isTakenOver(sid)) this.resume(sid);
  }

  #everybody(): readonly Worker[] {
    return [...this.#parts.world.workspaces.values()].flatMap((view) => [...view.workers.values()]);
  }

  #join({ sid, workspaceSid }: Worker): void {
    if (this.#members.has(sid)) return;
    const { seed = 1, answers = '3s' } = this.#options;
    const member = {
      sid,
      workspaceSid,
      draw: random(seed * 65_537 + this.#joined),
      timers: new Set<Timer>(),
    };
    this.#joined += 1;
    this.#members.set(sid, member);
    this.#comeBack(member, answers);
  }

  #hear(news: EmulatorEvent): void {
    if (news.kind === 'delivery') {
      const { callback, status, instruction, workspaceSid, reservationSid = '' } = news;
      if (callback !== 'assignment' || status !== 200) return;
      const reservation = this.#parts.world.workspaces.get(workspaceSid)?.reservations.get(reservationSid);
      if (!reservation || !this.#members.has(reservation.workerSid)) return;
      this.#answered.add(reservation.sid);
      if (LEFT_OPEN.has(instruction)) this.#decide(reservation);
    } else if (news.kind === 'event') this.#event(news);
  }

  #event({ type, workspaceSid, data }: EngineEvent): void {
    const { WorkerSid: workerSid = '', ReservationSid: sid = '' } = data;
    const view = this.#parts.world.workspaces.get(workspaceSid);
    if (type === 'worker.created' && this.#options.workers === undefined) {
      const worker = view?.workers.get(workerSid);
      if (worker && !this.#parts.isPlayed(workerSid)) this.#join(worker);
      return;
    }
    const member = this.#members.get(workerSid);
    if (!member || !view) return;
    if (type.startsWith('reservation.') && type !== 'reservation.created') this.#over(member, type, sid);
    if (type === 'reservation.created') {
      const reservation = view.reservations.get(sid);
      // Who answers the callback decides first.
      if (reservation && this.#isLeftTo(reservation)) this.#decide(reservation);
    } else if (type === 'reservation.accepted') {
      // A conversation ends with its call.
      if (!this.#parts.isCalling(sid)) this.#work(member, sid);
    } else if (type === 'reservation.wrapup') {
      this.#wrapUp(member, sid);
    } else if (type === 'reservation.completed') {
      this.#takeBreak(member);
    } else if (type === 'worker.activity.update') {
      this.#comeBack(member);
    } else if (type === 'worker.deleted') {
      this.pause(workerSid);
      this.#members.delete(workerSid);
    }
  }

  /** A reservation is pending no more. */
  #over(member: Member, type: string, sid: string): void {
    const meant = this.#meant.get(sid);
    this.#meant.delete(sid);
    this.#answered.delete(sid);
    const isSo = meant === 'answer' ? type === 'reservation.accepted' : /\.(canceled|timeout)$/.test(type);
    if (meant && isSo && !this.#parts.isTakenOver(member.sid))
      this.#tell(member, meant, this.#view(member)?.reservations.get(sid));
  }

  /** Nobody else decides about it: no callback will, or it has been answered. */
  #isLeftTo({ sid, workspaceSid, workflowSid }: Reservation): boolean {
    const workflow = this.#parts.world.workspaces.get(workspaceSid)?.workflows.get(workflowSid);
    return workflow?.assignmentCallbackUrl === '' || this.#answered.has(sid);
  }

  #decide(reservation: Reservation): void {
    const member = this.#members.get(reservation.workerSid);
    if (!member || this.#parts.isTakenOver(member.sid)) return;
    const { rejects = 0.05, misses = 0, answers = '3s' } = this.#options;
    const luck = member.draw();
    if (luck < misses) {
      this.#meant.set(reservation.sid, 'miss');
      return;
    }
    const action = luck < misses + rejects ? 'reject' : 'accept';
    this.#later(member, answers, () => this.#act(member, reservation.sid, action));
  }

  #work(member: Member, reservationSid: string): void {
    this.#later(member, this.#options.works ?? '1m', () => this.#act(member, reservationSid, 'wrap up'));
  }

  #wrapUp(member: Member, reservationSid: string): void {
    this.#later(member, this.#options.wrapsUp ?? '10s', () => this.#act(member, reservationSid, 'complete'));
  }

  #takeBreak(member: Member): void {
    const { breaks = 0.1 } = this.#options;
    const view = this.#view(member);
    if (!view || this.#parts.isTakenOver(member.sid) || member.draw() >= breaks) return;
    const rest = [...view.activities.values()].find(({ available }) => !available);
    if (rest) this.#goTo(member, rest.sid, rest.friendlyName);
  }

  /** Back to work after a while, from an activity that takes no tasks. */
  #comeBack(member: Member, after: Duration = this.#options.rests ?? '1m'): void {
    const view = this.#view(member);
    const activity = view?.activities.get(this.#worker(member)?.activitySid ?? '');
    if (!view || activity?.available !== false) return;
    const work = [...view.activities.values()].find(({ available }) => available);
    if (work) this.#later(member, after, () => this.#goTo(member, work.sid, work.friendlyName));
  }

  #view({ workspaceSid }: Member) {
    return this.#parts.world.workspaces.get(workspaceSid);
  }

  #worker(member: Member): Worker | undefined {
    return this.#view(member)?.workers.get(member.sid);
  }

  #goTo(member: Member, activitySid: string, activity: string): void {
    const { workspaceSid, sid } = member;
    const went = this.#try(() =>
      this.#parts.world.dispatch('updateWorker', { workspaceSid, sid, activitySid }),
    );
    if (went) this.#tell(member, 'go', undefined, activity);
  }

  #act(member: Member, sid: string, action: ReservationActionName): void {
    const { world, executor } = this.#parts;
    const reservation = this.#view(member)?.reservations.get(sid);
    if (this.#try(() => actOn(world, executor, member.workspaceSid, sid, action)))
      this.#tell(member, action, reservation);
  }

  /** What is refused came too late: the reservation or the worker has changed meanwhile. */
  #try(act: () => unknown): boolean {
    try {
      act();
      return true;
    } catch (error) {
      if (error instanceof EngineRefusal) return false;
      throw error;
    }
  }

  #tell(
    member: Member,
    does: StaffAct['does'],
    reservation?: Reservation,
    activity: string | null = null,
  ): void {
    const { sid } = member;
    this.#options.onAct?.({
      at: this.#parts.world.now(),
      worker: { sid, name: this.#worker(member)?.friendlyName ?? sid },
      does,
      taskSid: reservation?.taskSid ?? null,
      reservationSid: reservation?.sid ?? null,
      activity,
    });
  }

  #later(member: Member, mean: Duration, act: () => void): void {
    if (this.#parts.isTakenOver(member.sid)) return;
    const timer = this.#parts.clock.setTimeout(
      () => {
        member.timers.delete(timer);
        act();
      },
      drawn(mean, member.draw),
    );
    member.timers.add(timer);
  }
}
