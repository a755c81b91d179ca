import type { Clock } from '../../clock.js';
import type { Instruction } from '../../instructions/index.js';
import type { CallbackSender } from '../delivery/sender.js';
import type { EngineEvent, Reservation, Task, Worker } from '../engine/index.js';
import type { World } from '../world/world.js';
import { attempt } from './attempt.js';
import { Conferences, type ParticipantChange } from './conferences.js';
import { Conversations, type Who } from './conversations.js';
import { customerOf, type RingingInstruction, workerLeg } from './legs.js';
import { isRinging, LiveCalls } from './live-calls.js';
import { answering, type PhoneBehaviour, ringMs } from './phones.js';
import { StatusCallbacks } from './status-callbacks.js';
import { callParameters } from './status-parameters.js';
import { TwimlRequests } from './twiml-requests.js';
import type { CallsState, Conference, Leg, NextStep } from './types.js';

export interface CallsParts {
  readonly world: World;
  readonly clock: Clock;
  readonly sender: CallbackSender;
  /** 32 new hexadecimal digits. */
  readonly hex: () => string;
}

/**
 * The simulated calls: a customer's in the queue, those to workers, and what becomes of both. They run on the emulator's
 * clock and tell status callback URLs. Every call ends: by itself, by {@link hangUp}, or with its reservation or task.
 */
export class Calls {
  readonly #parts: CallsParts;
  readonly #conferences: Conferences;
  readonly #conversations: Conversations;
  readonly #live: LiveCalls;
  readonly #twiml: TwimlRequests;

