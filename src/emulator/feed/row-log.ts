import type { QueueState, WorkerRow, WorkflowState, WorkspaceHead, WorkspaceRows } from './types.js';

type Lists = Pick<WorkspaceRows, 'queues' | 'workers' | 'workflows'>;
type Row = QueueState | WorkerRow | WorkflowState;

/** The rows of one workspace, and when each of them changed last: found out by comparing their texts. */
export class RowLog {
  readonly #rows = new Map<string, { text: string; seq: number }>();
  #head!: WorkspaceHead;
  #lists: Lists = { queues: [], workers: [], workflows: [] };
  /** When a row was removed last. Before the first update nobody knows what there was. */
  #removedAt = 0;
  /** Everything up to here is in it. */
  seq = 0;

  update(head: WorkspaceHead, lists: Lists, seq: number): void {
    const isFirst = this.seq === 0;
    const all: readonly Row[] = [...lists.queues, ...lists.workers, ...lists.workflows];
    for (const row of all) {
      const text = JSON.stringify(row);
      const known = this.#rows.get(row.sid);
      if (known === undefined) this.#rows.set(row.sid, { text, seq });
      else if (known.text !== text) Object.assign(known, { text, seq });
    }
    if (this.#rows.size > all.length) {
      const present = new Set(all.map(({ sid }) => sid));
      for (const sid of this.#rows.keys()) if (!present.has(sid)) this.#rows.delete(sid);
      this.#removedAt = seq;
    }
    if (isFirst) this.#removedAt = seq;
    this.#head = head;
    this.#lists = lists;
    this.seq = seq;
  }

  /** What changed after `after`; 0: all there is. */
  since(after: number): WorkspaceRows {
    const isNew = ({ sid }: Row) => this.#rows.get(sid)!.seq > after;
    return {
      ...this.#head,
      queues: this.#lists.queues.filter(isNew),
      workers: this.#lists.workers.filter(isNew),
      workflows: this.#lists.workflows.filter(isNew),
      present: after > 0 && this.#removedAt > after ? [...this.#rows.keys()] : null,
    };
  }
}
