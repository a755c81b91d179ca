import { createEmulator } from 'taskrouter-kit/emulator';
import { expect, test } from 'vitest';
import { type Limited, RateLimits } from '../../../src/emulator/world/rate-limits.js';

const list = (path: string, query: Record<string, string> = {}): Limited => ({ method: 'GET', path, query });
const capped = (workspace: string) =>
  list(`/Workspaces/${workspace}/Workers`, { TargetWorkersExpression: 'a == 1' });

test('lists that evaluate an expression are capped at three a second, for each list of each workspace', () => {
  let now = 0;
  const limits = new RateLimits(() => now);
  const ask = (request: Limited) => limits.exceeded({}, request);
  expect([1, 2, 3, 4].map(() => ask(capped('WS1')))).toEqual([undefined, undefined, undefined, 1]);
  expect(ask(capped('WS2'))).toBeUndefined();
  expect(ask(list('/Workspaces/WS1/Tasks', { EvaluateTaskAttributes: 'a == 1' }))).toBeUndefined();
  expect(ask(list('/Workspaces/WS1/Workers'))).toBeUndefined();
  expect(ask({ ...capped('WS1'), method: 'POST' })).toBeUndefined();
  now = 999;
  expect(ask(capped('WS1'))).toBe(1);
  now = 1_000;
  expect(ask(capped('WS1'))).toBeUndefined();
});

test('all requests together have a limit, which refused ones do not use up', () => {
  let now = 0;
  const limits = new RateLimits(() => now);
  const ask = () => limits.exceeded({ requests: 2 }, list('/Workspaces'));
  expect([ask(), ask(), ask(), ask()]).toEqual([undefined, undefined, 1, 1]);
  now = 1_500;
  expect([ask(), ask(), ask()]).toEqual([undefined, undefined, 1]);
});

test('the switch is off by default; on, REST answers 429 with 20429 and Retry-After', async () => {
  const emulator = await createEmulator({ port: 0 });
  const authorization = `Basic ${Buffer.from(`${emulator.accountSid}:${emulator.authToken}`).toString('base64')}`;
  const ask = () => fetch(`${emulator.url}/v1/Workspaces`, { headers: { authorization } });
  try {
    expect((await ask()).status).toBe(200);
    emulator.trouble({ rateLimits: { requests: 0 } });
    const refused = await ask();
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1']);
    expect(await refused.json()).toMatchObject({ code: 20429, status: 429 });
    expect(emulator.troubles()).toEqual({ rateLimits: true });
    emulator.trouble({ rateLimits: false });
    expect((await ask()).status).toBe(200);
    expect(() => emulator.trouble({ rateLimits: { requsts: 1 } as never })).toThrow(
      'Did you mean "requests"?',
    );
  } finally {
    await emulator.close();
  }
});
