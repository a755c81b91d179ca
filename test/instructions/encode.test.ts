import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  accept,
  call,
  conference,
  defer,
  dequeue,
  redirect,
  reject,
  supervise,
} from '../../src/instructions/build.js';
import { encodeCallback, encodeReservationUpdate } from '../../src/instructions/encode.js';
import { FIELDS, type InstructionName } from '../../src/instructions/fields.js';
import { InstructionError } from '../../src/instructions/problem.js';
import type { Instruction, ReservationInstruction } from '../../src/instructions/types.js';
import { instruction } from './arbitrary.js';
import { CA, LEAST, TABLE, WA } from './table.js';

const builders = { accept, call, conference, dequeue, redirect, reject, supervise };

/** Builds by name, for tests that go through a table. */
function make(name: InstructionName, options: object): ReservationInstruction {
  return (builders[name] as (options: object) => ReservationInstruction)({ ...LEAST[name], ...options });
}

const names = Object.keys(TABLE) as InstructionName[];

describe.each(names)('%s', (name) => {
  test.each(TABLE[name])('$option is $key in a callback and $rest by REST', (row) => {
    const built = make(name, { [row.option]: row.value });
    if (name !== 'supervise') {
      const answer = JSON.parse(encodeCallback(built as Instruction)) as Record<string, unknown>;
      expect(answer[row.key]).toStrictEqual(row.json);
    }
    const sent = encodeReservationUpdate(built).filter(([key]) => key === row.rest);
    expect(sent).toStrictEqual(row.form.map((value) => [row.rest, value]));
  });

  test('the table of fields has these options and no others', () => {
    expect(new Set(FIELDS[name].map((field) => field.option))).toStrictEqual(
      new Set(TABLE[name].map((row) => row.option)),
    );
  });

  test('all options at once: every key once, and nothing else', () => {
    const all = make(name, Object.fromEntries(TABLE[name].map((row) => [row.option, row.value])));
    const rest = new Set(encodeReservationUpdate(all).map(([key]) => key));
    const head = name === 'accept' || name === 'reject' ? 'ReservationStatus' : 'Instruction';
    expect(rest).toStrictEqual(new Set([head, ...TABLE[name].map((row) => row.rest)]));
    if (name === 'supervise') return;
    const keys = Object.keys(JSON.parse(encodeCallback(all as Instruction)) as object);
    expect(keys[0]).toBe('instruction');
    expect(new Set(keys)).toStrictEqual(new Set(['instruction', ...TABLE[name].map((row) => row.key)]));
  });
});

test('together the instructions have every parameter the official client sends, and no other', () => {
  const path = createRequire(import.meta.url).resolve(
    'twilio/lib/rest/taskrouter/v1/workspace/task/reservation.js',
  );
  const source = readFileSync(path, 'utf8');
  const update = source.slice(source.indexOf('update(params'), source.indexOf('operationVersion.update'));
  const official = new Set([...update.matchAll(/data\["(\w+)"\]/g)].map((match) => match[1]));
  expect(official.size).toBeGreaterThan(50);
  const ours = names.flatMap((name) => FIELDS[name].map((field) => field.rest));
  expect(new Set(['ReservationStatus', 'Instruction', ...ours])).toStrictEqual(official);
});

test.each(names)('the official client sends the same form for %s', async (name) => {
  const { default: twilio } = await import('twilio');
  const sent: unknown[] = [];
  const httpClient = {
    request: async (options: { data?: unknown }) => {
      sent.push(options.data);
      return { statusCode: 200, body: {}, headers: {} };
    },
  };
  const all = make(name, Object.fromEntries(TABLE[name].map((row) => [row.option, row.value])));
  const pairs = encodeReservationUpdate(all);
  const repeated = new Set(TABLE[name].filter((row) => Array.isArray(row.value)).map((row) => row.rest));
  const form: Record<string, unknown> = {};
  for (const [key, value] of pairs) {
    form[key] = repeated.has(key) ? pairs.filter(([other]) => other === key).map(([, item]) => item) : value;
  }
  // The client's parameters are the wire names with a small first letter; those it does not know it would drop.
  const params = Object.fromEntries(
    Object.entries(form).map(([key, value]) => [key.charAt(0).toLowerCase() + key.slice(1), value]),
  );
  await twilio(`AC${'0'.repeat(32)}`, 'token', { httpClient: httpClient as never })
    .taskrouter.v1.workspaces(`WS${'0'.repeat(32)}`)
    .tasks(`WT${'0'.repeat(32)}`)
    .reservations(`WR${'0'.repeat(32)}`)
    .update(params);
  const defined = Object.entries(sent[0] as object).filter(([, value]) => value !== undefined);
  expect(Object.fromEntries(defined)).toStrictEqual(form);
});

