import type { Logger } from '../log.js';
import type { EndpointConfig } from './config.js';

/** As Twilio issues them. */
const AUTH_TOKEN = /^[0-9a-f]{32,}$/i;

/** Says in one line what is in force, and warns of what will hurt in production. Values that are secret stay out. */
export function tellPolicies(
  log: Logger,
  config: EndpointConfig,
  { url, handlers }: { readonly url: string; readonly handlers: number },
): void {
  log.info(
    {
      url,
      handlers,
      publicUrl: config.publicUrl && withoutCredentials(config.publicUrl),
      trustProxy: config.trustProxy,
      tokens: config.authTokens.length,
      store: config.redisUrl ? 'redis' : 'memory',
      deadlineMs: config.deadlineMs,
      onDeadline: config.onDeadline,
      onStoreError: config.onStoreError,
      shutdownDelayMs: config.shutdownDelayMs,
      shutdownTimeoutMs: config.shutdownTimeoutMs,
    },
    'endpoint ready',
  );
  config.authTokens.forEach((token, index) => {
    if (AUTH_TOKEN.test(token)) return;
    log.warn(
      { position: index + 1 },
      'An Auth Token in TWILIO_AUTH_TOKEN has fewer than 32 hexadecimal digits: Twilio issues no such tokens, and a ' +
        'short one can be guessed. Copy it from the Twilio Console, Account info',
    );
  });
  if (!config.production) return;
  if (config.publicUrl === undefined && config.trustProxy === undefined) {
    log.warn(
      {},
      'Neither PUBLIC_URL nor TRUST_PROXY is set: behind a proxy, every signature check will fail. Set PUBLIC_URL to the URL you ' +
        'gave Twilio, up to /taskrouter, such as https://hooks.example.com',
    );
  }
  if (config.redisUrl === undefined) {
    log.warn({}, 'REDIS_URL is not set: with more than one process, a callback may run once in each of them');
  }
}

function withoutCredentials(url: string): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}
