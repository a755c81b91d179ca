/** Icons on a grid of 16, drawn with the colour of the text. They say nothing to a screen reader: a word is beside each. */
const PATHS = {
  waiting: 'M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13M8 4.5V8l2.5 1.5',
  offered: 'M3 12.5h10M8 10V3M5 5.5 8 2.5l3 3',
  phone:
    'M3 2.5h2.5L7 6 5.3 7.3a8 8 0 0 0 3.4 3.4L10 9l3.5 1.5v2.5c0 .6-.5 1-1.1 1C6.5 13.5 2.5 9.5 2 3.6c0-.6.4-1.1 1-1.1',
  check: 'M3 8.5 6.5 12 13 4.5',
  cross: 'M4 4l8 8M12 4l-8 8',
  wrap: 'M12.5 5.5A5.5 5.5 0 1 0 13.5 9M13 2v3.5H9.5',
  done: 'M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13M5 8.2l2.2 2.2L11 6',
  banned: 'M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13M3.5 3.5l9 9',
  gone: 'M4 8h8',
  clock: 'M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13M8 4.5V8H5',
  arrow: 'M3 8h10M9 4l4 4-4 4',
  warn: 'M8 2 1.5 13.5h13zM8 6.5v3M8 11.5v.1',
  plus: 'M8 3v10M3 8h10',
  copy: 'M5.5 5.5V3a1 1 0 0 1 1-1H13a1 1 0 0 1 1 1v6.5a1 1 0 0 1-1 1h-2.5M3 5.5h6.5a1 1 0 0 1 1 1V13a1 1 0 0 1-1 1H3a1 1 0 0 1-1-1V6.5a1 1 0 0 1 1-1',
  back: 'M13 8H3M7 4 3 8l4 4',
  replay: 'M3.5 8a4.5 4.5 0 1 0 1.4-3.3M3.5 2v3h3',
  bolt: 'M9 1.5 3.5 9H8l-1 5.5L12.5 7H8z',
  person: 'M8 8a3 3 0 1 0 0-6 3 3 0 0 0 0 6M2.5 14c.5-3 2.7-4.5 5.5-4.5s5 1.5 5.5 4.5',
  pulse: 'M1.5 8h3l2-5 3 10 2-5h3',
  pause: 'M5.5 3.5v9M10.5 3.5v9',
  question: 'M5.5 6a2.5 2.5 0 1 1 3.6 2.2C8.3 8.6 8 9 8 10M8 12.5v.1',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