  constructor(parts: CallsParts) {
    this.#parts = parts;
    const { world, clock, hex } = parts;
    const callbacks = new StatusCallbacks(parts.sender);
    this.#conferences = new Conferences(world, callbacks);
    this.#live = new LiveCalls({ world, clock, hex, callbacks, due: (leg, step) => this.#take(leg, step) });
    this.#conversations = new Conversations({
      ...{ world, hex, live: this.#live, conferences: this.#conferences },
    });
    this.#twiml = new TwimlRequests(parts.sender);
  }

  /** The live calls, oldest first. */
  list(): readonly Leg[] {
    return this.#live.list();
  }

  /** A live call. */
  get(callSid: string): Leg | undefined {
    return this.#live.get(callSid);
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
    this.#live.add(leg);
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
    const ringsUntil = now + ringMs(instruction.timeout);
    const leg = workerLeg(instruction, about, { sid: `CA${hex()}`, startedAt: now, talkMs, ringsUntil });
    this.#live.add(leg);
    this.#live.become(leg, 'initiated');
    this.#live.become(leg, 'ringing');
    if (instruction.instruction === 'call') {
      // The page says that the attribute comes as the instruction is issued, and `accept` accepts then.
      const gained = { worker_call_sid: leg.sid };
      if (instruction.accept) {
        attempt(this.#parts.world, 'workerAnswered', {
          workspaceSid,
          sid: reservationSid,
          taskAttributes: gained,
        });
      } else {
        const attributes = JSON.stringify({ ...JSON.parse(about.task.attributes), ...gained });
        attempt(this.#parts.world, 'updateTask', { workspaceSid, sid: about.task.sid, attributes });
      }
    } else if (afterMs > 0) {
      world.dispatch('workerRinging', { workspaceSid, sid: reservationSid });
    }
    // The reservation may have ended with what was just said.
    if (this.#live.get(leg.sid)) this.#live.plan(leg, { at: now + afterMs, happens });
  }

  /** Sends the customer's call to other TwiML: it leaves the queue. */
  redirect(
    { callSid, url }: Extract<Instruction, { instruction: 'redirect' }>,
    { task, reservation }: { readonly task: Task; readonly reservation: Reservation },
  ): void {
    const live = this.#live.get(callSid);
    if (live) live.queued = false;
    const leg = live ?? customerOf(task, { sid: callSid, startedAt: this.#parts.world.now() });
    const params = callParameters(this.#parts.world.accountSid, leg);
    this.#twiml.ask(url, params, { ...leg, reservationSid: reservation.sid }, (verdict) => {
      if (live && verdict.problem && verdict.problem.level !== 'warning') this.hangUp(live.sid);
    });
  }

  /** Ends a call, as who holds the phone would: a ringing worker declines. Nothing happens if it has ended already. */
  hangUp(callSid: string): void {
    const leg = this.#live.get(callSid);
    if (!leg) return;
    if (isRinging(leg)) this.#notTaken(leg, 'busy');
    else this.#conversations.leave(leg, {});
  }

  /**
   * Answers the phone that rings for a reservation, as who holds it would: the call then goes on until someone ends it.
   * @returns which instruction rang it; undefined: no phone rings for it.
   */
  answer(reservationSid: string): RingingInstruction['instruction'] | undefined {
    const leg = this.list().find((one) => one.work?.reservationSid === reservationSid && isRinging(one));
    if (!leg) return undefined;
    this.#live.unplan(leg);
    leg.work!.talkMs = undefined;
    this.#answered(leg);
    return leg.work!.instruction;
  }

  /** A worker's phone does nothing by itself any more: it rings until its time is over, and a talk goes on. */
  leaveToPerson(workerSid: string): void {
    for (const leg of this.#live.ofWorker(workerSid)) {
      this.#live.unplan(leg);
      leg.work!.talkMs = undefined;
      if (isRinging(leg)) this.#live.plan(leg, { at: leg.work!.ringsUntil ?? 0, happens: 'unanswered' });
    }
  }

  /** Does a call to the worker go on for this reservation? */
  isCalling(reservationSid: string): boolean {
    return this.list().some(({ work }) => work?.reservationSid === reservationSid);
  }

  /**
   * Holds, mutes or changes someone in a conference, and tells its status callback.
   * @throws {EngineRefusal} 404 when no conference of the task goes on, or they are not in it.
   */
  updateParticipant(taskSid: string, who: Who, change: ParticipantChange): Conference {
    const { conference, participant } = this.#conversations.participant(taskSid, who);
    this.#conferences.change(conference, participant, change);
    return conference;
  }

  /** Takes someone out of a conference. @throws {EngineRefusal} 404, as {@link updateParticipant}. */
  kick(taskSid: string, who: Who): void {
    const { participant } = this.#conversations.participant(taskSid, who);
    const leg = this.#live.get(participant.callSid);
    if (leg) this.#conversations.leave(leg, { kicked: true });
  }

  /** What the engine says ends calls too. */
  hear(event: EngineEvent): void {
    const { type, workspaceSid, data } = event;
    if (type === 'workspace.deleted') {
      for (const leg of this.list())
        if (leg.workspaceSid === workspaceSid) this.#conversations.endTask(leg.taskSid);
      return;
    }
    const legs = this.#live.ofTask(data.TaskSid ?? '');
    if (legs.length === 0) return;
    if (type === 'task.transfer-initiated') this.#holdCustomer(data.TaskSid!);
    if (/^task\.(canceled|completed|deleted|system-deleted)$/.test(type))
      this.#conversations.endTask(data.TaskSid!);
    else if (/^reservation\.(timeout|canceled|rescinded|rejected|wrapup|completed)$/.test(type)) {
      for (const leg of legs) {
        if (leg.work?.reservationSid !== data.ReservationSid || !this.#live.get(leg.sid)) continue;
        if (isRinging(leg)) this.#live.end(leg, 'canceled');
        else this.#conversations.leave(leg, { byEngine: true });
      }
    }
  }

  /** A transfer puts the customer on hold, until someone takes them off it: the Worker SDK's tests. */
  #holdCustomer(taskSid: string): void {
    const conference = this.#conferences.of(taskSid);
    const customer = conference?.participants.find(({ party }) => party === 'customer');
    if (conference && customer) this.#conferences.change(conference, customer, { hold: true });
  }

  /** When the next thing happens by itself. */
  nextAt(): readonly number[] {
    return this.#live.nextAt();
  }

  state(): CallsState {
    return { legs: this.list(), conferences: this.#conferences.list() };
  }

  /** Takes these calls in place of those there are; nobody is told. What is due already happens at once. */
  replace({ legs, conferences }: CallsState): void {
    this.#conferences.replace(conferences);
    this.#live.replace(legs);
  }

  /** Lets go of the clock: nothing happens by itself any more. */
  stop(): void {
    this.#live.stop();
  }

  #take(leg: Leg, { happens }: NextStep): void {
    if (happens === 'answered') this.#answered(leg);
    else if (happens === 'ended') this.#conversations.leave(leg, {});
    else this.#notTaken(leg, happens === 'declined' ? 'busy' : 'no-answer');
  }

  /** A call to a worker could not be set up. Under `call` the reservation is the application's to finish. */
  #notTaken(leg: Leg, status: 'busy' | 'no-answer'): void {
    const { workspaceSid, work } = leg;
    this.#live.end(leg, status);
    if (work && work.instruction !== 'call')
      attempt(this.#parts.world, 'workerDidNotAnswer', { workspaceSid, sid: work.reservationSid });
  }

  #answered(leg: Leg): void {
    const work = leg.work!;
    const { workspaceSid } = leg;
    leg.answeredAt = this.#parts.world.now();
    this.#live.become(leg, 'in-progress');
    if (work.talkMs !== undefined) this.#planEnd(leg, work.talkMs);
    if (work.instruction === 'call') {
      this.#askForTwiml(leg);
      return;
    }
    const taskAttributes =
      work.instruction === 'dequeue' ? this.#conversations.bridge(leg) : this.#conversations.confer(leg);
    if (
      !attempt(this.#parts.world, 'workerAnswered', {
        workspaceSid,
        sid: work.reservationSid,
        taskAttributes,
      })
    ) {
      this.#conversations.leave(leg, { byEngine: true });
    }
  }

  #planEnd(leg: Leg, talkMs: number): void {
    // At least a millisecond: whoever answered is heard of first.
    this.#live.plan(leg, { at: this.#parts.clock.now() + Math.max(1, talkMs), happens: 'ended' });
  }

  #askForTwiml(leg: Leg): void {
    const work = leg.work!;
    const params = callParameters(this.#parts.world.accountSid, leg);
    this.#twiml.ask(work.url!, params, { ...leg, reservationSid: work.reservationSid }, (verdict) => {
      if (!this.#live.get(leg.sid)) return;
      if (verdict.problem && verdict.problem.level !== 'warning') this.#conversations.leave(leg, {});
      else if (verdict.dialedReservationSid === work.reservationSid) {
        const { workspaceSid } = leg;
        const reservation = this.#parts.world.workspaces
          .get(workspaceSid)
          ?.reservations.get(work.reservationSid);
        const taskAttributes = this.#conversations.bridge(leg);
        // `accept: true` has accepted it before.
        if (reservation?.reservationStatus === 'pending')
          attempt(this.#parts.world, 'workerAnswered', {
            workspaceSid,
            sid: work.reservationSid,
            taskAttributes,
          });
      }
    });
  }
}
