import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type ExplainRequest,
  explainSignature,
  signRequest,
  withBodyHash,
} from '../../src/signature/index.js';

const authTokens = 'the-secret-token';
const url = 'https://hooks.example.com/api/assignment?a=1&b=2';
const params: Record<string, string> = {
  TaskSid: 'WT1',
  TaskAge: '0',
  TaskAttributes: '{"from":"+15550100","note":"a b"}',
  Note: 'padded ',
};

/** The explanation for a request that was signed as `signed` and seen as `seen`. */
function explain(seen: Partial<ExplainRequest>, signed: Partial<Parameters<typeof signRequest>[0]> = {}) {
  const signature = signRequest({ url, params, authToken: authTokens, ...signed });
  return explainSignature({ signature, url, params, authTokens, ...seen });
}

const nested = (value: unknown) => value as Record<string, string>;

describe('the one change is found', () => {
  test.each<[string, string, ReturnType<typeof explain>, RegExp]>([
    ['scheme', 'TLS ended by a proxy', explain({ url: url.replace('https', 'http') }), /trust the proxy/],
    [
      'scheme',
      'and the port of the server seen',
      explain({ url: url.replace('https://hooks.example.com', 'http://hooks.example.com:3000') }),
      /trust the proxy/,
    ],
    [
      'host',
      'the Host header changed',
      explain({ url: url.replace('hooks.example.com', '10.0.0.7:3000'), hosts: ['hooks.example.com'] }),
      /"hooks.example.com".*publicUrl/,
    ],
    ['port', 'another port', explain({}, { url: url.replace('.com', '.com:8443') }), /port 8443/],
    [
      'path-prefix',
      'a prefix cut off',
      explain({ url: url.replace('/api', ''), prefixes: ['/x', '/api/'] }),
      /"\/api\/" before it/,
    ],
    [
      'path-prefix',
      'a prefix doubled',
      explain({ url: url.replace('/api', '/api/api') }),
      /publicUrl repeats/,
    ],
    ['path-prefix', 'a prefix signed twice', explain({}, { url: url.replace('/api', '/api/api') }), /twice/],
    ['trailing-slash', 'a slash lost', explain({}, { url: url.replace('?', '/?') }), /with a slash/],
    ['trailing-slash', 'a slash added', explain({ url: url.replace('?', '/?') }), /without the slash/],
    ['query-missing', 'a query added', explain({}, { url: url.replace(/\?.*/, '') }), /without a query/],
    [
      'query-order',
      'the query reordered',
      explain({}, { url: url.replace('a=1&b=2', 'b=2&a=1') }),
      /another order/,
    ],
    [
      'query-encoding',
      '%3F decoded',
      explain({ url: `${url}&c=?x&d` }, { url: `${url}&c=%3Fx&d` }),
      /another encoding/,
    ],
    [
      'query-encoding',
      '%2B decoded',
      explain({ url: `${url}&c=x+y` }, { url: `${url}&c=x%2By` }),
      /encoding/,
    ],
    [
      'value-trimmed',
      'one value trimmed',
      explain({ params: { ...params, Note: 'padded' } }),
      /"Note" was trimmed/,
    ],
    [
      'value-decoding',
      '"+" read as a blank after decoding',
      explain({ params: { ...params, Note: 'a b' } }, { params: { ...params, Note: 'a+b' } }),
      /"Note" was decoded twice/,
    ],
    [
      'value-decoding',
      'a value decoded twice',
      explain({ params: { ...params, Note: 'a/b' } }, { params: { ...params, Note: 'a%2Fb' } }),
      /"Note" was decoded twice/,
    ],
    [
      'value-decoding',
      'values not decoded',
      explain({
        params: Object.fromEntries(Object.entries(params).map(([n, v]) => [n, encodeURIComponent(v)])),
      }),
      /not decoded/,
    ],
    [
      'value-decoding',
      'UTF-8 read as Latin-1',
      explain(
        { params: { ...params, Note: Buffer.from('Zoë').toString('latin1') } },
        { params: { ...params, Note: 'Zoë' } },
      ),
      /Latin-1/,
    ],
    [
      'value-changed',
      'a value escaped',
      explain({
        params: { ...params, TaskAttributes: params.TaskAttributes!.replaceAll('"', '&quot;') },
      }),
      /escaped as HTML/,
    ],
    [
      'value-changed',
      'a default put in',
      explain({}, { params: { ...params, Note: '' } }),
      /empty value for "Note"/,
    ],
    [
      'parameter-added',
      'a parameter added',
      explain({ params: { ...params, user: '1' } }),
      /"user".*middleware/,
    ],
    [
      'parameter-missing',
      'an empty parameter dropped',
      explain({}, { params: { ...params, TaskPriority: '' } }),
      /"TaskPriority"/,
    ],
    [
      'nested-names',
      'names with brackets made objects',
      explain(
        { params: nested({ ...params, A: { b: '1', c: ['2'] } }) },
        { params: { ...params, 'A[b]': '1', 'A[c][]': '2' } },
      ),
      /extended: false/,
    ],
    [
      'nested-names',
      'names with numbers made a list',
      explain({ params: { ...params, A: ['x', 'y'] } }, { params: { ...params, 'A[0]': 'x', 'A[1]': 'y' } }),
      /extended: false/,
    ],
    [
      'body-not-form',
      'a JSON body checked as a form',
      explain({ url: withBodyHash(url, '{}') }, { url: withBodyHash(url, '{}'), params: {} }),
      /JSON with its raw body/,
    ],
    [
      'body-hash-mismatch',
      'a JSON body written anew',
      explain(
        { url: withBodyHash(url, '{ }'), params: {}, rawBody: '{}' },
        { url: withBodyHash(url, '{ }'), params: {} },
      ),
      /bytes as received/,
    ],
    ['missing-body-hash', 'a form checked as a raw body', explain({ rawBody: 'x' }), /by its parameters/],
    ['missing-signature', 'no header', explain({ signature: undefined }), /removes the header/],
    ['malformed-signature', 'a broken header', explain({ signature: 'x' }), /28 characters/],
    ['no-auth-token', 'no token', explain({ authTokens: [] }), /Configure one/],
  ])('%s: %s', (cause, _, explanation, text) => {
    expect(explanation).toMatchObject({ valid: false, cause });
    expect(explanation.text).toMatch(text);
  });
});

