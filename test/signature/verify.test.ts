import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { signRequest, urlVariants, verifyRequest, withBodyHash } from '../../src/signature/index.js';
import {
  AUTH_TOKEN as authTokens,
  CALL,
  OWN_VECTORS,
  TWILIO_VECTORS,
  URL_WITH_QUERY as url,
} from './vectors.js';

const right = 'RSOYDt4T1cUTdK1PDd93/VVr8B8=';

describe('a right signature', () => {
  test.each([...TWILIO_VECTORS, ...OWN_VECTORS])('is accepted exactly as received: $name', (vector) => {
    const { signature, params, body: rawBody } = vector;
    expect(verifyRequest({ signature, url: vector.url, params, rawBody, authTokens })).toEqual({
      valid: true,
      tokenIndex: 0,
      urlIndex: 0,
      variant: [],
    });
  });

  test.each([
    [
      'a port in the request, none signed',
      'https://mycompany.com:1234/myapp.php?foo=1&bar=2',
      right,
      'port-dropped',
    ],
    ['443 signed, no port in the request', url, 'kvajT1Ptam85bY51eRf/AJRuM3w=', 'port-added'],
    [
      '80 signed, no port in the request',
      'http://mycompany.com/myapp.php?foo=1&bar=2',
      '0ZXoZLH/DfblKGATFgpif+LLRf4=',
      'port-added',
    ],
    ['credentials configured, none signed', url.replace('my', 'user:pass@my'), right, 'userinfo-dropped'],
    ['a fragment configured, none signed', `${url}#rc=2`, right, 'fragment-dropped'],
  ])('is accepted for a documented form: %s', (_, received, signature, change) => {
    expect(verifyRequest({ signature, url: received, params: CALL, authTokens })).toMatchObject({
      valid: true,
      variant: [change],
    });
  });

  test('is accepted for an apostrophe encoded or not, and for both with a port', () => {
    const raw = "https://example.com/path?test='quoted'";
    const encoded = raw.replaceAll("'", '%27');
    for (const signed of [
      raw,
      encoded,
      raw.replace('.com', '.com:443'),
      encoded.replace('.com', '.com:443'),
    ]) {
      const signature = signRequest({ url: signed, authToken: 's3cr3t' });
      expect(verifyRequest({ signature, url: raw, authTokens: 's3cr3t' }).valid).toBe(true);
      expect(verifyRequest({ signature, url: encoded, authTokens: 's3cr3t' }).valid).toBe(true);
    }
  });

  test('is accepted with any of the tokens and any of the URLs, and says which', () => {
    const urls = ['https://example.com/api/api/assignment', url];
    const result = verifyRequest({
      signature: right,
      url: urls,
      params: CALL,
      authTokens: ['new', authTokens],
    });
    expect(result).toEqual({ valid: true, tokenIndex: 1, urlIndex: 1, variant: [] });
  });

  test('for an empty JSON body over the form with 443 is accepted', () => {
    const signature = 'Ldidvp12m26NI7eqEvxnEpkd9Hc=';
    const result = verifyRequest({ signature, url: withBodyHash(url, '{}'), rawBody: '{}', authTokens });
    expect(result).toMatchObject({ valid: true, variant: ['port-added'] });
  });
});

