import {
  encodeCallback,
  encodeReservationUpdate,
  InstructionError,
  judgeAssignmentAnswer,
} from '../../instructions/index.js';
import type { Delivery } from '../delivery/log.js';
import type { InstructionAs } from './types.js';

/** The instruction in an answer, as a callback and as REST would have it; null: Twilio takes none from it. */
export function instructionAs({
  callback,
  status,
  contentType = '',
  answer,
}: Delivery): InstructionAs | null {
  if (callback !== 'assignment' || status === undefined || answer === undefined) return null;
  const judged = judgeAssignmentAnswer({ status, contentType, body: answer });
  if (judged.verdict !== 'taken') return null;
  const { instruction } = judged;
  try {
    return {
      callback: encodeCallback(instruction),
      rest:
        instruction.instruction === 'defer'
          ? []
          : encodeReservationUpdate(instruction).map(([name, value]) => ({ name, value })),
    };
  } catch (error) {
    // An activity by its name: Twilio would not know it either.
    if (error instanceof InstructionError) return null;
    throw error;
  }
}
