import fc from 'fast-check';
import { sid } from 'taskrouter-kit/testing';
import { expect, test } from 'vitest';
import { assignmentKey, eventKey, parseAttributes } from '../../src/callbacks/form.js';
import { brokenRule } from '../../src/http/fields.js';
import {
  assignmentForm,
  EVENT,
  eventForm,
  ASSIGNMENT as PARAMETERS,
  readParameters,
  type Table,
} from '../../src/http/parameters.js';
import { recutsOf, type Signed } from './recut.js';

const RUNS = Number(process.env.RECUT_RUNS ?? 300);
const ASSIGNMENT = '/taskrouter/assignment';

/** What a customer may have typed into a call, a chat or a form: parameters as they look in the signed text. */
const forged = fc
  .array(
    fc.oneof(
      fc
        .constantFrom('AC', 'WS', 'WW', 'WQ', 'WK', 'WT', 'WR', 'EV')
        .map((prefix) => `${NAMES[prefix]}${sid(prefix)}`),
      fc.constantFrom(
        'Timestamp1764086400',
        'TimestampMs1764086400000',
        'TaskAttributes{}',
        'WorkerAttributes{}',
      ),
      fc.constantFrom(
        'TaskAge0',
        'TaskPriority0',
        'TaskB',
        'TaskSidZ',
        'WorkerSic',
        'EventTypetask.created',
        'X',
        ' ',
      ),
    ),
    { maxLength: 6 },
  )
  .map((parts) => parts.join(''));

const NAMES: Readonly<Record<string, string>> = {
  AC: 'AccountSid',
  WS: 'WorkspaceSid',
  WW: 'WorkflowSid',
  WQ: 'TaskQueueSid',
  WK: 'WorkerSid',
  WT: 'TaskSid',
  WR: 'ReservationSid',
  EV: 'Sid',
};

const attributes = forged.chain((note) =>
  fc.constantFrom(
    JSON.stringify({ note }),
    JSON.stringify({ a: { b: 1 }, note }),
    JSON.stringify({ note: `{"x":"${note}` }),
    '{}',
  ),
);

const unknown = fc.dictionary(
  fc.constantFrom(
    '3rd',
    'Extra',
    'ParentTaskSid',
    'TaskQa',
    'TaskAttr',
    'Region',
    'WorkerName',
    'TaskQueueName',
    'Z',
  ),
  fc.constantFrom('', 'x', '0', 'us1', 'Support EN', '{"a":1}'),
  { maxKeys: 3 },
);

const maybe = (value: string) => fc.constantFrom(value, undefined);

function signed(target: string, fields: Readonly<Record<string, string | undefined>>): Signed {
  return {
    target,
    pairs: Object.entries(fields).flatMap(([k, v]) => (v === undefined ? [] : [[k, v] as const])),
  };
}

const assignments = fc
  .record({
    task: attributes,
    worker: attributes,
    unknown,
    time: maybe('1764086400'),
    query: fc.constantFrom('', '?a=1'),
  })
  .map(({ task, worker, time, query, ...rest }) =>
    signed(ASSIGNMENT + query, {
      ...rest.unknown,
      ...('ParentTaskSid' in rest.unknown ? { ParentTaskSid: sid('WT') } : {}),
      AccountSid: sid('AC'),
      WorkspaceSid: sid('WS'),
      WorkflowSid: sid('WW'),
      TaskQueueSid: sid('WQ'),
      WorkerSid: sid('WK'),
      WorkerAttributes: worker,
      TaskSid: sid('WT'),
      TaskAttributes: task,
      TaskAge: '0',
      TaskPriority: '10',
      ReservationSid: sid('WR'),
      Timestamp: time,
    }),
  );

