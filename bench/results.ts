import type { Measurement } from './measure.js';
import { isOurs, SERVER_NAMES, SERVERS, type ServerName } from './servers.js';

/** All rounds of all servers that were measured. */
export type Results = ReadonlyMap<ServerName, readonly Measurement[]>;

/** The rounds of one server as one: medians of those that count, and the latencies of all at the fixed rate. */
interface Summary {
  readonly counted: number;
  readonly perSecond: number;
  readonly cpuUs: number;
  readonly p50Us: number;
  readonly p99Us: number;
  readonly serverBusy: number;
  readonly loadBusy: number;
  readonly roundTrips: number;
  readonly steady: {
    readonly p50: number;
    readonly p99: number;
    readonly p999: number;
    readonly late: number;
  };
}

/** A server at full load keeps its core about this busy, unless other programs take it away. */
const OWN_CORE = 0.85;

/** The deadline of the measured servers, in milliseconds. */
const DEADLINE_MS = 4_000;

function summarize(rounds: readonly Measurement[]): Summary {
  const counting = rounds.filter(({ discounted }) => discounted === undefined);
  const of = (pick: (round: Measurement) => number) => median(counting.map(pick));
  const latencies = rounds.flatMap(({ steady }) => steady.latenciesMs).sort((a, b) => a - b);
  const unanswered = rounds.reduce((sum, { steady }) => sum + steady.unanswered, 0);
  return {
    counted: counting.length,
    perSecond: of((round) => round.perSecond),
    cpuUs: of((round) => round.cpuUs),
    p50Us: of((round) => round.p50Us),
    p99Us: of((round) => round.p99Us),
    serverBusy: of((round) => round.serverBusy),
    loadBusy: of((round) => round.loadBusy),
    roundTrips: of((round) => round.roundTrips ?? Number.NaN),
    steady: {
      p50: percentile(latencies, 0.5),
      p99: percentile(latencies, 0.99),
      p999: percentile(latencies, 0.999),
      late: latencies.filter((ms) => ms > DEADLINE_MS).length + unanswered,
    },
  };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length === 0
    ? Number.NaN
    : (sorted[Math.ceil(middle) - 1]! + sorted[Math.floor(middle)]!) / 2;
}

function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.ceil(sorted.length * share) - 1] ?? Number.NaN;
}

/** The tables of a run: what was measured, and the goals. */
export function report(results: Results, { steadyPerSecond }: { readonly steadyPerSecond: number }): string {
  const of = new Map(SERVER_NAMES.map((name) => [name, summarize(results.get(name) ?? [])]));
  const at = (name: ServerName) => of.get(name)!;
  const measured = SERVER_NAMES.filter((name) => results.has(name));

  const flood = measured.map((name) => {
    const one = at(name);
    return [
      SERVERS[name].title,
      fixed(one.perSecond, 0),
      fixed(one.perSecond / at('raw').perSecond, 2),
      fixed(one.perSecond / at('twilio').perSecond, 2),
      fixed(one.cpuUs, 1),
      fixed(one.p50Us / 1_000, 2),
      fixed(one.p99Us / 1_000, 2),
      `${fixed(one.serverBusy * 100, 0)} %`,
      `${fixed(one.loadBusy * 100, 0)} %`,
      `${one.counted} of ${results.get(name)!.length}`,
    ];
  });
  const calm = measured.map((name) => {
    const { p50, p99, p999, late } = at(name).steady;
    const base = at('raw').steady;
    return [
      SERVERS[name].title,
      ...[p50, p99, p999, p99 - base.p99, p999 - base.p999].map((ms) => fixed(ms, 2)),
      String(late),
    ];
  });
  return [
    table(
      [
        'as fast as they can',
        'req/s',
        'x raw',
        'x twilio',
        'CPU us/req',
        'p50 ms',
        'p99 ms',
        'core',
        'load core',
        'rounds',
      ],
      flood,
    ),
    table([`at ${steadyPerSecond} req/s, ms`, 'p50', 'p99', 'p99.9', 'adds p99', 'adds p99.9', 'late'], calm),
    table(['goal', 'wanted', 'measured', 'by CPU', 'reached'], goals(at, measured)),
    ...(measured.some((name) => at(name).serverBusy < OWN_CORE)
      ? ['Other programs took part of the core away from the servers: repeat it on an idle machine.']
      : []),
  ].join('\n\n');
}

/** Each goal, what was found, the same by CPU for one request (which a busy machine changes less), and yes or no. */
function goals(at: (name: ServerName) => Summary, measured: readonly ServerName[]): string[][] {
  const faster = (name: ServerName, than: ServerName, wanted: number) => {
    const ratio = at(name).perSecond / at(than).perSecond;
    return [
      `${SERVERS[name].title}, beside ${SERVERS[than].title}`,
      `>= ${wanted} x`,
      `${fixed(ratio, 2)} x`,
      `${fixed(at(than).cpuUs / at(name).cpuUs, 2)} x`,
      verdict(ratio, ratio >= wanted),
    ];
  };
  const atMost = (what: string, wanted: number, unit: string, found: number, digits: number) => [
    what,
    `<= ${wanted}${unit}`,
    `${fixed(found, digits)}${unit}`,
    '',
    verdict(found, found <= wanted),
  ];
  const ours = measured.filter(isOurs);
  const base = at('raw').steady;
  return [
    faster('deployed', 'twilio', 2.5),
    faster('deployed', 'raw', 0.6),
    faster('mounted', 'twilio', 1.15),
    faster('redis', 'twilio', 1.6),
    atMost('Redis: round trips for one callback', 2, '', at('redis').roundTrips, 2),
    ...ours.flatMap((name) => {
      const { p99, p999, late } = at(name).steady;
      const { title } = SERVERS[name];
      return [
        atMost(`${title}: adds at p99`, 3, ' ms', p99 - base.p99, 2),
        atMost(`${title}: adds at p99.9`, 8, ' ms', p999 - base.p999, 2),
        atMost(`${title}: answers past the deadline`, 0, '', late, 0),
      ];
    }),
  ];
}

function verdict(found: number, reached: boolean): string {
  return Number.isNaN(found) ? '-' : reached ? 'yes' : 'NO';
}

function fixed(value: number, digits: number): string {
  return Number.isNaN(value) ? '-' : value.toFixed(digits);
}

/** The first column to the left, the others to the right. */
export function table(head: readonly string[], rows: ReadonlyArray<readonly string[]>): string {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!)))
      .join('  ');
  return [line(head), widths.map((width) => '-'.repeat(width)).join('  '), ...rows.map(line)].join('\n');
}
