import { describe, expect, test, vi } from 'vitest';
import { dateClock, dateOf, systemClock } from '../src/clock.js';
import { createFakeClock } from '../src/testing/fake-clock.js';

describe('the clocks', () => {
  test('deadlines go on when somebody sets the date; the date jumps', () => {
    const before = systemClock.now();
    const date = Date.now();
    const jump = vi.spyOn(Date, 'now').mockReturnValue(date - 3_600_000);
    try {
      expect(systemClock.now()).toBeGreaterThanOrEqual(before);
      expect(systemClock.now()).toBeLessThan(before + 60_000);
    } finally {
      jump.mockRestore();
    }
    expect(Math.abs(dateOf(systemClock) - Date.now())).toBeLessThan(1_000);
    expect(Math.abs(dateClock.now() - Date.now())).toBeLessThan(1_000);
  });

  test('whole milliseconds, as stores take them', () => {
    expect(Number.isInteger(systemClock.now())).toBe(true);
  });

  test('a fake clock is its own date', () => {
    const clock = createFakeClock(1_000);
    expect(dateOf(clock)).toBe(1_000);
  });
});
