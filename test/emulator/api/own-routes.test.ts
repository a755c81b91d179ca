import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import type { Emulator } from 'taskrouter-kit/emulator';
import { describe, expect, test } from 'vitest';
import { start } from '../open.js';

/** Unlike fetch, it lets the Host header be anything. */
function call(
  emulator: Emulator,
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body = '',
): Promise<{ status: number | undefined; body: string }> {
  return new Promise((resolve, reject) => {
    const { port } = new URL(emulator.url);
    const sent = request({ host: '127.0.0.1', port, method, path, headers }, (response) => {
      text(response).then((body) => resolve({ status: response.statusCode, body }), reject);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
const form = { 'content-type': 'application/x-www-form-urlencoded' };

describe('web pages are kept out of /_emulator', () => {
  test.each(['localhost', 'LOCALHOST:99', 'emulator.localhost', '127.0.0.1:8080', '127.9.9.9', '[::1]:8080'])(
    'the host %s is this machine',
    async (host) => {
      const emulator = await start();
      expect((await call(emulator, 'GET', '/_emulator/clock', { host })).status).toBe(200);
    },
  );

  test.each([
    'evil.example',
    'evil.example:8080',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    'evil.example#localhost',
    'localhost@evil.example',
    '10.0.0.7',
    '[::2]',
    'a b',
  ])('the host %s is not', async (host) => {
    const emulator = await start();
    for (const [method, path] of [
      ['GET', '/_emulator/deliveries'],
      ['POST', '/_emulator/clock'],
      ['GET', '/_emulator/nothing'],
    ] as const) {
      const sent = method === 'POST' ? 'advance=1m' : '';
      const { status, body } = await call(emulator, method, path, { host, ...form }, sent);
      expect([status, JSON.parse(body).code]).toEqual([403, 'foreign-host']);
    }
    // Twilio's own routes ask for the token, which no page has.
    expect((await call(emulator, 'GET', '/v1/Workspaces', { host })).status).toBe(401);
  });

  test('a name that was allowed is our own, in any case and with any port', async () => {
    const emulator = await start({ allowHosts: ['emulator', 'Taskrouter.Test', 'fd00::7'] });
    for (const host of ['emulator:8080', 'taskrouter.test', '[fd00::7]:1']) {
      expect((await call(emulator, 'GET', '/_emulator/clock', { host })).status, host).toBe(200);
    }
    expect((await call(emulator, 'GET', '/_emulator/clock', { host: 'other' })).status).toBe(403);
  });

  test.each(['http://emulator:8080', 'a b', '', '*/x', 'me@emulator'])(
    '%j is no name to allow',
    async (host) => {
      await expect(start({ allowHosts: [host] })).rejects.toMatchObject({ code: 'bad-host' });
    },
  );

  test('only its own origin may ask', async () => {
    const emulator = await start();
    const { host } = new URL(emulator.url);
    const before = emulator.now();
    for (const origin of [
      'https://evil.example',
      'null',
      'http://127.0.0.1:1',
      'http://localhost',
      `ftp://${host}`,
      '',
    ]) {
      const { status, body } = await call(
        emulator,
        'POST',
        '/_emulator/clock',
        { origin, ...form },
        'advance=1m',
      );
      expect([status, JSON.parse(body).code], origin).toEqual([403, 'foreign-origin']);
    }
    expect(emulator.now()).toBe(before);
    for (const origin of [emulator.url, `https://${host}`]) {
      const { status } = await call(emulator, 'POST', '/_emulator/clock', { origin, ...form }, 'advance=1m');
      expect(status, origin).toBe(200);
    }
  });
});

describe('every number has bounds', () => {
  const post = async (emulator: Emulator, path: string, body: string, type = form['content-type']) => {
    const answer = await call(emulator, 'POST', `/_emulator/${path}`, { 'content-type': type }, body);
    return { status: answer.status, body: JSON.parse(answer.body) };
  };

  test.each([
    '99999999d',
    '367d',
    '9'.repeat(400),
    `${'9'.repeat(400)}d`,
    '31622400001',
    '-1',
    '1e99',
    'NaN',
    '',
    '1.5',
  ])('the clock does not advance by %s', async (advance) => {
    const emulator = await start();
    const before = emulator.now();
    const { status, body } = await post(emulator, 'clock', `advance=${advance}`);
    expect([status, body.code]).toEqual([400, 'bad-duration']);
    expect(body.message).toContain('at most 366 days');
    expect(emulator.now()).toBe(before);
  });

  test('nor by a number in JSON that no clock can take', async () => {
    const emulator = await start();
    for (const body of [
      '{"advance":1e300}',
      '{"advance":1e999}',
      '{"advance":null}',
      '{"advance":[1]}',
      '[]',
    ]) {
      expect((await post(emulator, 'clock', body, 'application/json')).status, body).toBe(400);
    }
    expect((await post(emulator, 'clock', '{', 'application/json')).status).toBe(400);
  });

  test('it stops before the year that dates cannot be written in', async () => {
    const emulator = await start();
    const onAndOn = async () => {
      for (;;) await emulator.advance('366d');
    };
    await expect(onAndOn()).rejects.toThrow('The clock would pass the year 9998');
    expect(new Date(emulator.now()).getUTCFullYear()).toBe(9998);
    expect(emulator.seed({}).workspaceSid).toMatch(/^WS/);
  });

  test.each(['drop=1000001', `drop=${'9'.repeat(400)}`, 'drop=-1', 'drop=1.5', 'drop=null', 'drop='])(
    'no switch takes %s',
    async (body) => {
      const emulator = await start();
      expect((await post(emulator, 'trouble', body)).body.code).toBe('bad-trouble');
      expect(emulator.troubles()).toEqual({});
    },
  );

  test.each([
    '{"drop":1e999}',
    '{"drop":null}',
    '{"drop":{"times":1000001}}',
    '{"delay":{"ms":600001}}',
    '{"delay":{"ms":-1}}',
    '{"tooManyRequests":{"retryAfterS":86401}}',
  ])('nor %s', async (body) => {
    const emulator = await start();
    const answer = await post(emulator, 'trouble', body, 'application/json');
    expect(answer.body.code).toBe('bad-trouble');
  });

  test('leading zeros are digits', async () => {
    const emulator = await start();
    expect((await post(emulator, 'trouble', 'drop=007')).body).toEqual({ drop: 7 });
  });
});

test('what a switch answers can be sent again', async () => {
  const emulator = await start();
  emulator.trouble({ drop: true, duplicate: 2, delay: { ms: 5 } });
  expect(emulator.troubles()).toEqual({ drop: true, duplicate: 2, delay: true });
  emulator.trouble(emulator.troubles());
  expect(emulator.troubles()).toEqual({ drop: true, duplicate: 2, delay: true });
});

test('names with control characters are shown escaped', async () => {
  const emulator = await start();
  const name = 'Ann\u001b[2J\u009b1m\r\nX';
  const { workspaceSid } = emulator.seed({
    workers: { [name]: { activity: 'Available' } },
    taskQueues: { Q: {} },
    workflows: { W: { defaultQueue: 'Q', assignmentCallbackUrl: 'http://127.0.0.1:9/' } },
  });
  const task = emulator.createTask({ workspaceSid, attributes: { name } });
  await emulator.quiet();
  for (const accept of ['text/plain', 'application/json']) {
    const { body } = await call(emulator, 'GET', `/_emulator/tasks/${task.sid}/explain`, { accept });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: none of them may be there.
    expect(body).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
    expect(body).toContain('\\u001b[2J\\u009b1m');
  }
  const { body } = await call(emulator, 'GET', '/_emulator/deliveries');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: none of them may be there.
  expect(body).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
  expect(JSON.parse(body)).toEqual({ deliveries: JSON.parse(JSON.stringify(emulator.deliveries())) });
});
