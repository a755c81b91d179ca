import type { RequestHandler } from 'express';
import type { Faults } from '../world/faults.js';
import { sendError } from './errors.js';
import { RateLimits } from './rate-limits.js';

/** The switches that strike REST requests. */
export function restFaults(faults: Faults): RequestHandler {
  const limits = new RateLimits(() => performance.now());
  return (request, response, next) => {
    const limited = faults.look('rateLimits');
    const waitS = limited && limits.exceeded(limited, request);
    if (waitS) {
      response.set('Retry-After', String(waitS));
      sendError(response, 429, 20429, 'Too Many Requests');
      return;
    }
    const busy = faults.take('tooManyRequests');
    if (busy) {
      response.set('Retry-After', String(busy.retryAfterS ?? 1));
      sendError(response, 429, 20429, 'Too Many Requests');
      return;
    }
    if (faults.take('serverError')) {
      sendError(response, 500, 20500, 'Internal server error, on purpose');
      return;
    }
    if (request.get('if-match') !== undefined && faults.take('preconditionFailed')) {
      sendError(response, 412, 20412, 'Precondition failed, on purpose');
      return;
    }
    if (faults.take('lostAnswer')) {
      // The request goes its way; what it writes goes nowhere.
      response.end = () => {
        request.socket.destroy();
        return response;
      };
    }
    next();
  };
}
