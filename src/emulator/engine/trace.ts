/** What was decided about a task. */
export type DecisionKind =
  | 'routed' // from the top of the workflow: the filter that matched
  | 'target' // entered a target
  | 'nobody' // looked for workers, found none
  | 'timed-out' // left a target because its timeout elapsed
  | 'skipped' // left a target because its skip_if was true
  | 'reserved' // subject: the worker
  | 'ended' // a reservation ended; subject: its status
  | 'left'; // left the workflow; subject: why

export interface Decision {
  readonly at: number;
  readonly kind: DecisionKind;
  readonly filter: number;
  readonly target: number;
  readonly subject: string;
}

/** The newest decisions about one task. Bounded, so that a task that waits for days costs no more than a fresh one. */
export class Trace {
  static readonly limit = 32;
  readonly decisions: Decision[] = [];
  dropped = 0;

  note(at: number, kind: DecisionKind, filter: number, target: number, subject = ''): void {
    const last = this.decisions.at(-1);
    // Nobody found, again and again, at the same step says nothing new.
    if (kind === 'nobody' && last?.kind === 'nobody' && last.filter === filter && last.target === target)
      return;
    this.decisions.push({ at, kind, filter, target, subject });
    if (this.decisions.length > Trace.limit) {
      this.decisions.shift();
      this.dropped += 1;
    }
  }
}
