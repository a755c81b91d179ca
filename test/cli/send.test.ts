import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { accept, defer, defineAssignment, defineEvent, defineOtherwise } from 'taskrouter-kit';
import { describe, expect, onTestFinished, test } from 'vitest';
import { judge } from '../../src/cli/exchange.js';
import { UsageError } from '../../src/cli/failure.js';
import { type SendOptions, send } from '../../src/cli/send.js';
import { TOKEN } from '../server/endpoint-process.js';
import { startHere } from '../server/in-process.js';
import { captured } from './output.js';

const handlers = [
  defineAssignment({ name: 'chat', where: ({ task }) => task.attributes.type === 'chat' }, accept()),
  defineEvent('task.canceled', () => {}),
  defineOtherwise(defer()),
];

async function run(
  kind: 'assignment' | 'event',
  path: string,
  options: Partial<SendOptions> = {},
  env: Readonly<Record<string, string>> = {},
) {
  const endpoint = await startHere(env, handlers);
  const url = `${endpoint.url}/taskrouter${path}`;
  const given = { url, token: TOKEN, set: [], type: 'task.created', ...options };
  return { ...(await captured(() => send(kind, given))), endpoint };
}

describe('taskrouter send', () => {
  test('sends a signed assignment and says what Twilio would do with the answer', async () => {
    const { code, output } = await run('assignment', '/assignment', { task: '{"type":"chat"}' });
    expect(code).toBe(0);
    expect(output).toMatch(/^POST http.*\n200 application\/json \(.* ms\)\n\{"instruction":"accept"\}\n/);
    expect(output).toContain('Twilio accepts this: the instruction is accept');
  });

  test('sends an event of any type', async () => {
    const { code, output, endpoint } = await run('event', '/events', { type: 'task.canceled' });
    expect(code).toBe(0);
    expect(output).toContain('204');
    expect(endpoint.outcomes[0]).toMatchObject({ eventType: 'task.canceled', verdict: 'ran' });
  });

  test('says when nobody handles what it sent, and when the type has a slip', async () => {
    const handled = await run('event', '/events', { type: 'task.canceled' });
    expect(handled.output).not.toMatch(/Nobody|documents no/);
    const unheard = await run('event', '/events', { type: 'task.completed' });
    expect([unheard.code, unheard.output]).toEqual([
      0,
      expect.stringContaining('No handler is registered for task.completed'),
    ]);
    const slip = await run('event', '/events', { type: 'reservation.timedout' });
    expect(slip.output).toContain('no event type "reservation.timedout". Did you mean reservation.timeout?');
    const matched = await run('assignment', '/assignment', { task: '{"type":"chat"}' });
    expect(matched.output).not.toContain('otherwise');
    const unmatched = await run('assignment', '/assignment', { task: '{"type":"chatt"}' });
    expect([unmatched.code, unmatched.output]).toEqual([0, expect.stringContaining('No handler matched')]);
  });

  test('replaces, adds and leaves out parameters', async () => {
    const reservationSid = `WR${'1'.repeat(32)}`;
    const set = [`ReservationSid=${reservationSid}`, 'A[b]=c=d', 'TaskAge'];
    const { code, endpoint } = await run('assignment', '/assignment', { set });
    expect(code).toBe(0);
    expect(endpoint.outcomes[0]).toMatchObject({ reservationSid });
  });

  test('reads attributes from a file', async () => {
    const file = join(tmpdir(), `taskrouter-kit-${process.pid}.json`);
    writeFileSync(file, '{"type":"chat"}');
    expect((await run('assignment', '/assignment', { task: `@${file}` })).output).toContain('accept');
    await expect(run('assignment', '/assignment', { task: '@/no/such/file' })).rejects.toThrow(UsageError);
  });

  test('signs for the public URL where it is another', async () => {
    const publicUrl = 'https://hooks.example.com/taskrouter/assignment';
    const env = { PUBLIC_URL: 'https://hooks.example.com' };
    expect((await run('assignment', '/assignment', { publicUrl }, env)).code).toBe(0);
    expect((await run('assignment', '/assignment', {}, env)).code).toBe(1);
  });

  test('repeats the very same request, and compares the answers', async () => {
    const { code, output, endpoint } = await run('assignment', '/assignment', { repeat: 2 });
    expect(code).toBe(0);
    expect(output.match(/the same answer, byte for byte/g)).toHaveLength(2);
    expect(endpoint.outcomes.map(({ verdict }) => verdict)).toEqual(['ran', 'replayed', 'replayed']);
  });

  test('tells of a repeated request that gets another answer', async () => {
    let answers = 0;
    const server = createServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(answers++ === 0 ? '{}' : '{"instruction":"accept"}');
    }).listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const { code, output } = await captured(() =>
      send('assignment', { url, token: TOKEN, set: [], type: '', repeat: true }),
    );
    expect([code, output]).toEqual([1, expect.stringContaining('ANOTHER answer')]);
  });

  test('says so when the endpoint refuses, or is not there', async () => {
    const { code, output } = await run('assignment', '/assignment', { token: 'another' });
    expect([code, output]).toEqual([1, expect.stringContaining('Twilio refuses this: 11217: status 403')]);
    const gone = await run('assignment', '/assignment', { url: 'http://127.0.0.1:1/' });
    expect([gone.code, gone.output]).toEqual([1, expect.stringMatching(/no answer .*\n.*refuses this: /)]);
  });

  test('wants a token and a whole URL, and never shows the token', async () => {
    await expect(run('assignment', '/assignment', { token: '' })).rejects.toThrow(/TWILIO_AUTH_TOKEN/);
    await expect(run('assignment', '/assignment', { url: 'localhost' })).rejects.toThrow(/must be complete/);
    expect((await run('assignment', '/assignment')).output).not.toContain(TOKEN);
  });
});

describe('whether Twilio would accept an answer', () => {
  const answer = (status: number, body: string, contentType = 'application/json') =>
    judge('assignment', { status, body, contentType, ms: 1 });

  test.each([
    ['an instruction', answer(200, '{"instruction":"accept"}'), true, 'accept'],
    ['no decision', answer(200, '{}', 'application/json; charset=utf-8'), true, 'pending'],
    ['another content type', answer(200, '{}', 'text/html'), false, '40000'],
    ['no JSON', answer(200, 'ok'), false, '40001'],
    ['JSON in a string', answer(200, '"{}"'), false, '40001'],
    ['no instruction', answer(200, '{"a":1}'), false, '40005'],
    ['an unknown instruction', answer(200, '{"instruction":"hold"}'), false, '55555'],
    ['a reject without activity', answer(200, '{"instruction":"reject"}'), false, '40100'],
    ['201', answer(201, '{}'), false, 'status 201'],
    ['an empty body', answer(200, '', ''), true, 'pending'],
    ['204', answer(204, '', ''), true, 'stays pending. status 204 counts as {}, but that is undocumented'],
    ['202', answer(202, '{}'), false, 'status 202'],
    [
      'an event with 202',
      judge('event', { status: 202, body: '', contentType: '', ms: 1 }),
      true,
      'delivered',
    ],
    ['an event with 302', judge('event', { status: 302, body: '', contentType: '', ms: 1 }), false, '302'],
    [
      'an event with 200',
      judge('event', { status: 200, body: '', contentType: '', ms: 1 }),
      true,
      'delivered',
    ],
    ['an event with 500', judge('event', { status: 500, body: '', contentType: '', ms: 1 }), false, '500'],
  ])('%s', (_what, judgement, accepted, text) => {
    expect(judgement).toEqual({ accepted, text: expect.stringContaining(text) });
  });
});
