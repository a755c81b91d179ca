import { ConfigurationError } from '../errors.js';
import { ACCOUNT_SID, WORKSPACE_SID } from '../sids.js';
import { type CallbackAnswer, refused } from './answers.js';

/** The WorkspaceSids of each AccountSid. */
export type Accounts = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * Checks the option `accounts`.
 *
 * @throws {ConfigurationError} if a key is not an AccountSid, a value is not a list of WorkspaceSids, or nothing is listed.
 */
export function readAccounts(accounts: Readonly<Record<string, readonly string[]>>): Accounts {
  if (typeof accounts !== 'object' || accounts === null || Array.isArray(accounts))
    throw bad('must be an object:');
  const entries = Object.entries(accounts);
  if (entries.length === 0)
    throw bad('lists no account, so every callback would be refused: leave it out, or');
  return new Map(
    entries.map(([accountSid, workspaceSids]) => {
      if (!ACCOUNT_SID.test(accountSid))
        throw bad(`has a key that is not an AccountSid (${shown(accountSid)}):`);
      if (!Array.isArray(workspaceSids) || workspaceSids.length === 0) {
        throw bad(`must list the workspaces of ${accountSid}:`);
      }
      const wrong = workspaceSids.find((sid) => typeof sid !== 'string' || !WORKSPACE_SID.test(sid));
      if (wrong !== undefined)
        throw bad(`lists something that is not a WorkspaceSid for ${accountSid} (${shown(wrong)}):`);
      return [accountSid, new Set(workspaceSids)] as const;
    }),
  );
}

/** Refuses a callback whose workspace is not its account's. The signature has shown that the account is real. */
export function workspaceRefusal(
  accounts: Accounts | undefined,
  form: { readonly AccountSid: string | undefined; readonly WorkspaceSid: string | undefined },
): CallbackAnswer | undefined {
  if (accounts === undefined || accounts.get(form.AccountSid ?? '')?.has(form.WorkspaceSid ?? ''))
    return undefined;
  return refused(
    403,
    'foreign-workspace',
    'The accounts option does not list this workspace for this account.',
  );
}

function bad(what: string): ConfigurationError {
  return new ConfigurationError('bad-option', `accounts ${what} write { 'AC…': ['WS…'] }.`);
}

const shown = (value: unknown): string => JSON.stringify(String(value).slice(0, 40));
