import { readExpression } from '../expressions/index.js';
import type { CommandName } from './engine/types.js';

/**
 * What the expressions of a command that has been carried out were read in spite of, each with its place in the
 * document: `task_routing.filters[0].expression: line 1, column 6: …`.
 */
export function leniencies(name: CommandName, params: object): readonly string[] {
  switch (name) {
    case 'createTaskQueue':
    case 'updateTaskQueue':
      return warningsOf(params, ['targetWorkers'], { targetWorkers: 'TargetWorkers' });
    case 'createWorkflow':
    case 'updateWorkflow': {
      const { configuration } = params as { readonly configuration?: string | undefined };
      return configuration === undefined
        ? []
        : inside(JSON.parse(configuration).task_routing, 'task_routing');
    }
    default:
      return [];
  }
}

const expressions = ['expression', 'skip_if'];

/** The same of every expression below a part of a configuration. */
function inside(part: unknown, at: string): readonly string[] {
  if (typeof part !== 'object' || part === null) return [];
  const below = Object.entries(part).flatMap(([key, value]) =>
    inside(value, Array.isArray(part) ? `${at}[${key}]` : `${at}.${key}`),
  );
  return [...warningsOf(part, expressions, {}, `${at}.`), ...below];
}

function warningsOf(
  fields: object,
  keys: readonly string[],
  shown: Readonly<Record<string, string>>,
  before = '',
): readonly string[] {
  return keys.flatMap((key) => {
    const source: unknown = (fields as Readonly<Record<string, unknown>>)[key];
    if (typeof source !== 'string' || source.trim() === '') return [];
    return readExpression(source, true).warnings.map(
      ({ message }) => `${before}${shown[key] ?? key}: ${message}`,
    );
  });
}
