import type { World } from '../world/world.js';
import type { StatusCallbacks } from './status-callbacks.js';
import {
  CONFERENCE_EVENTS,
  type ConferenceEvent,
  type ConferenceEventDetails,
  conferenceParameters,
} from './status-parameters.js';
import type { Conference, Participant, StatusTarget } from './types.js';

/** What can be changed of someone in a conference; what is left out stays. */
export interface ParticipantChange {
  readonly hold?: boolean | undefined;
  readonly muted?: boolean | undefined;
  readonly endConferenceOnExit?: boolean | undefined;
}

/** The conferences that go on, by the SID of their task, and what they tell. Who leaves, and why, is decided by the calls. */
export class Conferences {
  readonly #world: Pick<World, 'accountSid' | 'now'>;
  readonly #callbacks: StatusCallbacks;
  readonly #byTask = new Map<string, Conference>();

  constructor(world: Pick<World, 'accountSid' | 'now'>, callbacks: StatusCallbacks) {
    this.#world = world;
    this.#callbacks = callbacks;
  }

  of(taskSid: string): Conference | undefined {
    return this.#byTask.get(taskSid);
  }

  list(): readonly Conference[] {
    return [...this.#byTask.values()];
  }

  replace(conferences: readonly Conference[]): void {
    this.#byTask.clear();
    for (const conference of conferences) this.#byTask.set(conference.taskSid, conference);
  }

  /** The conference of a task, made where there is none. */
  open(
    about: Pick<Conference, 'workspaceSid' | 'taskSid'>,
    sid: () => string,
    statusTarget: StatusTarget | undefined,
  ): Conference {
    const there = this.#byTask.get(about.taskSid);
    if (there) return there;
    const conference = { ...about, sid: sid(), started: false, sequence: 1, statusTarget, participants: [] };
    this.#byTask.set(about.taskSid, conference);
    return conference;
  }

  /** It starts when the second one is in, and someone may start it: twilio.com/docs/voice/twiml/conference. */
  join(conference: Conference, participant: Participant): void {
    if (conference.participants.some(({ callSid }) => callSid === participant.callSid)) return;
    conference.participants.push(participant);
    this.#say(conference, 'participant-join', { participant });
    const { participants } = conference;
    const isOn = participants.length > 1 && participants.some((one) => one.startConferenceOnEnter);
    if (conference.started || !isOn) return;
    conference.started = true;
    this.#say(conference, 'conference-start', {});
  }

  /** Takes someone out, and tells so. */
  leave(
    conference: Conference,
    participant: Participant,
    left: NonNullable<ConferenceEventDetails['left']>,
  ): void {
    const at = conference.participants.indexOf(participant);
    if (at < 0) return;
    conference.participants.splice(at, 1);
    this.#say(conference, 'participant-leave', { participant, left });
  }

  end(conference: Conference, ended: NonNullable<ConferenceEventDetails['ended']>, endedBy: string): void {
    this.#byTask.delete(conference.taskSid);
    this.#say(conference, 'conference-end', { ended, endedBy });
  }

  change(
    conference: Conference,
    participant: Participant,
    { hold, muted, endConferenceOnExit }: ParticipantChange,
  ): void {
    if (muted !== undefined && muted !== participant.muted) {
      participant.muted = muted;
      this.#say(conference, muted ? 'participant-mute' : 'participant-unmute', { participant });
    }
    if (hold !== undefined && hold !== participant.hold) {
      participant.hold = hold;
      this.#say(conference, hold ? 'participant-hold' : 'participant-unhold', { participant });
    }
    if (endConferenceOnExit !== undefined && endConferenceOnExit !== participant.endConferenceOnExit) {
      participant.endConferenceOnExit = endConferenceOnExit;
      this.#say(conference, 'participant-modify', { participant });
    }
  }

  #say(conference: Conference, event: ConferenceEvent, details: ConferenceEventDetails): void {
    const { statusTarget, sid, workspaceSid, taskSid } = conference;
    if (!statusTarget?.events.includes(CONFERENCE_EVENTS[event])) return;
    const time = this.#world.now();
    const params = conferenceParameters(this.#world.accountSid, conference, event, { ...details, time });
    conference.sequence += 1;
    const about = { workspaceSid, taskSid, eventType: event, reservationSid: undefined };
    this.#callbacks.tell(sid, statusTarget, params, about);
  }
}