const events = fc
  .record({ task: attributes, worker: attributes, unknown, time: maybe('1764086400') })
  .map(({ task, worker, time, ...rest }) =>
    signed('/taskrouter/events', {
      ...rest.unknown,
      ...('ParentTaskSid' in rest.unknown ? { ParentTaskSid: sid('WT') } : {}),
      AccountSid: sid('AC'),
      EventType: 'reservation.timeout',
      EventDescription: 'Reservation timed out',
      ResourceSid: sid('WR'),
      ResourceType: 'reservation',
      ReservationSid: sid('WR'),
      Sid: sid('EV'),
      TaskSid: sid('WT'),
      TaskAttributes: task,
      TaskAge: '3',
      WorkerSid: sid('WK'),
      WorkerAttributes: worker,
      WorkspaceSid: sid('WS'),
      Timestamp: time,
      TimestampMs: time && `${time}123`,
    }),
  );

const attributesOf = (text: string | undefined) => JSON.stringify(parseAttributes(text) ?? 'unreadable');

/** The values of a table's fields, if every rule is kept, however the form can be read. */
function fieldsOf(table: Table, pairs: Signed['pairs']): ReadonlyArray<string | undefined> | undefined {
  const sent = table.fields.map((field) =>
    pairs.filter(([name]) => name === field.name).map((pair) => pair[1]),
  );
  const kept = table.fields.every((field, place) => brokenRule(field, sent[place]!) === undefined);
  return kept ? sent.map(([value]) => value) : undefined;
}

const ambiguityIn = ({ pairs, target }: Signed, route: 'assignment' | 'events') =>
  readParameters(route === 'events' ? EVENT : PARAMETERS, pairs, target).ambiguity;

function meaningOfAssignment({ pairs }: Signed) {
  const fields = fieldsOf(PARAMETERS, pairs);
  if (!fields) return undefined;
  const form = assignmentForm(fields, pairs);
  return {
    key: assignmentKey(form),
    time: form.Timestamp,
    fingerprint: [form.WorkflowSid, form.TaskQueueSid, form.TaskSid, form.WorkerSid],
    attributes: [attributesOf(form.TaskAttributes), attributesOf(form.WorkerAttributes)],
  };
}

function meaningOfEvent({ pairs }: Signed) {
  const fields = fieldsOf(EVENT, pairs);
  if (!fields) return undefined;
  const form = eventForm(fields, pairs);
  const sent = (name: string) => pairs.find((pair) => pair[0] === name)?.[1];
  return {
    key: eventKey(form),
    time: [form.Timestamp, form.TimestampMs],
    fingerprint: [
      form.ResourceSid,
      form.TaskSid,
      form.WorkspaceSid,
      sent('ReservationSid'),
      sent('WorkerSid'),
    ],
    attributes: [attributesOf(sent('TaskAttributes')), attributesOf(sent('WorkerAttributes'))],
  };
}

test.each([
  ['assignment', assignments, meaningOfAssignment, [ASSIGNMENT]],
  ['events', events, meaningOfEvent, ['/taskrouter/events']],
] as const)(
  'a copy of a genuine callback cut anew is refused, or means the same: %s',
  (route, genuines, meaningOf, paths) => {
    const seen = { signed: 0, changed: 0, accepted: 0 };
    fc.assert(
      fc.property(
        genuines.chain((genuine) =>
          fc.tuple(
            fc.constant(genuine),
            fc.array(recutsOf(genuine, paths), { minLength: 10, maxLength: 40 }),
          ),
        ),
        ([genuine, recuts]) => {
          expect(ambiguityIn(genuine, route)).toBeUndefined();
          const meant = meaningOf(genuine);
          expect(meant).toBeDefined();
          for (const recut of recuts) {
            if (recut === undefined) continue;
            seen.signed += 1;
            const means = meaningOf(recut);
            if (means === undefined) continue;
            if (JSON.stringify(means) !== JSON.stringify(meant)) seen.changed += 1;
            if (ambiguityIn(recut, route) !== undefined) continue;
            seen.accepted += 1;
            expect(means).toEqual(meant);
          }
        },
      ),
      { numRuns: RUNS },
    );
    if (process.env.RECUT_RUNS) console.log(route, seen);
    // The attack is one: some copies are well-formed, mean something else, and have only this check against them.
    expect(seen.changed).toBeGreaterThan(5);
    expect(seen.accepted).toBeGreaterThan(5);
  },
  120_000,
);
