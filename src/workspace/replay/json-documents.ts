import { offsetOfJsonError } from '../locate.js';

/** A text that is no JSON, or no longer from some place on. */
export class JsonSlip extends Error {
  /** From 1; undefined: not even its beginning is JSON. */
  readonly line: number | undefined;
  /** The text ends before the JSON does. */
  readonly cut: boolean;

  constructor(line: number | undefined, cut: boolean, cause: unknown) {
    super('no JSON', { cause });
    this.line = line;
    this.cut = cut;
  }
}

/**
 * The JSON values of a string that holds several, one after another, with or without space between them: one a line, or
 * pages that were put together with `cat`.
 *
 * @throws {JsonSlip} for a string that holds anything else.
 */
export function jsonDocuments(text: string): readonly unknown[] {
  try {
    return [JSON.parse(text)];
  } catch {
    return partsOf(text).map(({ begin, end }, index) => parsed(text, begin, end, index === 0));
  }
}

function parsed(text: string, begin: number, end: number, first: boolean): unknown {
  const part = text.slice(begin, end);
  try {
    return JSON.parse(part);
  } catch (cause) {
    const start = begin + part.length - part.trimStart().length;
    const isValue = text[start] === '{' || text[start] === '[';
    const at = isValue ? begin + offsetOfJsonError(part, cause) : start;
    const line = first && !isValue ? undefined : text.slice(0, at).split('\n').length;
    throw new JsonSlip(line, isValue && at >= text.trimEnd().length, cause);
  }
}

/** Objects and lists on the outermost level; what is between them stays with the one after, to be refused. */
function partsOf(text: string): readonly { readonly begin: number; readonly end: number }[] {
  const parts: { begin: number; end: number }[] = [];
  let depth = 0;
  let begin = 0;
  for (let at = 0; at < text.length; at += 1) {
    const letter = text[at];
    if (letter === '"') {
      for (at += 1; at < text.length && text[at] !== '"'; at += 1) if (text[at] === '\\') at += 1;
    } else if (letter === '{' || letter === '[') depth += 1;
    else if (letter === '}' || letter === ']') {
      depth -= 1;
      if (depth > 0) continue;
      parts.push({ begin, end: at + 1 });
      begin = at + 1;
    }
  }
  const end = text.trimEnd().length;
  return end <= begin ? parts : [...parts, { begin, end }];
}
