import { conference, defineAssignment, reject } from 'taskrouter-kit';
import { runHandler } from 'taskrouter-kit/testing';
import { expect, test } from 'vitest';

const blocked = new Set(['+15550100666']);
const call = defineAssignment({ where: ({ task }) => 'call_sid' in task.attributes }, ({ task }) =>
  blocked.has(String(task.attributes.from))
    ? reject({ activity: 'WA0123456789abcdef0123456789abcdef' })
    : conference({ from: '+15550100001' }),
);
const callFrom = (from: string) => ({
  task: { attributes: { call_sid: 'CA0123456789abcdef0123456789abcdef', from } },
});

test('a call is put through', async () => {
  expect(await runHandler(call, callFrom('+15550100002'))).toMatchObject({ instruction: 'conference' });
});

test('a blocked caller is not', async () => {
  expect(await runHandler(call, callFrom('+15550100666'))).toMatchObject({ instruction: 'reject' });
});

test('anything else is left to other handlers', async () => {
  expect(await runHandler(call, { task: { attributes: { type: 'chat' } } })).toBeUndefined();
});
