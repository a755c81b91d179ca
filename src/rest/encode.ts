import { isJsonObject } from './error-answer.js';
import { InputError } from './errors.js';
import { nounOf, type Wire } from './wire.js';

/** Twilio's limit for task and worker attributes. Source: twilio.com/docs/taskrouter/limits. */
const LONGEST_ATTRIBUTES = 4_096;

/** More of an argument says nothing more in a message. */
const LONGEST_SHOWN = 40;

/** What goes into one request. */
export interface WireRequest {
  readonly method: Wire['method'];
  /** Path and query. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

/**
 * The request for an operation.
 *
 * @param sids for the placeholders of the path, in order.
 * @param extra parameters that are already in their wire form.
 * @param called what its user called, for errors about the arguments.
 * @throws {InputError} on an argument of the wrong form.
 */
export function encode(
  wire: Wire,
  sids: readonly string[],
  input: object,
  extra: ReadonlyArray<readonly [string, string]> = [],
  called = wire.name,
): WireRequest {
  const pairs: Array<[string, string]> = [];
  const json: Record<string, unknown> = {};
  const headers: Record<string, string> = { accept: 'application/json' };
  for (const [name, value] of Object.entries(input)) {
    if (value === undefined) continue;
    const parameter = wire.parameters.get(name);
    if (parameter === undefined) throw new InputError(called, unknown(name, wire));
    const fail = (what: string): never => {
      throw new InputError(called, `${name} must be ${what}`);
    };
    if (parameter.kind === 'version') headers['if-match'] = text(value, fail);
    else {
      const values = encodeValue(parameter.kind, value, fail);
      if (parameter.wire === name) json[name] = value;
      else for (const one of values) pairs.push([parameter.wire, one]);
    }
  }
  for (const [name, { required }] of wire.parameters) {
    if (required && !(name in input)) throw new InputError(called, `${name} is missing`);
  }
  for (const [name, value] of extra) pairs.push([name, value]);
  const path = pathOf(wire, sids, called);
  const form = pairs.length === 0 ? '' : new URLSearchParams(pairs).toString();
  if (wire.method !== 'POST') {
    return { method: wire.method, target: form === '' ? path : `${path}?${form}`, headers, body: undefined };
  }
  const isJson = Object.keys(json).length > 0;
  headers['content-type'] = isJson ? 'application/json' : 'application/x-www-form-urlencoded';
  return { method: wire.method, target: path, headers, body: isJson ? JSON.stringify(json) : form };
}

function unknown(name: string, wire: Wire): string {
  const known = [...wire.parameters.keys()].join(', ') || 'none';
  return `${name} is not a parameter of this operation (parameters: ${known})`;
}

function pathOf({ texts, placeholders }: Wire, sids: readonly string[], called: string): string {
  let path = texts[0] ?? '';
  placeholders.forEach(({ prefix, noun, names, sid }, index) => {
    const value = sids[index];
    const right =
      typeof value === 'string' && (names ? value.trim() !== '' && !/^\.+$/.test(value) : sid.test(value));
    if (!right) {
      const what = names ? `${prefix}… or a unique name` : `${prefix} and 32 hexadecimal digits`;
      throw new InputError(called, `the ${noun} SID must be ${what}, but was ${shown(value)}`);
    }
    path += encodeURIComponent(value) + (texts[index + 1] ?? '');
  });
  return path;
}

/** An argument of a call, for a message. */
function shown(value: unknown): string {
  if (typeof value !== 'string') return value === undefined ? 'left out' : `of type ${typeof value}`;
  const noun = nounOf(value);
  return `${JSON.stringify(value.slice(0, LONGEST_SHOWN))}${noun === undefined ? '' : `, the SID of a ${noun}`}`;
}

type Fail = (what: string) => never;

function text(value: unknown, fail: Fail): string {
  return typeof value === 'string' ? value : fail('a string');
}

function encodeValue(kind: string, value: unknown, fail: Fail): readonly string[] {
  switch (kind) {
    case 'integer':
      return Number.isSafeInteger(value) ? [String(value)] : fail('a whole number');
    case 'boolean':
      return typeof value === 'boolean' ? [String(value)] : fail('true or false');
    case 'date':
      return [isoDate(value, fail)];
    case 'attributes': {
      const json = isJsonObject(value) ? JSON.stringify(value) : fail('a plain object');
      if (json.length > LONGEST_ATTRIBUTES) {
        fail(`at most ${LONGEST_ATTRIBUTES} characters as JSON; it has ${json.length}`);
      }
      return [json];
    }
    case 'configuration':
    case 'json':
      return [isJsonObject(value) ? JSON.stringify(value) : fail('a plain object')];
    case 'repeated':
      return Array.isArray(value) ? value.map((one) => text(one, fail)) : fail('an array of strings');
    case 'commas':
      return Array.isArray(value) ? [value.join(',')] : fail('an array');
    default:
      if (kind.includes('|') && !kind.split('|').includes(String(value))) {
        fail(`one of: ${kind.split('|').join(', ')}`);
      }
      return [text(value, fail)];
  }
}

function isoDate(value: unknown, fail: Fail): string {
  const date = value instanceof Date ? value : new Date(typeof value === 'string' ? value : Number.NaN);
  if (Number.isNaN(date.getTime())) fail('a Date, or an ISO 8601 date');
  // Twilio's own examples have whole seconds.
  return `${date.toISOString().slice(0, 19)}Z`;
}
