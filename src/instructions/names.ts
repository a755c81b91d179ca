import { isActivitySid } from './check.js';
import { FIELDS, optionsOf } from './fields.js';
import type { ReservationInstruction } from './types.js';

/** A friendly name that stands where Twilio wants a SID. */
export interface NameUse {
  /** The option that holds it. */
  readonly field: string;
  readonly kind: 'activity';
  readonly name: string;
}

/**
 * The friendly names in an instruction, to be looked up before it is sent.
 *
 * @example namesIn(reject({ activity: 'Offline' })) // [{ field: 'activity', kind: 'activity', name: 'Offline' }]
 */
export function namesIn(instruction: ReservationInstruction): readonly NameUse[] {
  const options = optionsOf(instruction);
  return FIELDS[instruction.instruction].flatMap(({ option, kind }) => {
    const value = options[option];
    if (kind !== 'activity' || typeof value !== 'string' || isActivitySid(value)) return [];
    return [{ field: option, kind, name: value }];
  });
}

/**
 * The same instruction with SIDs for its friendly names; the very same object if it has none.
 *
 * @param resolve the SID of a name. What it throws is passed on.
 * @example withNames(reject({ activity: 'Offline' }), (_kind, name) => sids.get(name) ?? unknown(name))
 */
export function withNames<I extends ReservationInstruction>(
  instruction: I,
  resolve: (kind: NameUse['kind'], name: string) => string,
): I {
  const names = namesIn(instruction);
  if (names.length === 0) return instruction;
  const sids = names.map(({ field, kind, name }) => [field, resolve(kind, name)] as const);
  return Object.freeze({ ...instruction, ...Object.fromEntries(sids) });
}
