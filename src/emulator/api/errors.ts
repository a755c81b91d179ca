import type { ErrorRequestHandler, Response } from 'express';
import type { Logger } from '../../log.js';
import { EngineRefusal } from '../engine/index.js';

/** Answers an error as Twilio does: twilio.com/docs/usage/twilios-response. */
export function sendError(response: Response, status: number, code: number, message: string): void {
  const more_info = `https://www.twilio.com/docs/errors/${code}`;
  response.status(status).json({ code, message, more_info, status });
}

/** Turns what an operation or the body's parser throws into an answer. */
export function errorHandler(log: Logger): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    if (response.headersSent) {
      next(error);
      return;
    }
    if (error instanceof EngineRefusal) {
      sendError(response, error.status, error.twilioCode, error.message);
      return;
    }
    const status = statusOf(error);
    if (status !== undefined) {
      sendError(
        response,
        status,
        20001,
        'The request cannot be parsed: its path, or its body as the Content-Type says',
      );
      return;
    }
    log.error({ error, method: request.method, path: request.path }, 'the emulator failed to answer');
    sendError(response, 500, 20500, 'The emulator failed; its log says why');
  };
}

/** The status a parser's or the router's own error carries, if it is the request's fault. */
function statusOf(error: unknown): number | undefined {
  const status = error instanceof Error && 'status' in error ? error.status : undefined;
  return typeof status === 'number' && status >= 400 && status < 500 ? status : undefined;
}
