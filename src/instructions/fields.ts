import type { ReservationInstruction } from './types.js';

/** What a field's value must look like; `preflight.ts` has the rules. */
export type FieldKind =
  | 'text'
  | 'activity'
  | 'callSid'
  | 'url'
  | 'flag'
  | 'word'
  | 'list'
  | 'seconds'
  | 'participants';

/** One option of one instruction, and its name in each encoding. */
export interface FieldSpec {
  /** The callback's JSON key. */
  readonly key: string;
  /** The parameter of the REST reservation update. */
  readonly rest: string;
  readonly kind: FieldKind;
  /** Twilio's error code for a bad value, where one is documented. */
  readonly code?: number;
  /** The allowed words, for `word` and `list`. */
  readonly values?: readonly string[];
  readonly required?: true;
  /** The empty string has a special meaning. */
  readonly emptyAllowed?: true;
}

/** A field with the name of its option. */
export interface Field extends FieldSpec {
  readonly option: string;
  /** Its place in the order in which the options are sent. */
  readonly place: number;
}

/** The tag of an instruction that has fields. */
export type InstructionName = ReservationInstruction['instruction'];

type OptionOf<T extends InstructionName> = Exclude<
  keyof Extract<ReservationInstruction, { instruction: T }>,
  'instruction' | 'via' | 'passthrough'
>;

const CALL_EVENTS = ['initiated', 'ringing', 'answered', 'completed'];
const CONFERENCE_EVENTS = [
  ...['start', 'end', 'join', 'leave', 'mute', 'hold', 'speaker'],
  ...['modify', 'announcement'],
];
const CALL_RECORD = ['do-not-record', 'record-from-answer'];
const METHODS = ['GET', 'POST'];
const TIMEOUT = { key: 'timeout', kind: 'seconds', code: 14233 } as const;

