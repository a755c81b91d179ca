import {
  compileExpression,
  type ExpressionContext,
  type JsonObject,
  type Scopes,
} from '../../src/expressions/index.js';

export const worker = (attributes: JsonObject = {}): Scopes['queue']['worker'] => ({
  sid: 'WK1',
  friendlyName: 'Ann',
  activitySid: 'WA1',
  activityName: 'Available',
  attributes,
  channel: (name) =>
    name === 'voice'
      ? { configuredCapacity: 4, assignedTasks: 1, availableCapacityPercentage: 75 }
      : undefined,
});

/** Runs a filter expression over task attributes. */
export const filter = (source: string, task: JsonObject = {}, coerceNumericStrings = false): boolean =>
  compileExpression(source, 'filter', { coerceNumericStrings }).test({ task });

/** The problem and place of a text that is no expression. */
export function failure(source: string, context: ExpressionContext = 'filter') {
  try {
    compileExpression(source, context);
  } catch (error) {
    return error as {
      line: number;
      column: number;
      problem: string;
      excerpt: string;
      message: string;
      name: string;
    };
  }
  throw new Error(`no error: ${source}`);
}
