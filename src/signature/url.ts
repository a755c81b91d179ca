import { parse, stringify } from 'node:querystring';
import { withoutFragment } from './sign.js';

/** One difference between the URL as received and the URL Twilio signed. */
export type UrlChange =
  /** Twilio signs the URL without its `#…`. */
  | 'fragment-dropped'
  /** Twilio signs the URL without `user:password@`. */
  | 'userinfo-dropped'
  /** Voice over HTTPS is signed without the port, SMS with it; of TaskRouter nothing is said. */
  | 'port-dropped'
  /** The same, with the scheme's own port (443, 80) written out. */
  | 'port-added'
  /** As `new URL()` spells it: lower case host, `'` as `%27` in the query, `..` resolved. */
  | 'normalized'
  /** Normalised, and the query written anew by `node:querystring`: `+` as `%20`, `'` as it is, `a` as `a=`. */
  | 'query-rewritten';

export interface UrlVariant {
  readonly url: string;
  /** Empty for the URL as it was received. */
  readonly changes: readonly UrlChange[];
}

/**
 * The URLs Twilio may have signed when this one was received, each once, the likeliest first and the received
 * one at the head. They are made one at a time: most requests need the first alone. A URL without query, odd
 * port or anything to normalise has two.
 *
 * @see twilio.com/docs/usage/webhooks/webhooks-security (ports, credentials, fragments), and the validator of
 * the official `twilio` package, whose candidates are all among these.
 */
export function* urlVariants(received: string): Generator<UrlVariant, void, undefined> {
  const seen = new Set<string>();
  for (const variant of allVariants({ url: received, changes: [] })) {
    if (seen.has(variant.url)) continue;
    seen.add(variant.url);
    yield variant;
  }
}

function* allVariants(received: UrlVariant): Generator<UrlVariant, void, undefined> {
  const bare = change(received, 'fragment-dropped', withoutFragment(received.url));
  const anonymous = change(bare, 'userinfo-dropped', withoutUserinfo(bare.url));
  const spellings = [received, bare, anonymous];
  for (const spelling of spellings) yield* bothPorts(spelling);
  if (PLAIN.test(received.url)) return;
  for (const spelling of spellings) {
    if (!URL.canParse(spelling.url)) continue;
    const normal = change(spelling, 'normalized', new URL(spelling.url).href);
    yield* bothPorts(normal);
    yield* bothPorts(change(normal, 'query-rewritten', withRewrittenQuery(normal.url)));
  }
}

/**
 * A URL that `new URL()` leaves as it is, and without a query to rewrite: a host name in lower case (a number
 * could be an IPv4 address in short), a port without leading zero, no `.` or `..` segment, nothing to encode.
 */
const PLAIN = /^https?:\/\/(?:[a-z\d-]+\.)*[a-z][a-z\d-]*(?::[1-9]\d{0,4})?\/(?:[\w~-][\w~.-]*\/?)*$/;

function change(variant: UrlVariant, name: UrlChange, url: string): UrlVariant {
  return url === variant.url ? variant : { url, changes: [...variant.changes, name] };
}

function* bothPorts(variant: UrlVariant): Generator<UrlVariant, void, undefined> {
  yield variant;
  const parts = splitUrl(variant.url);
  if (!parts) return;
  const before = parts.scheme + parts.userinfo + parts.host;
  if (parts.port !== '') yield change(variant, 'port-dropped', before + parts.rest);
  else yield change(variant, 'port-added', before + defaultPort(parts.scheme) + parts.rest);
}

function withoutUserinfo(url: string): string {
  const parts = splitUrl(url);
  return parts ? parts.scheme + parts.host + parts.port + parts.rest : url;
}

function withRewrittenQuery(url: string): string {
  const query = url.indexOf('?');
  if (query === -1 || query === url.length - 1) return url;
  return url.slice(0, query + 1) + stringify(parse(url.slice(query + 1)));
}

function defaultPort(scheme: string): string {
  return scheme.toLowerCase() === 'https://' ? ':443' : ':80';
}

export interface UrlParts {
  /** With its `://`. */
  readonly scheme: string;
  /** With its `@`, or empty. */
  readonly userinfo: string;
  readonly host: string;
  /** With its `:`, or empty. */
  readonly port: string;
  /** Path, query and fragment. */
  readonly rest: string;
}

// scheme://   user:password@   name or [IPv6]   :port   the rest
const URL_PARTS = /^([a-z][a-z\d+.-]*:\/\/)([^/?#]*@)?(\[[^\]/?#]*\]|[^/?#:]*)(:[^/?#]*)?(.*)$/is;

/** The URL in pieces, every byte as it was: `new URL()` would rewrite some that Twilio signed. */
export function splitUrl(url: string): UrlParts | undefined {
  const match = URL_PARTS.exec(url);
  if (!match) return undefined;
  const [, scheme = '', userinfo = '', host = '', port = '', rest = ''] = match;
  return { scheme, userinfo, host, port, rest };
}
