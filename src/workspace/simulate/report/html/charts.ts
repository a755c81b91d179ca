import { escapeXml } from '../../../escape-xml.js';
import type { Axis } from './scale.js';

/** Charts as SVG inside a page. Their colours are classes of the page; without its style sheet they are drawn in black. */

/** Which run something is of: the class of its colour. */
export type Side = 'base' | 'other';

export interface Line {
  readonly side: Side;
  /** One a part of the day; null: nothing to draw there. */
  readonly values: readonly (number | null)[];
  /** A line of its own, or the area below it, or a line in dashes. */
  readonly form: 'line' | 'area' | 'dashes';
  /** Steps rather than slopes: for what is an average over its part. */
  readonly steps?: boolean;
}

export interface Frame {
  /** What the chart shows, for who cannot see it. */
  readonly label: string;
  readonly y: Axis;
}

const LEFT = 58;
const RIGHT = 10;
const TOP = 10;
const BOTTOM = 26;

/** One size for all: on a telephone and beside two others the letters stay legible. */
const SIZE = { width: 400, height: 200 };
const INNER = { width: SIZE.width - LEFT - RIGHT, height: SIZE.height - TOP - BOTTOM };
const FLOOR = SIZE.height - BOTTOM;

/** Lines over the day. */
export function dayChart(
  frame: Frame & {
    readonly from: number;
    readonly to: number;
    readonly hours: readonly { readonly at: number; readonly label: string }[];
    /** Until when nothing is counted. */
    readonly countFrom: number;
  },
  lines: readonly Line[],
): string {
  const x = (at: number) => LEFT + ((at - frame.from) / (frame.to - frame.from)) * INNER.width;
  const y = yOf(frame);
  const every = Math.ceil(frame.hours.length / 6);
  const hours = frame.hours
    .filter((_, index) => index % every === 0)
    .map(({ at, label }) => {
      const anchor = x(at) > SIZE.width - 30 ? ' text-anchor="end"' : ' text-anchor="middle"';
      return `<text x="${px(x(at))}" y="${SIZE.height - 8}"${anchor}>${escapeXml(label)}</text>`;
    });
  const warm =
    frame.countFrom > frame.from
      ? [
          `<rect class="warm-up" x="${LEFT}" y="${TOP}" width="${px(x(frame.countFrom) - LEFT)}" height="${INNER.height}" fill-opacity="0.15"><title>warm-up: not counted</title></rect>`,
        ]
      : [];
  return svg(frame, [
    ...warm,
    ...grid(frame),
    ...hours,
    ...lines.map((line) => drawLine(line, INNER.width, y, FLOOR)),
  ]);
}

function drawLine(
  { side, values, form, steps }: Line,
  width: number,
  y: (value: number) => number,
  floor: number,
): string {
  const step = width / values.length;
  const runs: [number, number][][] = [];
  let open: [number, number][] | undefined;
  values.forEach((value, index) => {
    if (value === null) {
      open = undefined;
      return;
    }
    if (!open) {
      open = [];
      runs.push(open);
    }
    const left = LEFT + index * step;
    if (steps) open.push([left, y(value)], [left + step, y(value)]);
    else open.push([left + step / 2, y(value)]);
  });
  const paths = runs.map((points) => {
    // A single point would draw nothing.
    const shown = points.length > 1 ? points : [...points, [points[0]![0] + 1, points[0]![1]] as const];
    const path = shown
      .map(([left, top], index) => `${index === 0 ? 'M' : 'L'}${px(left)} ${px(top)}`)
      .join('');
    if (form !== 'area') return path;
    return `${path}L${px(shown.at(-1)![0])} ${floor}L${px(shown[0]![0])} ${floor}Z`;
  });
  const d = paths.join('');
  if (d === '') return '';
  if (form === 'area') return `<path class="area ${side}" d="${d}" fill-opacity="0.2"/>`;
  const dashes = form === 'dashes' ? ' stroke-dasharray="6 4"' : '';
  return `<path class="line ${side}" d="${d}" fill="none" stroke="currentColor" stroke-width="2"${dashes}/>`;
}

export interface Bars {
  readonly label: string;
  /** One a run, from 0 to the end of the axis. */
  readonly values: readonly { readonly side: Side; readonly value: number; readonly title: string }[];
}

/** Bars beside each other, in groups. */
export function barChart(frame: Frame, groups: readonly Bars[]): string {
  const y = yOf(frame);
  const floor = FLOOR;
  const step = INNER.width / groups.length;
  const every = Math.ceil(groups.length / 5);
  const bars = groups.flatMap(({ label, values }, index) => {
    const left = LEFT + index * step + step * 0.1;
    const width = (step * 0.8) / values.length;
    return [
      ...values.map(({ side, value, title }, which) => {
        const top = y(value);
        return `<rect class="bar ${side}" x="${px(left + which * width)}" y="${px(top)}" width="${px(Math.max(1, width - 1))}" height="${px(floor - top)}"><title>${escapeXml(title)}</title></rect>`;
      }),
      ...(index % every === 0
        ? [
            `<text x="${px(Math.min(LEFT + (index + 0.5) * step, SIZE.width - 36))}" y="${SIZE.height - 8}" text-anchor="middle">${escapeXml(label)}</text>`,
          ]
        : []),
    ];
  });
  return svg(frame, [...grid(frame), ...bars]);
}

const yOf =
  ({ y: { to } }: Frame) =>
  (value: number): number =>
    FLOOR - (Math.min(value, to) / to) * INNER.height;

function grid(frame: Frame): readonly string[] {
  const y = yOf(frame);
  return frame.y.marks.map(({ at, label }) => {
    const top = px(y(at));
    const line = `<line class="grid" x1="${LEFT}" x2="${SIZE.width - RIGHT}" y1="${top}" y2="${top}" stroke="currentColor" stroke-opacity="0.15"/>`;
    return `${line}<text x="${LEFT - 8}" y="${px(y(at) + 4)}" text-anchor="end">${escapeXml(label)}</text>`;
  });
}

function svg({ label }: Frame, parts: readonly string[]): string {
  return `<svg viewBox="0 0 ${SIZE.width} ${SIZE.height}" role="img" aria-label="${escapeXml(label)}" font-size="12" fill="currentColor">${parts.join('')}</svg>`;
}

const px = (value: number): string => String(Number(value.toFixed(1)));
