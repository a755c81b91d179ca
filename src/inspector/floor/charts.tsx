import { emulatorNow, second } from '../data/now.js';
import { deliveries, info, tasks } from '../data/store.js';
import { Chart } from '../parts/chart.js';
import { counted, took } from '../text.js';
import { answerSeries, waitingSeries } from './series.js';

const LONGEST_MS = 600_000;
const SHORTEST_MS = 60_000;
const STEPS = 120;

/** The last ten minutes, or less where it has not run for so long. */
function span(): { readonly spanMs: number; readonly stepMs: number } {
  const runs = emulatorNow() - (info.value?.startedAt ?? 0);
  const spanMs = Math.min(LONGEST_MS, Math.max(SHORTEST_MS, Math.ceil(runs / SHORTEST_MS) * SHORTEST_MS));
  return { spanMs, stepMs: spanMs / STEPS };
}

/** How many waited over the last ten minutes, those of before the page was opened too. */
export function WaitingChart({ workspaceSid }: { workspaceSid: string }) {
  void second.value;
  const { spanMs, stepMs } = span();
  const here = tasks.list.filter((task) => task.workspaceSid === workspaceSid);
  const series = waitingSeries(here, emulatorNow(), spanMs, stepMs);
  const values = series.values[0] as number[];
  const most = Math.max(0, ...values);
  return (
    <Chart
      title="Tasks not yet accepted"
      summary={`${counted(values.at(-1) ?? 0, 'task')} now, ${most} at most`}
      lines={[{ label: 'tasks', colour: '--waits', fill: true }]}
      series={series}
      unit={String}
      whole
    />
  );
}

/** How quickly the endpoint answered its callbacks. */
export function AnswerChart({ workspaceSid }: { workspaceSid: string }) {
  void second.value;
  const { spanMs, stepMs } = span();
  const here = deliveries.list.filter((one) => one.workspaceSid === workspaceSid);
  const series = answerSeries(here, emulatorNow(), spanMs, stepMs);
  const slowest = Math.max(0, ...(series.values[1] as (number | null)[]).map((value) => value ?? 0));
  return (
    <Chart
      title="Callbacks answered in"
      summary={slowest === 0 ? 'none in the minutes shown' : `${took(slowest)} at most in the minutes shown`}
      lines={[
        { label: 'median', colour: '--accent' },
        { label: 'slowest', colour: '--muted', points: true },
      ]}
      series={series}
      unit={(value) => (value >= 1_000 ? `${value / 1_000} s` : `${value} ms`)}
    />
  );
}
