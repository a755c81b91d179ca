import type { HandlerDefinition, TaskRouter } from '../index.js';

/**
 * Registers the definitions of handler files, in their order, which is the routing order.
 *
 * @throws {ConfigurationError} as the router's own methods do.
 */
export function register(taskRouter: TaskRouter, definitions: readonly HandlerDefinition[]): void {
  for (const definition of definitions) {
    switch (definition.kind) {
      case 'assignment':
        taskRouter.onAssignment(definition.match, definition.handler);
        break;
      case 'event':
        taskRouter.onEvent(definition.types, definition.handler);
        break;
      case 'otherwise':
        taskRouter.otherwise(definition.handler);
    }
  }
}
