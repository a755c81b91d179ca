import { LRUCache } from 'lru-cache';
import { type Clock, systemClock } from '../clock.js';
import { ConfigurationError } from '../errors.js';

/** What signs the callbacks: one Auth Token, several (while one replaces another), or a look-up by account. */
export type AuthToken = string | readonly string[] | AuthTokenLookup;

/**
 * Gives the Auth Tokens of an account; nothing, an empty text or an empty list for an account it does not know.
 * The AccountSid is well-formed but **not verified**: it may choose a key and must do nothing else.
 */
export type AuthTokenLookup = (accountSid: string) => TokenAnswer | Promise<TokenAnswer>;

type TokenAnswer = string | readonly string[] | null | undefined;

export interface TokenSourceOptions {
  readonly clock?: Clock;
  /** How long the tokens of an account are kept, in milliseconds. */
  readonly ttlMs?: number;
  /** How many accounts are kept; the one unused for longest goes first. */
  readonly maxAccounts?: number;
}

export interface TokenSource {
  /**
   * The tokens to check a request of this account with; none when the AccountSid is malformed or unknown.
   * Answers directly when it knows them, with a promise when it must ask; rejects as the look-up does.
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
}

const REFRESH_AFTER_MS = 5_000;
const ACCOUNT_SID = /^AC[\da-fA-F]{32}$/;

/**
 * One face over the three ways to configure the Auth Token. A fixed token or list is checked at once and answers
 * directly. A look-up is called once for each account and `ttlMs`; calls that come meanwhile share its promise,
 * and one that rejects is forgotten.
 *
 * @throws ConfigurationError when a fixed token is empty or has blanks around it, or when there is none.
 * @example
 * const source = createTokenSource((accountSid) => vault.read(`twilio/${accountSid}`));
 * const authTokens = await source.tokens(form.AccountSid);
 */
export function createTokenSource(authToken: AuthToken, options: TokenSourceOptions = {}): TokenSource {
  if (typeof authToken === 'function') return lookupSource(authToken, options);
  const tokens = fixedTokens(authToken);
  return { tokens: () => tokens, refresh: () => undefined };
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
        `${name} begins or ends with a blank or line break, which would become part of the key. Remove it.`,
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
}

function lookupSource(lookup: AuthTokenLookup, options: TokenSourceOptions): TokenSource {
  const { clock = systemClock, ttlMs = 60_000, maxAccounts = 1_000 } = options;
  const accounts = new LRUCache<string, Account>({ max: maxAccounts });

  function ask(accountSid: string, account: Account): Promise<readonly string[]> {
    account.askedAt = clock.now();
    account.asking = Promise.resolve(accountSid)
      .then(lookup)
      .then((answer) => {
        account.tokens = usableTokens(answer);
        account.freshUntil = clock.now() + ttlMs;
        return account.tokens;
      })
      .finally(() => {
        account.asking = undefined;
      });
    return account.asking;
  }

  return {
    tokens(accountSid) {
      if (accountSid === undefined || !ACCOUNT_SID.test(accountSid)) return NONE;
      let account = accounts.get(accountSid);
      if (account === undefined) {
        account = { tokens: NONE, freshUntil: -Infinity, askedAt: -Infinity, asking: undefined };
        accounts.set(accountSid, account);
      }
      if (clock.now() < account.freshUntil) return account.tokens;
      return account.asking ?? ask(accountSid, account);
    },

    refresh(accountSid, tried) {
      const account = accountSid === undefined ? undefined : accounts.get(accountSid);
      if (accountSid === undefined || account === undefined) return undefined;
      const others = (tokens: readonly string[]) => {
        const untried = tokens.filter((token) => !tried.includes(token));
        return untried.length > 0 ? untried : undefined;
      };
      if (account.asking) return account.asking.then(others);
      if (clock.now() - account.askedAt < REFRESH_AFTER_MS) return others(account.tokens);
      return ask(accountSid, account).then(others);
    },
  };
}

const NONE: readonly string[] = [];

/** An empty key would let everybody sign, so it is dropped here like an unknown account. */
function usableTokens(answer: TokenAnswer): readonly string[] {
  const tokens = typeof answer === 'string' ? [answer] : [...(answer ?? NONE)];
  return tokens.filter((token) => token.trim() !== '');
}
