import * as v from 'valibot';
import { nearMiss } from '../../../near-miss.js';
import { DURATION_WORDS, readMs } from '../../checked-file/duration.js';
import type { DefinitionPath } from '../../definition/index.js';

/** How long something takes, or how large a factor is: milliseconds, or a plain number. */
export type Distribution =
  | { readonly kind: 'deterministic'; readonly value: number }
  | { readonly kind: 'exponential'; readonly mean: number }
  | { readonly kind: 'gamma'; readonly mean: number; readonly shape: number }
  | { readonly kind: 'lognormal'; readonly mean: number; readonly sd: number }
  | { readonly kind: 'empirical'; readonly values: readonly number[] }
  | EmpiricalFile;

/** Values that are still in their file. */
export interface EmpiricalFile {
  readonly kind: 'file';
  readonly file: string;
  /** A name in the first line, or a number from 1. */
  readonly column: string | number | undefined;
}

const KINDS = ['deterministic', 'exponential', 'gamma', 'lognormal', 'empirical'] as const;
type Kind = (typeof KINDS)[number];

/** Of what the numbers of a distribution are. */
interface Unit {
  readonly read: (value: unknown) => number | undefined;
  readonly wanted: string;
}
const TIME: Unit = { read: readMs, wanted: DURATION_WORDS };
const FACTOR: Unit = {
  read: (value) =>
    typeof value === 'number' && value >= 0 && Number.isFinite(value) && value <= 1e6 ? value : undefined,
  wanted: 'a number from 0 to 1000000',
};

class Wrong extends Error {
  readonly path: DefinitionPath;
  constructor(path: DefinitionPath, message: string) {
    super(message);
    this.path = path;
  }
}

function readDistribution(value: unknown, unit: Unit): Distribution {
  const constant = unit.read(value);
  if (constant !== undefined) return { kind: 'deterministic', value: constant };
  if (!isRecord(value)) throw new Wrong([], `must be ${unit.wanted}, or one of ${KINDS.join(', ')}.`);
  if ('from' in value)
    throw new Wrong(
      ['from'],
      'goes into a list: [{ from, … }, { from, … }], the first from the beginning of the period.',
    );
  const [key, ...more] = Object.keys(value);
  if (key === undefined || more.length > 0) throw new Wrong([], `must have one of ${KINDS.join(', ')}.`);
  if (!KINDS.includes(key as Kind)) throw new Wrong([key], unknown(key, KINDS));
  const kind = key as Kind;
  const given = value[kind];
  const quantity = (name: string, { read, wanted }: Unit, least: 'positive' | 'any'): number => {
    const one = isRecord(given) ? given[name] : undefined;
    const number = read(one);
    if (number === undefined || (least === 'positive' && number === 0)) {
      throw new Wrong(
        [kind, name],
        one === undefined ? 'is missing.' : number === 0 ? 'must be more than 0.' : `must be ${wanted}.`,
      );
    }
    return number;
  };
  switch (kind) {
    case 'deterministic': {
      const number = unit.read(given);
      if (number === undefined) throw new Wrong([kind], `must be ${unit.wanted}.`);
      return { kind, value: number };
    }
    case 'exponential':
      onlyKeys(kind, given, ['mean']);
      return { kind, mean: quantity('mean', unit, 'any') };
    case 'gamma':
      onlyKeys(kind, given, ['mean', 'shape']);
      return { kind, mean: quantity('mean', unit, 'any'), shape: quantity('shape', FACTOR, 'positive') };
    case 'lognormal':
      onlyKeys(kind, given, ['mean', 'sd']);
      return { kind, mean: quantity('mean', unit, 'positive'), sd: quantity('sd', unit, 'any') };
    case 'empirical': {
      if (typeof given === 'string') return { kind: 'file', file: given, column: undefined };
      onlyKeys(kind, given, ['file', 'column']);
      const { file, column } = given as Record<string, unknown>;
      if (typeof file !== 'string' || file === '') throw new Wrong([kind, 'file'], 'must name a CSV file.');
      const usable =
        column === undefined ||
        typeof column === 'string' ||
        (typeof column === 'number' && Number.isInteger(column) && column >= 1);
      if (!usable) throw new Wrong([kind, 'column'], 'must be a name of the first line, or a number from 1.');
      return { kind: 'file', file, column };
    }
  }
}

function onlyKeys(kind: Kind, given: unknown, known: readonly string[]): void {
  if (!isRecord(given)) throw new Wrong([kind], `must be an object with ${known.join(' and ')}.`);
  for (const key of Object.keys(given))
    if (!known.includes(key)) throw new Wrong([kind, key], unknown(key, known));
}

function unknown(key: string, known: readonly string[]): string {
  const meant = nearMiss(key, known);
  const hint = meant === undefined ? `Keys: ${known.join(', ')}.` : `Did you mean ${JSON.stringify(meant)}?`;
  return `is not a key here. ${hint}`;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const schemaOf = (unit: Unit) =>
  v.pipe(
    v.unknown(),
    v.rawTransform(({ dataset: { value }, addIssue, NEVER }): Distribution => {
      try {
        return readDistribution(value, unit);
      } catch (error) {
        if (!(error instanceof Wrong)) throw error;
        const [first, ...rest] = error.path.map((key) => ({
          type: 'object' as const,
          origin: 'value' as const,
          input: {},
          key: String(key),
          value: undefined,
        }));
        addIssue({ message: error.message, ...(first === undefined ? {} : { path: [first, ...rest] }) });
        return NEVER;
      }
    }),
  );

/** The form of a distribution of lengths of time, read into milliseconds. */
export const timeDistribution = schemaOf(TIME);
/** The form of a distribution of factors. */
export const factorDistribution = schemaOf(FACTOR);

/** The mean, where it can be known without drawing. */
export function meanOf(distribution: Distribution): number {
  switch (distribution.kind) {
    case 'deterministic':
      return distribution.value;
    case 'empirical':
      return distribution.values.reduce((sum, value) => sum + value / distribution.values.length, 0);
    case 'file':
      throw new Error('the values are still in their file');
    default:
      return distribution.mean;
  }
}
