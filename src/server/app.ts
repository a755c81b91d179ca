import express, { type Express, Router } from 'express';
import { problem } from '../http/problem.js';
import { type ReadinessParts, readiness } from './health.js';
import type { Metrics } from './metrics.js';

/** `/healthz`, `/readyz` and `/metrics`. */
export function adminRoutes(parts: ReadinessParts, metrics: Metrics): Router {
  const routes = Router();
  routes.get('/healthz', (_request, response) => {
    response.json({ status: 'ok' });
  });
  routes.get('/readyz', async (_request, response) => {
    const { status, body } = await readiness(parts);
    response.status(status).json(body);
  });
  routes.get('/metrics', async (_request, response) => {
    const text = await metrics.text();
    // Said by us, because Node leaves it out for HTTP/1.0, where a cut connection then looks like the end of the text.
    response.set({ 'content-type': metrics.contentType, 'content-length': String(Buffer.byteLength(text)) });
    response.end(text);
  });
  return routes;
}

/** An Express app without the features that an endpoint for machines does not need. Unknown paths get a problem. */
export function createApp(configure: (app: Express) => void): Express {
  const app = express().disable('x-powered-by').disable('etag');
  configure(app);
  app.use((_request, response) => {
    const { status, headers, body } = problem(404, 'unknown-path', 'There is nothing at this path.');
    response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) }).end(body);
  });
  return app;
}
