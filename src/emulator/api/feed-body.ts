import type { Request } from 'express';
import { ConfigurationError } from '../../errors.js';
import { refuseUnknownKeys } from '../../near-miss.js';
import { jsonText } from '../json-text.js';
import { findNamed } from '../named.js';
import type { World } from '../world/world.js';

type Body = Readonly<Record<string, unknown>>;

/** The fields of a JSON body. @throws {ConfigurationError} for a key that is not known. */
export function body(request: Request, keys: readonly string[], what: string): Body {
  const given: unknown = request.body ?? {};
  refuseUnknownKeys(given, keys, what);
  return given as Body;
}

export const badField = (name: string, what: string) =>
  new ConfigurationError('bad-field', `${name} must be ${what}.`);

function objectOf(value: unknown, name: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Body;
  throw badField(name, 'an object');
}

/**
 * What is to change of a worker's channels, checked before anything changes.
 * @throws {ConfigurationError} for a channel that is not there, with the near miss, and for a wrong value.
 */
export function channelsOf(world: World, workspaceSid: string, { channels = {} }: Body) {
  return Object.entries(objectOf(channels, 'channels')).map(([name, given]) => {
    const place = `channels.${name}`;
    const fields = objectOf(given, place);
    refuseUnknownKeys(fields, ['capacity', 'available'], place);
    const { sid } = findNamed(world, 'task channel', name, { workspaceSid });
    const { capacity, available } = fields;
    if (capacity !== undefined && !(Number.isInteger(capacity) && isWithin(capacity as number)))
      throw badField(`${place}.capacity`, 'a whole number from 0 to 2147483647');
    if (available !== undefined && typeof available !== 'boolean')
      throw badField(`${place}.available`, 'true or false');
    return { sid, capacity: capacity as number | undefined, available };
  });
}

const isWithin = (capacity: number) => capacity >= 0 && capacity <= 2_147_483_647;

export function attributesOf({ attributes }: Body): string | undefined {
  return attributes === undefined ? undefined : jsonText(objectOf(attributes, 'attributes'), 'attributes');
}

export function textOf(from: Body, name: string): string | undefined {
  const value = from[name];
  if (value === undefined || typeof value === 'string') return value;
  throw badField(name, 'a string');
}

export function numberOf(from: Body, name: string): number | undefined {
  const value = from[name];
  if (value === undefined || typeof value === 'number') return value;
  throw badField(name, 'a number');
}

export function booleanOf(from: Body, name: string): boolean | undefined {
  const value = from[name];
  if (value === undefined || typeof value === 'boolean') return value;
  throw badField(name, 'true or false');
}

export function oneOf<T extends string>(from: Body, name: string, words: readonly T[]): T | undefined {
  const value = from[name];
  if (value === undefined) return undefined;
  const known = words.find((word) => word === value);
  if (known !== undefined) return known;
  throw badField(name, words.join(', '));
}
