/** The axes of charts: where their marks are, and what these are called. */
export interface Axis {
  readonly to: number;
  readonly marks: readonly { readonly at: number; readonly label: string }[];
}

const TIME_STEPS = [
  0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 28_800, 86_400,
];
const MOST_MARKS = 5;

/** From 0 to somewhat above the largest of seconds. */
export function timeAxis(largest: number): Axis {
  const step = TIME_STEPS.find((one) => largest / one <= MOST_MARKS) ?? Math.ceil(largest / MOST_MARKS);
  return axis(largest, step, seconds);
}

/** From 0 to somewhat above the largest count. */
export function countAxis(largest: number): Axis {
  const size = 10 ** Math.floor(Math.log10(Math.max(largest, 1)));
  const step =
    [0.2, 0.5, 1, 2].map((one) => one * size).find((one) => largest / one <= MOST_MARKS) ?? size * 2;
  return axis(largest, step, (value) => String(Number(value.toFixed(1))));
}

export function shareAxis(largest: number): Axis {
  const step = [0.02, 0.05, 0.1, 0.2].find((one) => largest / one <= MOST_MARKS) ?? 0.25;
  return axis(Math.min(largest, 1), step, (value) => `${Math.round(value * 100)} %`);
}

function axis(largest: number, step: number, label: (value: number) => string): Axis {
  const count = Math.max(1, Math.ceil(largest / step - 1e-9));
  return {
    to: count * step,
    marks: Array.from({ length: count + 1 }, (_, index) => ({
      at: index * step,
      label: label(index * step),
    })),
  };
}

/** @example seconds(90) // '90 s'; seconds(130) // '2:10 min' */
export function seconds(value: number): string {
  const short = (number: number) => String(Number(number.toFixed(1)));
  if (value < 120) return `${short(value)} s`;
  if (value >= 7_200) return `${short(value / 3_600)} h`;
  const rest = Math.round(value % 60);
  return `${Math.floor(value / 60)}${rest === 0 ? '' : `:${String(rest).padStart(2, '0')}`} min`;
}

/** Times of day for an axis, in milliseconds: whole hours, or parts of one where the period is short. */
export function hoursWithin(from: number, to: number): readonly number[] {
  const minute = 60_000;
  const step = [5, 10, 15, 30, 60, 120, 180, 240, 360, 720, 1_440]
    .map((minutes) => minutes * minute)
    .find((one) => (to - from) / one <= 9);
  if (step === undefined) return [from, to];
  const first = Math.ceil(from / step) * step;
  return Array.from({ length: Math.floor((to - first) / step) + 1 }, (_, index) => first + index * step);
}
