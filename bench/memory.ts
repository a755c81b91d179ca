import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { table } from './results.js';

const RESERVATIONS = 1_000_000;
const SAMPLES = 10;
/** The memory store keeps so many records. */
const MOST_RECORDS = 100_000;
/** How much more the live heap may hold at the end than when the store had just become full. */
const MOST_GROWTH = 1.1;

interface Sample {
  readonly done: number;
  readonly runs: number;
  readonly bad: number;
  readonly records: number;
  readonly heapUsed: number;
  readonly external: number;
  readonly rss: number;
  readonly seconds: number;
}

/**
 * Sends a million distinct reservations through the router with the memory store, and prints how much memory is live
 * along the way.
 *
 * @returns whether each handler ran once, the store kept its bound, and the heap stayed flat once the store was full.
 */
export function benchMemory(): boolean {
  const program = fileURLToPath(new URL('programs/memory.js', import.meta.url));
  const { status, stdout } = spawnSync(
    process.execPath,
    ['--expose-gc', program, String(RESERVATIONS), String(SAMPLES)],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
      encoding: 'utf8',
      env: { PATH: process.env.PATH, NODE_ENV: 'production' },
    },
  );
  const samples = stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Sample);
  const rows = samples.map((one) => [
    one.done.toLocaleString('en'),
    one.records.toLocaleString('en'),
    ...[one.heapUsed, one.external, one.rss].map((bytes) => (bytes / 2 ** 20).toFixed(1)),
    Math.round(one.done / one.seconds).toLocaleString('en'),
  ]);
  console.log(
    table(['reservations', 'records', 'live heap MiB', 'external MiB', 'RSS MiB', 'per second'], rows),
  );

  const full = samples.find((one) => one.records >= MOST_RECORDS);
  const last = samples.at(-1);
  const growth = full && last ? last.heapUsed / full.heapUsed : Number.NaN;
  const right = last?.runs === last?.done && last?.bad === 0 && last?.done === RESERVATIONS;
  const bounded = samples.every((one) => one.records <= MOST_RECORDS);
  const flat = growth <= MOST_GROWTH;
  console.log(
    `\nfrom the full store to the end: heap x ${growth.toFixed(2)} (goal: <= ${MOST_GROWTH}); every handler ran ` +
      `once: ${yes(right)}; bounded: ${yes(bounded)}; flat: ${yes(flat)}`,
  );
  return status === 0 && right && bounded && flat;
}

function yes(value: boolean): string {
  return value ? 'yes' : 'NO';
}
