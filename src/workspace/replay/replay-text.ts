import type { QueueFigures } from '../simulate/figures/figures.js';
import { own } from '../simulate/report/own.js';
import { count, inPercent, inSeconds, table } from '../simulate/report/words.js';
import type { ReplayReport } from './replay.js';

/** What happened beside what would have happened, for a terminal. */
export function replayText(report: ReplayReport, config: string): string {
  const { happened, replayed, refused, notes, from, to } = report;
  const limits = Object.keys(happened.total.serviceLevel);
  const names = [...new Set([...Object.keys(happened.queues), ...Object.keys(replayed.queues)])];
  const rows = [
    row('All tasks', happened.total, replayed.total, limits),
    ...names.map((name) => row(name, own(happened.queues, name), own(replayed.queues, name), limits)),
  ];
  const staff = Object.entries(happened.staff).map(([name, { occupancy }]) => [
    name,
    `${inPercent(occupancy)} → ${inPercent(replayed.staff[name]!.occupancy)}`,
  ]);
  const head = ['', 'offered', 'answered', 'abandoned', 'mean wait', 'p90'];
  return [
    `${time(from)} to ${time(to)} UTC: what happened → what ${config} would have done.`,
    '',
    table([[...head, ...limits.map((limit) => `within ${limit} s`)], ...rows]),
    '',
    table([['Staff', 'occupancy'], ...staff]),
    ...Object.entries(refused).map(
      ([why, tasks]) => `\nThe workspace would refuse ${tasks} task${tasks === 1 ? '' : 's'}: ${why}.`,
    ),
    ...(notes.length > 0 ? ['', ...notes] : []),
  ].join('\n');
}

function row(
  name: string,
  was: QueueFigures | undefined,
  now: QueueFigures | undefined,
  limits: readonly string[],
): readonly string[] {
  const change = (value: (figures: QueueFigures) => number | null, words: (value: number | null) => string) =>
    `${was ? words(value(was)) : NOT_THERE} → ${now ? words(value(now)) : NOT_THERE}`;
  return [
    name,
    change(({ offered }) => offered, count),
    change(({ answered }) => answered, count),
    change(({ abandoned }) => abandoned, count),
    change(({ waitMean }) => waitMean, inSeconds),
    change(({ waitP90 }) => waitP90, inSeconds),
    ...limits.map((limit) => change(({ serviceLevel }) => serviceLevel[limit] ?? null, inPercent)),
  ];
}

const NOT_THERE = '–';

const time = (iso: string) => iso.slice(0, 16).replace('T', ' ');
