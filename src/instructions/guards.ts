import type { Decision, Instruction } from './types.js';

const INSTRUCTIONS = ['accept', 'reject', 'dequeue', 'call', 'redirect', 'conference'];

function tagOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'instruction' in value
    ? value.instruction
    : undefined;
}

/**
 * Whether a value is an instruction that may answer a callback. Looks only at the tag; pre-flight judges the rest.
 *
 * @example isInstruction(accept()) // true
 */
export function isInstruction(value: unknown): value is Instruction {
  const tag = tagOf(value);
  return typeof tag === 'string' && INSTRUCTIONS.includes(tag);
}

/**
 * Whether a value is something a handler may return: an instruction, or `defer()`.
 *
 * @example isDecision(defer()) // true
 */
export function isDecision(value: unknown): value is Decision<never> {
  if (isInstruction(value)) return true;
  if (tagOf(value) !== 'defer') return false;
  const { run } = value as { readonly run?: unknown };
  return run === undefined || typeof run === 'function';
}

/**
 * The sentence for a handler that returned something else: what kind of thing, and the likely mistake. Never the value.
 *
 * @example describeWrongReturn(undefined) // "a handler must return an instruction, but …; did you forget `return`?"
 */
export function describeWrongReturn(value: unknown): string {
  return `a handler must return an instruction, such as accept() or defer(), but this one returned ${slip(value)}`;
}

function slip(value: unknown): string {
  if (value === undefined) return 'undefined; did you forget `return`?';
  if (value === null) return 'null; to leave the decision to the agent, return defer()';
  if (typeof value === 'function') return 'a function; did you forget the parentheses, as in accept()?';
  if (typeof value === 'string') return 'a string; call the builder instead, as in accept()';
  if (Array.isArray(value)) return 'an array; a reservation gets exactly one instruction';
  if (typeof value !== 'object') return `a ${typeof value}`;
  if (tagOf(value) === 'defer')
    return 'a defer whose run is not a function; defer() takes a function, or nothing';
  if (tagOf(value) === 'supervise') return 'supervise(), which works only as a REST reservation update';
  if ('instruction' in value) return 'an object with an unknown `instruction`; use the builders';
  if (Object.keys(value).length === 0) return 'an empty object; to answer {} to Twilio, return defer()';
  return 'an object without `instruction`; use the builders';
}
