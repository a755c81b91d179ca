import { createEmulator } from 'taskrouter-kit/emulator';
import { expect, test } from 'vitest';

test('a call the experts do not take goes to everyone after two minutes', async () => {
  const emulator = await createEmulator({ clock: 'virtual' });
  const { workspaceSid } = emulator.seed({
    workers: { Alice: { activity: 'Available', attributes: { level: 1 } } },
    taskQueues: { Experts: { targetWorkers: 'level >= 2' }, Everyone: {} },
    workflows: {
      Help: {
        filters: [
          {
            expression: "type == 'call'",
            targets: [{ queue: 'Experts', timeout: 120 }, { queue: 'Everyone' }],
          },
        ],
      },
    },
  });
  const task = emulator.createTask({ attributes: { type: 'call' } });
  await emulator.until(task).isPending();
  await emulator.advance('2m');
  await emulator.until(task).isReserved();

  const [reservation] = emulator.workspaces.get(workspaceSid)!.reservationsOfTask(task.sid);
  expect(reservation!.reservationStatus).toBe('pending');
  await emulator.close();
});
