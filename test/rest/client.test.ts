import { inspect } from 'node:util';
import {
  createTaskRouterClient,
  type TaskRouterClientOptions,
  TaskRouterRequestError,
} from 'taskrouter-kit/rest';
import { describe, expect, test } from 'vitest';
import { ConfigurationError } from '../../src/errors.js';
import { scripted } from './scripted.js';
import { ACCOUNT, CREDENTIALS, sid, TOKEN, WORKSPACE } from './sids.js';

const basic = (user: string, password: string) =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

/** Where a client with these options goes, and who it says it is. */
async function first(options: TaskRouterClientOptions) {
  const seen: { url: string; authorization: string | null }[] = [];
  const client = createTaskRouterClient({
    ...options,
    fetch: async (input, init) => {
      seen.push({ url: String(input), authorization: new Headers(init?.headers).get('authorization') });
      return new Response('{}');
    },
  });
  await client.workspaces.fetch(WORKSPACE);
  return seen[0]!;
}

describe('credentials', () => {
  const KEY = sid('SK');

  test.each<[string, TaskRouterClientOptions, string]>([
    ['a token', { authToken: 'one' }, basic(ACCOUNT, 'one')],
    ['the first token of a list', { authToken: ['one', 'two'] }, basic(ACCOUNT, 'one')],
    ['the first token of a text with commas', { authToken: ' one , two' }, basic(ACCOUNT, 'one')],
    ['a key and its secret', { apiKey: KEY, apiSecret: 'secret' }, basic(KEY, 'secret')],
    ['the environment', { env: { TWILIO_AUTH_TOKEN: 'one,two' } }, basic(ACCOUNT, 'one')],
    [
      'a key before a token in the environment',
      { env: { TWILIO_AUTH_TOKEN: 'one', TWILIO_API_KEY: KEY, TWILIO_API_SECRET: 's' } },
      basic(KEY, 's'),
    ],
    [
      'an option before the environment',
      { authToken: 'mine', env: { TWILIO_API_KEY: KEY, TWILIO_API_SECRET: 's' } },
      basic(ACCOUNT, 'mine'),
    ],
  ])('%s', async (_name, options, expected) => {
    expect((await first({ accountSid: ACCOUNT, env: {}, ...options })).authorization).toBe(expected);
  });

  test.each<[string, TaskRouterClientOptions, RegExp]>([
    ['no account', { accountSid: undefined }, /TWILIO_ACCOUNT_SID/],
    ['a wrong account', { accountSid: 'AC123' }, /32 hexadecimal/],
    ['no secret at all', { authToken: undefined }, /TWILIO_AUTH_TOKEN/],
    ['an empty token', { authToken: ' ,' }, /TWILIO_AUTH_TOKEN/],
    ['half a key', { apiKey: 'SK', authToken: undefined }, /belong together/],
    ['a wrong workspace', { workspaceSid: 'WS1' }, /WS and 32/],
    ['a base URL with a path', { baseUrl: 'https://example.com/v1' }, /baseUrl/],
    ['a base URL with credentials', { baseUrl: 'https://u:secret@example.com' }, /baseUrl/],
    ['a region that is none', { region: 'evil.example.com/' }, /region/],
    ['a negative number of retries', { retry: { retries: -1 } }, /retries/],
    ['a budget of nothing', { budgetMs: 0 }, /budgetMs/],
  ])('%s does not start', (_name, options, message) => {
    const create = () => createTaskRouterClient({ ...CREDENTIALS, ...options });
    expect(create).toThrow(ConfigurationError);
    expect(create).toThrow(message);
  });

  test('appear in no inspection, no JSON, no error and no notice', async () => {
    const notices: unknown[] = [];
    const { client } = scripted(() => ({ status: 500, text: 'oops' }), {
      onRetry: (notice) => notices.push(notice),
      retry: { retries: 0 },
    });
    const error = await client.tasks.fetch(sid('WT')).catch((one: unknown) => one);
    const keyed = await client.tasks.create({}, { idempotencyKey: 'k' }).catch((one: unknown) => one);
    const shown = [client, client.workspace(WORKSPACE), client.names, error, keyed, notices]
      .map((one) => inspect(one, { depth: 12, showHidden: true }) + JSON.stringify(one))
      .join();
    expect(shown).not.toContain(TOKEN);
    expect(shown).not.toContain(basic(ACCOUNT, TOKEN).slice(6));
  });
});

