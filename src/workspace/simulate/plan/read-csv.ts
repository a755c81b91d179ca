import { nearMiss } from '../../../near-miss.js';
import { readMs } from '../../checked-file/duration.js';
import { readTextFile } from '../../read-text.js';
import type { EmpiricalFile } from './distribution.js';

/** More values say nothing that fewer do not. */
const MOST_VALUES = 10_000_000;
/** Of a file with so many, and other columns beside them. */
const MOST_BYTES = 500_000_000;

/**
 * The lengths of time in one column of a CSV file, in milliseconds. A number is a number of seconds. A first line that
 * holds no length of time in that column holds the names of the columns.
 *
 * @throws {Error} with file and line, in words for an error.
 */
export function readCsv({ file, column }: Pick<EmpiricalFile, 'file' | 'column'>): readonly number[] {
  const rows = rowsOf(file);
  const [first] = rows;
  if (!first) throw new Error(`${file} is empty: it must hold one length of time a line.`);
  const index = indexOf(file, column, first.cells);
  const top = first.cells[index] ?? '';
  const header = typeof column === 'string' || (readMs(cell(top)) === undefined && !isNumber(top));
  const values = (header ? rows.slice(1) : rows).map(({ line, cells }) => {
    const text = cells[index];
    const value = text === undefined || text === '' ? undefined : readMs(cell(text));
    if (value !== undefined) return value;
    const what = text === undefined ? 'has no such column' : `holds ${JSON.stringify(text.slice(0, 30))}`;
    throw new Error(
      `${file}:${line}: column ${column ?? 1} ${what}: it must be a length of time, in seconds or such as '90s'.`,
    );
  });
  if (values.length === 0) throw new Error(`${file} holds no value below its first line.`);
  if (values.length > MOST_VALUES) throw new Error(`${file} holds more than ${MOST_VALUES} values.`);
  return values;
}

interface Row {
  readonly line: number;
  readonly cells: readonly string[];
}

function rowsOf(file: string): readonly Row[] {
  const { text, problem } = { text: '', ...readTextFile(file, MOST_BYTES) };
  if (problem !== undefined) throw new Error(`${file}: ${problem}`);
  const lines = text.split(/\r\n|\n|\r/);
  const separator = [',', ';', '\t'].find((one) => lines[0]?.includes(one)) ?? ',';
  return lines.flatMap((one, index) =>
    one.trim() === '' ? [] : [{ line: index + 1, cells: cellsOf(one, separator) }],
  );
}

/** One line: cells may be in quotes, with doubled quotes inside. A cell over several lines is none of numbers. */
function cellsOf(line: string, separator: string): readonly string[] {
  const cells: string[] = [];
  let text = '';
  let quoted = false;
  for (let at = 0; at < line.length; at += 1) {
    const letter = line[at]!;
    if (quoted && letter === '"' && line[at + 1] === '"') {
      text += '"';
      at += 1;
    } else if (letter === '"') quoted = !quoted;
    else if (letter === separator && !quoted) {
      cells.push(text.trim());
      text = '';
    } else text += letter;
  }
  return [...cells, text.trim()];
}

function indexOf(file: string, column: EmpiricalFile['column'], names: readonly string[]): number {
  if (column === undefined) return 0;
  if (typeof column === 'number') return column - 1;
  const index = names.indexOf(column);
  if (index >= 0) return index;
  const meant = nearMiss(column, names);
  const hint =
    meant === undefined
      ? `Its first line has ${names.map((name) => JSON.stringify(name.slice(0, 40))).join(', ')}.`
      : `Did you mean ${JSON.stringify(meant)}?`;
  throw new Error(`${file} has no column ${JSON.stringify(column)}. ${hint}`);
}

/** Such as `-1`: wrong, but no name of a column. */
const isNumber = (text: string): boolean => text !== '' && Number.isFinite(Number(text));

/** A cell as a length of time is written elsewhere: a number, or a string with a unit. */
const cell = (text: string): number | string => (/^\d+(\.\d+)?$/.test(text) ? Number(text) : text);
