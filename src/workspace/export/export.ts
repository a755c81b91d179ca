import type { TaskRouterClient } from '../../rest/index.js';
import { literal, type WorkspaceDefinition } from '../definition/index.js';
import { readLive, requireWorkspace } from '../live/read-live.js';
import { definitionOf, type MadeDefinition } from './definition-of.js';

export interface ExportOptions {
  /** Leave the workers out. Default: false. */
  readonly workers?: boolean | undefined;
}

/**
 * The definition of a workspace as it is: with names in place of SIDs, so that it can be applied to another account. The
 * activities that workers happen to be in are left out.
 *
 * @param workspace - name or SID.
 * @throws {ConfigurationError} for a workspace that does not exist, and for names that several resources have.
 * @example
 * const { definition, warnings } = await exportWorkspace(createTaskRouterClient(), 'Support');
 */
export async function exportWorkspace(
  client: TaskRouterClient,
  workspace: string,
  { workers: withWorkers = true }: ExportOptions = {},
): Promise<MadeDefinition> {
  const { sid } = await requireWorkspace(client, workspace);
  const live = await readLive(client, sid, { workers: withWorkers, channelsOf: () => true });
  const { defaultActivitySid, timeoutActivitySid, ...own } = live.workspace;
  const made = definitionOf({
    workspace: { ...own, defaultActivity: defaultActivitySid, timeoutActivity: timeoutActivitySid },
    activities: live.activities,
    taskChannels: live.taskChannels,
    taskQueues: live.taskQueues.map(({ reservationActivitySid, assignmentActivitySid, ...queue }) => ({
      ...queue,
      reservationActivity: reservationActivitySid,
      assignmentActivity: assignmentActivitySid,
    })),
    workers: (live.workers ?? []).map(({ sid: worker, friendlyName, attributes }) => ({
      sid: worker,
      friendlyName,
      attributes,
      channels: Object.fromEntries(
        (live.workerChannels.get(worker) ?? []).map((one) => [
          one.taskChannelUniqueName,
          { capacity: one.configuredCapacity, available: one.available },
        ]),
      ),
    })),
    workflows: live.workflows,
  });
  const definition = asLiterals(made.definition) as WorkspaceDefinition;
  if (withWorkers) return { ...made, definition };
  // A kind that is there is complete: without its key it is left alone.
  const { workers: _none, ...others } = definition;
  return { ...made, definition: others };
}

/** What looks like a placeholder in a live workspace stands for itself. Names as keys are never read for placeholders. */
function asLiterals(value: unknown): unknown {
  if (typeof value === 'string') return literal(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(asLiterals);
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, asLiterals(one)]));
}
