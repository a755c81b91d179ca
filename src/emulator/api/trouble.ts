import type { RequestHandler } from 'express';
import type { Troubles } from '../trouble.js';
import { sendError } from './errors.js';

/** The switches that strike REST requests. */
export function restTrouble(troubles: Troubles): RequestHandler {
  return (request, response, next) => {
    const busy = troubles.take('tooManyRequests');
    if (busy) {
      response.set('Retry-After', String(busy.retryAfterS ?? 1));
      sendError(response, 429, 20429, 'Too Many Requests');
      return;
    }
    if (troubles.take('serverError')) {
      sendError(response, 500, 20500, 'Internal server error, on purpose');
      return;
    }
    if (request.get('if-match') !== undefined && troubles.take('preconditionFailed')) {
      sendError(response, 412, 20412, 'Precondition failed, on purpose');
      return;
    }
    if (troubles.take('lostAnswer')) {
      // The request goes its way; what it writes goes nowhere.
      response.end = () => {
        request.socket.destroy();
        return response;
      };
    }
    next();
  };
}
