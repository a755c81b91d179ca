import { TaskRouterStateError } from './errors.js';
import type { LookBounds, Plan } from './request.js';

/** A move from state to state. */
export interface Transition {
  /** The states it starts from. */
  readonly from: readonly string[];
  /** The states that show it has happened. */
  readonly reached: readonly string[];
}

/** Of tasks. Source: twilio.com/docs/taskrouter/lifecycle-task-state. */
export const TASK_TRANSITIONS = {
  completed: { from: ['assigned', 'wrapping'], reached: ['completed'] },
  wrapping: { from: ['assigned'], reached: ['wrapping', 'completed'] },
  canceled: { from: ['pending', 'reserved'], reached: ['canceled'] },
} as const satisfies Record<string, Transition>;

/** Of reservations. Source: twilio.com/docs/taskrouter/api/reservations. */
export const RESERVATION_TRANSITIONS: Readonly<Record<string, Transition>> = {
  accepted: { from: ['pending'], reached: ['accepted', 'wrapping', 'completed'] },
  rejected: { from: ['pending'], reached: ['rejected'] },
  wrapping: { from: ['accepted'], reached: ['wrapping', 'completed'] },
  completed: { from: ['accepted', 'wrapping'], reached: ['completed'] },
};

/**
 * A look at whether a move whose answer was lost has happened. The call goes on only from a state the move starts from.
 *
 * @throws {TaskRouterStateError} when it is in any other state: what is there is someone else's doing.
 */
export function lookAt<T>(
  operation: string,
  what: string,
  { from, reached }: Transition,
  read: (bounds: LookBounds) => Promise<{ readonly resource: T; readonly state: string }>,
): NonNullable<Plan<T>['look']> {
  return async (bounds) => {
    const { resource, state } = await read(bounds);
    if (reached.includes(state)) return { result: resource };
    if (from.includes(state)) return 'repeat';
    throw new TaskRouterStateError(state, what, { operation, attempts: 1, maybeApplied: false });
  };
}
