import type { Clock } from '../clock.js';
import type { Idempotency, OwnedRun, Run, RunRequest, RunResult, TakenRun } from '../idempotency/types.js';
import { checkTask, encodeCallback, type Instruction, InstructionError } from '../instructions/index.js';
import type { Logger } from '../log.js';
import { parseAttributes } from './attributes.js';
import { type ClientOption, clientFor, noClient } from './client.js';
import { createDeciding, type Taken } from './decide.js';
import type { Dispatch } from './dispatch.js';
import type { AssignmentForm } from './forms.js';
import { resolveNames } from './handler.js';
import { lateRequest, readJournal } from './journal.js';
import { createLate, lossOf } from './late.js';
import { LiveAssignment } from './live-assignment.js';
import type { Abilities } from './match.js';
import type { Registry } from './registry.js';
import type { Attributes } from './standard-schema.js';
import { type GoOn, keepAtWork, type Tracker } from './tracker.js';

export interface AssignmentOptions {
  readonly idempotency: Idempotency;
  readonly log: Logger;
  readonly tracker: Tracker;
  readonly clock: Clock;
  readonly client: ClientOption | undefined;
  readonly can: Abilities;
  /** Brings the dispatch; a promise while friendly names are being looked up. */
  readonly dispatch: () => Dispatch | Promise<Dispatch>;
  /** What a request gets whose deadline passes: nothing, `{}` and a late answer, or this answer. */
  readonly onDeadline: 'fail' | 'defer' | { readonly instruction: Instruction; readonly answer: string };
  /** How long a late answer may take where nothing else is said, in milliseconds. */
  readonly lateLimitMs: number;
  /** An answer and a REST update for one reservation are an error to be told loudly. */
  readonly loud: boolean;
}

/** How one assignment callback ended; HTTP makes the answer of it. */
export interface AssignmentEnd {
  readonly result:
    | RunResult
    | { readonly status: 'bad-attributes'; readonly of: readonly ('task' | 'worker')[] };
  /** The handler that ran here; undefined where another request's run, or a stored answer, was used. */
  readonly handler: string | undefined;
  /** Its reservation was updated by REST, and answered with an instruction as well. */
  readonly answeredTwice: boolean;
}

/** Takes one validated assignment callback to its end. */
export type HandleAssignment = (
  form: AssignmentForm,
  via: 'primary' | 'fallback',
  deadline: number,
  goOn: GoOn | undefined,
) => Promise<AssignmentEnd>;

type Unreadable = readonly ('task' | 'worker')[];

/** A decision with its answer; without one it is applied by REST, within `lateMs`. */
interface Ready {
  readonly decision: Taken['decision'];
  readonly answer?: string;
  readonly lateMs?: number | undefined;
}

