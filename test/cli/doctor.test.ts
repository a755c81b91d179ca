import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { explainSignature, signRequest, withBodyHash } from 'taskrouter-kit';
import { assignmentRequest } from 'taskrouter-kit/testing';
import { afterAll, describe, expect, test } from 'vitest';
import { type DoctorOptions, doctor } from '../../src/cli/doctor.js';
import { UsageError } from '../../src/cli/failure.js';
import { readPasted } from '../../src/cli/pasted-request.js';
import { captured } from './output.js';

const TOKEN = '0123456789abcdef0123456789abcdef';
const URL = 'https://hooks.example.com/taskrouter/assignment';
const request = assignmentRequest({
  url: URL,
  authToken: TOKEN,
  task: { from: '+15017122661', name: 'Zoë & "co"' },
});
const signature = request.headers['x-twilio-signature']!;
const folder = mkdtempSync(join(tmpdir(), 'taskrouter-kit-'));
afterAll(() => rmSync(folder, { recursive: true }));

function raw(host = 'hooks.example.com', path = '/taskrouter/assignment', more = ''): string {
  const head = Object.entries(request.headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `POST ${path} HTTP/1.1\r\nHost: ${host}\r\n${more}${head.join('')}\r\n${request.body}`;
}

async function examine(text: string, options: DoctorOptions = {}) {
  const file = join(folder, 'request');
  writeFileSync(file, text);
  const result = await captured(() => doctor(file, { token: TOKEN, ...options }));
  for (const secret of [TOKEN, signature, '5017122661', 'Zoë']) expect(result.output).not.toContain(secret);
  return result;
}

describe('taskrouter doctor', () => {
  test('reads a raw HTTP request, with any line ends and a line feed an editor added', async () => {
    expect(await examine(raw())).toEqual({ code: 0, output: 'X-Twilio-Signature matches.\n' });
    expect((await examine(`${raw().replaceAll('\r\n', '\n')}\n`)).code).toBe(0);
  });

  test('reads a body alone, with the URL and the signature as options', async () => {
    expect((await examine(request.body, { url: URL, signature })).code).toBe(0);
  });

  test('reads a JSON dump, with the body as text or as parsed', async () => {
    const { headers, body, fields } = request;
    expect((await examine(JSON.stringify({ url: URL, headers, body }))).code).toBe(0);
    const parsed = {
      originalUrl: '/taskrouter/assignment',
      headers: { Host: 'hooks.example.com', ...headers },
    };
    expect((await examine(JSON.stringify({ ...parsed, body: fields }))).code).toBe(0);
  });

  test('reads a JSON body that is signed by its hash', async () => {
    const body = '{"a": [1]}';
    const url = withBodyHash(URL, body);
    const signed = signRequest({ url, authToken: TOKEN });
    expect((await examine(`${body}\n`, { url, signature: signed })).code).toBe(0);
    expect((await examine('{"a": [2]}', { url, signature: signed })).output).toContain(
      'not the one bodySHA256',
    );
  });

  test.each([
    ['the scheme', raw(), { url: URL.replace('https', 'http') }, /signed https/],
    [
      'the host',
      raw('internal:3000', undefined, 'X-Forwarded-Host: hooks.example.com\r\n'),
      {},
      /host "?hooks\.example\.com/,
    ],
    [
      'a prefix',
      raw('hooks.example.com', '/assignment', 'X-Forwarded-Prefix: /taskrouter\r\n'),
      {},
      /\/taskrouter/,
    ],
    ['a parameter', `${raw()}&Added=1`, {}, /Added/],
  ])('names the one change that would make it match: %s', async (_what, text, options, expected) => {
    const { code, output } = await examine(text, options);
    expect(code).toBe(1);
    expect(output).toContain('One change makes it match');
    expect(output).toMatch(expected);
  });

  test('suspects the URL first and then the token when no change helps', async () => {
    const { code, output } = await examine(raw(), { token: 'another' });
    expect(code).toBe(1);
    expect(output).toMatch(/URL or the Auth Token is a different one.*Check the URL first.*Then the token/);
    expect(output).toContain('Pass the URL you gave Twilio with --url');
  });

  test('does not accuse a right token when path or host are others: it says why the URL is in doubt', async () => {
    const behindTunnel = await examine(raw('localhost:3000', '/somewhere/else'));
    expect(behindTunnel.code).toBe(1);
    expect(behindTunnel.output).toMatch(/cannot reach the host of this one, so it was given another/);
    expect((await examine(raw('hooks.example.com', '/somewhere/else'))).output).not.toContain('cannot reach');
    // The URL that Twilio was given settles it.
    expect((await examine(raw('localhost:3000', '/somewhere/else'), { url: URL })).code).toBe(0);
  });

  test.each([
    ['a usual prefix cut off', raw('hooks.example.com', '/assignment'), /"\/taskrouter" before it/],
    [
      'host and path, as behind an ingress',
      raw('10.0.0.7:3000', '/assignment', 'X-Forwarded-Host: hooks.example.com, inner.example\r\n'),
      /Two changes make it match: .*hooks\.example\.com.*; and: .*"\/taskrouter" before it/,
    ],
  ])('finds %s', async (_what, text, expected) => {
    expect(await examine(text)).toEqual({ code: 1, output: expect.stringMatching(expected) });
  });

  test('takes a raw request for http as well as for https, unless a proxy noted which', async () => {
    const url = 'http://localhost:3000/taskrouter/assignment';
    const local = assignmentRequest({ url, authToken: TOKEN });
    const text = (more: string) =>
      `POST /taskrouter/assignment HTTP/1.1\r\nHost: localhost:3000\r\n${more}X-Twilio-Signature: ${local.headers['x-twilio-signature']}\r\n` +
      `Content-Type: application/x-www-form-urlencoded\r\n\r\n${local.body}`;
    expect(await examine(text(''))).toEqual({ code: 0, output: 'X-Twilio-Signature matches.\n' });
    expect((await examine(text('X-Forwarded-Proto: http, https\r\n'))).code).toBe(0);
    const noted = await examine(text('X-Forwarded-Proto: https\r\n'));
    expect(noted).toEqual({ code: 1, output: expect.stringMatching(/Twilio signed http:\/\//) });
  });

  test('tries every token of a list', async () => {
    expect((await examine(raw(), { token: `another, ${TOKEN}` })).output).toContain('token 2 of 2');
  });

  test('says what it lacks', async () => {
    await expect(examine(raw(), { token: '' })).rejects.toThrow(/Set TWILIO_AUTH_TOKEN/);
    await expect(examine(request.body, { signature })).rejects.toThrow(/--url/);
    await expect(examine('a=%zz', { url: URL, signature })).rejects.toThrow(/Paste it unchanged/);
    await expect(doctor(join(folder, 'none'), { token: TOKEN })).rejects.toThrow(/cannot be read/);
  });

  test('reads anything, or says that it is no request', () => {
    const dump = fc.record({ headers: fc.dictionary(fc.string(), fc.jsonValue()), body: fc.jsonValue() });
    const pasted = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.json(),
      dump.map((value) => JSON.stringify(value)),
      fc.string().map((text) => `POST ${text} HTTP/1.1\r\n${text}`),
    );
    fc.assert(
      fc.property(pasted, (text) => {
        try {
          const { body, headers } = readPasted(text);
          explainSignature({
            url: URL,
            signature: headers.get('x-twilio-signature'),
            authTokens: TOKEN,
            ...body,
          });
        } catch (error) {
          expect(error).toBeInstanceOf(UsageError);
        }
      }),
      { numRuns: 500, examples: [['{"headers":{"host":{"toString":""}},"body":[{"toString":""}]}']] },
    );
  });
});
