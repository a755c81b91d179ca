import type { TaskRouterClient } from '../../rest/index.js';
import { WORKSPACE_SID } from '../../sids.js';
import {
  type CheckedDefinition,
  checkDefinition,
  DefinitionError,
  type DefinitionProblem,
  OWN_ACTIVITIES,
  OWN_CHANNELS,
  type WorkspaceDefinition,
} from '../definition/index.js';
import { findWorkspace, type LiveWorkspace, readLive } from '../live/read-live.js';
import { type Routing, readRouting } from '../live/routing.js';
import { checkSendable } from './check-sendable.js';
import { blockDeletions, type Deletion } from './deletions.js';
import { compareFields, compareRouting, type FieldChange } from './field-changes.js';
import {
  type Comparable,
  liveTaskQueue,
  liveWorker,
  liveWorkflow,
  wantedActivity,
  wantedTaskChannel,
  wantedTaskQueue,
  wantedWorker,
  wantedWorkflow,
  wantedWorkspace,
} from './kinds.js';
import { match, type Named } from './match.js';
import { hashOf, type RecordedKinds, type RecordedResource } from './state.js';
import type { Plan, PlanCause, PlanChange, PlanKind } from './types.js';
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

/** The kinds inside a workspace, in the order they depend on each other, by their keys in a definition. */
export const KINDS = {
  activities: 'activity',
  taskChannels: 'taskChannel',
  taskQueues: 'taskQueue',
  workers: 'worker',
  workflows: 'workflow',
} as const satisfies Record<string, PlanKind>;
export type KindKey = keyof typeof KINDS;
export const KIND_KEYS = Object.keys(KINDS) as readonly KindKey[];

const PLURALS: Readonly<Record<KindKey, string>> = {
  activities: 'activities',
  taskChannels: 'task channels',
  taskQueues: 'task queues',
  workers: 'workers',
  workflows: 'workflows',
};

