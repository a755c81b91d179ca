import { rfc2822 } from '../world/rfc2822.js';
import type { CallStatus, Conference, Leg, Participant } from './types.js';

type Parameters = Readonly<Record<string, string>>;

/** What every request about a call carries: twilio.com/docs/voice/twiml#request-parameters. */
export function callParameters(accountSid: string, leg: Leg): Parameters {
  return {
    AccountSid: accountSid,
    ApiVersion: '2010-04-01',
    CallSid: leg.sid,
    CallStatus: leg.status,
    Called: leg.to,
    Caller: leg.from,
    Direction: leg.direction,
    From: leg.from,
    To: leg.to,
  };
}

/** The events of a call's progress, by the status that goes with each. */
const PROGRESS: Readonly<Partial<Record<CallStatus, string>>> = {
  initiated: 'initiated',
  ringing: 'ringing',
  'in-progress': 'answered',
};

/** `completed` is every way in which a call ends. */
export const progressOf = (status: CallStatus): string => PROGRESS[status] ?? 'completed';

/**
 * One request about the progress of a worker's call: twilio.com/docs/voice/api/call-resource#statuscallbackevent, and
 * `taskCallSid`, the call that made the task, as twilio.com/docs/taskrouter/handle-assignment-callbacks says.
 *
 * @param time - in milliseconds since 1970.
 */
export function progressParameters(
  accountSid: string,
  leg: Leg,
  { time, taskCallSid, recordingSid }: { time: number; taskCallSid: string; recordingSid: string },
): Parameters {
  const ended = progressOf(leg.status) === 'completed';
  const seconds = String(leg.answeredAt === undefined ? 0 : Math.round((time - leg.answeredAt) / 1_000));
  const recording = {
    RecordingDuration: seconds,
    RecordingSid: recordingSid,
    RecordingUrl: `https://api.twilio.com/2010-04-01/Accounts/${accountSid}/Recordings/${recordingSid}`,
  };
  return {
    ...callParameters(accountSid, leg),
    CallbackSource: 'call-progress-events',
    SequenceNumber: String(leg.sequence),
    Timestamp: rfc2822(time),
    ...(ended ? { CallDuration: seconds } : {}),
    ...(ended && leg.work?.recorded && leg.answeredAt !== undefined ? recording : {}),
    ...(taskCallSid === '' ? {} : { taskCallSid }),
  };
}

/** The events of a conference, and the word by which each is asked for. */
export const CONFERENCE_EVENTS = {
  'conference-start': 'start',
  'conference-end': 'end',
  'participant-join': 'join',
  'participant-leave': 'leave',
  'participant-mute': 'mute',
  'participant-unmute': 'mute',
  'participant-hold': 'hold',
  'participant-unhold': 'hold',
  'participant-modify': 'modify',
} as const;

export type ConferenceEvent = keyof typeof CONFERENCE_EVENTS;

/** What an event carries beside its conference and participant. */
export interface ConferenceEventDetails {
  readonly participant?: Participant | undefined;
  /** With `participant-leave`: why. */
  readonly left?: 'participant_hung_up' | 'moderator_ended_conference' | 'participant_updated_via_api';
  /** With `conference-end`: why, and by whose call. */
  readonly ended?:
    | 'last-participant-left'
    | 'last-participant-kicked'
    | 'participant-with-end-conference-on-exit-left'
    | 'participant-with-end-conference-on-exit-kicked';
  readonly endedBy?: string | undefined;
}

const REASONS = {
  'last-participant-left': 'Last participant left',
  'last-participant-kicked': 'Last participant kicked',
  'participant-with-end-conference-on-exit-left': 'Participant with endConferenceOnExit left',
  'participant-with-end-conference-on-exit-kicked': 'Participant with endConferenceOnExit was kicked',
} as const;

/** One request about a conference: twilio.com/docs/voice/twiml/conference#attributes-statusCallback. */
export function conferenceParameters(
  accountSid: string,
  conference: Conference,
  event: ConferenceEvent,
  { time, participant, left, ended, endedBy }: ConferenceEventDetails & { readonly time: number },
): Parameters {
  return {
    AccountSid: accountSid,
    ConferenceSid: conference.sid,
    FriendlyName: conference.taskSid,
    SequenceNumber: String(conference.sequence),
    StatusCallbackEvent: event,
    Timestamp: rfc2822(time),
    ...(participant
      ? {
          CallSid: participant.callSid,
          Coaching: 'false',
          EndConferenceOnExit: String(participant.endConferenceOnExit),
          Hold: String(participant.hold),
          Muted: String(participant.muted),
          ParticipantLabel: participant.party,
          StartConferenceOnEnter: String(participant.startConferenceOnEnter),
        }
      : {}),
    ...(left ? { ParticipantCallStatus: 'completed', ReasonParticipantLeft: left } : {}),
    ...(ended ? { Reason: REASONS[ended], ReasonConferenceEnded: ended } : {}),
    ...(endedBy ? { CallSidEndingConference: endedBy } : {}),
  };
}
