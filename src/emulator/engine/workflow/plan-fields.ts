import { ExpressionError } from '../../../expressions/index.js';
import { badRequest } from '../refusal.js';

/** Readers of one field each; `at` is the place of the object in the document, for the message. */

type Fields = Readonly<Record<string, unknown>>;

export const isRecord = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export function fieldOf(from: Fields, name: string, at: string): Fields {
  const value = from[name];
  if (!isRecord(value))
    throw badRequest(`${at}.${name} is ${value === undefined ? 'missing' : 'not an object'}`);
  return value;
}

/** A list of objects; absent is empty. */
export function listOf(from: Fields, name: string, at: string): readonly Fields[] {
  const value = from[name] ?? [];
  if (!Array.isArray(value)) throw badRequest(`${at}.${name} is not a list`);
  value.forEach((item, index) => {
    if (!isRecord(item)) throw badRequest(`${at}.${name}[${index}] is not an object`);
  });
  return value;
}

/** A string; absent, null and empty are undefined. */
export function optionalText(from: Fields, name: string, at: string): string | undefined {
  const value = from[name] ?? '';
  if (typeof value !== 'string') throw badRequest(`${at}.${name} is not a string`);
  return value === '' ? undefined : value;
}

/** A whole number of at least `least`, or such a number in a string: Twilio's own examples use both. */
export function integer(from: Fields, name: string, at: string, least: number): number | undefined {
  const value = from[name];
  if (value === undefined || value === null || value === '') return undefined;
  const number = typeof value === 'string' && /^\s*\d+\s*$/.test(value) ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isInteger(number) || number < least || number > 2_147_483_647) {
    throw badRequest(`${at}.${name} is not a whole number from ${least} to 2147483647`);
  }
  return number;
}

/** Runs a reader of expressions; its error gets the place in the document. */
export function within<T>(at: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof ExpressionError) throw badRequest(`${at}: ${error.message}\n${error.excerpt}`);
    throw error;
  }
}
