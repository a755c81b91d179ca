import { createHash, timingSafeEqual } from 'node:crypto';
import type { RequestHandler } from 'express';
import { sendError } from './errors.js';

/**
 * HTTP basic authentication with the account's SID and token. Anything else: 401 and 20003.
 * Source: twilio.com/docs/usage/requests-to-twilio.
 */
export function basicAuth(accountSid: string, authToken: string): RequestHandler {
  const expected = digest(`${accountSid}:${authToken}`);
  return (request, response, next) => {
    const [, encoded = ''] = /^Basic\s+(\S+)$/i.exec(request.get('authorization') ?? '') ?? [];
    if (timingSafeEqual(digest(Buffer.from(encoded, 'base64').toString()), expected)) {
      next();
      return;
    }
    response.set('WWW-Authenticate', 'Basic realm="Twilio API"');
    sendError(response, 401, 20003, 'Authenticate');
  };
}

const digest = (text: string) => createHash('sha256').update(text).digest();
