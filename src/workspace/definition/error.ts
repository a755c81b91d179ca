import { ConfigurationError } from '../../errors.js';

/** The way to a value: `['workflows', 'Calls', 'filters', 0, 'expression']`. */
export type DefinitionPath = readonly (string | number)[];

/** One thing that is wrong with a definition. */
export interface DefinitionProblem {
  readonly path: DefinitionPath;
  /** What is wrong and what to write instead. */
  readonly message: string;
  /** Of a name that refers to nothing: what it should name. */
  readonly kind?: 'activity' | 'task channel' | 'task queue';
}

/** The definition cannot be used. The message has the first hundred problems, each with its path. */
export class DefinitionError extends ConfigurationError {
  readonly problems: readonly DefinitionProblem[];

  /** @param where - says where a problem is; default: its path. */
  constructor(
    problems: readonly DefinitionProblem[],
    where = ({ path }: DefinitionProblem): string => formatPath(path),
    options?: ErrorOptions,
  ) {
    const lines = problemLines(problems, (problem) => {
      const place = where(problem);
      return place === '' ? problem.message : `${place}: ${problem.message}`;
    });
    super('bad-definition', lines.join('\n'), options);
    this.problems = problems;
  }
}

/** A file with more problems is another one than was meant. */
const MOST_LINES = 100;

/** The lines of a message: one for each problem, as far as anybody would read them. */
export function problemLines(
  problems: readonly DefinitionProblem[],
  lineOf: (problem: DefinitionProblem) => string,
): readonly string[] {
  const lines = problems.slice(0, MOST_LINES).map(lineOf);
  const more = problems.length - lines.length;
  return more > 0 ? [...lines, `And ${more} more.`] : lines;
}

/**
 * A path as one would write it in JavaScript.
 * @example formatPath(['workflows', 'Who helps', 'filters', 0]) // workflows["Who helps"].filters[0]
 */
export function formatPath(path: DefinitionPath): string {
  return path
    .map((key, index) =>
      typeof key === 'number'
        ? `[${key}]`
        : /^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(key)
          ? `${index === 0 ? '' : '.'}${key}`
          : `[${JSON.stringify(key)}]`,
    )
    .join('');
}
