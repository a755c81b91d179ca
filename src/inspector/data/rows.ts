import type { WorkspaceRows } from './types.js';

/** A workspace with the rows that changed put in place of what they were. A list in which nothing changed stays the same one. */
export function merged(known: WorkspaceRows | undefined, news: WorkspaceRows): WorkspaceRows {
  const present = news.present === null ? undefined : new Set(news.present);
  return {
    ...news,
    queues: list(known?.queues, news.queues, present),
    workers: list(known?.workers, news.workers, present),
    workflows: list(known?.workflows, news.workflows, present),
    present: null,
  };
}

function list<T extends { readonly sid: string }>(
  known: readonly T[] = [],
  changed: readonly T[],
  present: ReadonlySet<string> | undefined,
): readonly T[] {
  if (changed.length === 0 && present === undefined) return known;
  const rows = new Map(known.map((row) => [row.sid, row]));
  for (const row of changed) rows.set(row.sid, row);
  const all = [...rows.values()];
  return present === undefined ? all : all.filter(({ sid }) => present.has(sid));
}
