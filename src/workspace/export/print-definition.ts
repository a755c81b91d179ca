import { stringify } from 'yaml';
import type { WorkspaceDefinition } from '../definition/index.js';

export type DefinitionFormat = 'yaml' | 'json' | 'ts';

/** A definition as the text of a file. */
export function printDefinition(definition: WorkspaceDefinition, format: DefinitionFormat): string {
  switch (format) {
    case 'json':
      return `${JSON.stringify(definition, null, 2)}\n`;
    case 'yaml':
      return stringify(definition, { lineWidth: 0, singleQuote: true });
    case 'ts':
      return `import { defineWorkspace } from 'taskrouter-kit/workspace';\n\nexport default defineWorkspace(${literal(definition, '')});\n`;
  }
}

/** The longest list or object on one line. */
const WIDTH = 100;

function literal(value: unknown, indent: string): string {
  if (typeof value === 'string') return quoted(value);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'undefined';
  const isList = Array.isArray(value);
  const inner = `${indent}  `;
  const items = isList
    ? value.map((one) => literal(one, inner))
    : Object.entries(value).map(([key, one]) => `${keyOf(key)}: ${literal(one, inner)}`);
  const [open, close] = isList ? ['[', ']'] : ['{', '}'];
  if (items.length === 0) return `${open}${close}`;
  const line = isList ? `[${items.join(', ')}]` : `{ ${items.join(', ')} }`;
  if (line.length + indent.length <= WIDTH && !line.includes('\n')) return line;
  return `${open}\n${items.map((item) => `${inner}${item},\n`).join('')}${indent}${close}`;
}

const keyOf = (key: string) => (/^[A-Za-z_$][\w$]*$/.test(key) && key !== '__proto__' ? key : quoted(key));

/** In single quotes, or in double ones where that saves escapes. */
function quoted(text: string): string {
  const json = JSON.stringify(text);
  if (text.includes("'")) return json;
  return `'${json.slice(1, -1).replaceAll('\\"', '"')}'`;
}
