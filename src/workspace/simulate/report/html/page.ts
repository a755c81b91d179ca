import { createHash } from 'node:crypto';
import { escapeXml as text } from '../../../escape-xml.js';
import type { Profile } from '../../figures/day-ledger.js';
import { limitName } from '../../figures/figures.js';
import type { WaitHistogram } from '../../figures/wait-histogram.js';
import { formatTimeOfDay } from '../../plan/time-of-day.js';
import type { Run } from '../../run.js';
import { figuresOf, type SimulationReport } from '../report.js';
import { hints, type Origin, pairing } from '../text.js';
import { inPercent } from '../words.js';
import { barChart, dayChart, type Line, type Side } from './charts.js';
import { countAxis, hoursWithin, seconds, shareAxis, timeAxis } from './scale.js';
import { STYLE } from './style.js';
import { queueTable, staffTable, tiles } from './tables.js';

/** What a page shows: one run, or two over the same days. */
export interface HtmlParts {
  readonly report: SimulationReport;
  readonly base: Run;
  readonly other?: Run | undefined;
  readonly origin: Origin;
}

/**
 * A report as one HTML file that needs nothing else: no script, no network, charts inside. It follows the reader's choice of
 * dark or light.
 *
 * @example writeFileSync('report.html', reportHtml({ ...simulation, origin: { planFile: 'plan.yaml', config: 'taskrouter.config.ts' } }));
 */
export function reportHtml({ report, base, other, origin }: HtmlParts): string {
  const { plan } = base;
  const { replications, seed } = report;
  const { from, to } = plan.period;
  const figures = other && figuresOf(other);
  const runs: readonly Shown[] = [
    { side: 'base', run: base, name: origin.config },
    ...(other ? [{ side: 'other' as const, run: other, name: origin.other ?? 'the other' }] : []),
  ];
  const title = other
    ? `Simulated: ${origin.config} → ${origin.other}`
    : `Simulated: ${origin.planFile} with ${origin.config}`;
  const days = `${replications} day${replications === 1 ? '' : 's'}`;
  const names = [...new Set(runs.flatMap(({ run }) => run.queueNames))];
  const unused = names.filter((name) => isEmpty(name, runs));
  const body = [
    `<header><h1>${text(title)}</h1>`,
    `<p class="soft">${text(`${days} of ${origin.planFile} from ${formatTimeOfDay(from)} to ${formatTimeOfDay(to)}, seed ${seed}. Counts are a day.${plan.countFrom > from ? ' The warm-up is grey, and not counted.' : ''}`)}${other ? ` Both sides have ${pairing(report)}; in small print, the difference and its 95 % interval, bold where it is not by chance.` : ' ± is half of the 95 % interval.'}</p>`,
    other
      ? `<p class="key">${runs.map(({ side, name }) => `<span class="${side}">${text(name)}</span>`).join('')}</p>`
      : '',
    ...hints(report, figures).map((line) => `<p>${text(line)}</p>`),
    `</header>`,
    tiles(report, figures, plan.serviceLevels.map(limitName)[0]),
    '<h2>Over the day, and how long tasks wait</h2><div class="three">',
    card(
      'Mean wait, by the time of arrival',
      waitOverDay(runs, ({ run }) => run.ledger.totalProfile, 'All tasks'),
    ),
    card(
      other ? 'Staff on duty (dashes) and with a task (line)' : 'Staff on duty (line) and with a task (area)',
      staffOverDay(runs),
    ),
    card(
      'Share of tasks, by their wait',
      distribution(runs, ({ run }) => run.ledger.totalWaits, 'All tasks'),
    ),
    '</div>',
    '<h2>Queue by queue</h2>',
    `<div class="card scroll">${queueTable(report, figures, plan.serviceLevels.map(limitName))}</div>`,
    '<div class="pair queues">',
    ...names.filter((name) => !unused.includes(name)).map((name) => queueCard(name, runs)),
    '</div>',
    unused.length > 0 ? `<p class="soft">No task came to ${unused.map(text).join(', ')}.</p>` : '',
    '<h2>Staff</h2>',
    `<div class="card scroll narrow">${staffTable(report, figures)}</div>`,
  ];
  return page(title, body.filter((part) => part !== '').join('\n'));
}

interface Shown {
  readonly side: Side;
  readonly run: Run;
  readonly name: string;
}

