import type { Clock } from '../../clock.js';
import type { Idempotency, OwnedRun, RunRequest, RunResult } from '../../idempotency/types.js';
import { checkTask, encodeCallback, type Instruction, InstructionError } from '../../instructions/index.js';
import type { Logger } from '../../log.js';
import { chain, isPromise, type MaybePromise } from '../../maybe-promise.js';
import { type Background, keepAtWork, type WaitUntil } from '../background.js';
import {
  type BothAttributes,
  type ParsedAttributes,
  RunningAssignment,
  readAttributes,
  type Unreadable,
} from '../callback-context.js';
import { type ClientOption, clientFor } from '../client.js';
import type { AssignmentForm } from '../form.js';
import { assignmentKey } from '../form.js';
import { type Decider, resolveNames } from '../routing/handler.js';
import type { Abilities } from '../routing/match.js';
import type { Named, Registry } from '../routing/registry.js';
import { createDeciding, type DispatchSource, type Taken } from './decide.js';
import { createDeferred } from './deferred.js';
import { deferral } from './journal.js';
import { createTakeover } from './takeover.js';

export interface AssignmentOptions {
  readonly idempotency: Idempotency;
  readonly log: Logger;
  readonly clock: Clock;
  readonly background: Background;
  readonly client: ClientOption | undefined;
  readonly can: Abilities;
  readonly routing: DispatchSource;
  /** What a request gets if its deadline passes: nothing, `{}` and a deferred answer, or this answer. */
  readonly onDeadline: 'fail' | 'defer' | { readonly instruction: Instruction; readonly answer: string };
  /** How long a deferred answer may take by default, in milliseconds. */
  readonly deferLimitMs: number;
  /** Whether an answer and a REST update for one reservation are logged as an error, not as a warning. */
  readonly loud: boolean;
}

/** How one assignment callback ended; the HTTP layer makes the answer from it. */
export interface AssignmentEnd {
  readonly result: RunResult | { readonly status: 'bad-attributes'; readonly of: Unreadable };
  /** The handler that ran here; undefined if another request's run, or a stored answer, was used. */
  readonly handler: string | undefined;
  /** What its handler answered here, and the name of the instruction in that. */
  readonly answer: string | undefined;
  readonly instruction: string | undefined;
  /** Its reservation was updated by REST, and answered with an instruction as well. */
  readonly answeredTwice: boolean;
}

/** Takes one validated assignment callback to its end; synchronously if nothing has to wait. */
export type HandleAssignment = (
  form: AssignmentForm,
  parsed: ParsedAttributes,
  via: 'primary' | 'fallback',
  deadline: number,
  waitUntil: WaitUntil | undefined,
) => MaybePromise<AssignmentEnd>;

/** A decision with its answer. Without an answer it is applied by REST, within `limitMs`. */
interface Ready {
  readonly decision: Taken['decision'];
  readonly answer?: string;
  readonly limitMs?: number | undefined;
}

