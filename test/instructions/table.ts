/** Twilio's tables of instruction options, written out by hand: what the encoders are held against. */
export const WA = `WA${'0123456789abcdef'.repeat(2)}`;
export const CA = `CA${'fedcba9876543210'.repeat(2)}`;
const URL_ = 'https://hooks.example.com/x?a=1&b=2#rc=2';

type Json = string | number | boolean;

/** One option: its value in TypeScript, its key and value in the callback's JSON, its parameter and values by REST. */
export interface Row {
  readonly option: string;
  readonly value: unknown;
  readonly key: string;
  readonly json: Json;
  readonly rest: string;
  readonly form: readonly string[];
}

const row = (option: string, key: string, rest: string, value: Json, json: Json = value): Row => ({
  ...{ option, value, key, json, rest },
  form: [String(value)],
});
const list = (option: string, key: string, rest: string, value: readonly string[]): Row => ({
  ...{ option, value, key, json: value.join(','), rest },
  form: value,
});

/** The least that each builder needs. */
export const LEAST = {
  accept: {},
  reject: {},
  dequeue: {},
  call: { from: '+15017122661', url: URL_ },
  redirect: { callSid: CA, url: URL_ },
  conference: {},
  supervise: { supervisor: 'client:ada', supervisorMode: 'whisper' },
} as const;

export const TABLE: Readonly<Record<keyof typeof LEAST, readonly Row[]>> = {
  accept: [],
  reject: [row('activity', 'activity_sid', 'WorkerActivitySid', WA)],
  dequeue: [
    row('to', 'to', 'DequeueTo', 'client:joey'),
    row('from', 'from', 'DequeueFrom', '+15017122661'),
    row('postWorkActivity', 'post_work_activity_sid', 'DequeuePostWorkActivitySid', WA),
    row('record', 'record', 'DequeueRecord', 'record-from-answer'),
    row('timeout', 'timeout', 'DequeueTimeout', 20),
    row('statusCallbackUrl', 'status_callback_url', 'DequeueStatusCallbackUrl', URL_),
    list('statusCallbackEvents', 'status_callback_events', 'DequeueStatusCallbackEvent', [
      'initiated',
      'completed',
    ]),
  ],
  call: [
    row('to', 'to', 'CallTo', 'joey'),
    row('from', 'from', 'CallFrom', '+15017122661'),
    row('url', 'url', 'CallUrl', URL_),
    row('accept', 'accept', 'CallAccept', true),
    row('record', 'record', 'CallRecord', 'do-not-record'),
    row('timeout', 'timeout', 'CallTimeout', 999),
    row('statusCallbackUrl', 'status_callback_url', 'CallStatusCallbackUrl', URL_),
  ],
  redirect: [
    row('callSid', 'call_sid', 'RedirectCallSid', CA),
    row('url', 'url', 'RedirectUrl', URL_),
    row('accept', 'accept', 'RedirectAccept', false),
  ],
  conference: [
    row('to', 'to', 'To', 'sip:ada@example.com'),
    row('from', 'from', 'From', '+15017122661'),
    row('postWorkActivity', 'post_work_activity_sid', 'PostWorkActivitySid', WA),
    row('timeout', 'timeout', 'Timeout', 1),
    row('statusCallbackUrl', 'status_callback_url', 'StatusCallback', URL_),
    row('statusCallbackMethod', 'status_callback_method', 'StatusCallbackMethod', 'GET'),
    list('statusCallbackEvents', 'status_callback_events', 'StatusCallbackEvent', ['ringing', 'answered']),
    row('record', 'record', 'Record', true),
    row('muted', 'muted', 'Muted', false),
    row('beep', 'beep', 'Beep', 'onEnter'),
    row('beep', 'beep', 'Beep', false, 'false'),
    row('startConferenceOnEnter', 'start_conference_on_enter', 'StartConferenceOnEnter', false),
    row('endConferenceOnExit', 'end_conference_on_exit', 'EndConferenceOnExit', true),
    row(
      'endConferenceOnCustomerExit',
      'end_conference_on_customer_exit',
      'EndConferenceOnCustomerExit',
      true,
    ),
    row('beepOnCustomerEntrance', 'beep_on_customer_entrance', 'BeepOnCustomerEntrance', true),
    row('waitUrl', 'wait_url', 'WaitUrl', URL_),
    row('waitUrl', 'wait_url', 'WaitUrl', ''),
    row('waitMethod', 'wait_method', 'WaitMethod', 'POST'),
    row('earlyMedia', 'early_media', 'EarlyMedia', false),
    row('maxParticipants', 'max_participants', 'MaxParticipants', 250),
    row('conferenceStatusCallback', 'conference_status_callback', 'ConferenceStatusCallback', URL_),
    row(
      'conferenceStatusCallbackMethod',
      'conference_status_callback_method',
      'ConferenceStatusCallbackMethod',
      'POST',
    ),
    list(
      'conferenceStatusCallbackEvents',
      'conference_status_callback_event',
      'ConferenceStatusCallbackEvent',
      [...['start', 'end', 'join', 'leave', 'mute', 'hold', 'speaker', 'modify', 'announcement']],
    ),
    row('conferenceRecord', 'conference_record', 'ConferenceRecord', 'record-from-start'),
    row('conferenceRecord', 'conference_record', 'ConferenceRecord', true, 'true'),
    row('conferenceTrim', 'conference_trim', 'ConferenceTrim', 'do-not-trim'),
    row('recordingChannels', 'recording_channels', 'RecordingChannels', 'dual'),
    row('recordingStatusCallback', 'recording_status_callback', 'RecordingStatusCallback', URL_),
    row(
      'recordingStatusCallbackMethod',
      'recording_status_callback_method',
      'RecordingStatusCallbackMethod',
      'GET',
    ),
    row(
      ...(['conferenceRecordingStatusCallback', 'conference_recording_status_callback'] as const),
      ...(['ConferenceRecordingStatusCallback', URL_] as const),
    ),
    row(
      ...([
        'conferenceRecordingStatusCallbackMethod',
        'conference_recording_status_callback_method',
      ] as const),
      ...(['ConferenceRecordingStatusCallbackMethod', 'GET'] as const),
    ),
    row('region', 'region', 'Region', 'de1'),
    row('sipAuthUsername', 'sip_auth_username', 'SipAuthUsername', 'ada'),
    row('sipAuthPassword', 'sip_auth_password', 'SipAuthPassword', 'secret'),
    row('jitterBufferSize', 'jitter_buffer_size', 'JitterBufferSize', 'off'),
  ],
  supervise: [
    row('supervisor', 'supervisor', 'Supervisor', 'client:ada'),
    row('supervisorMode', 'supervisor_mode', 'SupervisorMode', 'barge'),
  ],
};
