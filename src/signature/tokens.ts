import { type Clock, systemClock } from '../clock.js';
import { ConfigurationError, TaskRouterKitError } from '../errors.js';
import { lruCache } from '../lru-cache/index.js';
import { ACCOUNT_SID } from '../sids.js';

/** What signs the callbacks: one Auth Token, several (while one replaces another), or a look-up by account. */
export type AuthToken = string | readonly string[] | AuthTokenLookup;

/**
 * Returns the Auth Tokens of an account; nothing, an empty string or an empty list for an account it does not know.
 * The AccountSid is well-formed but **not verified**: it may choose a key and must do nothing else.
 */
export type AuthTokenLookup = (accountSid: string) => TokenAnswer | Promise<TokenAnswer>;

type TokenAnswer = string | readonly string[] | null | undefined;

export interface TokenSourceOptions {
  readonly clock?: Clock;
  /** How long the tokens of an account are kept, in milliseconds. */
  readonly ttlMs?: number;
  /**
   * How many accounts are kept whose signatures were right, and as many of which none was yet; of either the one unused
   * for longest goes first.
   */
  readonly maxAccounts?: number;
  /** How many look-ups may be under way at once for accounts of which no signature was right yet. */
  readonly maxUnverified?: number;
}

/** Too many accounts that nobody has verified are being looked up. */
export class TooManyLookups extends TaskRouterKitError {
  constructor() {
    super(
      'too-many-lookups',
      'Too many Auth Tokens are being looked up at once for accounts that were never verified.',
    );
  }
}

export interface TokenSource {
  /** The tokens, if they are the same for every request; undefined if they have to be looked up. */
  readonly fixed?: readonly string[];
  /**
   * The tokens to check a request of this account with; none when the AccountSid is malformed or unknown.
   * Answers directly when it knows them, with a promise when it must ask; rejects as the look-up does.
   *
   * @throws {TooManyLookups} for an account that was never verified, while too many such are being looked up. Whoever
   * sends made-up AccountSids can keep neither the look-up nor verified accounts from working.
   */
  tokens(accountSid: string | undefined): readonly string[] | Promise<readonly string[]>;
  /**
   * After a signature matched none of `tried`: the account's other tokens, to check it once more, for the token
   * may have been replaced since it was asked for. Undefined when there are none. Asks at most once in 5 seconds for
   * each account, so forged requests cannot hammer the look-up; the known tokens stay in use meanwhile.
   */
  refresh(
    accountSid: string | undefined,
    tried: readonly string[],
  ): readonly string[] | undefined | Promise<readonly string[] | undefined>;
  /** To be told of each right signature: the account is real from now on, and strangers no longer push it out. */
  verified(accountSid: string | undefined): void;
}

const REFRESH_AFTER_MS = 5_000;

/**
 * One face over the three ways to configure the Auth Token. A fixed token or list is checked at once and answers
 * directly. A look-up is called once for each account and `ttlMs`; calls that come meanwhile share its promise,
 * and one that rejects is forgotten.
 *
 * @throws {ConfigurationError} when a fixed token is empty or has blanks around it, or when there is none.
 * @example
 * const source = createTokenSource((accountSid) => vault.read(`twilio/${accountSid}`));
 * const authTokens = await source.tokens(form.AccountSid);
 */
export function createTokenSource(authToken: AuthToken, options: TokenSourceOptions = {}): TokenSource {
  if (typeof authToken === 'function') return lookupSource(authToken, options);
  const tokens = fixedTokens(authToken);
  return { fixed: tokens, tokens: () => tokens, refresh: () => undefined, verified: () => {} };
}