describe('a wrong request', () => {
  const check = (change: Partial<Parameters<typeof verifyRequest>[0]>) =>
    verifyRequest({ signature: right, url, params: CALL, authTokens, ...change });

  test.each([
    ['a parameter more', { params: { ...CALL, Extra: '' } }],
    ['a parameter less', { params: { ...CALL, Digits: [] } }],
    ['a value changed', { params: { ...CALL, Digits: '1235' } }],
    ['a value trimmed or padded', { params: { ...CALL, Digits: '1234 ' } }],
    ['a name in another case', { params: { ...CALL, Digits: [], digits: '1234' } }],
    ['a query parameter more', { url: `${url}&somethingUnexpected=true` }],
    ['a slash more', { url: url.replace('?', '/?') }],
    ['another scheme', { url: url.replace('https', 'http') }],
    ['another host', { url: url.replace('.com', '.org') }],
    ['another token', { authTokens: ['54321', '1234'] }],
    ['a bit of the signature flipped', { signature: right.replace('R', 'S') }],
    ['no URL', { url: [] }],
  ])('is refused: %s', (_, change) => {
    expect(check(change)).toEqual({ valid: false, reason: 'mismatch' });
  });

  test('is refused when a parser made an object of a parameter, whatever its toString says', () => {
    const nested = { ...CALL, Extra: { toString: () => '' } } as unknown as typeof CALL;
    expect(check({ params: nested })).toEqual({ valid: false, reason: 'mismatch' });
    const hostile = { ...CALL, Extra: Object.create(null) } as typeof CALL;
    expect(check({ params: hostile })).toEqual({ valid: false, reason: 'mismatch' });
  });

  test('is refused when a parser made an object where Twilio signed an empty value', () => {
    const signature = signRequest({ url, params: { ...CALL, Extra: '' }, authToken: authTokens });
    const nested = { ...CALL, Extra: { a: 'forged' } } as unknown as typeof CALL;
    expect(check({ signature, params: nested })).toEqual({ valid: false, reason: 'mismatch' });
  });

  test.each([undefined, ''])('without a header is told apart: %j', (signature) => {
    expect(check({ signature })).toEqual({ valid: false, reason: 'missing-signature' });
  });

  test.each([
    'WRONG_SIGNATURE',
    `${right} `,
    ` ${right}`,
    `${right}\n`,
    `${right}, ${right}`,
    right.replace('=', ''),
    right.replace('/', '_'),
    right.replace('R', 'Ȓ'),
    '1b0e5bb1a5b0d3aa7f6f2c5d4f1f7d0e5c1a2b3c',
  ])('with a header that cannot be a signature is told apart: %j', (signature) => {
    expect(check({ signature })).toEqual({ valid: false, reason: 'malformed-signature' });
  });

  test.each([[[]], [''], [['', '']]])('is refused when there is no usable token: %j', (none) => {
    expect(check({ authTokens: none })).toEqual({ valid: false, reason: 'no-auth-token' });
  });

  test('does not pass for being signed with an empty token', async () => {
    const { createHmac } = await import('node:crypto');
    const signature = createHmac('sha1', '').update('https://example.com/').digest('base64');
    const request = { signature, url: 'https://example.com/', authTokens: ['', 'real'] };
    expect(verifyRequest(request)).toEqual({ valid: false, reason: 'mismatch' });
  });
});

describe('a JSON body', () => {
  const body = '{"property": "value", "boolean": true}';
  const signed = withBodyHash(url, body);
  const signature = 'a9nBmqA0ju/hNViExpshrM61xv4=';

  test('may be text or bytes', () => {
    const rawBody = Buffer.from(body);
    expect(verifyRequest({ signature, url: signed, rawBody, authTokens }).valid).toBe(true);
  });

  test.each([
    ['changed by a blank', signed, body.replace(' ', '')],
    ['empty', signed, ''],
  ])('is refused when it is not the one signed for: %s', (_, received, rawBody) => {
    expect(verifyRequest({ signature, url: received, rawBody, authTokens })).toEqual({
      valid: false,
      reason: 'body-hash-mismatch',
    });
  });

  test.each([
    ['in upper case', signed.replace(/[\da-f]{64}/, (hash) => hash.toUpperCase())],
    ['too short', signed.slice(0, -1)],
    ['not hexadecimal, of the same low bytes', signed.slice(0, -1) + String.fromCharCode(0x136)],
    ['empty', `${url}&bodySHA256=`],
  ])('is refused when the signed hash is %s', (_, received) => {
    const genuine = signRequest({ url: received, authToken: authTokens });
    expect(verifyRequest({ signature: genuine, url: received, rawBody: body, authTokens })).toEqual({
      valid: false,
      reason: 'body-hash-mismatch',
    });
  });

  test('is refused when nothing vouches for it', () => {
    const plain = signRequest({ url, authToken: authTokens });
    const result = verifyRequest({ signature: plain, url, rawBody: body, authTokens });
    expect(result).toEqual({ valid: false, reason: 'missing-body-hash' });
  });

  test('is refused when parameters were put beside it', () => {
    const result = verifyRequest({ signature, url: signed, rawBody: body, params: { A: 'b' }, authTokens });
    expect(result).toEqual({ valid: false, reason: 'mismatch' });
  });

  test('refused once does not spoil the next check', () => {
    verifyRequest({ signature, url: signed, rawBody: '{}', authTokens });
    expect(verifyRequest({ signature: right, url, params: CALL, authTokens }).valid).toBe(true);
  });
});

