import { checkTask, type Decision, InstructionError } from '../../instructions/index.js';
import { runInside } from '../routing/compose.js';
import type { AttributesProblem } from '../context.js';
import type { Dispatch } from '../routing/dispatch.js';
import { checkDecision, type Decider } from '../routing/handler.js';
import type { LiveAssignment } from '../assignment-context.js';
import type { Abilities } from '../routing/match.js';
import type { Named, Registry } from '../routing/registry.js';

/** A decision, with who took it. */
export interface Taken {
  readonly decision: Decision<never>;
  /** The decider whose prepared answer may be used; undefined where another took its place. */
  readonly decider: Decider | undefined;
}

/** Which handler takes an assignment, and what it decides. */
export interface Deciding {
  /** The handler for this assignment. `unreadable`: attributes that are not a JSON object. */
  choose(assignment: LiveAssignment, unreadable: readonly ('task' | 'worker')[]): Promise<Named<Decider>>;
  /** Runs it, inside the middleware. @throws what it throws, and InstructionError for what cannot be carried out. */
  decide(chosen: Named<Decider>, assignment: LiveAssignment): Promise<Taken>;
  /** What `onError` makes of an error; undefined: nothing, or it has heard this very one. Never rejects. */
  decideError(error: unknown, assignment: LiveAssignment): Promise<Taken | undefined>;
}

export function createDeciding(
  registry: Registry,
  dispatch: () => Promise<Dispatch> | Dispatch,
  can: Abilities,
): Deciding {
  return {
    async choose(assignment, unreadable) {
      let problems: readonly AttributesProblem[] = unreadable.map((of) => ({
        of,
        handler: undefined,
        issues: [],
      }));
      if (problems.length === 0) {
        const selection = await (await dispatch())(assignment);
        if (selection.route) return selection.route;
        problems = selection.problems;
      }
      const { badAttributes } = registry;
      if (problems.length === 0 || !badAttributes) return registry.otherwise!;
      const { decider } = badAttributes;
      const context = Object.assign(assignment, { problems });
      return { name: badAttributes.name, decider: { ...decider, decide: () => decider.decide(context) } };
    },

    async decide({ decider }, assignment) {
      const decision = await runInside(registry.middleware, assignment, () => decider.decide(assignment));
      return judge(decision, decider, assignment);
    },

    async decideError(error, assignment) {
      const { errorHandler, errorInstruction } = registry;
      // A run that turns late while onError decides comes by with the same error again.
      if (assignment.heard !== undefined && assignment.heard[0] === error) return undefined;
      assignment.heard = [error];
      try {
        const decision = await (errorHandler?.(error, assignment) ?? errorInstruction?.decide(assignment));
        return decision === undefined ? undefined : judge(decision, errorInstruction, assignment);
      } catch (second) {
        assignment.log.error({ err: second }, 'onError itself failed');
        return undefined;
      }
    },
  };

  function judge(returned: unknown, decider: Decider | undefined, assignment: LiveAssignment): Taken {
    const decision = checkDecision(returned, decider, can);
    if (decision.instruction !== 'defer') {
      const attributes = { task: assignment.task.attributes, worker: assignment.worker.attributes };
      const problem = checkTask(decision, attributes);
      if (problem) throw new InstructionError(problem);
    }
    return { decision, decider: decider?.fixed === decision ? decider : undefined };
  }
}
