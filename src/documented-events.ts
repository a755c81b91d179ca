import { nearMiss } from './near-miss.js';

const TASK_IN_QUEUE = ['task', 'taskQueue', 'workflow'] as const;
const TRANSFER = ['task', 'taskQueue', 'workflow', 'transfer'] as const;
const TASK_IN_WORKFLOW = ['task', 'workflow'] as const;
const RESERVATION = ['reservation', 'task', 'worker', 'taskQueue', 'workflow'] as const;
const ACTIVITY = ['activity'] as const;
const TASK_CHANNEL = ['taskChannel'] as const;
const TASK_QUEUE = ['taskQueue'] as const;
const WORKER = ['worker'] as const;
const WORKER_CHANNEL = ['worker', 'workerChannel'] as const;
const WORKFLOW = ['workflow'] as const;
const WORKSPACE = ['workspace'] as const;

/**
 * Every documented event and what it is about.
 *
 * @see twilio.com/docs/taskrouter/api/event/reference
 */
export const EVENT_SUBJECTS = {
  'activity.created': ACTIVITY,
  'activity.updated': ACTIVITY,
  'activity.deleted': ACTIVITY,
  'reservation.created': RESERVATION,
  'reservation.accepted': RESERVATION,
  'reservation.rejected': RESERVATION,
  'reservation.timeout': RESERVATION,
  'reservation.canceled': RESERVATION,
  'reservation.rescinded': RESERVATION,
  'reservation.completed': RESERVATION,
  'reservation.wrapup': RESERVATION,
  'reservation.failed': ['reservation', 'task', 'taskQueue', 'workflow'],
  'task.created': TASK_IN_WORKFLOW,
  'task.updated': TASK_IN_QUEUE,
  'task.canceled': TASK_IN_QUEUE,
  'task.wrapup': TASK_IN_QUEUE,
  'task.completed': TASK_IN_QUEUE,
  'task.deleted': TASK_IN_QUEUE,
  'task.system-deleted': TASK_IN_QUEUE,
  'task.transfer-initiated': TRANSFER,
  'task.transfer-attempt-failed': TRANSFER,
  'task.transfer-failed': TRANSFER,
  'task.transfer-canceled': TRANSFER,
  'task.transfer-completed': TRANSFER,
  'task-channel.created': TASK_CHANNEL,
  'task-channel.updated': TASK_CHANNEL,
  'task-channel.deleted': TASK_CHANNEL,
  'task-queue.created': TASK_QUEUE,
  'task-queue.deleted': TASK_QUEUE,
  'task-queue.entered': TASK_IN_QUEUE,
  'task-queue.timeout': TASK_IN_QUEUE,
  'task-queue.moved': TASK_IN_QUEUE,
  'task-queue.expression.updated': TASK_QUEUE,
  'worker.created': WORKER,
  'worker.deleted': WORKER,
  'worker.attributes.update': WORKER,
  'worker.activity.update': ['worker', 'workerActivity'],
  'worker.capacity.update': WORKER_CHANNEL,
  'worker.channel.availability.update': WORKER_CHANNEL,
  'workflow.created': WORKFLOW,
  'workflow.updated': WORKFLOW,
  'workflow.deleted': WORKFLOW,
  'workflow.target-matched': TASK_IN_WORKFLOW,
  'workflow.entered': TASK_IN_WORKFLOW,
  'workflow.timeout': TASK_IN_WORKFLOW,
  'workflow.skipped': TASK_IN_WORKFLOW,
  'workspace.created': WORKSPACE,
  'workspace.updated': WORKSPACE,
  'workspace.deleted': WORKSPACE,
} as const;

/** The documented event type that a misspelt one most likely stands for; dots, dashes and case do not count. */
export function meantEventType(type: string): string | undefined {
  const plain = (text: string) => text.toLowerCase().replace(/[^a-z]/g, '');
  const known = Object.keys(EVENT_SUBJECTS);
  return known.find((one) => plain(one) === plain(type)) ?? nearMiss(type, known);
}
