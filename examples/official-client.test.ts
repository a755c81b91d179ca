import { createEmulator, twilioOptions } from 'taskrouter-kit/emulator';
import twilio from 'twilio';
import { expect, test } from 'vitest';

test('the official client talks to an emulator, here or in another process', async () => {
  const emulator = await createEmulator();
  const { accountSid, authToken, url } = emulator;
  const client = twilio(accountSid, authToken, twilioOptions(url));

  const { sid } = await client.taskrouter.v1.workspaces.create({ friendlyName: 'Support', template: 'FIFO' });
  const workspace = client.taskrouter.v1.workspaces(sid);
  const task = await workspace.tasks.create({ attributes: JSON.stringify({ type: 'ticket' }) });
  expect(task.assignmentStatus).toBe('pending');
  await emulator.close();
});
