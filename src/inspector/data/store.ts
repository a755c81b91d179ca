import { batch, computed, signal } from '@preact/signals';
import { route } from '../route.js';
import { Collection } from './collection.js';
import { setClock } from './now.js';
import type {
  Batch,
  DebuggerItem,
  DeliverySummary,
  Faults,
  Info,
  TaskSummary,
  WorkspaceState,
} from './types.js';

/** As many as the feed keeps. */
const MOST = 10_000;

/** What runs; undefined until the first word comes. */
export const info = signal<Info | undefined>(undefined);
export const faults = signal<Faults>({});
export const workspaces = signal<ReadonlyMap<string, WorkspaceState>>(new Map());
export const tasks = new Collection<TaskSummary>({
  key: ({ sid }) => sid,
  order: ({ createdAt }) => createdAt,
  seq: ({ seq }) => seq,
  most: MOST,
});
export const deliveries = new Collection<DeliverySummary>({
  key: ({ id }) => id,
  order: ({ id }) => id,
  seq: ({ seq }) => seq,
  most: MOST,
});
export const problems = new Collection<DebuggerItem>({
  key: ({ seq }) => seq,
  order: ({ seq }) => seq,
  seq: ({ seq }) => seq,
  most: 1_000,
});
/** The lists have been read: what is empty now is empty. */
export const isLoaded = signal(false);

/** The workspace that is looked at: the one in the URL, else the first. */
export const workspace = computed<WorkspaceState | undefined>(() => {
  const all = workspaces.value;
  const [first] = all.values();
  return all.get(route.value.params.get('workspace') ?? '') ?? first;
});

/** Takes over what changed. */
export function takeBatch(news: Batch): void {
  batch(() => {
    setClock(news.now);
    if (news.faults) faults.value = news.faults;
    if (news.workspaces.length > 0 || news.removed.length > 0) {
      const next = new Map(workspaces.value);
      for (const one of news.workspaces) next.set(one.sid, one);
      for (const sid of news.removed) next.delete(sid);
      workspaces.value = next;
    }
    tasks.put(news.tasks);
    deliveries.put(news.deliveries);
    problems.put(news.debugger);
  });
}

/** Forgets everything: another process answers, and it knows nothing of it. */
export function forget(): void {
  batch(() => {
    isLoaded.value = false;
    workspaces.value = new Map();
    tasks.clear();
    deliveries.clear();
    problems.clear();
  });
}
