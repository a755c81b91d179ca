import { expect, test } from 'vitest';
import type { CallsView, NewCallAnswer, Refusal } from '../../../src/emulator/feed/types.js';
import { centre, TALKS } from './centre.js';

test('the routes under /_emulator/calls put calls into queues, show, hold and end them', async () => {
  const conference = { instruction: 'conference', from: '+15005550001' };
  const { emulator } = await centre(() => conference, { phones: TALKS, options: { port: 0 } });
  const ask = async <T>(path: string, body?: object): Promise<{ status: number; body: T }> => {
    const response = await fetch(`${emulator.url}/_emulator/calls${path}`, {
      ...(body
        ? { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
        : {}),
    });
    return { status: response.status, body: (await response.json()) as T };
  };
  const made = await ask<NewCallAnswer>('', {
    call: { from: '+15005550006' },
    attributes: { language: 'en' },
  });
  expect(made).toMatchObject({ status: 201, body: { task: { assignmentStatus: 'reserved' } } });
  const { callSid, task } = made.body;
  const [customer, worker] = (await ask<CallsView>('')).body.calls;
  expect(customer).toMatchObject({ callSid, from: '+15005550006', queued: true });
  await emulator.advance('3s');
  expect((await ask<CallsView>(`/${callSid}`, { action: 'hold' })).body.conferences).toMatchObject([
    { taskSid: task.sid, started: true, participants: [{ hold: false }, { callSid, hold: true }] },
  ]);
  expect(await ask<Refusal>(`/${callSid}`, { action: 'hang-up' })).toMatchObject({ status: 400 });
  expect(await ask<Refusal>(`/CA${'0'.repeat(32)}`, { action: 'hang up' })).toMatchObject({ status: 404 });
  expect(await ask<Refusal>('', { atributes: {} })).toMatchObject({
    status: 400,
    body: { message: expect.stringContaining('Did you mean "attributes"?') },
  });
  await ask(`/${callSid}`, { action: 'unhold' });
  expect((await ask<CallsView>(`/${worker!.callSid}`, { action: 'hang up' })).body.calls).toEqual([]);
  expect(emulator.task(task.sid).assignmentStatus).toBe('wrapping');
});
