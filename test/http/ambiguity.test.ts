import type { FormPairs } from 'taskrouter-kit';
import { assignmentRequest, eventRequest, sid } from 'taskrouter-kit/testing';
import { describe, expect, test } from 'vitest';
import { objectExtent } from '../../src/http/json-extent.js';
import { EVENT, ASSIGNMENT as PARAMETERS, readParameters } from '../../src/http/parameters.js';

const ASSIGNMENT = '/taskrouter/assignment';
const EVENTS = '/taskrouter/events';

type Fields = Readonly<Record<string, string | undefined>>;

function assignment(fields: Fields = {}): FormPairs {
  const url = `https://h.example${ASSIGNMENT}`;
  return Object.entries(assignmentRequest({ url, authToken: 'unused', fields }).fields);
}

function event(type: string, fields: Fields = {}): FormPairs {
  const url = `https://h.example${EVENTS}`;
  return Object.entries(eventRequest({ url, authToken: 'unused', type, fields }).fields);
}

const judge = (pairs: FormPairs, target = ASSIGNMENT) =>
  readParameters(target.startsWith(EVENTS) ? EVENT : PARAMETERS, pairs, target).ambiguity;

/** The pair of a name is replaced by others. */
const replaced = (pairs: FormPairs, name: string, ...by: FormPairs): FormPairs =>
  pairs.flatMap((pair) => (pair[0] === name ? by : [pair]));

const sentAs = (pairs: FormPairs, name: string) => pairs.find((pair) => pair[0] === name)![1];

describe('what genuine callbacks hold is let through', () => {
  test.each<[string, Fields]>([
    ['the twelve documented parameters', {}],
    ['no Timestamp', { Timestamp: undefined }],
    ['an empty Timestamp', { Timestamp: '' }],
    ['a Timestamp in a form of its own', { Timestamp: '2026-01-31 10:20:30 PST' }],
    ['a Timestamp of eleven digits', { Timestamp: '17640864000' }],
    ['an RFC date', { Timestamp: 'Sat, 31 Jan 2026 10:20:30 +0000' }],
    ['an ISO date', { Timestamp: '2026-01-31T10:20:30.5Z' }],
    [
      'unknown names, digits included',
      { '3rdParty': '1', Extra2: 'x', Ünï: 'y', zzz: 'Task', 'A[b]': '', _x: '1' },
    ],
    [
      'longer names',
      { ParentTaskSid: sid('WT'), InitiatingWorkerSid: sid('WK'), TaskCreatedTimestamp: '1764086400' },
    ],
    ['longer names that are empty', { ParentTaskSid: '' }],
    [
      'parameters as text in attributes',
      { TaskAttributes: JSON.stringify({ a: `TaskSid${sid('WT')}Timestamp1764086400` }) },
    ],
    ['attributes in attributes', { WorkerAttributes: JSON.stringify({ a: 'TaskAttributes{}' }) }],
    ['attributes with blanks around', { TaskAttributes: '{"a":"}"} \n' }],
    [
      'names in a text',
      { TaskQueueName: 'The TaskSid queue, Timestamp 12', TaskQueueTargetExpression: 'Sid == "x"' },
    ],
    ['a SID named by another parameter', { TaskChannelSid: sid('TC'), TaskChannelUniqueName: 'voice' }],
    ['optional SIDs left out', { WorkflowSid: undefined, TaskQueueSid: '' }],
    ['broken attributes, for a handler to judge', { TaskAttributes: '{"broken' }],
    ['single quotes', { WorkerAttributes: "{'contact_uri':'+15551112222'}" }],
  ])('assignment: %s', (_what, fields) => {
    expect(judge(assignment(fields))).toBeUndefined();
  });

  test.each<[string, Fields]>([
    ['task.created', {}],
    ['worker.activity.update', { WorkerPreviousActivitySid: sid('WA'), WorkerTimeInPreviousActivity: '26' }],
    ['reservation.timeout', { EventDescription: `Reservation ${sid('WR')} timed out` }],
    ['task.canceled', { Reason: 'Task TTL Exceeded', TaskQueueTargetExpression: 'skills HAS "en"' }],
    [
      'task.transfer-initiated',
      { TransferInitiatingReservationSid: sid('WR'), TransferInitiatingWorkerSid: sid('WK') },
    ],
    ['workflow.target-matched', { WorkflowFilterExpression: 'type == "Sid"', WorkflowFilterName: '' }],
    ['some.new-event', { Sid: undefined, Timestamp: undefined, TimestampMs: undefined }],
  ])('event: %s', (type, fields) => {
    expect(judge(event(type, fields), EVENTS)).toBeUndefined();
  });

  test.each(['?a=1', '?AccountSid=x', `?WorkspaceSid=${sid('WS')}`, '?q=%41%zz', '?Timestamp=1764086400'])(
    'the query %s',
    (query) => {
      expect(judge(assignment(), ASSIGNMENT + query)).toBeUndefined();
    },
  );
});

