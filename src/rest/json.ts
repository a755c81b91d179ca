import { isJsonObject } from './error-answer.js';

/**
 * JSON with its names in order: the same text for the same value, however it was put together.
 *
 * @example orderedJson({ b: 1, a: 2 }) // '{"a":2,"b":1}'
 */
export function orderedJson(value: unknown): string {
  return JSON.stringify(value, (_name, one: unknown) =>
    isJsonObject(one) ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1))) : one,
  );
}
