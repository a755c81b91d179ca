import { batch, computed, signal } from '@preact/signals';
import { route } from '../route.js';
import { Collection } from './collection.js';
import { setClock } from './now.js';
import { merged } from './rows.js';
import type {
  Batch,
  DebuggerItem,
  DeliverySummary,
  Faults,
  Info,
  TaskSummary,
  WorkspaceRows,
} from './types.js';

/** As many as the feed keeps. */
const MOST = 10_000;

/** What runs; undefined until the first word comes. */
export const info = signal<Info | undefined>(undefined);
export const faults = signal<Faults>({});
export const workspaces = signal<ReadonlyMap<string, WorkspaceRows>>(new Map());
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
export const workspace = computed<WorkspaceRows | undefined>(() => {
  const all = workspaces.value;
  const [first] = all.values();
  return all.get(route.value.params.get('workspace') ?? '') ?? first;
});

/** Takes over what changed. */
export function takeBatch(news: Batch): void {
  batch(() => {
    setClock(news.now);
    if (news.faults) faults.value = news.faults;
    takeRows(news);
    tasks.put(news.tasks);
    deliveries.put(news.deliveries);
    problems.put(news.debugger);
  });
}

/** Takes over the rows that changed. Before the lists are read, they would pass for all there is. */
export function takeRows({ rows, removed }: Pick<Batch, 'rows' | 'removed'>): void {
  if (!isLoaded.value || rows.length + removed.length === 0) return;
  const next = new Map(workspaces.value);
  for (const one of rows) next.set(one.sid, merged(next.get(one.sid), one));
  for (const sid of removed) next.delete(sid);
  workspaces.value = next;
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
