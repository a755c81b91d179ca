import type { JsonValue } from '../../../expressions/index.js';

/** One comparison of an expression, and what it came to. */
export interface Reason {
  /** The comparison as it is written in the expression. */
  readonly text: string;
  readonly result: boolean;
  /** Names in it that had no value (NULL). */
  readonly missing: readonly string[];
  /** Names in it that had one; absent: none had. */
  readonly values?: readonly { readonly name: string; readonly value: JsonValue }[];
  /** Why the types of its two sides keep it from being true; absent: it is not the types. */
  readonly mismatch?: string;
}

export interface FilterExplanation {
  /** The label of the filter, else `filter 1`, `filter 2`, …; the default filter is `default filter`. */
  readonly name: string;
  readonly expression: string | null;
  /** Judged on the task's present attributes. */
  readonly matches: boolean;
  /** The comparisons that decided. */
  readonly reasons: readonly Reason[];
  readonly targets: readonly TargetExplanation[];
}

export interface TargetExplanation {
  readonly queueSid: string;
  readonly queueName: string;
  /** `present` is where the task is, or where it was when it left the workflow. */
  readonly fate: 'not reached' | 'present' | 'timed out' | 'skipped' | 'left';
}

export interface WorkerExplanation {
  readonly workerSid: string;
  readonly workerName: string;
  readonly eligible: boolean;
  /** Why not, each a short sentence; empty when eligible. */
  readonly why: readonly string[];
}

export interface ExplainedDecision {
  readonly at: number;
  readonly text: string;
}

/**
 * Why a task is where it is. Filters and workers are judged on the present state; decisions were noted as they were
 * taken, in the names and values of their time.
 */
export interface Explanation {
  readonly taskSid: string;
  readonly assignmentStatus: string;
  readonly workflowName: string;
  /** What the task waits for, and until when; that its workflow was changed since. Each a short sentence. */
  readonly now: readonly string[];
  readonly filters: readonly FilterExplanation[];
  /** The workers of the present queue, eligible ones first in the order in which they would be chosen. */
  readonly workers: readonly WorkerExplanation[];
  /** What was decided, in order. */
  readonly decisions: readonly ExplainedDecision[];
  /** Decisions no longer kept: only the newest are. */
  readonly droppedDecisions: number;
  /** Names in the workflow's and the queue's expressions that no task or no worker has. */
  readonly unknownNames: readonly { readonly name: string; readonly where: string }[];
}
