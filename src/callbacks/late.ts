import type { Clock } from '../clock.js';
import type { OwnedRun } from '../idempotency/types.js';
import {
  checkEncoding,
  checkTask,
  type Decision,
  type Instruction,
  InstructionError,
  isInstruction,
} from '../instructions/index.js';
import type { Logger } from '../log.js';
import { type ClientOption, clientFor, noClient } from './client.js';
import type { Deciding } from './decide.js';
import { resolveNames } from './handler.js';
import { type Journal, writeJournal } from './journal.js';
import type { LiveAssignment } from './live-assignment.js';
import type { LateOutcome } from './registry.js';

export interface LateParts {
  readonly client: ClientOption | undefined;
  readonly deciding: Deciding;
  readonly log: Logger;
  readonly clock: Clock;
  readonly listeners: ReadonlyArray<(outcome: LateOutcome) => void>;
}

/** Whose late end is told. */
interface LateSubject {
  readonly assignment: LiveAssignment;
  /** Who decided, once that is known. */
  handler(): string | undefined;
  readonly takenOver: boolean;
}

/** One callback that is answered `{}` and decided afterwards. */
export interface LateCallback extends LateSubject {
  readonly run: OwnedRun;
  readonly journal: Journal;
  /** Brings the decision. A bare `defer()` leaves the reservation as it is. */
  decide(): Promise<Decision<never>> | Decision<never>;
}

/** Ends callbacks late. */
export interface Late {
  /** Applies the decision by a REST reservation update. Rejects only when the run is lost. */
  end(callback: LateCallback): Promise<void>;
  /** Tells that nothing was tried: the reservation was decided by then, or `error` says why it could not be read. */
  untried(subject: LateSubject, error?: unknown): void;
  /** Tells that a process died while it was sending this instruction. */
  cutOff(subject: LateSubject, instruction: Instruction['instruction']): void;
}

/** The run is another process's, or may be at any time, as in a shutdown: what is left to do is for that one. */
class CutShort extends Error {}

