import { describe, expect, test } from 'vitest';
import { compileExpression, orderKey, parseOrderBy } from '../../src/expressions/index.js';
import { filter, worker } from './support.js';

const task = {
  type: 'lead',
  value: 10,
  ratio: 1.5,
  text: '6',
  yes: true,
  nothing: null,
  tags: ['a', 'b', 3],
  nested: { deep: { list: [{ name: 'x' }, 7] }, in: 'word' },
};

/** One row: an expression over `task`, and what it is. */
const rows: Record<string, readonly (readonly [string, boolean])[]> = {
  'equality is by type and value, and = is another spelling of ==': [
    ["type == 'lead'", true],
    ["type = 'lead'", true],
    ['type == "lead"', true],
    ["type=='lead'", true],
    ["type == 'Lead'", false],
    ["type != 'lead'", false],
    ["type != 'x'", true],
    ['value == 10', true],
    ['value == 10.0', true],
    ['value == 10.00', true],
    ['ratio == 1.5', true],
    ['yes == true', true],
    ['yes != false', true],
    ['1==1', true],
    ['1==2', false],
  ],
  'numbers and strings have an order, each among themselves': [
    ['value > 9', true],
    ['value > 10', false],
    ['value >= 10', true],
    ['value < 11', true],
    ['value <= 9', false],
    ['value > -1', true],
    ['value >-1', true],
    ['-1 < value', true],
    ['value<-1', false],
    ["type > 'kayak'", true],
    ["type < 'kayak'", false],
    ['yes > false', false],
  ],
  'different scalar types are not equal and have no order': [
    ["value == '10'", false],
    ["value != '10'", true],
    ["value > '9'", false],
    ["value < '9'", false],
    ['yes == 1', false],
    ["yes == 'true'", false],
    ['text == 6', false],
    ['text > 5', false],
  ],
  'an absent path is null': [
    ['missing == null', true],
    ['missing != null', false],
    ['nothing == null', true],
    ['type == null', false],
    ['type != null', true],
    ['tags != null', true],
    ['nested != null', true],
    ["missing != 'x'", true],
    ["missing == 'x'", false],
    ['missing != true', true],
    ['missing > 1', false],
    ['missing >= 1', false],
    ['missing < 1', false],
    ['missing <= 1', false],
    ["missing CONTAINS 'x'", false],
    ["missing HAS 'x'", false],
    ["missing IN ['x']", false],
    ['missing IN [null]', false],
    ["missing NOT IN ['x']", true],
    ['tags HAS null', false],
    ['type.below == null', true],
    ['tags.length == null', true],
    ['constructor == null', true],
    ['__proto__ == null', true],
    ['nested.toString == null', true],
  ],
  'a scalar operator with an array or object is false': [
    ["tags == 'a'", false],
    ["tags != 'a'", false],
    ['tags == tags', false],
    ['tags != nested', false],
    ["tags == ['a', 'b', 3]", false],
    ["['a'] != 'b'", false],
    ['tags > 1', false],
    ["tags CONTAINS 'a'", false],
    ["nested == 'x'", false],
  ],
  'HAS asks whether an array holds a value, and >- is another spelling': [
    ["tags HAS 'a'", true],
    ["tags has 'a'", true],
    ["tags >- 'a'", true],
    ['tags HAS 3', true],
    ["tags HAS '3'", false],
    ["tags HAS 'z'", false],
    ["type HAS 'lead'", false],
    ["value HAS '10'", false],
    ["['x', 'lead'] HAS type", true],
    ["tags HAS ['a']", false],
  ],
  'IN and NOT IN ask whether a scalar is in an array, and <- is another spelling': [
    ["type IN ['lead', 'x']", true],
    ["type in ['x']", false],
    ["type <- ['lead']", true],
    ["type IN[ 'lead' ]", true],
    ['type IN []', false],
    ['type NOT IN []', true],
    ["type NOT IN ['x']", true],
    ["type not in ['lead']", false],
    ["'a' IN tags", true],
    ["'z' NOT IN tags", true],
    ["type IN 'lead'", false],
    ["type NOT IN 'lead'", false],
    ["tags IN ['a']", false],
    ["tags NOT IN ['a']", false],
    ['value IN [1, 10.0]', true],
    ["'x' IN [type, 'x']", true],
  ],
  'CONTAINS asks for a piece of a string': [
    ["type CONTAINS 'ea'", true],
    ["type contains 'EA'", false],
    ["type CONTAINS ''", true],
    ['value CONTAINS 1', false],
    ["'leader' CONTAINS type", true],
  ],
  'paths go into objects and arrays': [
    ["nested.deep.list[0].name == 'x'", true],
    ['nested.deep.list[1] == 7', true],
    ['nested.deep.list[2] == null', true],
    ["tags[0] == 'a'", true],
    ['nested[0] == null', true],
    ["nested.in == 'word'", true],
  ],
  'AND binds tighter than OR, brackets tighter than both, words in any case': [
    ['1==2 AND 1==1 OR 1==1', true],
    ['1==1 OR 1==1 AND 1==2', true],
    ['(1==1 OR 1==1) AND 1==2', false],
    ['1==1 and 1==1', true],
    ['1==2 or 1==1', true],
    ['((1==1))', true],
    ['yes == TRUE AND nothing == Null', true],
  ],
  'a backslash makes a quote or backslash ordinary': [
    ["'it\\'s' == \"it's\"", true],
    ["'a\\\\b' CONTAINS '\\\\'", true],
    ["'a\\n' == 'a\\\\n'", true],
  ],
};