/** The life of an assignment callback: attributes, the one run, its handler, its answer. */
export function createAssignments(registry: Registry, options: AssignmentOptions): HandleAssignment {
  const { idempotency, log, background, client, can, onDeadline, deferLimitMs } = options;
  const deciding = createDeciding(registry, options.routing, can);
  const deferred = createDeferred({
    client,
    deciding,
    log,
    clock: options.clock,
    listeners: registry.deferred,
  });
  const contextParts = { log, background, client };
  if (can.rest) idempotency.takeOver(createTakeover({ ...contextParts, deciding, deferred }));

  /** One assignment callback, as the idempotency engine asks for it. */
  class AssignmentRequest implements RunRequest {
    readonly key: string;
    readonly fingerprint: string;
    handler: string | undefined;
    answer: string | undefined;
    instruction: string | undefined;
    answeredTwice = false;

    constructor(
      readonly form: AssignmentForm,
      readonly path: 'primary' | 'fallback',
      readonly deadline: number,
      readonly waitUntil: WaitUntil | undefined,
      readonly attributes: BothAttributes,
      readonly unreadable: Unreadable,
    ) {
      this.key = assignmentKey(form);
      // A first try and the fallback have these in common, but not the task's age, the time or the attributes.
      this.fingerprint = `${form.WorkflowSid ?? ''} ${form.TaskQueueSid ?? ''} ${form.TaskSid} ${form.WorkerSid}`;
    }

    get onDeadline(): RunRequest['onDeadline'] {
      if (onDeadline === 'fail') return 'fail';
      const { form, path: via } = this;
      if (onDeadline === 'defer') {
        return this.waitUntil ? { answer: '{}', deferred: deferral({ form, via }, deferLimitMs) } : 'fail';
      }
      // A fixed instruction leaves no work for after the answer.
      const problem = checkTask(onDeadline.instruction, this.attributes);
      if (!problem) return { answer: onDeadline.answer };
      const fields = { reservationSid: form.ReservationSid, problem: problem.message };
      log.warn(fields, 'The onDeadline instruction does not fit this task: answering 504 at its deadline');
      return 'fail';
    }

    execute(run: OwnedRun): MaybePromise<string> {
      const { attributes, form, path, waitUntil } = this;
      const context = new RunningAssignment(form, path, attributes, run, contextParts, waitUntil);
      const taking = this.#take(context, run);
      if (!isPromise(taking) && taking.answer !== undefined)
        return this.#answer(taking, taking.answer, context);
      const work = this.#finish(context, run, taking);
      keepAtWork(this.waitUntil, work);
      return work;
    }

    end(result: RunResult): AssignmentEnd {
      const { answer, answeredTwice, handler, instruction } = this;
      return { result, handler, answer, instruction, answeredTwice };
    }

    async #finish(context: Context, run: OwnedRun, taking: MaybePromise<Ready>): Promise<string> {
      // Under `defer` the answer may go out first. Then the handler's decision is applied by REST, within the limit.
      if (onDeadline === 'defer' && isPromise(taking)) await settledOrAborted(taking, run.signal);
      if (run.deferred) return this.#defer(context, run, deferLimitMs, taking);
      let ready: Ready;
      try {
        ready = await taking;
      } catch (error) {
        // The signal of a run that was lost for a while has aborted before its deadline did.
        if (run.deferred) return this.#defer(context, run, deferLimitMs, taking);
        throw error;
      }
      // Looking a name up may have taken until the deadline.
      if (ready.answer !== undefined && !run.deferred) return this.#answer(ready, ready.answer, context);
      const { decision, limitMs = deferLimitMs } = ready;
      const onFailure = decision.instruction === 'defer' ? decision.onFailure : undefined;
      return this.#defer(context, run, limitMs, ready, onFailure);
    }

    #answer({ decision }: Ready, answer: string, context: Context): string {
      this.answer = answer;
      this.instruction = decision.instruction;
      this.answeredTwice = answer !== '{}' && saysTwice(context);
      context.runAfterwards();
      return answer;
    }

    async #defer(
      context: Context,
      run: OwnedRun,
      limitMs: number,
      ready: MaybePromise<Ready>,
      onFailure?: Instruction,
    ): Promise<string> {
      const journal = { form: this.form, via: this.path, onFailure };
      await run.defer('{}', deferral(journal, limitMs));
      const decide = async () => (await ready).decision;
      await deferred.end({ run, context, handler: () => this.handler, takenOver: false, journal, decide });
      context.runAfterwards();
      return '{}';
    }

    /** The handler's decision, or what `onError` makes of a failure. @throws what the handler, or its choice, threw. */
    #take(context: Context, run: OwnedRun): MaybePromise<Ready> {
      try {
        const chosen = deciding.choose(context, this.unreadable);
        const ready = isPromise(chosen)
          ? chosen.then((named) => this.#decide(named, context))
          : this.#decide(chosen, context);
        return isPromise(ready) ? ready.catch((error: unknown) => this.#failed(error, context, run)) : ready;
      } catch (error) {
        return this.#failed(error, context, run);
      }
    }

    #decide(chosen: Named<Decider>, context: Context): MaybePromise<Ready> {
      this.handler = chosen.name;
      const taken = deciding.decide(chosen, context);
      return isPromise(taken)
        ? taken.then((later) => this.#makeReady(later, context))
        : this.#makeReady(taken, context);
    }

    async #failed(error: unknown, context: Context, run: OwnedRun): Promise<Ready> {
      // Once the answer is out, the deferred part reports failures and handles them.
      if (run.deferred) throw error;
      context.log.error(
        { err: error, handler: this.handler, via: this.path },
        'An assignment handler failed',
      );
      const instead = await deciding.decideError(error, context);
      if (instead) return this.#makeReady(instead, context);
      throw error;
    }

    /** Encodes an answer that can be given now. @throws {InstructionError} for a deferred answer if nothing can go on. */
    #makeReady({ decision, prepared }: Taken, context: Context): MaybePromise<Ready> {
      if (prepared !== undefined) return { decision, answer: prepared };
      const later = decision.instruction === 'defer' ? decision.run : decision.via === 'rest';
      if (later && !this.waitUntil) throw new InstructionError(NOT_HERE);
      if (later) {
        return { decision, limitMs: decision.instruction === 'defer' ? decision.withinMs : undefined };
      }
      // Without a client, registration and pre-flight have refused names.
      const names = client && clientFor(client, context.accountSid)?.names;
      const named = names ? resolveNames(decision, names, context.workspaceSid) : decision;
      return chain(named, (resolved) => ({ decision, answer: encodeCallback(resolved) }));
    }
  }

  type Context = RunningAssignment;

  function saysTwice(context: Context): boolean {
    const { updatedBy } = context;
    if (updatedBy === undefined) return false;
    const write = options.loud ? context.log.error : context.log.warn;
    write(
      { update: updatedBy },
      `Two decisions for one reservation: its handler called reservation.${updatedBy}() and returned an instruction. ` +
        'Return defer() after an update over REST, or leave out the update.',
    );
    return true;
  }

  return (form, parsed, via, deadline, waitUntil) => {
    const { attributes, unreadable } = readAttributes(form, parsed);
    if (unreadable.length > 0 && !registry.badAttributes) {
      return {
        result: { status: 'bad-attributes', of: unreadable },
        handler: undefined,
        answer: undefined,
        instruction: undefined,
        answeredTwice: false,
      };
    }
    const request = new AssignmentRequest(form, via, deadline, waitUntil, attributes, unreadable);
    const result = idempotency.run(request);
    return isPromise(result) ? result.then((later) => request.end(later)) : request.end(result);
  };
}

const NOT_HERE = {
  code: undefined,
  field: 'instruction',
  message:
    "a deferred answer needs a process that keeps running after the answer: pass your platform's waitUntil to fetch()",
} as const;

function settledOrAborted(work: Promise<unknown>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
    work.then(
      () => resolve(),
      () => resolve(),
    );
  });
}
