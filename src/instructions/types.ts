/**
 * The six instructions that may answer a callback, the seventh that only REST takes, and the two ways to defer a decision.
 * Option names are Twilio's in camel case. Lists are arrays with plural names here, even where the wire differs.
 *
 * Sources: twilio.com/docs/taskrouter/handle-assignment-callbacks, twilio.com/docs/taskrouter/api/reservations,
 * twilio.com/docs/voice/api/conference-participant-resource and the pages of the errors 40100 to 40159.
 */

/** Wire names this package does not know, in snake_case, with their values. A list is sent as the other lists are. */
export type Passthrough = Readonly<Record<string, string | number | boolean | readonly string[]>>;

/** Options that every instruction may have. */
export interface InstructionBase {
  /**
   * `'rest'`: the callback is answered `{}`, and a REST reservation update applies the instruction. Use it for options
   * that the callback's JSON cannot express. Needs a client.
   */
  readonly via?: 'rest';
  /**
   * Names this package does not know, in snake_case. A callback gets them unchanged, REST in PascalCase
   * (`conference_friendly_name` becomes `ConferenceFriendlyName`, without a prefix). Twilio judges them.
   */
  readonly passthrough?: Passthrough;
}

/** Progress of a call to a worker. Source: the events of `DequeueStatusCallbackEvent` and `StatusCallbackEvent`. */
export type CallEvent = 'initiated' | 'ringing' | 'answered' | 'completed';

/** What happens in a conference. `modify` and `announcement` are the Participant resource's, not the reservation's. */
export type ConferenceEvent =
  | 'start'
  | 'end'
  | 'join'
  | 'leave'
  | 'mute'
  | 'hold'
  | 'speaker'
  | 'modify'
  | 'announcement';

/** The method by which Twilio requests a URL. */
export type CallbackMethod = 'GET' | 'POST';

/** Takes the task. You connect the parties yourself: right for chat, mail and tickets. */
export interface AcceptInstruction extends InstructionBase {
  readonly instruction: 'accept';
}

/** Returns the task to its queue, for the next eligible worker. */
export interface RejectInstruction extends InstructionBase {
  readonly instruction: 'reject';
  /**
   * The worker's next activity, as a SID (`WA…`) or a friendly name. A callback must name one (error 40100); by REST
   * the worker keeps the present one. Choose one that is not available, or the same task can come straight back.
   */
  readonly activity?: string;
}

/** Connects a call parked by `<Enqueue>` to the worker's phone. The task must have the attribute `call_sid`. */
export interface DequeueInstruction extends InstructionBase {
  readonly instruction: 'dequeue';
  /** Where to reach the worker: E.164, `client:name`, `sip:…`. Default: the worker's attribute `contact_uri`. */
  readonly to?: string;
  /** Caller ID shown to the worker, one of your numbers. Default: the number the caller dialled. */
  readonly from?: string;
  /** The worker's activity after the call, as a SID or a friendly name. */
  readonly postWorkActivity?: string;
  /** Default `do-not-record`. The recording's URL goes to `statusCallbackUrl`. */
  readonly record?: 'do-not-record' | 'record-from-answer';
  /** How long to ring, in whole seconds, 1 to 999 (a SIP address: at most 600). Default 60. */
  readonly timeout?: number;
  /** Absolute URL that Twilio notifies about the call, by GET, with `taskCallSid` added. */
  readonly statusCallbackUrl?: string;
  /** The events to notify about. Default `['completed']`. */
  readonly statusCallbackEvents?: readonly CallEvent[];
}

