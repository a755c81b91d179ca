import { TaskRouterKitError } from '../errors.js';

/** Why Twilio would refuse an instruction. The message names Twilio's code and says what to write instead. */
export interface InstructionProblem {
  /** Twilio's error code; undefined where Twilio documents none for this mistake. */
  readonly code: number | undefined;
  /** The option at fault, by its name in TypeScript; `instruction` for the instruction as a whole. */
  readonly field: string;
  readonly message: string;
}

/** An instruction that Twilio would refuse, always or for this task. */
export class InstructionError extends TaskRouterKitError {
  /** Twilio's error code; undefined where Twilio documents none for this mistake. */
  readonly twilioCode: number | undefined;
  /** The option at fault, by its name in TypeScript. */
  readonly field: string;

  constructor(problem: InstructionProblem, options?: ErrorOptions) {
    super('invalid-instruction', problem.message, options);
    this.twilioCode = problem.code;
    this.field = problem.field;
  }
}

/** The sentence for a problem: where, what, and Twilio's code if there is one. */
export function problemOf(where: string, field: string, what: string, code?: number): InstructionProblem {
  const twilio = code === undefined ? '' : ` (Twilio error ${code})`;
  return { code, field, message: `${where}: ${what}${twilio}.` };
}
