import type { Emulator, StaffOptions } from 'taskrouter-kit/emulator';
import { expect, test } from 'vitest';
import { start } from './open.js';

/** An hour of a centre that plays: its events, without SIDs. */
async function hour(
  staff: StaffOptions,
  workers: number,
  make: (emulator: Emulator, minute: number) => void,
) {
  const emulator = await start({
    seed: 1,
    port: false,
    fetch: async (_url, init) => {
      const isCall = new URLSearchParams(String(init!.body)).get('TaskAttributes')!.includes('call_sid');
      return Response.json(isCall ? { instruction: 'conference', from: '+15005550001' } : {});
    },
  });
  emulator.seed({
    workers: Object.fromEntries(
      Array.from({ length: workers }, (_, i) => [
        `Agent ${i}`,
        { attributes: { contact_uri: `client:${i}` } },
      ]),
    ),
    taskQueues: { Q: {} },
    workflows: {
      W: { defaultQueue: 'Q', taskReservationTimeout: 30, assignmentCallbackUrl: 'http://app.test/' },
    },
  });
  const playing = emulator.staff(staff);
  for (let minute = 0; minute < 30; minute += 1) {
    make(emulator, minute);
    await emulator.advance('1m');
  }
  await emulator.advance('30m');
  playing.stop();
  const began = emulator.events[0]!.at;
  return { emulator, events: emulator.events.map(({ type, at }) => `${at - began} ${type}`) };
}

const mixed = (emulator: Emulator, minute: number) => {
  if (minute % 2 === 0) emulator.enqueue();
  else emulator.createTask({ attributes: { type: 'ticket' } });
};

test('staff brings every task to its end, with rejections, missed offers and breaks on the way', async () => {
  const { emulator, events } = await hour({ rejects: 0.2, misses: 0.1, breaks: 0.3 }, 3, mixed);
  const count = (type: string) => events.filter((one) => one.endsWith(` ${type}`)).length;
  expect(count('task.created')).toBe(30);
  expect(count('task.completed')).toBe(30);
  for (const type of ['reservation.rejected', 'reservation.timeout', 'worker.activity.update'])
    expect(count(type), type).toBeGreaterThan(0);
  expect(emulator.calls()).toEqual({ calls: [], conferences: [] });
});

test('the same seed plays the same, and another does not', async () => {
  const [first, second, other] = await Promise.all([
    hour({ seed: 7 }, 3, mixed),
    hour({ seed: 7 }, 3, mixed),
    hour({ seed: 8 }, 3, mixed),
  ]);
  expect(second!.events).toEqual(first!.events);
  expect(other!.events).not.toEqual(first!.events);
});

test('500 agents take 300 tasks, and nothing happens after they stop', async () => {
  const { emulator, events } = await hour({ rejects: 0.01, breaks: 0.01 }, 500, (one) => {
    for (let i = 0; i < 10; i += 1) one.createTask();
  });
  expect(events.filter((one) => one.endsWith(' task.completed'))).toHaveLength(300);
  emulator.createTask();
  const before = emulator.events.length;
  await emulator.advance('20s');
  expect(emulator.events).toHaveLength(before);
});

test('staff that cannot be is refused, with the near miss', async () => {
  const emulator = await start({ port: false });
  emulator.seed({ workers: { Ann: {} } });
  expect(() => emulator.staff({ reject: 1 } as never)).toThrow('Did you mean "rejects"?');
  expect(() => emulator.staff({ rejects: 2 })).toThrow('a share from 0 to 1');
  expect(() => emulator.staff({ answers: 'soon' })).toThrow('A duration is');
  expect(() => emulator.staff({ workers: ['An'] })).toThrow('Ann');
});
