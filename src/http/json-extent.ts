/**
 * Where the JSON object at the start of a string ends: at the end of the text (blanks may follow), before it, or not at
 * all. Only brackets and strings count, so this does not say whether the object can be parsed.
 */
export function objectExtent(text: string): 'whole' | 'part' | 'unclosed' {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      at = endOfString(text, at);
      if (at === -1) return 'unclosed';
    } else if (code === OPEN) {
      depth += 1;
    } else if (code === CLOSE) {
      depth -= 1;
      if (depth === 0) return at === text.length - 1 || text.slice(at + 1).trim() === '' ? 'whole' : 'part';
    }
  }
  return 'unclosed';
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN = 0x7b;
const CLOSE = 0x7d;

/** The quote that ends the string which begins at `start`, or -1. */
function endOfString(text: string, start: number): number {
  let end = start;
  for (;;) {
    end = text.indexOf('"', end + 1);
    if (end === -1) return -1;
    let escapes = 0;
    while (text.charCodeAt(end - 1 - escapes) === BACKSLASH) escapes += 1;
    if (escapes % 2 === 0) return end;
  }
}