describe('hostile input', () => {
  const anything = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.string({ maxLength: 60 }).map((s) => `https://${s}`),
    fc.constantFrom(
      '',
      '#',
      '?',
      '://',
      'http://',
      'https://[',
      'https://a:b:c/',
      'https://%zz/?%zz&%',
      '\ud800',
    ),
    fc.string({ maxLength: 10 }).map((s) => `https://example.com/?${s}\ud800%ff&=&&bodySHA256=%`),
  );
  const signatures = fc.oneof(
    anything,
    fc.base64String({ minLength: 28, maxLength: 28 }),
    fc.constant(right),
  );

  test('never makes it throw, and never passes', () => {
    fc.assert(
      fc.property(
        signatures,
        fc.oneof(anything, fc.array(anything, { maxLength: 3 })),
        fc.oneof(
          fc.array(fc.tuple(anything, anything), { maxLength: 6 }),
          fc.dictionary(anything, fc.oneof(anything, fc.array(anything))),
        ),
        fc.option(anything, { nil: undefined }),
        fc.oneof(anything, fc.array(anything, { maxLength: 3 })),
        (signature, received, params, rawBody, tokens) => {
          const result = verifyRequest({ signature, url: received, params, rawBody, authTokens: tokens });
          expect(result.valid).toBe(false);
        },
      ),
      { numRuns: 3_000 },
    );
  });

  test('100,000 parameters and a URL of a megabyte are judged', () => {
    const params = Array.from({ length: 100_000 }, (_, i) => [`N${(i * 7919) % 100_000}`, 'x'] as const);
    const long = `https://example.com/?${'a=%27&'.repeat(170_000)}`;
    const signature = signRequest({ url: long, params, authToken: authTokens });
    expect(verifyRequest({ signature, url: long, params, authTokens }).valid).toBe(true);
    expect(verifyRequest({ signature: right, url: long, params, authTokens }).valid).toBe(false);
  });
});

const formsOf = (received: string) => [...urlVariants(received)].map((one) => one.url);

describe('the forms of a URL', () => {
  test.each(['a', 'a.', 'a/', '/', './', '@', ':', '[', ']', '?', '#', '%', "'", '&a=+'])(
    'are found in one pass, however long the URL is: %j repeated',
    (unit) => {
      // An expression that backtracks would take years over each of these.
      const long = unit.repeat(20_000);
      for (const received of [
        `https://${long}?`,
        `https://example.com/${long}?`,
        `https://example.com/${long}!`,
      ]) {
        expect(formsOf(received).length).toBeLessThan(25);
      }
    },
  );

  test.each([
    ['https://example.com/assignment', ['https://example.com:443/assignment']],
    ['http://example.com/a/b.c/', ['http://example.com:80/a/b.c/']],
    ['https://example.com:8443/assignment', ['https://example.com/assignment']],
    ['https://example.com/a?b=1', ['https://example.com:443/a?b=1']],
    ['http://127.0.0.1:3000/a', ['http://127.0.0.1/a']],
  ])('are two in the usual case: %s', (received, others) => {
    expect(formsOf(received)).toEqual(others);
  });

  test('are each given once, never the received one, and each with its changes', () => {
    fc.assert(
      fc.property(
        fc.webUrl({ withQueryParameters: true, withFragments: true }),
        fc.constantFrom('', 'user:pass@'),
        (plain, userinfo) => {
          const received = plain.replace('://', `://${userinfo}`);
          const variants = [...urlVariants(received)];
          const urls = [received, ...variants.map((one) => one.url)];
          expect(new Set(urls).size).toBe(urls.length);
          expect(variants.every((one) => one.changes.length > 0)).toBe(true);
        },
      ),
    );
  });

  test('that need no normalising are found without it, and miss nothing by that', () => {
    const part = fc.string({ unit: fc.constantFrom(...'aZ09.-_~/:'), maxLength: 12 });
    fc.assert(
      fc.property(fc.constantFrom('http', 'https'), part, part, (scheme, host, path) => {
        const received = `${scheme}://${host}/${path}`;
        if (!URL.canParse(received)) return;
        // What the official library tries of the normalised URL, the port apart.
        const portless = (one: string) => one.replace(/^(\w+:\/\/[^/]*?):\d*(?=\/)/, '$1');
        expect([received, ...formsOf(received)].map(portless)).toContain(portless(new URL(received).href));
      }),
      { numRuns: 5_000 },
    );
  });

  test('keep the bytes of an IPv6 host', () => {
    expect(formsOf('https://[2001:DB8::1]:8443/a')).toContain('https://[2001:DB8::1]/a');
  });
});

describe('urlForms: port', () => {
  const at = (received: string, signed: string, urlForms: 'every' | 'port' = 'port') =>
    verifyRequest({
      signature: signRequest({ url: signed, params: CALL, authToken: authTokens }),
      url: received,
      params: CALL,
      authTokens,
      urlForms,
    }).valid;

  test('takes the URL as received and with or without its port, and no other form', () => {
    expect(at(url, url)).toBe(true);
    expect(at(url, url.replace('.com/', '.com:443/'))).toBe(true);
    expect(at(url.replace('.com/', '.com:8443/'), url)).toBe(true);
    const other = `${url}&q=it's`;
    expect(at(other, other.replace("'", '%27'))).toBe(false);
    expect(at(other, other.replace("'", '%27'), 'every')).toBe(true);
  });
});
