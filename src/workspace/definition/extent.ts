import type { DefinitionProblem } from './error.js';

/** No definition, and no attributes that Twilio takes, come near these. */
const MOST_LEVELS = 100;
const MOST_CHARACTERS = 20_000_000;

/**
 * Says what is too deep or too large to go on with. Parts that are used several times count each time: aliases of YAML can
 * make a file of a few lines into more than the memory holds.
 *
 * @returns undefined for what is of an ordinary extent.
 */
export function extentProblem(value: unknown): DefinitionProblem | undefined {
  /** What was looked at already: a part that is used again is not walked again. */
  const known = new Map<object, { readonly characters: number; readonly levels: number }>();
  const path: (string | number)[] = [];
  let tooDeep = false;
  const extentOf = (one: unknown): { readonly characters: number; readonly levels: number } => {
    if (typeof one === 'string') return { characters: one.length + 1, levels: 0 };
    if (typeof one !== 'object' || one === null) return { characters: 1, levels: 0 };
    let extent = known.get(one) ?? { characters: 1, levels: 1 };
    tooDeep = path.length + extent.levels > MOST_LEVELS;
    if (tooDeep || known.has(one)) return extent;
    for (const [key, inner] of Object.entries(one)) {
      path.push(Array.isArray(one) ? Number(key) : key);
      const { characters, levels } = extentOf(inner);
      if (tooDeep) return extent;
      path.pop();
      extent = {
        characters: extent.characters + characters + key.length,
        levels: Math.max(extent.levels, levels + 1),
      };
    }
    known.set(one, extent);
    return extent;
  };
  const { characters } = extentOf(value);
  if (tooDeep)
    return {
      path: path.slice(0, 3),
      message: `has more than ${MOST_LEVELS} levels, or contains itself. Make it flatter.`,
    };
  if (characters <= MOST_CHARACTERS) return undefined;
  const most = MOST_CHARACTERS.toLocaleString('en-US');
  return {
    path: [],
    message: `is too large: expanded, it has more than ${most} characters. Write less, or use fewer aliases (*name).`,
  };
}
