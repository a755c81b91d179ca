/**
 * The JSON values of a text that holds several, one after another, with or without space between them: one a line, or
 * pages that were put together with `cat`.
 *
 * @throws {SyntaxError} for a text that holds anything else.
 */
export function jsonDocuments(text: string): readonly unknown[] {
  try {
    return [JSON.parse(text)];
  } catch (error) {
    const parts = partsOf(text);
    if (parts.length < 2) throw error;
    return parts.map((part) => JSON.parse(part));
  }
}

/** Objects and lists on the outermost level; what is between them stays with the one after, to be refused. */
function partsOf(text: string): readonly string[] {
  const parts: string[] = [];
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
      parts.push(text.slice(begin, at + 1));
      begin = at + 1;
    }
  }
  const rest = text.slice(begin).trim();
  return rest === '' ? parts : [...parts, rest];
}