/** The policy lets this very style sheet in, and nothing else. */
function page(title: string, body: string): string {
  const hash = createHash('sha256').update(STYLE).digest('base64');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-${hash}'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${text(title)}</title>
<style>${STYLE}</style>
</head>
<body>
${body}
</body>
</html>
`;
}

const card = (caption: string, chart: string) =>
  `<figure class="card"><figcaption>${text(caption)}</figcaption>${chart}</figure>`;

/** The charts of one queue, in the runs that have it. */
function queueCard(name: string, runs: readonly Shown[]): string {
  const of = inRuns(name, runs);
  const chart = (caption: string, drawn: string) =>
    `<figure><figcaption>${text(caption)}</figcaption>${drawn}</figure>`;
  const only = of.length < runs.length ? ` <small>only in ${text(of[0]!.name)}</small>` : '';
  const day = waitOverDay(of, ({ run, index }) => run.ledger.profiles[index]!, name);
  const waits = distribution(of, ({ run, index }) => run.ledger.waits[index]!, name);
  return [
    `<section class="card"><h3>${text(name)}${only}</h3><div class="half">`,
    chart('Mean wait over the day', day),
    chart('Share of tasks, by their wait', waits),
    '</div></section>',
  ].join('');
}

const inRuns = (name: string, runs: readonly Shown[]) =>
  runs.flatMap((shown) => {
    const index = shown.run.queueNames.indexOf(name);
    return index < 0 ? [] : [{ ...shown, index }];
  });

const isEmpty = (name: string, runs: readonly Shown[]): boolean =>
  inRuns(name, runs).every(({ run, index }) => run.ledger.waits[index]!.total === 0);

function waitOverDay<S extends Shown>(
  runs: readonly S[],
  profileOf: (shown: S) => Profile,
  name: string,
): string {
  const lines = runs.map((shown): Line => {
    const { offered, waitSum } = profileOf(shown);
    const values = [...offered].map((tasks, part) => (tasks === 0 ? null : waitSum[part]! / tasks / 1_000));
    return { side: shown.side, values, form: 'line' };
  });
  const label = `${name}: mean wait by the time of arrival`;
  return dayChart({ ...dayFrame(runs), label, y: timeAxis(largest(lines)) }, lines);
}

function staffOverDay(runs: readonly Shown[]): string {
  const lines = runs.flatMap(({ side, run }): readonly Line[] => {
    const { staffProfiles, partMs } = run.ledger;
    const sum = (what: 'staffed' | 'busy') => {
      const parts = staffProfiles[0]?.[what].length ?? 0;
      return Array.from(
        { length: parts },
        (_, part) =>
          staffProfiles.reduce((all, profile) => all + profile[what][part]!, 0) / partMs / run.days.length,
      );
    };
    return [
      // Areas of two runs would hide each other.
      { side, values: sum('busy'), form: runs.length > 1 ? 'line' : 'area', steps: true },
      { side, values: sum('staffed'), form: runs.length > 1 ? 'dashes' : 'line', steps: true },
    ];
  });
  const label = 'Staff on duty and with a task, over the day';
  return dayChart({ ...dayFrame(runs), label, y: countAxis(largest(lines)) }, lines);
}

const largest = (lines: readonly Line[]): number =>
  Math.max(0, ...lines.flatMap(({ values }) => values.map((value) => value ?? 0))) || 1;

function dayFrame([first]: readonly Shown[]) {
  const { period, countFrom } = first!.run.plan;
  const hours = hoursWithin(period.from, period.to).map((at) => ({ at, label: formatTimeOfDay(at) }));
  return { ...period, countFrom, hours };
}

/** Bars up to what all but one task in a hundred wait, and one for the rest. */
function distribution<S extends Shown>(
  runs: readonly S[],
  waitsOf: (shown: S) => WaitHistogram,
  name: string,
): string {
  const ends = runs.map((shown) => waitsOf(shown).percentile(0.99) ?? 0);
  const width = binMs(Math.max(...ends, 1_000), 12);
  const count = Math.max(1, Math.ceil(Math.max(...ends) / width));
  const bins = [
    { from: 0, to: 1, label: '0', words: 'no wait' },
    ...Array.from({ length: count }, (_, index) => ({
      from: Math.max(1, index * width),
      to: (index + 1) * width,
      label: `≤ ${seconds(((index + 1) * width) / 1_000)}`,
      words: `up to ${seconds(((index + 1) * width) / 1_000)}`,
    })),
    {
      from: count * width,
      to: Number.POSITIVE_INFINITY,
      label: `> ${seconds((count * width) / 1_000)}`,
      words: `more than ${seconds((count * width) / 1_000)}`,
    },
  ];
  const groups = bins.map(({ from, to, label, words }) => ({
    label,
    values: runs.map((shown) => {
      const waits = waitsOf(shown);
      const value = waits.total === 0 ? 0 : waits.between(from, to) / waits.total;
      const whose = runs.length > 1 ? `${shown.name}, ` : '';
      return { side: shown.side, value, title: `${whose}${words}: ${inPercent(value)}` };
    }),
  }));
  const most = Math.max(...groups.flatMap(({ values }) => values.map(({ value }) => value)), 0.01);
  return barChart({ label: `${name}: share of tasks by their wait`, y: shareAxis(most) }, groups);
}

/** A round width of which so many cover a time. */
function binMs(ms: number, most: number): number {
  const steps = [0.5, 1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 1_800, 3_600, 7_200, 14_400, 86_400];
  return (steps.find((step) => ms / (step * 1_000) <= most) ?? 604_800) * 1_000;
}
