import { createTaskRouter, defer } from 'taskrouter-kit';
import { createTaskRouterClient, type TaskRouterClient } from 'taskrouter-kit/rest';

/** One endpoint for several accounts or subaccounts: the AccountSid of a callback chooses its token and its client. */
export function routerFor(tokens: ReadonlyMap<string, string>) {
  const clients = new Map<string, TaskRouterClient>();
  for (const [accountSid, authToken] of tokens) {
    clients.set(accountSid, createTaskRouterClient({ accountSid, authToken }));
  }
  return createTaskRouter({
    publicUrl: 'https://hooks.example.com',
    // The AccountSid is not verified yet: let it choose a key and nothing else. Without a key: 403.
    authToken: (accountSid) => tokens.get(accountSid),
    client: (accountSid) => {
      const client = clients.get(accountSid ?? '');
      if (!client) throw new Error('This account is not configured.');
      return client;
    },
  }).otherwise(defer());
}
