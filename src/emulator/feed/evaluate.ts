import {
  compileExpression,
  ExpressionError,
  type ExpressionWorker,
  type JsonObject,
  judge,
  missingNames,
  printExpression,
} from '../../expressions/index.js';
import { workspaceWith } from '../act.js';
import type { WorkerState } from '../engine/state.js';
import { findNamed } from '../named.js';
import type { World } from '../world/world.js';
import type { Feed } from './feed.js';
import type { Evaluated, EvaluateRequest, ExpressionNote } from './types.js';

type Parts = {
  readonly world: Pick<World, 'workspaces' | 'lenientExpressions'>;
  readonly feed: Feed;
  readonly coerceNumericStrings: boolean;
};

/**
 * Runs an expression against a task and a worker, and says which comparisons decided. An expression that cannot be
 * read is an answer, not a refusal: its place is told.
 *
 * @throws {EngineRefusal} 404 and ConfigurationError for a task or worker that does not exist.
 */
export function evaluate(request: EvaluateRequest, { world, feed, coerceNumericStrings }: Parts): Evaluated {
  const { expression, kind } = request;
  const task = request.task === undefined ? {} : taskFacts(request.task, feed, world);
  const worker = request.worker === undefined ? nobody({}) : workerFacts(request, world);
  try {
    const options = { lenient: world.lenientExpressions, coerceNumericStrings };
    // Each context has a type of its own; the scope has what all of them ask for.
    const compiled = compileExpression(expression, kind as 'target', options);
    const scope = { task, worker };
    const { result, reasons } = judge(compiled, scope, true);
    return {
      ok: true,
      result,
      reasons,
      missing: missingNames(compiled, [scope]),
      printed: printExpression(compiled.ast),
      warnings: compiled.warnings.map(note),
      error: null,
    };
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    return {
      ok: false,
      result: null,
      reasons: [],
      missing: [],
      printed: null,
      warnings: [],
      error: note(error),
    };
  }
}

function note(error: ExpressionError): ExpressionNote {
  const [, line, column] = /line (\d+), column (\d+)/.exec(error.message) ?? [];
  return {
    message: error.message,
    line: line === undefined ? null : Number(line),
    column: column === undefined ? null : Number(column),
  };
}

function taskFacts(task: string | object, feed: Feed, world: Parts['world']): JsonObject {
  if (typeof task !== 'string') return task as JsonObject;
  const journey = feed.journeys.get(task);
  if (journey) return JSON.parse(feed.journeys.body(journey).attributes) as JsonObject;
  return JSON.parse(workspaceWith(world, 'tasks', task).tasks.get(task)!.attributes) as JsonObject;
}

function workerFacts(
  { worker, workspaceSid, task }: EvaluateRequest,
  world: Parts['world'],
): ExpressionWorker {
  if (typeof worker !== 'string') return nobody(worker as JsonObject);
  const home =
    workspaceSid ??
    (typeof task === 'string'
      ? [...world.workspaces.values()].find((view) => view.tasks.has(task))?.workspace.sid
      : undefined);
  // The engine's own worker has what expressions see.
  return (findNamed(world, 'worker', worker, { workspaceSid: home }) as WorkerState).scope;
}

/** A worker made up for the question: it has attributes and nothing else. */
const nobody = (attributes: JsonObject): ExpressionWorker => ({
  sid: '',
  friendlyName: '',
  activitySid: '',
  activityName: '',
  attributes,
  channel: () => undefined,
});
