import type { Guess } from './guess.js';
import { splitUrl, type UrlParts } from './url.js';

export interface UrlHints {
  /** Other hosts Twilio may have called (with a port if it has one), for instance what X-Forwarded-Host says. */
  readonly hosts?: readonly string[] | undefined;
  /** Path prefixes a proxy may have cut off or a configuration may have added, as `/api`. */
  readonly prefixes?: readonly string[] | undefined;
}

/** Every single change that a proxy, a mount path or a framework is known to make to a URL. */
export function* guessUrls(url: string, { hosts = [], prefixes = [] }: UrlHints): Generator<Guess> {
  const parts = splitUrl(url);
  if (!parts) return;
  yield {
    cause: 'scheme',
    url: joinUrl({ ...parts, scheme: otherScheme(parts.scheme) }),
    text: `Twilio signed ${otherScheme(parts.scheme)} and this server saw ${parts.scheme.toLowerCase()}. A proxy in front of it terminates TLS: set publicUrl to the URL given to Twilio, or let Express trust the proxy.`,
  };
  for (const host of hosts) {
    const text = `Twilio signed the host ${quotedHost(host)}, not the one this server saw. A proxy changed the Host header: set publicUrl to the URL given to Twilio.`;
    for (const scheme of [parts.scheme, otherScheme(parts.scheme)]) {
      yield { cause: 'host', url: joinUrl({ ...parts, scheme, host, port: '' }), text };
    }
  }
  for (const port of COMMON_PORTS) {
    const text = `Twilio signed the port ${port.slice(1)}, not the one this server saw. Set publicUrl to the URL given to Twilio, including the port.`;
    if (port !== parts.port) yield { cause: 'port', url: joinUrl({ ...parts, port }), text };
  }
  const { path, query } = splitPath(parts.rest);
  // A tunnel or an ingress changes both: it has a different host name, and serves this server below a path.
  for (const host of hosts) {
    for (const guess of guessPaths(path, prefixes)) {
      for (const scheme of [parts.scheme, otherScheme(parts.scheme)]) {
        const url = joinUrl({ ...parts, scheme, host, port: '', rest: guess.path + query });
        const text = `Twilio signed the host ${quotedHost(host)}, not the one this server saw; and: ${guess.text}`;
        if (host !== parts.host + parts.port) yield { cause: 'host', changes: 2, url, text };
      }
    }
  }
  for (const guess of guessPaths(path, prefixes)) {
    yield { cause: guess.cause, text: guess.text, url: joinUrl({ ...parts, rest: guess.path + query }) };
  }
  for (const guess of guessQueries(query)) {
    yield { cause: guess.cause, text: guess.text, url: joinUrl({ ...parts, rest: path + guess.query }) };
  }
}

const COMMON_PORTS = [':443', ':80', ':3000', ':8080', ':8443'];

const otherScheme = (scheme: string) => (/^https:/i.test(scheme) ? 'http://' : 'https://');

const joinUrl = (parts: UrlParts) => parts.scheme + parts.userinfo + parts.host + parts.port + parts.rest;

const quotedHost = (host: string) => JSON.stringify(host.slice(0, 100));

function splitPath(rest: string): { path: string; query: string } {
  const end = rest.search(/[?#]/);
  return end === -1 ? { path: rest, query: '' } : { path: rest.slice(0, end), query: rest.slice(end) };
}

function* guessPaths(path: string, prefixes: readonly string[]) {
  yield path.endsWith('/')
    ? {
        cause: 'trailing-slash' as const,
        path: path.slice(0, -1),
        text: 'Twilio signed the path without the slash at its end. Give Twilio and this server the same path: a redirect or a proxy adds the slash.',
      }
    : {
        cause: 'trailing-slash' as const,
        path: `${path}/`,
        text: 'Twilio signed the path with a slash at its end. Give Twilio and this server the same path: a redirect or a proxy removes the slash.',
      };
  for (const prefix of prefixes) {
    yield {
      cause: 'path-prefix' as const,
      path: prefix.replace(/\/+$/, '') + path,
      text: `Twilio signed the path with ${JSON.stringify(prefix)} before it. A proxy cuts that prefix off: add it to publicUrl.`,
    };
  }
  // As many leading segments as a prefix usually has.
  const segments = path.split('/').slice(1, 5);
  for (let count = 1; count <= segments.length; count++) {
    const head = `/${segments.slice(0, count).join('/')}`;
    yield {
      cause: 'path-prefix' as const,
      path: path.slice(head.length),
      text: `Twilio signed the path without its first ${count === 1 ? 'segment' : `${count} segments`}. Either publicUrl repeats a prefix the path already has, or a proxy adds it: leave it out of publicUrl.`,
    };
    yield {
      cause: 'path-prefix' as const,
      path: head + path,
      text: `Twilio signed the path with its first ${count === 1 ? 'segment' : `${count} segments`} twice. The URL given to Twilio repeats a prefix, and a proxy cuts it off: correct that URL, or add the prefix to publicUrl.`,
    };
  }
}

/** `query` begins with its `?`, or is empty. */
function* guessQueries(query: string) {
  if (query.length < 2) return;
  yield {
    cause: 'query-missing' as const,
    query: '',
    text: 'Twilio signed the URL without a query. A proxy or a rewrite rule adds one: let it leave the query as it is.',
  };
  const order =
    'Twilio signed the query parameters in another order. Write them in one order only, or pass the request target untouched.';
  for (const parts of orders(query.slice(1).split('&'))) {
    yield { cause: 'query-order' as const, query: `?${parts.join('&')}`, text: order };
  }
  const text =
    'Twilio signed the query in another encoding. Something on the way decodes or re-encodes it: pass the request target untouched.';
  for (const rewrite of QUERY_REWRITES) {
    const rewritten = `?${rewrite(query.slice(1))}`;
    if (rewritten !== query) yield { cause: 'query-encoding' as const, query: rewritten, text };
  }
}

const QUERY_REWRITES: ReadonlyArray<(query: string) => string> = [
  (query) => query.replace(/%3F/gi, '?'),
  (query) => query.replaceAll('?', '%3F'),
  (query) => query.replace(/%20/g, '+'),
  (query) => query.replaceAll('+', '%20'),
  (query) => query.replaceAll('+', '%2B'),
  (query) => query.replace(/%2B/gi, '+'),
  (query) => query.replace(/%25/g, '%'),
  (query) => query.replaceAll('%', '%25'),
  (query) => query.replace(/%[\da-f]{2}/gi, (code) => code.toUpperCase()),
  (query) => query.replace(/%[\da-f]{2}/gi, (code) => code.toLowerCase()),
  (query) => query.replace(/%(?:40|3A|2F|2C)/gi, (code) => decodeURIComponent(code)),
];

/** All orders of a few parts, the sorted and the reversed one of many. */
function orders(parts: readonly string[]): readonly string[][] {
  return parts.length <= 5 ? permutations(parts) : [parts.toSorted(), parts.toReversed()];
}

function permutations(parts: readonly string[]): string[][] {
  if (parts.length < 2) return [[...parts]];
  return parts.flatMap((part, i) => permutations(parts.toSpliced(i, 1)).map((others) => [part, ...others]));
}
