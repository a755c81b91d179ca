import type { OutputOf, Schema } from '../../standard-schema.js';
import type { AssignmentContext } from '../context.js';
import type { ChosenEvent, EventChoice, EventHandler } from '../event-types.js';
import type { AssignmentHandler, HandlerOf } from './handler.js';
import type { AnyMatch, AssignmentMatch } from './match.js';

/** A handler in a file, for later registration: one entry of the list that `handlers/index.ts` exports. */
export type HandlerDefinition =
  | { readonly kind: 'assignment'; readonly match: AnyMatch; readonly handler: HandlerOf<AssignmentContext> }
  | {
      readonly kind: 'event';
      readonly types: EventChoice | readonly EventChoice[];
      readonly handler: EventHandler;
    }
  | { readonly kind: 'otherwise'; readonly handler: HandlerOf<AssignmentContext> };

/**
 * Defines an assignment handler in a separate file, with the types of `onAssignment`.
 *
 * @example
 * export default defineAssignment({ name: 'chat', task: Chat }, accept());
 */
export function defineAssignment<
  TS extends Schema | undefined = undefined,
  WS extends Schema | undefined = undefined,
>(
  match: AssignmentMatch<TS, WS>,
  handler: AssignmentHandler<OutputOf<NoInfer<TS>>, OutputOf<NoInfer<WS>>>,
): HandlerDefinition;
export function defineAssignment(handler: AssignmentHandler): HandlerDefinition;
export function defineAssignment(...args: [unknown, unknown] | [unknown]): HandlerDefinition {
  const [match, handler] = args.length === 1 ? [{}, args[0]] : args;
  return { kind: 'assignment', match: match as AnyMatch, handler: handler as HandlerOf<AssignmentContext> };
}

/**
 * Defines an event handler in a separate file.
 *
 * @example
 * export default defineEvent('task.completed', ({ task, log }) => log.info({ taskSid: task.sid }, 'completed'));
 */
export function defineEvent<const C extends EventChoice>(
  types: C | readonly C[],
  handler: EventHandler<NoInfer<ChosenEvent<C>>>,
): HandlerDefinition {
  return { kind: 'event', types, handler: handler as EventHandler };
}

/**
 * Defines the handler for assignments that no other handler matches.
 *
 * @example export default defineOtherwise(defer());
 */
export function defineOtherwise(handler: AssignmentHandler): HandlerDefinition {
  return { kind: 'otherwise', handler };
}
