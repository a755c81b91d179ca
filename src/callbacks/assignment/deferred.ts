import type { Clock } from '../../clock.js';
import { NotRecordedError, type OwnedRun } from '../../idempotency/types.js';
import {
  checkEncoding,
  checkTask,
  type Decision,
  type Instruction,
  InstructionError,
  isInstruction,
} from '../../instructions/index.js';
import type { Logger } from '../../log.js';
import { notify } from '../../maybe-promise.js';
import type { RunningAssignment } from '../callback-context.js';
import { type ClientOption, clientFor, noClient } from '../client.js';
import { resolveNames } from '../routing/handler.js';
import type { DeferredOutcome } from '../routing/registry.js';
import type { Deciding } from './decide.js';
import { type Journal, writeJournal } from './journal.js';

export interface DeferredParts {
  readonly client: ClientOption | undefined;
  readonly deciding: Deciding;
  readonly log: Logger;
  readonly clock: Clock;
  readonly listeners: ReadonlyArray<(outcome: DeferredOutcome) => void>;
}

/** The callback that an outcome is about. */
interface DeferredSubject {
  readonly context: RunningAssignment;
  readonly run: OwnedRun;
  /** Who decided, once that is known. */
  handler(): string | undefined;
  readonly takenOver: boolean;
}

/** One callback that is answered `{}` and decided afterwards. */
export interface DeferredCallback extends DeferredSubject {
  readonly journal: Journal;
  /** Returns the decision. A bare `defer()` leaves the reservation as it is. */
  decide(): Promise<Decision<never>> | Decision<never>;
}

/** Ends deferred callbacks, and reports how once that is on record. Each rejects only if the run is lost. */
export interface Deferred {
  /** Applies the decision by a REST reservation update. */
  end(callback: DeferredCallback): Promise<void>;
  /** Reports that nothing was tried: the reservation was already decided, or `error` says why it could not be read. */
  untried(subject: DeferredSubject, error?: unknown): Promise<void>;
  /** Reports that a process died while it was sending this instruction. */
  cutOff(subject: DeferredSubject, instruction: Instruction['instruction']): Promise<void>;
}

/** How a deferred callback ended. */
interface Ended {
  readonly outcome: DeferredOutcome['outcome'];
  readonly instruction?: Instruction['instruction'] | undefined;
  readonly error?: unknown;
}

/** Another process has the run, or may take it at any time, as in a shutdown: leave the rest to that process. */
class CutShort extends Error {}