export function createLate({ client: option, deciding, log, clock, listeners }: LateParts): Late {
  const warned = new Set<string>();

  return {
    end,
    untried(subject, error) {
      const refused = error === undefined || isNoLongerPending(error);
      tell(refused ? 'refused' : 'failed', undefined, error, subject);
    },
    cutOff: (subject, instruction) => tell('unknown', instruction, undefined, subject),
  };

  async function end(late: LateCallback): Promise<void> {
    const { run, assignment } = late;
    void warnOfTimeout(assignment, run.remainingMs());
    let { onFailure } = late.journal;
    let instruction: Instruction | undefined;
    let error: unknown;
    try {
      const decision = await withinLimit(run, async () => {
        const first = await late.decide();
        if (first.instruction !== 'defer') return first;
        onFailure = first.onFailure;
        const second: unknown = await first.run?.(assignment as never);
        if (second === undefined && !first.run) return undefined;
        if (!isInstruction(second)) throw new InstructionError(NO_INSTRUCTION);
        const problem = checkEncoding(second, 'rest') ?? checkTask(second, attributesOf(assignment));
        if (problem) throw new InstructionError(problem);
        return second;
      });
      instruction = decision;
    } catch (thrown) {
      if (thrown instanceof CutShort) throw thrown;
      error = thrown;
      assignment.log.error(
        { err: error, handler: late.handler() },
        'A late handler failed, or took too long',
      );
      instruction = onFailure ?? (await instructionForError(error, assignment));
    }
    if (run.lost) throw new CutShort();
    if (instruction) await apply(instruction, late);
    else tell('left', undefined, error, late);
  }

  /** Sends the decision; one that is safe to repeat is repeated until the limit while REST is away. */
  async function apply(instruction: Instruction, late: LateCallback): Promise<void> {
    const { assignment, run } = late;
    const loss = lossOf(run);
    let maybeApplied = false;
    for (let waitMs = REPEAT_AFTER_MS; ; waitMs = Math.min(2 * waitMs, REPEAT_AT_MOST_MS)) {
      try {
        await send(instruction, late, loss);
        return tell('applied', instruction.instruction, undefined, late);
      } catch (error) {
        if (run.lost) throw new CutShort();
        if (REPEATABLE.has(instruction.instruction) && mayPass(error) && run.remainingMs() > waitMs) {
          maybeApplied ||= mayBeApplied(error);
          const fields = { err: error, instruction: instruction.instruction, waitMs };
          assignment.log.debug(fields, 'A late answer could not be sent; it is sent again');
          await pause(clock, waitMs, run.signal);
          if (run.lost) throw new CutShort();
          continue;
        }
        const refused = isNoLongerPending(error);
        // What refuses it may be what an earlier try, whose answer was lost, has done.
        const known = refused && maybeApplied ? await outcomeOf(instruction, late, loss) : undefined;
        if (known === 'applied') return tell('applied', instruction.instruction, undefined, late);
        const outcome =
          known ?? (refused ? 'refused' : maybeApplied || mayBeApplied(error) ? 'unknown' : 'failed');
        assignment.log.warn(
          { err: error, instruction: instruction.instruction, outcome },
          'A late answer was not applied, as far as is known',
        );
        return tell(outcome, instruction.instruction, error, late);
      }
    }
  }

  async function send(instruction: Instruction, late: LateCallback, signal: AbortSignal): Promise<void> {
    const { assignment, run } = late;
    const client = clientFor(option, assignment.accountSid);
    if (!client) throw noClient('a late answer');
    const { workspaceSid, task, sidOfReservation } = assignment;
    const named = await resolveNames(instruction, client.names, workspaceSid);
    const problem = checkTask(named, attributesOf(assignment));
    if (problem) throw new InstructionError(problem);
    // Looking a name up takes its time.
    if (run.lost) throw new CutShort();
    if (!REPEATABLE.has(named.instruction)) {
      const sending = { instruction: named.instruction, handler: late.handler() };
      await run.rewriteJournal(writeJournal({ ...late.journal, sending }));
    }
    await client.workspace(workspaceSid).reservation(task.sid, sidOfReservation).apply(named, { signal });
  }

  /** What became of an `accept` or `reject` that may have been carried out, by what the reservation is now. */
  async function outcomeOf(
    { instruction }: Instruction,
    { assignment }: LateCallback,
    signal: AbortSignal,
  ): Promise<'applied' | 'refused' | 'unknown'> {
    try {
      const { workspaceSid, task, sidOfReservation, accountSid } = assignment;
      const reservation = clientFor(option, accountSid)
        ?.workspace(workspaceSid)
        .reservation(task.sid, sidOfReservation);
      const status = (await reservation?.fetch({ signal }))?.reservationStatus ?? '';
      return DONE[instruction]?.includes(status) ? 'applied' : 'refused';
    } catch {
      return 'unknown';
    }
  }

  async function instructionForError(
    error: unknown,
    assignment: LiveAssignment,
  ): Promise<Instruction | undefined> {
    const decision = (await deciding.decideError(error, assignment))?.decision;
    return decision?.instruction === 'defer' ? undefined : decision;
  }

  function tell(
    outcome: LateOutcome['outcome'],
    instruction: Instruction['instruction'] | undefined,
    error: unknown,
    late: LateSubject,
  ): void {
    const { assignment, handler, takenOver } = late;
    const told: LateOutcome = {
      outcome,
      handler: handler(),
      instruction,
      error,
      takenOver,
      workspaceSid: assignment.workspaceSid,
      taskSid: assignment.task.sid,
      reservationSid: assignment.sidOfReservation,
    };
    for (const listener of listeners) {
      try {
        listener(told);
      } catch (second) {
        log.error({ err: second }, 'An onLate listener failed');
      }
    }
  }

  /** Once for each workflow: a late limit beyond its reservation timeout can only come too late. */
  async function warnOfTimeout(
    { workflowSid, workspaceSid, accountSid }: LiveAssignment,
    limitMs: number,
  ): Promise<void> {
    if (workflowSid === undefined || warned.has(workflowSid)) return;
    warned.add(workflowSid);
    try {
      const workflow = await clientFor(option, accountSid)
        ?.workspace(workspaceSid)
        .workflows.fetch(workflowSid);
      const timeoutMs = (workflow?.taskReservationTimeout ?? Number.POSITIVE_INFINITY) * 1_000;
      if (limitMs <= timeoutMs) return;
      const fields = { workflowSid, limitMs, timeoutMs };
      log.warn(
        fields,
        "A late answer may take longer than its workflow's reservation timeout: lower withinMs or lateLimitMs",
      );
    } catch (error) {
      log.debug({ err: error, workflowSid }, "A workflow's reservation timeout could not be read");
    }
  }
}

