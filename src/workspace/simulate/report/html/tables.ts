import { escapeXml as text } from '../../../escape-xml.js';
import type { Interval } from '../../figures/confidence.js';
import type { QueueFigures, StaffFigures } from '../../figures/figures.js';
import { own } from '../own.js';
import type { SimulationFigures, SimulationReport } from '../report.js';
import { count, inPercent, inSeconds, signed } from '../words.js';

type Words = (value: number | null) => string;

/** One figure of a queue: where it is found, and how it is written. */
interface Column {
  readonly head: string;
  readonly words: Words;
  readonly of: (figures: QueueFigures) => number | null;
  readonly ci?: (figures: QueueFigures) => Interval | null;
}

const OFFERED: Column = { head: 'offered', words: count, of: ({ offered }) => offered };
const ABANDONED: Column = { head: 'abandoned', words: count, of: ({ abandoned }) => abandoned };
const WAIT: Column = {
  head: 'mean wait',
  words: inSeconds,
  of: ({ waitMean }) => waitMean,
  ci: ({ ci }) => ci.waitMean,
};
const P90: Column = { head: 'p90 of the wait', words: inSeconds, of: ({ waitP90 }) => waitP90 };
const within = (limit: string): Column => ({
  head: `within ${limit} s`,
  words: inPercent,
  of: ({ serviceLevel }) => serviceLevel[limit] ?? null,
  ci: ({ ci }) => ci.serviceLevel[limit] ?? null,
});

/** The figures that are looked at first. */
export function tiles(report: SimulationReport, other: SimulationFigures | undefined, limit = '20'): string {
  const tile = (column: Column) =>
    `<div class="card"><dt>${text(column.head)}</dt><dd>${cell(column, report.total, other?.total, report.compare?.total, other !== undefined)}</dd></div>`;
  return `<dl class="tiles">${[WAIT, P90, within(limit), ABANDONED, OFFERED].map(tile).join('')}</dl>`;
}

export function queueTable(
  report: SimulationReport,
  other: SimulationFigures | undefined,
  limits: readonly string[],
): string {
  const columns: readonly Column[] = [
    OFFERED,
    { head: 'answered', words: count, of: ({ answered }) => answered },
    ABANDONED,
    { head: 'moved on', words: count, of: ({ moved }) => moved },
    { head: 'waited at all', words: inPercent, of: ({ probWait }) => probWait },
    WAIT,
    P90,
    ...limits.map(within),
  ];
  const names = [...new Set([...Object.keys(report.queues), ...Object.keys(other?.queues ?? {})])];
  const row = (
    name: string,
    base: QueueFigures | undefined,
    then: QueueFigures | undefined,
    difference: QueueFigures | undefined,
  ) => [text(name), ...columns.map((column) => cell(column, base, then, difference, other !== undefined))];
  return table(
    ['', ...columns.map(({ head }) => head)],
    [
      row('All tasks', report.total, other?.total, report.compare?.total),
      ...names.map((name) =>
        row(name, own(report.queues, name), own(other?.queues, name), own(report.compare?.queues, name)),
      ),
    ],
  );
}

export function staffTable(report: SimulationReport, other: SimulationFigures | undefined): string {
  const names = [...new Set([...Object.keys(report.staff), ...Object.keys(other?.staff ?? {})])];
  const figure = (
    base: StaffFigures | undefined,
    then: StaffFigures | undefined,
    difference: StaffFigures | undefined,
  ) =>
    written(
      inPercent,
      base?.occupancy,
      base?.ci.occupancy,
      other && (then?.occupancy ?? null),
      difference && { value: difference.occupancy, interval: difference.ci.occupancy },
    );
  return table(
    ['', 'occupancy'],
    names.map((name) => [
      text(name),
      figure(own(report.staff, name), own(other?.staff, name), own(report.compare?.staff, name)),
    ]),
  );
}

function cell(
  { words, of, ci }: Column,
  base: QueueFigures | undefined,
  other: QueueFigures | undefined,
  difference: QueueFigures | undefined,
  two: boolean,
): string {
  return written(
    words,
    base && of(base),
    base && ci?.(base),
    // Of two runs, a queue may be in one alone.
    two ? (other ? of(other) : null) : undefined,
    difference && { value: of(difference), interval: ci?.(difference) ?? null },
  );
}

/** `7.8 s ±0.3 s`, or `7.8 s → 6.1 s` with the difference below. `other` undefined: there is one run. */
function written(
  words: Words,
  base: number | null | undefined,
  interval: Interval | null | undefined,
  other: number | null | undefined,
  difference: { readonly value: number | null; readonly interval: Interval | null } | undefined,
): string {
  if (other === undefined) {
    const half =
      interval && base !== null ? `<small>±${text(words((interval[1] - interval[0]) / 2))}</small>` : '';
    return `${text(words(base ?? null))}${half}`;
  }
  const values = `${text(words(base ?? null))} → ${text(words(other))}`;
  if (!difference || difference.value === null) return values;
  const { value, interval: between } = difference;
  const clear = between !== null && (between[0] > 0 || between[1] < 0);
  const size = text(signed(value, words));
  const range =
    between === null ? '' : ` (${text(signed(between[0], words))} to ${text(signed(between[1], words))})`;
  return `${values}<small>${clear ? `<strong>${size}</strong>` : size}${range}</small>`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = (row: readonly string[], tag: 'td' | 'th') =>
    row.map((one) => `<${tag}>${one}</${tag}>`).join('');
  const lines = rows.map((row) => `<tr>${cells(row, 'td')}</tr>`);
  return `<table><thead><tr>${cells(head.map(text), 'th')}</tr></thead><tbody>${lines.join('')}</tbody></table>`;
}