describe('where it goes', () => {
  test.each<[string, TaskRouterClientOptions, string]>([
    ['Twilio', {}, 'https://taskrouter.twilio.com'],
    ['a region', { region: 'ie1' }, 'https://taskrouter.ie1.twilio.com'],
    ['an edge, in us1', { edge: 'dublin' }, 'https://taskrouter.dublin.us1.twilio.com'],
    ['both', { edge: 'dublin', region: 'ie1' }, 'https://taskrouter.dublin.ie1.twilio.com'],
    [
      'both by environment',
      { env: { TWILIO_EDGE: 'dublin', TWILIO_REGION: 'ie1' } },
      'https://taskrouter.dublin.ie1.twilio.com',
    ],
    ['a base URL', { baseUrl: 'http://localhost:4010/' }, 'http://localhost:4010'],
    [
      'a base URL by environment',
      { env: { TASKROUTER_BASE_URL: 'http://localhost:4010' } },
      'http://localhost:4010',
    ],
  ])('%s', async (_name, options, origin) => {
    expect((await first({ ...CREDENTIALS, ...options })).url).toBe(`${origin}/v1/Workspaces/${WORKSPACE}`);
  });

  test('calls without a workspace say how to give one', async () => {
    const client = createTaskRouterClient({ ...CREDENTIALS, workspaceSid: undefined });
    await expect(client.tasks.fetch(sid('WT'))).rejects.toThrow(/TWILIO_WORKSPACE_SID/);
  });

  test('client.workspace is about another workspace', async () => {
    const { client, requests } = scripted(() => ({}));
    await client.workspace(sid('WS', 9)).tasks.fetch(sid('WT'));
    expect(requests[0]?.url.pathname).toBe(`/v1/Workspaces/${sid('WS', 9)}/Tasks/${sid('WT')}`);
    expect(() => client.workspace('WS9')).toThrow(/workspace SID/);
  });
});

describe('input', () => {
  test.each<[string, (client: ReturnType<typeof createTaskRouterClient>) => Promise<unknown>, RegExp]>([
    ['a SID of another kind', (c) => c.tasks.fetch(sid('WK')), /WT and 32 hexadecimal digits/],
    ['a path in place of a SID', (c) => c.tasks.fetch('../Workers'), /WT and 32/],
    ['dots in place of a unique name', (c) => c.taskChannels.fetch('..'), /unique name/],
    [
      'a name nobody knows',
      (c) => c.tasks.update(sid('WT'), { priorty: 1 } as object),
      /priorty is not a parameter.*priority/,
    ],
    ['a missing name', (c) => c.activities.create({} as { friendlyName: string }), /friendlyName is missing/],
    ['a number that is none', (c) => c.tasks.create({ priority: 1.5 }), /priority must be a whole number/],
    [
      'a word that is none',
      (c) => c.tasks.update(sid('WT'), { assignmentStatus: 'done' as 'completed' }),
      /one of: pending/,
    ],
    [
      'attributes that are text',
      (c) => c.tasks.create({ attributes: '{}' as unknown as object }),
      /plain object/,
    ],
    [
      'attributes that are too long',
      (c) => c.tasks.create({ attributes: { a: 'x'.repeat(4_090) } }),
      /4096 characters as JSON; it has 4098/,
    ],
    [
      'a date that is none',
      (c) => c.tasks.create({ virtualStartTime: 'yesterday' }),
      /virtualStartTime must be a Date/,
    ],
  ])('%s is refused before it is sent', async (_name, call, message) => {
    const { client, requests } = scripted(() => ({}));
    const error: Error = await call(client).then(
      () => expect.unreachable(),
      (one: Error) => one,
    );
    expect(error.message).toMatch(message);
    expect(requests).toEqual([]);
  });

  test('a unique name is encoded into the path', async () => {
    const { client, requests } = scripted(() => ({}));
    await client.taskChannels.fetch('a/b?c');
    expect(requests[0]?.url.pathname).toMatch(/\/TaskChannels\/a%2Fb%3Fc$/);
  });
});

