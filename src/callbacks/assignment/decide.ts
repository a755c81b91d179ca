import { checkTask, type Decision, InstructionError } from '../../instructions/index.js';
import { chain, type MaybePromise } from '../../maybe-promise.js';
import type { RunningAssignment, Unreadable } from '../assignment-context.js';
import type { AttributesProblem } from '../context.js';
import { runInside } from '../routing/compose.js';
import type { Dispatch } from '../routing/dispatch.js';
import { checkDecision, type Decider } from '../routing/handler.js';
import type { Abilities } from '../routing/match.js';
import type { Named, Registry } from '../routing/registry.js';

/** A decision, with its answer if that was encoded at the start. */
export interface Taken {
  readonly decision: Decision<never>;
  readonly prepared: string | undefined;
}

/** Which handler takes an assignment, and what it decides. */
export interface Deciding {
  /** The handler for this assignment. */
  choose(context: RunningAssignment, unreadable: Unreadable): MaybePromise<Named<Decider>>;
  /** Runs it, inside the middleware. @throws its errors, and InstructionError for a decision that cannot be carried out. */
  decide(chosen: Named<Decider>, context: RunningAssignment): MaybePromise<Taken>;
  /** What `onError` decides about an error; undefined: nothing, or it has already had this error. Never rejects. */
  decideError(error: unknown, context: RunningAssignment): Promise<Taken | undefined>;
}

export function createDeciding(
  registry: Registry,
  dispatch: () => MaybePromise<Dispatch>,
  can: Abilities,
): Deciding {
  function orBadAttributes(
    problems: readonly AttributesProblem[],
    assignment: RunningAssignment,
  ): Named<Decider> {
    const { badAttributes } = registry;
    if (problems.length === 0 || !badAttributes) return registry.otherwise!;
    const { decider } = badAttributes;
    const context = Object.assign(assignment, { problems });
    return { name: badAttributes.name, decider: { ...decider, decide: () => decider.decide(context) } };
  }

  function judge(
    returned: unknown,
    decider: Decider | undefined,
    { task, worker }: RunningAssignment,
  ): Taken {
    const decision = checkDecision(returned, decider, can);
    if (decision.instruction !== 'defer') {
      const problem = checkTask(decision, { task: task.attributes, worker: worker.attributes });
      if (problem) throw new InstructionError(problem);
    }
    return { decision, prepared: decider?.fixed === decision ? decider.answer : undefined };
  }

  return {
    choose(context, unreadable) {
      if (unreadable.length > 0) {
        return orBadAttributes(
          unreadable.map((of) => ({ of, handler: undefined, issues: [] })),
          context,
        );
      }
      return chain(
        chain(dispatch(), (select) => select(context)),
        (selection) => selection.route ?? orBadAttributes(selection.problems, context),
      );
    },

    decide({ decider }, context) {
      const { middleware } = registry;
      const decision =
        middleware.length === 0
          ? decider.decide(context)
          : runInside(middleware, context, () => decider.decide(context));
      return chain(decision as MaybePromise<unknown>, (returned) => judge(returned, decider, context));
    },

    async decideError(error, context) {
      const { errorHandler, errorInstruction } = registry;
      // A run that is deferred while onError decides gets here a second time, with the same error.
      if (context.heard !== undefined && context.heard[0] === error) return undefined;
      context.heard = [error];
      try {
        const decision = await (errorHandler?.(error, context) ?? errorInstruction?.decide(context));
        return decision === undefined ? undefined : judge(decision, errorInstruction, context);
      } catch (second) {
        context.log.error({ err: second }, 'onError itself failed');
        return undefined;
      }
    },
  };
}
