import fc from 'fast-check';
import twilio from 'twilio';
import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks.js';
import { describe, expect, test } from 'vitest';
import { signRequest, verifyRequest, withBodyHash } from '../../src/signature/index.js';
import { type UrlChange, urlVariants } from '../../src/signature/url.js';

const AUTH_TOKEN = '12345';

/** What we accept and the official library does not: Twilio's documents say these are not signed. */
const BEYOND_THE_LIBRARY: readonly UrlChange[] = ['fragment-dropped', 'userinfo-dropped'];

const isDocumentedGap = (changes: readonly UrlChange[]) =>
  changes.some((one) => BEYOND_THE_LIBRARY.includes(one));

type Grouped = Record<string, string | string[]>;

/** The pairs as the record the library takes: a repeated name has its values in a list. */
function grouped(pairs: ReadonlyArray<readonly [string, string]>): Grouped {
  const values = new Map<string, string[]>();
  for (const [name, value] of pairs) values.set(name, [...(values.get(name) ?? []), value]);
  return Object.fromEntries([...values].map(([name, all]) => [name, all.length === 1 ? all[0]! : all]));
}

/** The assertion inside the long loops: vitest's own would take most of their time. */
function must(holds: boolean, rule: string): void {
  if (!holds) throw new Error(`broken rule: ${rule}`);
}

const libraryAccepts = (check: () => boolean) => {
  try {
    return check();
  } catch {
    return false; // it throws for a URL that is none
  }
};

const queryPart = fc.constantFrom(
  ...[
    'a=1',
    'a=2',
    'a=1',
    'b=',
    'c',
    '=d',
    '',
    "n=O'Hara",
    'p=x+y',
    'q=%2B',
    'r=%3F',
    's=%23',
    't=é',
    'u=%C3%A9',
  ],
  ...[
    'v="x"',
    'w=@:/?',
    'x=%zz',
    'y=%e9',
    "z=It's+a",
    'z=It%27s+a',
    'a b',
    '%26=%3D',
    'e=日本',
    'f=|',
    'g=~()*!',
  ],
);

const url = fc
  .record({
    scheme: fc.constantFrom('https://', 'https://', 'http://', 'HTTPS://', 'http://'),
    userinfo: fc.constantFrom('', '', '', '', 'user@', 'user:pass@', 'us%40er:p%3A@'),
    host: fc.constantFrom(
      'example.com',
      'hooks.example.com',
      'EXAMPLE.com',
      '127.0.0.1',
      '1.2',
      '[::1]',
      'localhost',
    ),
    port: fc.constantFrom('', '', '', ':443', ':80', ':8080', ':1234', ':0443', ':'),
    path: fc.constantFrom(
      ...[
        '/',
        '/assignment',
        '/assignment',
        '/a/',
        '',
        "/o'hara",
        '/%2B',
        '/a/../b',
        '/a b',
        '/.hidden',
        '/é',
        '//x',
      ],
    ),
    query: fc.option(fc.array(queryPart, { maxLength: 4 }), { nil: undefined, freq: 2 }),
    fragment: fc.constantFrom('', '', '', '', '#rc=2&rt=4000', '#'),
  })
  .map(({ scheme, userinfo, host, port, path, query, fragment }) => {
    return scheme + userinfo + host + port + path + (query ? `?${query.join('&')}` : '') + fragment;
  });

const text = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    ' padded ',
    '+15550100',
    "It's",
    '%2B',
    'a+b',
    'Zoë',
    '日本語',
    '😀',
    '\ud800',
    '{"a":[1]}',
    '\r\n',
  ),
  fc.string({ maxLength: 8 }),
);
const name = fc.oneof(
  fc.constantFrom(
    'A',
    'B',
    'a',
    'b',
    'A[b]',
    'A.b',
    'Task',
    'TaskSid',
    '10',
    '9',
    '__proto__',
    'toString',
    'é',
    '',
  ),
  fc.string({ maxLength: 4 }),
);
const pairs = fc.array(fc.tuple(name, text), { maxLength: 8 });

