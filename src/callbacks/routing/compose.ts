import { TaskRouterKitError } from '../../errors.js';
import type { AssignmentContext } from '../context.js';
import type { EventContext } from '../event-types.js';
import type { Middleware, MiddlewareResult } from './registry.js';

/** Runs a handler inside all middleware, the first registered outermost. */
export function runInside(
  middleware: readonly Middleware[],
  context: AssignmentContext | EventContext,
  handler: () => MiddlewareResult | Promise<MiddlewareResult>,
): MiddlewareResult | Promise<MiddlewareResult> {
  if (middleware.length === 0) return handler();
  let reached = -1;
  const step = async (index: number): Promise<MiddlewareResult> => {
    if (index <= reached) {
      throw new TaskRouterKitError(
        'next-called-twice',
        'A middleware called next() twice, which would run the handler twice. Call it once and keep its result.',
      );
    }
    reached = index;
    const current = middleware[index];
    return current ? current(context, () => step(index + 1)) : handler();
  };
  return step(0);
}
