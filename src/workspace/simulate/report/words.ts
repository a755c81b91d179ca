/** Figures in words of people. */

const NONE = '–';

/** `7.8 s`, `2 min 5 s`, `23 h 59 min`. */
export function inSeconds(value: number | null): string {
  if (value === null) return NONE;
  const seconds = Math.abs(value);
  const sign = value < 0 ? '-' : '';
  if (seconds < 10) return `${sign}${seconds.toFixed(1)} s`;
  if (seconds < 120) return `${sign}${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes >= 120) return `${sign}${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  return `${sign}${Math.floor(Math.round(seconds) / 60)} min ${Math.round(seconds) % 60} s`;
}

/** `90.2 %` */
export const inPercent = (share: number | null): string =>
  share === null ? NONE : `${(share * 100).toFixed(1)} %`;

/** `2016`, `58.6`, `0.12` */
export function count(value: number | null): string {
  if (value === null) return NONE;
  const size = Math.abs(value);
  return size >= 100 || Number.isInteger(value)
    ? String(Math.round(value))
    : value.toFixed(size >= 10 ? 1 : 2);
}

/** `+1.2`, `-0.4`: the words of a difference. */
export function signed(value: number | null, words: (value: number) => string): string {
  if (value === null) return NONE;
  const text = words(value);
  return value > 0 ? `+${text}` : text;
}

const oneLine = (text: string): string => text.replaceAll(/[\r\n]+/g, ' ');

/** Rows as a table of aligned columns; the first column to the left, the others to the right. */
export function table(cells: readonly (readonly string[])[]): string {
  const rows = cells.map((row) => row.map(oneLine));
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => [...(row[column] ?? '')].length)),
  );
  return rows
    .map((row) =>
      row
        .map((cell, column) => {
          const padding = ' '.repeat(Math.max(0, widths[column]! - [...cell].length));
          return column === 0 ? cell + padding : padding + cell;
        })
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** A text that others gave, for a cell of a table: without lines, columns and tags of its own. */
export const markdownCell = (text: string): string => oneLine(text).replaceAll(/[\\|<]/g, '\\$&');

/** Rows as a table in Markdown. The first row is its head; texts of others are {@link markdownCell}s. */
export function markdownTable([head = [], ...rows]: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, index) => (index === 0 ? '---' : '---:'))), ...rows.map(line)].join(
    '\n',
  );
}
