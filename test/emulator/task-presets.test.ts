import { expect, test } from 'vitest';
import { start } from './open.js';

const CENTRE = { taskQueues: { Q: {} }, workflows: { W: { defaultQueue: 'Q' } } };

test.each([
  ['call', 'voice', { call_sid: expect.stringMatching(/^CA/), called: '+15005550001', direction: 'inbound' }],
  ['outbound call', 'voice', { outbound_to: '+15005550009', direction: 'outbound' }],
  ['chat', 'chat', { channelType: 'web', conversationSid: expect.stringMatching(/^CH/) }],
  ['sms', 'sms', { channelType: 'sms', flexInteractionSid: expect.stringMatching(/^KD/) }],
] as const)(
  'the preset %s is a task on %s with Twilio’s own attributes',
  async (preset, channel, attributes) => {
    const emulator = await start();
    emulator.seed(CENTRE);
    const task = emulator.createTask({
      preset,
      attributes: { mine: 1 },
    });
    expect(emulator.task(task).taskChannel).toBe(channel);
    expect(JSON.parse(task.attributes)).toMatchObject({ ...attributes, mine: 1 });
  },
);

test('what is given goes before the preset, and a preset that is none is said with the near miss', async () => {
  const emulator = await start();
  emulator.seed(CENTRE);
  const task = emulator.createTask({ preset: 'call', taskChannel: 'default', attributes: { from: '+1' } });
  expect(emulator.task(task).taskChannel).toBe('default');
  expect(JSON.parse(task.attributes)).toMatchObject({ from: '+1', caller: '+15005550009' });
  expect(() => emulator.createTask({ preset: 'cal' as never })).toThrow('Did you mean "call"?');
});