export function createDeferred({ client: option, deciding, log, clock, listeners }: DeferredParts): Deferred {
  const warned = new Set<string>();

  return {
    end,
    untried(subject, error) {
      const refused = error === undefined || isNoLongerPending(error);
      return report({ outcome: refused ? 'refused' : 'failed', error }, subject);
    },
    cutOff: (subject, instruction) => report({ outcome: 'unknown', instruction }, subject),
  };

  async function end(callback: DeferredCallback): Promise<void> {
    const { run, context } = callback;
    void warnOfTimeout(context, run.remainingMs());
    let { onFailure } = callback.journal;
    let instruction: Instruction | undefined;
    let error: unknown;
    try {
      const decision = await withinLimit(run, async () => {
        const first = await callback.decide();
        if (first.instruction !== 'defer') return first;
        onFailure = first.onFailure;
        const second: unknown = await first.run?.(context as never);
        if (second === undefined && !first.run) return undefined;
        if (!isInstruction(second)) throw new InstructionError(NO_INSTRUCTION);
        const problem = checkEncoding(second, 'rest') ?? checkTask(second, attributesOf(context));
        if (problem) throw new InstructionError(problem);
        return second;
      });
      instruction = decision;
    } catch (thrown) {
      if (thrown instanceof CutShort) throw thrown;
      error = thrown;
      context.log.error(
        { err: error, handler: callback.handler() },
        'A deferred handler failed, or took too long',
      );
      instruction = onFailure ?? (await instructionForError(error, context));
    }
    if (run.lost) throw new CutShort();
    await report(instruction ? await apply(instruction, callback) : { outcome: 'left', error }, callback);
  }

  /** Sends the decision. While REST is away, repeats one that is safe to repeat, until the limit. */
  async function apply(decision: Instruction, callback: DeferredCallback): Promise<Ended> {
    const { instruction } = decision;
    const { context, run } = callback;
    const loss = lossOf(run);
    let maybeApplied = false;
    for (let waitMs = REPEAT_AFTER_MS; ; waitMs = Math.min(2 * waitMs, REPEAT_AT_MOST_MS)) {
      try {
        await send(decision, callback, loss);
        return { outcome: 'applied', instruction };
      } catch (error) {
        if (run.lost) throw new CutShort();
        if (error instanceof NotRecordedError) {
          context.log.error({ err: error, instruction }, 'A deferred answer was not sent');
          return { outcome: 'left', instruction, error };
        }
        if (REPEATABLE.has(instruction) && mayPass(error) && run.remainingMs() > waitMs) {
          maybeApplied ||= mayBeApplied(error);
          const fields = { err: error, instruction, waitMs };
          context.log.debug(fields, 'A deferred answer could not be sent; trying again');
          await pause(clock, waitMs, run.signal);
          if (run.lost) throw new CutShort();
          continue;
        }
        const refused = isNoLongerPending(error);
        // An earlier try whose answer was lost may have been carried out, and may be the reason for the refusal.
        const known = refused && maybeApplied ? await outcomeOf(decision, callback, loss) : undefined;
        if (known === 'applied') return { outcome: 'applied', instruction };
        const outcome =
          known ?? (refused ? 'refused' : maybeApplied || mayBeApplied(error) ? 'unknown' : 'failed');
        context.log.warn(
          { err: error, instruction, outcome },
          'A deferred answer was not applied, or it is not known whether it was',
        );
        return { outcome, instruction, error };
      }
    }
  }

  async function send(
    instruction: Instruction,
    callback: DeferredCallback,
    signal: AbortSignal,
  ): Promise<void> {
    const { context, run } = callback;
    const client = clientFor(option, context.accountSid);
    if (!client) throw noClient('a deferred answer');
    const { workspaceSid, task, reservationSid } = context;
    const named = await resolveNames(instruction, client.names, workspaceSid);
    const problem = checkTask(named, attributesOf(context));
    if (problem) throw new InstructionError(problem);
    // Looking up a name takes time.
    if (run.lost) throw new CutShort();
    if (!REPEATABLE.has(named.instruction)) {
      const sending = { instruction: named.instruction, handler: callback.handler() };
      await run.rewriteJournal(writeJournal({ ...callback.journal, sending }));
    }
    await client.workspace(workspaceSid).reservation(task.sid, reservationSid).apply(named, { signal });
  }

  /** What became of an `accept` or `reject` that may have been carried out, judged by the reservation's status now. */
  async function outcomeOf(
    { instruction }: Instruction,
    { context }: DeferredCallback,
    signal: AbortSignal,
  ): Promise<'applied' | 'refused' | 'unknown'> {
    try {
      const { workspaceSid, task, reservationSid, accountSid } = context;
      const reservation = clientFor(option, accountSid)
        ?.workspace(workspaceSid)
        .reservation(task.sid, reservationSid);
      const status = (await reservation?.fetch({ signal }))?.reservationStatus ?? '';
      return DONE[instruction]?.includes(status) ? 'applied' : 'refused';
    } catch {
      return 'unknown';
    }
  }

  async function instructionForError(
    error: unknown,
    context: RunningAssignment,
  ): Promise<Instruction | undefined> {
    const decision = (await deciding.decideError(error, context))?.decision;
    return decision?.instruction === 'defer' ? undefined : decision;
  }

  /** Tells the listeners, once nobody else can take the run over and tell them as well. */
  async function report(ended: Ended, { context, handler, run, takenOver }: DeferredSubject): Promise<void> {
    const { outcome, instruction, error } = ended;
    try {
      await run.finish();
    } catch (lost) {
      context.log.warn(
        { outcome, instruction },
        'A deferred answer ended here, but another process has taken it over and reports what it finds',
      );
      throw lost;
    }
    const told: DeferredOutcome = {
      outcome,
      handler: handler(),
      instruction,
      error,
      takenOver,
      workspaceSid: context.workspaceSid,
      taskSid: context.task.sid,
      reservationSid: context.reservationSid,
    };
    const failed = (second: unknown) => log.error({ err: second }, 'An onDeferred listener failed');
    for (const listener of listeners) notify(listener, told, failed);
  }

  /** Warns once for each workflow, because a decision after its reservation timeout can only come too late. */
  async function warnOfTimeout(
    { workflowSid, workspaceSid, accountSid }: RunningAssignment,
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
        "A deferred answer may take longer than its workflow's reservation timeout: lower withinMs or deferLimitMs",
      );
    } catch (error) {
      log.debug({ err: error, workflowSid }, "A workflow's reservation timeout could not be read");
    }
  }
}

/** Instructions that may be sent again while the reservation is pending. The others make a phone ring and leave it pending. */
const REPEATABLE: ReadonlySet<Instruction['instruction']> = new Set(['accept', 'reject']);

/** The statuses that they lead to. */
const DONE: Readonly<Record<string, readonly string[]>> = {
  accept: ['accepted', 'wrapping', 'completed'],
  reject: ['rejected'],
};

/** How soon they are sent again once the client has given up, in milliseconds: first, and at most, doubling each time. */
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

/** Waits for the decision until the run's limit. Does not wait longer for a handler that ignores its signal. */
function withinLimit<T>(run: OwnedRun, decide: () => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () =>
      reject(
        run.lost
          ? new CutShort()
          : new Error('The time limit of the deferred answer passed before there was a decision'),
      );
    if (run.signal.aborted) return stop();
    run.signal.addEventListener('abort', stop, { once: true });
    decide().then(resolve, reject);
  });
}

/**
 * Aborts if the run is lost, so that an update that is still being repeated is left to the next owner. The limit does not
 * abort an update that is on its way.
 */
export function lossOf(run: OwnedRun): AbortSignal {
  const loss = new AbortController();
  const { signal } = run;
  if (run.lost) loss.abort();
  else signal.addEventListener('abort', () => run.lost && loss.abort(), { once: true });
  return loss.signal;
}

function attributesOf({ task, worker }: RunningAssignment) {
  return { task: task.attributes, worker: worker.attributes };
}

/** Whether an error may pass, because REST is away or overloaded. Any other error would be the same the next time. */
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

/** Whether Twilio says that the reservation is already decided. Judged by the error's form, because REST is not imported here. */
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
