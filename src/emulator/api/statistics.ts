import type { EngineEvent, EventType } from '../engine/events/outputs.js';
import type { Task, Worker, WorkspaceView } from '../engine/types.js';
import { iso } from './formatters/links.js';

/**
 * Statistics, counted when they are asked for: real time ones from the state, cumulative ones from the events of the
 * window. Waits are in whole seconds.
 */

/** Least, mean and greatest of some numbers, and their sum. */
function summary(values: readonly number[]) {
  const total = values.reduce((sum, value) => sum + value, 0);
  return {
    avg: values.length === 0 ? 0 : Math.round(total / values.length),
    min: values.length === 0 ? 0 : Math.min(...values),
    max: values.length === 0 ? 0 : Math.max(...values),
    total,
  };
}

/** How many workers are in each activity. */
export function activityCounts(view: WorkspaceView, workers: readonly Worker[]) {
  return [...view.activities.values()].map(({ sid, friendlyName }) => ({
    sid,
    friendly_name: friendlyName,
    workers: workers.filter(({ activitySid }) => activitySid === sid).length,
  }));
}

/** Open tasks by status and priority, and the one that waits longest. */
export function taskCounts(tasks: readonly Task[], now: number) {
  const byStatus = { pending: 0, reserved: 0, assigned: 0, wrapping: 0 };
  const byPriority: Record<string, number> = {};
  let total = 0;
  let longest: Task | undefined;
  for (const task of tasks) {
    const { assignmentStatus: status } = task;
    if (status === 'completed' || status === 'canceled') continue;
    total += 1;
    byStatus[status] += 1;
    byPriority[task.priority] = (byPriority[task.priority] ?? 0) + 1;
    if (isWaiting(task) && (!longest || task.dateCreated < longest.dateCreated)) longest = task;
  }
  return {
    tasks_by_status: byStatus,
    tasks_by_priority: byPriority,
    total_tasks: total,
    longest_task_waiting_age: longest ? wholeSeconds(now - longest.dateCreated) : 0,
    longest_task_waiting_sid: longest?.sid ?? null,
  };
}

/** The task that waits longest in the queue it is in now, whenever it was created. */
export function longestRelative(tasks: readonly Task[], now: number) {
  let longest: Task | undefined;
  for (const task of tasks) {
    if (isWaiting(task) && (!longest || task.taskQueueEnteredDate < longest.taskQueueEnteredDate))
      longest = task;
  }
  return {
    longest_relative_task_age_in_queue: longest ? wholeSeconds(now - longest.taskQueueEnteredDate) : 0,
    longest_relative_task_sid_in_queue: longest?.sid ?? null,
  };
}

const isWaiting = ({ assignmentStatus: status }: Task) => status === 'pending' || status === 'reserved';
const wholeSeconds = (ms: number) => Math.max(0, Math.floor(ms / 1_000));

/** A span of time in milliseconds, and the events in it. */
export interface Window {
  readonly start: number;
  readonly end: number;
  readonly events: readonly EngineEvent[];
}

const count = (events: readonly EngineEvent[], type: EventType) =>
  events.filter((event) => event.type === type).length;
const age = ({ data }: EngineEvent) => Number(data.TaskAge ?? 0);

/** What became of reservations. */
export function reservationCounts({ start, end, events }: Window) {
  return {
    start_time: iso(start),
    end_time: iso(end),
    reservations_created: count(events, 'reservation.created'),
    reservations_accepted: count(events, 'reservation.accepted'),
    reservations_rejected: count(events, 'reservation.rejected'),
    reservations_timed_out: count(events, 'reservation.timeout'),
    reservations_canceled: count(events, 'reservation.canceled'),
    reservations_rescinded: count(events, 'reservation.rescinded'),
  };
}

/** What became of tasks and reservations; `split` are limits of waiting, in seconds. */
export function cumulative(window: Window, split: readonly number[] = []) {
  const { events } = window;
  const accepted = events.filter(({ type }) => type === 'reservation.accepted');
  const canceled = events.filter(({ type }) => type === 'task.canceled');
  const side = (keep: (event: EngineEvent) => boolean) => ({
    tasks_canceled: canceled.filter(keep).length,
    reservations_accepted: accepted.filter(keep).length,
  });
  return {
    ...reservationCounts(window),
    avg_task_acceptance_time: summary(accepted.map(age)).avg,
    wait_duration_until_accepted: summary(accepted.map(age)),
    wait_duration_until_canceled: summary(canceled.map(age)),
    split_by_wait_time: Object.fromEntries(
      split.map((limit) => [
        String(limit),
        { above: side((event) => age(event) > limit), below: side((event) => age(event) <= limit) },
      ]),
    ),
    tasks_canceled: canceled.length,
    tasks_completed: count(events, 'task.completed'),
    tasks_deleted: count(events, 'task.deleted') + count(events, 'task.system-deleted'),
    tasks_moved: count(events, 'task-queue.moved'),
  };
}

/**
 * How long tasks waited in the queue they were accepted from. The event knows the second in which a task entered it;
 * in its first queue it cannot have waited for longer than at all.
 */
export const waitInQueue = ({ events }: Window) => ({
  wait_duration_in_queue_until_accepted: summary(
    events
      .filter(({ type }) => type === 'reservation.accepted')
      .map((event) =>
        Math.min(age(event), wholeSeconds(event.at - Number(event.data.TaskQueueEnteredDate ?? 0) * 1_000)),
      ),
  ),
});

export const entered = ({ events }: Window) => ({ tasks_entered: count(events, 'task-queue.entered') });
export const enteredWorkflow = ({ events }: Window) => ({ tasks_entered: count(events, 'workflow.entered') });
export const timedOut = ({ events }: Window) => ({
  tasks_timed_out_in_workflow: count(events, 'workflow.timeout'),
});
export const tasksCreated = ({ events }: Window) => ({ tasks_created: count(events, 'task.created') });

/** How long workers were in each activity during the window, one span for each stay. */
export function activityDurations(
  view: WorkspaceView,
  workers: readonly Worker[],
  { start, end, events }: Window,
) {
  const stays = new Map<string, number[]>();
  const add = (activitySid: string | undefined, from: number, to: number) => {
    const seconds = wholeSeconds(Math.min(to, end) - Math.max(from, start));
    if (activitySid === undefined || Math.min(to, end) <= Math.max(from, start)) return;
    stays.set(activitySid, [...(stays.get(activitySid) ?? []), seconds]);
  };
  for (const { type, at, data } of events) {
    if (type !== 'worker.activity.update') continue;
    add(data.WorkerPreviousActivitySid, at - Number(data.WorkerTimeInPreviousActivityMs), at);
  }
  for (const worker of workers) add(worker.activitySid, worker.dateStatusChanged, end);
  return [...view.activities.values()].map(({ sid, friendlyName }) => ({
    sid,
    friendly_name: friendlyName,
    ...summary(stays.get(sid) ?? []),
  }));
}
