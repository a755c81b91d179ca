import { describe, expect, test } from 'vitest';
import { subjectsOf } from '../../src/callbacks/event-subjects.js';
import type { EventSubject } from '../../src/callbacks/event-types.js';
import { EVENT_SUBJECTS } from '../../src/documented-events.js';

/** The parameter that names each subject. */
const sids: Readonly<Record<EventSubject, string>> = {
  task: 'TaskSid',
  worker: 'WorkerSid',
  workerActivity: 'WorkerPreviousActivitySid',
  workerChannel: 'WorkerChannelAvailable',
  reservation: 'ReservationSid',
  activity: 'ActivitySid',
  taskChannel: 'TaskChannelSid',
  taskQueue: 'TaskQueueSid',
  workflow: 'WorkflowSid',
  workspace: 'WorkspaceSid',
  transfer: 'TransferMode',
};
const all = Object.keys(sids) as EventSubject[];
const types = [...Object.keys(EVENT_SUBJECTS), 'planet.discovered'];
const documented = (type: string): readonly string[] =>
  EVENT_SUBJECTS[type as keyof typeof EVENT_SUBJECTS] ?? [];

describe.each(types)('%s', (type) => {
  test('has every subject that was sent', () => {
    const pairs = all.map((subject): [string, string] => [sids[subject], 'X']);
    expect(Object.keys(subjectsOf(type, pairs)).sort()).toEqual([...all].sort());
  });

  test('has its documented subjects when nothing was sent, and no other', () => {
    expect(Object.keys(subjectsOf(type, [])).sort()).toEqual([...documented(type)].sort());
    expect(Object.keys(subjectsOf(type, [['WorkerSid', '']])).sort()).toEqual([...documented(type)].sort());
  });

  test.each(all)('has %s when it alone was sent', (subject) => {
    const expected = new Set([...documented(type), subject]);
    expect(new Set(Object.keys(subjectsOf(type, [[sids[subject], 'X']])))).toEqual(expected);
  });
});

test('what a recorded task.completed, task.canceled and workflow.target-matched carry', () => {
  const place: [string, string][] = [
    ['TaskSid', 'WT1'],
    ['TaskQueueSid', 'WQ1'],
    ['TaskQueueName', 'Support'],
    ['TaskQueueTargetExpression', '1==1'],
    ['WorkflowSid', 'WW1'],
    ['WorkflowName', 'Default'],
    ['TaskChannelSid', 'TC1'],
    ['TaskChannelUniqueName', 'voice'],
    ['WorkspaceSid', 'WS1'],
    ['WorkspaceName', 'Centre'],
  ];
  const completed = subjectsOf('task.completed', [...place, ['WorkerSid', 'WK1'], ['WorkerName', 'Ann']]);
  expect(completed).toMatchObject({
    worker: { sid: 'WK1', name: 'Ann', attributes: {} },
    taskQueue: { sid: 'WQ1', name: 'Support', targetExpression: '1==1' },
    taskChannel: { sid: 'TC1', uniqueName: 'voice' },
    workspace: { sid: 'WS1', name: 'Centre' },
  });
  const canceled = subjectsOf('task.canceled', [...place, ['Reason', 'Task TTL Exceeded']]);
  expect(canceled.task).toMatchObject({ reason: 'Task TTL Exceeded', canceledReason: undefined });
  const matched = subjectsOf('workflow.target-matched', [
    ...place,
    ['WorkflowFilterName', 'Sales'],
    ['WorkflowFilterExpression', "type == 'sale'"],
  ]);
  expect(matched.workflow).toEqual({
    sid: 'WW1',
    name: 'Default',
    filterName: 'Sales',
    filterExpression: "type == 'sale'",
  });
});

test('a transfer is read from the names that published code has', () => {
  const { transfer } = subjectsOf('task.transfer-failed', [
    ['ResourceSid', 'TT1'],
    ['TaskSid', 'WT1'],
    ['TransferMode', 'COLD'],
    ['TransferTo', 'WK2'],
    ['TransferType', 'WORKER'],
    ['TransferStatus', 'failed'],
    ['TransferFailedReason', 'Transfer failed because the reservation was rejected'],
    ['TransferInitiatingReservationSid', 'WR1'],
    ['TransferInitiatingWorkerSid', 'WK1'],
  ]);
  expect(transfer).toEqual({
    sid: 'TT1',
    mode: 'COLD',
    to: 'WK2',
    type: 'WORKER',
    status: 'failed',
    failedReason: 'Transfer failed because the reservation was rejected',
    initiatingReservationSid: 'WR1',
    initiatingWorkerSid: 'WK1',
  });
});
