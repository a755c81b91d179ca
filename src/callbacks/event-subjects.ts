import { EVENT_SUBJECTS } from '../documented-events.js';
import type { FormPairs } from '../signature/index.js';
import type { EventSubject, EventSubjects } from './event-types.js';
import { parseAttributes } from './form.js';

/**
 * What an event is about, read from its parameters: every subject whose SID was sent, and those that are documented for
 * its type, even if Twilio left them out. Recorded events carry more than is documented.
 */
export function subjectsOf(type: string, pairs: FormPairs): Partial<EventSubjects> {
  const sent = new Map<string, string>();
  for (const [name, value] of pairs) if (value !== '' && !sent.has(name)) sent.set(name, value);
  const read = new Reader(sent);
  const subjects: Partial<Record<EventSubject, unknown>> = {};
  for (const subject of subjectNames(type, sent)) subjects[subject] = READERS[subject](read);
  return subjects as Partial<EventSubjects>;
}

function subjectNames(type: string, sent: ReadonlyMap<string, string>): readonly EventSubject[] {
  const found = SUBJECTS.filter((subject) => sent.has(SID_OF[subject]));
  if (!Object.hasOwn(EVENT_SUBJECTS, type)) return found;
  return [...new Set([...EVENT_SUBJECTS[type as keyof typeof EVENT_SUBJECTS], ...found])];
}

/** The parameter that shows that a subject was sent. */
const SID_OF = {
  task: 'TaskSid',
  worker: 'WorkerSid',
  workerActivity: 'WorkerPreviousActivitySid',
  workerChannel: 'WorkerChannelAvailable',
  reservation: 'ReservationSid',
  activity: 'ActivitySid',
  taskChannel: 'TaskChannelSid',
  taskQueue: 'TaskQueueSid',
  workflow: 'WorkflowSid',
  workspace: 'WorkspaceSid',
  transfer: 'TransferMode',
} as const satisfies Record<EventSubject, string>;

const SUBJECTS = Object.keys(SID_OF) as readonly EventSubject[];

class Reader {
  readonly #sent: ReadonlyMap<string, string>;

  constructor(sent: ReadonlyMap<string, string>) {
    this.#sent = sent;
  }

  text(name: string): string | undefined {
    return this.#sent.get(name);
  }

  /** The SID of a subject; empty if Twilio left it out, against its own documentation. */
  sid(name: string): string {
    return this.#sent.get(name) ?? '';
  }

  number(name: string): number | undefined {
    const text = this.#sent.get(name);
    return text === undefined || !/^-?\d{1,15}$/.test(text) ? undefined : Number(text);
  }

  flag(name: string): boolean | undefined {
    const text = this.#sent.get(name)?.toLowerCase();
    return text === 'true' || text === 'false' ? text === 'true' : undefined;
  }

  attributes(name: string) {
    return parseAttributes(this.#sent.get(name)) ?? {};
  }
}

function worker(read: Reader): EventSubjects['worker'] {
  return {
    sid: read.sid('WorkerSid'),
    attributes: read.attributes('WorkerAttributes'),
    name: read.text('WorkerName'),
    activitySid: read.text('WorkerActivitySid'),
    activityName: read.text('WorkerActivityName'),
    version: read.number('WorkerVersion'),
  };
}

const READERS: { readonly [S in EventSubject]: (read: Reader) => EventSubjects[S] } = {
  task: (read) => ({
    sid: read.sid('TaskSid'),
    attributes: read.attributes('TaskAttributes'),
    age: read.number('TaskAge'),
    priority: read.number('TaskPriority'),
    assignmentStatus: read.text('TaskAssignmentStatus'),
    canceledReason: read.text('TaskCanceledReason'),
    completedReason: read.text('TaskCompletedReason'),
    reason: read.text('Reason'),
    queueSid: read.text('TaskQueueSid'),
    workflowSid: read.text('WorkflowSid'),
    channelSid: read.text('TaskChannelSid'),
    channelUniqueName: read.text('TaskChannelUniqueName'),
    version: read.number('TaskVersion'),
  }),
  worker,
  workerActivity: (read) => ({
    ...worker(read),
    previousActivitySid: read.text('WorkerPreviousActivitySid'),
    previousActivityName: read.text('WorkerPreviousActivityName'),
    timeInPreviousActivityMs: read.number('WorkerTimeInPreviousActivityMs') ?? seconds(read),
  }),
  workerChannel: (read) => ({
    taskChannelSid: read.text('TaskChannelSid'),
    taskChannelUniqueName: read.text('TaskChannelUniqueName'),
    available: read.flag('WorkerChannelAvailable'),
    availableCapacity: read.number('WorkerChannelAvailableCapacity'),
    previousCapacity: read.number('WorkerChannelPreviousCapacity'),
    taskCount: read.number('WorkerChannelTaskCount'),
  }),
  reservation: (read) => ({ sid: read.sid('ReservationSid'), version: read.number('ReservationVersion') }),
  activity: (read) => ({
    sid: read.sid('ActivitySid'),
    name: read.text('ActivityName'),
    available: read.flag('ActivityAvailable'),
  }),
  taskChannel: (read) => ({
    sid: read.sid('TaskChannelSid'),
    name: read.text('TaskChannelName'),
    uniqueName: read.text('TaskChannelUniqueName'),
    optimizedRouting: read.flag('TaskChannelOptimizedRouting'),
  }),
  taskQueue: (read) => ({
    sid: read.sid('TaskQueueSid'),
    name: read.text('TaskQueueName'),
    targetExpression: read.text('TaskQueueTargetExpression'),
  }),
  workflow: (read) => ({
    sid: read.sid('WorkflowSid'),
    name: read.text('WorkflowName'),
    filterName: read.text('WorkflowFilterName'),
    filterExpression: read.text('WorkflowFilterExpression'),
  }),
  workspace: (read) => ({ sid: read.sid('WorkspaceSid'), name: read.text('WorkspaceName') }),
  transfer: (read) => ({
    sid: read.text('TaskTransferSid') ?? read.text('ResourceSid'),
    mode: read.text('TransferMode'),
    to: read.text('TransferTo'),
    type: read.text('TransferType'),
    status: read.text('TransferStatus'),
    failedReason: read.text('TransferFailedReason'),
    initiatingReservationSid: read.text('TransferInitiatingReservationSid'),
    initiatingWorkerSid: read.text('TransferInitiatingWorkerSid'),
  }),
};

function seconds(read: Reader): number | undefined {
  const time = read.number('WorkerTimeInPreviousActivity');
  return time === undefined ? undefined : time * 1_000;
}
