import { FIELDS, type Field } from './fields.js';
import { isInstruction } from './guards.js';
import { faultOf, isActivitySid, isPassthroughName, isPassthroughValue, isPlainObject } from './preflight.js';
import { problemOf } from './problem.js';
import type { DeferInstruction, Instruction } from './types.js';

/** What Twilio would make of an answer: an instruction (`defer` for `{}`), or the code it would report. */
export type DecodedCallback =
  | { readonly ok: true; readonly instruction: Instruction | DeferInstruction }
  | { readonly ok: false; readonly code: number; readonly message: string };

/** A bad value without a specific code surfaces when the instruction is carried out: "call API failed". */
const CARRIED_OUT_BADLY: Readonly<Record<string, number>> = {
  dequeue: 40133,
  call: 40113,
  redirect: 40122,
  conference: 40145,
};

/**
 * Reads the body of an answer to an assignment callback as Twilio would: 40001 if it is not a JSON object (escaped JSON is
 * a string), 40005 if it has no `instruction`, 55555 if the instruction is unknown, else the code of the first bad value.
 * Unknown names go to `passthrough`, as far as it can hold them.
 *
 * Unconfirmed, and decided here: instruction names are lower case; numbers and booleans may come as strings (Twilio's
 * pages show `"accept": "true"`); lists come as one comma-separated string and never as an array; a `call` or `redirect`
 * without `accept` has false, as Twilio's tables say. Codes are those of twilio.com/docs/api/errors.
 *
 * @example decodeCallback('{"instruction":"accept"}') // { ok: true, instruction: { instruction: 'accept' } }
 */
export function decodeCallback(json: string): DecodedCallback {
  const answer = parsed(json);
  if (!isPlainObject(answer)) {
    const what = 'this is not a JSON object; write the object itself, not a string that holds it';
    return refused(40001, 'answer', what);
  }
  const { instruction: name, ...rest } = answer;
  if (name === undefined || name === null) {
    if (Object.keys(answer).length === 0) return { ok: true, instruction: { instruction: 'defer' } };
    const what = 'there is no instruction; write one, or {} to leave the reservation pending';
    return refused(40005, 'answer', what);
  }
  if (!isInstruction(answer)) {
    const what = 'Twilio knows accept, reject, dequeue, call, redirect and conference, in lower case';
    return refused(55555, 'instruction', what);
  }
  return decodeOptions(answer.instruction, rest);
}

function decodeOptions(
  name: Instruction['instruction'],
  rest: Readonly<Record<string, unknown>>,
): DecodedCallback {
  const options: Record<string, unknown> = {};
  for (const field of FIELDS[name]) {
    const raw = Object.hasOwn(rest, field.key) ? rest[field.key] : undefined;
    const value = raw === undefined && field.option === 'accept' ? false : fromWire(field, raw);
    const needed = field.required || name === 'reject';
    if (value === undefined && !needed) continue;
    const fault = faultOnWire(field, value);
    if (fault) {
      const code = field.code ?? CARRIED_OUT_BADLY[name] ?? 40005;
      const missing = value === undefined ? 'is missing; it ' : '';
      return refused(code, name, `${field.key} ${missing}${fault}`);
    }
    options[field.option] = value;
  }
  const known = new Set(FIELDS[name].map((field) => field.key));
  const others = Object.entries(rest).filter(
    ([key, value]) => !known.has(key) && isPassthroughName(key) && isPassthroughValue(value),
  );
  const passthrough = others.length > 0 ? { passthrough: Object.fromEntries(others) } : {};
  return { ok: true, instruction: { instruction: name, ...options, ...passthrough } as Instruction };
}

function fromWire({ kind, values }: Field, raw: unknown): unknown {
  switch (kind) {
    case 'flag':
      return raw === 'true' || raw === 'false' ? raw === 'true' : raw;
    case 'word':
      return (raw === 'true' || raw === 'false') && values?.includes(raw) ? raw === 'true' : raw;
    case 'seconds':
    case 'participants':
      return typeof raw === 'string' && /^\d{1,9}$/.test(raw) ? Number(raw) : raw;
    case 'list':
      if (typeof raw === 'string') return raw.split(',').map((item) => item.trim());
      // No confirmed key is encoded as an array, so an array must not pass for a list.
      return raw === undefined ? undefined : null;
    default:
      return raw;
  }
}

function faultOnWire(field: Field, value: unknown): string | undefined {
  const fault = faultOf(field, value);
  if (field.kind === 'list' && fault) {
    return `must be one comma-separated string of: ${field.values?.join(', ')}`;
  }
  if (field.kind === 'activity' && !(typeof value === 'string' && isActivitySid(value))) {
    return 'must be an activity SID: WA and 32 hexadecimal digits';
  }
  return fault;
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function refused(code: number, where: string, what: string): DecodedCallback {
  return { ok: false, code, message: problemOf(where, 'instruction', what, code).message };
}
