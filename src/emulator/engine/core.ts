import { ConfigurationError } from '../../errors.js';
import type { CompileOptions } from '../../expressions/index.js';
import type { EngineOutput } from './events/outputs.js';
import { Heap } from './heap.js';
import type { EngineOptions } from './interface.js';
import type { EngineObserver } from './observer.js';
import { randomSid } from './sid.js';
import type { ReservationState, TaskState, Timed, WorkspaceState } from './state.js';

/** How long an assigned task lives before TaskRouter deletes it: twilio.com/docs/taskrouter/limits. */
const ASSIGNED_LIMIT_MS = 86_400_000;

/** What all parts of one engine share: its time, its timers, its counters, and what it has said. */
export class Core {
  readonly workspaces = new Map<string, WorkspaceState>();
  readonly options: Required<Omit<EngineOptions, 'snapshot' | 'now' | 'sid' | 'observer'>>;
  readonly sid: NonNullable<EngineOptions['sid']>;
  readonly observer: EngineObserver | undefined;
  /** The present; during a timer, the time it was due. */
  time = 0;
  /** The last number given out: orders everything ever created, and workers by idleness. */
  lastOrder = 0;
  readonly timers = new Heap<'timerSlot', Timed>(
    'timerSlot',
    (a, b) => a.dueAt < b.dueAt || (a.dueAt === b.dueAt && a.order < b.order),
  );
  readonly outputs: EngineOutput[] = [];
  /** Nobody listens: nothing needs to be said. */
  silent = true;

  constructor(options: EngineOptions) {
    this.sid = options.sid ?? randomSid;
    this.observer = options.observer;
    const { stepTimeoutsFrom = 'filter-entered', afterReservationTimeout = 'same-step' } = options;
    oneOf('stepTimeoutsFrom', stepTimeoutsFrom, ['filter-entered', 'task-created', 'step-entered']);
    oneOf('afterReservationTimeout', afterReservationTimeout, ['same-step', 'next-step']);
    this.options = {
      purgeAfterMs: options.purgeAfterMs ?? 300_000,
      maxAssignments: options.maxAssignments ?? 1_000,
      rerouteOnAttributes: options.rerouteOnAttributes ?? true,
      coerceNumericStrings: options.coerceNumericStrings ?? false,
      stepTimeoutsFrom,
      callbackBackoff: options.callbackBackoff ?? true,
      afterReservationTimeout,
      lenientExpressions: options.lenientExpressions ?? true,
    };
  }

  /** How expressions are read. */
  get compileOptions(): CompileOptions {
    const { coerceNumericStrings, lenientExpressions } = this.options;
    return { coerceNumericStrings, lenient: lenientExpressions };
  }

  nextOrder(): number {
    this.lastOrder += 1;
    return this.lastOrder;
  }

  /** Forgets every workspace and timer. The order of creation goes on: nothing ever has the same place twice. */
  clear(): void {
    this.workspaces.clear();
    this.timers.clear();
    this.outputs.length = 0;
    this.time = 0;
  }

  /** Marks a resource as changed now. */
  touch(resource: { dateUpdated: number; version?: number }): void {
    resource.dateUpdated = this.time;
    if (resource.version !== undefined) resource.version += 1;
  }

  /** Puts a task's timer where its status says. */
  schedule(task: TaskState): void {
    this.#setTimer(task, this.#taskDueAt(task));
  }

  /** Sets or stops (Infinity) the timer of a reservation. */
  scheduleReservation(reservation: ReservationState, dueAt: number): void {
    this.#setTimer(reservation, dueAt);
  }

  /** A task that is being transferred has been accepted before: its own timeout is over, and the limit of assigned ones goes on. */
  waitingEndsAt({ transfer, settledAt, dateCreated, timeout }: TaskState): number {
    return transfer?.status === 'initiated' ? settledAt + ASSIGNED_LIMIT_MS : dateCreated + timeout * 1_000;
  }

  #taskDueAt(task: TaskState): number {
    switch (task.assignmentStatus) {
      case 'pending':
        return Math.min(task.stepDeadline, task.retryAt, this.waitingEndsAt(task));
      case 'reserved':
        return this.waitingEndsAt(task);
      case 'assigned':
      case 'wrapping':
        return task.settledAt + ASSIGNED_LIMIT_MS;
      case 'completed':
      case 'canceled':
        return task.settledAt + this.options.purgeAfterMs;
    }
  }

  #setTimer(item: Timed, dueAt: number): void {
    item.dueAt = dueAt;
    if (dueAt === Number.POSITIVE_INFINITY) this.timers.remove(item);
    else this.timers.put(item);
  }
}

function oneOf<T extends string>(option: string, value: T, words: readonly T[]): void {
  if (words.includes(value)) return;
  throw new ConfigurationError('bad-option', `${option} is ${words.join(' or ')}, and not ${String(value)}.`);
}
