import { badRequest } from './engine/refusal.js';

/**
 * A value as JSON.
 * @param name - what it is, in the words of an error.
 * @throws {EngineRefusal} 400 for what cannot be written: JSON that was read may be nested deeper than can be written again.
 */
export function jsonText(value: object, name: string): string {
  try {
    return JSON.stringify(value);
  } catch {
    throw badRequest(`${name} cannot be written as JSON: it is nested too deep, or refers to itself`);
  }
}