describe('what can be read in two ways is named, and no value is repeated', () => {
  const time = '1764086400';
  const genuine = assignment({ Timestamp: time });
  const leftOf = (pairs: FormPairs, name: string) =>
    pairs
      .map(([other]) => other)
      .filter((other) => other < name)
      .sort()
      .at(-1)!;

  test.each<[string, FormPairs, RegExp]>([
    ['no AccountSid', replaced(genuine, 'AccountSid'), /^AccountSid is missing/],
    ['an empty AccountSid', replaced(genuine, 'AccountSid', ['AccountSid', '']), /^AccountSid is missing/],
    ['an empty name', [...genuine, ['', 'x']], /no name/],
    ['a name that was a path', [['/fallback', ''], ...genuine], /rest of a URL/],
    ['a name that was a query', [['?a', '1'], ...genuine], /rest of a URL/],
    ['a blank name', [[' ', ''], ...genuine], /rest of a URL/],
    ['two values', [...genuine, ['TaskPriority', '7']], /^TaskPriority is sent with two values/],
    [
      'two attributes',
      [...genuine, ['TaskAttributes', '{"a":1}']],
      /^TaskAttributes is sent with two values/,
    ],
    [
      'a digit of the time in its name',
      replaced(genuine, 'Timestamp', ['Timestamp1', time.slice(1)]),
      /^Timestamp/,
    ],
    ['the name in the value', replaced(genuine, 'Timestamp', ['Timest', `amp${time}`]), /^Timestamp/],
    [
      'the time and its neighbour',
      replaced(replaced(genuine, 'WorkerAttributes'), 'Timestamp', [
        'Timestamp',
        `${time}WorkerAttributes{}`,
      ]),
      /^(Timestamp|WorkerAttributes)/,
    ],
    [
      'attributes with no name of their own',
      replaced(genuine, 'TaskAttributes', ['TaskA', 'ttributes{}']),
      /^TaskAttributes/,
    ],
    [
      'attributes that go on',
      replaced(genuine, 'TaskAttributes', ['TaskAttributes', '{}TaskPriority0']),
      /^TaskAttributes continues/,
    ],
    [
      'attributes cut off',
      [...replaced(genuine, 'TaskAttributes', ['TaskAttributes', '{"a":"']), ['TaskB', '"}']],
      /end before/,
    ],
    [
      'a SID cut between two parameters',
      replaced(replaced(genuine, 'Timestamp'), 'TaskSid', ['TaskSid', ''], [sentAs(genuine, 'TaskSid'), '']),
      /^TaskSid/,
    ],
    ['a SID in a text', [...genuine, ['TaskQueueName', `TaskSid${sid('WT')}`]], /^TaskSid/],
    [
      'a SID in broken attributes',
      replaced(genuine, 'TaskAttributes', ['TaskAttributes', `{"a":"TaskSid${sid('WT')}`]),
      /^TaskSid/,
    ],
  ])('%s', (_what, pairs, detail) => {
    expect(judge(pairs)).toMatch(detail);
    expect(judge(pairs)).not.toMatch(/[0-9a-f]{8}|17640/);
  });

  test.each(['WorkspaceSid', 'WorkflowSid', 'TaskQueueSid', 'WorkerSid', 'TaskSid', 'ReservationSid'])(
    '%s cut anywhere, or drawn into the name before it',
    (name) => {
      const whole = name + sentAs(genuine, name);
      for (let at = 1; at <= whole.length; at++) {
        if (at === name.length) continue;
        expect(judge(replaced(genuine, name, [whole.slice(0, at), whole.slice(at)]))).toBeDefined();
      }
      const neighbour = leftOf(genuine, name);
      const merged = `${neighbour}${sentAs(genuine, neighbour)}${name}`;
      expect(
        judge(replaced(replaced(genuine, neighbour), name, [merged, sentAs(genuine, name)])),
      ).toBeDefined();
    },
  );

  test.each(['Sid', 'ResourceSid', 'Timestamp', 'TimestampMs', 'WorkspaceSid', 'TaskSid'])(
    'an event whose %s is hidden in the name before it',
    (name) => {
      const pairs = event('task.created', { Reason: 'foo' });
      const neighbour = leftOf(pairs, name);
      const merged = `${neighbour}${sentAs(pairs, neighbour)}${name}`;
      const hidden = replaced(replaced(pairs, neighbour), name, [merged, sentAs(pairs, name)]);
      expect(judge(hidden, EVENTS)).toBeDefined();
    },
  );

  test('parameters drawn into the query, plainly or percent-encoded', () => {
    const account = `AccountSid${sentAs(genuine, 'AccountSid')}`;
    const rest = replaced(genuine, 'AccountSid', ['AccountSid', sid('AC')]);
    for (const query of [
      `?a=1${account}`,
      `?a=1%41${account.slice(1)}`,
      `?a=${account.replace('S', '%53')}&b`,
    ]) {
      expect(judge(rest, ASSIGNMENT + query)).toMatch(/path or query/);
    }
    expect(judge(rest, `/x${account}${ASSIGNMENT}`)).toMatch(/path or query/);
  });

  test('a mark that begins in the query and ends in the parameters', () => {
    const pairs = replaced(genuine, 'AccountSid', ['AC11', '1'.repeat(30)], ['AccountSid', sid('AC')]);
    expect(judge(pairs, `${ASSIGNMENT}?a=1AccountSid`)).toMatch(/path or query/);
  });
});

test.each([
  ['{}', 'whole'],
  ['{} \r\n', 'whole'],
  ['{"a":"}\\"}"}', 'whole'],
  ['{"a":"\\\\"}x', 'part'],
  ['{"a":{"b":{}}}', 'whole'],
  ['{}{}', 'part'],
  ['{"a":{}', 'unclosed'],
  ['{"a', 'unclosed'],
  ['{"a\\"}', 'unclosed'],
] as const)('where the object %s ends: %s', (text, extent) => {
  expect(objectExtent(text)).toBe(extent);
});
