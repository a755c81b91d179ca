import type { Reason } from '../../engine/index.js';

// POST /_emulator/evaluate

export interface EvaluateRequest {
  readonly expression: string;
  /** `queue`: TargetWorkers. `filter`: a workflow's filter. `target`: a target's expression. */
  readonly kind: 'queue' | 'filter' | 'target';
  /** A SID, or attributes. For `filter` and `target`. */
  readonly task?: string | object;
  /** A SID or friendly name, or attributes. For `queue` and `target`. */
  readonly worker?: string | object;
  /** Default: that of the task or worker, or the only one. */
  readonly workspaceSid?: string;
}

export interface Evaluated {
  readonly ok: boolean;
  /** Null: the expression cannot be read, see `error`. */
  readonly result: boolean | null;
  /** The comparisons that decided. */
  readonly reasons: readonly Reason[];
  /** Names that have no value here. */
  readonly missing: readonly string[];
  /** As the parser understood it. */
  readonly printed: string | null;
  readonly warnings: readonly ExpressionNote[];
  readonly error: ExpressionNote | null;
}

export interface ExpressionNote {
  readonly message: string;
  readonly line: number | null;
  readonly column: number | null;
}