describe('errors', () => {
  const failing = (
    status: number,
    answer: { json?: unknown; text?: string; headers?: Record<string, string> },
  ) =>
    scripted(() => ({ status, ...answer }), { retry: { retries: 0 } })
      .client.tasks.fetch(sid('WT'))
      .then(
        () => expect.unreachable(),
        (error: TaskRouterRequestError) => error,
      );

  test('the classic body', async () => {
    const json = {
      code: 20404,
      message: 'The requested resource was not found',
      more_info: 'https://www.twilio.com/docs/errors/20404',
      status: 404,
    };
    const error = await failing(404, { json, headers: { 'twilio-request-id': 'RQ1' } });
    expect(error).toMatchObject({
      name: 'TaskRouterNotFoundError',
      code: 'not-found',
      status: 404,
      twilioCode: 20404,
      moreInfo: 'https://www.twilio.com/docs/errors/20404',
      requestId: 'RQ1',
      operation: 'tasks.fetch',
      maybeApplied: false,
    });
    expect(error.message).toBe(
      'tasks.fetch: Twilio answered 404, code 20404; "The requested resource was not found"; check the SIDs, and that ' +
        'they belong to this workspace; see https://www.twilio.com/docs/errors/20404.',
    );
  });

  test('the body of RFC 9457', async () => {
    const json = {
      type: 'https://www.twilio.com/docs/errors/20001',
      title: 'Bad',
      status: 400,
      code: 20001,
      detail: 'Priority is wrong',
    };
    expect(await failing(400, { json })).toMatchObject({
      name: 'TaskRouterApiError',
      twilioCode: 20001,
      detail: 'Priority is wrong',
      moreInfo: 'https://www.twilio.com/docs/errors/20001',
    });
  });

  test.each([
    ['HTML', { text: '<html>nope</html>' }],
    ['nothing', { text: '' }],
    ['half a JSON text', { text: '{"code":2' }],
    ['an array', { json: [] }],
  ])('%s leaves the status', async (_name, answer) => {
    expect(await failing(400, answer)).toMatchObject({
      status: 400,
      twilioCode: undefined,
      detail: undefined,
    });
  });

  test.each([
    [401, 'TaskRouterAuthenticationError'],
    [403, 'TaskRouterAuthenticationError'],
    [409, 'TaskRouterConflictError'],
    [410, 'TaskRouterConflictError'],
    [412, 'TaskRouterConflictError'],
    [429, 'TaskRouterRateLimitError'],
    [302, 'TaskRouterApiError'],
    [500, 'TaskRouterApiError'],
  ])('%i is a %s', async (status, name) => {
    const error = await failing(status, {});
    expect(error).toMatchObject({ name, status });
    expect(error).toBeInstanceOf(TaskRouterRequestError);
  });

  test('numbers and JSON in what Twilio says are masked, SIDs are not', async () => {
    const said = `Task ${sid('WT')} cannot call +1 (501) 712-2661 or 15017122661 with {"from":"me"}`;
    const { message } = await failing(400, { json: { message: said } });
    expect(message).toContain(`Task ${sid('WT')} cannot call (number) or (number) with {…}`);
    expect(message).not.toMatch(/2661|from/);
  });
});
