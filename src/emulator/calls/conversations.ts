import { notFound } from '../engine/refusal.js';
import type { World } from '../world/world.js';
import { attempt } from './attempt.js';
import type { Conferences } from './conferences.js';
import { customerOf } from './legs.js';
import { isRinging, type LiveCalls } from './live-calls.js';
import type { Leg, Participant } from './types.js';

export interface ConversationParts {
  readonly world: World;
  readonly live: LiveCalls;
  readonly conferences: Conferences;
  /** 32 new hexadecimal digits. */
  readonly hex: () => string;
}

/** Who of a conference: the customer, a worker, or whose call it is. */
export type Who = 'customer' | { readonly workerSid: string } | { readonly callSid: string };

/** Why a call leaves its conversation. */
export interface Leaving {
  /** The engine's state has changed already: it is not told. */
  readonly byEngine?: boolean;
  readonly kicked?: boolean;
}

/** Who talks to whom: how calls come together, and what becomes of the others when one leaves. */
export class Conversations {
  readonly #parts: ConversationParts;

  constructor(parts: ConversationParts) {
    this.#parts = parts;
  }

  /** The customer leaves the queue for the worker. @returns what the task's attributes gain. */
  bridge(leg: Leg): Readonly<Record<string, unknown>> {
    const customer = this.#customer(leg);
    if (customer) customer.queued = false;
    return { worker_call_sid: leg.sid };
  }

  /** The worker, then the customer, join the conference of the task. */
  confer(leg: Leg): Readonly<Record<string, unknown>> {
    const { hex } = this.#parts;
    const { workspaceSid, taskSid } = leg;
    const { joins, workerSid } = leg.work!;
    const target = joins?.conferenceTarget;
    const conference = this.#parts.conferences.open({ workspaceSid, taskSid }, () => `CF${hex()}`, target);
    this.#parts.conferences.join(conference, {
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
      this.#parts.conferences.join(conference, {
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
    const there = this.#parts.live.ofTask(taskSid).find(({ party }) => party === 'customer');
    if (there) return there;
    const task = this.#parts.world.workspaces.get(workspaceSid)?.tasks.get(taskSid);
    if (!task) return undefined;
    const leg = customerOf(task, { sid: `CA${this.#parts.hex()}`, startedAt: this.#parts.world.now() });
    // Two tasks may name one call: it is the first one's.
    if (this.#parts.live.get(leg.sid)) return this.#parts.live.get(leg.sid);
    this.#parts.live.add(leg);
    return leg;
  }

  /** A call leaves its conversation; those who are left alone hang up, and the engine hears that it is over. */
  leave(leg: Leg, leaving: Leaving): void {
    const { workspaceSid, taskSid, party, queued } = leg;
    const over: Leg[] = [];
    this.#endInConversation(leg, leaving, over);
    if (leaving.byEngine) return;
    const workers = over.filter(({ work }) => work !== undefined);
    const stillThere = this.#parts.live.ofTask(taskSid).some((one) => one.work && !isRinging(one));
    if (party === 'customer' && (queued || (workers.length === 0 && !stillThere))) this.#customerGone(leg);
    else if (!stillThere) {
      for (const { work } of workers) {
        const { reservationSid: sid, postWorkActivitySid } = work!;
        attempt(this.#parts.world, 'callEnded', { workspaceSid, sid, postWorkActivitySid });
      }
    }
  }

  #endInConversation(leg: Leg, leaving: Leaving, over: Leg[]): void {
    if (!this.#parts.live.get(leg.sid)) return;
    const others = () =>
      leg.queued
        ? []
        : this.#parts.live
            .ofTask(leg.taskSid)
            .filter((one) => one !== leg && !one.queued && one.status === 'in-progress');
    const conference = this.#parts.conferences.of(leg.taskSid);
    const participant = conference?.participants.find(({ callSid }) => callSid === leg.sid);
    this.#parts.live.end(leg, 'completed');
    over.push(leg);
    if (!conference || !participant) {
      for (const other of others()) this.#endInConversation(other, leaving, over);
      return;
    }
    this.#parts.conferences.leave(
      conference,
      participant,
      leaving.kicked ? 'participant_updated_via_api' : 'participant_hung_up',
    );
    if (participant.endConferenceOnExit) {
      for (const rest of [...conference.participants]) {
        const other = this.#parts.live.get(rest.callSid);
        if (other) {
          this.#parts.live.end(other, 'completed');
          over.push(other);
        }
        this.#parts.conferences.leave(conference, rest, 'moderator_ended_conference');
      }
      const how = leaving.kicked ? 'kicked' : 'left';
      this.#parts.conferences.end(conference, `participant-with-end-conference-on-exit-${how}`, leg.sid);
      return;
    }
    const { participants } = conference;
    if (participants.length === 0) {
      this.#parts.conferences.end(
        conference,
        leaving.kicked ? 'last-participant-kicked' : 'last-participant-left',
        leg.sid,
      );
      return;
    }
    // Nobody to talk to: they hang up. A customer on hold waits.
    const alone = participants.every(({ party }) => party === 'worker') || participants.every(isAtEase);
    const next = alone ? this.#parts.live.get(participants[0]!.callSid) : undefined;
    if (next) this.#endInConversation(next, {}, over);
  }

  /** The caller is gone and no worker talked to them: an open task is canceled, an accepted one wraps. */
  #customerGone({ workspaceSid, taskSid: sid }: Leg): void {
    const view = this.#parts.world.workspaces.get(workspaceSid);
    const status = view?.tasks.get(sid)?.assignmentStatus;
    if (status === 'pending' || status === 'reserved') {
      attempt(this.#parts.world, 'updateTask', {
        workspaceSid,
        sid,
        assignmentStatus: 'canceled',
        reason: 'hangup',
      });
    } else if (status === 'assigned') {
      const accepted = view!.reservationsOfTask(sid).find((one) => one.reservationStatus === 'accepted');
      if (accepted) attempt(this.#parts.world, 'callEnded', { workspaceSid, sid: accepted.sid });
    }
  }

  /** The task is over: so are its calls. */
  endTask(taskSid: string): void {
    const byEngine = { byEngine: true };
    for (;;) {
      const legs = this.#parts.live.ofTask(taskSid);
      const leg = legs.find(({ work }) => work !== undefined) ?? legs[0];
      if (!leg) return;
      if (isRinging(leg)) this.#parts.live.end(leg, 'canceled');
      else this.leave(leg, byEngine);
    }
  }

  participant(taskSid: string, who: Who) {
    const conference = this.#parts.conferences.of(taskSid);
    const participant = conference?.participants.find((one) => {
      if (who === 'customer') return one.party === 'customer';
      return 'callSid' in who ? one.callSid === who.callSid : one.workerSid === who.workerSid;
    });
    if (conference && participant) return { conference, participant };
    const name = who === 'customer' ? who : 'callSid' in who ? who.callSid : who.workerSid;
    throw notFound(`/Conferences/${taskSid}/Participants/${name}`);
  }
}

/** A customer who is not on hold: alone, they hang up. */
const isAtEase = ({ party, hold }: Participant) => party === 'customer' && !hold;
