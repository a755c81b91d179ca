import type { EngineEvent } from '../engine/index.js';
import type { ReservationState, TaskState } from '../engine/state.js';
import type { WorkspaceView } from '../engine/types.js';
import type { JourneyStep, Named } from './types.js';

type Data = EngineEvent['data'];

const worker = ({ WorkerName: name = '' }: Data) => name;
const queue = ({ TaskQueueName: name = '' }: Data) => name;

/** Each event about a task as a step, for people. */
const texts: Readonly<Record<string, (data: Data) => string>> = {
  'task.created': (data) => `created on ${data.TaskChannelUniqueName ?? ''}`,
  'task.updated': () => 'changed',
  'task.canceled': (data) => because('canceled', data.TaskCanceledReason),
  'task.wrapup': (data) => `wrapping up${byWorker(data)}`,
  'task.completed': (data) => because('completed', data.TaskCompletedReason),
  'task.deleted': () => 'deleted',
  'task.system-deleted': () => 'deleted by TaskRouter: it was open for too long',
  'task-queue.entered': (data) => `entered the queue ${queue(data)}`,
  'task-queue.timeout': (data) => `left the queue ${queue(data)}: its time was up`,
  'task-queue.moved': (data) => `moved to another queue from ${queue(data)}`,
  'workflow.entered': (data) => `entered the workflow ${data.WorkflowName ?? ''}`,
  'workflow.target-matched': (data) =>
    data.WorkflowFilterName === undefined
      ? `matched a target: ${queue(data)}`
      : `matched the filter ${data.WorkflowFilterName}: ${queue(data)}`,
  'workflow.timeout': (data) => `left the workflow ${data.WorkflowName ?? ''}: no target is left`,
  'workflow.skipped': (data) => `skipped a target: ${queue(data)}`,
  'reservation.created': (data) => `reserved for ${worker(data)}`,
  'reservation.accepted': (data) => `accepted by ${worker(data)}`,
  'reservation.rejected': (data) => `rejected by ${worker(data)}`,
  'reservation.timeout': (data) => `not accepted in time by ${worker(data)}`,
  'reservation.canceled': (data) => `offer to ${worker(data)} canceled`,
  'reservation.rescinded': (data) => `offer to ${worker(data)} rescinded: another worker was faster`,
  'reservation.wrapup': (data) => `wrapping up by ${worker(data)}`,
  'reservation.completed': (data) => `completed by ${worker(data)}`,
  'reservation.failed': () => 'the instruction could not be carried out',
};

const because = (what: string, reason: string | undefined) => (reason ? `${what}: ${reason}` : what);
const byWorker = (data: Data) => (data.WorkerName === undefined ? '' : ` by ${data.WorkerName}`);

/** A step, but for its number. `view`: the workspace once the change was whole; undefined: it is gone. */
export function stepOf(event: EngineEvent, view: WorkspaceView | undefined): Omit<JourneyStep, 'seq'> {
  const { type, at, data } = event;
  return {
    at,
    type,
    text: texts[type]?.(data) ?? type,
    queue: named(data.TaskQueueSid, data.TaskQueueName),
    worker: named(data.WorkerSid, data.WorkerName),
    reservationSid: data.ReservationSid ?? null,
    deadline: view ? deadlineOf(event, view) : null,
    explained: false,
  };
}

const named = (sid: string | undefined, name: string | undefined): Named | null =>
  sid === undefined ? null : { sid, name: name ?? sid };

/** When what begins with this step ends by itself, as the engine has it. */
function deadlineOf({ type, data }: EngineEvent, view: WorkspaceView): number | null {
  if (type === 'reservation.created') {
    return reservationDeadline(view.reservations.get(data.ReservationSid ?? ''));
  }
  if (type !== 'task-queue.entered') return null;
  // The engine's own task; what it shows of it leaves the deadline out.
  const task = view.tasks.get(data.TaskSid ?? '') as TaskState | undefined;
  return task && task.step.queue.sid === data.TaskQueueSid ? finite(task.stepDeadline) : null;
}

/** When a reservation times out; null: it does not, for example while a phone rings. */
export function reservationDeadline(reservation: object | undefined): number | null {
  const { reservationStatus, dueAt } = (reservation ?? {}) as Partial<ReservationState>;
  return reservationStatus === 'pending' && dueAt !== undefined ? finite(dueAt) : null;
}

const finite = (time: number) => (Number.isFinite(time) ? time : null);
