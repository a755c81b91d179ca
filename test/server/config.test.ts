import { describe, expect, test } from 'vitest';
import { readConfig } from '../../src/server/config.js';

const TOKEN = 'a-token-that-nobody-should-read';

function problemsOf(env: Readonly<Record<string, string>>): string {
  try {
    readConfig(env);
  } catch (error) {
    return (error as Error).message;
  }
  return '';
}

describe('readConfig', () => {
  test('needs nothing but a token', () => {
    expect(readConfig({ TWILIO_AUTH_TOKEN: TOKEN })).toMatchObject({
      authTokens: [TOKEN],
      port: 3_000,
      host: undefined,
      adminPort: undefined,
      redisUrl: undefined,
      logLevel: 'info',
      deadlineMs: 4_000,
      onDeadline: 'fail',
      onStoreError: 'continue',
      shutdownDelayMs: 0,
      shutdownTimeoutMs: 25_000,
      production: false,
    });
  });

  test('takes several tokens, the first of which is the present one', () => {
    expect(readConfig({ TWILIO_AUTH_TOKEN: 'present, next' }).authTokens).toEqual(['present', 'next']);
  });

  test('takes an empty variable for one that is not set', () => {
    const { port, redisUrl } = readConfig({ TWILIO_AUTH_TOKEN: TOKEN, PORT: '', REDIS_URL: '' });
    expect([port, redisUrl]).toEqual([3_000, undefined]);
  });

  test('does not start without a token, and says where it is found', () => {
    expect(problemsOf({})).toMatch(/TWILIO_AUTH_TOKEN is missing\. Set it to the Auth Token/);
    expect(problemsOf({ TWILIO_AUTH_TOKEN: '' })).toMatch(/TWILIO_AUTH_TOKEN is missing/);
  });

  test('names a variable that is nearly one of its own, unless that one is set', () => {
    const env = { TWILIO_AUTH_TOKEN: TOKEN };
    for (const [slip, meant] of [
      ['CALLBACK_DEADLNE_MS', 'CALLBACK_DEADLINE_MS'],
      ['SHUTDOWN_TIMEOUT', 'SHUTDOWN_TIMEOUT_MS'],
      ['CALLBACK_DEADLINE_SECONDS', 'CALLBACK_DEADLINE_MS'],
      ['SHUTDOWN_TIMEOUTMS', 'SHUTDOWN_TIMEOUT_MS'],
      ['callback_deadline_ms', 'CALLBACK_DEADLINE_MS'],
      ['REDIS_URI', 'REDIS_URL'],
      ['PUBLICURL', 'PUBLIC_URL'],
      ['TRUST_PROXIES', ''],
      ['TWILIO_ACOUNT_SID', 'TWILIO_ACCOUNT_SID'],
    ] as const) {
      const said = problemsOf({ ...env, [slip]: 'hush' });
      expect(said.includes(`  ${slip} is not a known variable. Did you mean ${meant}?`), slip).toBe(
        meant !== '',
      );
      expect(said).not.toContain('hush');
    }
    expect(problemsOf({ TWILIO_AUTHTOKEN: TOKEN })).toMatch(/Did you mean TWILIO_AUTH_TOKEN\?/);
    expect(problemsOf({ ...env, REDIS_URI: 'x', REDIS_URL: '' })).toBe('');
    expect(problemsOf({ ...env, REDIS_URI: '' })).toBe('');
  });

  test('leaves the variables of other programs alone', () => {
    const others = [
      'HOME',
      'HOSTNAME',
      'PATH',
      'PWD',
      'PORTAL',
      'LOGNAME',
      'REDIS_PORT',
      'REDIS_HOST',
      'NODE_OPTIONS',
    ];
    const more = ['TWILIO_REGION', 'TWILIO_EDGE', 'TWILIO_PHONE_NUMBER', 'REDIS_TLS_URL', 'BASE_URL'];
    const env = Object.fromEntries([...others, ...more].map((name) => [name, 'x']));
    expect(problemsOf({ TWILIO_AUTH_TOKEN: TOKEN, ...env })).toBe('');
  });

  test('takes no log level that would not log what it says', () => {
    expect(problemsOf({ TWILIO_AUTH_TOKEN: TOKEN, LOG_LEVEL: 'trace' })).toMatch(
      /LOG_LEVEL must be debug, info, warn, error or silent/,
    );
  });

  test('names every variable that is wrong at once, and no value', () => {
    const wrong = {
      TWILIO_AUTH_TOKEN: 'one,,two',
      TWILIO_API_KEY: 'hush-1',
      TWILIO_API_SECRET: 'hush-2',
      TWILIO_ACCOUNT_SID: 'hush-3',
      TWILIO_WORKSPACE_SID: 'hush-4',
      TASKROUTER_BASE_URL: 'hush-5',
      PUBLIC_URL: 'https://hooks.example.com/?hush-6',
      PORT: 'hush-7',
      ADMIN_PORT: '70000',
      REDIS_URL: 'http://hush-8',
      TRUST_PROXY: 'hush-9',
      LOG_LEVEL: 'hush-10',
      CALLBACK_DEADLINE_MS: '5000',
      ON_DEADLINE: 'hush-11',
      ON_STORE_ERROR: 'hush-12',
      SHUTDOWN_DELAY_MS: '-1',
      SHUTDOWN_TIMEOUT_MS: '1e3',
    };
    const message = problemsOf(wrong);
    for (const name of Object.keys(wrong))
      if (name !== 'TWILIO_API_SECRET') expect(message).toContain(`  ${name} `);
    expect(message).not.toContain('hush');
    expect(message).toContain('from 500 to 4800');
  });

  test('wants an API key and its secret together', () => {
    const key = `SK${'0'.repeat(32)}`;
    expect(problemsOf({ TWILIO_AUTH_TOKEN: TOKEN, TWILIO_API_KEY: key })).toMatch(/set both or neither/);
    expect(problemsOf({ TWILIO_AUTH_TOKEN: TOKEN, TWILIO_API_KEY: key, TWILIO_API_SECRET: 'x' })).toBe('');
  });

  test.each([
    ['redis://127.0.0.1:6379/abc', 'the number of a database'],
    ['redis://127.0.0.1:6379/0/1', 'the number of a database'],
    ['redis://127.0.0.1:6379/-1', 'the number of a database'],
    ['redis://127.0.0.1:6379/1.5', 'the number of a database'],
    ['redis://127.0.0.1:6379?db=hush', 'the number of a database'],
    ['redis://:50%off-hush@127.0.0.1', 'write % as %25'],
    ['redis://100%:hush@127.0.0.1', 'write % as %25'],
    ['redis://', 'must name a host'],
    ['redis:///0', 'must name a host'],
    ['redis:hush', 'must name a host'],
    ['redis://:hush/hush@127.0.0.1', 'REDIS_URL must'],
    ['valkey://hush', 'must be a URL such as redis://'],
    ['redis+tls://hush', 'must be a URL such as redis://'],
    ['127.0.0.1:6379', 'must be a URL such as redis://'],
    ['redis://hush:hush@one:1,two:2/1', 'a cluster has only database 0'],
    ['redis+cluster://one/3', 'a cluster has only database 0'],
    ['redis://one,:hush', 'must be a URL such as redis://'],
    ['redis://one,,two', 'must be a URL such as redis://'],
    ['redis+sentinel://:hush@one:1,two:2', 'must name the server that the Sentinels monitor'],
    ['redis+sentinel://one/main/hush', 'the name of the server that the Sentinels monitor'],
    ['redis+sentinel://one/%zz', 'the name of the server that the Sentinels monitor'],
    ['redis+sentinel:///main', 'must name a host'],
    ['redis+sentinels://hush/main', 'must be a URL such as redis://'],
  ])('refuses REDIS_URL %s', (text, problem) => {
    const message = problemsOf({ TWILIO_AUTH_TOKEN: TOKEN, REDIS_URL: text });
    expect(message).toContain(problem);
    expect(message).toContain('REDIS_URL');
    expect(message).not.toContain('hush');
  });

  test.each([
    'redis://127.0.0.1',
    'redis://localhost:6379/',
    'redis://127.0.0.1:6379/15',
    'rediss://user:p%40ss%25@redis.example.com:6380/0?family=6',
    'redis://[::1]:6379',
    'redis://one:7000,two:7001,[::1]:7002',
    'rediss+cluster://user:p%40ss@one.example.com:6380',
    'redis+sentinel://:secret@one,two:26380/main/2?sentinelPassword=other',
  ])('takes REDIS_URL %s', (text) => {
    expect(readConfig({ TWILIO_AUTH_TOKEN: TOKEN, REDIS_URL: text }).redisUrl).toBe(text);
  });

  test('listens for health and metrics on this machine alone, unless ADMIN_HOST says otherwise', () => {
    const env = { TWILIO_AUTH_TOKEN: TOKEN, ADMIN_PORT: '9090' };
    expect(readConfig({ ...env, HOST: '0.0.0.0' }).adminHost).toBe('127.0.0.1');
    expect(readConfig({ ...env, ADMIN_HOST: '10.0.0.1' }).adminHost).toBe('10.0.0.1');
    expect(problemsOf({ TWILIO_AUTH_TOKEN: TOKEN, ADMIN_HOST: '10.0.0.1' })).toMatch(
      /set ADMIN_PORT as well/,
    );
  });

  test('wants two different ports', () => {
    expect(problemsOf({ TWILIO_AUTH_TOKEN: TOKEN, ADMIN_PORT: '3000' })).toMatch(/ADMIN_PORT must differ/);
  });

  test.each([
    ['1', 1],
    ['true', true],
    ['false', false],
    ['loopback, 10.0.0.0/8,::1', ['loopback', '10.0.0.0/8', '::1']],
  ])('reads TRUST_PROXY %s as Express takes it', (text, expected) => {
    expect(readConfig({ TWILIO_AUTH_TOKEN: TOKEN, TRUST_PROXY: text }).trustProxy).toEqual(expected);
  });

  test.each([
    '10.0.0.0/33',
    '10.0.0.0/0',
    '::1/129',
    '10.0.0.0/8/8',
    'hooks.example.com',
    '1.5',
    'loopback,',
  ])('refuses TRUST_PROXY %s, before Express would', (text) => {
    expect(problemsOf({ TWILIO_AUTH_TOKEN: TOKEN, TRUST_PROXY: text })).toContain('TRUST_PROXY must be');
  });

  test('reads the workspaces of accounts as pairs', () => {
    const [one, two] = [`AC${'1'.repeat(32)}`, `AC${'2'.repeat(32)}`];
    const [a, b] = [`WS${'a'.repeat(32)}`, `WS${'b'.repeat(32)}`];
    const read = (ACCOUNTS: string) => readConfig({ TWILIO_AUTH_TOKEN: TOKEN, ACCOUNTS }).accounts;
    expect(read(`${one}:${a}, ${one}:${b},${two}:${a}`)).toEqual({ [one]: [a, b], [two]: [a] });
    expect(read('')).toBeUndefined();
    for (const ACCOUNTS of [one, `${one}:${one}`, `${one}:${a},`, `${one}:${a};${two}:${b}`]) {
      expect(problemsOf({ TWILIO_AUTH_TOKEN: TOKEN, ACCOUNTS })).toMatch(/ACCOUNTS must be pairs/);
    }
  });

  test('bounds the connections', () => {
    expect(readConfig({ TWILIO_AUTH_TOKEN: TOKEN }).maxConnections).toBe(5_000);
    expect(problemsOf({ TWILIO_AUTH_TOKEN: TOKEN, MAX_CONNECTIONS: '9' })).toMatch(/MAX_CONNECTIONS must be/);
  });
});
