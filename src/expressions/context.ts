import type { Comparison, Path } from './ast.js';
import type { JsonObject } from './values.js';

/** One channel of a worker, as `worker.channel.<unique name>` shows it. */
export interface ExpressionChannel {
  readonly configuredCapacity: number;
  readonly assignedTasks: number;
  readonly availableCapacityPercentage: number;
}

/** A worker as expressions see it. */
export interface ExpressionWorker {
  readonly sid: string;
  readonly friendlyName: string;
  readonly activitySid: string;
  readonly activityName: string;
  readonly attributes: JsonObject;
  channel(uniqueName: string): ExpressionChannel | undefined;
}

/** Where an expression stands, and what it can look at there (routing rules: docs/emulator-fidelity.md). */
export interface Scopes {
  /** `TargetWorkers`, and the worker list filter: names are worker attributes and four worker fields, with or without `worker.`. */
  queue: { readonly worker: ExpressionWorker };
  /** A workflow filter, and the task list filter: bare names are task attributes. */
  filter: { readonly task: JsonObject };
  /** A target's expression: every name begins with `worker.` or `task.`. */
  target: { readonly task: JsonObject; readonly worker: ExpressionWorker };
  /** `skip_if`: only `workers.available`, `workers.unavailable` and `workers.<ActivitySid>`, all counts. */
  skip_if: { readonly workers: (name: string) => number };
}

export type ExpressionContext = keyof Scopes;

/** What is wrong with a name in this context; undefined: nothing. */
export function nameProblem(context: ExpressionContext, path: Path): string | undefined {
  const [first, second] = path.segments;
  if (context === 'target' && ((first !== 'worker' && first !== 'task') || second === undefined)) {
    return 'in a target, every name begins with worker. or task.';
  }
  if (
    context === 'skip_if' &&
    (first !== 'workers' || typeof second !== 'string' || path.segments.length !== 2)
  ) {
    return 'skip_if knows only workers.available, workers.unavailable and workers.<activity SID>';
  }
  return undefined;
}

/** What is wrong with an operator in this context; undefined: nothing. */
export function operatorProblem(context: ExpressionContext, { operator }: Comparison): string | undefined {
  return context === 'skip_if' && /[A-Z]/.test(operator)
    ? `skip_if compares numbers: ==, !=, >, >=, < or <=, not ${operator}`
    : undefined;
}
