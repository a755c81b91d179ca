import { FIELD_BY_OPTION, type Field } from './fields.js';
import { isActivitySid, pascalCase } from './preflight.js';
import { InstructionError, problemOf } from './problem.js';
import type { Decision, ReservationInstruction } from './types.js';

type WireValue = string | number | boolean | readonly string[];

/**
 * The callback's answer, to the byte: one JSON object, `instruction` first, then the options in a fixed order, lists as
 * one comma-separated string. `{}` for `defer()` and for an instruction that goes by REST.
 *
 * @throws {InstructionError} on an activity that is still a friendly name: call `withNames` first.
 * @example encodeCallback(dequeue({ timeout: 20 })) // '{"instruction":"dequeue","timeout":20}'
 */
export function encodeCallback(decision: Decision<never>): string {
  if (decision.instruction === 'defer' || decision.via === 'rest') return '{}';
  // Written by hand, because an object of these names would be made only to be read again. Pre-flight has seen to it that no
  // name comes twice, and that none needs escaping.
  let answer = `{"instruction":"${decision.instruction}"`;
  const options = decision as unknown as Readonly<Record<string, WireValue | undefined>>;
  for (const field of fieldsIn(decision)) {
    answer += member(field.key, wireValue(decision, field, options[field.option]!));
  }
  const { passthrough } = decision;
  if (passthrough) {
    for (const name of Object.keys(passthrough)) answer += member(name, passthrough[name]!);
  }
  return `${answer}}`;
}

/** One more member of a JSON object that has one already. */
function member(name: string, value: WireValue): string {
  return `,"${name}":${JSON.stringify(commaSeparated(value))}`;
}

/**
 * The parameters of a REST reservation update, in order; a list repeats its name. accept and reject are a
 * `ReservationStatus`, the others an `Instruction`.
 * Source: twilio.com/docs/taskrouter/api/reservations.
 *
 * @throws {InstructionError} on an activity that is still a friendly name: call `withNames` first.
 * @example new URLSearchParams(encodeReservationUpdate(accept()).map(([name, value]) => [name, value])) // ReservationStatus=accepted
 */
export function encodeReservationUpdate(
  instruction: ReservationInstruction,
): ReadonlyArray<readonly [name: string, value: string]> {
  const pairs: Array<readonly [string, string]> = [head(instruction)];
  const add = (name: string, value: WireValue) => {
    for (const item of Array.isArray(value) ? value : [value]) pairs.push([name, String(item)]);
  };
  const options = instruction as unknown as Readonly<Record<string, WireValue>>;
  for (const field of fieldsIn(instruction)) {
    add(field.rest, wireValue(instruction, field, options[field.option]!));
  }
  for (const [name, value] of Object.entries(instruction.passthrough ?? {})) add(pascalCase(name), value);
  return pairs;
}

function head({ instruction }: ReservationInstruction): readonly [string, string] {
  if (instruction === 'accept') return ['ReservationStatus', 'accepted'];
  if (instruction === 'reject') return ['ReservationStatus', 'rejected'];
  return ['Instruction', instruction];
}

/** The rows of the options that are set, in the order of the table: a few of up to forty. */
function fieldsIn(instruction: ReservationInstruction): readonly Field[] {
  const rows = FIELD_BY_OPTION[instruction.instruction];
  const options = instruction as unknown as Readonly<Record<string, unknown>>;
  const set: Field[] = [];
  for (const option of Object.keys(options)) {
    const field = rows.get(option);
    if (field === undefined || options[option] === undefined) continue;
    let at = set.length;
    while (at > 0 && set[at - 1]!.place > field.place) {
      set[at] = set[at - 1]!;
      at -= 1;
    }
    set[at] = field;
  }
  return set;
}

function wireValue({ instruction }: ReservationInstruction, field: Field, value: WireValue): WireValue {
  if (field.kind === 'activity' && !isActivitySid(String(value))) {
    const what = `${field.option} is a friendly name; its SID must be looked up before it is sent`;
    throw new InstructionError(problemOf(instruction, field.option, what, field.code));
  }
  // Twilio's tables type the words as strings, `true` and `false` among them.
  return field.kind === 'word' ? String(value) : value;
}

function commaSeparated(value: WireValue): WireValue {
  return Array.isArray(value) ? value.join(',') : value;
}
