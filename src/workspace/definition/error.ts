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

/** The definition cannot be used. Every problem is in the message, each with its path. */
export class DefinitionError extends ConfigurationError {
  readonly problems: readonly DefinitionProblem[];

  /** @param where - says where a problem is; default: its path. */
  constructor(
    problems: readonly DefinitionProblem[],
    where = ({ path }: DefinitionProblem): string => formatPath(path),
    options?: ErrorOptions,
  ) {
    const lines = problems.map((problem) => {
      const place = where(problem);
      return place === '' ? problem.message : `${place}: ${problem.message}`;
    });
    super('bad-definition', lines.join('\n'), options);
    this.problems = problems;
  }
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
