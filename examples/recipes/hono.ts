import { Hono } from 'hono';
import type { TaskRouter } from 'taskrouter-kit';

/** Mounts the router in Hono on Node. Do not read the body in a middleware that runs before it. */
export function buildApp(taskRouter: TaskRouter) {
  // Your own server outlives its answers, so work may go on after them. On other platforms, pass their waitUntil.
  const answer = taskRouter.fetch({ waitUntil: () => {} });
  return new Hono().all('/taskrouter/*', (context) => answer(context.req.raw));
}
