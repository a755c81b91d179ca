import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { Series } from '../floor/series.js';

export interface Line {
  readonly label: string;
  /** A custom property of the page: `--waits`. */
  readonly colour: string;
  readonly fill?: boolean;
  readonly points?: boolean;
}

export interface ChartProps {
  readonly title: string;
  /** What the chart shows, for those who do not see it. */
  readonly summary: string;
  readonly lines: readonly Line[];
  readonly series: Series;
  readonly unit: (value: number) => string;
  /** Whole numbers only: tasks do not come in halves. */
  readonly whole?: boolean;
}

const HEIGHT = 148;
const PADDING_RIGHT = 4;
/** The widest label of the time axis, `09:12:30`. */
const LABEL_WIDTH = 56;

/** A chart over the last minutes. It is drawn anew when the colours of the page change, because a canvas has its own. */
export function Chart({ title, summary, lines, series, unit, whole = false }: ChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | undefined>(undefined);
  const data: uPlot.AlignedData = [series.times, ...series.values];
  const latest = useRef(data);
  latest.current = data;
  useEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    const draw = () => {
      plot.current?.destroy();
      plot.current = new uPlot(options(element, lines, unit, whole), latest.current, element);
    };
    draw();
    const size = new ResizeObserver(() =>
      plot.current?.setSize({ width: element.clientWidth, height: HEIGHT }),
    );
    size.observe(element);
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    scheme.addEventListener('change', draw);
    return () => {
      scheme.removeEventListener('change', draw);
      size.disconnect();
      plot.current?.destroy();
      plot.current = undefined;
    };
  }, []);
  useEffect(() => plot.current?.setData(data));
  return (
    <figure class="chart">
      <figcaption>
        <span class="chart-title">{title}</span>
        <span class="legend">
          {/* One line needs no name. */}
          {lines.length === 1
            ? summary
            : lines.map(({ label, colour }) => (
                <span key={label}>
                  <i style={{ background: `var(${colour})` }} /> {label}
                </span>
              ))}
        </span>
      </figcaption>
      <div ref={box} role="img" aria-label={`${title}: ${summary}`} style={{ height: `${HEIGHT}px` }} />
    </figure>
  );
}

function options(
  element: HTMLElement,
  lines: readonly Line[],
  unit: (value: number) => string,
  whole: boolean,
): uPlot.Options {
  const style = getComputedStyle(element);
  const colour = (name: string, alpha?: number) => {
    const value = resolved(element, name);
    return alpha === undefined ? value : value.replace(/\)$/, ` / ${alpha})`);
  };
  const font = `12px ${style.fontFamily}`;
  const axis = {
    stroke: colour('--muted'),
    font,
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { show: false },
  };
  return {
    width: element.clientWidth,
    height: HEIGHT,
    padding: [8, PADDING_RIGHT, 0, 0],
    legend: { show: false },
    cursor: { show: false },
    scales: { y: { range: (_plot, _min, most) => [0, Math.max(whole ? 4 : 10, (most ?? 0) * 1.1)] } },
    axes: [
      {
        ...axis,
        grid: { show: false },
        size: 24,
        space: 80,
        values: (plot, times) => timesOf(times, (time) => isWhole(plot, time)),
      },
      {
        ...axis,
        size: 52,
        space: 36,
        values: (_plot, values) => values.map((value) => unit(value)),
        ...(whole ? { incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000] } : {}),
      },
    ],
    series: [
      {},
      ...lines.map(
        (line): uPlot.Series => ({
          label: line.label,
          stroke: colour(line.colour),
          width: line.points ? 0 : 2,
          ...(line.fill ? { fill: colour(line.colour, 0.15) } : {}),
          ...(line.points
            ? { points: { show: true, size: 4, fill: colour(line.colour), stroke: colour(line.colour) } }
            : { points: { show: false } }),
          ...(line.fill ? { paths: uPlot.paths.stepped!({ align: 1 }) } : { spanGaps: true }),
        }),
      ),
    ],
  };
}

/** Whether the label of a time has room before the right edge, where the canvas would cut it off. */
function isWhole(plot: uPlot, time: number): boolean {
  return plot.valToPos(time, 'x') + LABEL_WIDTH / 2 <= plot.over.clientWidth + PADDING_RIGHT;
}

/** Minutes; with their seconds where there are few. `null`: no label. */
function timesOf(times: readonly number[], isShown: (time: number) => boolean): (string | null)[] {
  const isShort = (times.at(-1) ?? 0) - (times[0] ?? 0) < 120;
  return times.map((time) =>
    isShown(time)
      ? new Date(time * 1_000).toLocaleTimeString(undefined, {
          hour: '2-digit',
          minute: '2-digit',
          ...(isShort ? { second: '2-digit' } : {}),
          hour12: false,
        })
      : null,
  );
}

/** A colour as it is now: a canvas does not know custom properties, and `light-dark()` needs an element. */
function resolved(element: HTMLElement, name: string): string {
  const before = element.style.color;
  element.style.color = `var(${name})`;
  const { color } = getComputedStyle(element);
  element.style.color = before;
  return color;
}
