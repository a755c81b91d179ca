import type { LateRequest } from '../idempotency/types.js';
import type { Instruction } from '../instructions/index.js';
import type { AssignmentForm } from './form.js';

/** What another process needs to take a late answer over, should its own die. */
export interface Journal {
  readonly form: AssignmentForm;
  readonly via: 'primary' | 'fallback';
  /** What stands in for a decision that comes too late, where the handler has said so. */
  readonly onFailure?: Instruction | undefined;
  /** What its process was sending that must not be sent twice, and who had decided it. */
  readonly sending?: {
    readonly instruction: Instruction['instruction'];
    readonly handler: string | undefined;
  };
}

export const writeJournal = (journal: Journal): string => JSON.stringify(journal);

export const readJournal = (text: string): Journal => JSON.parse(text) as Journal;

/** The journal is written only when it comes to that. */
export function lateRequest(journal: Journal, limitMs: number): LateRequest {
  return {
    limitMs,
    get journal() {
      return writeJournal(journal);
    },
  };
}