describe('the explanation', () => {
  test('says what was tried when nothing is found, and doubts the token', () => {
    const { valid, cause, text } = explain({ authTokens: ['one', 'two'] });
    expect({ valid, cause }).toEqual({ valid: false, cause: undefined });
    expect(text).toContain(
      '"https://hooks.example.com/api/assignment" with its query (2 forms) with 2 tokens',
    );
    expect(text).toContain('4 parameters ("TaskSid", "TaskAge", "TaskAttributes", "Note")');
    expect(text).toContain('primary Auth Token');
  });

  test('says that no body was seen', () => {
    expect(explain({ params: {} }).text).toContain('No body was seen');
  });

  test('says which token and which form of the URL matched when all is well', () => {
    const { valid, text } = explain({ authTokens: ['next', authTokens], url: `${url}#rc=2` });
    expect(valid).toBe(true);
    expect(text).toContain('with token 2 of 2 for another form of the URL (fragment-dropped)');
  });

  test('shows a hostile name as one short quoted text', () => {
    const { text } = explain({ params: { ...params, [`x\n\u001b[31m${'y'.repeat(500)}`]: '1' } });
    expect(text).not.toContain('\n');
    expect(text).not.toContain('\u001b');
    expect(text.length).toBeLessThan(1_000);
  });

  test('never holds a token, a signature, credentials, a query or a value, and never throws', () => {
    const secret = fc.stringMatching(/^[a-z]{3}$/).map((s) => `SECRET${s}`);
    const value = fc.oneof(
      secret,
      secret.map((s) => ` ${s}+%2B\n`),
      fc.string({ unit: 'binary', maxLength: 5 }).map((s) => `SECRET${s}`),
    );
    const scenario = fc.record({
      token: secret,
      other: secret,
      query: value,
      params: fc.dictionary(fc.constantFrom('A', 'B', 'C[d]', 'Timestamp'), value),
      seen: fc.dictionary(fc.constantFrom('A', 'B', 'C[d]', 'Timestamp'), value),
      sameParams: fc.boolean(),
      sameToken: fc.boolean(),
      scheme: fc.constantFrom('http', 'https'),
      rawBody: fc.option(value, { nil: undefined, freq: 5 }),
    });
    fc.assert(
      fc.property(scenario, (s) => {
        const target = `user:SECRETpass@example.com/a/b?q=${s.query}`;
        const signature = signRequest({ url: `https://${target}`, params: s.params, authToken: s.token });
        const { text } = explainSignature({
          signature,
          url: [`${s.scheme}://${target}`, s.query],
          params: s.sameParams ? s.params : s.seen,
          rawBody: s.rawBody,
          authTokens: s.sameToken ? [s.other, s.token] : s.other,
          hosts: ['other.example.com'],
          prefixes: ['/x'],
        });
        expect(text).not.toContain('SECRET');
        expect(text).not.toContain(signature);
      }),
      { numRuns: 300 },
    );
  });
});

describe('a budget of time', () => {
  test('ends the search, and the text says that it did', () => {
    const seen = { url: 'https://other.example.com/x?a=1&b=2&c=3&d=4&e=5', budgetMs: -1 };
    const { valid, cause, text } = explain(seen);
    expect([valid, cause]).toEqual([false, undefined]);
    expect(text).toMatch(/Not every change was tried, because there was no time left/);
  });

  test('does not matter where it suffices', () => {
    expect(explain({ url: url.replace('https', 'http'), budgetMs: 10_000 }).cause).toBe('scheme');
  });
});
