/**
 * How fast the local TaskRouter is: `npx tsx bench/emulator.ts`. It builds first, unless there is `--no-build`.
 *
 * Engine: assignments a second of CPU time, with 1,000, 10,000 and 100,000 tasks waiting, and what each of these takes
 * in memory; every round in a process of its own, sizes in turn, the median counts. End to end: tasks a second over HTTP,
 * with the emulator, the endpoint and the client in three processes; on an idle machine, please.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { findServer } from '../test/support/redis.js';
import type { Round } from './engine-round.js';
import { table } from './results.js';

const ROUNDS = 3;
const SIZES = [1_000, 10_000, 100_000];
/** Assignments a second at the smallest backlog, and how much of that is left at the largest. */
const GOAL_RATE = 20_000;
const GOAL_RATIO = 0.5;
const TASKS = 5_000;

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const count = (value: number) => Math.round(value).toLocaleString('en');
const reached = (goal: boolean) => (goal ? 'reached' : 'MISSED');

function run(args: readonly string[], stdout: 'inherit' | 'pipe'): string {
  const child = spawnSync(process.execPath, args, { stdio: ['ignore', stdout, 'inherit'], encoding: 'utf8' });
  if (child.status !== 0)
    throw new Error(`${args.join(' ')} ended with ${child.status}; its error is above.`);
  return child.stdout;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function benchEngine(kind: 'wanted' | 'parked'): void {
  const rounds = SIZES.map((): Round[] => []);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [index, size] of SIZES.entries()) {
      const output = run(['--import', 'tsx', path('engine-round.ts'), String(size), kind], 'pipe');
      rounds[index]!.push(JSON.parse(output) as Round);
    }
  }
  const rates = rounds.map((all) => median(all.map(({ rate }) => rate)));
  const rows = SIZES.map((size, index) => [
    count(size),
    count(rates[index]!),
    count(median(rounds[index]!.map(({ bytesPerTask }) => bytesPerTask))),
  ]);
  const what = kind === 'wanted' ? 'tasks that workers compete for' : 'tasks that fit nobody';
  console.log(`\n${table([`waiting: ${what}`, 'assignments/s', 'bytes a task'], rows)}`);
  const [small, large] = [rates[0]!, rates.at(-1)!];
  console.log(
    `at ${count(SIZES[0]!)}: ${count(small)}/s (goal ${count(GOAL_RATE)}): ${reached(small >= GOAL_RATE)}; ` +
      `${count(SIZES.at(-1)!)} : ${count(SIZES[0]!)} = ${(large / small).toFixed(2)} (goal ${GOAL_RATIO}): ${reached(large / small >= GOAL_RATIO)}`,
  );
}

async function benchJourneys(): Promise<void> {
  const { measureJourneys } = await import('./journeys.js');
  const rows: string[][] = [];
  for (const store of findServer() === undefined ? (['memory'] as const) : (['memory', 'Redis'] as const)) {
    const { tasks, perSecond, p50, p99 } = await measureJourneys(TASKS, store);
    rows.push([`endpoint on ${store}`, count(tasks), count(perSecond), p50.toFixed(1), p99.toFixed(1)]);
  }
  console.log(`\n${table(['end to end, 64 at once', 'tasks', 'tasks/s', 'p50 ms', 'p99 ms'], rows)}`);
}

if (!process.argv.includes('--no-build')) run([path('../scripts/build.js')], 'inherit');
for (const kind of ['wanted', 'parked'] as const) benchEngine(kind);
await benchJourneys();
