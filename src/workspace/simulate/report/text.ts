import type { Interval } from '../figures/confidence.js';
import { limitName, type QueueFigures } from '../figures/figures.js';
import type { Plan } from '../plan/plan.js';
import { formatTimeOfDay } from '../plan/time-of-day.js';
import { own } from './own.js';
import type { SimulationFigures, SimulationReport } from './report.js';
import { count, inPercent, inSeconds, markdownCell, markdownTable, signed, table } from './words.js';

/** Where the figures come from. */
export interface Origin {
  readonly planFile: string;
  readonly config: string;
  /** What it was compared with. */
  readonly other?: string | undefined;
}

/** A report for a terminal. */
export function reportText(report: SimulationReport, plan: Plan, { planFile, config }: Origin): string {
  const { replications, seed } = report;
  const limits = plan.serviceLevels.map(limitName);
  const { from, to } = plan.period;
  const head = ['', 'offered', 'answered', 'abandoned', 'moved', 'waited', 'mean wait', 'p50', 'p90'];
  const rows = [
    [...head, ...limits.map((limit) => `within ${limit} s`), 'queue'],
    ...namedQueues(report).map(([name, figures]) => [
      name,
      count(figures.offered),
      count(figures.answered),
      count(figures.abandoned),
      count(figures.moved),
      inPercent(figures.probWait),
      inSeconds(figures.waitMean) + plusMinus(figures.waitMean, figures.ci.waitMean, inSeconds),
      inSeconds(figures.waitP50),
      inSeconds(figures.waitP90),
      ...limits.map((limit) => inPercent(figures.serviceLevel[limit] ?? null)),
      count(figures.queueLengthMean),
    ]),
  ];
  const staff = Object.entries(report.staff).map(([name, { occupancy, ci }]) => [
    name,
    inPercent(occupancy) + plusMinus(occupancy, ci.occupancy, inPercent),
  ]);
  return [
    `${planFile} with ${config}: ${replications} day${replications === 1 ? '' : 's'} from ${formatTimeOfDay(from)} to ${formatTimeOfDay(to)}, seed ${seed}. Counts are a day.`,
    '',
    table(rows),
    '',
    table([['Staff', 'occupancy'], ...staff]),
    ...paragraphs(hints(report)),
  ].join('\n');
}

/** Two runs side by side, in Markdown: a comment for a pull request. */
export function compareText(
  report: SimulationReport,
  other: SimulationFigures,
  plan: Plan,
  origin: Origin,
): string {
  const { compare, replications, seed } = report;
  const [limit = ''] = plan.serviceLevels.map(limitName);
  const row = (
    name: string,
    base: QueueFigures,
    then: QueueFigures | undefined,
    difference: QueueFigures | undefined,
  ): string[][] => {
    if (!then || !difference) return [];
    return [
      [
        name,
        change(base.waitMean, then.waitMean, difference.waitMean, difference.ci.waitMean, inSeconds),
        `${inSeconds(base.waitP90)} → ${inSeconds(then.waitP90)}`,
        change(
          base.serviceLevel[limit] ?? null,
          then.serviceLevel[limit] ?? null,
          difference.serviceLevel[limit] ?? null,
          difference.ci.serviceLevel[limit] ?? null,
          inPercent,
        ),
        `${count(base.abandoned)} → ${count(then.abandoned)}`,
        `${count(base.offered)} → ${count(then.offered)}`,
      ],
    ];
  };
  const rows = [
    ...row(`**${ALL}**`, report.total, other.total, compare!.total),
    ...Object.entries(report.queues).flatMap(([name, base]) =>
      row(markdownCell(name), base, own(other.queues, name), own(compare!.queues, name)),
    ),
  ];
  const staff = Object.entries(compare!.staff).map(([name, { occupancy, ci }]) => [
    markdownCell(name),
    change(report.staff[name]!.occupancy, other.staff[name]!.occupancy, occupancy, ci.occupancy, inPercent),
  ]);
  const onlyIn = (a: SimulationFigures, b: SimulationFigures) =>
    Object.keys(a.queues).filter((name) => !Object.hasOwn(b.queues, name));
  const gone = onlyIn(report, other).map(markdownCell);
  const added = onlyIn(other, report).map(markdownCell);
  return [
    `### Simulated: ${origin.config} → ${origin.other}`,
    '',
    markdownTable([
      ['', 'mean wait', 'p90', `within ${limit} s`, 'abandoned a day', 'offered a day'],
      ...rows,
    ]),
    '',
    ...(staff.length > 0 ? [markdownTable([['Staff', 'occupancy'], ...staff]), ''] : []),
    ...(gone.length > 0 ? [`Queues that are gone: ${gone.join(', ')}.`, ''] : []),
    ...(added.length > 0 ? [`New queues: ${added.join(', ')}.`, ''] : []),
    `${replications} day${replications === 1 ? '' : 's'} of \`${origin.planFile}\`, seed ${seed}, ${pairing(report)} on both sides. In brackets: the difference and its 95 % interval; bold where it is not by chance.`,
    ...paragraphs(hints(report, other).map(markdownCell)),
  ].join('\n');
}

const paragraphs = (lines: readonly string[]): readonly string[] => lines.flatMap((line) => ['', line]);

const ALL = 'All tasks';

/** What two runs have in common. Another plan may bring more tasks, or others. */
export const pairing = ({ compare }: SimulationReport): string =>
  compare?.total.offered === 0 ? 'the same arrivals' : 'the same random numbers';

const namedQueues = ({ total, queues }: SimulationFigures): readonly (readonly [string, QueueFigures])[] => [
  [ALL, total],
  ...Object.entries(queues),
];

function plusMinus(
  value: number | null,
  interval: Interval | null,
  words: (value: number) => string,
): string {
  return value === null || interval === null ? '' : ` ±${words((interval[1] - interval[0]) / 2)}`;
}

function change(
  base: number | null,
  other: number | null,
  difference: number | null,
  interval: Interval | null,
  words: (value: number | null) => string,
): string {
  const values = `${words(base)} → ${words(other)}`;
  if (difference === null) return values;
  const text = signed(difference, words);
  if (interval === null) return `${values} (${text})`;
  const clear = interval[0] > 0 || interval[1] < 0;
  const between = `${signed(interval[0], words)} to ${signed(interval[1], words)}`;
  return `${values} (${clear ? `**${text}**` : text}; ${between})`;
}

/** What to look at before trusting the figures of one run, or of two. */
export function hints(
  { total, queues, replications }: SimulationReport,
  other?: SimulationFigures,
): string[] {
  const lines: string[] = [];
  if (total.offered === 0) lines.push('Nothing arrived after the warm-up: there is nothing to say.');
  if (replications === 1) lines.push('One day has no confidence interval: give more replications.');
  const unanswered = [queues, other?.queues ?? {}]
    .flatMap((named) => Object.entries(named))
    .filter(([, { answered, abandoned }]) => answered === 0 && abandoned > 0);
  for (const name of new Set(unanswered.map(([queue]) => queue)))
    lines.push(`Nobody answered a task in the queue ${name}: does any of the staff belong to it?`);
  return lines;
}
