import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { extractSpec, OPENAPI_FILE } from '../../scripts/extract-rest-spec.js';
import { FIELDS } from '../../src/instructions/fields.js';
import { OPERATIONS } from '../../src/rest/spec/index.js';
import type { Operation } from '../../src/rest/spec/kinds.js';
import { bareKind, parameterName, propertyName } from '../../src/rest/wire.js';
import { SPEC } from './spec.js';

const ours = new Map<string, Operation>(
  Object.values(OPERATIONS)
    .flatMap((group): Operation[] => Object.values(group))
    .map((operation) => [operation.http, operation]),
);

/** What a kind of ours may be in Twilio's words. A text may be typed more closely than Twilio does. */
const WORDS: Readonly<Record<string, RegExp>> = {
  text: /^string$/,
  url: /^uri$/,
  sid: /^(sid|string)/,
  activity: /^sid WA$/,
  taskQueue: /^sid WQ$/,
  workflow: /^sid WW$/,
  integer: /^integer$/,
  boolean: /^(boolean|string)$/,
  date: /^date-time/,
  attributes: /^string$/,
  configuration: /^string$/,
  json: /^string$/,
  repeated: /^array of string$/,
  commas: /^string$/,
  version: /^string$/,
  links: /^uri-map$/,
  counts: /^any$/,
  durations: /^any$/,
  activityCounts: /^array of any$/,
  activityDurations: /^array of any$/,
  object: /^any$/,
  objects: /^array of any$/,
};

function fits(kind: string, type: string): boolean {
  const bare = bareKind(kind as 'text');
  if (!bare.includes('|')) return WORDS[bare]?.test(type) ?? false;
  // Template is a text to Twilio, with two values on its page.
  return type === 'string' || [...type.split('|')].sort().join() === bare.split('|').sort().join();
}

/** What an instruction's encoder can send, by the words of its own table. */
const INSTRUCTION_WORDS: Readonly<Record<string, RegExp>> = {
  text: /^string$/,
  activity: /^sid WA$/,
  callSid: /^sid CA$/,
  url: /^uri$/,
  flag: /^boolean$/,
  word: /^(string|[\w-]+(\|[\w-]+)+)$/,
  list: /^array of /,
  seconds: /^integer$/,
  participants: /^integer$/,
};

function instructionParameters(operation: Operation): Map<string, string> {
  const side = /\/Reservations\/\{Sid\}$/.test(operation.http) && operation.http.startsWith('POST');
  if (!side) return new Map();
  const onTask = operation.http.includes('/Tasks/');
  const fields = Object.entries(FIELDS)
    .filter(([name]) => onTask || name !== 'supervise')
    .flatMap(([, rows]) => rows);
  return new Map([['Instruction', 'text'], ...fields.map(({ rest, kind }) => [rest, kind] as const)]);
}

test('the table has all 61 operations, and no other', () => {
  expect(Object.keys(SPEC)).toHaveLength(61);
  expect([...ours.keys()].sort()).toEqual(
    Object.values(SPEC)
      .map(({ http }) => http)
      .sort(),
  );
});

describe.each(Object.entries(SPEC))('%s', (_operationId, fact) => {
  const operation = ours.get(fact.http) as Operation;

  test('takes every parameter, by its name and type', () => {
    const own = Object.entries(operation.params ?? {}).map(
      ([name, kind]) => [parameterName(name, operation), kind] as const,
    );
    const instructions = instructionParameters(operation);
    // Twilio's file has no schema for this body; its page has the one name.
    const expected = Object.entries(fact.params).filter(([name]) => name !== 'Page');
    if (fact.media === 'application/json') expected.push(['queueSids!', 'array of string']);
    const known = new Map([
      ...[...instructions].filter(([name]) => !own.some(([one]) => one === name)),
      ...own.map(([name, kind]) => [kind.endsWith('!') ? `${name}!` : name, kind] as const),
    ]);
    expect([...known.keys()].sort()).toEqual(expected.map(([name]) => name).sort());
    const wrong = expected.filter(([name, type]) => {
      const kind = known.get(name) ?? '';
      const instruction = instructions.get(name);
      return !(fits(kind, type) || (instruction !== undefined && INSTRUCTION_WORDS[instruction]?.test(type)));
    });
    expect(wrong).toEqual([]);
  });

  test('answers every property, by its name and type', () => {
    const known = new Map(
      Object.entries(operation.returns ?? {}).map(([name, kind]) => [propertyName(name), kind]),
    );
    expect([...known.keys()].sort()).toEqual(Object.keys(fact.returns).sort());
    expect(Object.entries(fact.returns).filter(([name, type]) => !fits(known.get(name) ?? '', type))).toEqual(
      [],
    );
    expect(operation.list).toBe(fact.list);
    expect(operation.returns === undefined).toBe(fact.status === 204);
  });
});

test("the fixture is what Twilio's OpenAPI file says", ({ annotate }) => {
  if (!existsSync(OPENAPI_FILE)) {
    // The fixture above is held against our table in any case.
    return annotate('the OpenAPI file is not there: the fixture was compared with our table only');
  }
  expect(SPEC).toEqual(extractSpec(JSON.parse(readFileSync(OPENAPI_FILE, 'utf8'))));
  return undefined;
});
