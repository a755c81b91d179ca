import type { Attributes } from './standard-schema.js';

/**
 * Parses the attributes of a task or worker. Absent attributes are an empty object; `undefined` means that they
 * are not a JSON object, which Twilio never sends and a test by hand easily does.
 */
export function parseAttributes(text: string | undefined): Attributes | undefined {
  if (text === undefined) return {};
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Attributes)
    : undefined;
}