describe.each(Object.entries(rows))('%s', (_rule, cases) => {
  test.each(cases)('%s is %s', (source, expected) => {
    expect(filter(source, task)).toBe(expected);
  });
});

test.each([
  ['text == 6', true],
  ['text != 6', false],
  ['text > 5', true],
  ["value == '10'", true],
  ["'06' == 6", true],
  ["'six' == 6", false],
  ["'' == 0", false],
  ["text == '06'", false],
  ["tags HAS '3'", true],
  ["value IN ['10']", true],
] as const)('with coercion of numeric strings, %s is %s', (source, expected) => {
  expect(filter(source, task, true)).toBe(expected);
});

describe('the four contexts', () => {
  const ann = worker({ languages: ['en'], level: 3, sid: 'hidden', channel: { fax: { assigned_tasks: 9 } } });

  test.each([
    ["languages HAS 'en'", true],
    ["sid == 'WK1'", true],
    ["friendly_name == 'Ann'", true],
    ["activity_sid == 'WA1'", true],
    ["activity_name IN ['Available']", true],
    ['channel.voice.configured_capacity == 4', true],
    ['worker.level == 3', true],
    ["worker.languages HAS 'en' AND level == 3", true],
    ['worker.channel.voice.configured_capacity == 4', true],
    ["worker.sid == 'WK1'", true],
    ['3 IN [worker.level]', true],
    ['worker == null', true],
  ])(
    'queue: names are worker attributes and worker fields, the fields first, with or without worker.: %s',
    (source, expected) => {
      expect(compileExpression(source, 'queue').test({ worker: ann })).toBe(expected);
    },
  );

  test.each([
    ['worker.level > task.level', true],
    ["worker.languages HAS task.language AND worker.activity_name == 'Available'", true],
    ['task.language IN worker.languages', true],
    ['worker.channel.voice.assigned_tasks == 1', true],
    ['worker.channel.voice.available_capacity_percentage >= 75', true],
    ['worker.channel.fax.assigned_tasks == 9', true],
    ['worker.channel.voice.other == null', true],
    ['worker.missing == null', true],
  ])('target: names begin with worker. or task.: %s', (source, expected) => {
    const scope = { task: { level: 2, language: 'en' }, worker: ann };
    expect(compileExpression(source, 'target').test(scope)).toBe(expected);
  });

  test.each([
    ['workers.available == 0', false],
    ['workers.available < 3 AND workers.unavailable > 4', true],
    ['workers.WA1 == 7', true],
    ['1==1', true],
  ])('skip_if: counts of workers: %s', (source, expected) => {
    const counts = new Map([
      ['available', 2],
      ['unavailable', 5],
      ['WA1', 7],
    ]);
    expect(compileExpression(source, 'skip_if').test({ workers: (name) => counts.get(name) ?? 0 })).toBe(
      expected,
    );
  });
});

describe('order_by', () => {
  test('clauses are read with their direction, ascending when none is given', () => {
    expect(parseOrderBy('worker.level DESC, worker.skills.fr[0] asc,worker.age')).toEqual([
      { text: 'worker.level', segments: ['level'], descending: true },
      { text: 'worker.skills.fr[0]', segments: ['skills', 'fr', 0], descending: false },
      { text: 'worker.age', segments: ['age'], descending: false },
    ]);
  });

  test.each(['level', 'task.level DESC', 'worker DESC', 'worker.level UP', '', 'worker.a ASC,'])(
    'what is no clause is refused: %j',
    (source) => expect(() => parseOrderBy(source)).toThrow('expecting worker.<attribute>'),
  );

  test('absent attributes come last in both directions, others than integers make it unusable', () => {
    const clauses = parseOrderBy('worker.a DESC, worker.b ASC');
    expect(orderKey(clauses, { a: 5, b: 1 })).toEqual([-5, 1]);
    expect(orderKey(clauses, { b: 1 })).toEqual([Number.POSITIVE_INFINITY, 1]);
    expect(orderKey(clauses, { a: 1.5, b: 1 })).toBeUndefined();
    expect(orderKey(clauses, { a: '5' })).toBeUndefined();
  });
});
