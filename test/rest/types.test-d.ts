import { createTaskRouterClient, type Task, type Worker } from 'taskrouter-kit/rest';
import { expectTypeOf } from 'vitest';
import * as z from 'zod';
import { conference, supervise } from '../../src/instructions/index.js';

// Checked by the compiler alone: what an editor offers, and what it must not let through.

const client = createTaskRouterClient();

export async function types() {
  const task = await client.tasks.fetch('WT…');
  expectTypeOf(task).toEqualTypeOf<Task>();
  expectTypeOf(task.dateCreated).toEqualTypeOf<Date>();
  expectTypeOf(task.reason).toEqualTypeOf<string | null>();
  expectTypeOf(task.assignmentStatus).toEqualTypeOf<
    'pending' | 'reserved' | 'assigned' | 'canceled' | 'completed' | 'wrapping'
  >();
  expectTypeOf(task.attributes.anything).toEqualTypeOf<unknown>();

  interface Call {
    readonly from: string;
  }
  expectTypeOf((await client.tasks.fetch<Call>('WT…')).attributes.from).toEqualTypeOf<string>();
  const Agent = z.object({ skills: z.array(z.string()) });
  for await (const worker of client.workers.list({ available: true }, { schema: Agent })) {
    expectTypeOf(worker).toEqualTypeOf<Worker<{ skills: string[] }>>();
  }
  expectTypeOf(await client.workspaces.delete('WS…')).toEqualTypeOf<void>();
  expectTypeOf(
    (await client.workflows.fetch('x')).configuration.task_routing.filters?.[0]?.expression,
  ).toEqualTypeOf<string | undefined>();

  await client.reservations.apply('WT…', 'WR…', conference());
  await client.reservation('WT…', 'WR…').apply(supervise({ supervisor: 'WK…', supervisorMode: 'barge' }));

  // @ts-expect-error a queue needs a name
  await client.taskQueues.create({ targetWorkers: '1==1' });
  // @ts-expect-error there is no such parameter
  await client.tasks.update('WT…', { priorty: 1 });
  // @ts-expect-error a priority is a number
  await client.tasks.create({ priority: '1' });
  // @ts-expect-error attributes are an object
  await client.tasks.create({ attributes: '{}' });
  // @ts-expect-error there is no such status
  await client.tasks.update('WT…', { assignmentStatus: 'done' });
  // @ts-expect-error a reservation has two SIDs
  await client.reservations.accept('WR…');
  const barge = supervise({ supervisor: 'WK…', supervisorMode: 'barge' });
  // @ts-expect-error only the path of the task can say it
  await client.workerReservations.apply('WK…', 'WR…', barge);
  // @ts-expect-error what was read is not to be changed
  task.priority = 1;
}
