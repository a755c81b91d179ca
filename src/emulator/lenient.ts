import { readExpression } from '../expressions/index.js';
import type { CommandName } from './engine/command-types.js';

/**
 * What the expressions of a command that has been carried out were read in spite of, each with its place in the
 * document: `task_routing.filters[0].expression: line 1, column 6: …`.
 */
export function leniencies(name: CommandName, params: object): readonly string[] {
  switch (name) {
    case 'createTaskQueue':
    case 'updateTaskQueue': {
      const { targetWorkers } = params as { readonly targetWorkers?: string | undefined };
      return warningsOf('TargetWorkers', targetWorkers);
    }
    case 'createWorkflow':
    case 'updateWorkflow': {
      const { configuration } = params as { readonly configuration?: string | undefined };
      return configuration === undefined
        ? []
        : inside('task_routing', JSON.parse(configuration).task_routing);
    }
    default:
      return [];
  }
}

/** The same of every expression below a part of a configuration. */
function inside(at: string, part: unknown): readonly string[] {
  if (typeof part !== 'object' || part === null) return [];
  return Object.entries(part).flatMap(([key, value]) => {
    const place = Array.isArray(part) ? `${at}[${key}]` : `${at}.${key}`;
    return key === 'expression' || key === 'skip_if' ? warningsOf(place, value) : inside(place, value);
  });
}

function warningsOf(place: string, source: unknown): readonly string[] {
  if (typeof source !== 'string' || source.trim() === '') return [];
  return readExpression(source, true).warnings.map(({ message }) => `${place}: ${message}`);
}
