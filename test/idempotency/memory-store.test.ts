import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { memoryStore } from '../../src/idempotency/store/memory-store.js';
import { createFakeClock } from '../../src/testing/fake-clock.js';

const base = { fingerprint: 'sids', owner: 'a', leaseMs: 1_500, ttlMs: 60_000 };
const finished = { attempt: 1, outcome: { state: 'finished', answer: 'x' } } as const;

const MB = 1_024 * 1_024;
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Bytes that are really in use. */
function heapUsed(): number {
  collect();
  return process.memoryUsage().heapUsed;
}

function create(maxRecords: number) {
  const clock = createFakeClock();
  const store = memoryStore({ maxRecords, clock });
  const finish = (key: string) => {
    store.acquire({ ...base, key });
    store.complete({ ...base, ...finished, key });
  };
  return { clock, store, finish };
}

describe('the memory store', () => {
  test('drops the oldest answers beyond its bound', () => {
    const { store, finish } = create(3);
    for (const key of ['1', '2', '3', '4', '5']) finish(key);
    expect(['1', '2', '3', '4', '5'].map((key) => store.has(key))).toEqual([false, false, true, true, true]);
  });

  test('an answer that is stored again is still one answer', () => {
    const { store, finish } = create(3);
    finish('1');
    for (let i = 0; i < 9; i += 1) store.complete({ ...base, ...finished, key: '1' });
    for (const key of ['2', '3']) finish(key);
    expect(['1', '2', '3'].map((key) => store.has(key))).toEqual([true, true, true]);
    for (const key of ['4', '5', '6', '7']) finish(key);
    expect(store.size).toBe(3);
  });

  test('never drops a late record, however many there are, and drops it once it has ended', () => {
    const { store, finish } = create(3);
    const early = { ...base, attempt: 1, answer: 'x', journal: 'j', limitMs: 8_000 };
    for (const key of ['l1', 'l2', 'l3', 'l4']) store.defer({ ...early, key });
    for (const key of ['1', '2', '3']) finish(key);
    expect(['l1', 'l2', 'l3', 'l4'].map((key) => store.has(key))).toEqual([true, true, true, true]);
    for (const key of ['l1', 'l2', 'l3', 'l4']) store.complete({ ...base, ...finished, key });
    expect(store.size).toBe(3);
  });

  test('never drops a running record, however many there are', () => {
    const { clock, store, finish } = create(3);
    for (const key of ['r1', 'r2', 'r3', 'r4']) store.acquire({ ...base, key });
    for (const key of ['1', '2', '3']) finish(key);
    expect(store.size).toBe(4);
    for (const key of ['r1', 'r2', 'r3', 'r4']) {
      expect(store.acquire({ ...base, key, owner: 'b' })).toMatchObject({ status: 'running' });
    }
    expect(clock.pending).toBe(0);
  });

  test('frees what has expired, without a timer', async () => {
    const { clock, store, finish } = create(1_000);
    for (let i = 0; i < 500; i += 1) finish(`k${i}`);
    await clock.advance(60_000);
    finish('new');
    expect(store.size).toBe(1);
    expect(clock.pending).toBe(0);
  });

  test('a failed record that runs again is not dropped for its age', () => {
    const { store, finish } = create(3);
    store.acquire({ ...base, key: 'again' });
    store.complete({ ...base, key: 'again', attempt: 1, outcome: { state: 'failed' } });
    expect(store.acquire({ ...base, key: 'again', owner: 'b' })).toEqual({ status: 'acquired', attempt: 2 });
    for (const key of ['1', '2', '3', '4', '5']) finish(key);
    expect(store.acquire({ ...base, key: 'again', owner: 'c' })).toMatchObject({
      status: 'running',
      attempt: 2,
    });
  });

  test('a key that fails over and over leaves nothing behind', () => {
    const { store } = create(100);
    const failTimes = (times: number) => {
      for (let i = 0; i < times; i += 1) {
        store.acquire({ ...base, key: 'same', owner: `o${i}` });
        store.complete({
          ...base,
          key: 'same',
          owner: `o${i}`,
          attempt: i + 1,
          outcome: { state: 'failed' },
        });
      }
    };
    failTimes(1_000);
    const before = heapUsed();
    failTimes(100_000);
    expect(store.size).toBe(1);
    expect(heapUsed() - before).toBeLessThan(2 * MB);
  });

  test('a record does not keep the body that its key and fingerprint were cut out of', () => {
    const { store } = create(5_000);
    const before = heapUsed();
    for (let i = 0; i < 1_000; i += 1) {
      const body = new URLSearchParams(
        `id=WR${String(i).padStart(32, '0')}&task=${'T'.repeat(34)}&rest=${'x'.repeat(20_000)}`,
      );
      const request = { ...base, key: `assignment:${body.get('id')}`, fingerprint: `${body.get('task')}` };
      store.acquire(request);
      store.complete({ ...request, ...finished });
    }
    expect(heapUsed() - before).toBeLessThan(4 * MB);
  });

  test('the memory stays where it is, however many distinct reservations come', () => {
    const { store } = create(5_000);
    const fill = (from: number, to: number) => {
      for (let i = from; i < to; i += 1) {
        const request = { ...base, key: `assignment:WS${'0'.repeat(32)}:WR${i}`, owner: `owner-${i}` };
        store.acquire(request);
        store.complete({ ...request, attempt: 1, outcome: { state: 'finished', answer: `answer ${i}` } });
      }
    };
    fill(0, 20_000);
    const before = heapUsed();
    fill(20_000, 200_000);
    expect(store.size).toBe(5_000);
    expect(heapUsed() - before).toBeLessThan(2 * MB);
  });
});
