import { isJsonObject } from './error-answer.js';
import type { JsonObject, Properties } from './spec/kinds.js';
import { bareKind, propertyName } from './wire.js';

interface Property {
  readonly name: string;
  readonly kind: string;
}

const properties = new WeakMap<Properties, ReadonlyMap<string, Property>>();

function propertiesOf(spec: Properties): ReadonlyMap<string, Property> {
  let known = properties.get(spec);
  if (known === undefined) {
    known = new Map(
      Object.entries(spec).map(([name, kind]) => [propertyName(name), { name, kind: bareKind(kind) }]),
    );
    properties.set(spec, known);
  }
  return known;
}

const UNREADABLE = Symbol('unreadable');

/** A resource from its JSON: known properties by their kinds, the rest under `raw`. */
export function decode(spec: Properties, json: JsonObject): JsonObject {
  const known = propertiesOf(spec);
  const resource: Record<string, unknown> = {};
  const raw: Record<string, unknown> = {};
  for (const [wire, { name, kind }] of known) {
    const value = json[wire];
    const read = value === undefined || value === null ? emptyOf(kind) : decodeValue(kind, value);
    if (read === UNREADABLE) raw[wire] = value;
    resource[name] = read === UNREADABLE ? emptyOf(kind) : read;
  }
  for (const [wire, value] of Object.entries(json)) if (!known.has(wire)) raw[wire] = value;
  resource.raw = raw;
  return resource;
}

/** Twilio leaves attributes out of some lists; an object is what everyone expects there. */
function emptyOf(kind: string): unknown {
  return kind === 'attributes' || kind === 'links' ? {} : null;
}

function decodeValue(kind: string, value: unknown): unknown {
  switch (kind) {
    case 'date': {
      // ISO 8601 in every example, RFC 2822 in some of the texts: both are read.
      const date = new Date(typeof value === 'string' ? value : Number.NaN);
      return Number.isNaN(date.getTime()) ? UNREADABLE : date;
    }
    case 'attributes':
    case 'configuration':
    case 'json':
      return parseObject(value);
    case 'commas':
      return typeof value === 'string'
        ? value
            .split(',')
            .map((one) => one.trim())
            .filter(Boolean)
        : UNREADABLE;
    case 'durations':
    case 'activityCounts':
    case 'activityDurations':
    case 'object':
    case 'objects':
      return camelCased(value);
    default:
      return value;
  }
}

function parseObject(value: unknown): unknown {
  try {
    const parsed: unknown = typeof value === 'string' ? JSON.parse(value) : value;
    return isJsonObject(parsed) ? parsed : UNREADABLE;
  } catch {
    return UNREADABLE;
  }
}

function camelCased(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(camelCased);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [
      name.replace(/_([a-z0-9])/g, (_match, letter: string) => letter.toUpperCase()),
      camelCased(one),
    ]),
  );
}
