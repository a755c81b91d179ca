/*
 * npm run simulate -- --seeds 1000000            many worlds, on all cores but at most two
 * npm run simulate -- --seeds 20000 --from 5000  from another seed on
 * npm run simulate -- --seed 42                  one world, with its whole trace
 */
import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { loadSimulation } from './bundle.js';
import type { ViolationKind } from './check.js';
import type { Found } from './run.js';
import { printTrace } from './trace.js';

const BATCH = 500;
/** So many violations of one kind are printed in full. */
const EXPLAINED = 2;

interface Report {
  readonly seeds: number;
  readonly found: readonly Found[];
}

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '10000' },
    from: { type: 'string', default: '1' },
    seed: { type: 'string' },
    worker: { type: 'string' },
    workers: { type: 'string', default: String(Math.min(2, availableParallelism())) },
  },
});
const simulation = await loadSimulation();
const from = wholeNumber('from', values.from);
const seeds = wholeNumber('seeds', values.seeds);
const workers = wholeNumber('workers', values.workers);

if (values.seed !== undefined) await one(wholeNumber('seed', values.seed));
else if (values.worker !== undefined) await work(wholeNumber('worker', values.worker));
else await many();

function wholeNumber(name: string, text: string): number {
  const number = Number(text.replaceAll('_', ''));
  if (Number.isSafeInteger(number) && number >= 0) return number;
  console.error(`--${name} must be a whole number.`);
  process.exit(2);
}

/** One world in full, then each of its violations shortened. */
async function one(seed: number): Promise<void> {
  const played = await simulation.play(simulation.planOf(seed));
  console.log(printTrace(played.trace, played.start));
  const found = simulation.check(played);
  for (const kind of new Set(found.map((each) => each.kind))) {
    console.log(`\n${await simulation.explain(seed, kind)}`);
  }
  console.log(found.length === 0 ? '\nNo violation.' : '');
  process.exitCode = found.length === 0 ? 0 : 1;
}

/** Every `workers`th batch, told to the parent one by one. */
async function work(place: number): Promise<void> {
  for (let first = place * BATCH; first < seeds; first += workers * BATCH) {
    const count = Math.min(BATCH, seeds - first);
    const { found } = await simulation.runSeeds(simulation.range(from + first, count));
    process.send?.({ seeds: count, found } satisfies Report);
  }
  process.disconnect?.();
}

async function many(): Promise<void> {
  const begun = performance.now();
  const found: Found[] = [];
  let done = 0;
  let told = begun;
  const ended = Array.from({ length: workers }, (_, place) => {
    const child = fork(fileURLToPath(import.meta.url), [...process.argv.slice(2), '--worker', String(place)]);
    child.on('message', (report: Report) => {
      done += report.seeds;
      found.push(...report.found);
      // At once, because a long run may be cut off before it explains them.
      for (const { kind, seed } of report.found) console.log(`seed ${seed}: ${kind}`);
      if (performance.now() - told < 10_000) return;
      told = performance.now();
      console.log(
        `${done} of ${seeds} seeds, ${Math.round((told - begun) / 1_000)} s, ${found.length} violations`,
      );
    });
    return new Promise<number>((resolve) => {
      child.on('exit', (code) => resolve(code ?? 1));
    });
  });
  const failed = (await Promise.all(ended)).some((code) => code !== 0);

  const kinds = new Set(found.map(({ kind }) => kind));
  for (const kind of kinds) await explainKind(kind, found);
  const seconds = Math.round((performance.now() - begun) / 1_000);
  console.log(`${done} seeds in ${seconds} s: ${found.length} violations.`);
  process.exitCode = found.length > 0 || failed || done < seeds ? 1 : 0;
}

async function explainKind(kind: ViolationKind, all: readonly Found[]): Promise<void> {
  const found = all.filter((each) => each.kind === kind);
  const list = [...new Set(found.map(({ seed }) => seed))].sort((a, b) => a - b);
  console.log(`\n${kind}: ${list.length} seeds, ${list.slice(0, 20).join(' ')}`);
  for (const seed of list.slice(0, EXPLAINED)) console.log(`\n${await simulation.explain(seed, kind)}`);
}
