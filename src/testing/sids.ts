import { randomBytes } from 'node:crypto';

/**
 * A SID of the form Twilio gives: two letters and 32 hexadecimal digits, random unless `seed` names one for good.
 *
 * @example sid('WR') // 'WR' and 32 random digits
 * @example sid('WR', 1) // 'WR00000000000000000000000000000001'
 */
export function sid(prefix: string, seed?: number): string {
  const digits = seed === undefined ? randomBytes(16).toString('hex') : seed.toString(16).padStart(32, '0');
  return prefix + digits;
}

/** The attributes of the worker that requests and handlers get by default: one whose phone can ring. */
export const CALLABLE_WORKER = { contact_uri: 'client:alice' } as const;