/** Calls the worker and runs your TwiML on that call. */
export interface CallInstruction extends InstructionBase {
  readonly instruction: 'call';
  /** Where to reach the worker; a bare name is a client's. Default: the worker's attribute `contact_uri`. */
  readonly to?: string;
  /** Caller ID shown to the worker, one of your numbers. */
  readonly from: string;
  /** Absolute URL of the TwiML to run once the worker has answered. */
  readonly url: string;
  /** Whether this accepts the reservation. `false`: it stays pending and you must finish it. Always sent. */
  readonly accept: boolean;
  /** Default `do-not-record`. */
  readonly record?: 'do-not-record' | 'record-from-answer';
  /** How long to ring, in whole seconds, 1 to 999. Default 60. */
  readonly timeout?: number;
  /** Absolute URL that Twilio notifies when the call ends, with `taskCallSid` added. */
  readonly statusCallbackUrl?: string;
}

/** Sends a call that is parked in a queue to other TwiML. */
export interface RedirectInstruction extends InstructionBase {
  readonly instruction: 'redirect';
  /** The live call (`CA…`), usually the task's attribute `call_sid`. */
  readonly callSid: string;
  /** Absolute URL of the TwiML that the call continues with. */
  readonly url: string;
  /** Whether this accepts the reservation. Always sent, because Twilio's pages disagree on what silence means. */
  readonly accept: boolean;
}

/**
 * Rings the worker, puts both parties in a conference named by the task's SID and then accepts: Twilio's recommended
 * way to connect a voice task. Settings apply to the worker's leg.
 *
 * Twilio's pages show only `to`, `from`, `postWorkActivity` and `statusCallbackUrl` in a callback's JSON (errors 40138,
 * 40143 and 40159). Every other key is the REST parameter in snake_case, marked *Unconfirmed*. If you depend on it, use
 * `via: 'rest'`.
 */
export interface ConferenceInstruction extends InstructionBase {
  readonly instruction: 'conference';
  /** Where to reach the worker: E.164, `client:name`, `sip:…`. Default: the worker's attribute `contact_uri`. */
  readonly to?: string;
  /** Caller ID shown to the worker, one of your numbers. Give it: Twilio's pages disagree on whether it may be left out. */
  readonly from?: string;
  /** The worker's activity after the call. Deprecated by Twilio, and refused in multitasking workspaces. */
  readonly postWorkActivity?: string;
  /** How long to ring, in whole seconds, 1 to 999. Default 60. Unconfirmed in a callback. */
  readonly timeout?: number;
  /** Absolute URL that Twilio notifies about the worker's leg. Callback `status_callback_url` (error 40159), REST `StatusCallback`. */
  readonly statusCallbackUrl?: string;
  /** Default `POST`. Unconfirmed in a callback. */
  readonly statusCallbackMethod?: CallbackMethod;
  /** Default `['completed']`. Unconfirmed in a callback, where it is sent as `status_callback_events`, like dequeue's. */
  readonly statusCallbackEvents?: readonly CallEvent[];
  /** Records the participant and their conferences. Default false. Unconfirmed in a callback. */
  readonly record?: boolean;
  /** The worker starts muted. Default false. Unconfirmed in a callback. */
  readonly muted?: boolean;
  /** Default true. Unconfirmed in a callback. */
  readonly beep?: boolean | 'onEnter' | 'onExit';
  /** Default true. Unconfirmed in a callback. */
  readonly startConferenceOnEnter?: boolean;
  /** The conference ends when the worker leaves. Default false. Unconfirmed in a callback. */
  readonly endConferenceOnExit?: boolean;
  /** The conference ends when the customer leaves. Unconfirmed in a callback. */
  readonly endConferenceOnCustomerExit?: boolean;
  /** Unconfirmed in a callback. */
  readonly beepOnCustomerEntrance?: boolean;
  /** Absolute URL of the music while waiting; the empty string is silence. Default: Twilio's. Unconfirmed in a callback. */
  readonly waitUrl?: string;
  /** Default `POST`; `GET` lets Twilio cache a static file. Unconfirmed in a callback. */
  readonly waitMethod?: CallbackMethod;
  /** The worker hears the outbound call's ringing. Default true. Unconfirmed in a callback. */
  readonly earlyMedia?: boolean;
  /** 2 to 250. Default 250. Unconfirmed in a callback. */
  readonly maxParticipants?: number;
  /** Absolute URL that Twilio notifies about the conference; the first participant's wins. Unconfirmed in a callback. */
  readonly conferenceStatusCallback?: string;
  /** Default `POST`. Unconfirmed in a callback. */
  readonly conferenceStatusCallbackMethod?: CallbackMethod;
  /** Default `['start', 'end']`. Unconfirmed in a callback, where it is sent as `conference_status_callback_event`. */
  readonly conferenceStatusCallbackEvents?: readonly ConferenceEvent[];
  /** Default false. Unconfirmed in a callback. */
  readonly conferenceRecord?: boolean | 'record-from-start' | 'do-not-record';
  /** Default `trim-silence`. Unconfirmed in a callback. */
  readonly conferenceTrim?: 'trim-silence' | 'do-not-trim';
  /** Default `mono`. Unconfirmed in a callback. */
  readonly recordingChannels?: 'mono' | 'dual';
  /** Absolute URL that Twilio notifies about the worker's recording. Unconfirmed in a callback. */
  readonly recordingStatusCallback?: string;
  /** Default `POST`. Unconfirmed in a callback. */
  readonly recordingStatusCallbackMethod?: CallbackMethod;
  /** Absolute URL that Twilio notifies about the conference's recording. Unconfirmed in a callback. */
  readonly conferenceRecordingStatusCallback?: string;
  /** Default `POST`. Unconfirmed in a callback. */
  readonly conferenceRecordingStatusCallbackMethod?: CallbackMethod;
  /** Where the audio is mixed. Twilio adds regions, so any name is taken. Unconfirmed in a callback. */
  readonly region?: 'us1' | 'us2' | 'ie1' | 'de1' | 'sg1' | 'br1' | 'au1' | 'jp1' | (string & {});
  /** For a `to` that is a SIP address. Unconfirmed in a callback. */
  readonly sipAuthUsername?: string;
  /** For a `to` that is a SIP address. Unconfirmed in a callback. */
  readonly sipAuthPassword?: string;
  /** Default `large`. Unconfirmed in a callback. */
  readonly jitterBufferSize?: 'small' | 'medium' | 'large' | 'off';
}

