// Fills a feed as a busy emulator would and prints what its memory comes to, in bytes. For bounds.test.ts, in a process
// of its own, where garbage can be collected: node --expose-gc --import tsx test/emulator/feed/measure-heap.ts <compressible|random> <tasks>
import { randomBytes } from 'node:crypto';
import type { EngineEvent } from '../../../src/emulator/engine/index.js';
import { Feed } from '../../../src/emulator/feed/feed.js';
import { delivery, sid } from './sample-delivery.js';

const TASKS = Number(process.argv[3] ?? 0);
const isRandom = process.argv[2] === 'random';

const world = {
  accountSid: 'AC',
  now: () => 0,
  workspaces: new Map(),
  explain: () => {
    throw new Error('nothing to explain');
  },
  faults: { list: () => ({}) },
  events: { snapshot: () => [] },
};
const feed = new Feed({ world: world as never, clock: 'virtual', restarted: false });

const fields = Array.from(
  { length: 80 },
  (_, index) => `"field ${index}":"a value of ${index} as people have it"`,
);
const attributesOf = (id: number) =>
  isRandom ? `{"blob":"${randomBytes(6_000).toString('base64')}"}` : `{"number":${id},${fields.join(',')}}`;

function event(id: number, type: string, status: string, attributes: string): EngineEvent {
  return {
    kind: 'event',
    at: id,
    type,
    workspaceSid: sid('WS', 1),
    data: {
      TaskSid: sid('WT', id),
      TaskAttributes: attributes,
      TaskAssignmentStatus: status,
      TaskQueueSid: sid('WQ', 1),
      TaskQueueName: 'Support',
      WorkflowSid: sid('WW', 1),
      WorkflowName: 'Calls',
      ...(type.startsWith('reservation.')
        ? { ReservationSid: sid('WR', id), WorkerSid: sid('WK', 1), WorkerName: 'Ann' }
        : {}),
    },
  } as unknown as EngineEvent;
}

const used = () => {
  global.gc!();
  global.gc!();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
};

const before = used();
for (let id = 1; id <= TASKS; id += 1) {
  const attributes = attributesOf(id);
  feed.hear(event(id, 'task.created', 'pending', attributes));
  feed.hear(event(id, 'task-queue.entered', 'pending', attributes));
  feed.hear(event(id, 'reservation.created', 'reserved', attributes));
  feed.hear(delivery(id, attributes));
  feed.hear(event(id, 'reservation.accepted', 'assigned', attributes));
  feed.hear(event(id, 'reservation.completed', 'completed', attributes));
  feed.hear(event(id, 'task.completed', 'completed', attributes));
}
const after = used();
process.stdout.write(`${JSON.stringify({ ...feed.info(0).kept, used: after - before })}\n`);
