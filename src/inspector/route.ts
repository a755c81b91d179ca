import { signal } from '@preact/signals';

export const VIEWS = ['floor', 'tasks', 'deliveries', 'workflows'] as const;
export type View = (typeof VIEWS)[number];

/** Where the page is: all of it is in the URL, so that a link shows a colleague the same. */
export interface Route {
  readonly view: View;
  /** The task, delivery or workflow that is chosen. */
  readonly id: string | undefined;
  /** Filters, the moment that is looked at, and the open drawer. */
  readonly params: URLSearchParams;
}

/** Reads the part of the URL after `#`: `#/tasks/WT…?status=pending`. */
export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  const [name, id] = path.split('/', 2);
  return {
    view: VIEWS.find((one) => one === name) ?? 'floor',
    id: id === undefined || id === '' ? undefined : decoded(id),
    params: new URLSearchParams(query),
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

export function formatRoute({ view, id, params }: Route): string {
  const query = params.toString();
  return `#/${view}${id === undefined ? '' : `/${encodeURIComponent(id)}`}${query === '' ? '' : `?${query}`}`;
}

export const route = signal(parseRoute(location.hash));
addEventListener('hashchange', () => {
  route.value = parseRoute(location.hash);
});

/** Of the parameters this one alone is for every view. */
const EVERYWHERE = ['workspace'];

/** A link to a view, with nothing but what is given and the workspace. */
export function linkTo(view: View, id?: string, params: Readonly<Record<string, string>> = {}): string {
  const next = new URLSearchParams(params);
  for (const name of EVERYWHERE) {
    const value = route.value.params.get(name);
    if (value !== null && !next.has(name)) next.set(name, value);
  }
  return formatRoute({ view, id, params: next });
}

/** A link within the present view: other parameters, or another choice; null takes a parameter away. */
export function linkWith(
  params: Readonly<Record<string, string | null>>,
  id: string | undefined | null = route.value.id,
): string {
  const next = new URLSearchParams(route.value.params);
  for (const [name, value] of Object.entries(params)) {
    if (value === null || value === '') next.delete(name);
    else next.set(name, value);
  }
  return formatRoute({ view: route.value.view, id: id ?? undefined, params: next });
}

/** Changes parameters without a step in the history: while someone types into a filter. */
export function setParams(params: Readonly<Record<string, string | null>>): void {
  history.replaceState(null, '', linkWith(params));
  route.value = parseRoute(location.hash);
}

export function go(hash: string): void {
  location.hash = hash;
}
