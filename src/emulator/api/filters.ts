import {
  type CompiledExpression,
  compileExpression,
  type ExpressionContext,
  ExpressionError,
  type ExpressionWorker,
  type JsonObject,
} from '../../expressions/index.js';
import { percentageFree } from '../engine/index.js';
import { badRequest } from '../engine/refusal.js';
import type { Task, TaskQueue, Worker, WorkspaceView } from '../engine/types.js';
import type { World } from '../world/world.js';

/** The filters of lists that are expressions, and their `Ordering`. */

/** @throws {EngineRefusal} 400 with the place and the excerpt of a bad expression. */
function compiled<C extends ExpressionContext>(
  world: World,
  view: WorkspaceView,
  parameter: string,
  source: string,
  context: C,
): CompiledExpression<C> {
  try {
    const expression = compileExpression(source, context, { lenient: world.lenientExpressions });
    for (const { message } of expression.warnings) world.warn(view.workspace.sid, `${parameter}: ${message}`);
    return expression;
  } catch (error) {
    if (error instanceof ExpressionError)
      throw badRequest(`${parameter}: ${error.message}\n${error.excerpt}`);
    throw error;
  }
}

/** `TargetWorkersExpression`: worker attributes, and `sid`, `friendly_name`, `activity_sid`, `activity_name`. */
export function workerMatcher(
  world: World,
  view: WorkspaceView,
  source: string,
): (worker: Worker) => boolean {
  const expression = compiled(world, view, 'TargetWorkersExpression', source, 'queue');
  return (worker) => expression.test({ worker: factsOf(view, worker) });
}

/** `EvaluateTaskAttributes`: an expression over task attributes. */
export function taskMatcher(world: World, view: WorkspaceView, source: string): (task: Task) => boolean {
  const expression = compiled(world, view, 'EvaluateTaskAttributes', source, 'filter');
  return (task) => expression.test({ task: JSON.parse(task.attributes) });
}

/**
 * `EvaluateWorkerAttributes`: the queues a worker with these attributes would be in. Twilio's example has the number 6
 * in a string and compares it with 5, so strings that are numbers count as numbers here.
 */
export function queueMatcher(attributes: Readonly<Record<string, unknown>>): (queue: TaskQueue) => boolean {
  const worker: ExpressionWorker = {
    sid: '',
    friendlyName: '',
    activitySid: '',
    activityName: '',
    attributes: attributes as JsonObject,
    channel: () => undefined,
  };
  return ({ targetWorkers }) =>
    targetWorkers.trim() !== '' &&
    compileExpression(targetWorkers, 'queue', { coerceNumericStrings: true, lenient: true }).test({ worker });
}

function factsOf(view: WorkspaceView, worker: Worker): ExpressionWorker {
  return {
    sid: worker.sid,
    friendlyName: worker.friendlyName,
    activitySid: worker.activitySid,
    activityName: view.activities.get(worker.activitySid)?.friendlyName ?? '',
    attributes: JSON.parse(worker.attributes),
    channel(uniqueName) {
      const channel = view
        .workerChannels(worker.sid)
        .find(({ taskChannelSid: sid }) => view.taskChannels.get(sid)?.uniqueName === uniqueName);
      if (!channel) return undefined;
      const { configuredCapacity, assignedTasks } = channel;
      return { configuredCapacity, assignedTasks, availableCapacityPercentage: percentageFree(channel) };
    },
  };
}

/**
 * `Ordering`: `Field:asc` or `Field:desc`, several with commas between them. Without it the order of creation.
 * @throws {EngineRefusal} 400 for a field the list cannot be ordered by, or `DateCreated` beside `VirtualStartTime`.
 */
export function ordered<T>(
  items: readonly T[],
  ordering: string | undefined,
  fields: Readonly<Record<string, (item: T) => number>>,
): readonly T[] {
  if (ordering === undefined || ordering.trim() === '') return items;
  const seen = new Set<string>();
  const clauses = ordering.split(',').map((clause) => {
    const [, name = '', direction] = /^\s*(\w+)(?::(asc|desc))?\s*$/i.exec(clause) ?? [];
    const key = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (!key)
      throw badRequest(`Ordering accepts ${Object.keys(fields).join(', ')}, each followed by :asc or :desc`);
    seen.add(name);
    return { key, sign: direction?.toLowerCase() === 'desc' ? -1 : 1 };
  });
  if (seen.has('DateCreated') && seen.has('VirtualStartTime')) {
    throw badRequest('Ordering accepts DateCreated or VirtualStartTime, not both');
  }
  return [...items].sort((a, b) => {
    for (const { key, sign } of clauses) {
      const difference = key(a) - key(b);
      if (difference !== 0) return sign * difference;
    }
    return 0;
  });
}
