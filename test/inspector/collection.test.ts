import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Collection } from '../../src/inspector/data/collection.js';
import { answerSeries, waitingSeries } from '../../src/inspector/floor/series.js';
import { inBrief, lasting, took } from '../../src/inspector/text.js';

interface Item {
  readonly key: number;
  readonly at: number;
  readonly seq: number;
}

const collection = (most: number) =>
  new Collection<Item>({ key: ({ key }) => key, order: ({ at }) => at, seq: ({ seq }) => seq, most });

test('whatever order things come in, each is kept once, as it was last, the newest of all, oldest first', () => {
  // An item's time never changes, so that it is made of its key.
  const item = fc
    .record({ key: fc.nat(30), seq: fc.nat(100) })
    .map(({ key, seq }) => ({ key, seq, at: key * 7 }));
  fc.assert(
    fc.property(fc.array(fc.array(item, { maxLength: 20 }), { maxLength: 10 }), (batches) => {
      const kept = collection(1_000);
      const simple = new Map<number, Item>();
      for (const batch of batches) {
        kept.put(batch);
        for (const one of batch) {
          const before = simple.get(one.key);
          if (before === undefined || before.seq < one.seq) simple.set(one.key, one);
        }
      }
      expect(kept.list).toEqual([...simple.values()].sort((a, b) => a.at - b.at));
      for (const one of simple.values()) expect(kept.get(one.key)).toEqual(one);
    }),
  );
});

test('no more than so many are kept: the oldest go', () => {
  const kept = collection(3);
  kept.put([1, 2, 3, 4, 5].map((key) => ({ key, at: key, seq: key })));
  expect(kept.list.map(({ key }) => key)).toEqual([3, 4, 5]);
  expect(kept.get(1)).toBeUndefined();
  kept.put([{ key: 0, at: 0, seq: 9 }]);
  expect(kept.list.map(({ key }) => key)).toEqual([3, 4, 5]);
});

test('how many waited is worked out from when tasks came and were taken', () => {
  const task = (createdAt: number, waitedMs: number | null, endedAt: number | null = null) =>
    ({ createdAt, waitedMs, endedAt }) as Parameters<typeof waitingSeries>[0][number];
  const tasks = [task(1_000, 2_000), task(2_000, null), task(2_500, null, 4_000)];
  const { values } = waitingSeries(tasks, 6_000, 6_000, 1_000);
  expect(values[0]).toEqual([0, 1, 2, 2, 1, 1, 1]);
});

test('answers are told by their median and their slowest', () => {
  const delivery = (at: number, ms: number) => ({ at, ms }) as Parameters<typeof answerSeries>[0][number];
  const { values } = answerSeries([delivery(0, 5), delivery(10, 7), delivery(20, 90)], 2_000, 2_000, 1_000);
  expect(values).toEqual([
    [7, null, null],
    [90, null, null],
  ]);
});

test('times and attributes in few words', () => {
  expect([0, 42_000, 725_000, 3_753_000].map(lasting)).toEqual(['0:00', '0:42', '12:05', '1:02:33']);
  expect([0.04, 3.61, 221.4, 1_250].map(took)).toEqual(['0 ms', '3.6 ms', '221 ms', '1.25 s']);
  expect(inBrief('{"call_sid":"CA1","from":"+15005550009","language":"en","deep":{}}')).toBe(
    'language en · from +15005550009',
  );
  expect(inBrief('no JSON')).toBe('no JSON');
});