test('no two options of one instruction share a name in either encoding', () => {
  for (const name of names) {
    for (const side of ['key', 'rest'] as const) {
      const used = FIELDS[name].map((field) => field[side]);
      expect(new Set(used).size).toBe(used.length);
    }
  }
});

test.each([
  [accept(), '{"instruction":"accept"}'],
  [reject({ activity: WA }), `{"instruction":"reject","activity_sid":"${WA}"}`],
  [dequeue({ timeout: 20, to: 'client:joey' }), '{"instruction":"dequeue","to":"client:joey","timeout":20}'],
  [
    call({ url: 'https://x.example/', from: '+15017122661' }),
    '{"instruction":"call","from":"+15017122661","url":"https://x.example/","accept":false}',
  ],
  [
    redirect({ callSid: CA, url: 'https://x.example/' }),
    `{"instruction":"redirect","call_sid":"${CA}","url":"https://x.example/","accept":true}`,
  ],
  [conference({ record: true, beep: true }), '{"instruction":"conference","record":true,"beep":"true"}'],
])('the answer is exact to the byte (%#)', (built, json) => {
  expect(encodeCallback(built)).toBe(json);
});

test('defer, with or without a late run, answers {}', () => {
  expect(encodeCallback(defer())).toBe('{}');
  expect(encodeCallback(defer(() => accept()))).toBe('{}');
});

test("via: 'rest' answers {} and changes nothing about the update", () => {
  const built = dequeue({ timeout: 20, via: 'rest' });
  expect(encodeCallback(built)).toBe('{}');
  expect(encodeReservationUpdate(built)).toStrictEqual([
    ['Instruction', 'dequeue'],
    ['DequeueTimeout', '20'],
  ]);
});

test('accept and reject are a status by REST', () => {
  expect(encodeReservationUpdate(accept())).toStrictEqual([['ReservationStatus', 'accepted']]);
  expect(encodeReservationUpdate(reject())).toStrictEqual([['ReservationStatus', 'rejected']]);
});

test('passthrough goes out as written in a callback and in PascalCase by REST', () => {
  const built = conference({
    passthrough: {
      conference_friendly_name: 'ward 7',
      reject_pending_reservations: true,
      some_events: ['a', 'b'],
    },
  });
  expect(encodeCallback(built)).toBe(
    '{"instruction":"conference","conference_friendly_name":"ward 7","reject_pending_reservations":true,"some_events":"a,b"}',
  );
  expect(encodeReservationUpdate(built).slice(1)).toStrictEqual([
    ['ConferenceFriendlyName', 'ward 7'],
    ['RejectPendingReservations', 'true'],
    ['SomeEvents', 'a'],
    ['SomeEvents', 'b'],
  ]);
});

test('a friendly name that nobody looked up is not sent', () => {
  const built = dequeue({ postWorkActivity: 'Wrap-up' });
  for (const encode of [() => encodeCallback(built), () => encodeReservationUpdate(built)]) {
    expect(encode).toThrow(InstructionError);
    expect(encode).toThrow(/40130/);
  }
  expect(encodeCallback(dequeue({ postWorkActivity: 'Wrap-up', via: 'rest' }))).toBe('{}');
});

test('the order of the options does not change a byte', () => {
  fc.assert(
    fc.property(instruction, (built) => {
      const turned = Object.fromEntries(Object.entries(built).reverse()) as unknown as Instruction;
      expect(encodeCallback(turned)).toBe(encodeCallback(built));
      expect(encodeReservationUpdate(turned)).toStrictEqual(encodeReservationUpdate(built));
    }),
    { numRuns: 200 },
  );
});
