import { describe, expect, test } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { ConfigurationError } from '../../src/errors.js';
import {
  type AuthToken,
  type AuthTokenLookup,
  createTokenSource,
  TooManyLookups,
} from '../../src/signature/tokens.js';

const ACCOUNT = `AC${'1'.repeat(32)}`;
const OTHER = `AC${'2'.repeat(32)}`;

/** A look-up whose answers can be replaced, on a clock that is moved by hand. */
function setUp(
  lookup: AuthTokenLookup,
  options: { ttlMs?: number; maxAccounts?: number; maxUnverified?: number } = {},
) {
  const state = { now: 1_000_000, asked: [] as string[], lookup };
  const clock = { ...systemClock, now: () => state.now };
  const source = createTokenSource(
    (accountSid) => {
      state.asked.push(accountSid);
      return state.lookup(accountSid);
    },
    { clock, ...options },
  );
  return { state, source };
}

describe('a fixed token', () => {
  test('answers directly, as a list, whatever the account', () => {
    expect(createTokenSource('one').tokens(undefined)).toEqual(['one']);
    expect(createTokenSource(['one', 'two']).tokens(ACCOUNT)).toEqual(['one', 'two']);
  });

  test('has nothing to refresh', () => {
    expect(createTokenSource('one').refresh(ACCOUNT, ['one'])).toBeUndefined();
  });

  test('is not changed by a later change to the list it came from', () => {
    const list = ['one'];
    const source = createTokenSource(list);
    list.push('two');
    expect(source.tokens(ACCOUNT)).toEqual(['one']);
  });

  test.each<[string, AuthToken]>([
    ['an empty text', ''],
    ['blanks', ' \t'],
    ['an empty list', []],
    ['a list with an empty text', ['one', '']],
    ['a missing environment variable', undefined as unknown as string],
    ['a blank before a token', ['one', ' two']],
    ['a line break after a token', 'one\n'],
  ])('%s is refused at once, with what to do and without the token', (_, authToken) => {
    expect(() => createTokenSource(authToken)).toThrow(ConfigurationError);
    expect(() => createTokenSource(authToken)).toThrow(/Pass the account's primary Auth Token|Remove it/);
    expect(() => createTokenSource(authToken)).not.toThrow(/one|two/);
  });
});

describe('a token look-up', () => {
  test('is asked once for each account until its time is over', async () => {
    const { state, source } = setUp((accountSid) => `token of ${accountSid}`, { ttlMs: 100 });
    expect(await source.tokens(ACCOUNT)).toEqual([`token of ${ACCOUNT}`]);
    expect(await source.tokens(OTHER)).toEqual([`token of ${OTHER}`]);
    state.now += 99;
    expect(source.tokens(ACCOUNT)).toEqual([`token of ${ACCOUNT}`]);
    expect(state.asked).toEqual([ACCOUNT, OTHER]);
    state.now += 1;
    await source.tokens(ACCOUNT);
    expect(state.asked).toEqual([ACCOUNT, OTHER, ACCOUNT]);
  });

  test('is shared by calls that come at once', async () => {
    const { state, source } = setUp(async () => ['one', 'two']);
    const answers = await Promise.all([1, 2, 3].map(() => source.tokens(ACCOUNT)));
    expect(answers).toEqual([
      ['one', 'two'],
      ['one', 'two'],
      ['one', 'two'],
    ]);
    expect(state.asked).toHaveLength(1);
  });

  test.each([
    undefined,
    '',
    'AC1',
    `ac${'1'.repeat(32)}`,
    `AC${'g'.repeat(32)}`,
    `${ACCOUNT}\n`,
    `${ACCOUNT}' OR 1=1`,
  ])('is never given a malformed AccountSid: %j', (accountSid) => {
    const { state, source } = setUp(() => 'one');
    expect(source.tokens(accountSid)).toEqual([]);
    expect(source.refresh(accountSid, [])).toBeUndefined();
    expect(state.asked).toEqual([]);
  });

  test.each([undefined, null, '', ' ', [], ['']])('that answers %j knows no token', async (answer) => {
    const { source } = setUp(() => answer);
    expect(await source.tokens(ACCOUNT)).toEqual([]);
  });

  test('that fails, by throwing or by rejecting, is asked again', async () => {
    const { state, source } = setUp(() => {
      throw new Error('vault is sealed');
    });
    await expect(source.tokens(ACCOUNT)).rejects.toThrow('vault is sealed');
    state.lookup = () => Promise.reject(new Error('vault is away'));
    await expect(source.tokens(ACCOUNT)).rejects.toThrow('vault is away');
    state.lookup = () => 'one';
    expect(await source.tokens(ACCOUNT)).toEqual(['one']);
  });

  test('that fails when the time is over does not prolong the old tokens', async () => {
    const { state, source } = setUp(() => 'old', { ttlMs: 100 });
    await source.tokens(ACCOUNT);
    state.now += 100;
    state.lookup = () => Promise.reject(new Error('vault is away'));
    await expect(source.tokens(ACCOUNT)).rejects.toThrow('vault is away');
    await expect(source.tokens(ACCOUNT)).rejects.toThrow('vault is away');
  });

  test('keeps at most maxAccounts, the last used ones', async () => {
    const third = `AC${'3'.repeat(32)}`;
    const { state, source } = setUp(() => 'one', { maxAccounts: 2 });
    for (const accountSid of [ACCOUNT, OTHER, ACCOUNT, third, ACCOUNT, OTHER])
      await source.tokens(accountSid);
    expect(state.asked).toEqual([ACCOUNT, OTHER, third, OTHER]);
  });
});

describe('a refresh after a mismatch', () => {
  test('asks again and gives the tokens not tried yet', async () => {
    const { state, source } = setUp(() => 'old');
    const tried = await source.tokens(ACCOUNT);
    state.now += 5_000;
    state.lookup = () => ['old', 'new'];
    expect(await source.refresh(ACCOUNT, tried)).toEqual(['new']);
    expect(source.tokens(ACCOUNT)).toEqual(['old', 'new']);
  });

  test('gives nothing when the tokens are the same', async () => {
    const { state, source } = setUp(() => 'old');
    const tried = await source.tokens(ACCOUNT);
    state.now += 5_000;
    expect(await source.refresh(ACCOUNT, tried)).toBeUndefined();
  });

  test('asks at most once in 5 seconds for each account', async () => {
    const { state, source } = setUp(() => 'old');
    const tried = await source.tokens(ACCOUNT);
    await source.tokens(OTHER);
    for (let second = 0; second < 10; second++) {
      state.now += 1_000;
      await source.refresh(ACCOUNT, tried);
    }
    expect(state.asked.filter((accountSid) => accountSid === ACCOUNT)).toHaveLength(3);
  });

  test('gives what another request has learned in the meantime without asking again', async () => {
    const { state, source } = setUp(() => 'old');
    const tried = await source.tokens(ACCOUNT);
    state.now += 5_000;
    state.lookup = () => 'new';
    const both = await Promise.all([source.refresh(ACCOUNT, tried), source.refresh(ACCOUNT, tried)]);
    expect(both).toEqual([['new'], ['new']]);
    expect(source.refresh(ACCOUNT, tried)).toEqual(['new']);
    expect(state.asked).toHaveLength(2);
  });

  test('leaves the known tokens in use while it asks, and after it fails', async () => {
    const { state, source } = setUp(() => 'old');
    const tried = await source.tokens(ACCOUNT);
    state.now += 5_000;
    state.lookup = () => Promise.reject(new Error('vault is away'));
    const refreshed = source.refresh(ACCOUNT, tried);
    expect(source.tokens(ACCOUNT)).toEqual(['old']);
    await expect(refreshed).rejects.toThrow('vault is away');
    expect(source.tokens(ACCOUNT)).toEqual(['old']);
    expect(source.refresh(ACCOUNT, tried)).toBeUndefined();
  });

  test('does nothing for an account that was never asked for', () => {
    const { state, source } = setUp(() => 'one');
    expect(source.refresh(ACCOUNT, [])).toBeUndefined();
    expect(state.asked).toEqual([]);
  });
});

describe('accounts that were never verified', () => {
  const stranger = (n: number) => `AC${n.toString(16).padStart(32, '0')}`;

  test('do not push out one whose signature was right', async () => {
    const { state, source } = setUp(async () => 'one', { maxAccounts: 3 });
    await source.tokens(ACCOUNT);
    source.verified(ACCOUNT);
    for (let n = 0; n < 10; n++) await source.tokens(stranger(n));
    expect(source.tokens(ACCOUNT)).toEqual(['one']);
    expect(state.asked.filter((sid) => sid === ACCOUNT)).toHaveLength(1);
  });

  test('push out each other', async () => {
    const { state, source } = setUp(async () => 'one', { maxAccounts: 3 });
    for (let n = 0; n < 10; n++) await source.tokens(stranger(n));
    await source.tokens(stranger(0));
    expect(state.asked).toHaveLength(11);
  });

  test('are looked up 50 at once, and no more; verified ones are exempt', async () => {
    const waiting: Array<() => void> = [];
    const { state, source } = setUp(() => 'one', { ttlMs: 100 });
    await source.tokens(ACCOUNT);
    source.verified(ACCOUNT);
    state.lookup = () => new Promise((resolve) => waiting.push(() => resolve('one')));
    const asking = Array.from({ length: 50 }, (_, n) => source.tokens(stranger(n)));
    expect(() => source.tokens(stranger(50))).toThrow(TooManyLookups);
    // One that is being looked up is joined, and one that was verified is asked for again.
    asking.push(source.tokens(stranger(7)));
    state.now += 100;
    asking.push(source.tokens(ACCOUNT));
    await expect.poll(() => waiting.length).toBe(51);
    for (const answer of waiting.splice(0)) answer();
    await Promise.all(asking);
    state.lookup = () => 'two';
    expect(await source.tokens(stranger(50))).toEqual(['two']);
  });

  test('make room again when their look-up fails', async () => {
    const { state, source } = setUp(() => Promise.reject(new Error('vault is away')), { maxUnverified: 1 });
    await expect(source.tokens(ACCOUNT)).rejects.toThrow('vault is away');
    state.lookup = () => 'one';
    expect(await source.tokens(OTHER)).toEqual(['one']);
  });

  test('are not asked for anew after a mismatch while there is no room', async () => {
    const { state, source } = setUp(() => 'old', { maxUnverified: 1 });
    const tried = await source.tokens(ACCOUNT);
    state.now += 5_000;
    state.lookup = () => new Promise(() => {});
    void source.tokens(OTHER);
    expect(source.refresh(ACCOUNT, tried)).toBeUndefined();
    source.verified(ACCOUNT);
    expect(source.refresh(ACCOUNT, tried)).toBeInstanceOf(Promise);
  });

  test('one pushed out while it is looked up is still verified afterwards', async () => {
    let answer = (_token: string) => {};
    const { state, source } = setUp(() => new Promise((resolve) => (answer = resolve)), { maxAccounts: 2 });
    const slow = source.tokens(ACCOUNT);
    await Promise.resolve();
    state.lookup = () => 'none';
    for (let n = 0; n < 5; n++) await source.tokens(stranger(n));
    answer('one');
    await slow;
    source.verified(ACCOUNT);
    for (let n = 0; n < 5; n++) await source.tokens(stranger(n + 10));
    expect(source.tokens(ACCOUNT)).toEqual(['one']);
  });
});
