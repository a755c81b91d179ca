import { ANY_PREFIX, ANY_SID, sidForm } from '../sids.js';

/**
 * What a documented parameter holds. `sid`, `time` and `attributes`: name and value together mark a place in the signed
 * text, see `hiddenParameter`. `rigid`: nothing can hide in a value of this form.
 */
export type ParameterKind =
  | { readonly is: 'sid' | 'rigid'; readonly name: string; readonly form: RegExp }
  | { readonly is: 'time'; readonly name: string; readonly form: RegExp | undefined }
  | { readonly is: 'attributes' | 'text'; readonly name: string; readonly form: undefined };

/** The SIDs that say whose callback it is, with the letters each begins with. */
export const KEY_SIDS: Readonly<Record<string, string>> = {
  AccountSid: 'AC',
  WorkspaceSid: 'WS',
  WorkflowSid: 'WW',
  TaskQueueSid: 'WQ',
  WorkerSid: 'WK',
  TaskSid: 'WT',
  ReservationSid: 'WR',
  ResourceSid: ANY_PREFIX,
  Sid: 'EV',
};

const OTHER_SIDS = ['ActivitySid', 'TaskChannelSid', 'WorkerActivitySid', 'WorkerPreviousActivitySid'];

const NUMBERS = [
  ...['TaskAge', 'TaskPriority', 'TaskVersion', 'WorkerVersion', 'ReservationVersion'],
  ...['WorkerTimeInPreviousActivity', 'WorkerTimeInPreviousActivityMs'],
  ...['WorkerChannelAvailableCapacity', 'WorkerChannelPreviousCapacity', 'WorkerChannelTaskCount'],
];

/** @see twilio.com/docs/taskrouter/api/event/reference */
const TEXTS = [
  ...['EventType', 'EventDescription', 'ResourceType', 'WorkspaceName', 'WorkflowName', 'Reason'],
  ...['WorkflowFilterName', 'WorkflowFilterExpression', 'TaskQueueName', 'TaskQueueTargetExpression'],
  ...['TaskAssignmentStatus', 'TaskCanceledReason', 'TaskCompletedReason', 'TaskChannelName'],
  ...['TaskChannelUniqueName', 'TaskChannelOptimizedRouting', 'WorkerName', 'WorkerActivityName'],
  ...['WorkerPreviousActivityName', 'WorkerChannelAvailable', 'ActivityName', 'ActivityAvailable'],
];

const INTEGER = /^-?\d{1,20}$/;

const KINDS: readonly ParameterKind[] = [
  ...Object.entries(KEY_SIDS).map(([name, prefix]) => ({ is: 'sid', name, form: sidForm(prefix) }) as const),
  // `timestampMs` says which forms can be read.
  { is: 'time', name: 'Timestamp', form: undefined },
  { is: 'time', name: 'TimestampMs', form: /^\d{9,16}$/ },
  { is: 'attributes', name: 'TaskAttributes', form: undefined },
  { is: 'attributes', name: 'WorkerAttributes', form: undefined },
  ...OTHER_SIDS.map((name) => ({ is: 'rigid', name, form: ANY_SID }) as const),
  ...NUMBERS.map((name) => ({ is: 'rigid', name, form: INTEGER }) as const),
  ...TEXTS.map((name) => ({ is: 'text', name, form: undefined }) as const),
];

/** The parameters of assignment and event callbacks that Twilio documents or is known to send, by name. */
export const PARAMETERS: ReadonlyMap<string, ParameterKind> = new Map(KINDS.map((kind) => [kind.name, kind]));
