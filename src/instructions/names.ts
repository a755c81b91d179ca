import type { MaybePromise } from '../maybe-promise.js';
import { FIELDS, type InstructionName, optionsOf } from './fields.js';
import { isActivitySid } from './preflight.js';
import type { ReservationInstruction } from './types.js';

/** The options that take a friendly name. Picked once, because every callback needs them. */
const NAMED_OPTIONS = Object.fromEntries(
  Object.entries(FIELDS).map(([instruction, fields]) => [
    instruction,
    fields.filter(({ kind }) => kind === 'activity').map(({ option }) => option),
  ]),
) as Partial<Record<InstructionName, string[]>> as Readonly<Record<InstructionName, readonly string[]>>;

/** A friendly name where Twilio wants a SID. */
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
  let uses: NameUse[] | undefined;
  for (const option of NAMED_OPTIONS[instruction.instruction]) {
    const value = options[option];
    if (typeof value !== 'string' || isActivitySid(value)) continue;
    uses ??= [];
    uses.push({ field: option, kind: 'activity', name: value });
  }
  return uses ?? NO_NAMES;
}

const NO_NAMES: readonly NameUse[] = [];

/**
 * The same instruction with SIDs for its friendly names; the very same object if it has none.
 *
 * @param resolve returns the SID of a name. Its errors are passed on.
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

/**
 * The same instruction with the SIDs that `sidOf` finds, one after the other.
 *
 * @param sidOf returns the SID of a name. Its errors are passed on.
 * @example await lookUpNames(reject({ activity: 'Offline' }), (kind, name) => client.names.resolve(kind, name))
 */
export async function lookUpNames<I extends ReservationInstruction>(
  instruction: I,
  sidOf: (kind: NameUse['kind'], name: string) => MaybePromise<string>,
): Promise<I> {
  const sids = new Map<string, string>();
  for (const { kind, name } of namesIn(instruction)) sids.set(name, await sidOf(kind, name));
  return withNames(instruction, (_kind, name) => sids.get(name)!);
}