/** Keyed by the types of `types.ts`: an option without a row, or a row without an option, does not compile. */
const SPECS = {
  accept: {},
  reject: {
    activity: { key: 'activity_sid', rest: 'WorkerActivitySid', kind: 'activity', code: 40100 },
  },
  dequeue: {
    to: { key: 'to', rest: 'DequeueTo', kind: 'text', code: 40131 },
    from: { key: 'from', rest: 'DequeueFrom', kind: 'text', code: 40132 },
    postWorkActivity: {
      key: 'post_work_activity_sid',
      rest: 'DequeuePostWorkActivitySid',
      kind: 'activity',
      code: 40130,
    },
    record: { key: 'record', rest: 'DequeueRecord', kind: 'word', values: CALL_RECORD },
    timeout: { ...TIMEOUT, rest: 'DequeueTimeout' },
    statusCallbackUrl: {
      key: 'status_callback_url',
      rest: 'DequeueStatusCallbackUrl',
      kind: 'url',
      code: 40157,
    },
    statusCallbackEvents: {
      key: 'status_callback_events',
      rest: 'DequeueStatusCallbackEvent',
      kind: 'list',
      values: CALL_EVENTS,
      code: 40134,
    },
  },
  call: {
    to: { key: 'to', rest: 'CallTo', kind: 'text', code: 40110 },
    from: { key: 'from', rest: 'CallFrom', kind: 'text', code: 40111, required: true },
    url: { key: 'url', rest: 'CallUrl', kind: 'url', code: 40112, required: true },
    accept: { key: 'accept', rest: 'CallAccept', kind: 'flag', required: true },
    record: { key: 'record', rest: 'CallRecord', kind: 'word', values: CALL_RECORD },
    timeout: { ...TIMEOUT, rest: 'CallTimeout' },
    statusCallbackUrl: {
      key: 'status_callback_url',
      rest: 'CallStatusCallbackUrl',
      kind: 'url',
      code: 40158,
    },
  },
  redirect: {
    callSid: { key: 'call_sid', rest: 'RedirectCallSid', kind: 'callSid', code: 40121, required: true },
    url: { key: 'url', rest: 'RedirectUrl', kind: 'url', code: 40120, required: true },
    accept: { key: 'accept', rest: 'RedirectAccept', kind: 'flag', required: true },
  },
  conference: {
    to: { key: 'to', rest: 'To', kind: 'text', code: 40137 },
    from: { key: 'from', rest: 'From', kind: 'text', code: 40138 },
    postWorkActivity: {
      key: 'post_work_activity_sid',
      rest: 'PostWorkActivitySid',
      kind: 'activity',
      code: 40143,
    },
    timeout: { ...TIMEOUT, rest: 'Timeout' },
    // The URL's key is the one of error 40159; the events follow it, and dequeue, in the plural.
    statusCallbackUrl: { key: 'status_callback_url', rest: 'StatusCallback', kind: 'url', code: 40159 },
    statusCallbackMethod: {
      key: 'status_callback_method',
      rest: 'StatusCallbackMethod',
      kind: 'word',
      values: METHODS,
    },
    statusCallbackEvents: {
      key: 'status_callback_events',
      rest: 'StatusCallbackEvent',
      kind: 'list',
      values: CALL_EVENTS,
    },
    record: { key: 'record', rest: 'Record', kind: 'flag' },
    muted: { key: 'muted', rest: 'Muted', kind: 'flag' },
    beep: { key: 'beep', rest: 'Beep', kind: 'word', values: ['true', 'false', 'onEnter', 'onExit'] },
    startConferenceOnEnter: {
      key: 'start_conference_on_enter',
      rest: 'StartConferenceOnEnter',
      kind: 'flag',
    },
    endConferenceOnExit: { key: 'end_conference_on_exit', rest: 'EndConferenceOnExit', kind: 'flag' },
    endConferenceOnCustomerExit: {
      key: 'end_conference_on_customer_exit',
      rest: 'EndConferenceOnCustomerExit',
      kind: 'flag',
    },
    beepOnCustomerEntrance: {
      key: 'beep_on_customer_entrance',
      rest: 'BeepOnCustomerEntrance',
      kind: 'flag',
    },
    waitUrl: { key: 'wait_url', rest: 'WaitUrl', kind: 'url', emptyAllowed: true },
    waitMethod: { key: 'wait_method', rest: 'WaitMethod', kind: 'word', values: METHODS },
    earlyMedia: { key: 'early_media', rest: 'EarlyMedia', kind: 'flag' },
    maxParticipants: { key: 'max_participants', rest: 'MaxParticipants', kind: 'participants' },
    conferenceStatusCallback: {
      key: 'conference_status_callback',
      rest: 'ConferenceStatusCallback',
      kind: 'url',
    },
    conferenceStatusCallbackMethod: {
      key: 'conference_status_callback_method',
      rest: 'ConferenceStatusCallbackMethod',
      kind: 'word',
      values: METHODS,
    },
    conferenceStatusCallbackEvents: {
      key: 'conference_status_callback_event',
      rest: 'ConferenceStatusCallbackEvent',
      kind: 'list',
      values: CONFERENCE_EVENTS,
    },
    conferenceRecord: {
      key: 'conference_record',
      rest: 'ConferenceRecord',
      kind: 'word',
      values: ['true', 'false', 'record-from-start', 'do-not-record'],
    },
    conferenceTrim: {
      key: 'conference_trim',
      rest: 'ConferenceTrim',
      kind: 'word',
      values: ['trim-silence', 'do-not-trim'],
    },
    recordingChannels: {
      key: 'recording_channels',
      rest: 'RecordingChannels',
      kind: 'word',
      values: ['mono', 'dual'],
    },
    recordingStatusCallback: {
      key: 'recording_status_callback',
      rest: 'RecordingStatusCallback',
      kind: 'url',
    },
    recordingStatusCallbackMethod: {
      key: 'recording_status_callback_method',
      rest: 'RecordingStatusCallbackMethod',
      kind: 'word',
      values: METHODS,
    },
    conferenceRecordingStatusCallback: {
      key: 'conference_recording_status_callback',
      rest: 'ConferenceRecordingStatusCallback',
      kind: 'url',
    },
    conferenceRecordingStatusCallbackMethod: {
      key: 'conference_recording_status_callback_method',
      rest: 'ConferenceRecordingStatusCallbackMethod',
      kind: 'word',
      values: METHODS,
    },
    region: { key: 'region', rest: 'Region', kind: 'text' },
    sipAuthUsername: { key: 'sip_auth_username', rest: 'SipAuthUsername', kind: 'text' },
    sipAuthPassword: { key: 'sip_auth_password', rest: 'SipAuthPassword', kind: 'text' },
    jitterBufferSize: {
      key: 'jitter_buffer_size',
      rest: 'JitterBufferSize',
      kind: 'word',
      values: ['small', 'medium', 'large', 'off'],
    },
  },
  supervise: {
    supervisor: { key: 'supervisor', rest: 'Supervisor', kind: 'text', code: 40147, required: true },
    supervisorMode: {
      key: 'supervisor_mode',
      rest: 'SupervisorMode',
      kind: 'word',
      values: ['monitor', 'whisper', 'barge'],
      required: true,
    },
  },
} as const satisfies { readonly [T in InstructionName]: { readonly [O in OptionOf<T>]-?: FieldSpec } };

const rowsOf = (specs: Readonly<Record<string, FieldSpec>>): readonly Field[] =>
  Object.entries(specs).map(([option, spec], place) => ({ option, place, ...spec }));

/** Every option of every instruction, in the order it is sent. */
export const FIELDS: Readonly<Record<InstructionName, readonly Field[]>> = {
  accept: rowsOf(SPECS.accept),
  reject: rowsOf(SPECS.reject),
  dequeue: rowsOf(SPECS.dequeue),
  call: rowsOf(SPECS.call),
  redirect: rowsOf(SPECS.redirect),
  conference: rowsOf(SPECS.conference),
  supervise: rowsOf(SPECS.supervise),
};

type ByOption = Readonly<Record<InstructionName, ReadonlyMap<string, Field>>>;

/** The same rows by option, because an instruction has few of them and every callback's is checked. */
export const FIELD_BY_OPTION: ByOption = Object.fromEntries(
  Object.entries(FIELDS).map(([name, fields]) => [
    name,
    new Map(fields.map((field) => [field.option, field])),
  ]),
) as unknown as ByOption;

/** An instruction's options by name, for code that goes through the table. */
export function optionsOf(instruction: object): Readonly<Record<string, unknown>> {
  return instruction as Readonly<Record<string, unknown>>;
}
