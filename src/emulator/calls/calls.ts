import type { Clock, Timer } from '../../clock.js';
import type { Instruction } from '../../instructions/index.js';
import type { CallbackSender } from '../delivery/sender.js';
import {
  type EngineEvent,
  EngineRefusal,
  type Reservation,
  type Task,
  type Worker,
} from '../engine/index.js';
import { notFound } from '../engine/refusal.js';
import type { CommandName, Commands } from '../engine/types.js';
import type { World } from '../world/world.js';
import { Conferences, type ParticipantChange } from './conferences.js';
import { customerOf, type RingingInstruction, workerLeg } from './legs.js';
import { answering, type PhoneBehaviour } from './phones.js';
import { StatusCallbacks } from './status-callbacks.js';
import { callParameters, progressOf, progressParameters } from './status-parameters.js';
import { TwimlRequests } from './twiml-requests.js';
import type { CallStatus, CallsState, Conference, Leg, NextStep, Participant } from './types.js';

export interface CallsParts {
  readonly world: World;
  readonly clock: Clock;
  readonly sender: CallbackSender;
  /** 32 new hexadecimal digits. */
  readonly hex: () => string;
}

/** Who of a conference: the customer, a worker, or whose call it is. */
export type Who = 'customer' | { readonly workerSid: string } | { readonly callSid: string };

/** Why a call leaves its conversation. */
interface Leaving {
  /** The engine's state has changed already: it is not told. */
  readonly byEngine?: boolean;
  readonly kicked?: boolean;
}

const isRinging = ({ status }: Leg) => status === 'initiated' || status === 'ringing';

/**
 * The simulated calls: a customer's in the queue, those to workers, and what becomes of both. They run on the emulator's
 * clock and tell status callback URLs. Every call ends: by itself, by {@link hangUp}, or with its reservation or task.
 */
export class Calls {
  readonly #parts: CallsParts;
  readonly #callbacks: StatusCallbacks;
  readonly #conferences: Conferences;
  readonly #twiml: TwimlRequests;
  readonly #legs = new Map<string, Leg>();
  readonly #byTask = new Map<string, Set<Leg>>();
  readonly #timers = new Map<Leg, Timer>();

  constructor(parts: CallsParts) {
    this.#parts = parts;
    this.#callbacks = new StatusCallbacks(parts.sender);
    this.#conferences = new Conferences(parts.world, this.#callbacks);
    this.#twiml = new TwimlRequests(parts.sender);
  }

