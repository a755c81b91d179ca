import type { Delivery } from 'taskrouter-kit/emulator';
import { describe, expect, test } from 'vitest';
import { check } from './checker.js';
import type { FaultWindow, HandlerLine, History } from './history.js';

const SID = `WR${'0'.repeat(32)}`;
const T = 1_000_000;

const line = (what: HandlerLine['what'], run: string, at: number, process = 0): HandlerLine => ({
  at: T + at,
  process,
  pid: 100 + process,
  what,
  sid: SID,
  run,
});

const answer = (run: string) => `{"url":"https://example.com/${run}"}`;

function delivery(fields: Partial<Delivery> = {}): Delivery {
  return {
    kind: 'delivery',
    callback: 'assignment',
    via: 'primary',
    at: T,
    ms: 50,
    outcome: 'answered',
    status: 200,
    answer: answer('one'),
    reservationSid: SID,
    ...fields,
  } as Delivery;
}

const ONCE = [line('begun', 'one', 5), line('decided', 'one', 40)];

function history(fields: Partial<History> = {}): History {
  return {
    handlers: ONCE,
    deliveries: [delivery(), delivery({ via: 'fallback' })],
    faults: [],
    tasks: new Map([['WT1', 'task.completed']]),
    accepted: new Map([[SID, 1]]),
    completed: new Map([['WT1', 1]]),
    stored: new Map([[SID, answer('one')]]),
    ...fields,
  };
}

const kinds = (given: History) => check(given).violations.map(({ kind }) => kind);
const TWICE = {
  handlers: [...ONCE, line('begun', 'two', 10, 1), line('decided', 'two', 45, 1)],
  deliveries: [delivery(), delivery({ answer: answer('two') })],
};

test('one handler, one answer, stored: nothing to say', () => {
  expect(kinds(history())).toEqual([]);
});

describe('without a fault it is a violation that', () => {
  test.each<[string, Partial<History>]>([
    ['decided more than once', TWICE],
    ['different answers', TWICE],
    ['an answer that nobody decided', { deliveries: [delivery({ answer: answer('other') })] }],
    ['another answer is stored', { stored: new Map([[SID, answer('two')]]) }],
    ['an answer that is not stored', { stored: new Map() }],
    ['no answer in time', { deliveries: [delivery({ outcome: 'timeout', status: undefined, ms: 5_001 })] }],
    ['no connection', { deliveries: [delivery({ outcome: 'connection', status: undefined })] }],
    ['status 500', { deliveries: [delivery({ status: 500 })] }],
    ['status 503', { deliveries: [delivery({ status: 503 })] }],
    ['status 504', { deliveries: [delivery({ status: 504 })] }],
    ['status 403', { deliveries: [delivery({ status: 403 })] }],
    ['a task was lost', { tasks: new Map([['WT1', undefined]]) }],
    ['accepted more than once', { accepted: new Map([[SID, 2]]) }],
    ['completed more than once', { completed: new Map([['WT1', 2]]) }],
  ])('%s', (kind, fields) => {
    expect(kinds(history(fields))).toContain(kind);
  });
});

describe('two decisions are excused by', () => {
  const during = (fault: Omit<FaultWindow, 'from' | 'to'>, from: number, to: number): FaultWindow => ({
    ...fault,
    from: T + from,
    to: T + to,
  });
  test.each<[string, FaultWindow]>([
    ['the death of a process that ran the handler', during({ kind: 'kill', process: 0 }, 20, 300)],
    [
      'a process that stood still with it for longer than its lease',
      during({ kind: 'stop', process: 1 }, 20, 2_000),
    ],
    ['a store that was away', during({ kind: 'refuse' }, -200, 1_500)],
    ['a store that was emptied', during({ kind: 'emptied' }, 20, 20)],
  ])('%s', (_what, fault) => {
    expect(kinds(history({ ...TWICE, faults: [fault] }))).toEqual([]);
  });

  test.each<[string, FaultWindow]>([
    ['not by the death of another process', during({ kind: 'kill', process: 2 }, 20, 300)],
    ['not by a short stop', during({ kind: 'stop', process: 0 }, 20, 300)],
    ['not by a hiccup of the store', during({ kind: 'refuse' }, 0, 300)],
    ['not by a reset', during({ kind: 'reset' }, 20, 20)],
    ['not by a reply cut in the middle', during({ kind: 'midReply' }, 20, 20)],
    ['not by forgotten scripts', during({ kind: 'scripts' }, 20, 20)],
    ['not by a clock that jumps', during({ kind: 'clock', process: 0 }, 20, 20)],
    ['not by a store that was away long before', during({ kind: 'refuse' }, -9_000, -7_000)],
  ])('%s', (_what, fault) => {
    expect(kinds(history({ ...TWICE, faults: [fault] }))).toContain('decided more than once');
  });
});
