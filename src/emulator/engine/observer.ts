import type { Reservation, Task, TaskQueue } from './types.js';

/** Where a task stands in its workflow. */
export interface RoutingStep {
  /** The filter's index; below 0: the default filter (-1), or the task's own routing target (-2). */
  readonly filter: number;
  /** The target's index within its filter. */
  readonly target: number;
  readonly queue: TaskQueue;
  /** `target 1 of filter "Buyers"` */
  readonly label: string;
}

/**
 * Hears what happens to tasks at a fraction of the cost of events: it is handed the engine's own live objects.
 *
 * It is called in the middle of a change, so it may note what it hears and read plain fields, and must neither dispatch
 * nor throw. Each method may be absent.
 */
export interface EngineObserver {
  /** A task came to a routing step, and waits there unless the step's time is up already. */
  arrived?(task: Task, step: RoutingStep): void;
  /** A task leaves a routing step without having been taken. */
  leftStep?(task: Task, step: RoutingStep, cause: 'timed-out' | 'skipped'): void;
  /** A reservation was made, or has another status. */
  reservation?(reservation: Reservation): void;
  /** A task was canceled, completed or deleted. */
  ended?(task: Task, how: 'canceled' | 'completed' | 'deleted'): void;
}
