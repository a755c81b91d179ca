import { mkdirSync, mkdtempSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect, test, vi } from 'vitest';
import { snapshotVersion } from '../../src/emulator/engine/index.js';
import type { SavedState } from '../../src/emulator/storage/data-file.js';
import { createSaver } from '../../src/emulator/storage/saver.js';
import { silentLogger } from '../../src/log.js';

const folder = mkdtempSync(join(tmpdir(), 'saver-'));
const file = join(folder, 'state');
const error = vi.fn();
const log = { ...silentLogger, error };
let saved = 0;

function state(): SavedState {
  saved += 1;
  return {
    savedAt: saved,
    engine: { version: snapshotVersion },
    events: [],
    calls: { legs: [], conferences: [] },
  };
}

beforeEach(() => {
  // What a save takes sets the pause after it: it takes nothing here.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  saved = 0;
  error.mockClear();
});
afterEach(() => {
  vi.useRealTimers();
  rmSync(file, { force: true });
});
afterAll(() => rmSync(folder, { recursive: true }));

test('saves once for all changes of half a second, and not without one', () => {
  const saver = createSaver(file, state, log);
  vi.advanceTimersByTime(5_000);
  expect(saved).toBe(0);
  for (let change = 0; change < 5; change++) {
    saver.changed();
    vi.advanceTimersByTime(99);
  }
  expect(saved).toBe(0);
  vi.advanceTimersByTime(5);
  expect(saved).toBe(1);
  expect(readFileSync(file, 'utf8')).toContain('"savedAt":1');
  saver.close();
});

test('saves when it is closed, and never after that', () => {
  const saver = createSaver(file, state, log);
  saver.close();
  expect(saved).toBe(1);
  saver.changed();
  vi.advanceTimersByTime(5_000);
  expect(saved).toBe(1);
});

test('says once that it cannot save, and says so again after it could', () => {
  const saver = createSaver(file, state, log);
  const change = () => {
    saver.changed();
    vi.advanceTimersByTime(500);
  };
  for (const round of [1, 2]) {
    mkdirSync(`${file}.new`);
    change();
    change();
    expect(error).toHaveBeenCalledTimes(round);
    rmdirSync(`${file}.new`);
    change();
  }
  expect(saved).toBe(6);
  saver.close();
});

test('spends a tenth of its time on saving at most', () => {
  const slow = () => {
    vi.advanceTimersByTime(200);
    return state();
  };
  const saver = createSaver(file, slow, log);
  saver.changed();
  vi.advanceTimersByTime(500);
  expect(saved).toBe(1);
  saver.changed();
  vi.advanceTimersByTime(1_799);
  expect(saved).toBe(1);
  vi.advanceTimersByTime(1);
  expect(saved).toBe(2);
  saver.close();
});
