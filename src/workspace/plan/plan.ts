import type { TaskRouterClient } from '../../rest/index.js';
import { WORKSPACE_SID } from '../../sids.js';
import {
  type CheckedDefinition,
  checkDefinition,
  DefinitionError,
  type DefinitionProblem,
  type WorkspaceDefinition,
} from '../definition/index.js';
import { findWorkspace, type LiveWorkspace, readLive } from '../live/read-live.js';
import { checkSendable } from './check-sendable.js';
import { Comparison } from './comparison.js';
import { blockDeletions } from './deletions.js';
import type { KindKey } from './kind-names.js';
import type { Comparable } from './kinds.js';
import { checkOwnActivities } from './own-activities.js';
import type { RecordedKinds } from './state.js';
import type { Plan, PlanChange } from './types.js';
import { workspaceName } from './workspace-name.js';

export interface PlanOptions {
  /** Name or SID of the workspace. Default: the `friendlyName` of the definition. */
  readonly workspace?: string | undefined;
  /** Delete what the definition does not have, of the kinds it has. Default: false. */
  readonly prune?: boolean | undefined;
  /** Delete queues, workers and workflows with live tasks too. Default: false. */
  readonly force?: boolean | undefined;
  /** What was applied last, by the SID of the workspace. */
  readonly recorded?: ((workspaceSid: string) => RecordedKinds | undefined) | undefined;
  /** Makes the error for problems of the definition, with file and line. */
  readonly onProblems?: ((problems: readonly DefinitionProblem[], cause: unknown) => Error) | undefined;
}

/** A plan with what is needed to apply it. */
export interface WorkspacePlan {
  readonly plan: Plan;
  readonly definition: CheckedDefinition;
  readonly live: LiveWorkspace | undefined;
  /** By kind and name: the SID of what is there already. */
  readonly found: Readonly<Record<KindKey, ReadonlyMap<string, string>>>;
  /** By kind and name: what the definition wants. */
  readonly wanted: Readonly<Record<KindKey, ReadonlyMap<string, Comparable>>>;
}

/**
 * Compares a workspace with its definition. Nothing is changed.
 *
 * @throws {DefinitionError} for what Twilio would refuse; ConfigurationError for names that fit several resources.
 * @example
 * const { plan } = await planWorkspace(createTaskRouterClient(), definition);
 * console.log(plan.inSync, plan.summary);
 */
export async function planWorkspace(
  client: TaskRouterClient,
  definition: WorkspaceDefinition,
  options: PlanOptions = {},
): Promise<WorkspacePlan> {
  const checked = readyToSend(definition, options.onProblems);
  const name = workspaceName(checked, options.workspace);
  const found = await findWorkspace(client, options.workspace ?? name);
  const recorded = (found && options.recorded?.(found.sid)) ?? {};
  const mayBeRenamed = new Set(Object.values(recorded.workers ?? {}).map(({ sid }) => sid));
  const withChannels = new Set(
    Object.entries(checked.workers ?? {})
      .filter(([, { channels }]) => channels !== undefined)
      .map(([worker]) => worker.toLowerCase()),
  );
  const live =
    found &&
    (await readLive(client, found.sid, {
      workers: checked.workers !== undefined,
      channelsOf: ({ sid, friendlyName }) => {
        const own = Object.hasOwn(checked.workers ?? {}, friendlyName);
        const maybe = withChannels.has(friendlyName.toLowerCase());
        return maybe || (!own && withChannels.size > 0 && mayBeRenamed.has(sid));
      },
    }));
  if (live) checkOwnActivities(checked, live);
  const comparison = new Comparison({
    definition: checked,
    live,
    recorded,
    hasState: options.recorded !== undefined,
  });
  const finalName = WORKSPACE_SID.test(name) ? (live?.workspace.friendlyName ?? name) : name;
  const bySid = WORKSPACE_SID.test(options.workspace ?? '');
  const changes = comparison.changes(finalName, bySid && checked.friendlyName !== undefined);
  const others = comparison.others();
  const deletions = options.prune === true ? others : [];
  const planned = [
    ...changes,
    ...(await blockDeletions(client, live, checked, deletions, options.force === true)),
  ];
  const count = (action: PlanChange['action']) => planned.filter((one) => one.action === action).length;
  return {
    plan: {
      format: 1,
      workspace: { name: finalName, sid: found?.sid ?? null },
      inSync: planned.length === 0,
      summary: {
        create: count('create'),
        update: count('update'),
        rename: count('rename'),
        delete: count('delete'),
        kept:
          others.length -
          deletions.length +
          planned.filter((one) => one.action === 'delete' && one.blockedBy).length,
      },
      changes: planned,
    },
    definition: checked,
    live,
    found: comparison.found,
    wanted: comparison.wanted,
  };
}

function readyToSend(
  definition: WorkspaceDefinition,
  onProblems: PlanOptions['onProblems'],
): CheckedDefinition {
  try {
    const checked = checkDefinition(definition);
    checkSendable(checked);
    return checked;
  } catch (error) {
    throw error instanceof DefinitionError && onProblems ? onProblems(error.problems, error) : error;
  }
}
