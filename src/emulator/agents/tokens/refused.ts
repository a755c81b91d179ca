import { EngineRefusal } from '../../engine/refusal.js';

/**
 * Why a token is refused, in Twilio's words (twilio.com/docs/api/errors), and what to do about it. It never holds a part of
 * the token: what is inside of one that was not checked may be anything.
 */
const WORDS = {
  20101: 'Invalid Access Token',
  20102: 'Invalid Access Token header',
  20103: 'Invalid Access Token issuer/subject',
  20104: 'Access Token expired or expiration date invalid',
  20105: 'Access Token not yet valid',
  20106: 'Invalid Access Token grants',
  20107: 'Invalid Access Token signature',
  20157: 'Expiration Time Exceeds Maximum Time Allowed',
} as const;

/** 401 with the code's own words and ours. */
export const refused = (code: keyof typeof WORDS, what: string): EngineRefusal =>
  new EngineRefusal(401, code, `${WORDS[code]}: ${what}`);