/** In the words of a sentence. */
export const KIND_WORDS: Readonly<Record<PlanKind, string>> = {
  workspace: 'workspace',
  activity: 'activity',
  taskChannel: 'task channel',
  taskQueue: 'task queue',
  worker: 'worker',
  workflow: 'workflow',
};

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
  const prunes = options.prune === true;
  const live =
    found &&
    (await readLive(client, found.sid, {
      workers: checked.workers !== undefined,
      channelsOf: (worker) => {
        const own = Object.hasOwn(checked.workers ?? {}, worker.friendlyName);
        return own && checked.workers?.[worker.friendlyName]?.channels !== undefined;
      },
    }));
  const recorded = (found && options.recorded?.(found.sid)) ?? undefined;
  const comparison = new Comparison(checked, live, recorded, options.recorded !== undefined, prunes);
  const changes = comparison.changes(
    name,
    WORKSPACE_SID.test(options.workspace ?? '') && checked.friendlyName !== undefined,
  );
  const deletions = live === undefined ? [] : comparison.deletions();
  const planned = [
    ...changes,
    ...(await blockDeletions(client, live, checked, deletions, options.force === true)),
  ];
  const count = (action: PlanChange['action']) => planned.filter((one) => one.action === action).length;
  return {
    plan: {
      format: 1,
      workspace: { name: comparison.finalName(name), sid: found?.sid ?? null },
      inSync: planned.length === 0,
      summary: {
        create: count('create'),
        update: count('update'),
        rename: count('rename'),
        delete: count('delete'),
        kept: comparison.kept + planned.filter((one) => one.action === 'delete' && one.blockedBy).length,
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

interface Side extends Named {
  readonly fields: Comparable;
}

class Comparison {
  readonly found: Record<KindKey, Map<string, string>>;
  readonly wanted: Record<KindKey, ReadonlyMap<string, Comparable>>;
  kept = 0;
  readonly #definition: CheckedDefinition;
  readonly #live: LiveWorkspace | undefined;
  readonly #recorded: RecordedKinds;
  readonly #hasState: boolean;
  readonly #prunes: boolean;
  readonly #others: Partial<Record<KindKey, readonly Side[]>> = {};

  constructor(
    definition: CheckedDefinition,
    live: LiveWorkspace | undefined,
    recorded: RecordedKinds | undefined,
    hasState: boolean,
    prunes: boolean,
  ) {
    this.#definition = definition;
    this.#live = live;
    this.#recorded = recorded ?? {};
    this.#hasState = hasState;
    this.#prunes = prunes;
    this.wanted = wantedOf(definition);
    this.found = {
      activities: new Map(live?.activities.map(({ friendlyName, sid }) => [friendlyName, sid])),
      taskChannels: new Map(live?.taskChannels.map(({ uniqueName, sid }) => [uniqueName, sid])),
      taskQueues: new Map(),
      workers: new Map(),
      workflows: new Map(),
    };
  }

  finalName(name: string): string {
    return WORKSPACE_SID.test(name) ? (this.#live?.workspace.friendlyName ?? name) : name;
  }

  changes(name: string, mayRename: boolean): PlanChange[] {
    const inside = KIND_KEYS.flatMap((kind) => this.#compareKind(kind));
    return [...this.#workspace(name, mayRename), ...inside];
  }

  #workspace(name: string, mayRename: boolean): PlanChange[] {
    const wanted = wantedWorkspace(this.#definition);
    const base = { kind: 'workspace', name: this.finalName(name) } as const;
    if (!this.#live) {
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
      return [{ ...base, action: 'create', cause: this.#hasState ? 'definition' : 'unknown', fields }];
    }
    const { workspace } = this.#live;
    const fields = changed(
      {
        multiTaskEnabled: workspace.multiTaskEnabled,
        prioritizeQueueOrder: workspace.prioritizeQueueOrder,
        eventCallbackUrl: workspace.eventCallbackUrl ?? '',
        eventsFilter: [...(workspace.eventsFilter ?? [])].sort(),
        defaultActivity: this.#activityName(workspace.defaultActivitySid ?? ''),
        timeoutActivity: this.#activityName(workspace.timeoutActivitySid ?? ''),
      },
      wanted,
    );
    const record = this.#recorded.workspace?.workspace;
    const blocked =
      wanted.multiTaskEnabled === false && workspace.multiTaskEnabled
        ? { blockedBy: 'TaskRouter does not turn multitasking off once it is on: leave multiTaskEnabled out' }
        : {};
    const cause = this.#causeOf(record, fields);
    const to = this.#definition.friendlyName;
    const known = { sid: workspace.sid, cause, fields, ...blocked };
    if (mayRename && to !== undefined && to !== workspace.friendlyName) {
      return [{ action: 'rename', ...base, name: to, from: workspace.friendlyName, ...known }];
    }
    return fields.length === 0 ? [] : [{ action: 'update', ...base, ...known }];
  }

  #compareKind(key: KindKey): PlanChange[] {
    if (this.#definition[key] === undefined) {
      for (const { name, sid } of this.#sides(key)) this.found[key].set(name, sid);
      return [];
    }
    const kind = KINDS[key];
    const wanted = this.wanted[key];
    const recorded = this.#recorded[key] ?? {};
    const caseless = key === 'workers';
    const matched = match(PLURALS[key], wanted, this.#sides(key), recorded, caseless);
    this.#others[key] = matched.others;
    for (const [name, { sid }] of matched.found) this.found[key].set(name, sid);
    return [...wanted].flatMap(([name, fields]): PlanChange[] => {
      const live = matched.found.get(name);
      const record = Object.hasOwn(recorded, name) ? recorded[name] : undefined;
      if (!live) {
        if (key === 'activities' && !this.#live && OWN_ACTIVITIES.includes(name)) return [];
        const cause = record ? 'drift' : this.#hasState ? 'definition' : 'unknown';
        const differing = this.#live || key !== 'taskChannels' || !OWN_CHANNELS.includes(name);
        const action = differing ? 'create' : 'update';
        const all = shownFields(fields);
        // The channels of a new workspace are there already.
        return action === 'update' && all.length === 0 ? [] : [{ action, kind, name, cause, fields: all }];
      }
      const changes = changed(live.fields, fields);
      const base = { kind, name, sid: live.sid, fields: changes, ...blockedField(key, changes) };
      const before = record ?? Object.values(recorded).find(({ sid }) => sid === live.sid);
      if (live.name !== name) {
        const cause = before === undefined ? 'unknown' : record === before ? 'drift' : 'definition';
        return [{ action: 'rename', ...base, from: live.name, cause }];
      }
      return changes.length === 0
        ? []
        : [{ action: 'update', ...base, cause: this.#causeOf(before, changes) }];
    });
  }

  /** Whose change it is: drift if any of the fields is not what was applied. */
  #causeOf(record: RecordedResource | undefined, changes: readonly FieldChange[]): PlanCause {
    if (!record) return 'unknown';
    const drifted = changes.some(({ path, before }) => {
      const hash = Object.hasOwn(record.fields, path) ? record.fields[path] : undefined;
      return hash !== undefined && hash !== hashOf(before);
    });
    return drifted || this.#routingDrifted(record, changes) ? 'drift' : 'definition';
  }

  /** Attributes and routing are recorded as a whole, and changed in parts. */
  #routingDrifted(record: RecordedResource, changes: readonly FieldChange[]): boolean {
    return (['attributes', 'routing'] as const).some((part) => {
      const hash = record.fields[part];
      const touched = changes.some(({ path }) =>
        (part === 'routing' ? ROUTING_PATH : /^attributes/).test(path),
      );
      if (hash === undefined || !touched) return false;
      const key = part === 'routing' ? 'workflows' : 'workers';
      const live = this.#sides(key).find(({ sid }) => sid === record.sid);
      return live !== undefined && hashOf(live.fields[part]) !== hash;
    });
  }

  /** What the definition does not have, of the kinds it has. */
  deletions(): readonly Deletion[] {
    return [...KIND_KEYS].reverse().flatMap((key) => {
      const own = key === 'activities' ? OWN_ACTIVITIES : key === 'taskChannels' ? OWN_CHANNELS : [];
      const others = (this.#others[key] ?? []).filter(({ name }) => !own.includes(name));
      if (!this.#prunes) {
        this.kept += others.length;
        return [];
      }
      return others.map(({ name, sid }): Deletion => {
        const recorded = Object.values(this.#recorded[key] ?? {}).some((one) => one.sid === sid);
        const cause = recorded ? 'definition' : this.#hasState ? 'drift' : 'unknown';
        return { key, change: { action: 'delete', kind: KINDS[key], name, sid, cause, fields: [] } };
      });
    });
  }

  readonly #cached = new Map<KindKey, readonly Side[]>();

  #sides(key: KindKey): readonly Side[] {
    const known = this.#cached.get(key);
    if (known) return known;
    const sides = this.#live ? this.#readSides(this.#live, key) : [];
    this.#cached.set(key, sides);
    return sides;
  }

  #readSides(live: LiveWorkspace, key: KindKey): readonly Side[] {
    switch (key) {
      case 'activities':
        return live.activities.map(({ sid, friendlyName, available }) => ({
          sid,
          name: friendlyName,
          fields: { available },
        }));
      case 'taskChannels':
        return live.taskChannels.map(({ sid, uniqueName, friendlyName, channelOptimizedRouting }) => ({
          sid,
          name: uniqueName,
          fields: { friendlyName, channelOptimizedRouting: channelOptimizedRouting ?? false },
        }));
      case 'taskQueues':
        return live.taskQueues.map((queue) => ({
          sid: queue.sid,
          name: queue.friendlyName,
          fields: liveTaskQueue(queue, (sid) => this.#activityName(sid)),
        }));
      case 'workers':
        return (live.workers ?? []).map((worker) => ({
          sid: worker.sid,
          name: worker.friendlyName,
          fields: liveWorker(worker, live.workerChannels.get(worker.sid) ?? []),
        }));
      case 'workflows':
        return live.workflows.map((workflow) => ({
          sid: workflow.sid,
          name: workflow.friendlyName,
          fields: liveWorkflow(workflow, (sid) => this.#queueName(sid)),
        }));
    }
  }

  #activityNames: ReadonlyMap<string, string> | undefined;
  #queueNames: ReadonlyMap<string, string> | undefined;

  /** The name an activity will have: one that is renamed is compared by its new name. */
  #activityName(sid: string): string {
    this.#activityNames ??= this.#namesAfter('activities');
    return this.#activityNames.get(sid) ?? sid;
  }

  #queueName(sid: string): string {
    this.#queueNames ??= this.#namesAfter('taskQueues');
    return this.#queueNames.get(sid) ?? sid;
  }

  #namesAfter(key: 'activities' | 'taskQueues'): ReadonlyMap<string, string> {
    const live = this.#live?.[key] ?? [];
    const names = new Map<string, string>(live.map(({ sid, friendlyName }) => [sid, friendlyName]));
    for (const [name, sid] of this.found[key]) names.set(sid, name);
    return names;
  }
}

const ROUTING_PATH = /^(filters|defaultQueue|defaultFilter|configuration)/;

const present = (fields: Comparable): Comparable =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

function wantedOf(definition: CheckedDefinition): Record<KindKey, ReadonlyMap<string, Comparable>> {
  const each = <T>(
    all: Readonly<Record<string, T>> | undefined,
    read: (name: string, one: T) => Comparable,
  ) => new Map(Object.entries(all ?? {}).map(([name, one]) => [name, read(name, one)]));
  return {
    activities: each(definition.activities, wantedActivity),
    taskChannels: each(definition.taskChannels, wantedTaskChannel),
    taskQueues: each(definition.taskQueues, (_name, queue) => wantedTaskQueue(queue)),
    workers: each(definition.workers, (_name, worker) => wantedWorker(worker)),
    workflows: each(definition.workflows, (_name, workflow) => wantedWorkflow(workflow)),
  };
}

/** The fields that differ from what is wanted; attributes and routing in their parts. */
function changed(live: Comparable, wanted: Comparable): FieldChange[] {
  return Object.entries(wanted).flatMap(([name, value]): FieldChange[] => {
    if (value === undefined) return [];
    const now = live[name];
    if (name === 'attributes')
      return compareFields((now ?? {}) as Comparable, value as Comparable, 'attributes');
    if (name !== 'routing') return compareFields({ [name]: now }, { [name]: value });
    if (now === undefined) return [{ path: 'configuration', before: 'unreadable', after: 'as defined' }];
    return compareRouting(now as Routing, value as Routing);
  });
}

/** All fields of what is to be created. */
function shownFields(fields: Comparable): FieldChange[] {
  const { routing, ...others } = fields;
  const plain = compareFields({}, present(others));
  const empty = readRouting({ task_routing: {} })!;
  return routing === undefined ? plain : [...plain, ...compareRouting(empty, routing as Routing)];
}

function blockedField(key: KindKey, changes: readonly FieldChange[]): { readonly blockedBy?: string } {
  return key === 'activities' && changes.some(({ path }) => path === 'available')
    ? { blockedBy: 'TaskRouter never changes whether an activity is available: give it another name' }
    : {};
}
