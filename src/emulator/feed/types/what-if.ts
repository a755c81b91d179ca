import type { Explanation } from '../../engine/index.js';
import type { AssignmentStatus } from '../../engine/types.js';
import type { Named } from './info.js';

// POST /_emulator/what-if

/** At least one of the three. Nothing of it touches the running emulator. */
export interface WhatIfRequest {
  /** A task there is or was, with changes; or with `workflow` in place of `sid` a new one. */
  readonly task?: {
    readonly sid?: string;
    readonly workspaceSid?: string;
    /** SID or friendly name. */
    readonly workflow?: string;
    readonly attributes?: object;
    readonly priority?: number;
    /** SID or unique name. */
    readonly taskChannel?: string;
  };
  readonly workers?: readonly {
    /** SID, or friendly name where there is one workspace. */
    readonly worker: string;
    /** SID or friendly name. */
    readonly activity?: string;
    readonly attributes?: object;
    /** Capacity by unique name of the channel. */
    readonly capacity?: Readonly<Record<string, number>>;
  }[];
  /** Let so much time pass in the fork: `2m`, or milliseconds. Callbacks are not sent, nobody accepts. Default: 0. */
  readonly after?: string | number;
}

export interface WhatIf {
  /** The task as it is; null: there is none, or the question was not about one. */
  readonly before: Placed | null;
  readonly after: Placed | null;
  /**
   * `updated`: the task waited, and was changed where it is. `made again`: it was with a worker or had ended, so another
   * one like it took its place. `made`: a new one.
   */
  readonly how: 'updated' | 'made again' | 'made' | null;
  /** What becomes of other tasks, at most 100. */
  readonly others: readonly { readonly taskSid: string; readonly before: string; readonly after: string }[];
  /** How `after` differs, for people: `Experts -> Everyone`. Empty: it does not. */
  readonly changes: readonly string[];
}

export interface Placed {
  readonly status: AssignmentStatus | 'gone';
  /** The filter it goes by; null: none matched, or it is routed past the filters. */
  readonly filter: string | null;
  readonly queue: Named;
  readonly workers: readonly Named[];
  /** What it waits for. */
  readonly why: readonly string[];
  /** Null: the engine has forgotten it. */
  readonly explanation: Explanation | null;
}
