import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { accept, createTaskRouter, defer } from 'taskrouter-kit';
import { createEmulator, type Emulator, type EmulatorOptions } from 'taskrouter-kit/emulator';
import { afterAll, onTestFinished } from 'vitest';

export const authToken = '0123456789abcdef0123456789abcdef';

/** A real endpoint: chats are accepted, everything else waits for the worker. */
export async function endpoint(): Promise<string> {
  const taskRouter = createTaskRouter({ authToken, basePath: '/taskrouter' })
    .onAssignment({ name: 'chats', where: ({ task }) => task.attributes.type === 'chat' }, () => accept())
    .otherwise(defer());
  const server = createServer(taskRouter.node());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterAll(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/taskrouter`;
}

/** A contact centre with a page, closed when the test ends. */
export async function withPage(options: EmulatorOptions = {}): Promise<Emulator> {
  const emulator = await createEmulator({ clock: 'virtual', authToken, inspector: true, ...options });
  onTestFinished(() => emulator.close());
  return emulator;
}

/** Two queues, two workers, and a workflow that escalates. */
export const centre = (url = '') =>
  ({
    friendlyName: 'Helpdesk',
    multiTaskEnabled: true,
    workers: {
      Ada: { activity: 'Available', attributes: { level: 2, languages: ['en', 'fr'] } },
      Bob: { activity: 'Offline', attributes: { level: 1, languages: ['en'] } },
    },
    taskQueues: { Experts: { targetWorkers: 'level >= 2' }, Everyone: {} },
    workflows: {
      Help: {
        filters: [
          {
            name: 'Hard questions',
            expression: "type == 'hard'",
            targets: [{ queue: 'Experts', timeout: '60s' }, { queue: 'Everyone' }],
          },
        ],
        defaultQueue: 'Everyone',
        ...(url === '' ? {} : { assignmentCallbackUrl: `${url}/assignment` }),
      },
    },
  }) as const;
