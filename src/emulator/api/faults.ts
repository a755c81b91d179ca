import type { RequestHandler } from 'express';
import type { RestFaults } from '../world/rest-faults.js';

/** Lets the switches strike REST requests. */
export function restFaults(faults: RestFaults): RequestHandler {
  return (request, response, next) => {
    const { method, path, query } = request;
    faults.strike({ method, path, query, hasIfMatch: request.get('if-match') !== undefined }, response);
    next();
  };
}
