import type { Deferral } from '../../idempotency/types.js';
import type { Instruction } from '../../instructions/index.js';
import type { AssignmentForm } from '../form.js';

/** What another process needs to take over a deferred answer if its own process dies. */
export interface Journal {
  readonly form: AssignmentForm;
  readonly via: 'primary' | 'fallback';
  /** Replaces a decision that comes too late, if the handler gave one. */
  readonly onFailure?: Instruction | undefined;
  /** The instruction its process was about to send and that must not be sent twice, and the handler that decided it. */
  readonly sending?: {
    readonly instruction: Instruction['instruction'];
    readonly handler: string | undefined;
  };
}

export const writeJournal = (journal: Journal): string => JSON.stringify(journal);

export const readJournal = (text: string): Journal => JSON.parse(text) as Journal;

/** Writes the journal only when it is read. */
export function deferral(journal: Journal, limitMs: number): Deferral {
  return {
    limitMs,
    get journal() {
      return writeJournal(journal);
    },
  };
}
