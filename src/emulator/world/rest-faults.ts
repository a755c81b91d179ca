import type { ServerResponse } from 'node:http';
import { EngineRefusal } from '../engine/refusal.js';
import type { Faults } from './faults.js';
import { type Limited, RateLimits } from './rate-limits.js';

/** A request as the switches see it, after its credentials were found good. */
export interface Struck extends Limited {
  readonly hasIfMatch: boolean;
}

/** The switches that strike REST requests, and the same requests as agents send them. Limits count both together. */
export class RestFaults {
  readonly #faults: Faults;
  readonly #limits = new RateLimits(() => performance.now());

  constructor(faults: Faults) {
    this.#faults = faults;
  }

  /** @throws {EngineRefusal} where a switch refuses the request; `Retry-After` is set then. */
  strike(request: Struck, response: ServerResponse): void {
    const faults = this.#faults;
    const limited = faults.look('rateLimits');
    const waitS = limited && this.#limits.exceeded(limited, request);
    if (waitS) tooMany(response, waitS);
    const busy = faults.take('tooManyRequests');
    if (busy) tooMany(response, busy.retryAfterS ?? 1);
    if (faults.take('serverError')) throw new EngineRefusal(500, 20500, 'Internal server error, on purpose');
    if (request.hasIfMatch && faults.take('preconditionFailed'))
      throw new EngineRefusal(412, 20412, 'Precondition failed, on purpose');
    if (faults.take('lostAnswer')) lose(response);
  }
}

function tooMany(response: ServerResponse, retryAfterS: number): never {
  response.setHeader('Retry-After', String(retryAfterS));
  throw new EngineRefusal(429, 20429, 'Too Many Requests');
}

/** The request goes its way; what it writes goes nowhere. */
function lose(response: ServerResponse): void {
  response.end = () => {
    response.socket?.destroy();
    return response;
  };
}