/** What is signed, made from what is received: by a rule, or by something that must not pass. */
const mutation = fc.constantFrom<(received: string) => string>(
  (u) => u,
  (u) => u.replace(/#.*$/, ''),
  (u) => u.replace(/^(\w+:\/\/)[^/?#]*@/, '$1'),
  (u) => u.replace(/^(\w+:\/\/)[^/?#]*@/, '$1').replace(/#.*$/, ''),
  (u) => u.replace(/^(\w+:\/\/[^/?#]*?):\d*(?=[/?#]|$)/, '$1'),
  (u) => u.replace(/^(https:\/\/[^/?#]+)/i, '$1:443'),
  (u) => u.replace(/^(http:\/\/[^/?#]+)/i, '$1:80'),
  (u) => (URL.canParse(u) ? new URL(u).href : u),
  (u) => [...urlVariants(u)].at(-1)?.url ?? u,
  (u) => u.replace('https:', 'http:'),
  (u) => u.replace(/\/?(?=[?#]|$)/, '/'),
  (u) => `${u}&b=2`,
  (u) => u.toLowerCase(),
);

/** Half of the requests come as their genuine owner sent them. */
const tampering = fc.constantFrom('none', 'none', 'none', 'none', 'token', 'signature', 'parameter', 'value');

describe('beside the official library', () => {
  test('every generated form request it accepts we accept, and more only in the documented gaps', () => {
    const seen = { both: 0, neither: 0, oursAlone: 0 };
    const request = fc.record({
      received: url,
      params: pairs,
      mutate: mutation,
      tampering,
      asRecord: fc.boolean(),
    });
    fc.assert(
      fc.property(request, ({ received, params, mutate, tampering, asRecord }) => {
        const signed = mutate(received);
        let signature = getExpectedTwilioSignature(AUTH_TOKEN, signed, grouped(params));
        let sent = params;
        if (tampering === 'token') signature = getExpectedTwilioSignature('54321', signed, grouped(params));
        if (tampering === 'signature')
          signature = (signature.startsWith('A') ? 'B' : 'A') + signature.slice(1);
        if (tampering === 'parameter') sent = [...params, ['Extra', '1']];
        if (tampering === 'value') sent = params.map(([n, v]) => [n, v.trim()]);

        const theirs = libraryAccepts(() =>
          twilio.validateRequest(AUTH_TOKEN, signature, received, grouped(sent)),
        );
        const ours = verifyRequest({
          signature,
          url: received,
          params: asRecord ? grouped(sent) : sent,
          authTokens: AUTH_TOKEN,
        });

        if (theirs) must(ours.valid, 'what the library accepts is accepted');
        seen[theirs ? 'both' : ours.valid ? 'oursAlone' : 'neither']++;
        if (!ours.valid) return;
        // Whatever is accepted carries a signature that the official code makes for one of the documented forms.
        const form = ours.variant.length === 0 ? received : urlOf(received, ours.variant);
        must(
          getExpectedTwilioSignature(AUTH_TOKEN, form, grouped(sent)) === signature,
          'genuine signatures only',
        );
        if (!theirs) must(isDocumentedGap(ours.variant), 'more only in the documented gaps');
      }),
      { numRuns: 85_000 },
    );
    // A generator that makes only one kind of request would prove nothing.
    expect(seen.both).toBeGreaterThan(20_000);
    expect(seen.neither).toBeGreaterThan(20_000);
    expect(seen.oursAlone).toBeGreaterThan(1_000);
  });

  test('every generated JSON request is judged alike, but for the documented gaps', () => {
    const seen = { accepted: 0, refused: 0 };
    const request = fc.record({
      base: url,
      body: fc.oneof(fc.json({ maxDepth: 1 }), text),
      mutate: mutation,
      tampering: fc.constantFrom('none', 'none', 'none', 'body', 'hash', 'case'),
    });
    fc.assert(
      fc.property(request, ({ base, body, mutate, tampering }) => {
        let received = withBodyHash(base, body);
        if (tampering === 'hash') received = received.replace(/bodySHA256=./, 'bodySHA256=');
        if (tampering === 'case') received = received.replace(/[\da-f]{64}/, (hash) => hash.toUpperCase());
        const rawBody = tampering === 'body' ? `${body} ` : body;
        const signature = getExpectedTwilioSignature(AUTH_TOKEN, mutate(received), {});

        const theirs = libraryAccepts(() =>
          twilio.validateRequestWithBody(AUTH_TOKEN, signature, received, rawBody),
        );
        const ours = verifyRequest({ signature, url: received, rawBody, authTokens: AUTH_TOKEN });
        if (theirs) must(ours.valid, 'what the library accepts is accepted');
        else if (ours.valid) must(isDocumentedGap(ours.variant), 'more only in the documented gaps');
        seen[ours.valid ? 'accepted' : 'refused']++;
      }),
      { numRuns: 15_000 },
    );
    expect(seen.accepted).toBeGreaterThan(2_000);
    expect(seen.refused).toBeGreaterThan(2_000);
  });

  test('every generated request is signed alike', () => {
    fc.assert(
      fc.property(url, pairs, (signed, params) => {
        const fragmentless = signed.replace(/#.*$/, '');
        const theirs = getExpectedTwilioSignature(AUTH_TOKEN, fragmentless, grouped(params));
        must(signRequest({ url: signed, params, authToken: AUTH_TOKEN }) === theirs, 'the same signature');
        must(
          signRequest({ url: signed, params: grouped(params), authToken: AUTH_TOKEN }) === theirs,
          'the same signature',
        );
      }),
      { numRuns: 5_000 },
    );
  });
});

function urlOf(received: string, changes: readonly UrlChange[]): string {
  const wanted = [...urlVariants(received)].find((one) => one.changes.join() === changes.join());
  return wanted?.url ?? 'no such form';
}

describe('a documented gap of the official library', () => {
  const params = { TaskSid: 'WT1', Body: 'x' };
  const check = (received: string, signed: string) => {
    const signature = signRequest({ url: signed, params, authToken: AUTH_TOKEN });
    return {
      theirs: libraryAccepts(() => twilio.validateRequest(AUTH_TOKEN, signature, received, params)),
      ours: verifyRequest({ signature, url: received, params, authTokens: AUTH_TOKEN }),
    };
  };

  test('a fragment in the configured URL is not signed', () => {
    const { theirs, ours } = check('https://example.com/a?b=1#rc=2', 'https://example.com/a?b=1');
    expect(theirs).toBe(false);
    expect(ours).toMatchObject({ valid: true, variant: ['fragment-dropped'] });
  });

  test('credentials in the configured URL are not signed', () => {
    const { theirs, ours } = check('https://user:pass@example.com/a', 'https://example.com/a');
    expect(theirs).toBe(false);
    expect(ours).toMatchObject({ valid: true, variant: ['userinfo-dropped'] });
  });

  test('neither are signed, and the default port is', () => {
    const { theirs, ours } = check('https://user@example.com/a#rc=2', 'https://example.com:443/a');
    expect(theirs).toBe(false);
    expect(ours).toMatchObject({
      valid: true,
      variant: ['fragment-dropped', 'userinfo-dropped', 'port-added'],
    });
  });

  test('an encoded question mark in a query stays encoded (its Express middleware decodes it)', () => {
    const signed = 'https://example.com/a?next=%3Fx&flag';
    const signature = signRequest({ url: signed, params, authToken: AUTH_TOKEN });
    const request = {
      protocol: 'https',
      originalUrl: '/a?next=%3Fx&flag',
      headers: { host: 'example.com' },
      header: () => signature,
      body: params,
    };
    expect(twilio.validateIncomingRequest(request as never, AUTH_TOKEN)).toBe(false);
    expect(verifyRequest({ signature, url: signed, params, authTokens: AUTH_TOKEN }).valid).toBe(true);
  });

  test('a URL that is none is refused without an exception', () => {
    const signature = signRequest({ url: 'https://example.com/a', authToken: AUTH_TOKEN });
    expect(() => twilio.validateRequest(AUTH_TOKEN, signature, 'not a url', {})).toThrow();
    expect(verifyRequest({ signature, url: 'not a url', authTokens: AUTH_TOKEN })).toEqual({
      valid: false,
      reason: 'mismatch',
    });
  });
});

describe('no gap any more', () => {
  test('a raw apostrophe beside a plus is accepted by both', () => {
    const url = "https://example.com/a?name=O'Hara&x=a+b";
    const signature = signRequest({ url, authToken: AUTH_TOKEN });
    expect(twilio.validateRequest(AUTH_TOKEN, signature, url, {})).toBe(true);
    expect(verifyRequest({ signature, url, authTokens: AUTH_TOKEN }).valid).toBe(true);
  });
});
