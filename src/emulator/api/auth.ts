import { createHash, timingSafeEqual } from 'node:crypto';
import type { RequestHandler } from 'express';
import type { World } from '../world/world.js';
import { sendError } from './errors.js';

/**
 * HTTP basic authentication with the account's SID and token, or with an API key and its secret. Anything else: 401 and
 * 20003. Source: twilio.com/docs/usage/requests-to-twilio.
 */
export function basicAuth({ accountSid, authToken, apiKeys }: World): RequestHandler {
  const known = [[accountSid, authToken] as const, ...apiKeys].map(([user, password]) =>
    digest(`${user}:${password}`),
  );
  return (request, response, next) => {
    const [, encoded = ''] = /^Basic\s+(\S+)$/i.exec(request.get('authorization') ?? '') ?? [];
    const given = digest(Buffer.from(encoded, 'base64').toString());
    // All of them are compared, so that the time says nothing about which are near.
    if (known.filter((one) => timingSafeEqual(given, one)).length > 0) {
      next();
      return;
    }
    response.set('WWW-Authenticate', 'Basic realm="Twilio API"');
    sendError(response, 401, 20003, 'Authenticate');
  };
}

const digest = (text: string) => createHash('sha256').update(text).digest();
