import type { CheckedDefinition } from '../definition/index.js';
import type { LiveWorkspace } from '../live/read-live.js';
import { causeOf } from './cause.js';
import { compareFields } from './field-changes.js';
import { type NameOf, wantedWorkspace } from './kinds.js';
import { changedFields, present } from './resource-changes.js';
import type { RecordedKinds } from './state.js';
import type { PlanChange } from './types.js';

/** What is compared: a definition, and what it is for. */
export interface Compared {
  readonly definition: CheckedDefinition;
  /** Undefined: the workspace does not exist yet. */
  readonly live: LiveWorkspace | undefined;
  /** What was applied last; empty without a state file. */
  readonly recorded: RecordedKinds;
  readonly hasState: boolean;
}

/**
 * How the workspace itself differs.
 *
 * @param name - the name it has, or will have.
 * @param mayRename - the workspace was given by its SID, so that its name may be another one than the definition's.
 */
export function workspaceChanges(
  { definition, live, recorded, hasState }: Compared,
  name: string,
  mayRename: boolean,
  activityName: NameOf,
): readonly PlanChange[] {
  const wanted = wantedWorkspace(definition);
  const base = { kind: 'workspace', name } as const;
  if (!live) {
    // Every workspace begins with these.
    const fresh = {
      multiTaskEnabled: true,
      prioritizeQueueOrder: 'FIFO',
      eventCallbackUrl: '',
      eventsFilter: [],
    };
    const start = { ...fresh, defaultActivity: 'Offline', timeoutActivity: 'Offline' };
    const fields = compareFields({}, present(wanted)).filter(
      ({ path, after }) => JSON.stringify(after) !== JSON.stringify(start[path as keyof typeof start]),
    );
    return [{ ...base, action: 'create', cause: hasState ? 'definition' : 'unknown', fields }];
  }
  const { workspace } = live;
  const fields = changedFields(
    {
      multiTaskEnabled: workspace.multiTaskEnabled,
      prioritizeQueueOrder: workspace.prioritizeQueueOrder,
      eventCallbackUrl: workspace.eventCallbackUrl ?? '',
      eventsFilter: [...new Set(workspace.eventsFilter ?? [])].sort(),
      defaultActivity: activityName(workspace.defaultActivitySid ?? ''),
      timeoutActivity: activityName(workspace.timeoutActivitySid ?? ''),
    },
    wanted,
  );
  const record = recorded.workspace?.workspace;
  const blocked =
    wanted.multiTaskEnabled === false && workspace.multiTaskEnabled
      ? { blockedBy: 'TaskRouter does not turn multitasking off once it is on: leave multiTaskEnabled out' }
      : {};
  const cause = causeOf(record, fields);
  const to = definition.friendlyName;
  const known = { sid: workspace.sid, cause, fields, ...blocked };
  if (mayRename && to !== undefined && to !== workspace.friendlyName) {
    return [{ action: 'rename', ...base, name: to, from: workspace.friendlyName, ...known }];
  }
  return fields.length === 0 ? [] : [{ action: 'update', ...base, ...known }];
}
