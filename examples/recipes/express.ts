import { createServer } from 'node:http';
import type { Express } from 'express';
import type { TaskRouter } from 'taskrouter-kit';

/**
 * Puts the router in front of an Express app, on the same port. A callback never enters Express; every other request
 * does. Mount nothing for the router in the app.
 */
export function buildServer(taskRouter: TaskRouter, app: Express) {
  const answer = taskRouter.node();
  return createServer((request, response) => answer(request, response, () => app(request, response)));
}