function fixedTokens(authToken: string | readonly string[]): readonly string[] {
  const tokens: readonly unknown[] = Array.isArray(authToken) ? [...authToken] : [authToken];
  if (tokens.length === 0) {
    throw new ConfigurationError('no-auth-token', `authToken is an empty list. ${WHERE_TO_FIND}`);
  }
  return tokens.map((token, index) => {
    const name = Array.isArray(authToken) ? `authToken[${index}]` : 'authToken';
    if (typeof token !== 'string' || token.trim() === '') {
      throw new ConfigurationError('no-auth-token', `${name} is missing or empty. ${WHERE_TO_FIND}`);
    }
    if (token !== token.trim()) {
      throw new ConfigurationError(
        'blank-in-auth-token',
        `${name} begins or ends with a space or line break, which would become part of the key. Remove it.`,
      );
    }
    return token;
  });
}

const WHERE_TO_FIND =
  "Pass the account's primary Auth Token (Twilio Console, Account > API keys & tokens), usually from TWILIO_AUTH_TOKEN.";

interface Account {
  tokens: readonly string[];
  freshUntil: number;
  askedAt: number;
  asking: Promise<readonly string[]> | undefined;
  verified: boolean;
}

function lookupSource(lookup: AuthTokenLookup, options: TokenSourceOptions): TokenSource {
  const { clock = systemClock, ttlMs = 60_000, maxAccounts = 1_000, maxUnverified = 50 } = options;
  const verified = lruCache<string, Account>(maxAccounts);
  const unverified = lruCache<string, Account>(maxAccounts);
  let unverifiedAsking = 0;

  const find = (accountSid: string) => verified.get(accountSid) ?? unverified.get(accountSid);

  /** Whether one more look-up may begin. */
  const isRoomFor = (account: Account) => account.verified || unverifiedAsking < maxUnverified;

  function ask(accountSid: string, account: Account): Promise<readonly string[]> {
    account.askedAt = clock.now();
    const counted = account.verified ? 0 : 1;
    unverifiedAsking += counted;
    account.asking = Promise.resolve(accountSid)
      .then(lookup)
      .then((answer) => {
        account.tokens = usableTokens(answer);
        account.freshUntil = clock.now() + ttlMs;
        // Others may have pushed it out meanwhile, and its signature is about to be checked.
        if (!account.verified) unverified.set(accountSid, account);
        return account.tokens;
      })
      .finally(() => {
        account.asking = undefined;
        unverifiedAsking -= counted;
      });
    return account.asking;
  }

  return {
    tokens(accountSid) {
      if (accountSid === undefined || !ACCOUNT_SID.test(accountSid)) return NONE;
      const known = find(accountSid);
      if (known !== undefined && clock.now() < known.freshUntil) return known.tokens;
      if (known?.asking) return known.asking;
      const account = known ?? newAccount();
      if (!isRoomFor(account)) throw new TooManyLookups();
      if (known === undefined) unverified.set(accountSid, account);
      return ask(accountSid, account);
    },

    verified(accountSid) {
      if (accountSid === undefined || verified.has(accountSid)) return;
      const account = unverified.get(accountSid);
      if (account === undefined) return;
      account.verified = true;
      unverified.delete(accountSid);
      verified.set(accountSid, account);
    },

    refresh(accountSid, tried) {
      const account = accountSid === undefined ? undefined : find(accountSid);
      if (accountSid === undefined || account === undefined) return undefined;
      const others = (tokens: readonly string[]) => {
        const untried = tokens.filter((token) => !tried.includes(token));
        return untried.length > 0 ? untried : undefined;
      };
      if (account.asking) return account.asking.then(others);
      if (clock.now() - account.askedAt < REFRESH_AFTER_MS) return others(account.tokens);
      return isRoomFor(account) ? ask(accountSid, account).then(others) : others(account.tokens);
    },
  };
}

const newAccount = (): Account => ({
  tokens: NONE,
  freshUntil: -Infinity,
  askedAt: -Infinity,
  asking: undefined,
  verified: false,
});

const NONE: readonly string[] = [];

/** With an empty key anybody could sign, so it is dropped here like an unknown account. */
function usableTokens(answer: TokenAnswer): readonly string[] {
  const tokens = typeof answer === 'string' ? [answer] : [...(answer ?? NONE)];
  return tokens.filter((token) => token.trim() !== '');
}
