import { refuseUnknownKeys } from '../near-miss.js';
import type { Calls } from './calls/calls.js';
import { customerOf } from './calls/legs.js';
import type { CallStatus, Conference, Leg } from './calls/types.js';
import type { Task } from './engine/index.js';
import type { CallState, CallsView, ConferenceState } from './feed/types.js';
import { type NewTask, taskFields } from './task-fields.js';
import { type Caller, callAttributes } from './task-presets.js';
import { plainTask } from './until.js';
import type { World } from './world/world.js';

/** A call that is put into a queue, as `<Enqueue workflowSid="…">` does. */
export interface NewCall
  extends Pick<NewTask, 'workspaceSid' | 'workflow' | 'priority' | 'timeout' | 'taskChannel'> {
  /** Who calls whom. Default: two test numbers. */
  readonly call?: Caller | undefined;
  /**
   * What stands in `<Task>`. They go before those that Twilio adds, but for `call_sid` and `account_sid`, which say
   * which call it is.
   */
  readonly attributes?: object | undefined;
}

/** A simulated caller. */
export interface SimulatedCall {
  /** `CA…`: the task's attribute `call_sid`. */
  readonly sid: string;
  readonly taskSid: string;
  /** `in-progress` from the queue to the end of the talk, then `completed`. */
  readonly status: Extract<CallStatus, 'in-progress' | 'completed'>;
  /**
   * The caller hangs up. Before a worker has answered, the task is canceled with the reason `hangup`; in a conversation it
   * wraps. Nothing happens if the call has ended.
   */
  hangUp(): void;
}

const KEYS = ['workspaceSid', 'workflow', 'priority', 'timeout', 'taskChannel', 'call', 'attributes'];

/** @throws {EngineRefusal} what TaskRouter would refuse; ConfigurationError for an unknown key or name. */
export function enqueueCall(
  { world, calls, hex }: { readonly world: World; readonly calls: Calls; readonly hex: () => string },
  given: NewCall,
): SimulatedCall & { readonly task: Task } {
  refuseUnknownKeys(given, KEYS, 'enqueue');
  refuseUnknownKeys(given.call, ['from', 'to'], 'enqueue: call');
  const { call, attributes, taskChannel = 'voice', ...fields } = given;
  const callSid = `CA${hex()}`;
  const { accountSid } = world;
  const own = callAttributes({ ...call, accountSid, callSid });
  const all = { ...own, ...attributes, call_sid: callSid, account_sid: accountSid };
  // The call is there before the router looks for a worker.
  const task = world.dispatch(
    'createTask',
    taskFields(world, { ...fields, taskChannel, attributes: all }, hex),
    (made) => calls.enqueue({ ...customerOf(made, { sid: callSid, startedAt: world.now() }), queued: true }),
  );
  const made = plainTask(task);
  return {
    sid: callSid,
    taskSid: task.sid,
    task: made,
    get status() {
      return calls.get(callSid) ? 'in-progress' : 'completed';
    },
    hangUp: () => calls.hangUp(callSid),
  };
}

/** The calls and conferences that go on, as they are now. */
export function callsView(calls: Pick<Calls, 'list' | 'conferences'>): CallsView {
  return { calls: calls.list().map(callState), conferences: calls.conferences().map(conferenceState) };
}

const callState = (leg: Leg): CallState => ({
  callSid: leg.sid,
  party: leg.party,
  workspaceSid: leg.workspaceSid,
  taskSid: leg.taskSid,
  from: leg.from,
  to: leg.to,
  direction: leg.direction,
  status: leg.status as CallState['status'],
  queued: leg.queued ?? false,
  workerSid: leg.work?.workerSid ?? null,
  reservationSid: leg.work?.reservationSid ?? null,
  startedAt: leg.startedAt,
  answeredAt: leg.answeredAt ?? null,
});

const conferenceState = ({
  sid,
  workspaceSid,
  taskSid,
  started,
  participants,
}: Conference): ConferenceState => ({
  conferenceSid: sid,
  workspaceSid,
  taskSid,
  started,
  participants: participants.map(
    ({ callSid, party, workerSid = null, muted, hold, endConferenceOnExit }) => ({
      ...{ callSid, party, workerSid, muted, hold, endConferenceOnExit },
    }),
  ),
});
