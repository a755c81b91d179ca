/** What of a request decides which limits it is under. */
export interface Limited {
  readonly method: string;
  /** Below `/v1`. */
  readonly path: string;
  readonly query: Readonly<Record<string, unknown>>;
}

/** The lists that Twilio caps, and the filter that makes them costly: twilio.com/docs/taskrouter/limits. */
const CAPPED: Readonly<Record<string, string>> = {
  Tasks: 'EvaluateTaskAttributes',
  Workers: 'TargetWorkersExpression',
  TaskQueues: 'EvaluateWorkerAttributes',
};
/** The documented number. */
const LISTS_A_SECOND = 3;
/** Twilio's is per account and not published: our choice. */
const REQUESTS_A_SECOND = 100;
const WINDOW_MS = 1_000;
/** Requests are free again within a second, and Retry-After has whole ones. */
const RETRY_AFTER_S = 1;

/** Counts requests in the second that has just passed. A refused one counts for nothing. */
export class RateLimits {
  readonly #now: () => number;
  /** The times of the requests that were let through, by limit. */
  readonly #taken = new Map<string, number[]>();

  /** @param now - the real time, in milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** How many seconds to wait, when a limit is exceeded; undefined: the request is let through. */
  exceeded(
    {
      lists = LISTS_A_SECOND,
      requests = REQUESTS_A_SECOND,
    }: { lists?: number | undefined; requests?: number | undefined },
    request: Limited,
  ): number | undefined {
    const list = cappedList(request);
    const limits: [string, number][] = [
      ['all', requests],
      ...(list ? [[list, lists] as [string, number]] : []),
    ];
    const now = this.#now();
    const recent = limits.map(([name, most]) => {
      const times = (this.#taken.get(name) ?? []).filter((time) => time > now - WINDOW_MS);
      this.#taken.set(name, times);
      return { times, most };
    });
    if (recent.some(({ times, most }) => times.length >= most)) return RETRY_AFTER_S;
    for (const { times } of recent) times.push(now);
    return undefined;
  }
}

function cappedList({ method, path, query }: Limited): string | undefined {
  const [, workspaceSid, list = ''] = /^\/Workspaces\/(\w+)\/(\w+)$/.exec(path) ?? [];
  const filter = Object.hasOwn(CAPPED, list) ? CAPPED[list] : undefined;
  return method === 'GET' && filter !== undefined && query[filter] !== undefined
    ? `${workspaceSid} ${list}`
    : undefined;
}
