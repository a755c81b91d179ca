import { randomFillSync } from 'node:crypto';
import type { SidPrefix } from './types.js';

// One call for many SIDs: asking the system for 16 bytes costs as much as asking for 4,096.
const pool = Buffer.alloc(4_096);
let used = pool.length;

/** A new SID: the prefix and 32 random hexadecimal digits. */
export function randomSid(prefix: SidPrefix): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += 16;
  return prefix + pool.toString('hex', used - 16, used);
}

/**
 * SIDs that repeat with the seed, for simulations.
 * @example createEngine({ sid: seededSid(1) })
 */
export function seededSid(seed: number): (prefix: SidPrefix) => string {
  let count = 0;
  const tag = (seed >>> 0).toString(16).padStart(8, '0');
  return (prefix) => {
    count += 1;
    return `${prefix}${tag}${count.toString(16).padStart(24, '0')}`;
  };
}
