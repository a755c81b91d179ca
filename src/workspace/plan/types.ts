import type { FieldChange } from './field-changes.js';

export type PlanKind = 'workspace' | 'activity' | 'taskChannel' | 'taskQueue' | 'worker' | 'workflow';
export type PlanAction = 'create' | 'update' | 'rename' | 'delete';

/**
 * Whose change it is: `definition`, the file has changed since the last apply; `drift`, the workspace has; `unknown`, there
 * is no state file that could tell.
 */
export type PlanCause = 'definition' | 'drift' | 'unknown';

/** One resource that differs from its definition. */
export interface PlanChange {
  readonly action: PlanAction;
  readonly kind: PlanKind;
  /** As it will be; of a deletion, as it is. */
  readonly name: string;
  /** Of a rename: the name it has. */
  readonly from?: string;
  readonly sid?: string;
  readonly cause: PlanCause;
  readonly fields: readonly FieldChange[];
  /** Why it will not be done. */
  readonly blockedBy?: string;
}

/** What an apply would do. This is what `plan --json` prints. */
export interface Plan {
  readonly format: 1;
  readonly workspace: { readonly name: string; readonly sid: string | null };
  /** Nothing is to be done, and nothing is blocked. */
  readonly inSync: boolean;
  readonly summary: {
    readonly create: number;
    readonly update: number;
    readonly rename: number;
    readonly delete: number;
    /** Resources that the definition does not have and that stay. */
    readonly kept: number;
  };
  readonly changes: readonly PlanChange[];
}
