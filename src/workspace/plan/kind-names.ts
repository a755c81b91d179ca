import type { PlanKind } from './types.js';

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

/** In the words of a sentence, several of them. */
export const PLURALS: Readonly<Record<KindKey, string>> = {
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
