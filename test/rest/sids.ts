import type { TaskRouterClientOptions } from 'taskrouter-kit/rest';

/** A SID whose 32 digits end in `n`. */
export const sid = (prefix: string, n = 1): string => `${prefix}${n.toString(16).padStart(32, '0')}`;

export const ACCOUNT = sid('AC');
export const WORKSPACE = sid('WS');
export const TOKEN = 'the-auth-token-of-the-tests';

/** What every client in these tests has. */
export const CREDENTIALS = {
  accountSid: ACCOUNT,
  authToken: TOKEN,
  workspaceSid: WORKSPACE,
  env: {},
} satisfies TaskRouterClientOptions;
