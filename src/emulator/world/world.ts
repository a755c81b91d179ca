import type { ReservationInstruction } from '../../instructions/index.js';
import type { Logger } from '../../log.js';
import type { Engine } from '../engine/interface.js';
import type { EventLog } from './event-log.js';
import type { Faults } from './faults.js';

/** What the parts of one emulator share: the engine, its time, what happened, and the faults switched on. */
export interface World {
  readonly accountSid: string;
  readonly authToken: string;
  /** API keys that open the API too: secrets by SID. */
  readonly apiKeys: ReadonlyMap<string, string>;
  /** The choice of that name: may an expression be what only live configurations hold? */
  readonly lenientExpressions: boolean;
  /** The emulator's time, real or virtual, in milliseconds. */
  now(): number;
  readonly workspaces: Engine['workspaces'];
  readonly dispatch: Engine['dispatch'];
  readonly explain: Engine['explain'];
  readonly events: EventLog;
  readonly faults: Faults;
  readonly log: Logger;
  /** Puts a warning into what Twilio's debugger would show: the request was taken, but most likely not as meant. */
  warn(workspaceSid: string, message: string): void;
}

/** Carries out an instruction on a reservation, whoever gave it. */
export interface InstructionExecutor {
  /**
   * Why it cannot be carried out, with Twilio's code; undefined: it has been, or it has begun (a phone rings).
   * @throws {EngineRefusal} when the reservation's state does not allow it and no code says so.
   */
  execute(
    workspaceSid: string,
    reservationSid: string,
    instruction: ReservationInstruction,
    via: 'callback' | 'rest',
  ): { readonly code: number; readonly message: string } | undefined;
  /** Accepts a reservation; with the switch `doubleAccept`, after another worker did. */
  accept(workspaceSid: string, reservationSid: string, ifMatch?: number): void;
  /** Answers the phone that rings for a reservation; accepts it where none rings. @throws {EngineRefusal} as `accept`. */
  answer(workspaceSid: string, reservationSid: string): void;
}