  /** The live calls, oldest first. */
  list(): readonly Leg[] {
    return [...this.#legs.values()];
  }

  /** A live call. */
  get(callSid: string): Leg | undefined {
    return this.#legs.get(callSid);
  }

  /** The conference of a task, if one goes on. */
  conferenceOf(taskSid: string): Conference | undefined {
    return this.#conferences.of(taskSid);
  }

  conferences(): readonly Conference[] {
    return this.#conferences.list();
  }

  /** A customer's call waits in the queue for its task. */
  enqueue(leg: Leg): void {
    this.#add(leg);
  }

  /** Rings a worker. What that leads to happens on the clock. */
  ring(
    instruction: RingingInstruction,
    about: { readonly task: Task; readonly worker: Worker; readonly reservation: Reservation },
    behaviour: PhoneBehaviour,
  ): void {
    const { world, hex } = this.#parts;
    const { workspaceSid, sid: reservationSid } = about.reservation;
    const { happens, afterMs, talkMs } = answering(behaviour, instruction.timeout);
    const now = world.now();
    const leg = workerLeg(instruction, about, { sid: `CA${hex()}`, startedAt: now, talkMs });
    this.#add(leg);
    this.#become(leg, 'initiated');
    this.#become(leg, 'ringing');
    if (instruction.instruction === 'call') {
      // The page says that the attribute comes as the instruction is issued, and `accept` accepts then.
      const gained = { worker_call_sid: leg.sid };
      if (instruction.accept) {
        this.#try('workerAnswered', { workspaceSid, sid: reservationSid, taskAttributes: gained });
      } else {
        const attributes = JSON.stringify({ ...JSON.parse(about.task.attributes), ...gained });
        this.#try('updateTask', { workspaceSid, sid: about.task.sid, attributes });
      }
    } else if (afterMs > 0) {
      world.dispatch('workerRinging', { workspaceSid, sid: reservationSid });
    }
    // The reservation may have ended with what was just said.
    if (this.#legs.has(leg.sid)) this.#plan(leg, { at: now + afterMs, happens });
  }

  /** Sends the customer's call to other TwiML: it leaves the queue. */
  redirect(
    { callSid, url }: Extract<Instruction, { instruction: 'redirect' }>,
    { task, reservation }: { readonly task: Task; readonly reservation: Reservation },
  ): void {
    const live = this.#legs.get(callSid);
    if (live) live.queued = false;
    const leg = live ?? customerOf(task, { sid: callSid, startedAt: this.#parts.world.now() });
    const params = callParameters(this.#parts.world.accountSid, leg);
    this.#twiml.ask(url, params, { ...leg, reservationSid: reservation.sid }, (verdict) => {
      if (live && verdict.problem && verdict.problem.level !== 'warning') this.hangUp(live.sid);
    });
  }

  /** Ends a call, as who holds the phone would: a ringing worker declines. Nothing happens if it has ended already. */
  hangUp(callSid: string): void {
    const leg = this.#legs.get(callSid);
    if (!leg) return;
    if (isRinging(leg)) this.#notTaken(leg, 'busy');
    else this.#leave(leg, {});
  }

  /**
   * Holds, mutes or changes somebody in a conference, and tells its status callback.
   * @throws {EngineRefusal} 404 when no conference of the task goes on, or they are not in it.
   */
  updateParticipant(taskSid: string, who: Who, change: ParticipantChange): Conference {
    const { conference, participant } = this.#participant(taskSid, who);
    this.#conferences.change(conference, participant, change);
    return conference;
  }

  /** Takes somebody out of a conference. @throws {EngineRefusal} 404, as {@link updateParticipant}. */
  kick(taskSid: string, who: Who): void {
    const { participant } = this.#participant(taskSid, who);
    const leg = this.#legs.get(participant.callSid);
    if (leg) this.#leave(leg, { kicked: true });
  }

  /** What the engine says ends calls too. */
  hear(event: EngineEvent): void {
    const { type, workspaceSid, data } = event;
    if (type === 'workspace.deleted') {
      for (const leg of this.list()) if (leg.workspaceSid === workspaceSid) this.#endTask(leg.taskSid);
      return;
    }
    const legs = this.#byTask.get(data.TaskSid ?? '');
    if (!legs) return;
    if (type === 'task.transfer-initiated') this.#holdCustomer(data.TaskSid!);
    if (/^task\.(canceled|completed|deleted|system-deleted)$/.test(type)) this.#endTask(data.TaskSid!);
    else if (/^reservation\.(timeout|canceled|rescinded|rejected|wrapup|completed)$/.test(type)) {
      for (const leg of [...legs]) {
        if (leg.work?.reservationSid !== data.ReservationSid || !this.#legs.has(leg.sid)) continue;
        if (isRinging(leg)) this.#end(leg, 'canceled');
        else this.#leave(leg, { byEngine: true });
      }
    }
  }

  /** A transfer puts the customer on hold, until somebody takes them off it: the Worker SDK's tests. */
  #holdCustomer(taskSid: string): void {
    const conference = this.#conferences.of(taskSid);
    const customer = conference?.participants.find(({ party }) => party === 'customer');
    if (conference && customer) this.#conferences.change(conference, customer, { hold: true });
  }

  /** When the next thing happens by itself. */
  nextAt(): readonly number[] {
    return [...this.#timers.keys()].map(({ next }) => next!.at);
  }

  state(): CallsState {
    return { legs: this.list(), conferences: this.#conferences.list() };
  }

  /** Takes these calls in place of those there are; nobody is told. What is due already happens at once. */
  replace({ legs, conferences }: CallsState): void {
    this.stop();
    this.#legs.clear();
    this.#byTask.clear();
    this.#conferences.replace(conferences);
    for (const leg of legs) this.#add(leg);
    for (const leg of legs) if (leg.next) this.#plan(leg, leg.next);
  }

  /** Lets go of the clock: nothing happens by itself any more. */
  stop(): void {
    for (const timer of this.#timers.values()) this.#parts.clock.clearTimeout(timer);
    this.#timers.clear();
  }

  #add(leg: Leg): void {
    this.#legs.set(leg.sid, leg);
    const legs = this.#byTask.get(leg.taskSid) ?? new Set();
    this.#byTask.set(leg.taskSid, legs.add(leg));
  }

  #plan(leg: Leg, next: NextStep): void {
    leg.next = next;
    const ms = next.at - this.#parts.clock.now();
    if (ms <= 0) {
      this.#take(leg, next);
      return;
    }
    const timer = this.#parts.clock.setTimeout(() => {
      this.#timers.delete(leg);
      this.#take(leg, next);
    }, ms);
    this.#timers.set(leg, timer);
  }

  #take(leg: Leg, { happens }: NextStep): void {
    leg.next = undefined;
    if (happens === 'answered') this.#answered(leg);
    else if (happens === 'ended') this.#leave(leg, {});
    else this.#notTaken(leg, happens === 'declined' ? 'busy' : 'no-answer');
  }

  /** A call to a worker could not be set up. Under `call` the reservation is the application's to finish. */
  #notTaken(leg: Leg, status: 'busy' | 'no-answer'): void {
    const { workspaceSid, work } = leg;
    this.#end(leg, status);
    if (work && work.instruction !== 'call')
      this.#try('workerDidNotAnswer', { workspaceSid, sid: work.reservationSid });
  }

