import type { QueueState, WorkerRow, WorkflowState, WorkspaceHead } from './workspaces.js';

// GET /_emulator/rows, and GET /_emulator/stream?rows=true: what stays small where queues and workers are many

export interface Rows {
  readonly seq: number;
  readonly now: number;
  /** Every workspace with all of its rows. */
  readonly rows: readonly WorkspaceRows[];
}

/** A workspace in rows, in order of creation. In a batch: only the rows that changed since the batch before. */
export interface WorkspaceRows extends WorkspaceHead {
  readonly queues: readonly QueueState[];
  readonly workers: readonly WorkerRow[];
  readonly workflows: readonly WorkflowState[];
  /** The SIDs of all rows there are: drop every other one. Null: none was removed. */
  readonly present: readonly string[] | null;
}
