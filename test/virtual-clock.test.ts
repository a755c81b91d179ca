import { expect, test } from 'vitest';
import { createVirtualClock } from '../src/virtual-clock.js';

const quiet = async () => {};

test('runs timers in the order of their times, those of one time in the order they were set', async () => {
  const clock = createVirtualClock(1_000);
  const ran: [string, number][] = [];
  const set = (name: string, ms: number) => clock.setTimeout(() => ran.push([name, clock.now()]), ms);
  set('c', 20);
  set('a', 10);
  set('b', 10);
  set('at once', -5);
  set('later', 31);
  clock.clearTimeout(set('never', 15));
  await clock.advance(30, quiet);
  expect(ran).toEqual([
    ['at once', 1_000],
    ['a', 1_010],
    ['b', 1_010],
    ['c', 1_020],
  ]);
  expect([clock.now(), clock.pending]).toEqual([1_030, 1]);
});

test('runs what timers set in turn, if it comes due', async () => {
  const clock = createVirtualClock(0);
  const ran: number[] = [];
  const again = () => {
    ran.push(clock.now());
    clock.setTimeout(again, 10);
  };
  again();
  await clock.advance(35, quiet);
  expect(ran).toEqual([0, 10, 20, 30]);
});

test('waits for quiet before the first timer and after each', async () => {
  const clock = createVirtualClock(0);
  const seen: string[] = [];
  for (const ms of [1, 2]) clock.setTimeout(() => seen.push(`timer ${ms}`), ms);
  await clock.advance(5, async () => {
    await Promise.resolve();
    seen.push(`quiet at ${clock.now()}`);
  });
  expect(seen).toEqual(['quiet at 0', 'timer 1', 'quiet at 1', 'timer 2', 'quiet at 2']);
});

test('goes on after an advance whose timer threw', async () => {
  const clock = createVirtualClock(0);
  clock.setTimeout(() => {
    throw new Error('broken');
  }, 1);
  await expect(clock.advance(2, quiet)).rejects.toThrow('broken');
  await clock.advance(2, quiet);
  expect(clock.now()).toBe(3);
});
