import fc from 'fast-check';
import { signRequest } from 'taskrouter-kit';
import { describe, expect, test } from 'vitest';
import { readConfig } from '../../src/server/config.js';
import { createLogger } from '../../src/server/logger.js';
import { lineRedactor, redactFields } from '../../src/server/redact.js';
import { TOKEN } from './endpoint-process.js';

/** What is written when the fields and the message are logged, parsed. */
function logged(fields: object, message = 'said', env: Readonly<Record<string, string>> = {}) {
  const lines: string[] = [];
  const log = createLogger(readConfig({ TWILIO_AUTH_TOKEN: TOKEN, ...env }), {
    write: (line) => void lines.push(line),
  });
  log.info(fields, message);
  return { text: lines.join(''), line: JSON.parse(lines[0]!) as Record<string, unknown> };
}

describe('the log of the endpoint', () => {
  test('leaves SIDs, codes and numbers as they are', () => {
    const fields = { reservationSid: `WR${'0'.repeat(32)}`, status: 200, ms: 1.25, handler: 'chat' };
    expect(logged(fields).line).toMatchObject({ level: 'info', msg: 'said', ...fields });
  });

  test('never shows attributes, however deep a handler hides them', () => {
    const task = { sid: 'WT1', attributes: { name: 'Ada Lovelace' } };
    const { line, text } = logged({ task, deep: [{ worker: { attributes: { name: 'Ada Lovelace' } } }] });
    expect(line.task).toEqual({ sid: 'WT1', attributes: '[redacted]' });
    expect(text).not.toContain('Ada');
    expect(task.attributes.name).toBe('Ada Lovelace');
  });

  test.each([
    'authToken',
    'X-Twilio-Signature',
    'TaskAttributes',
    'authorization',
    'body',
    'form',
    'password',
  ])('never shows a field called %s', (name) => {
    expect(logged({ [name]: 'hush', inner: { [name]: 'hush' } }).text).not.toContain('hush');
  });

  test('never shows a phone number, in a field, a message or an error', () => {
    const number = '+15017122661';
    const error = Object.assign(new Error(`cannot call ${number}`), { to: number });
    const { text } = logged(
      { from: number, uri: `sip:${number}@example.com`, err: error },
      `called ${number}`,
    );
    expect(text).not.toContain('5017122661');
    expect(logged({ url: '/calls?to=%2B15017122661' }).text).not.toContain('5017122661');
  });

  test('never shows what an error carries beside its message', () => {
    const error = Object.assign(new Error('no'), { config: { headers: { authorization: 'hush' } } });
    expect(logged({ err: error }).text).not.toContain('hush');
    expect(logged({ err: error }).line.err).toMatchObject({ type: 'Error', message: 'no' });
  });

  test.each([
    ['command', { name: 'set', args: ['ada', '{"name":"Ada Lovelace"}'] }],
    ['args', ['Ada Lovelace']],
    ['config', { data: '{"name":"Ada Lovelace"}' }],
    ['detail', 'Key (name)=(Ada Lovelace) already exists.'],
    ['toJSON', () => ({ name: 'Ada Lovelace' })],
  ])('never shows the %s of an error, of its causes or of the errors within it', (name, value) => {
    const error = () => Object.assign(new Error('no'), { [name]: value, code: 'E1', status: 503 });
    const outer = new AggregateError([error()], 'both', { cause: error() });
    for (const fields of [{ err: outer }, { err: error() }, { reason: error() }, { deep: [{ e: outer }] }]) {
      const { text } = logged(fields);
      expect(text).not.toContain('Ada');
      expect(text).toContain('"code":"E1","status":503');
    }
  });

  test('never shows a configured secret, wherever it turns up', () => {
    const env = { REDIS_URL: 'redis://:redis-password-1234@127.0.0.1:6379' };
    const { text } = logged({ note: `uses ${TOKEN}` }, 'connects with redis-password-1234', env);
    expect(text).not.toContain(TOKEN);
    expect(text).not.toContain('redis-password');
  });

  test('never shows a signature', () => {
    const signature = signRequest({ url: 'https://example.com', authToken: TOKEN });
    expect(logged({ note: `got ${signature}` }).text).not.toContain(signature);
  });

  test('takes cycles, dates and objects that say for themselves what they look like', () => {
    const cycle: Record<string, unknown> = {
      at: new Date(0),
      own: { toJSON: () => ({ attributes: { a: 1 } }) },
    };
    cycle.self = cycle;
    const { line } = logged(cycle);
    expect(line).toMatchObject({ at: '1970-01-01T00:00:00.000Z', own: { attributes: '[redacted]' } });
  });

  test('writes JSON whatever is logged', () => {
    const redact = lineRedactor([TOKEN]);
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (fields) => {
        expect(JSON.parse(redact(JSON.stringify(redactFields(fields))))).toBeTypeOf('object');
      }),
      { numRuns: 300 },
    );
  });
});
