/**
 * The policies of a capability token, as twilio.com/docs/taskrouter/js-sdk-v1/workspace/constructing-jwts has them.
 */
export interface Policy {
  /** A URL, or one that ends in `/*` (its children) or `/**` (everything below it). */
  readonly url: string;
  readonly method: string;
  readonly allow: boolean;
  /** Undefined: every parameter and value fits. */
  readonly queryFilter: Filter | undefined;
  readonly postFilter: Filter | undefined;
}

/** What a parameter must be: this text, or present or absent as a matcher says. */
type Matcher = string | { readonly required: boolean; readonly value: string | undefined };
type Filter = ReadonlyMap<string, Matcher>;

/** A request, as policies see it. */
export interface Asked {
  readonly method: string;
  /** With scheme and host, without a query. */
  readonly url: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** So many policies are read. The most that Twilio's libraries put into a token is about ten. */
const MOST_POLICIES = 200;

/** Reads the `policies` of a token's payload; undefined for what is no list of policies. */
export function readPolicies(value: unknown): readonly Policy[] | undefined {
  if (!Array.isArray(value) || value.length > MOST_POLICIES) return undefined;
  const policies: Policy[] = [];
  for (const one of value as readonly unknown[]) {
    if (!isRecord(one) || typeof one.url !== 'string' || typeof one.method !== 'string') return undefined;
    const queryFilter = readFilter(one.query_filter);
    const postFilter = readFilter(one.post_filter);
    if (queryFilter === null || postFilter === null) return undefined;
    const { url, method } = one;
    policies.push({ url, method: method.toUpperCase(), allow: one.allow === true, queryFilter, postFilter });
  }
  return policies;
}

/** An empty filter is none: Twilio's own libraries write `{}` where they mean no filter. Null: it is no filter. */
function readFilter(value: unknown): Filter | undefined | null {
  if (value === undefined || value === null) return undefined;
  // PHP writes an empty object as an empty list.
  if (Array.isArray(value)) return value.length === 0 ? undefined : null;
  if (!isRecord(value)) return null;
  const filter = new Map<string, Matcher>();
  for (const [name, matcher] of Object.entries(value)) {
    if (typeof matcher === 'string') filter.set(name, matcher);
    else if (isRecord(matcher)) {
      const { required, value: text } = matcher;
      filter.set(name, { required: required === true, value: text === undefined ? undefined : String(text) });
    } else return null;
  }
  return filter.size === 0 ? undefined : filter;
}

/**
 * Do the policies allow the request? Of those that match, the most specific one decides: the longer path, then the one
 * with a filter; where two are equal, the one that forbids. Nothing matches: no.
 */
export function allows(policies: readonly Policy[], asked: Asked): boolean {
  let best: Policy | undefined;
  for (const policy of policies) {
    if (!matches(policy, asked)) continue;
    if (best === undefined || isStronger(policy, best)) best = policy;
  }
  return best?.allow ?? false;
}

function isStronger(a: Policy, b: Policy): boolean {
  const difference = weight(a) - weight(b);
  return difference > 0 || (difference === 0 && !a.allow);
}

/** A literal goes before a wildcard of the same length, and a filter before none. */
function weight({ url, queryFilter, postFilter }: Policy): number {
  const path = url.replace(/\/\*{1,2}$/, '');
  const wildcard = url.endsWith('/**') ? 0 : url.endsWith('/*') ? 1 : 2;
  return path.length * 8 + wildcard * 2 + Number(queryFilter !== undefined || postFilter !== undefined);
}

function matches(policy: Policy, { method, url, params }: Asked): boolean {
  if (policy.method !== method || !urlMatches(policy.url, url)) return false;
  const filter = method === 'GET' ? policy.queryFilter : policy.postFilter;
  return filter === undefined || filterMatches(filter, params);
}

/**
 * `…/Reservations/**` also matches `…/Reservations` itself: the default policies of Twilio's libraries open the list of
 * a worker's reservations by it alone.
 */
function urlMatches(pattern: string, url: string): boolean {
  if (pattern.endsWith('/**')) {
    const base = pattern.slice(0, -3);
    return url === base || url.startsWith(`${base}/`);
  }
  if (pattern.endsWith('/*')) {
    const base = pattern.slice(0, -1);
    return url.startsWith(base) && url.length > base.length && !url.slice(base.length).includes('/');
  }
  return url === pattern;
}

/** Parameters that a filter does not name make it fail. */
function filterMatches(filter: Filter, params: Asked['params']): boolean {
  for (const name of Object.keys(params)) if (!filter.has(name)) return false;
  for (const [name, matcher] of filter) {
    const given = Object.hasOwn(params, name) ? params[name] : undefined;
    if (given === undefined) {
      if (typeof matcher === 'string' || matcher.required) return false;
      continue;
    }
    const wanted = typeof matcher === 'string' ? matcher : matcher.value;
    if (wanted !== undefined && wanted !== String(given)) return false;
  }
  return true;
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
