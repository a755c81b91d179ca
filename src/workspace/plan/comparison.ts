import { OWN_ACTIVITIES, OWN_CHANNELS } from '../definition/index.js';
import { causeOf } from './cause.js';
import type { Deletion } from './deletions.js';
import type { FieldChange } from './field-changes.js';
import { KIND_KEYS, KINDS, type KindKey, PLURALS } from './kind-names.js';
import { type Comparable, wantedOf } from './kinds.js';
import { LiveSides, type Side } from './live-sides.js';
import { match } from './match.js';
import { allFields, changedFields } from './resource-changes.js';
import type { PlanChange } from './types.js';
import { type Compared, workspaceChanges } from './workspace-changes.js';

/** Compares a workspace with its definition, kind by kind. */
export class Comparison {
  readonly found: Record<KindKey, Map<string, string>>;
  readonly wanted: Readonly<Record<KindKey, ReadonlyMap<string, Comparable>>>;
  readonly #compared: Compared;
  readonly #sides: LiveSides;
  /** What the definition does not have, of the kinds it has. */
  readonly #others: Partial<Record<KindKey, readonly Side[]>> = {};

  constructor(compared: Compared) {
    const { live } = compared;
    this.#compared = compared;
    this.wanted = wantedOf(compared.definition);
    this.found = {
      activities: new Map(live?.activities.map(({ friendlyName, sid }) => [friendlyName, sid])),
      taskChannels: new Map(live?.taskChannels.map(({ uniqueName, sid }) => [uniqueName, sid])),
      taskQueues: new Map(),
      workers: new Map(),
      workflows: new Map(),
    };
    this.#sides = new LiveSides(live, this.found);
  }

  /** What is to be created, changed or renamed. */
  changes(name: string, mayRename: boolean): readonly PlanChange[] {
    const inside = KIND_KEYS.flatMap((kind) => this.#compareKind(kind));
    const activityName = (sid: string) => this.#sides.activityName(sid);
    return [...workspaceChanges(this.#compared, name, mayRename, activityName), ...inside];
  }

  #compareKind(key: KindKey): PlanChange[] {
    if (this.#compared.definition[key] === undefined) {
      for (const { name, sid } of this.#sides.of(key)) this.found[key].set(name, sid);
      return [];
    }
    const kind = KINDS[key];
    const wanted = this.wanted[key];
    const recorded = this.#compared.recorded[key] ?? {};
    const caseless = key === 'workers';
    const isAs = (side: Side, fields: Comparable) => changedFields(side.fields, fields).length === 0;
    // The unique name of a channel is what it is: TaskRouter never changes it.
    const known = key === 'taskChannels' ? {} : recorded;
    const matched = match(PLURALS[key], wanted, this.#sides.of(key), known, caseless, isAs);
    this.#others[key] = matched.others;
    for (const [name, { sid }] of matched.found) this.found[key].set(name, sid);
    return [...wanted].flatMap(([name, fields]): PlanChange[] => {
      const live = matched.found.get(name);
      const record = Object.hasOwn(recorded, name) ? recorded[name] : undefined;
      if (!live) {
        if (key === 'activities' && !this.#compared.live && OWN_ACTIVITIES.includes(name)) return [];
        const cause = record ? 'drift' : this.#compared.hasState ? 'definition' : 'unknown';
        const differing = this.#compared.live || key !== 'taskChannels' || !OWN_CHANNELS.includes(name);
        const action = differing ? 'create' : 'update';
        const all = allFields(fields);
        // The channels of a new workspace are there already.
        return action === 'update' && all.length === 0 ? [] : [{ action, kind, name, cause, fields: all }];
      }
      const changes = changedFields(live.fields, fields);
      const base = { kind, name, sid: live.sid, fields: changes, ...blockedField(key, changes) };
      const before = record ?? Object.values(recorded).find(({ sid }) => sid === live.sid);
      if (live.name !== name) {
        const cause = before === undefined ? 'unknown' : record === before ? 'drift' : 'definition';
        return [{ action: 'rename', ...base, from: live.name, cause }];
      }
      return changes.length === 0
        ? []
        : [{ action: 'update', ...base, cause: causeOf(before, changes, live) }];
    });
  }

  /** What only the workspace has, of the kinds that the definition has; what every workspace has stays. */
  others(): readonly Deletion[] {
    const { recorded, hasState } = this.#compared;
    return [...KIND_KEYS].reverse().flatMap((key) => {
      const own = key === 'activities' ? OWN_ACTIVITIES : key === 'taskChannels' ? OWN_CHANNELS : [];
      const others = (this.#others[key] ?? []).filter(({ name }) => !own.includes(name));
      return others.map(({ name, sid }): Deletion => {
        const known = Object.values(recorded[key] ?? {}).some((one) => one.sid === sid);
        const cause = known ? 'definition' : hasState ? 'drift' : 'unknown';
        return { key, change: { action: 'delete', kind: KINDS[key], name, sid, cause, fields: [] } };
      });
    });
  }
}

function blockedField(key: KindKey, changes: readonly FieldChange[]): { readonly blockedBy?: string } {
  return key === 'activities' && changes.some(({ path }) => path === 'available')
    ? { blockedBy: 'TaskRouter never changes whether an activity is available: give it another name' }
    : {};
}
