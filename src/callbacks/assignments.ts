import type { Idempotency, Run, RunResult } from '../idempotency/types.js';
import { checkTask, encodeCallback, type Instruction } from '../instructions/index.js';
import type { Logger } from '../log.js';
import { parseAttributes } from './attributes.js';
import { runInside } from './compose.js';
import type { AttributesProblem } from './context.js';
import { createDispatch } from './dispatch.js';
import type { AssignmentForm } from './forms.js';
import { answerFor, type Decider, readFixedInstruction } from './handler.js';
import { LiveAssignment } from './live-assignment.js';
import type { Named, Registry } from './registry.js';
import type { Attributes } from './standard-schema.js';
import type { Tracker } from './tracker.js';

export interface AssignmentOptions {
  readonly idempotency: Idempotency;
  readonly log: Logger;
  readonly tracker: Tracker;
  /** What a request gets whose deadline passes. */
  readonly onDeadline: 'fail' | Instruction;
  readonly channelOf:
    | ((context: LiveAssignment) => string | undefined | Promise<string | undefined>)
    | undefined;
}

/** How one assignment callback ended; HTTP makes the answer of it. */
export interface AssignmentEnd {
  readonly result:
    | RunResult
    | { readonly status: 'bad-attributes'; readonly of: readonly ('task' | 'worker')[] };
  /** The handler that ran here; undefined where another request's run, or a stored answer, was used. */
  readonly handler: string | undefined;
}

/** Takes one validated assignment callback to its end. */
export type HandleAssignment = (
  form: AssignmentForm,
  via: 'primary' | 'fallback',
  deadline: number,
) => Promise<AssignmentEnd>;

/** The life of an assignment callback: attributes, the one run, its handler, its answer. */
export function createAssignments(registry: Registry, options: AssignmentOptions): HandleAssignment {
  const { idempotency, log, tracker } = options;
  const dispatch = createDispatch(registry.routes, async (assignment) => {
    return assignment.form.get('TaskChannelUniqueName') || (await options.channelOf?.(assignment));
  });
  const deadlineDecider =
    options.onDeadline === 'fail' ? undefined : readFixedInstruction(options.onDeadline, 'onDeadline');

  return async (form, via, deadline) => {
    const parsed = {
      task: parseAttributes(form.TaskAttributes),
      worker: parseAttributes(form.WorkerAttributes),
    };
    const unreadable = (['task', 'worker'] as const).filter((of) => parsed[of] === undefined);
    if (unreadable.length > 0 && !registry.badAttributes) {
      return { result: { status: 'bad-attributes', of: unreadable }, handler: undefined };
    }
    const attributes = { task: parsed.task ?? {}, worker: parsed.worker ?? {} };
    let handler: string | undefined;

    const execute = async (run: Run): Promise<string> => {
      let decided = false;
      const afterwards: Array<() => unknown> = [];
      const runAfter = (task: () => unknown) =>
        tracker.run(task, (error) => assignment.log.error({ err: error }, 'Work given to after() failed'));
      const assignment = new LiveAssignment(form, via, attributes, {
        run,
        log,
        after: (task) => (decided ? runAfter(task) : afterwards.push(task)),
      });
      const chosen = await choose(assignment, unreadable);
      handler = chosen.name;
      const answer = await decide(chosen, assignment);
      decided = true;
      for (const task of afterwards) runAfter(task);
      return answer;
    };

    const result = await idempotency.run({
      key: `assignment:${form.WorkspaceSid}:${form.ReservationSid}`,
      // What a first try and the fallback have in common: not the task's age, the time or the attributes.
      fingerprint: `${form.WorkflowSid ?? ''} ${form.TaskQueueSid ?? ''} ${form.TaskSid} ${form.WorkerSid}`,
      path: via,
      deadline,
      onDeadline: deadlineAnswer(attributes, form),
      execute,
    });
    return { result, handler };
  };

  async function choose(
    assignment: LiveAssignment,
    unreadable: readonly ('task' | 'worker')[],
  ): Promise<Named<Decider>> {
    let problems: readonly AttributesProblem[] = unreadable.map((of) => ({
      of,
      handler: undefined,
      issues: [],
    }));
    if (problems.length === 0) {
      const selection = await dispatch(assignment);
      if (selection.route) return selection.route;
      problems = selection.problems;
    }
    const { badAttributes } = registry;
    if (problems.length === 0 || !badAttributes) return registry.otherwise!;
    const context = Object.assign(assignment, { problems });
    return {
      name: badAttributes.name,
      decider: { fixed: badAttributes.decider.fixed, decide: () => badAttributes.decider.decide(context) },
    };
  }

  async function decide({ name, decider }: Named<Decider>, assignment: LiveAssignment): Promise<string> {
    try {
      const decision = await runInside(registry.middleware, assignment, () => decider.decide(assignment));
      return answerFor(decision, decider, assignment);
    } catch (error) {
      assignment.log.error(
        { err: error, handler: name, via: assignment.via },
        'An assignment handler failed',
      );
      const answer = await answerForError(error, assignment);
      if (answer === undefined) throw error;
      return answer;
    }
  }

  /** The instruction `onError` gives instead, encoded; undefined: none, or none that can be carried out. */
  async function answerForError(error: unknown, assignment: LiveAssignment): Promise<string | undefined> {
    const { errorHandler, errorInstruction } = registry;
    try {
      const decision = await (errorHandler?.(error, assignment) ?? errorInstruction?.decide(assignment));
      return decision === undefined ? undefined : answerFor(decision, errorInstruction, assignment);
    } catch (second) {
      assignment.log.error({ err: second }, 'onError itself failed: the callback is answered 500');
      return undefined;
    }
  }

  /** The fixed answer at the deadline, unless Twilio would refuse it for this very task. */
  function deadlineAnswer(
    attributes: { readonly task: Attributes; readonly worker: Attributes },
    { ReservationSid: reservationSid }: AssignmentForm,
  ): 'fail' | { readonly answer: string } {
    const instruction = deadlineDecider?.fixed?.decision;
    if (!instruction || instruction.instruction === 'defer')
      return instruction ? { answer: encodeCallback(instruction) } : 'fail';
    const problem = checkTask(instruction, attributes);
    if (!problem) return { answer: deadlineDecider!.fixed!.answer };
    log.warn(
      { reservationSid, problem: problem.message },
      'onDeadline does not fit this task: 504 at its deadline',
    );
    return 'fail';
  }
}
