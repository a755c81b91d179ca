import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { StoreError, storeError } from '../../src/idempotency/store/store-error.js';

/** All that a log of any kind could show of an error. */
function shown(error: Error): string {
  return inspect(error, { depth: 10, showHidden: true }) + JSON.stringify(error) + String(error);
}

const command = { name: 'evalsha', args: ['sha', 1, 'key', '{"name":"Ada Lovelace"}'] };

describe('storeError', () => {
  test('keeps name, code, message and frames, and nothing else', () => {
    const error = Object.assign(new Error('no route'), { name: 'ReplyError', code: 'EHOSTUNREACH', command });
    const ours = storeError(error);
    expect(ours).toMatchObject({ name: 'ReplyError', code: 'EHOSTUNREACH', message: 'no route' });
    expect(ours.stack).toMatch(/^ReplyError: no route\n {4}at /);
    expect(ours.stack).toContain('store-error.test.ts');
    expect(Object.keys(ours).sort()).toEqual(['code', 'name']);
    expect(shown(ours)).not.toContain('Ada');
  });

  test.each(['cause', 'lastNodeError', 'errors'])('does the same to what is in %s', (field) => {
    const inner = Object.assign(new Error('WRONGPASS no hunter2'), { command });
    const outer = Object.assign(new Error('All nodes failed'), {
      [field]: field === 'errors' ? [inner] : inner,
      command,
    });
    const ours = storeError(outer, ['hunter2']);
    expect(ours.cause).toMatchObject({ code: 'WRONGPASS', message: 'WRONGPASS no [redacted]' });
    expect(shown(ours)).not.toMatch(/Ada|hunter2/);
  });

  test("tells what Node says of a name's every address, where the error itself says nothing", () => {
    const each = ['::1', '127.0.0.1'].map((at) => new Error(`connect ECONNREFUSED ${at}:6379`));
    const ours = storeError(Object.assign(new AggregateError(each), { code: 'ECONNREFUSED' }));
    expect(ours).toMatchObject({
      code: 'ECONNREFUSED',
      message: 'connect ECONNREFUSED ::1:6379; connect ECONNREFUSED 127.0.0.1:6379',
    });
  });

  test('takes the code of an answer from its first word', () => {
    expect(storeError(new Error("OOM command not allowed when used memory > 'maxmemory'.")).code).toBe('OOM');
    expect(storeError(new Error('Connection is closed.')).code).toBe('store-error');
  });

  test('cuts the arguments that Redis repeats, known secrets or not', () => {
    const text = "ERR unknown command 'auth', with args beginning with: 'user' 'another'\n'line'";
    expect(shown(storeError(new Error(text)))).not.toMatch(/another|line'/);
  });

  test('cuts a short password only where it stands alone', () => {
    expect(storeError(new Error("ERR 'a' is bad at all"), ['a']).message).toBe(
      "ERR '[redacted]' is bad at all",
    );
  });

  test('cuts a password however it is written, and the longest first', () => {
    const secrets = ['p%ss/w', 'p%ss/word!'];
    const text = 'p%ss/word! p%25ss%2Fword! p%ss/w';
    expect(storeError(new Error(text), secrets).message).toBe('[redacted] [redacted] [redacted]');
  });

  test.each([[null], [undefined], [{ password: 'hunter2' }], ['refused: hunter2'], [Symbol('x')]])(
    'makes an error of %s',
    (thrown) => {
      const ours = storeError(thrown, ['hunter2']);
      expect(ours).toBeInstanceOf(StoreError);
      expect(shown(ours)).not.toContain('hunter2');
    },
  );

  test('ends where causes go round in a circle, or cannot be read', () => {
    const error = new Error('round') as Error & { cause?: unknown };
    error.cause = error;
    expect(shown(storeError(error))).toContain('round');
    const shy = Object.defineProperty(new Error('shy'), 'code', {
      get() {
        throw new Error('no');
      },
    });
    expect(storeError(shy)).toMatchObject({ message: 'shy', code: 'store-error' });
  });

  test('is itself when it comes by twice', () => {
    const ours = storeError(new Error('x'));
    expect(storeError(ours)).toBe(ours);
  });

  test('shows no secret, wherever in name, code, message, stack or cause it was', () => {
    const text = fc.string({ minLength: 6, maxLength: 30 });
    fc.assert(
      fc.property(text, text, text, (secret, before, after) => {
        fc.pre(!'[redacted]'.includes(secret) && secret.trim().length >= 6);
        const said = before + secret + after;
        const error = Object.assign(new Error(said, { cause: new Error(said) }), {
          code: said,
          args: [said],
        });
        const ours = storeError(error, [secret]);
        for (const part of [ours.message, (ours.cause as Error).message]) expect(part).not.toContain(secret);
        expect(ours.code.includes(secret)).toBe(false);
      }),
    );
  });
});
