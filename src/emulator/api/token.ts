import type { RequestHandler } from 'express';
import { ConfigurationError } from '../../errors.js';
import { refuseUnknownKeys } from '../../near-miss.js';
import type { AccessTokenOptions } from '../agents/tokens/access-token.js';
import type { Emulator } from '../interface.js';

const TEXTS = ['worker', 'role', 'workspaceSid'] as const;

/** `POST /_emulator/tokens`: an access token for the Worker SDK, as {@link Emulator.accessToken} makes it. */
export function newToken({ accessToken }: Pick<Emulator, 'accessToken'>): RequestHandler {
  return async (request, response) => {
    const given: Readonly<Record<string, unknown>> = request.body ?? {};
    refuseUnknownKeys(given, [...TEXTS, 'ttl'], 'a token');
    const wrong = TEXTS.find((name) => given[name] !== undefined && typeof given[name] !== 'string');
    if (wrong !== undefined)
      throw new ConfigurationError('bad-option', `a token: ${wrong} must be a string.`);
    const { worker, role, workspaceSid, ttl } = given;
    const options = { role, workspaceSid, ttl: ttl === undefined ? undefined : Number(ttl) };
    const token = await accessToken(worker as string | undefined, options as AccessTokenOptions);
    // What opens a door belongs in no cache.
    response.set('Cache-Control', 'no-store').status(201).json({ token });
  };
}