  #answered(leg: Leg): void {
    const work = leg.work!;
    const { workspaceSid } = leg;
    leg.answeredAt = this.#parts.world.now();
    this.#become(leg, 'in-progress');
    if (work.talkMs !== undefined) this.#planEnd(leg, work.talkMs);
    if (work.instruction === 'call') {
      this.#askForTwiml(leg);
      return;
    }
    const taskAttributes = work.instruction === 'dequeue' ? this.#bridge(leg) : this.#confer(leg);
    if (!this.#try('workerAnswered', { workspaceSid, sid: work.reservationSid, taskAttributes })) {
      this.#leave(leg, { byEngine: true });
    }
  }

  #planEnd(leg: Leg, talkMs: number): void {
    // At least a millisecond: whoever answered is heard of first.
    this.#plan(leg, { at: this.#parts.clock.now() + Math.max(1, talkMs), happens: 'ended' });
  }

  /** The customer leaves the queue for the worker. @returns what the task's attributes gain. */
  #bridge(leg: Leg): Readonly<Record<string, unknown>> {
    const customer = this.#customer(leg);
    if (customer) customer.queued = false;
    return { worker_call_sid: leg.sid };
  }

  /** The worker, then the customer, join the conference of the task. */
  #confer(leg: Leg): Readonly<Record<string, unknown>> {
    const { hex } = this.#parts;
    const { workspaceSid, taskSid } = leg;
    const { joins, workerSid } = leg.work!;
    const target = joins?.conferenceTarget;
    const conference = this.#conferences.open({ workspaceSid, taskSid }, () => `CF${hex()}`, target);
    this.#conferences.join(conference, {
      callSid: leg.sid,
      party: 'worker',
      workerSid,
      hold: false,
      muted: joins?.muted ?? false,
      startConferenceOnEnter: joins?.startConferenceOnEnter ?? true,
      endConferenceOnExit: joins?.endConferenceOnExit ?? false,
    });
    const customer = this.#customer(leg);
    if (customer) {
      customer.queued = false;
      this.#conferences.join(conference, {
        callSid: customer.sid,
        party: 'customer',
        hold: false,
        muted: false,
        startConferenceOnEnter: true,
        endConferenceOnExit: joins?.endConferenceOnCustomerExit ?? false,
      });
    }
    return {
      conference: { sid: conference.sid, participants: { worker: leg.sid, customer: customer?.sid } },
    };
  }

  /** The customer's call of a worker's; one is made for a task that no {@link enqueue} made. */
  #customer({ workspaceSid, taskSid }: Leg): Leg | undefined {
    const there = [...(this.#byTask.get(taskSid) ?? [])].find(({ party }) => party === 'customer');
    if (there) return there;
    const task = this.#parts.world.workspaces.get(workspaceSid)?.tasks.get(taskSid);
    if (!task) return undefined;
    const leg = customerOf(task, { sid: `CA${this.#parts.hex()}`, startedAt: this.#parts.world.now() });
    // Two tasks may name one call: it is the first one's.
    if (this.#legs.has(leg.sid)) return this.#legs.get(leg.sid);
    this.#add(leg);
    return leg;
  }

  #askForTwiml(leg: Leg): void {
    const work = leg.work!;
    const params = callParameters(this.#parts.world.accountSid, leg);
    this.#twiml.ask(work.url!, params, { ...leg, reservationSid: work.reservationSid }, (verdict) => {
      if (!this.#legs.has(leg.sid)) return;
      if (verdict.problem && verdict.problem.level !== 'warning') this.#leave(leg, {});
      else if (verdict.dialedReservationSid === work.reservationSid) {
        const { workspaceSid } = leg;
        const reservation = this.#parts.world.workspaces
          .get(workspaceSid)
          ?.reservations.get(work.reservationSid);
        const taskAttributes = this.#bridge(leg);
        // `accept: true` has accepted it before.
        if (reservation?.reservationStatus === 'pending')
          this.#try('workerAnswered', { workspaceSid, sid: work.reservationSid, taskAttributes });
      }
    });
  }

  /** A call leaves its conversation; those who are left alone hang up, and the engine hears that it is over. */
  #leave(leg: Leg, leaving: Leaving): void {
    const { workspaceSid, taskSid, party, queued } = leg;
    const over: Leg[] = [];
    this.#endInConversation(leg, leaving, over);
    if (leaving.byEngine) return;
    const workers = over.filter(({ work }) => work !== undefined);
    const stillThere = [...(this.#byTask.get(taskSid) ?? [])].some((one) => one.work && !isRinging(one));
    if (party === 'customer' && (queued || (workers.length === 0 && !stillThere))) this.#customerGone(leg);
    else if (!stillThere) {
      for (const { work } of workers) {
        const { reservationSid: sid, postWorkActivitySid } = work!;
        this.#try('callEnded', { workspaceSid, sid, postWorkActivitySid });
      }
    }
  }

  #endInConversation(leg: Leg, leaving: Leaving, over: Leg[]): void {
    if (!this.#legs.has(leg.sid)) return;
    const others = () =>
      leg.queued
        ? []
        : [...(this.#byTask.get(leg.taskSid) ?? [])].filter(
            (one) => one !== leg && !one.queued && one.status === 'in-progress',
          );
    const conference = this.#conferences.of(leg.taskSid);
    const participant = conference?.participants.find(({ callSid }) => callSid === leg.sid);
    this.#end(leg, 'completed');
    over.push(leg);
    if (!conference || !participant) {
      for (const other of others()) this.#endInConversation(other, leaving, over);
      return;
    }
    this.#conferences.leave(
      conference,
      participant,
      leaving.kicked ? 'participant_updated_via_api' : 'participant_hung_up',
    );
    if (participant.endConferenceOnExit) {
      for (const rest of [...conference.participants]) {
        const other = this.#legs.get(rest.callSid);
        if (other) {
          this.#end(other, 'completed');
          over.push(other);
        }
        this.#conferences.leave(conference, rest, 'moderator_ended_conference');
      }
      const how = leaving.kicked ? 'kicked' : 'left';
      this.#conferences.end(conference, `participant-with-end-conference-on-exit-${how}`, leg.sid);
      return;
    }
    const { participants } = conference;
    if (participants.length === 0) {
      this.#conferences.end(
        conference,
        leaving.kicked ? 'last-participant-kicked' : 'last-participant-left',
        leg.sid,
      );
      return;
    }
    // Nobody to talk to: they hang up. A customer on hold waits.
    const alone = participants.every(({ party }) => party === 'worker') || participants.every(isAtEase);
    const next = alone ? this.#legs.get(participants[0]!.callSid) : undefined;
    if (next) this.#endInConversation(next, {}, over);
  }

  /** The caller is gone and no worker talked to them: an open task is canceled, an accepted one wraps. */
  #customerGone({ workspaceSid, taskSid: sid }: Leg): void {
    const view = this.#parts.world.workspaces.get(workspaceSid);
    const status = view?.tasks.get(sid)?.assignmentStatus;
    if (status === 'pending' || status === 'reserved') {
      this.#try('updateTask', { workspaceSid, sid, assignmentStatus: 'canceled', reason: 'hangup' });
    } else if (status === 'assigned') {
      const accepted = view!.reservationsOfTask(sid).find((one) => one.reservationStatus === 'accepted');
      if (accepted) this.#try('callEnded', { workspaceSid, sid: accepted.sid });
    }
  }

  /** The task is over: so are its calls. */
  #endTask(taskSid: string): void {
    const byEngine = { byEngine: true };
    for (;;) {
      const legs = [...(this.#byTask.get(taskSid) ?? [])];
      const leg = legs.find(({ work }) => work !== undefined) ?? legs[0];
      if (!leg) return;
      if (isRinging(leg)) this.#end(leg, 'canceled');
      else this.#leave(leg, byEngine);
    }
  }

  #end(leg: Leg, status: CallStatus): void {
    const timer = this.#timers.get(leg);
    if (timer !== undefined) this.#parts.clock.clearTimeout(timer);
    this.#timers.delete(leg);
    leg.next = undefined;
    this.#legs.delete(leg.sid);
    const legs = this.#byTask.get(leg.taskSid);
    legs?.delete(leg);
    if (legs?.size === 0) this.#byTask.delete(leg.taskSid);
    this.#become(leg, status);
  }

  /** Changes a call's status, and tells its status callback. */
  #become(leg: Leg, status: CallStatus): void {
    leg.status = status;
    const event = progressOf(status);
    const { statusTarget, workspaceSid, taskSid, work } = leg;
    if (!statusTarget?.events.includes(event)) return;
    const { world, hex } = this.#parts;
    const { call_sid: callSid } = this.#attributes(leg);
    const params = progressParameters(world.accountSid, leg, {
      time: world.now(),
      taskCallSid: work?.instruction !== 'conference' && typeof callSid === 'string' ? callSid : '',
      recordingSid: `RE${hex()}`,
    });
    leg.sequence += 1;
    const about = { workspaceSid, taskSid, eventType: event, reservationSid: work?.reservationSid };
    this.#callbacks.tell(leg.sid, statusTarget, params, about);
  }

  #attributes({ workspaceSid, taskSid }: Leg): Readonly<Record<string, unknown>> {
    const task = this.#parts.world.workspaces.get(workspaceSid)?.tasks.get(taskSid);
    return task ? JSON.parse(task.attributes) : {};
  }

  #participant(taskSid: string, who: Who) {
    const conference = this.#conferences.of(taskSid);
    const participant = conference?.participants.find((one) => {
      if (who === 'customer') return one.party === 'customer';
      return 'callSid' in who ? one.callSid === who.callSid : one.workerSid === who.workerSid;
    });
    if (conference && participant) return { conference, participant };
    const name = who === 'customer' ? who : 'callSid' in who ? who.callSid : who.workerSid;
    throw notFound(`/Conferences/${taskSid}/Participants/${name}`);
  }

  /** False: the engine refused, because the reservation or task has ended meanwhile. */
  #try<N extends CommandName>(name: N, params: Commands[N]['params']): boolean {
    try {
      this.#parts.world.dispatch(name, params);
      return true;
    } catch (error) {
      if (error instanceof EngineRefusal) return false;
      throw error;
    }
  }
}

/** A customer who is not on hold: alone, they hang up. */
const isAtEase = ({ party, hold }: Participant) => party === 'customer' && !hold;
