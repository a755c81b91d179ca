import type { LiveWorkspace } from '../live/read-live.js';
import type { KindKey } from './kind-names.js';
import { type Comparable, liveTaskQueue, liveWorker, liveWorkflow } from './kinds.js';
import type { Named } from './match.js';

/** A resource that is there, as it is compared. */
export interface Side extends Named {
  readonly fields: Comparable;
}

/** What is in a workspace, kind by kind, with names in place of SIDs. */
export class LiveSides {
  readonly #live: LiveWorkspace | undefined;
  readonly #found: Readonly<Record<KindKey, ReadonlyMap<string, string>>>;
  readonly #cached = new Map<KindKey, readonly Side[]>();
  #activityNames: ReadonlyMap<string, string> | undefined;
  #queueNames: ReadonlyMap<string, string> | undefined;

  /**
   * @param found - by kind and name, the SID of what the name stands for. Kinds that others name come first: activities
   *   must be complete when queues are asked for, and queues when workflows are.
   */
  constructor(
    live: LiveWorkspace | undefined,
    found: Readonly<Record<KindKey, ReadonlyMap<string, string>>>,
  ) {
    this.#live = live;
    this.#found = found;
  }

  of(key: KindKey): readonly Side[] {
    const known = this.#cached.get(key);
    if (known) return known;
    const sides = this.#live ? this.#read(this.#live, key) : [];
    this.#cached.set(key, sides);
    return sides;
  }

  /** The name an activity will have: one that is renamed is compared by its new name. */
  activityName(sid: string): string {
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
    for (const [name, sid] of this.#found[key]) names.set(sid, name);
    return names;
  }

  #read(live: LiveWorkspace, key: KindKey): readonly Side[] {
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
          fields: liveTaskQueue(queue, (sid) => this.activityName(sid)),
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
}
