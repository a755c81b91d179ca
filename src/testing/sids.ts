import { randomBytes } from 'node:crypto';

/**
 * A SID in Twilio's form: two letters and 32 hexadecimal digits. Random unless `seed` fixes it.
 *
 * @example sid('WR') // 'WR' and 32 random digits
 * @example sid('WR', 1) // 'WR00000000000000000000000000000001'
 */
export function sid(prefix: string, seed?: number): string {
  const digits = seed === undefined ? randomBytes(16).toString('hex') : seed.toString(16).padStart(32, '0');
  return prefix + digits;
}

/** The default attributes of the worker in requests and handlers: one whose phone can ring. */
export const CALLABLE_WORKER = { contact_uri: 'client:alice' } as const;
