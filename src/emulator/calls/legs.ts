import type { Instruction } from '../../instructions/index.js';
import type { Reservation, Task, Worker } from '../engine/index.js';
import type { Leg, StatusTarget } from './types.js';

/** The instructions that ring a worker. */
export type RingingInstruction = Extract<Instruction, { instruction: 'dequeue' | 'call' | 'conference' }>;

type Attributes = Readonly<Record<string, unknown>>;

const textOf = (value: unknown) => (typeof value === 'string' ? value : '');
const firstOf = (attributes: Attributes, ...names: readonly string[]) =>
  names.map((name) => textOf(attributes[name])).find((text) => text !== '') ?? '';

/** The call to a worker that an instruction makes. */
export function workerLeg(
  instruction: RingingInstruction,
  { task, worker, reservation }: { task: Task; worker: Worker; reservation: Reservation },
  {
    sid,
    startedAt,
    ...times
  }: { sid: string; startedAt: number; talkMs: number | undefined; ringsUntil: number },
): Leg {
  const { workspaceSid, sid: reservationSid, workerSid } = reservation;
  const { contact_uri: contact } = JSON.parse(worker.attributes) as Attributes;
  const attributes = JSON.parse(task.attributes) as Attributes;
  const to = instruction.to ?? textOf(contact);
  return {
    sid,
    party: 'worker',
    workspaceSid,
    taskSid: task.sid,
    // By default the number the caller dialled: twilio.com/docs/taskrouter/handle-assignment-callbacks.
    from: instruction.from ?? firstOf(attributes, 'to', 'called', 'from'),
    // A bare name is a client's: the page on callbacks calls `joey`.
    to: instruction.instruction === 'call' && /^[\w.-]+$/.test(to) && !/^\d+$/.test(to) ? `client:${to}` : to,
    direction: 'outbound-api',
    status: 'initiated',
    startedAt,
    sequence: 0,
    statusTarget: progressTarget(instruction),
    work: {
      ...{ instruction: instruction.instruction, workerSid, reservationSid, ...times },
      ...(instruction.instruction === 'call'
        ? { url: instruction.url }
        : { postWorkActivitySid: instruction.postWorkActivity }),
      recorded: instruction.record === true || instruction.record === 'record-from-answer',
      ...(instruction.instruction === 'conference' ? { joins: joinsOf(instruction) } : {}),
    },
  };
}

/** `dequeue` tells by GET, as its page says; of `call` the page is silent, and POST is the default of calls. */
function progressTarget(instruction: RingingInstruction): StatusTarget | undefined {
  const { statusCallbackUrl: url } = instruction;
  if (url === undefined) return undefined;
  const events = instruction.instruction === 'call' ? undefined : instruction.statusCallbackEvents;
  const method =
    instruction.instruction === 'conference'
      ? instruction.statusCallbackMethod
      : instruction.instruction === 'dequeue'
        ? 'GET'
        : 'POST';
  return { url, method: method ?? 'POST', events: events ?? ['completed'] };
}

function joinsOf(instruction: Extract<Instruction, { instruction: 'conference' }>) {
  const { conferenceStatusCallback: url, conferenceStatusCallbackMethod: method = 'POST' } = instruction;
  const { conferenceStatusCallbackEvents: events = ['start', 'end'] } = instruction;
  return {
    muted: instruction.muted ?? false,
    startConferenceOnEnter: instruction.startConferenceOnEnter ?? true,
    endConferenceOnExit: instruction.endConferenceOnExit ?? false,
    endConferenceOnCustomerExit: instruction.endConferenceOnCustomerExit ?? false,
    conferenceTarget: url === undefined ? undefined : { url, method, events },
  };
}

/**
 * The customer's call, as a task's attributes tell of it. `outbound_to` is a call that is made for the task:
 * twilio.com/docs/api/errors/40142.
 *
 * @param fresh - `sid` is for a task that names no call.
 */
export function customerOf(task: Task, { sid, startedAt }: { sid: string; startedAt: number }): Leg {
  const attributes = JSON.parse(task.attributes) as Attributes;
  const outbound = textOf(attributes.outbound_to);
  return {
    sid: firstOf(attributes, 'call_sid') || sid,
    party: 'customer',
    workspaceSid: task.workspaceSid,
    taskSid: task.sid,
    from: outbound === '' ? firstOf(attributes, 'from', 'caller') : firstOf(attributes, 'from'),
    to: outbound === '' ? firstOf(attributes, 'to', 'called') : outbound,
    direction: outbound === '' ? 'inbound' : 'outbound-api',
    status: 'in-progress',
    startedAt,
    answeredAt: startedAt,
    sequence: 0,
  };
}