/** Adds a supervisor to an accepted reservation's conference. REST only, and only on the task's side. */
export interface SuperviseInstruction {
  readonly instruction: 'supervise';
  /** The supervisor's worker SID (`WK…`) or contact URI. */
  readonly supervisor: string;
  readonly supervisorMode: 'monitor' | 'whisper' | 'barge';
  readonly passthrough?: Passthrough;
}

/** An instruction that may answer an assignment callback. */
export type Instruction =
  | AcceptInstruction
  | RejectInstruction
  | DequeueInstruction
  | CallInstruction
  | RedirectInstruction
  | ConferenceInstruction;

/** An instruction that a REST reservation update takes. */
export type ReservationInstruction = Instruction | SuperviseInstruction;

/**
 * Answers `{}`. With `run`, its instruction is applied later by REST. Without `run`, the reservation is left to the agent's
 * own screen, or to its timeout.
 */
export interface DeferInstruction<Ctx = unknown> {
  readonly instruction: 'defer';
  /** Decides after the answer, with the same context as the handler. */
  readonly run?: (ctx: Ctx) => Instruction | Promise<Instruction>;
  /** How long `run` may take, in milliseconds. */
  readonly withinMs?: number;
  /** Applied by REST when `run` throws or takes too long. Without it the reservation is left to its own timeout. */
  readonly onFailure?: Instruction;
}

/** What a handler returns. */
export type Decision<Ctx = unknown> = Instruction | DeferInstruction<Ctx>;

/** How an instruction travels: as the callback's answer, or as a REST reservation update. */
export type Encoding = 'callback' | 'rest';
