import type { DebuggerItem, DeliverySummary } from './deliveries.js';
import type { Faults, Info } from './info.js';
import type { WorkspaceRows } from './rows.js';
import type { TaskSummary } from './tasks.js';
import type { WorkspaceState } from './workspaces.js';

// GET /_emulator/stream (server-sent events)

/**
 * `event: hello`, once, first. `id:` of every message is `<instance>:<seq>`; a browser that reconnects sends it back as
 * `Last-Event-ID`, and the first batch then has everything that changed since.
 */
export interface Hello extends Info {
  /**
   * `new`: read the lists. `resumed`: nothing was missed, the next batch closes the gap. `restarted`: the process is
   * another one, see `lost`; read the lists anew. `behind`: more changed than a batch holds; read the lists anew.
   */
  readonly how: 'new' | 'resumed' | 'restarted' | 'behind';
}

/**
 * `event: batch`, at most 10 a second, only when something changed. States, not steps: what changed twice is told once,
 * as it is now. A reader that is slow gets fewer and no older ones.
 */
export interface Batch {
  /** Everything up to here is in this batch or an earlier one. */
  readonly seq: number;
  readonly now: number;
  /** The newest 500 of those that changed, oldest change first. */
  readonly tasks: readonly TaskSummary[];
  readonly deliveries: readonly DeliverySummary[];
  readonly debugger: readonly DebuggerItem[];
  /** Workspaces in which something changed, whole; with many workers, at most one a second. Empty with `rows=true`. */
  readonly workspaces: readonly WorkspaceState[];
  /** With `rows=true`: the same workspaces, but only the rows that changed. Otherwise empty. */
  readonly rows: readonly WorkspaceRows[];
  /** Workspaces that were deleted. */
  readonly removed: readonly string[];
  /** Null: they are as before. */
  readonly faults: Faults | null;
  /** How many more changed than are told here: read the lists. */
  readonly more: { readonly tasks: number; readonly deliveries: number; readonly debugger: number };
}
