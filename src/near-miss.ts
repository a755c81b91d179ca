import { ConfigurationError } from './errors.js';

/** How many single letters must be added, removed, changed or swapped with their neighbour to make one string the other. */
function distance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const change = (last[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      let least = Math.min(change, (last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        least = Math.min(least, (beforeLast[j - 2] ?? 0) + 1);
      }
      row.push(least);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}

/** Longer words are not compared: the time grows with the square of the length, and a word may come from outside. */
const LONGEST = 200;

/**
 * The known words a misspelt one may stand for, nearest first, at most three. Case does not count as a difference.
 *
 * @param reach how many letters may differ. Default: a third of the word's, at least two.
 * @example nearMisses('Ofline', ['Available', 'Offline']) // ['Offline']
 */
export function nearMisses(
  word: string,
  known: Iterable<string>,
  reach: number = Math.max(2, Math.floor(word.length / 3)),
): readonly string[] {
  if (word.length > LONGEST) return [];
  const lower = word.toLowerCase();
  return [...known]
    .filter((name) => Math.abs(name.length - word.length) <= reach)
    .map((name) => ({ name, far: distance(lower, name.toLowerCase()) }))
    .filter(({ name, far }) => far <= reach && far < name.length)
    .sort((a, b) => a.far - b.far)
    .slice(0, 3)
    .map(({ name }) => name);
}

/**
 * The known word a misspelt one most likely stands for; `undefined` when none is close.
 *
 * @example nearMiss('deadlineMS', ['deadlineMs', 'store']) // 'deadlineMs'
 */
export const nearMiss = (word: string, known: Iterable<string>, reach?: number): string | undefined =>
  nearMisses(word, known, reach)[0];

/**
 * Refuses an options object with a key that is not known, and whatever is not an object at all. `undefined` passes:
 * options are optional.
 *
 * @param what who takes the options, as the user wrote it: `createTaskRouter`, `tasks.create`.
 * @throws {ConfigurationError} `bad-option`, with the near miss where there is one, else with all known keys.
 * @example refuseUnknownKeys({ deadlineMS: 1 }, ['deadlineMs'], 'createTaskRouter')
 * // createTaskRouter: there is no option "deadlineMS". Did you mean "deadlineMs"?
 */
export function refuseUnknownKeys(object: unknown, known: readonly string[], what: string): void {
  if (object === undefined) return;
  if (typeof object !== 'object' || object === null || Array.isArray(object)) {
    throw new ConfigurationError('bad-option', `${what}: the options must be an object.`);
  }
  for (const key of Object.keys(object)) {
    if (known.includes(key)) continue;
    const meant = nearMiss(key, known);
    const hint =
      meant !== undefined
        ? `Did you mean ${JSON.stringify(meant)}?`
        : known.length > 0
          ? `Options: ${known.join(', ')}.`
          : 'It takes no options.';
    throw new ConfigurationError(
      'bad-option',
      `${what}: there is no option ${JSON.stringify(key.slice(0, 100))}. ${hint}`,
    );
  }
}
