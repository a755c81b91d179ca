import { parse, stringify } from 'node:querystring';
import { withoutFragment } from './sign.js';

/** One difference between the URL as received and the URL Twilio signed. */
export type UrlChange =
  /** Twilio signs the URL without its `#…`. */
  | 'fragment-dropped'
  /** Twilio signs the URL without `user:password@`. */
  | 'userinfo-dropped'
  /** Voice over HTTPS is signed without the port, SMS with it; for TaskRouter nothing is documented. */
  | 'port-dropped'
  /** The same, with the scheme's own port (443, 80) written out. */
  | 'port-added'
  /** As `new URL()` spells it: lower case host, `'` as `%27` in the query, `..` resolved. */
  | 'normalized'
  /** Normalised, and the query written anew by `node:querystring`: `+` as `%20`, `'` as it is, `a` as `a=`. */
  | 'query-rewritten';

export interface UrlVariant {
  readonly url: string;
  /** How it differs from the URL received; never empty. */
  readonly changes: readonly UrlChange[];
}

/**
 * The URLs Twilio may have signed instead of the one received, each once, the likeliest first. They are generated on
 * demand, because most requests need none. A URL without a query and with nothing to normalise has one.
 *
 * @see twilio.com/docs/usage/webhooks/webhooks-security (ports, credentials, fragments), and the validator of
 * the official `twilio` package, whose candidates are all among these.
 * @example
 * for (const { url } of urlVariants('https://example.com/assignment')) console.log(url); // https://example.com:443/…
 */
export function* urlVariants(received: string): Generator<UrlVariant, void, undefined> {
  const plain = PLAIN.exec(received);
  if (plain) {
    yield otherPort(plain[1]!, plain[2], plain[3]!);
    return;
  }
  const seen = new Set([received]);
  for (const variant of everyVariant({ url: received, changes: [] })) {
    if (seen.has(variant.url)) continue;
    seen.add(variant.url);
    yield variant;
  }
}

/** The URL with the port added or dropped, and none of the other forms of `urlVariants`. */
export function* portVariants(received: string): Generator<UrlVariant, void, undefined> {
  const parts = splitUrl(received);
  if (parts) yield otherPort(parts.scheme + parts.userinfo + parts.host, parts.port, parts.rest);
}

/**
 * A URL that `new URL()` leaves as it is, and without a query to rewrite: a host name in lower case (a number
 * could be an IPv4 address in short), a port without leading zero, no `.` or `..` segment, nothing to encode.
 * Each segment ends at its own slash, so that a stranger's path is read in one pass.
 */
const PLAIN =
  /^(https?:\/\/(?:[a-z\d-]+\.)*[a-z][a-z\d-]*)(:[1-9]\d{0,4})?(\/(?:[\w~-][\w~.-]*\/)*(?:[\w~-][\w~.-]*)?)$/;

function* everyVariant(received: UrlVariant): Generator<UrlVariant, void, undefined> {
  const bare = change(received, 'fragment-dropped', withoutFragment(received.url));
  const anonymous = change(bare, 'userinfo-dropped', withoutUserinfo(bare.url));
  const spellings = [received, bare, anonymous];
  for (const spelling of spellings) yield* bothPorts(spelling);
  for (const spelling of spellings) {
    if (!URL.canParse(spelling.url)) continue;
    const normal = change(spelling, 'normalized', new URL(spelling.url).href);
    yield* bothPorts(normal);
    yield* bothPorts(change(normal, 'query-rewritten', withRewrittenQuery(normal.url)));
  }
}

function change(variant: UrlVariant, name: UrlChange, url: string): UrlVariant {
  return url === variant.url ? variant : { url, changes: [...variant.changes, name] };
}

function* bothPorts(variant: UrlVariant): Generator<UrlVariant, void, undefined> {
  yield variant;
  const parts = splitUrl(variant.url);
  if (!parts) return;
  const other = otherPort(parts.scheme + parts.userinfo + parts.host, parts.port, parts.rest);
  yield { url: other.url, changes: [...variant.changes, ...other.changes] };
}

/** Without the port if there is one, else with the scheme's own. */
function otherPort(origin: string, port: string | undefined, rest: string): UrlVariant {
  if (port) return { url: origin + rest, changes: PORT_DROPPED };
  return { url: origin + (/^https:/i.test(origin) ? ':443' : ':80') + rest, changes: PORT_ADDED };
}

const PORT_DROPPED: readonly UrlChange[] = ['port-dropped'];
const PORT_ADDED: readonly UrlChange[] = ['port-added'];

function withoutUserinfo(url: string): string {
  const parts = splitUrl(url);
  return parts ? parts.scheme + parts.host + parts.port + parts.rest : url;
}

function withRewrittenQuery(url: string): string {
  const query = url.indexOf('?');
  if (query === -1 || query === url.length - 1) return url;
  return url.slice(0, query + 1) + stringify(parse(url.slice(query + 1)));
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

/** The URL in pieces, with every byte unchanged: `new URL()` would rewrite some that Twilio signed. */
export function splitUrl(url: string): UrlParts | undefined {
  const match = URL_PARTS.exec(url);
  if (!match) return undefined;
  const [, scheme = '', userinfo = '', host = '', port = '', rest = ''] = match;
  return { scheme, userinfo, host, port, rest };
}
