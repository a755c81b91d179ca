import type { Emulator } from 'taskrouter-kit/emulator';
import { defineWorkspace, delay, env, expression, type WorkspaceDefinition } from 'taskrouter-kit/workspace';
import { expectTypeOf } from 'vitest';

// Checked by the compiler alone.

const call = expression`type == 'call'`;

export const centre = defineWorkspace({
  friendlyName: 'Support',
  activities: { 'Wrap-up': { available: false } },
  taskChannels: { letters: {} },
  timeoutActivity: 'Wrap-up',
  taskQueues: {
    Support: { targetWorkers: expression`skills HAS 'support'`, assignmentActivity: 'Unavailable' },
    Everyone: {},
  },
  workers: { Ann: { activity: 'Wrap-up', channels: { letters: { capacity: 2 }, voice: {} } } },
  workflows: {
    Calls: {
      assignmentCallbackUrl: `${env('CALLBACK_BASE', 'https://hooks.example.com')}/assignment`,
      taskReservationTimeout: env({ production: '20s', default: 60 }),
      filters: [
        {
          name: 'Spanish',
          expression: expression`${call} AND language == ${'es'}`,
          targets: [
            delay('10m', { queue: 'Support' }),
            { queue: 'Everyone', expression: expression`worker.level > 1`, orderBy: 'worker.level DESC' },
          ],
        },
      ],
      defaultQueue: 'Everyone',
    },
  },
});

export function types(emulator: Emulator) {
  expectTypeOf(centre).toExtend<WorkspaceDefinition>();
  expectTypeOf(emulator.seed(centre).taskQueues).toEqualTypeOf<{
    readonly Support: string;
    readonly Everyone: string;
  }>();
  expectTypeOf(env('X')).toEqualTypeOf<string>();
  expectTypeOf(env({ a: 1, default: 2 })).toExtend<number>();

  // A workspace without queues, or without anything, is one too.
  defineWorkspace({});
  defineWorkspace({ workers: { Ann: { activity: 'Available' } } });

  defineWorkspace({
    taskQueues: { Support: {} },
    // @ts-expect-error there is no such queue
    workflows: { Calls: { defaultQueue: 'Suport' } },
  });
  defineWorkspace({
    taskQueues: { Support: {} },
    workflows: {
      // @ts-expect-error there is no such queue in a target
      Calls: { filters: [{ expression: '1==1', targets: [{ queue: 'Nobody' }] }], defaultQueue: 'Support' },
    },
  });
  // @ts-expect-error no queue is defined at all
  defineWorkspace({ workflows: { Calls: { defaultQueue: 'Support' } } });
  // @ts-expect-error there is no such activity
  defineWorkspace({ activities: { Lunch: {} }, workers: { Ann: { activity: 'Lunhc' } } });
  // @ts-expect-error there is no such activity
  defineWorkspace({ timeoutActivity: 'Nowhere' });
  // @ts-expect-error there is no such channel
  defineWorkspace({ workers: { Ann: { channels: { fax: { capacity: 1 } } } } });
  // @ts-expect-error there is no such key
  defineWorkspace({ taskQueues: { Support: { target_workers: '1==1' } } });
  // @ts-expect-error an expression is a text or a clause
  defineWorkspace({ taskQueues: { Support: { targetWorkers: 1 } } });
  // @ts-expect-error an object is no value of an expression
  expression`type == ${{ a: 1 }}`;
}