/** The life of an assignment callback: attributes, the one run, its handler, its answer. */
export function createAssignments(registry: Registry, options: AssignmentOptions): HandleAssignment {
  const { idempotency, log, tracker, client, can, onDeadline, lateLimitMs } = options;
  const deciding = createDeciding(registry, options.dispatch, can);
  const late = createLate({ client, deciding, log, clock: options.clock, listeners: registry.late });
  if (can.rest) idempotency.takeOver(takeOver);

  return async (form, via, deadline, goOn) => {
    const { attributes, unreadable } = readAttributes(form);
    if (unreadable.length > 0 && !registry.badAttributes) {
      return {
        result: { status: 'bad-attributes', of: unreadable },
        handler: undefined,
        answeredTwice: false,
      };
    }
    let handler: string | undefined;
    let answeredTwice = false;

    const execute = (run: OwnedRun): Promise<string> => {
      const work = carryOut(run);
      keepAtWork(goOn, work);
      return work;
    };
    const carryOut = async (run: OwnedRun): Promise<string> => {
      const { assignment, runAfterwards } = live(form, via, attributes, run, goOn);
      const chose = (name: string) => {
        handler = name;
      };
      const endLate = async (
        limitMs: number,
        ready: Ready | Promise<Ready>,
        onFailure?: Instruction,
      ): Promise<string> => {
        const journal = { form, via, onFailure };
        await run.answerEarly('{}', lateRequest(journal, limitMs));
        const decide = async () => (await ready).decision;
        await late.end({ run, assignment, handler: () => handler, takenOver: false, journal, decide });
        return endOf(runAfterwards);
      };

      const taking = take(assignment, unreadable, run, goOn, chose);
      // Under `defer` the answer may go out first: then what the handler decides is applied by REST, within the limit.
      if (onDeadline === 'defer') await settledOrAborted(taking, run.signal);
      if (run.late) return endLate(lateLimitMs, taking);
      const ready = await taking;
      // Looking a name up may have taken until the deadline.
      if (ready.answer === undefined || run.late) {
        const { decision, lateMs = lateLimitMs } = ready;
        return endLate(lateMs, ready, decision.instruction === 'defer' ? decision.onFailure : undefined);
      }
      answeredTwice = ready.answer !== '{}' && tellTwice(assignment);
      return endOf(runAfterwards, ready.answer);
    };

    const request: RunRequest = {
      key: `assignment:${form.WorkspaceSid}:${form.ReservationSid}`,
      // What a first try and the fallback have in common: not the task's age, the time or the attributes.
      fingerprint: `${form.WorkflowSid ?? ''} ${form.TaskQueueSid ?? ''} ${form.TaskSid} ${form.WorkerSid}`,
      path: via,
      deadline,
      onDeadline: deadlineOf(form, via, attributes, goOn),
      execute,
    };
    const result = await idempotency.run(request);
    return { result, handler, answeredTwice };
  };

  /** The handler's decision, or what `onError` makes of a failure. @throws what the handler, or the choice of it, threw. */
  async function take(
    assignment: LiveAssignment,
    unreadable: Unreadable,
    run: OwnedRun,
    goOn: GoOn | undefined,
    chose: (name: string) => void,
  ): Promise<Ready> {
    let handler: string | undefined;
    try {
      const chosen = await deciding.choose(assignment, unreadable);
      handler = chosen.name;
      chose(handler);
      return await makeReady(await deciding.decide(chosen, assignment), assignment, goOn);
    } catch (error) {
      // Once the answer is out, failures are the late part's to tell and to make good.
      if (run.late) throw error;
      assignment.log.error({ err: error, handler, via: assignment.via }, 'An assignment handler failed');
      const instead = await deciding.decideError(error, assignment);
      if (instead) return makeReady(instead, assignment, goOn);
      throw error;
    }
  }

  /** Encodes what can be answered now. @throws InstructionError for a late answer where nothing can go on. */
  async function makeReady(
    { decision, decider }: Taken,
    assignment: LiveAssignment,
    goOn: GoOn | undefined,
  ): Promise<Ready> {
    const later = decision.instruction === 'defer' ? decision.run : decision.via === 'rest';
    if (later && !goOn) throw new InstructionError(NOT_HERE);
    if (later) return { decision, lateMs: decision.instruction === 'defer' ? decision.withinMs : undefined };
    if (decider?.answer !== undefined) return { decision, answer: decider.answer };
    const names = clientFor(client, assignment.accountSid)?.names;
    const named = names ? await resolveNames(decision, names, assignment.workspaceSid) : decision;
    return { decision, answer: encodeCallback(named) };
  }

  /** Another process answered `{}` and died: the reservation is looked at first, and decided only if it still waits. */
  async function takeOver(run: TakenRun): Promise<void> {
    const journal = readJournal(run.journal);
    const { form, via, sending: cutOff } = journal;
    const { attributes, unreadable } = readAttributes(form);
    const { assignment, runAfterwards } = live(form, via, attributes, run);
    const reservation = clientFor(client, form.AccountSid)
      ?.workspace(form.WorkspaceSid)
      .reservation(form.TaskSid, form.ReservationSid);
    const nobody = { assignment, handler: () => cutOff?.handler, takenOver: true };
    if (cutOff) {
      assignment.log.error(cutOff, 'A process died while it was sending a late answer: it is not sent again');
      return late.cutOff(nobody, cutOff.instruction);
    }
    try {
      if (!reservation) throw noClient('a late answer');
      const { reservationStatus } = await reservation.fetch({ signal: lossOf(run) });
      assignment.log.warn({ reservationStatus }, 'A late answer is taken over from a process that died');
      if (reservationStatus !== 'pending') return late.untried(nobody);
    } catch (error) {
      // Then it is for the next owner to look.
      if (run.lost) throw error;
      assignment.log.warn({ err: error }, 'A late answer was taken over, but its reservation cannot be read');
      return late.untried(nobody, error);
    }
    let name: string | undefined;
    const decide = async () => {
      const chosen = await deciding.choose(assignment, unreadable);
      name = chosen.name;
      return (await deciding.decide(chosen, assignment)).decision;
    };
    await late.end({ run, assignment, handler: () => name, takenOver: true, journal, decide });
    runAfterwards();
  }

  function live(
    form: AssignmentForm,
    via: 'primary' | 'fallback',
    attributes: BothAttributes,
    run: Run,
    goOn?: GoOn,
  ) {
    let decided = false;
    const afterwards: Array<() => unknown> = [];
    const runAfter = (task: () => unknown) => {
      const failed = (error: unknown) => assignment.log.error({ err: error }, 'Work given to after() failed');
      const work = tracker.run(task, failed);
      keepAtWork(goOn, work);
    };
    const assignment = new LiveAssignment(form, via, attributes, {
      run,
      log,
      client: clientFor(client, form.AccountSid),
      after: (task) => (decided ? runAfter(task) : afterwards.push(task)),
    });
    const runAfterwards = () => {
      decided = true;
      for (const task of afterwards) runAfter(task);
    };
    return { assignment, runAfterwards };
  }

  function tellTwice(assignment: LiveAssignment): boolean {
    const { updatedBy } = assignment;
    if (updatedBy === undefined) return false;
    const write = options.loud ? assignment.log.error : assignment.log.warn;
    write(
      { update: updatedBy },
      `Two decisions for one reservation: its handler called reservation.${updatedBy}() and returned an instruction. ` +
        'Return defer() after an update by REST, or leave the update out.',
    );
    return true;
  }

  function deadlineOf(
    form: AssignmentForm,
    via: 'primary' | 'fallback',
    attributes: BothAttributes,
    goOn: GoOn | undefined,
  ): RunRequest['onDeadline'] {
    if (onDeadline === 'fail') return 'fail';
    if (onDeadline === 'defer') {
      return goOn ? { answer: '{}', goOn: lateRequest({ form, via }, lateLimitMs) } : 'fail';
    }
    // By itself it leaves nothing that would have to go on.
    const problem = checkTask(onDeadline.instruction, attributes);
    if (!problem) return { answer: onDeadline.answer };
    const fields = { reservationSid: form.ReservationSid, problem: problem.message };
    log.warn(fields, 'onDeadline does not fit this task: 504 at its deadline');
    return 'fail';
  }
}

const NOT_HERE = {
  code: undefined,
  field: 'instruction',
  message:
    'a late answer needs a process that goes on after the answer: give fetch() the function waitUntil of your platform',
} as const;

/** What was given to `after()` begins, and the answer goes out: `{}` where it is out already. */
function endOf(runAfterwards: () => void, answer = '{}'): string {
  runAfterwards();
  return answer;
}

function settledOrAborted(work: Promise<unknown>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
    work.then(
      () => resolve(),
      () => resolve(),
    );
  });
}

interface BothAttributes {
  readonly task: Attributes;
  readonly worker: Attributes;
}

function readAttributes(form: AssignmentForm): { attributes: BothAttributes; unreadable: Unreadable } {
  const task = parseAttributes(form.TaskAttributes);
  const worker = parseAttributes(form.WorkerAttributes);
  const unreadable =
    task && worker ? [] : (['task', 'worker'] as const).filter((of) => (of === 'task' ? !task : !worker));
  return { attributes: { task: task ?? {}, worker: worker ?? {} }, unreadable };
}
