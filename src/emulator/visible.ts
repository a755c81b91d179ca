/**
 * What a terminal would act on instead of showing: control characters, the marks that turn the direction of writing,
 * and the separators of lines and paragraphs.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const INVISIBLE = /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g;

/**
 * A text that others gave, such as a name, for one line on a terminal: what is not shown there is escaped as in JSON.
 * @example visible('Ann\u001b[2J') // 'Ann\\u001b[2J'
 */
export function visible(text: string): string {
  return text.replace(INVISIBLE, escaped);
}

/** The same for a text of several lines, which stay. */
export function visibleLines(text: string): string {
  return text.split('\n').map(visible).join('\n');
}

function escaped(char: string): string {
  if (char === '\n') return '\\n';
  if (char === '\t') return '\\t';
  if (char === '\r') return '\\r';
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
