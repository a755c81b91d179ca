import { parseTimestamp } from '../callbacks/form.js';
import { sidForm } from '../sids.js';

/**
 * What a documented parameter holds. `key`, `sid` (a key too) and `attributes`: name and value together mark a place in
 * the signed text, see `ambiguityIn`. `rigid`: nothing can hide in a value of this form.
 */
export type ParameterKind =
  | {
      readonly is: 'sid';
      readonly name: string;
      /** The letters it begins with; empty: any. */
      readonly prefix: string;
      readonly wellFormed: (value: string) => boolean;
    }
  | { readonly is: 'key'; readonly name: string; readonly wellFormed: (value: string) => boolean }
  | { readonly is: 'attributes'; readonly name: string }
  | { readonly is: 'rigid'; readonly name: string; readonly wellFormed: (value: string) => boolean }
  | { readonly is: 'text'; readonly name: string };

/** The SIDs that say whose callback it is, with the letters each begins with; empty: any two. */
export const KEY_SIDS: Readonly<Record<string, string>> = {
  AccountSid: 'AC',
  WorkspaceSid: 'WS',
  WorkflowSid: 'WW',
  TaskQueueSid: 'WQ',
  WorkerSid: 'WK',
  TaskSid: 'WT',
  ReservationSid: 'WR',
  ResourceSid: '',
  Sid: 'EV',
};

/** The letters of a SID that may name anything. */
export const ANY_PREFIX = '[A-Z]{2}';

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

const integer = (value: string) => /^-?\d{1,20}$/.test(value);

function kinds(): ParameterKind[] {
  const sids = Object.entries(KEY_SIDS).map(([name, prefix]): ParameterKind => {
    const form = sidForm(prefix || ANY_PREFIX);
    return { is: 'sid', name, prefix, wellFormed: (value) => form.test(value) };
  });
  const anySid = sidForm(ANY_PREFIX);
  return [
    ...sids,
    { is: 'key', name: 'Timestamp', wellFormed: (value) => parseTimestamp(value) !== undefined },
    { is: 'key', name: 'TimestampMs', wellFormed: (value) => /^\d{9,16}$/.test(value) },
    { is: 'attributes', name: 'TaskAttributes' },
    { is: 'attributes', name: 'WorkerAttributes' },
    ...OTHER_SIDS.map(
      (name) => ({ is: 'rigid', name, wellFormed: (sid: string) => anySid.test(sid) }) as const,
    ),
    ...NUMBERS.map((name) => ({ is: 'rigid', name, wellFormed: integer }) as const),
    ...TEXTS.map((name) => ({ is: 'text', name }) as const),
  ];
}

/** The parameters of assignment and event callbacks that Twilio documents or is known to send, by name. */
export const PARAMETERS: ReadonlyMap<string, ParameterKind> = new Map(
  kinds().map((kind) => [kind.name, kind]),
);