/** What may be sent again while the reservation is pending: the others make a phone ring, and leave it pending. */
const REPEATABLE: ReadonlySet<Instruction['instruction']> = new Set(['accept', 'reject']);

/** What a reservation becomes by them. */
const DONE: Readonly<Record<string, readonly string[]>> = {
  accept: ['accepted', 'wrapping', 'completed'],
  reject: ['rejected'],
};

/** How soon they are sent again once the client has given up, in milliseconds: doubled each time, up to this. */
const REPEAT_AFTER_MS = 250;
const REPEAT_AT_MOST_MS = 2_000;

/** Waits, at most until the signal. */
function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clock.clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = clock.setTimeout(end, ms);
    signal.addEventListener('abort', end, { once: true });
  });
}

const NO_INSTRUCTION = {
  code: undefined,
  field: 'instruction',
  message: 'the function given to defer() must return an instruction, such as accept()',
} as const;

/** Waits for the decision until the run's limit. A handler that ignores its signal is left behind. */
function withinLimit<T>(run: OwnedRun, decide: () => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () =>
      reject(run.lost ? new CutShort() : new Error('The limit of the late answer passed before a decision'));
    if (run.signal.aborted) return stop();
    run.signal.addEventListener('abort', stop, { once: true });
    decide().then(resolve, reject);
  });
}

/**
 * Aborts when the run is lost, so that an update which is still being repeated is left to the next owner. The late limit
 * does not cut an update that is on its way.
 */
export function lossOf(run: OwnedRun): AbortSignal {
  const loss = new AbortController();
  const { signal } = run;
  if (run.lost) loss.abort();
  else signal.addEventListener('abort', () => run.lost && loss.abort(), { once: true });
  return loss.signal;
}

function attributesOf({ task, worker }: LiveAssignment) {
  return { task: task.attributes, worker: worker.attributes };
}

/** What a client says while REST is away or overloaded. Any other error would be the same the next time. */
function mayPass(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  const { code, status } = error as { code?: unknown; status?: unknown };
  if (typeof status === 'number') return status >= 500 || status === 408 || status === 429;
  return typeof code === 'string' && ['unsent', 'lost', 'timeout', 'unreadable'].includes(code);
}

/** Whether Twilio may have carried out an update that failed. */
function mayBeApplied(error: unknown): boolean {
  return (
    typeof error === 'object' && error !== null && 'maybeApplied' in error && error.maybeApplied === true
  );
}

/** What Twilio says of a reservation that somebody else has decided: known by its form, for REST is not known here. */
function isNoLongerPending(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  const { code, status, twilioCode } = error as { code?: unknown; status?: unknown; twilioCode?: unknown };
  return (
    code === 'state' ||
    status === 404 ||
    status === 409 ||
    status === 410 ||
    (status === 400 && twilioCode === 20001)
  );
}
